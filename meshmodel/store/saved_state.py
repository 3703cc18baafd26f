"""What the program remembers between runs: recent files; of each model the place, zoom, lens and last export.

It is written to one file, whole and at once; a damaged one counts as empty, and nothing here ever stops the
program.
"""

import json
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from platformdirs import user_state_path

from meshmodel.model.atomic_file import replace_file
from meshmodel.model.errors import StoreError
from meshmodel.model.open_file import read_small_file
from meshmodel.model.records import Reference
from meshmodel.model.source import AnySource, Source

RECENT_LIMIT: Final = 12
"""How many recent files are kept."""
PLACES_LIMIT: Final = 100
"""Of how many models the place, zoom and lens are kept."""
TRIES: Final = 20
"""So often a change is made anew because another window has written meanwhile."""


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
class LastExport:
    """What a model was exported to last: the format, the file or folder, and whether that has pages."""

    format: str
    path: Path
    is_paged: bool


def state_path() -> Path:
    """Where recent files and places are kept."""
    return user_state_path("meshmodel", appauthor=False) / "state.json"


def room_path(model: Source, kind: str) -> Path:
    """Where a file about the room of a model is, in a folder that nobody else may read."""
    name = sha256(model.absolute().text.encode()).hexdigest()[:32]
    return state_path().parent / "rooms" / f"{name}.{kind}"


class State:
    """Recent files, and the places and last exports of models; every change is written at once.

    Each change is made to what the file holds then, so that several windows forget nothing of each other.
    """

    def __init__(self, path: Path | None = None) -> None:
        """Read the state file (another than the usual one, if given); a damaged one counts as empty."""
        self.path = state_path() if path is None else path
        self._is_unwritable = False
        self._take(self._read())

    def _read(self) -> bytes | None:
        """What the file holds; ``None`` where it cannot be read."""
        with suppress(OSError, ValueError):
            return read_small_file(self.path)
        return None

    def _take(self, content: bytes | None) -> None:
        stored: Any = None
        with suppress(ValueError, RecursionError):
            stored = json.loads(content or b"")
        recent, places = _of(dict, stored).get("recent"), _of(dict, stored).get("places")
        exports = _of(dict, _of(dict, stored).get("exports"))
        self._exports = {name: each for name, each in exports.items() if _is_export(each)}
        self._recent: list[str] = [each for each in _of(list, recent) if _is_name(each)][:RECENT_LIMIT]
        self._places: dict[str, dict[str, Any]] = {
            name: _of(dict, place) for name, place in _of(dict, places).items() if _is_name(name)
        }

    def recent(self) -> list[Path]:
        """The files opened last in any window, the newest first; those that are gone are left out."""
        if not self._is_unwritable:
            self._take(self._read())
        return [path for path in map(Path, self._recent) if os.path.isfile(path)]  # noqa: PTH113  # it never raises

    def opened(self, named: AnySource) -> None:
        """Remember that a file was opened; a model in a database is found by its address."""
        source = Source.parse(named)
        if source.address:
            return
        name = source.key

        def change() -> None:
            self._recent = [name, *(each for each in self._recent if each != name)][:RECENT_LIMIT]

        self._change(change)

    def place(self, named: AnySource) -> Place:
        """Where somebody was in a model; the beginning, if it is new or what was kept makes no sense."""
        return _place(self._places.get(Source.parse(named).key, {}))

    def leave(self, named: AnySource, place: Place) -> None:
        """Remember where somebody was in a model."""
        name = Source.parse(named).key
        self._change(lambda: _keep(self._places, name, asdict(place)))

    def exported(self, named: AnySource) -> LastExport | None:
        """What a model was exported to last, unless the folder of that is gone."""
        known = self._exports.get(Source.parse(named).key)
        if known is None:
            return None
        last = LastExport(known[0], Path(known[1]), known[2])
        return last if os.path.isdir(last.path.parent) else None  # noqa: PTH112  # it never raises

    def export(self, named: AnySource, last: LastExport) -> None:
        """Remember what a model was exported to."""
        name = Source.parse(named).key
        kept = [last.format, str(last.path.absolute()), last.is_paged]
        self._change(lambda: _keep(self._exports, name, kept))

    def _change(self, change: Callable[[], None]) -> None:
        """Make a change to what the file holds now; where it cannot be written, to what is known here."""
        with suppress(OSError):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.touch()  # so that there is something that another window may have replaced
        for _ in range(TRIES):
            before = self._read()
            if not self._is_unwritable:  # else what is known here is nowhere else
                self._take(before)
            change()
            kept = {"recent": self._recent, "places": self._places, "exports": self._exports}
            try:
                replace_file(self.path, json.dumps(kept, indent=1).encode(), instead_of=before)
            except StoreError:
                self._is_unwritable = self._read() == before
                if self._is_unwritable:
                    return
            else:
                self._is_unwritable = False
                return


def _keep(kept: dict[str, Any], name: str, value: Any) -> None:
    """Keep something of a model as the newest, and of so many models alone."""
    kept.pop(name, None)
    kept[name] = value
    for old in list(kept)[:-PLACES_LIMIT]:
        del kept[old]


def _of(kind: type, value: Any) -> Any:
    """The value, or an empty one where it is of another kind."""
    return value if isinstance(value, kind) else kind()


def _is_name(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) < 4096 and "\0" not in value


def _is_export(stored: object) -> bool:
    match stored:
        case [str(), str(path), bool()]:
            return _is_name(path)
        case _:
            return False


def _place(stored: Mapping[str, Any]) -> Place:
    return Place(
        _offset(stored.get("x")),
        _offset(stored.get("y")),
        _of(str, stored.get("zoom")) or "card",
        _of(str, stored.get("lens")) or "structure",
        _selected(stored.get("selected")),
        _offset(stored.get("lists_rows")),
    )


def _offset(stored: Any) -> int:
    return stored if isinstance(stored, int) and 0 <= stored < 1_000_000 else 0


def _selected(stored: Any) -> Reference | None:
    match stored:
        case [str(table), str(key)]:
            return table, key
        case [str(table), [str(start), str(end)]]:
            return table, (start, end)
        case _:
            return None
