"""What an analysis answers: documented, frozen types (sections 4 to 6, 9 and 11)."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, NoReturn, Self, TypeVar

from meshmodel.model.vocabulary import Action, CheckpointStep, Severity

CrossingState = Literal["uncontrolled", "approved", "controlled"]
StepKind = Literal["hold", "grant", "custody", "exchange", "delegation", "trigger", "hosting", "implies"]


Made = TypeVar("Made")
Row = TypeVar("Row", bound=tuple[Any, ...])


def several_of(kind: type[Made], number: int, columns: Mapping[str, Iterable[object]]) -> list[Made]:
    """So many of a frozen type with slots, by columns: in half the time of one after the other.

    Args:
        kind: the type.
        number: how many.
        columns: the values of each slot.
    """
    made = list(map(object.__new__, repeat(kind, number)))
    for name, values in columns.items():
        # The descriptor of a slot fills it, as the constructor does of one that is frozen.
        deque(map(vars(kind)[name].__set__, made, values), maxlen=0)
    return made


def made_of(kind: type[Row], rows: Iterable[tuple[object, ...]]) -> list[Row]:
    """Many named tuples of their values: in half the time of one after the other.

    Args:
        kind: the type.
        rows: the values of each.
    """
    return list(map(tuple.__new__, repeat(kind), rows))


@dataclass(frozen=True, slots=True)
class SystemReach:
    """What one agent reaches on one system: the actions, and which of them directly, as itself,
    and without any checkpoint that counts (section 4); actions in the order of section 2.
    """

    system: str
    actions: tuple[Action, ...]
    direct: tuple[Action, ...]
    own: tuple[Action, ...]
    unchecked: tuple[Action, ...]


@dataclass(frozen=True, slots=True)
class AgentReach:
    """The effective reach of one active agent; identities and systems sorted."""

    agent: str
    identities: tuple[str, ...]
    direct_identities: tuple[str, ...]
    own_identities: tuple[str, ...]
    reach: tuple[SystemReach, ...]


@dataclass(frozen=True, slots=True)
class Crossing:
    """One crossing (section 6); ``source`` is ``None`` for home."""

    agent: str
    source: str | None
    target: str
    action: Action
    state: CrossingState
    severity: Severity | None


class Door(NamedTuple):
    """A missing checkpoint: open doors that are not approved, by credential and system."""

    credential: str
    system: str
    actions: tuple[Action, ...]
    agents: tuple[str, ...]
    severity: Severity

    @property
    def subject(self) -> str:
        """``credential>system``, as findings name it."""
        return f"{self.credential}>{self.system}"

    @classmethod
    def several(
        cls,
        credentials: Iterable[str],
        systems: Iterable[str],
        actions: Iterable[tuple[Action, ...]],
        agents: Iterable[tuple[str, ...]],
        severities: Iterable[Severity],
    ) -> "list[Door]":
        """Many at once, by their columns: there can be tens of thousands."""
        return made_of(cls, zip(credentials, systems, actions, agents, severities, strict=True))


@dataclass(frozen=True, slots=True)
class Accepted:
    """Who accepted a finding, why and until when; ``open`` where that does not cover it any more.

    ``because`` says in words why it is open: the date has passed, the severity has risen, an agent or an
    action was added; nothing else opens it. Empty where it is not open.
    """

    by: str
    reason: str
    until: str
    open: bool
    because: str = ""


class Told(NamedTuple):
    """What a finding says.

    Attributes:
        message: one sentence: who, what, as whom.
        about: the records concerned, as table and key, the most telling first.
        remedy: where it differs from the rule's.
    """

    message: str
    about: tuple[tuple[str, str | tuple[str, str]], ...]
    remedy: str | None = None


class Columns(NamedTuple):
    """What many findings of one rule have that is seldom asked for; each is a place in the columns.

    Attributes:
        told: puts the finding at a place in words.
        remedy: where the words name none.
        references: of the rule.
        agents, actions: by places.
    """

    told: Callable[[int], Told]
    remedy: str
    references: tuple[str, ...]
    agents: Sequence[tuple[str, ...]]
    actions: Sequence[tuple[Action, ...]]


class _Ordered(NamedTuple):
    """What puts a finding in order, and where all else is known about it."""

    rule: str
    severity: Severity
    subject: str
    accepted: Accepted | None
    columns: Columns
    place: int


class Finding(_Ordered):
    """One finding of one rule (section 9).

    ``about`` names the records it is about as (table, key) pairs, for the canvas and the inspector
    (of very many of a kind only the first); ``agents`` and ``actions`` are complete, as an acceptance of
    the finding would state them. ``message``, ``remedy`` and ``about`` may be put together when one of
    them is first read, and what does not put findings in order is looked up then: there can be ten
    thousand findings of which a few are looked at. So it is made as a tuple, which takes half the time,
    and holds what was put together beside that.
    """

    message: str
    remedy: str
    about: tuple[tuple[str, str | tuple[str, str]], ...]
    agents: tuple[str, ...]
    actions: tuple[Action, ...]

    def __new__(
        cls,
        rule: str,
        severity: Severity,
        subject: str,
        message: str,
        remedy: str,
        references: tuple[str, ...],
        accepted: Accepted | None = None,
        about: tuple[tuple[str, str | tuple[str, str]], ...] = (),
        agents: tuple[str, ...] = (),
        actions: tuple[Action, ...] = (),
    ) -> Self:
        """One of which everything is known."""
        columns = Columns([Told(message, about)].__getitem__, remedy, references, (agents,), (actions,))
        return cls.several(rule, (severity,), (subject,), columns, (0,), (accepted,))[0]

    @classmethod
    def several(
        cls,
        rule: str,
        severities: Iterable[Severity],
        subjects: Iterable[str],
        columns: Columns,
        places: Iterable[int],
        accepted: Iterable[Accepted | None],
    ) -> list[Self]:
        """Many of one rule, with all else as the columns have it at their places."""
        rows = zip(repeat(rule), severities, subjects, accepted, repeat(columns), places, strict=False)
        return made_of(cls, rows)

    def with_accepted(self, accepted: Accepted | None) -> "Finding":
        """The same with something else accepted about it."""
        return made_of(Finding, [(*self[:3], accepted, *self[4:])])[0]

    @property
    def references(self) -> tuple[str, ...]:
        """The standards that it is about, as the rule names them."""
        return self.columns.references

    if not TYPE_CHECKING:  # any name would be allowed

        def __getattr__(self, name: str) -> object:
            """Look up what is not there yet, and put it in words if one of them is read."""
            known, columns = vars(self), self.columns
            if name in ("message", "remedy", "about"):
                told = columns.told(self.place)
                known.update(message=told.message, remedy=told.remedy or columns.remedy, about=told.about)
            elif name in ("agents", "actions"):
                known[name] = getattr(columns, name)[self.place]
            else:
                raise AttributeError(f"a finding has no {name}")
            return known[name]

    def __setattr__(self, name: str, value: object) -> NoReturn:
        """It stays as it is."""
        raise AttributeError(f"a finding keeps its {name}")

    def _told(self) -> dict[str, object]:
        return {
            "rule": self.rule,
            "severity": self.severity,
            "subject": self.subject,
            "message": self.message,
            "remedy": self.remedy,
            "references": self.references,
            "accepted": self.accepted,
            "about": self.about,
            "agents": self.agents,
            "actions": self.actions,
        }

    def __eq__(self, other: object) -> bool:
        """Whether both say the same."""
        return isinstance(other, Finding) and (self is other or self._told() == other._told())

    def __ne__(self, other: object) -> bool:
        """Whether they say something else."""
        return not self == other

    def __hash__(self) -> int:
        """By what it says."""
        return hash(tuple(self._told().values()))

    def __repr__(self) -> str:
        """All that it says."""
        return f"Finding({', '.join(f'{name}={value!r}' for name, value in self._told().items())})"


class Question(NamedTuple):
    """What the drawing does not say of one element (``agent:ID``, ``system:ID``, …)."""

    element: str
    asks: tuple[str, ...]

    @classmethod
    def several(cls, elements: Iterable[str], asks: Iterable[tuple[str, ...]]) -> "list[Question]":
        """Many at once, by their columns."""
        return made_of(cls, zip(elements, asks, strict=True))


@dataclass(frozen=True, slots=True)
class Summary:
    """The counts of section 11."""

    agents: int
    systems: int
    credentials: int
    crossings: int
    uncontrolled: int
    approved: int
    missing: int


@dataclass(frozen=True, slots=True)
class WitnessStep:
    """One step of a witness; nodes are written ``agent:a``, ``credential:c``, ``system:s``.

    ``action`` is that of the access the step leaves or enters; ``identity`` the one active after it;
    ``yielded_by`` the system that yielded the next credential; ``checkpoint`` the first that counts.
    """

    step: StepKind
    from_: str
    to: str
    action: Action | None
    identity: str | None
    yielded_by: str | None
    zone_from: str | None
    zone_to: str | None
    checkpoint: str | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why an agent reaches an access, or why not (section 11, explain).

    ``state`` is ``None`` where there is no crossing; ``sentences`` tell the steps in words; where
    ``steps`` is empty, ``why_not`` says what stands in the way, and ``action`` is ``None`` if none was
    asked for, since none is reached.
    """

    agent: str
    source: str | None
    system: str
    action: Action | None
    state: CrossingState | None
    severity: Severity | None
    steps: tuple[WitnessStep, ...]
    sentences: tuple[str, ...]
    why_not: str | None = None


StepMark = Literal["missing", "counts", "does-not-count"]
StepKey = tuple[CheckpointStep, str, str]
"""A step that a checkpoint can sit on: its kind and its two ends, as in section 5."""
