"""The formats of logs that can be read; the command line reads them whenever it starts."""

from typing import Final, Literal, get_args

LogFormat = Literal["jsonl", "csv", "cloudtrail", "github-audit", "kubernetes-audit"]
LOG_FORMATS: Final[tuple[LogFormat, ...]] = get_args(LogFormat)
"""All of them, in the order in which they are offered."""
OWN_FORMATS: Final = ("jsonl", "csv")
"""Those whose keys are defined here, with ids of the model as values; the others need a map."""
