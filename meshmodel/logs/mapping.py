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

    [[session]]                       # which of a record's session names count, and as what
    match = "role-session:*"
    session = "*"

``match`` is the whole name; ``*`` in it stands for anything. The reader offers each record's names from the
most to the least particular; the first that a rule matches is taken, and of several rules the first; of
``[[session]]`` rules it is the first rule that fits one of the names. ``*`` in a value is the text for
which the one ``*`` of ``match`` stands.

An action may name a ``checkpoint`` whose decision such a record is, and the ``agent`` for which it is made,
since such records name who decided; ``outcome = "refused"`` says that the decision was a no. Where one
client presents several credentials, and the operation tells which, it names ``credential``, ``system``,
``yields`` and ``revokes``. ``ignore = true`` leaves a record out, because another log has it. Any rule may
hold ``log``, a form or the name of a file: it is for such logs alone. After the rules of the file come those
of the model: ``known_as`` of its systems, agents and credentials. What nothing maps happened in the system
that such a log is of, where the model has just one of its kind (``LONE_LOGS``).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, NamedTuple, NoReturn

from meshmodel.interchange.toml_text import read_toml_file
from meshmodel.logs.record_values import distinct
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.events import Bypass, Event
from meshmodel.model.records import Snapshot
from meshmodel.model.secrets import looks_like_secret, masked
from meshmodel.model.text import no_such, one_line
from meshmodel.model.vocabulary import ACTIONS, Action

FORMAT: Final = "meshmodel-map/1"
_KNOWN: Final = 4_096
"""The size of the cache of names and their meanings."""
_TABLES: Final[Mapping[str, tuple[str, ...]]] = {
    "identity": ("agent", "credential", "identity", "ignore", "log"),
    "resource": ("system", "ignore", "log"),
    "action": (
        "action",
        "checkpoint",
        "agent",
        "credential",
        "system",
        "yields",
        "revokes",
        "outcome",
        "ignore",
        "log",
    ),
    "session": ("session", "log"),
}
_ELEMENTS: Final[Mapping[str, str]] = {
    "agent": "agent",
    "credential": "credential",
    "system": "system",
    "checkpoint": "checkpoint",
    "yields": "credential",
    "revokes": "credential",
}
"""The keys that name elements of the model, and of which table."""
_WORDS: Final[Mapping[str, tuple[str, ...]]] = {"action": ACTIONS, "outcome": ("done", "refused")}
_ACTIONS: Final[Mapping[str | None, Action]] = {each: each for each in ACTIONS}
LONE_LOGS: Final[Mapping[str, tuple[str, ...]]] = {
    "vault-audit": ("secrets-manager",),
    "kubernetes-audit": ("kubernetes-cluster",),
    "okta": ("identity-provider", "token-service"),
}
"""The kinds of the system that a log of a form is of."""
_LONE_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "sts.amazonaws.com": ("token-service",),
    "iam.amazonaws.com": ("cloud-account",),
}
"""The kinds of the system that a name in any log is of."""
_IGNORE: Final[Mapping[str, str]] = {"ignore": "true"}
_HANDLE_LIMIT: Final = 2_001
"""No name of a record is longer (``record_values``)."""

TOOL_CALLS: Final = ("execute_tool", "tools/call")
"""What stands before the name of a tool in the operation of its call, by GenAI and by MCP conventions."""


class LogRecord(NamedTuple):
    """One record of a real system's log, in its own names.

    Attributes:
        principals: the names of the principal, the most particular first.
        targets: the names of what was acted on, likewise.
        operation: the name of the operation.
        action: what that usually means, where that is known.
        time: seconds since 1970, or ``None``.
        id: the log's own name of the record.
        refused: whether it was refused, or was a decision against something.
        issued: the names of a principal whose credential was handed out.
        sessions: the names of the run to which it may belong, each ``KIND:NAME``.
        revoked: the names of a principal whose credential was taken back.
        on_behalf_of: the person for whom the principal acted, as the log names them.
        token: the instance of the credential that was presented.
        yields_token: the instance of the credential that was handed out.
        lifetime: for how many seconds what was handed out is good, as the log says.
        bypasses: whether a checkpoint was passed without a decision.
    """

    principals: tuple[str, ...]
    targets: tuple[str, ...]
    operation: str
    action: Action | None
    time: float | None
    id: str | None
    refused: bool
    issued: tuple[str, ...] = ()
    sessions: tuple[str, ...] = ()
    revoked: tuple[str, ...] = ()
    on_behalf_of: str | None = None
    token: str | None = None
    yields_token: str | None = None
    lifetime: float | None = None
    bypasses: bool = False

    @property
    def operations(self) -> tuple[str, ...]:
        """The names of the operation; that of a call of a tool is its own too, without what calls it."""
        prefix, _, tool = self.operation.partition(" ")
        if prefix not in TOOL_CALLS or not tool:
            return (self.operation,)
        return distinct(self.operation, *(f"{each} {tool}" for each in TOOL_CALLS), tool)

    @property
    def names_subject(self) -> bool:
        """Whether it has a principal or a target, as every record of its format does."""
        return bool(self.principals or self.targets)


class MapRule(NamedTuple):
    """A rule of a map, as its file has it: in which table, which one there, from 1, and what it matches."""

    table: str
    number: int
    match: str


@dataclass(frozen=True, slots=True)
class _EventRule:
    """A rule; ``number`` is its place in its table of a map, 0 if the model makes it."""

    pieces: tuple[str, ...]
    means: Mapping[str, str]
    log: str | None = None
    has_star: bool = False
    number: int = 0

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

    def meaning(self, name: str) -> Mapping[str, str]:
        """What it says of a name that fits, safe to show where a part of the name is in it."""
        if not self.has_star:
            return self.means
        first, last = self.pieces
        star = name[len(first) : len(name) - len(last)]
        shown = star if "session" in self.means else masked(star)
        return {key: one_line(value.replace("*", shown), _HANDLE_LIMIT) for key, value in self.means.items()}


@dataclass(slots=True)
class Mapper:
    """Converts records of a log to events in the names of a model.

    Attributes:
        rules: those of a map, then those of the model, by table.
        is_of_file: whether a map has some.
        lone: by form of log the system that it is of.
    """

    rules: Mapping[str, Sequence[_EventRule]]
    is_of_file: bool = False
    lone: Mapping[str, str] = field(default_factory=dict)
    _system: str | None = None
    _used: set[tuple[str, int]] = field(default_factory=set)
    _known: dict[tuple[str, str], Mapping[str, str] | None] = field(default_factory=dict)
    _sessions: dict[tuple[str, ...], str | None] = field(default_factory=dict)
    _matched: bool = False

    def of_log(self, form: str, path: str) -> "Mapper":
        """The rules that are for a log."""
        names = {None, form, path, Path(path).name}
        rules = {
            table: [each for each in listed if each.log in names] for table, listed in self.rules.items()
        }
        return Mapper(rules, self.is_of_file, self.lone, self.lone.get(form), self._used)

    @property
    def is_of_log(self) -> bool:
        """Whether a rule has matched something, or the map has none yet."""
        return self._matched or not self.is_of_file

    @property
    def unused(self) -> tuple[MapRule, ...]:
        """The rules of the map that no record of any log used so far: they fit none, or others came first."""
        return tuple(
            MapRule(table, each.number, one_line(masked("*".join(each.pieces))))
            for table, listed in self.rules.items()
            for each in listed
            if each.number and (table, each.number) not in self._used
        )

    def event(self, number: int, record: LogRecord) -> Event | None:
        """The event that a record means, or ``None`` if a rule says to leave it out.

        Names that no rule matches are listed in ``unmapped``.
        """
        what = self._meaning("action", record.operations) or {}
        who = self._meaning("identity", record.principals)
        where = self._meaning("resource", record.targets)
        if what is _IGNORE or who is _IGNORE or where is _IGNORE:
            return None
        unmapped: list[str] = []
        if "checkpoint" in what and "agent" in what:
            who = {"agent": what["agent"]}  # the record names who decided
        elif "agent" in what or "credential" in what:
            who = {**(who or {}), **{key: what[key] for key in ("agent", "credential") if key in what}}
        if who is None:
            unmapped.append(_unnamed("identity", record.principals))
            who = {}
        system = what.get("system") or (where or {}).get("system")
        if system is None and "checkpoint" not in what:
            system = self._system
        if system is None:
            unmapped.append(_unnamed("resource", record.targets))
        action = _ACTIONS.get(what.get("action"), record.action)
        if record.bypasses:
            operation = one_line(masked(record.operation))
            unmapped.append(Bypass(f"{operation} went past a checkpoint: no decision was made"))
        elif action is None and "checkpoint" not in what:
            unmapped.append(_unnamed("action", (record.operation,)))
        return Event(
            number,
            record.time,
            who.get("agent"),
            who.get("credential"),
            who.get("identity"),
            system,
            action,
            None if record.bypasses else what.get("checkpoint"),
            what["outcome"] == "refused" if "outcome" in what else record.refused,
            what.get("yields") or self._credential(record.issued),
            _handle(record.id, 200),
            tuple(unmapped),
            self._session(record.sessions),
            what.get("revokes") or self._credential(record.revoked),
            None if record.on_behalf_of is None else one_line(masked(record.on_behalf_of)),
            None,
            _handle(record.token),
            _handle(record.yields_token),
            record.lifetime,
        )

    def unknown(self, record: LogRecord) -> Iterator[tuple[str, tuple[str, ...]]]:
        """The names of a record that nothing maps, each with the table in which a rule would stand."""
        what = self._meaning("action", record.operations) or {}
        who = self._meaning("identity", record.principals)
        where = self._meaning("resource", record.targets)
        if _IGNORE in (what, who, where):
            return
        if who is None and not {"agent", "credential"} & what.keys():
            yield "identity", record.principals
        is_somewhere = where is not None or {"system", "checkpoint"} & what.keys()
        if not is_somewhere and self._system is None:
            yield "resource", record.targets
        if record.action is None and not record.bypasses and not {"action", "checkpoint"} & what.keys():
            yield "action", (record.operation,)
        for key, names in (("yields", record.issued), ("revokes", record.revoked)):
            if names and key not in what and self._meaning("identity", names) is None:
                yield "identity", names
        if record.sessions and self._session(record.sessions) is None:
            yield "session", record.sessions

    def _credential(self, names: tuple[str, ...]) -> str | None:
        return (self._meaning("identity", names) or {}).get("credential") if names else None

    def _session(self, names: tuple[str, ...]) -> str | None:
        if names not in self._sessions:
            if len(self._sessions) >= _KNOWN:
                self._sessions.clear()
            fitting = ((rule, name) for rule in self.rules.get("session", ()) for name in names)
            found = next(((rule, name) for rule, name in fitting if rule.matches(name)), None)
            if found is not None:
                self._used.add(("session", found[0].number))
            self._sessions[names] = None if found is None else found[0].meaning(found[1])["session"]
        return self._sessions[names]

    def _meaning(self, table: str, names: tuple[str, ...]) -> Mapping[str, str] | None:
        known = self._known
        for name in names:
            key = table, name
            if key not in known:
                if len(known) >= _KNOWN:
                    known.clear()
                fitting = (each for each in self.rules.get(table, ()) if name.startswith(each.pieces[0]))
                rule = next((each for each in fitting if each.matches(name)), None)
                if rule is not None:
                    self._used.add((table, rule.number))
                known[key] = None if rule is None else rule.meaning(name)
            means = known[key]
            if means is not None:
                self._matched = True
                return means
        return None


def _handle(value: str | None, limit: int = _HANDLE_LIMIT) -> str | None:
    if value is None or (len(value) <= limit and value.isprintable()):
        return value
    return one_line(value, limit)


def _unnamed(table: str, names: tuple[str, ...]) -> str:
    """What no rule names, by its most particular name that is no secret."""
    name = next((each for each in names if not looks_like_secret(each)), names[0] if names else "")
    named = one_line(masked(name)) if name else "one without a name"
    return f"the map has no {table} for {named}"


def read_map(path: Path, snapshot: Snapshot) -> Mapper:
    """The meaning of a log's names: the rules of a map, then those of the model.

    Raises:
        MeshmodelError: one line; it cannot be read, is malformed, or names what the model does not have.
    """
    name = one_line(path)
    document = read_toml_file(path)
    if document.pop("format", None) != FORMAT:
        raise MeshmodelError(f'{name}: is no map; it begins with format = "{FORMAT}"')
    rules: dict[str, Sequence[_EventRule]] = dict.fromkeys(_TABLES, ())
    for table, listed in document.items():
        if table not in _TABLES:
            raise MeshmodelError(
                f"{name}: {one_line(masked(table))} is no table; there are {', '.join(_TABLES)}"
            )
        if not isinstance(listed, list):
            raise MeshmodelError(f"{name}: {table} is written [[{table}]]")
        rules[table] = [
            replace(_rule(table, each, snapshot, _refusing(f"{name}, {table} {number}")), number=number)
            for number, each in enumerate(listed, 1)
        ]
    known = known_rules(snapshot)
    merged = {table: [*own, *known.get(table, ())] for table, own in rules.items()}
    return Mapper(merged, any(rules.values()), lone_systems(snapshot, LONE_LOGS))


def mapper_of(path: Path | None, snapshot: Snapshot) -> Mapper | None:
    """As ``read_map``; without a file what the model says, ``None`` if that is nothing."""
    if path is not None:
        return read_map(path, snapshot)
    rules, lone = known_rules(snapshot), lone_systems(snapshot, LONE_LOGS)
    return Mapper(rules, lone=lone) if lone or any(rules.values()) else None


def lone_systems(snapshot: Snapshot, kinds: Mapping[str, tuple[str, ...]]) -> Mapping[str, str]:
    """By form or name the one system of its kinds, where there is just one."""
    found = {
        name: [each.id for each in snapshot.system.values() if each.kind in wanted]
        for name, wanted in kinds.items()
    }
    return {name: systems[0] for name, systems in found.items() if len(systems) == 1}


def known_rules(snapshot: Snapshot) -> Mapping[str, Sequence[_EventRule]]:
    """The rules that the elements of a model make by ``known_as``, by table of a map.

    A name that two elements of one kind have tells neither of them, so it is no rule. Whole names come before
    those with ``*``, and of these the longer first: they are more particular. Last come names that stand for
    the one system of a kind.
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
    rules = {
        table: [
            _EventRule(tuple(name.split("*")), named[name])
            for name in sorted(named, key=_particular)
            if named[name]
        ]
        for table, named in means.items()
    }
    lone = lone_systems(snapshot, _LONE_NAMES)
    rules["resource"] += [_EventRule((name,), {"system": system}) for name, system in lone.items()]
    return rules


def _particular(name: str) -> tuple[bool, int, str]:
    return "*" in name, -len(name), name


Refusing = Callable[[str], NoReturn]


def _refusing(place: str) -> Refusing:
    def refuse(reason: str) -> NoReturn:
        raise MeshmodelError(f"{place}: {reason}")

    return refuse


def _rule(table: str, values: object, snapshot: Snapshot, refuse: Refusing) -> _EventRule:
    if not isinstance(values, dict):
        refuse(f"is no table; it is written [[{table}]]")
    keys = _TABLES[table]
    _check_keys(values, keys, refuse)
    if "match" not in values:
        refuse("has no match: the name in the log")
    pieces = tuple(values["match"].split("*"))
    means = {key: value for key, value in values.items() if key not in {"match", "log"}}
    if "ignore" in means:
        if len(means) > 1:
            refuse("ignore leaves the record out; what else it says is of no use")
        return _EventRule(pieces, _IGNORE, values.get("log"))
    for key, value in means.items():
        _check_value(key, value, len(pieces) == 2, snapshot, refuse)
    if not means:
        refuse(f"says nothing; add {' or '.join(each for each in keys if each != 'log')}")
    if table == "action" and "outcome" in means and "checkpoint" not in means:
        refuse("an outcome goes with a checkpoint: what it decided")
    return _EventRule(pieces, means, values.get("log"), any("*" in each for each in means.values()))


def _check_keys(values: Mapping[str, object], keys: Sequence[str], refuse: Refusing) -> None:
    for key, value in values.items():
        if key not in {"match", *keys}:
            refuse(f"{one_line(masked(key))} is no key; there are match, {', '.join(keys)}")
        if key == "ignore":
            if value is not True:
                refuse("ignore is written ignore = true, or left out")
        elif not isinstance(value, str) or not value:
            refuse(f"{key} is no text, or empty")


def _check_value(key: str, value: str, has_star: bool, snapshot: Snapshot, refuse: Refusing) -> None:
    words = _WORDS.get(key)
    if words is not None and value not in words:
        refuse(f"{one_line(masked(value))} is no {key}; there are {', '.join(words)}")
    if "*" in value:
        if not has_star:
            refuse(f"{key} has a * for the one of match, and match has not just one")
        return  # what it stands for is known when a record is read
    kind = _ELEMENTS.get(key)
    if kind is not None and value not in snapshot.table(kind):
        refuse(no_such(kind, value, snapshot.table(kind)))
