"""The formats of logs that can be read; the command line reads them whenever it starts."""

from collections.abc import Mapping
from typing import Final, Literal, get_args

LogFormat = Literal[
    "jsonl", "csv", "cloudtrail", "github-audit", "kubernetes-audit", "vault-audit", "otlp", "okta"
]
LOG_FORMATS: Final[tuple[LogFormat, ...]] = get_args(LogFormat)
"""All of them, in the order in which they are offered."""
OWN_FORMATS: Final = ("jsonl", "csv")
"""Those whose keys are defined here, with ids of the model as values; the others need a map."""
RECORD_KEYS: Final[Mapping[LogFormat, str]] = {
    "cloudtrail": "eventName",
    "github-audit": "action",
    "kubernetes-audit": "verb",
    "vault-audit": "request",
    "otlp": "scopeSpans",
    "okta": "eventType",
}
"""A key that every record of a form has at its top level; what has it is no envelope."""
