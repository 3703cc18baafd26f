"""Describes what an import starts, so that ``drift`` sees when another program runs than was approved.

A description names the program, its version and options, and ends with a digest of all arguments. Values that
are withheld count by their names alone, so that no digest says anything of a secret. The variables and the
folder that a program is given decide too what runs (``NODE_OPTIONS``, ``PYTHONPATH``), and so they count.
"""

import hashlib
import json
import re
import shlex
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from meshmodel.importers.catalogue import load_catalogue
from meshmodel.importers.command_line import redacted, redacted_value
from meshmodel.importers.programs import Program, option_values, program_of
from meshmodel.importers.withheld import (
    host_of,
    name_to_show,
    names_secret,
    shows_secret,
    without_secret_parts,
)
from meshmodel.model.secret_pattern import UUID

_MARK: Final = "Program: "
_OPTION: Final = re.compile(r"(--[A-Za-z][A-Za-z0-9-]{0,60}|-[A-Za-z])")
_PORTS: Final[Mapping[str, int]] = {"https": 443, "http": 80, "wss": 443, "ws": 80}
_SHOWN: Final = 20
_SPLIT: Final = 20_000
"""Longer scripts are split at blanks alone, which takes no time."""
_LONGEST: Final = 80


def is_program(description: str | None) -> bool:
    """Whether a description was made here."""
    return description is not None and description.startswith(_MARK)


def is_changed(before: str | None, now: str | None) -> bool:
    """Whether two descriptions made here are of different programs, versions, addresses or arguments.

    Which options are told with their values depends on the catalogue, and is left aside.
    """
    if before is None or now is None or not (is_program(before) and is_program(now)):
        return False
    return _essence(before) != _essence(now)


def _essence(description: str) -> tuple[str, str]:
    return description.partition("; ")[0], description.rpartition("; ")[2]


def of_command(words: Sequence[str], settings: Mapping[str, str] = MappingProxyType({})) -> str:
    """The description of what a command starts: its first word, its arguments, and what it is given.

    Args:
        words: the command and its arguments.
        settings: by name the variables and the folder that it is given; those whose names say secret are left
            out, for they are credentials.
    """
    program = program_of(words)
    known = _known_options(program)
    given = [*program.options, *program.arguments]
    options = dict.fromkeys(found[1] for each in given if (found := _OPTION.match(each)))
    shown = [f"{name}={known[name]}" if known.get(name) else name for name in options]
    return _described(_named(program), shown, words, settings)


def of_script(product: str, script: str) -> str:
    """The description of an agent that a script starts; the digest is of the whole script."""
    try:
        words = shlex.split(script) if len(script) <= _SPLIT else script.split()
    except ValueError:
        words = script.split()
    return _described(f"{product} in a script", (), words)


def of_action(uses: str, inputs: Mapping[str, str]) -> str:
    """The description of an action with its inputs."""
    words = [f"{name}={value}" for name, value in sorted(inputs.items())]
    name, _, version = uses.partition("@")
    return _described(f"action {_pinned(name, version)}", sorted(inputs), [uses, *words])


def of_address(address: str) -> str:
    """The description of a server at an address: host and path; scheme and port where they are not usual."""
    host = host_of(address)
    if not host:
        return ""
    parts = urlsplit(address)
    scheme = parts.scheme.lower()
    try:
        port = parts.port
    except ValueError:
        port = None
    before = "" if scheme == "https" else f"{scheme}://"
    after = "" if port in {None, _PORTS.get(scheme)} else f":{port}"
    return f"{_MARK}at {before}{_plain(f'{host}{after}{parts.path}')}"


def _described(
    name: str,
    options: Sequence[str],
    words: Sequence[str],
    settings: Mapping[str, str] = MappingProxyType({}),
) -> str:
    told = [name]
    given = {
        name_to_show(each): redacted_value(each, text)
        for each, text in sorted(settings.items())
        if not names_secret(each)
    }
    if options:
        told.append(f"options {', '.join(options[:_SHOWN])}{', …' if len(options) > _SHOWN else ''}")
    if given:
        told.append(f"given {', '.join([*given][:_SHOWN])}{', …' if len(given) > _SHOWN else ''}")
    counted = [*redacted(words), *(f"{name}={text}" for name, text in given.items())]
    return f"{_MARK}{'; '.join([*told, f'arguments {_digest(counted)}'])}"


def _named(program: Program) -> str:
    """The runner, and the package or image with its version; of a file of the machine its name alone.

    A bare UUID may be a key, and is no name of a program.
    """
    name = program.name
    if not name or UUID.search(name) or UUID.search(program.version) or _shows(name, program.version):
        return f"{program.runner} program not told".strip()
    if program.kind in {"path", "bin", ""}:
        return f"{program.runner} {_base(name)}".strip()
    if program.kind == "url":
        return f"{program.runner} {_plain(name)}".strip()
    return f"{program.runner} {_pinned(name, program.version)}".strip()


def _plain(place: str) -> str:
    """A host with its path, secret parts hidden."""
    return without_secret_parts(f"https://{place}").removeprefix("https://")


def _pinned(name: str, version: str) -> str:
    return f"{name[:_LONGEST]} {version[:_LONGEST]}" if version else f"{name[:_LONGEST]}, not pinned"


def _base(path: str) -> str:
    return re.split(r"[/\\]", path)[-1][:_LONGEST]


def _known_options(program: Program) -> dict[str, str]:
    """The values of those options that a row of the catalogue knows."""
    limits = [
        limit.option
        for server in load_catalogue().servers_of(program)
        for limit in (*server.limits, *server.adds)
        if limit.option
    ]
    given = option_values(program.arguments)
    return {
        name: given[name][:_LONGEST]
        for name in limits
        if given.get(name) and not names_secret(name) and not shows_secret(given[name])
    }


def _shows(*texts: str) -> bool:
    return any(map(shows_secret, texts))


def _digest(words: Sequence[str]) -> str:
    return hashlib.sha256(json.dumps(list(words), ensure_ascii=True).encode()).hexdigest()[:12]
