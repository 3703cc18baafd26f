"""Reads a policy stub back, which may hold anything: the guards are those of interchange files."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple, cast

from meshmodel.exporters.policies.stub import FORMAT
from meshmodel.interchange.reader import file_content, parse_bytes
from meshmodel.model.errors import InvalidModelError
from meshmodel.model.text import one_line
from meshmodel.model.values import RefusedValueError, check_new_id, quote
from meshmodel.model.vocabulary import (
    ACTIONS,
    CHECKPOINT_STATES,
    DECISION_KINDS,
    FRESHNESSES,
    SEVERITIES,
    Action,
    CheckpointState,
    Freshness,
)

TABLES: Final = ("allow", "require", "deny")
"""The kinds of tables, from the one that lets most through to the one that lets least."""
_VIAS: Final = ("direct", "own", "deputy")
_BECAUSES: Final = ("controlled", "approved", "home")
_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")


class StubTable(NamedTuple):
    """One table of a stub.

    Attributes:
        agent, kind: whose it is, and which of ``TABLES``.
        system, actions, credentials: what it is about.
        decision, decided_at, freshness, state: of ``require``; empty where nothing was chosen.
        enforceable: of ``deny``, what the stub says.
    """

    agent: str
    kind: str
    system: str
    actions: tuple[Action, ...]
    credentials: tuple[str, ...]
    decision: str = ""
    decided_at: str = ""
    freshness: Freshness = "per-action"
    state: CheckpointState = "planned"
    enforceable: bool = False


class Stub(NamedTuple):
    """A stub as it was read: the digest of its model, its agents in order, and all their tables."""

    digest: str
    agents: tuple[str, ...]
    tables: tuple[StubTable, ...]


def read_stub(path: Path) -> Stub:
    """The stub in a file.

    Raises:
        InvalidModelError: it cannot be read, is no TOML, or is no stub; one line that says where.
    """
    source = one_line(path, 400)
    document = parse_bytes(file_content(path), str(path))
    try:
        return parse_stub(document)
    except RefusedValueError as error:
        raise InvalidModelError(f"{source}: {error}") from None


def parse_stub(document: Mapping[str, Any]) -> Stub:
    """The stub in the tables of a file; raises RefusedValueError."""
    if document.get("format") != FORMAT:
        raise RefusedValueError(
            f'is no policy stub: the key "format" is not "{FORMAT}"; '
            "meshmodel export writes one, in the format policy"
        )
    _check_keys(document, "the stub", ("format", "model", "model_digest", "default"), ("agent",))
    _word(document, "the stub", "default", ("deny",))
    _text(document, "the stub", "model")
    digest = _text(document, "the stub", "model_digest")
    if not _DIGEST.fullmatch(digest):
        raise RefusedValueError('the stub, key "model_digest": is no sha256: and 64 hexadecimal digits')
    agents: list[str] = []
    tables: list[StubTable] = []
    for number, row in enumerate(_rows(document, "the stub", "agent"), 1):
        where = f"agent number {number}"
        _check_keys(row, where, ("id", "identities"), ("home", *TABLES))
        name = _id(row["id"], where, "id")
        if name in agents:
            raise RefusedValueError(f"agent {name}: is there twice")
        agents.append(name)
        tables += _tables(name, row)
    return Stub(digest, tuple(agents), tuple(tables))


def _tables(agent: str, row: Mapping[str, Any]) -> Iterator[StubTable]:
    seen: set[tuple[str, Action]] = set()
    for kind in TABLES:
        for number, each in enumerate(_rows(row, f"agent {agent}", kind), 1):
            made = _table(agent, kind, each, f"agent {agent}, {kind} number {number}")
            for action in made.actions:
                if (made.system, action) in seen:
                    raise RefusedValueError(
                        f"agent {agent}: {action} on {made.system} is in two tables; leave one"
                    )
                seen.add((made.system, action))
            yield made


_KEYS: Final = {
    "allow": ("because", "checkpoints"),
    "require": ("from", "severity", "kind", "decided_at", "freshness", "state", "reason"),
    "deny": ("enforceable", "reason"),
}


def _table(agent: str, kind: str, row: Mapping[str, Any], where: str) -> StubTable:
    _check_keys(row, where, ("system", "actions", "credentials", "via", *_KEYS[kind]))
    _word(row, where, "via", _VIAS)
    made = StubTable(
        agent,
        kind,
        _id(row["system"], where, "system"),
        cast("tuple[Action, ...]", tuple(_words(row, where, "actions", ACTIONS))),
        tuple(_ids(row, where, "credentials")),
    )
    if kind == "allow":
        _word(row, where, "because", _BECAUSES)
        _ids(row, where, "checkpoints", empty=True)
        return made
    _text(row, where, "reason")
    if kind == "deny":
        if row["enforceable"].__class__ is not bool:
            raise RefusedValueError(f'{where}, key "enforceable": is not true or false')
        return made._replace(enforceable=row["enforceable"])
    _ids(row, where, "from")
    _word(row, where, "severity", SEVERITIES)
    at = row["decided_at"]
    return made._replace(
        decision=_word(row, where, "kind", ("", *DECISION_KINDS)),
        decided_at="" if at == "" else _id(at, where, "decided_at"),
        freshness=cast("Freshness", _word(row, where, "freshness", FRESHNESSES)),
        state=cast("CheckpointState", _word(row, where, "state", CHECKPOINT_STATES)),
    )


# Single values; each raises RefusedValueError with the place


def _check_keys(
    row: Mapping[str, Any], where: str, required: tuple[str, ...], optional: tuple[str, ...] = ()
) -> None:
    for key in row:
        if key not in required and key not in optional:
            raise RefusedValueError(f"{where}: unknown key {quote(key)}")
    for key in required:
        if key not in row:
            raise RefusedValueError(f'{where}: the key "{key}" is missing')


def _rows(row: Mapping[str, Any], where: str, key: str) -> list[dict[str, Any]]:
    rows = row.get(key, [])
    if not isinstance(rows, list) or not all(isinstance(each, dict) for each in rows):
        raise RefusedValueError(f'{where}, key "{key}": is no array of tables')
    return rows


def _text(row: Mapping[str, Any], where: str, key: str) -> str:
    if not isinstance(row[key], str):
        raise RefusedValueError(f'{where}, key "{key}": is no text')
    return str(row[key])


def _word(row: Mapping[str, Any], where: str, key: str, known: tuple[str, ...]) -> str:
    value = _text(row, where, key)
    if value not in known:
        choices = ", ".join(each or "nothing" for each in known)
        raise RefusedValueError(f'{where}, key "{key}": is {quote(value)}; use {choices}')
    return value


def _words(row: Mapping[str, Any], where: str, key: str, known: tuple[str, ...]) -> list[str]:
    value = row[key]
    if not isinstance(value, list) or not value:
        raise RefusedValueError(f'{where}, key "{key}": is no list of {", ".join(known)}')
    for each in value:
        _word({key: each}, where, key, known)
    return value


def _id(value: Any, where: str, key: str) -> str:
    try:
        check_new_id(value)
    except RefusedValueError as error:
        raise RefusedValueError(f'{where}, key "{key}": {error}') from None
    return str(value)


def _ids(row: Mapping[str, Any], where: str, key: str, *, empty: bool = False) -> list[str]:
    value = row[key]
    if not isinstance(value, list) or not (value or empty):
        raise RefusedValueError(f'{where}, key "{key}": is no list of ids')
    return [_id(each, where, key) for each in value]
