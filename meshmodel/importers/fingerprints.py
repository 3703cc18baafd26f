"""Describes what an import starts, so that ``drift`` sees when another program runs than was approved.

A description names the program, its version and options, and ends with a digest of all arguments. Values that
are withheld count by their names alone, so that no digest says anything of a secret.
"""

import hashlib
import json
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

from meshmodel.importers.catalogue import load_catalogue
from meshmodel.importers.document import Node
from meshmodel.importers.programs import Program, option_values, program_of
from meshmodel.importers.withheld import (
    host_of,
    in_arguments,
    names_secret,
    shows_secret,
    without_secret_parts,
)

_MARK: Final = "Program: "
_OPTION: Final = re.compile(r"(--[A-Za-z][A-Za-z0-9-]{0,60}|-[A-Za-z])")
_ASSIGNED: Final = re.compile(r"([A-Za-z_][A-Za-z0-9_]{0,99})[=:].*", re.DOTALL)
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


def of_command(words: Sequence[str]) -> str:
    """The description of what a command starts: its first word and its arguments."""
    program = program_of(words)
    known = _known_options(program)
    given = [*program.options, *program.arguments]
    options = dict.fromkeys(found[1] for each in given if (found := _OPTION.match(each)))
    shown = [f"{name}={known[name]}" if known.get(name) else name for name in options]
    return _described(_named(program, words), shown, words)


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
    """The description of a server at an address: host and path."""
    host = host_of(address)
    return f"{_MARK}at {_plain(host + urlsplit(address).path)}" if host else ""


def _described(name: str, options: Sequence[str], words: Sequence[str]) -> str:
    told = [name]
    if options:
        told.append(f"options {', '.join(options[:_SHOWN])}{', …' if len(options) > _SHOWN else ''}")
    return f"{_MARK}{'; '.join([*told, f'arguments {_digest(words)}'])}"


def _named(program: Program, words: Sequence[str]) -> str:
    """The runner, and the package or image with its version; of a file of the machine its name alone."""
    name = program.name or (words[0] if words else "")
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


def _digest(words: Sequence[str]) -> str:
    canonical = json.dumps(list(_canonical(words)), ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()[:12]


def _canonical(words: Sequence[str]) -> Iterator[str]:
    """The words, with the names of what is withheld in its place, and of addresses the host."""
    nodes = [Node(each) for each in words]
    withheld = {each.node: each.name for each in in_arguments(nodes)}
    for node in nodes:
        assigned = _ASSIGNED.fullmatch(node.text)
        if node in withheld:
            yield f"<{withheld[node]}> {host_of(node.text)}".rstrip()
        elif assigned and (names_secret(assigned[1]) or shows_secret(node.text)):
            yield f"<{assigned[1]}>"
        else:
            yield "<value>" if shows_secret(node.text) else node.text
