"""Where a model is, as it was named on the command line."""

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
    def parse(cls, text: "AnySource") -> "Source":
        """What a name means; a source means itself."""
        return text if isinstance(text, Source) else cls(Path(text))

    def __str__(self) -> str:
        """The model as it was named."""
        return str(self.path)

    @property
    def name(self) -> str:
        """What it is called there, in a few words."""
        return self.path.name

    @property
    def folder(self) -> Path:
        """Where git, logs and files of other programs are looked for, and exports are proposed."""
        return self.path.parent

    def absolute(self) -> "Source":
        """The same in whatever folder the program works."""
        return Source(self.path.absolute())


AnySource = str | os.PathLike[str] | Source
"""What names a model: a text or a path that is parsed, or a source."""
