"""What an analysis answers: documented, frozen types (``docs/semantics.md``)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Literal, NamedTuple

from meshmodel.model.errors import MeshmodelError
from meshmodel.model.records import Reference
from meshmodel.model.vocabulary import ACTIONS, Action, CheckpointStep, Severity

CrossingState = Literal["uncontrolled", "approved", "controlled"]
StepKind = Literal[
    "hold",
    "grant",
    "custody",
    "exchange",
    "delegation",
    "trigger",
    "hearing",
    "hosting",
    "implies",
    "answer",
]
MOST_HIGHLIGHTED: Final = 50
"""Of more elements than this a finding lights the first ones: one can concern thousands."""


How = Literal["direct", "hidden", "deputy"]
"""How an agent reaches something: with what it holds, by other own steps, or through another agent."""
WAYS: Final[tuple[How, ...]] = ("direct", "hidden", "deputy")
"""The same, the nearest first."""
HOW_WORDS: Final[dict[How, str]] = {"direct": "direct", "hidden": "found", "deputy": "through"}
"""The same, as people call it."""


def way(*, is_direct: bool, is_own: bool) -> How:
    """How something is reached that is in the direct reach, else in the own reach, else in neither."""
    return "direct" if is_direct else "hidden" if is_own else "deputy"


class CannotStartError(MeshmodelError, ValueError):
    """A start that is refused: unknown, retired or revoked; ``str()`` is one clear line.

    See ``docs/compromise.md#the-blast-radius``.
    """


@dataclass(frozen=True, slots=True)
class SystemReach:
    """What one agent reaches on one system: the actions, and which of them directly, as itself,
    and without any checkpoint that counts (``docs/semantics.md#reach``); actions in the order of ``ACTIONS``.
    """

    system: str
    actions: tuple[Action, ...]
    direct: tuple[Action, ...]
    own: tuple[Action, ...]
    unchecked: tuple[Action, ...]

    def how(self, action: Action) -> How:
        """How the agent reaches one of the actions at best; see ``How``."""
        return way(is_direct=action in self.direct, is_own=action in self.own)

    @property
    def by_way(self) -> dict[How, tuple[Action, ...]]:
        """The actions by how they are reached, the nearest way first; a way may have none."""
        return {how: tuple(each for each in self.actions if self.how(each) == how) for how in WAYS}

    @property
    def farthest(self) -> How:
        """How the agent reaches the action that is farthest from it."""
        return max(map(self.how, self.actions), key=WAYS.index, default="direct")


@dataclass(frozen=True, slots=True)
class AgentReach:
    """The effective reach of one active agent; identities and systems sorted."""

    agent: str
    identities: tuple[str, ...]
    direct_identities: tuple[str, ...]
    own_identities: tuple[str, ...]
    reach: tuple[SystemReach, ...]

    def how(self, identity: str) -> How:
        """How the agent comes to one of its identities at best."""
        return way(is_direct=identity in self.direct_identities, is_own=identity in self.own_identities)

    @property
    def identities_by_way(self) -> dict[How, list[str]]:
        """The identities by how the agent comes to them, the nearest way first; a way may have none."""
        return {how: [each for each in self.identities if self.how(each) == how] for how in WAYS}


@dataclass(frozen=True, slots=True)
class Crossing:
    """One crossing (``docs/semantics.md#paths``); ``source`` is ``None`` for home."""

    agent: str
    source: str | None
    target: str
    action: Action
    state: CrossingState
    severity: Severity | None

    @property
    def order(self) -> tuple[str, bool, str, str, int]:
        """How crossings are sorted: by agent, source (home first), target, action as in ``ACTIONS``."""
        is_read = self.source is not None
        return self.agent, is_read, self.source or "", self.target, ACTIONS.index(self.action)


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


@dataclass(frozen=True, slots=True)
class FindingAcceptance:
    """Who accepted a finding, why and until when; ``open`` where that does not cover it any more.

    ``because`` says in words why it is open: the date has passed, the severity has risen, an agent or an
    action was added; nothing else opens it. Empty where it is not open.
    """

    by: str
    reason: str
    until: str
    open: bool
    because: str = ""


class FindingText(NamedTuple):
    """What a finding says.

    Attributes:
        message: who does what on what, in a sentence.
        about: the records concerned, as table and key, the most telling first.
        remedy: what to do, in sentences; ``None``: as the rule says.
        named: what people call its subject, for titles and lists; of a step its two ends.
        more: how, in further sentences.
    """

    message: str
    about: tuple[Reference, ...]
    remedy: str | None = None
    named: tuple[str, ...] = ()
    more: str = ""


@dataclass(unsafe_hash=True)  # not frozen: there can be thirty thousand, and those are slow to make
class Finding:
    """One finding of one rule (``docs/rules.md``).

    ``about`` names the records it is about, for the canvas and the inspector; ``agents`` and ``actions`` are
    complete, as an acceptance of the finding would state them. What it says is put in words when it is first
    read: there can be ten thousand findings of which a few are looked at. ``title`` and ``why`` are those of
    its rule.
    """

    rule: str
    severity: Severity
    subject: str
    tell: Callable[[], FindingText] = field(repr=False, compare=False)
    standard_remedy: str
    cited: Callable[["Finding"], tuple[str, ...]] = field(repr=False, compare=False)
    agents: tuple[str, ...] = ()
    actions: tuple[Action, ...] = ()
    accepted: FindingAcceptance | None = None
    title: str = ""
    why: str = ""

    @cached_property
    def _finding_text(self) -> FindingText:
        return self.tell()

    @property
    def message(self) -> str:
        """Who does what on what, and how, in sentences."""
        found = self._finding_text
        return f"{found.message} {found.more}" if found.more else found.message

    @property
    def what(self) -> str:
        """Who does what on what, in a sentence."""
        return self._finding_text.message

    @property
    def headline(self) -> str:
        """Its title with what people call its subject: ``Missing checkpoint: Deploy key → Cluster``."""
        return f"{self.title}: {' → '.join(self.named)}"

    @property
    def named(self) -> tuple[str, ...]:
        """What people call its subject; of a step its two ends."""
        return self._finding_text.named or (self.subject,)

    @property
    def ends(self) -> tuple[str, ...]:
        """The id of its subject; of a step those of its two ends."""
        return tuple(self.subject.split(">"))

    @property
    def remedy(self) -> str:
        """What to do about it."""
        return self._finding_text.remedy or self.standard_remedy

    @property
    def references(self) -> tuple[str, ...]:
        """The standards that it follows from."""
        return self.cited(self)

    @property
    def about(self) -> tuple[Reference, ...]:
        """The records concerned, as table and key, the most telling first."""
        return self._finding_text.about


class HeardSystem(NamedTuple):
    """A heard system, and whether outsiders put content into it themselves.

    See ``docs/semantics.md#untrusted-content``.
    """

    system: str
    first_hand: bool


@dataclass(frozen=True, slots=True)
class Answerable:
    """A question that yes or no answers.

    Attributes:
        ask: what is asked, as among those of its element.
        about: what the answer is about, as ``meshmodel.edits.question_answers`` takes it.
    """

    ask: str
    about: Reference


class Question(NamedTuple):
    """What the drawing does not say of one element (``agent:ID``, ``system:ID``, …).

    Attributes:
        element: which.
        asks: what is asked of it.
        answerable: those of them that yes or no answers.
    """

    element: str
    asks: tuple[str, ...]
    answerable: tuple[Answerable, ...] = ()


@dataclass(frozen=True, slots=True)
class Summary:
    """The counts of ``docs/json.md``."""

    agents: int
    systems: int
    credentials: int
    crossings: int
    uncontrolled: int
    approved: int
    missing: int

    @property
    def controlled(self) -> int:
        """How many crossings have a checkpoint that counts on every way."""
        return self.crossings - self.uncontrolled - self.approved


@dataclass(frozen=True, slots=True)
class PathStep:
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

    @property
    def ends(self) -> tuple[str, str]:
        """The ids of its two nodes."""
        return self.from_.partition(":")[2], self.to.partition(":")[2]

    @property
    def relation(self) -> tuple[StepKind, str, str]:
        """The relation that it is, as its kind and ends; of ``implies`` there is none."""
        return (self.step, *self.ends)


class PathSentence(NamedTuple):
    """What happens at a step of a path, or what is said of all of it.

    Attributes:
        text: the sentence.
        lead: the number of the step; ``zones`` and ``within``: of what zones it passes; empty: how it begins.
        sign: of what is said of checkpoints at the step: ``✖``, ``◆`` or ``✓``; empty: nothing is.
        decides: which one decides, or that none does.
        step: the step; holding a credential and what an action implies are told with another one.
    """

    text: str
    lead: str = ""
    sign: str = ""
    decides: str = ""
    step: PathStep | None = None

    def __str__(self) -> str:
        """The sentence with its number, and what decides."""
        return " ".join(filter(None, (self.lead, self.text, self.sign, self.decides)))


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why an agent reaches an access, or why not (``docs/commands.md#meshmodel-explain``).

    ``state`` is ``None`` where there is no crossing; ``path`` tells the steps in words; where
    ``steps`` is empty, ``why_not`` says what stands in the way, and ``action`` is ``None`` if none was
    asked for, since none is reached.
    """

    agent: str
    source: str | None
    system: str
    action: Action | None
    state: CrossingState | None
    severity: Severity | None
    steps: tuple[PathStep, ...]
    path: tuple[PathSentence, ...]
    why_not: str | None = None

    @property
    def sentences(self) -> tuple[str, ...]:
        """The sentences of the path, each in one text."""
        return tuple(map(str, self.path))


StepMark = Literal["missing", "counts", "does-not-count"]
StepKey = tuple[CheckpointStep, str, str]
"""A step that a checkpoint can sit on: its kind and its two ends.

See ``docs/semantics.md#effective-checkpoints``.
"""

Element = tuple[str, tuple[Action, ...]]
"""An element as in ``PathStep``; of a system also the actions that are meant."""


class Opening(NamedTuple):
    """Relations each of which opens a way: any of ``from_`` with any of ``to``, by any of the actions.

    They are named by their steps: ``hosting`` is a ``runs_on``; a delegation is one without a limit.
    """

    relation: CheckpointStep
    from_: tuple[Element, ...]
    to: tuple[Element, ...]

    @property
    def number(self) -> int:
        """How many relations these are."""
        one, other = (sum(len(actions) or 1 for _, actions in ends) for ends in (self.from_, self.to))
        return one * other


class Blocker(NamedTuple):
    """What alone keeps a way closed: a revoked credential, a retired agent, or a bound credential, so that
    storing it in ``system`` yields nothing. ``element`` is its id.
    """

    because: Literal["revoked", "retired", "bound"]
    element: str
    system: str | None = None


class LastDoor(NamedTuple):
    """A grant with which ways end; ``intended``: an intent covers it, so those of an uncontrolled crossing
    do not end there.
    """

    credential: str
    system: str
    actions: tuple[Action, ...]
    intended: bool


class Ways(NamedTuple):
    """All ways from an agent to an access, or what is in between where there is none.

    Attributes:
        explanation: the shortest way, or why there is none.
        unasked: whether some way has no checkpoint that counts on it.
        through: the elements that every way passes, in order, the agent aside.
        doors: the grants with which ways end.
        single: the steps that every way takes, in order; each relation counts once.
        cut: where there are none, a few steps, near the target, of which every way takes one.
        standing: the checkpoints that count on the ways, each with its step.
        reaches, reached_from: where nothing is reached, what the agent does reach, what leads to the access,
        blocked: what is out of use, or of no use at rest,
        openings: and the single relations whose own step would open a way;
        openings_complete: whether no other relation would.
    """

    explanation: Explanation
    unasked: bool = False
    through: tuple[Element, ...] = ()
    doors: tuple[LastDoor, ...] = ()
    single: tuple[StepKey, ...] = ()
    cut: tuple[StepKey, ...] = ()
    standing: tuple[tuple[str, StepKey], ...] = ()
    reaches: tuple[Element, ...] = ()
    reached_from: tuple[Element, ...] = ()
    blocked: tuple[Blocker, ...] = ()
    openings: tuple[Opening, ...] = ()
    openings_complete: bool = True
