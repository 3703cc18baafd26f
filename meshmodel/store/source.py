"""Where a model is: a file, as it was named."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Source:
    """Where a model is.

    Attributes:
        path: the file.
    """

    path: Path

    @classmethod
    def parse(cls, text: "str | os.PathLike[str] | Source") -> "Source":
        """What a name on the command line means; a source means itself."""
        return text if isinstance(text, Source) else cls(Path(text))

    def __str__(self) -> str:
        """The file as it was named."""
        return str(self.path)

    @property
    def name(self) -> str:
        """The last part of its name."""
        return self.path.name

    @property
    def folder(self) -> Path:
        """The folder of the file, in which git and files named beside the model are looked for."""
        return self.path.parent
