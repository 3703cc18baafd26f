"""What the names in a real system's log mean: a small TOML file beside the model.

    format = "meshmodel-map/1"

    [[identity]]                      # a principal, as the log names it
    match = "arn:aws:iam::111122223333:role/export"
    credential = "cloud-key"          # any of agent, credential and identity

    [[resource]]                      # what was acted on
    match = "arn:aws:s3:::exports*"
    system = "bucket"

    [[action]]                        # an operation whose meaning the reader does not know, or not rightly
    match = "s3.amazonaws.com:RestoreObject"
    action = "write"

``match`` is the whole name; ``*`` in it stands for anything. The reader offers each record's names from
the most to the least particular; the first that a rule matches is taken, and of several rules the first.
An action may also name a ``checkpoint`` whose decision such a record is, and the ``agent`` for which it is
made, since such records name who decided. After the rules of the file come those of the model: ``known_as``
of its systems, agents and credentials.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NoReturn

from meshmodel.interchange.toml_text import TomlTextError, parse_toml
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.events import Event
from meshmodel.model.open_file import open_file
from meshmodel.model.secrets import looks_like_secret, masked
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.text import no_such, one_line
from meshmodel.model.vocabulary import ACTIONS, Action

FORMAT: Final = "meshmodel-map/1"
_SIZE_LIMIT: Final = 1 << 20
_KNOWN: Final = 4_096
"""The size of the cache of names and their meanings."""
_TABLES: Final[Mapping[str, tuple[str, ...]]] = {
    "identity": ("agent", "credential", "identity"),
    "resource": ("system",),
    "action": ("action", "checkpoint", "agent"),
}
_ELEMENTS: Final = ("agent", "credential", "system", "checkpoint")


@dataclass(frozen=True, slots=True)
class LogRecord:
    """One record of a real system's log, in its own names.

    Attributes:
        principals: the names of the principal, the most particular first.
        targets: the names of what was acted on, likewise.
        operation: the name of the operation.
        action: what that usually means, where that is known.
        time: seconds since 1970, or ``None``.
        id: the log's own name of the record.
        refused: whether it was refused.
        issued: the names of a principal whose credential was handed out.
    """

    principals: tuple[str, ...]
    targets: tuple[str, ...]
    operation: str
    action: Action | None
    time: float | None
    id: str | None
    refused: bool
    issued: tuple[str, ...] = ()

    @property
    def names_subject(self) -> bool:
        """Whether it has a principal or a target, as every record of its format does."""
        return bool(self.principals or self.targets)


@dataclass(frozen=True, slots=True)
class _Rule:
    pieces: tuple[str, ...]
    means: Mapping[str, str]

    def matches(self, name: str) -> bool:
        """Whether the whole name fits; linear in its length."""
        first, *rest = self.pieces
        if not rest:
            return name == first
        if not name.startswith(first):
            return False
        at, last = len(first), rest.pop()
        for piece in rest:
            found = name.find(piece, at)
            if found < 0:
                return False
            at = found + len(piece)
        return len(name) - len(last) >= at and name.endswith(last)


@dataclass(slots=True)
class Mapper:
    """Converts records of a log to events in the names of a model."""

    rules: Mapping[str, Sequence[_Rule]]
    _known: dict[tuple[str, str], Mapping[str, str] | None] = field(default_factory=dict)

    def event(self, number: int, record: LogRecord) -> Event:
        """The event that a record means; names that no rule matches are listed in ``unmapped``.

        Args:
            number: its place in the log.
            record: in the log's names.
        """
        unmapped: list[str] = []
        what = self._meaning("action", (record.operation,)) or {}
        decided_for = {"agent": what["agent"]} if "agent" in what else None
        who = decided_for or self._meaning("identity", record.principals)
        if who is None:
            unmapped.append(_unnamed("identity", record.principals))
        where = self._meaning("resource", record.targets)
        if where is None:
            unmapped.append(_unnamed("resource", record.targets))
        action = next((each for each in ACTIONS if each == what.get("action")), record.action)
        if action is None and "checkpoint" not in what:
            unmapped.append(_unnamed("action", (record.operation,)))
        issued = (self._meaning("identity", record.issued) or {}).get("credential")
        who = who or {}
        return Event(
            number,
            record.time,
            who.get("agent"),
            who.get("credential"),
            who.get("identity"),
            None if where is None else where["system"],
            action,
            what.get("checkpoint"),
            record.refused,
            issued,
            None if record.id is None else one_line(record.id, limit=200),
            tuple(unmapped),
        )

    def _meaning(self, table: str, names: tuple[str, ...]) -> Mapping[str, str] | None:
        for name in names:
            key = table, name
            if key not in self._known:
                if len(self._known) >= _KNOWN:
                    self._known.clear()
                rules = self.rules[table]
                self._known[key] = next((rule.means for rule in rules if rule.matches(name)), None)
            means = self._known[key]
            if means is not None:
                return means
        return None


def _unnamed(table: str, names: tuple[str, ...]) -> str:
    """What no rule names, by its most particular name that is no secret."""
    name = next((each for each in names if not looks_like_secret(each)), names[0] if names else "")
    named = one_line(masked(name)) if name else "one without a name"
    return f"the map has no {table} for {named}"


def read_map(path: Path, snapshot: Snapshot) -> Mapper:
    """The meaning of a log's names: the rules of a map, then those of the model.

    Args:
        path: a TOML file of the format above.
        snapshot: the model whose elements it names.

    Raises:
        MeshmodelError: one line; it cannot be read, is malformed, or names what the model does not have.
    """
    name = one_line(path)
    document = _document(path, name)
    if document.pop("format", None) != FORMAT:
        raise MeshmodelError(f'{name}: is no map; it begins with format = "{FORMAT}"')
    rules: dict[str, Sequence[_Rule]] = dict.fromkeys(_TABLES, ())
    for table, listed in document.items():
        if table not in _TABLES:
            raise MeshmodelError(
                f"{name}: {one_line(masked(table))} is no table; there are {', '.join(_TABLES)}"
            )
        if not isinstance(listed, list):
            raise MeshmodelError(f"{name}: {table} is written [[{table}]]")
        rules[table] = [
            _rule(table, each, snapshot, _refusing(f"{name}, {table} {number}"))
            for number, each in enumerate(listed, 1)
        ]
    known = known_rules(snapshot)
    return Mapper({table: [*own, *known.get(table, ())] for table, own in rules.items()})


def known_rules(snapshot: Snapshot) -> Mapping[str, Sequence[_Rule]]:
    """The rules that the elements of a model make by ``known_as``, by table of a map.

    A name that two elements of one kind have tells neither of them, so it is no rule. Whole names come before
    those with ``*``, and of these the longer first: they are more particular.
    """
    means: dict[str, dict[str, dict[str, str]]] = {"identity": {}, "resource": {}}
    shared: set[tuple[str, str, str]] = set()
    for kind, table in (("agent", "identity"), ("credential", "identity"), ("system", "resource")):
        for id_, record in snapshot.table(kind).items():
            for name in record.known_as or ():
                named = means[table].setdefault(name, {})
                if named.setdefault(kind, id_) != id_:
                    shared.add((table, name, kind))
    for table, name, kind in shared:
        del means[table][name][kind]
    return {
        table: [
            _Rule(tuple(name.split("*")), named[name])
            for name in sorted(named, key=_particular)
            if named[name]
        ]
        for table, named in means.items()
    }


def _particular(name: str) -> tuple[bool, int, str]:
    return "*" in name, -len(name), name


def _document(path: Path, name: str) -> dict[str, Any]:
    try:
        with open_file(path) as file:
            content = file.read(_SIZE_LIMIT + 1)
        if len(content) > _SIZE_LIMIT:
            raise MeshmodelError(f"{name}: is larger than {_SIZE_LIMIT} bytes; a map is small")
        return parse_toml(content.decode("utf-8"))
    except OSError as error:
        raise MeshmodelError(f"{name}: cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise MeshmodelError(f"{name}: is not UTF-8 text") from None
    except TomlTextError as error:
        place = f", line {error.line}" if error.line else ""
        raise MeshmodelError(f"{name}{place}: {error.reason}") from None


Refusing = Callable[[str], NoReturn]


def _refusing(place: str) -> Refusing:
    def refuse(reason: str) -> NoReturn:
        raise MeshmodelError(f"{place}: {reason}")

    return refuse


def _rule(table: str, values: object, snapshot: Snapshot, refuse: Refusing) -> _Rule:
    if not isinstance(values, dict):
        refuse(f"is no table; it is written [[{table}]]")
    keys = _TABLES[table]
    means: dict[str, str] = {}
    for key, value in values.items():
        if key not in {"match", *keys}:
            refuse(f"{one_line(masked(key))} is no key; there are match, {', '.join(keys)}")
        if not isinstance(value, str) or not value:
            refuse(f"{key} is no text, or empty")
        if key == "match":
            continue
        if key in _ELEMENTS and value not in snapshot.table(key):
            refuse(no_such(key, value, snapshot.table(key)))
        if key == "action" and value not in ACTIONS:
            refuse(f"{one_line(masked(value))} is no action; there are {', '.join(ACTIONS)}")
        means[key] = value
    if "match" not in values:
        refuse("has no match: the name in the log")
    if not means:
        refuse(f"says nothing; add {' or '.join(keys)}")
    if table == "action" and "agent" in means and "checkpoint" not in means:
        refuse("an agent goes with a checkpoint alone: the one for which it decides")
    return _Rule(tuple(str(values["match"]).split("*")), means)
