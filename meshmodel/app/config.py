"""What the program remembers between runs, and what its configuration file says.

    theme = "dark"                 # dark, light, high-contrast
    ascii = false                  # true: no box drawing

    [keys]
    undo = "ctrl+u"                # an action of the key list, and its keys with commas between them

The configuration file is written by people and only read here. Recent files, and the place, zoom
and lens of each model, are written to one state file, whole and at once; a damaged one counts as
empty. Nothing here ever stops the program: what cannot be read or written is reported in a line.
"""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from platformdirs import user_config_path, user_data_path, user_state_path

from meshmodel.app.commands import problems
from meshmodel.interchange.error_lines import DEPTH_LIMIT, find_deep_key
from meshmodel.model.atomic_file import replace_file
from meshmodel.model.errors import StoreError
from meshmodel.model.open_file import open_file
from meshmodel.model.text import one_line

RECENT_LIMIT: Final = 12
"""How many recent files are kept."""
PLACES_LIMIT: Final = 100
"""Of how many models the place, zoom and lens are kept."""
ORDERS_LIMIT: Final = 12
"""Of how many of them the order of lanes and cards is kept too ..."""
ORDER_LIMIT: Final = 2_000
"""... where they are no more than that."""
THEMES: Final = ("dark", "light", "high-contrast")

_SIZE_LIMIT: Final = 1_000_000
_APP: Final = "meshmodel"


@dataclass(frozen=True, slots=True)
class Configuration:
    """What the configuration file says.

    Attributes:
        theme: dark, light or high-contrast; ``None``: not said.
        ascii: whether only ASCII is drawn; ``None``: not said.
        keymap: the keys of the actions that have others than usual, as Textual's ``set_keymap`` takes.
        problems: what is wrong with the file, one line each: clashes, unknown actions, syntax.
    """

    theme: str | None = None
    ascii: bool | None = None
    keymap: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody was in a model: the scroll offset, the zoom, the lens, and what was selected.

    ``order`` has the lanes and cards as they were drawn, where that comes of what was done in between and
    not of the model alone.
    """

    x: int = 0
    y: int = 0
    zoom: str = "card"
    lens: str = "structure"
    selected: tuple[str, str | tuple[str, str]] | None = None
    order: tuple[tuple[str, str], ...] = ()


def configuration_path() -> Path:
    """Where the configuration file is looked for."""
    return user_config_path(_APP, appauthor=False) / "config.toml"


def state_path() -> Path:
    """Where recent files and places are kept."""
    return user_state_path(_APP, appauthor=False) / "state.json"


def copies_path() -> Path:
    """Where private copies of the worked examples go."""
    return user_data_path(_APP, appauthor=False) / "copies"


def read_configuration(path: Path | None = None) -> Configuration:
    """What the configuration file says; the usual where there is none, with every problem in a line.

    Args:
        path: another file than the usual one.
    """
    path = configuration_path() if path is None else path
    try:
        data = _read(path)
    except FileNotFoundError:
        return Configuration()
    except OSError as error:
        return Configuration(problems=(f"{one_line(path)}: {error.strerror or 'cannot be read'}",))
    try:
        text = data.decode()
        deep = find_deep_key(text)
        if deep is not None:
            raise ValueError(f"a key in line {deep} has more than {DEPTH_LIMIT} parts")  # noqa: TRY301  # as others
        said = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        return Configuration(problems=(f"{one_line(path.name)}: {one_line(error)}; nothing of it is used",))
    return _configuration(path.name, said)


def _configuration(name: str, said: Mapping[str, Any]) -> Configuration:
    found = [
        f"{name}: {one_line(key, 40)} is not known; there are theme, ascii and [keys]"
        for key in said
        if key not in {"theme", "ascii", "keys"}
    ]
    theme = said.get("theme")
    if theme is not None and theme not in THEMES:
        found.append(f"{name}: theme is one of {', '.join(THEMES)}")
        theme = None
    plain = said.get("ascii")
    if plain is not None and not isinstance(plain, bool):
        found.append(f"{name}: ascii is true or false")
        plain = None
    keys = said.get("keys", {})
    if not isinstance(keys, dict) or not all(isinstance(value, str) for value in keys.values()):
        found.append(f'{name}: [keys] has lines like undo = "ctrl+u"')
        keys = {}
    found += [one_line(problem, 200) for problem in problems(keys)]
    return Configuration(theme, plain, keys, tuple(found))


class State:
    """Recent files and the places in them; every change is written at once.

    Attributes:
        problem: why the state could not be read or written the last time, or ``None``.
    """

    def __init__(self, path: Path | None = None) -> None:
        """Read the state file (another than the usual one, if given); a damaged one counts as empty."""
        self.path = state_path() if path is None else path
        self.problem: str | None = None
        self._recent: list[str] = []
        self._places: dict[str, dict[str, Any]] = {}
        self._load()

    def recent(self) -> list[Path]:
        """The files opened last, the newest first; those that are gone are left out."""
        return [path for path in map(Path, self._recent) if _is_file(path)]

    def opened(self, path: Path) -> None:
        """Remember that a file was opened."""
        name = str(path.absolute())
        self._recent = [name, *(each for each in self._recent if each != name)][:RECENT_LIMIT]
        self._write()

    def forget(self, path: Path) -> None:
        """Take a file from the recent ones."""
        name = str(path.absolute())
        self._recent = [each for each in self._recent if each != name]
        self._places.pop(name, None)
        self._write()

    def place(self, path: Path) -> Place:
        """Where somebody was in a model; the beginning, if it is new or what was kept makes no sense."""
        return _place(self._places.get(str(path.absolute()), {}))

    def leave(self, path: Path, place: Place) -> None:
        """Remember where somebody was in a model."""
        name = str(path.absolute())
        self._places.pop(name, None)
        self._places[name] = {
            "x": place.x,
            "y": place.y,
            "zoom": place.zoom,
            "lens": place.lens,
            "selected": None if place.selected is None else _plain(place.selected),
        }
        if 0 < len(place.order) <= ORDER_LIMIT:
            self._places[name]["order"] = [f"{table}:{key}" for table, key in place.order]
        for old in list(self._places)[:-PLACES_LIMIT]:
            del self._places[old]
        for old in list(self._places)[:-ORDERS_LIMIT]:
            self._places[old].pop("order", None)
        self._write()

    def _load(self) -> None:
        try:
            said = json.loads(_read(self.path))
        except FileNotFoundError:
            return
        except OSError as error:
            self.problem = f"{one_line(self.path)}: {error.strerror or 'cannot be read'}"
            return
        except (ValueError, RecursionError):
            self.problem = f"{one_line(self.path)} is damaged; starting without recent files"
            return
        if not isinstance(said, dict):
            return
        recent, places = said.get("recent"), said.get("places")
        if isinstance(recent, list):
            self._recent = [each for each in recent if _is_name(each)][:RECENT_LIMIT]
        if isinstance(places, dict):
            self._places = {
                name: value for name, value in places.items() if _is_name(name) and isinstance(value, dict)
            }

    def _write(self) -> None:
        text = json.dumps({"recent": self._recent, "places": self._places}, indent=1)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            replace_file(self.path, text.encode())
        except StoreError as error:
            self.problem = str(error)
        except OSError as error:
            self.problem = f"{one_line(self.path)}: {error.strerror or 'cannot be written'}"
        else:
            self.problem = None


def _read(path: Path) -> bytes:
    with open_file(path) as file:
        data = file.read(_SIZE_LIMIT + 1)
    if len(data) > _SIZE_LIMIT:
        raise OSError(27, "is too large")
    return data


def _is_name(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) < 4096 and "\0" not in value


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False


def _plain(reference: tuple[str, str | tuple[str, str]]) -> list[Any]:
    table, key = reference
    return [table, key if isinstance(key, str) else list(key)]


def _place(said: Mapping[str, Any]) -> Place:
    x, y, zoom, lens = (said.get(key) for key in ("x", "y", "zoom", "lens"))
    return Place(
        x if isinstance(x, int) and 0 <= x < 1_000_000 else 0,
        y if isinstance(y, int) and 0 <= y < 1_000_000 else 0,
        zoom if zoom in {"card", "line", "overview"} else "card",
        lens if isinstance(lens, str) else "structure",
        _selected(said.get("selected")),
        _order(said.get("order")),
    )


def _order(said: Any) -> tuple[tuple[str, str], ...]:
    if (
        not isinstance(said, list)
        or len(said) > ORDER_LIMIT
        or not all(isinstance(each, str) for each in said)
    ):
        return ()
    parted = [each.partition(":") for each in said]
    return tuple((table, key) for table, _, key in parted)


def _selected(said: Any) -> tuple[str, str | tuple[str, str]] | None:
    match said:
        case [str(table), str(key)]:
            return table, key
        case [str(table), [str(start), str(end)]]:
            return table, (start, end)
        case _:
            return None
