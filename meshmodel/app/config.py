"""What the configuration file says. It is written by people and only read here.

    theme = "dark"                 # dark, light, high-contrast
    ascii = false                  # true: no box drawing

    [keys]
    undo = "ctrl+u"                # an action of the key list, and its keys with commas between them

It never stops the program: what cannot be read is reported in a line.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from platformdirs import user_config_path

from meshmodel.app.commands import problems
from meshmodel.model.open_file import read_small_file
from meshmodel.model.text import one_line

THEMES: Final = ("dark", "light", "high-contrast")


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


def configuration_path() -> Path:
    """Where the configuration file is looked for."""
    return user_config_path("meshmodel", appauthor=False) / "config.toml"


def read_configuration(path: Path | None = None) -> Configuration:
    """What the configuration file says; the usual where there is none, with every problem in a line.

    Args:
        path: another file than the usual one.
    """
    path = configuration_path() if path is None else path
    try:
        data = read_small_file(path)
    except FileNotFoundError:
        return Configuration()
    except OSError as error:
        return Configuration(problems=(f"{one_line(path)}: {error.strerror or 'cannot be read'}",))
    from meshmodel.interchange.toml_text import TomlTextError, parse_toml  # most have no such file

    try:
        settings = parse_toml(data.decode())
    except (ValueError, TomlTextError) as error:
        line = f", line {error.line}" if isinstance(error, TomlTextError) and error.line else ""
        problem = f"{one_line(path.name)}{line}: {one_line(error)}; nothing of it is used"
        return Configuration(problems=(problem,))
    return _configuration(path.name, settings)


def _configuration(name: str, settings: Mapping[str, Any]) -> Configuration:
    found = [
        f"{name}: {one_line(key, 40)} is not known; there are theme, ascii and [keys]"
        for key in settings
        if key not in {"theme", "ascii", "keys"}
    ]
    theme = settings.get("theme")
    if theme is not None and theme not in THEMES:
        found.append(f"{name}: theme is one of {', '.join(THEMES)}")
        theme = None
    plain = settings.get("ascii")
    if plain is not None and not isinstance(plain, bool):
        found.append(f"{name}: ascii is true or false")
        plain = None
    keys = settings.get("keys", {})
    if not isinstance(keys, dict) or not all(isinstance(value, str) for value in keys.values()):
        found.append(f'{name}: [keys] has lines like undo = "ctrl+u"')
        keys = {}
    found += [one_line(problem, 200) for problem in problems(keys)]
    return Configuration(theme, plain, keys, tuple(found))
