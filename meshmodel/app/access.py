"""Who opens a model, and what they may do."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final


@dataclass(frozen=True, slots=True)
class Access:
    """Who opens a model, and what they may do.

    Attributes:
        person: by what name the journal keeps their edits; empty: by none.
        read_only: whether edits are refused, whatever the file allows.
        folder: of a guest of a served model, the one folder in which their program may make files; ``None``:
            it is no guest, and all files of this machine are theirs.
    """

    person: str = ""
    read_only: bool = False
    folder: Path | None = None

    @property
    def is_guest(self) -> bool:
        """Whether it is a guest, who touches no file of the host."""
        return self.folder is not None

    @property
    def why_read_only(self) -> str:
        """Why edits are refused; empty where they are not for this."""
        if not self.read_only:
            return ""
        return "you came by the address to watch" if self.is_guest else "it was opened with --read-only"


ANYONE: Final = Access()
"""Somebody without a name, who may do everything."""
