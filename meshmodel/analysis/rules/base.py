"""What a rule is, and what it is given."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from meshmodel.analysis.crossings import Counts
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.results import Door
from meshmodel.model.records import Key
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.vocabulary import Action, Severity


@dataclass(frozen=True, slots=True)
class Facts:
    """What rules look at: one snapshot in one view, and what was already worked out about it."""

    engine: Engine
    doors: tuple[Door, ...]
    counts: Counts

    @property
    def snapshot(self) -> Snapshot:
        """The model."""
        return self.engine.snapshot


@dataclass(frozen=True, slots=True)
class Case:
    """One place where a rule holds.

    Attributes:
        subject: as section 9 names it for the rule.
        severity: of this case.
        message: one sentence: who, what, as whom.
        about: the records concerned, as table and key, the most telling first.
        agents, actions: what an acceptance of it would accept.
        remedy: where it differs from the rule's.
    """

    subject: str
    severity: Severity
    message: str
    about: tuple[tuple[str, Key], ...]
    agents: tuple[str, ...] = ()
    actions: tuple[Action, ...] = ()
    remedy: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of section 9.

    Attributes:
        id: its name.
        severity: what severity it gives, in words.
        detects: what it holds for.
        remedy: what to do.
        references: identifiers of standards, each with its year or version.
        false_positives: when a finding may be ignored.
        cases: finds them.
    """

    id: str
    severity: str
    detects: str
    remedy: str
    references: tuple[str, ...]
    false_positives: str
    cases: Callable[[Facts], Iterable[Case]] = field(repr=False, compare=False)


_VERBS: Mapping[Action, tuple[str, str]] = {
    "read": ("read", "reads"),
    "write": ("write", "writes"),
    "execute": ("execute on", "executes on"),
    "issue": ("issue from", "issues from"),
    "admin": ("administer", "administers"),
}


def verb(action: Action, *, third: bool = True) -> str:
    """The verb of an action, before the name of a system: ``reads``, ``executes on``."""
    return _VERBS[action][third]


def can(actions: Iterable[Action]) -> str:
    """Several actions after *can*: ``read, write and execute on``."""
    return joined([verb(action, third=False) for action in actions])


def joined(words: Iterable[str], *, last: str = "and") -> str:
    """Words as a list in a sentence: ``a, b and c``; of many, how many more there are."""
    every = list(words)
    if len(every) > 5:
        every = [*every[:3], f"{len(every) - 3} more"]
    if len(every) < 2:
        return "".join(every)
    return f"{', '.join(every[:-1])} {last} {every[-1]}"


def titles(snapshot: Snapshot, table: str, ids: Sequence[str]) -> str:
    """What people call these elements, as a list in a sentence; of many, how many more there are."""
    records = snapshot.table(table)
    if len(ids) > 5:
        return f"{', '.join(records[each].title for each in ids[:3])} and {len(ids) - 3} more"
    return joined(records[each].title for each in ids)
