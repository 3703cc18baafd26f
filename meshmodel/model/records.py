"""A model: its records, elements and relations, and all of them at one revision. Both are immutable.

See ``docs/semantics.md#elements`` and ``docs/semantics.md#relations``. A snapshot is the input of analysis
and drawing.

An attribute that is ``None`` was not stated in the model; the properties give the default then. Records
do not check their values: ``validation`` does.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any, Final, NamedTuple, get_args

from meshmodel.model.vocabulary import (
    ELEMENT_TABLES,
    INTEGRITIES,
    PRIVATE_REQUEST_KINDS,
    RELATION_TABLES,
    SENSITIVITIES,
    STEERABLE_KINDS,
    Action,
    Audit,
    Binding,
    CheckpointState,
    CheckpointStep,
    ExchangeSemantics,
    Freshness,
    HonouredAs,
    How,
    Integrity,
    NoteKind,
    NoteState,
    Returns,
    Sensitivity,
    Severity,
    Subject,
)

Slot = tuple[int, int]
"""A position on the canvas: column and order; for a zone the order of its lane, after 1 if folded, else 0."""

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


@dataclass(frozen=True, slots=True)
class Zone:
    """A trust domain: crossing from one to another needs a fresh authorization decision."""

    id: str
    name: str | None = None
    environment: str | None = None
    description: str | None = None
    at: Slot | None = None

    @property
    def is_folded(self) -> bool | None:
        """Whether it is drawn as one card; ``None`` where its slot does not say."""
        return None if self.at is None else self.at[0] == 1

    @property
    def title(self) -> str:
        """The name, or the id where there is none."""
        return self.name or self.id


@dataclass(frozen=True, slots=True)
class System:
    """A service, store or token service with an authorization boundary of its own."""

    id: str
    name: str | None = None
    kind: str | None = None
    zone: str | None = None
    sensitivity: Sensitivity | None = None
    integrity: Integrity | None = None
    untrusted_input: bool = False
    typed: bool = False
    exposed: bool | None = None
    exposed_requests: bool | None = None
    audit: Audit | None = None
    partitioned: bool = False
    vendor: str | None = None
    owner: str | None = None
    known_as: tuple[str, ...] | None = None
    description: str | None = None
    at: Slot | None = None

    @property
    def title(self) -> str:
        """The name, or the id where there is none."""
        return self.name or self.id

    @property
    def domain(self) -> str:
        """The zone it lies in, or ``system:ID``, a zone of its own."""
        return self.zone if self.zone is not None else f"system:{self.id}"

    @property
    def computed_sensitivity(self) -> Sensitivity:
        """The sensitivity; unknown counts as internal."""
        return self.sensitivity or "internal"

    @property
    def is_exposed(self) -> bool:
        """Whether outsiders see what is written to it; by default whether it is public."""
        return self.sensitivity == "public" if self.exposed is None else self.exposed

    @property
    def exposes_requests(self) -> bool:
        """Whether outsiders see what is asked of it; by default as ``is_exposed``, unless by its kind not."""
        if self.exposed_requests is None:
            return self.is_exposed and self.kind not in PRIVATE_REQUEST_KINDS
        return self.exposed_requests

    @property
    def computed_integrity(self) -> Integrity:
        """The harm of an unwanted action on it; by default by its sensitivity."""
        return self.integrity or INTEGRITIES[SENSITIVITIES.index(self.computed_sensitivity)]


@dataclass(frozen=True, slots=True)
class Agent:
    """Anything that acts: an AI agent, a workflow, an orchestrator, a broker, a service, a person."""

    id: str
    name: str | None = None
    kind: str | None = None
    home: str | None = None
    runs_on: str | None = None
    steerable: bool | None = None
    vendor: str | None = None
    owner: str | None = None
    known_as: tuple[str, ...] | None = None
    status: str = "active"
    description: str | None = None
    at: Slot | None = None

    @property
    def title(self) -> str:
        """The name, or the id where there is none."""
        return self.name or self.id

    @property
    def is_steerable(self) -> bool:
        """Whether what it reads can change what it does; by default by its kind."""
        return self.kind in STEERABLE_KINDS if self.steerable is None else self.steerable

    @property
    def is_person(self) -> bool:
        """A person has reach, but no crossings: people decide afresh."""
        return self.kind == "person"

    @property
    def is_active(self) -> bool:
        """A retired agent is no node of the step graph."""
        return self.status == "active"


@dataclass(frozen=True, slots=True)
class Credential:
    """Proof of one authenticated identity: its name and properties, never its secret."""

    id: str
    name: str | None = None
    kind: str | None = None
    identity: str | None = None
    subject: Subject = "workload"
    on_behalf_of: str | None = None
    binding: Binding = "bearer"
    lifetime: str | None = None
    audience: tuple[str, ...] | None = None
    attested: bool = False
    owner: str | None = None
    known_as: tuple[str, ...] | None = None
    status: str = "active"
    description: str | None = None
    at: Slot | None = None

    @property
    def title(self) -> str:
        """The name, or the id where there is none."""
        return self.name or self.id

    @property
    def principal(self) -> str:
        """The identity that it authenticates; by default its id."""
        return self.identity or self.id

    @property
    def is_active(self) -> bool:
        """A revoked credential is no node of the step graph."""
        return self.status == "active"

    @property
    def is_bound(self) -> bool:
        """Useless without its key or host (dpop, mtls, host)."""
        return self.binding != "bearer"

    @property
    def lifetime_seconds(self) -> float | None:
        """Seconds; infinity for unlimited; ``None`` where unknown."""
        if self.lifetime is None:
            return None
        if self.lifetime == "unlimited":
            return float("inf")
        return float(int(self.lifetime[:-1]) * _SECONDS[self.lifetime[-1]])


@dataclass(frozen=True, slots=True)
class Hold:
    """The agent can present the credential."""

    agent: str
    credential: str


@dataclass(frozen=True, slots=True)
class Grant:
    """The credential is accepted by the system for these actions."""

    credential: str
    system: str
    actions: tuple[Action, ...]
    scope: str | None = None
    honoured_as: HonouredAs | None = None
    entitled: tuple[Action, ...] | None = None


@dataclass(frozen=True, slots=True)
class Custody:
    """Whoever performs one of ``by`` on the system obtains the credential."""

    system: str
    credential: str
    how: How = "stores"
    by: tuple[Action, ...] | None = None

    @property
    def obtained_by(self) -> tuple[Action, ...]:
        """The actions that yield the credential: read for stores, issue for issues by default."""
        if self.by is not None:
            return self.by
        return ("read",) if self.how == "stores" else ("issue",)


@dataclass(frozen=True, slots=True)
class Exchange:
    """Presenting ``from_`` yields ``to`` (token exchange, assumed role, federation)."""

    from_: str
    to: str
    at: str | None = None
    semantics: ExchangeSemantics | None = None
    pinned: bool = True


@dataclass(frozen=True, slots=True)
class Delegation:
    """The first agent can call the second, and hands it the credentials in ``passes``.

    ``only`` lists as ``system:action`` all that the second does for the first; ``returns`` says whether
    words or values of closed sets come back.
    """

    from_: str
    to: str
    passes: tuple[str, ...] | None = None
    only: tuple[str, ...] | None = None
    returns: Returns = "words"


@dataclass(frozen=True, slots=True)
class Trigger:
    """What is written into the system starts the agent."""

    system: str
    agent: str


@dataclass(frozen=True, slots=True)
class Intent:
    """This path was approved by design.

    ``from_`` lists systems, or ``home``; ``per_day`` is how often a day it is used.
    """

    agent: str
    system: str
    actions: tuple[Action, ...]
    from_: tuple[str, ...] | None = None
    per_day: float | None = None


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """An authorization decision, placed on one step or one boundary.

    See ``docs/semantics.md#effective-checkpoints``.
    """

    id: str
    kind: str
    step: CheckpointStep
    from_: str
    to: str
    actions: tuple[Action, ...] | None = None
    freshness: Freshness = "per-action"
    state: CheckpointState = "enforced"
    decided_at: str | None = None
    approvers: tuple[str, ...] | None = None
    rate: int | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """What was said about an element or a step, or asked of it.

    ``about`` is ``kind:id``, or ``step:from>to``, of a grant also with an action, ``grant:from>to:action``;
    ``None``: the model.
    """

    id: str
    text: str
    about: str | None = None
    kind: NoteKind = "note"
    owner: str | None = None
    state: NoteState = "open"
    due: date | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A finding accepted for a time; ``until`` is inclusive, UTC."""

    rule: str
    subject: str
    reason: str
    by: str
    until: date
    severity: Severity | None = None
    agents: tuple[str, ...] | None = None
    actions: tuple[Action, ...] | None = None


@dataclass(frozen=True, slots=True)
class About:
    """The name and the description of the whole model."""

    name: str | None = None
    description: str | None = None


Element = Zone | System | Agent | Credential
Relation = Hold | Grant | Custody | Exchange | Delegation | Trigger | Intent | Checkpoint | Note | Acceptance
Record = Element | Relation | About
Key = str | tuple[str, str]
"""What names a record within its table: an id, the two ends, or rule and subject; of About ``""``."""


def key_of(record: Record) -> Key:
    """The key of a record within its table."""
    match record:
        case Zone() | System() | Agent() | Credential() | Checkpoint() | Note():
            return record.id
        case Hold():
            return record.agent, record.credential
        case Grant():
            return record.credential, record.system
        case Custody():
            return record.system, record.credential
        case Exchange() | Delegation():
            return record.from_, record.to
        case Trigger():
            return record.system, record.agent
        case Intent():
            return record.agent, record.system
        case Acceptance():
            return record.rule, record.subject
        case About():
            return ""


Reference = tuple[str, Key]
"""Table and key of a record: ``("agent", "support-bot")``, ``("grant", ("file-key", "files"))``.

Steps that have no record of their own are ``("hosting", (system, agent))`` and
``("hearing", (system, agent))``. Lanes that are no zone are
``("lane", "system:ID")`` and ``("lane", "")``; the counted lines of a folded zone are
``("flow", ("zone:a", "system:b"))``; the way of one line is ``("branch", number)``.
"""

TABLES: Final = (*ELEMENT_TABLES, *RELATION_TABLES, "checkpoint", "note", "acceptance")
"""The tables of a model in the fixed order of the interchange file (``docs/interchange.md``)."""

RECORD_TYPES: Final[Mapping[str, type[Any]]] = MappingProxyType(
    {each.__name__.lower(): each for each in get_args(About | Element | Relation)}
)
"""The classes of records by their tables, those of ``TABLES`` after ``about``."""

_NAMES: Final = {kind: name for name, kind in RECORD_TYPES.items()}


def _empty() -> Mapping[Any, Any]:
    return MappingProxyType({})


class TableChange(NamedTuple):
    """The change that an edit made to one table.

    Attributes:
        before: the table before the edit.
        after: the table after it.
        keys: all keys that were added or removed, or whose records may differ.
    """

    before: Mapping[Any, Any]
    after: Mapping[Any, Any]
    keys: frozenset[Any]


def table_of(record: Record) -> str:
    """The name of the table a record belongs to, as in the interchange file."""
    return _NAMES[type(record)]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One model: for every table a mapping from key to record.

    ``revision`` counts the edits of the store that it was read from. ``touched`` has for some tables the
    change that the last edit made. ``moved`` are the checkpoints that the file has on triggers that are not
    drawn, and that are read as ones on hearing. All three are ignored when snapshots are compared.
    """

    about: About = field(default_factory=About)
    zone: Mapping[str, Zone] = field(default_factory=_empty)
    system: Mapping[str, System] = field(default_factory=_empty)
    agent: Mapping[str, Agent] = field(default_factory=_empty)
    credential: Mapping[str, Credential] = field(default_factory=_empty)
    hold: Mapping[tuple[str, str], Hold] = field(default_factory=_empty)
    grant: Mapping[tuple[str, str], Grant] = field(default_factory=_empty)
    custody: Mapping[tuple[str, str], Custody] = field(default_factory=_empty)
    exchange: Mapping[tuple[str, str], Exchange] = field(default_factory=_empty)
    delegation: Mapping[tuple[str, str], Delegation] = field(default_factory=_empty)
    trigger: Mapping[tuple[str, str], Trigger] = field(default_factory=_empty)
    intent: Mapping[tuple[str, str], Intent] = field(default_factory=_empty)
    checkpoint: Mapping[str, Checkpoint] = field(default_factory=_empty)
    note: Mapping[str, Note] = field(default_factory=_empty)
    acceptance: Mapping[tuple[str, str], Acceptance] = field(default_factory=_empty)
    revision: int = field(default=0, compare=False)
    touched: Mapping[str, TableChange] = field(default_factory=_empty, compare=False, repr=False)
    moved: frozenset[str] = field(default=frozenset(), compare=False, repr=False)

    def table(self, name: str) -> Mapping[Any, Any]:
        """The records of one table by key; ``about`` is a table of one record under ``""``."""
        if name == "about":
            return {"": self.about}
        return getattr(self, name)  # type: ignore[no-any-return]  # by name

    def get(self, table: str, key: Key) -> Record | None:
        """One record, or ``None``, as for a step that has no record of its own (hosting)."""
        return self.table(table).get(key) if table in RECORD_TYPES else None

    @property
    def elements(self) -> int:
        """How many zones, systems, agents and credentials there are."""
        return len(self.zone) + len(self.system) + len(self.agent) + len(self.credential)

    @property
    def open_questions(self) -> int:
        """How many notes ask something that is open: what they ask about is not drawn."""
        return sum((each.kind, each.state) == ("question", "open") for each in self.note.values())
