"""What the program remembers between runs: recent files; of each model the place, zoom, lens and last export.

It is written to one file, whole and at once; a damaged one counts as empty, and nothing here ever stops the
program.
"""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from platformdirs import user_state_path

from meshmodel.model.atomic_file import replace_file
from meshmodel.model.errors import StoreError
from meshmodel.model.open_file import read_small_file
from meshmodel.model.records import Reference

RECENT_LIMIT: Final = 12
"""How many recent files are kept."""
PLACES_LIMIT: Final = 100
"""Of how many models the place, zoom and lens are kept."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody was in a model: the scroll offset, the zoom, the lens, and what was selected.

    ``lists_rows`` is how many rows the lists were given; 0: none were.
    """

    x: int = 0
    y: int = 0
    zoom: str = "card"
    lens: str = "structure"
    selected: Reference | None = None
    lists_rows: int = 0


@dataclass(frozen=True, slots=True)
class Exported:
    """What a model was exported to last: the format, the file or folder, and whether that has pages."""

    format: str
    path: Path
    is_paged: bool


def state_path() -> Path:
    """Where recent files and places are kept."""
    return user_state_path("meshmodel", appauthor=False) / "state.json"


class State:
    """Recent files, and the places and last exports of models; every change is written at once."""

    def __init__(self, path: Path | None = None) -> None:
        """Read the state file (another than the usual one, if given); a damaged one counts as empty."""
        self.path = state_path() if path is None else path
        said: Any = None
        with suppress(OSError, ValueError, RecursionError):
            said = json.loads(read_small_file(self.path))
        recent, places = _of(dict, said).get("recent"), _of(dict, said).get("places")
        exports = _of(dict, _of(dict, said).get("exports"))
        self._exports = {name: each for name, each in exports.items() if _is_export(each)}
        self._recent: list[str] = [each for each in _of(list, recent) if _is_name(each)][:RECENT_LIMIT]
        self._places: dict[str, dict[str, Any]] = {
            name: _of(dict, place) for name, place in _of(dict, places).items() if _is_name(name)
        }

    def recent(self) -> list[Path]:
        """The files opened last, the newest first; those that are gone are left out."""
        return [path for path in map(Path, self._recent) if os.path.isfile(path)]  # noqa: PTH113  # it never raises

    def opened(self, path: Path) -> None:
        """Remember that a file was opened."""
        name = str(path.absolute())
        self._recent = [name, *(each for each in self._recent if each != name)][:RECENT_LIMIT]
        self._write()

    def place(self, path: Path) -> Place:
        """Where somebody was in a model; the beginning, if it is new or what was kept makes no sense."""
        return _place(self._places.get(str(path.absolute()), {}))

    def leave(self, path: Path, place: Place) -> None:
        """Remember where somebody was in a model."""
        name = str(path.absolute())
        self._places.pop(name, None)
        self._places[name] = asdict(place)
        for old in list(self._places)[:-PLACES_LIMIT]:
            del self._places[old]
        self._write()

    def exported(self, path: Path) -> Exported | None:
        """What a model was exported to last, unless the folder of that is gone."""
        known = self._exports.get(str(path.absolute()))
        if known is None:
            return None
        last = Exported(known[0], Path(known[1]), known[2])
        return last if os.path.isdir(last.path.parent) else None  # noqa: PTH112  # it never raises

    def export(self, path: Path, last: Exported) -> None:
        """Remember what a model was exported to."""
        name = str(path.absolute())
        self._exports.pop(name, None)
        self._exports[name] = [last.format, str(last.path.absolute()), last.is_paged]
        for old in list(self._exports)[:-PLACES_LIMIT]:
            del self._exports[old]
        self._write()

    def _write(self) -> None:
        kept = {"recent": self._recent, "places": self._places, "exports": self._exports}
        text = json.dumps(kept, indent=1)
        with suppress(OSError, StoreError):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            replace_file(self.path, text.encode())


def _of(kind: type, value: Any) -> Any:
    """The value, or an empty one where it is of another kind."""
    return value if isinstance(value, kind) else kind()


def _is_name(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) < 4096 and "\0" not in value


def _is_export(said: object) -> bool:
    match said:
        case [str(), str(path), bool()]:
            return _is_name(path)
        case _:
            return False


def _place(said: Mapping[str, Any]) -> Place:
    return Place(
        _offset(said.get("x")),
        _offset(said.get("y")),
        _of(str, said.get("zoom")) or "card",
        _of(str, said.get("lens")) or "structure",
        _selected(said.get("selected")),
        _offset(said.get("lists_rows")),
    )


def _offset(said: Any) -> int:
    return said if isinstance(said, int) and 0 <= said < 1_000_000 else 0


def _selected(said: Any) -> Reference | None:
    match said:
        case [str(table), str(key)]:
            return table, key
        case [str(table), [str(start), str(end)]]:
            return table, (start, end)
        case _:
            return None
