# ruff: noqa: INP001  # run by its path when the wheel is built
"""Puts the page of the program into the wheel, where ``man`` finds it; run when the wheel is built."""

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ManPage(BuildHookInterface[Any]):
    """Writes the page that ``meshmodel help --man`` prints, for as long as the wheel is built."""

    _folder: tempfile.TemporaryDirectory[str] | None = None

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  # hatchling's
        """Write it, and name it among the shared data of the wheel."""
        sys.path.insert(0, self.root)
        from meshmodel.commands.help import manual_for_man

        self._folder = tempfile.TemporaryDirectory()
        path = Path(self._folder.name) / "meshmodel.1"
        path.write_text(f"{manual_for_man()}\n", encoding="utf-8")
        build_data["shared_data"][str(path)] = "share/man/man1/meshmodel.1"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002  # hatchling's
        """Remove it again."""
        if self._folder is not None:
            self._folder.cleanup()
