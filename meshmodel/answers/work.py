"""The list of actions: what to build and change until nothing is open, numbered alike wherever it is shown.

First the measures of the plan, or the checkpoints of the minimum fix where no intent says how often a day it
is used, those that close most first; then one item for each cause that stands even with all of them, the
most severe first. The report, tickets, the list of the plan, the guided review and ``diff --closes`` follow
it (``docs/fix.md#the-list-of-actions``).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from meshmodel.analysis.results import Finding, StepKey
from meshmodel.analysis.rules.base import step_title
from meshmodel.answers.causes import Cause, fold, is_accepted
from meshmodel.answers.measures import measure_words, relation_of, rows_of, when
from meshmodel.answers.plan_state import with_measures
from meshmodel.model.measures import Ask, Drop, Measure
from meshmodel.model.records import Checkpoint, Snapshot
from meshmodel.model.rule_cards import BEYOND, CARDS, DOOR
from meshmodel.model.schema import STEP_ENDS
from meshmodel.model.stop import CURRENT
from meshmodel.model.text import first_few, one_line
from meshmodel.model.vocabulary import CheckpointStep, Severity, highest

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis
    from meshmodel.analysis.fix.results import Plan

MOST_TRIED: Final = 20
"""So many beginnings of the list are analysed to say which item closes what; each costs an analysis."""
_MOST_NAMED: Final = 3
"""So many findings are named by which an item is seen to be done."""
UNOWNED: Final = "owner not stated"

Name = tuple[str, str]
"""What names a finding: its rule and subject."""

_PLACES: Final[dict[CheckpointStep, str]] = {
    "grant": "at {1}, or a gateway before it",
    "custody": "at {0}, when it hands out {1}",
    "exchange": "at the token service that makes {1} of {0}",
    "hold": "where {0} runs, before it presents {1}",
    "delegation": "before {1} takes the task from {0}",
    "trigger": "before {1} is started",
    "hearing": "before {1} reads what stands in {0}",
    "hosting": "on {0}, before {1} acts",
}
_DECIDES: Final[dict[CheckpointStep, int]] = {
    "grant": 1,
    "custody": 0,
    "exchange": 1,
    "hold": 0,
    "delegation": 1,
    "trigger": 1,
    "hearing": 1,
    "hosting": 0,
}
"""Which end of a step a checkpoint on it is built at, as ``_PLACES`` says it."""


class OwnedElement(NamedTuple):
    """An element that work is about, with who owns it."""

    kind: str
    title: str
    owner: str | None


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to build or to change.

    Attributes:
        number: its place in the list, from 1.
        key: what it is about and nothing else, so that a tracker finds it again.
        step: where a checkpoint goes; ``None``: another measure.
        place: the step that a measure of the plan guards, removes or restricts; ``None``: another change.
        title: what to do, in one line, by the names of the elements.
        decided: where a checkpoint decides; empty for another measure.
        severity: the highest of what it closes.
        findings: those that are open no more once it and the items before it are done.
        crossings: how many unchecked paths a checkpoint closes alone, where that was counted.
        elements: the credentials, agents and targets that it is about, with their owners.
        responsible: the one owner who has to do it: of where a checkpoint is built, or of what is changed;
            empty: the model does not say.
        daily: decisions a day, as the plan counts them; ``None``: it is a fix, or asks for none.
        is_accepted: whether all that it closes is accepted.
        remedy: how a change is made, where the title does not say it; of a measure of the plan it is empty.
    """

    number: int
    key: str
    step: StepKey | None
    place: StepKey | None
    title: str
    decided: str
    severity: Severity
    findings: tuple[Finding, ...]
    crossings: int | None
    elements: tuple[OwnedElement, ...]
    responsible: str
    daily: float | None
    is_accepted: bool
    remedy: str = ""

    @property
    def doors(self) -> tuple[Finding, ...]:
        """The missing checkpoints among what it closes."""
        return tuple(each for each in self.findings if each.rule == DOOR)

    @property
    def done_when(self) -> str:
        """The command that tells whether it is done, with what that then says: of what it closes, by name.

        The checkpoint that closes nothing by itself has ``diff --closes`` look for it.
        """
        if not self.findings:
            return f"meshmodel diff --closes OLD.toml NEW.toml says that item {self.number} is closed"
        named = [one_line(each.headline, 300) for each in self.findings]
        return f"meshmodel check NEW.toml no longer lists {first_few(named, _MOST_NAMED)}"

    @property
    def owners(self) -> str:
        """Who owns what it is about: ``Ledger key: Accounting``, each owner once for several."""
        by_owner: dict[str, list[str]] = {}
        for each in self.elements:
            by_owner.setdefault(each.owner or UNOWNED, []).append(each.title)
        return "; ".join(f"{first_few(titles, 3)}: {owner}" for owner, titles in by_owner.items())

    def owned(self, kind: str) -> str:
        """The elements of a kind, each with its owner in brackets."""
        some = [f"{each.title} ({each.owner or UNOWNED})" for each in self.elements if each.kind == kind]
        return first_few(some, 5)


@dataclass(frozen=True, slots=True)
class Work:
    """The list, and by rule and subject of a finding the item that closes it."""

    items: tuple[Item, ...]
    closing: Mapping[Name, Item]

    def item_of(self, finding: Finding) -> Item | None:
        """The item that closes a finding; ``None``: it is accepted, and nothing has to be done."""
        return self.closing.get(name_of(finding))


def name_of(finding: Finding) -> Name:
    """What names a finding in two analyses of one model."""
    return finding.rule, finding.subject


class Part(NamedTuple):
    """An item before it is known what it closes; attributes as those of an item."""

    key: str
    step: StepKey | None
    place: StepKey
    title: str
    decided: str
    crossings: int | None
    about: tuple[tuple[str, str], ...]
    built_at: tuple[tuple[str, str], ...]
    daily: float | None


def work_of(analysis: "Analysis", plan: "Plan") -> Work:
    """The list of actions of a model by its plan, or by its fix, with their numbers.

    Args:
        analysis: of the model.
        plan: its plan or minimum fix, or the best that is known, as ``plan_state.in_order`` has it.

    Raises:
        Stopped: ``CURRENT`` says so.
    """
    rows = rows_of(plan)
    closes = plan.closes_each or [None] * len(rows)
    parts = [_part(analysis, row, alone, is_fix=plan.is_fix) for row, alone in zip(rows, closes, strict=True)]

    def doing(number: int) -> "Analysis":
        return with_measures(analysis, [each for row in rows[:number] for each in row])

    return work_in_parts(analysis, parts, doing)


def _part(analysis: "Analysis", row: Sequence[Measure], crossings: int | None, *, is_fix: bool) -> Part:
    """What a row of a plan does, as a part of a list."""
    first = row[0]
    step = relation_of(first)
    about = tuple(zip(STEP_ENDS[step[0]], step[1:], strict=True))
    if isinstance(first, Ask):
        snapshot = analysis.snapshot
        title = f"Checkpoint {when(step, snapshot)}"
        daily = None if is_fix else first.decisions_per_day
        key = "checkpoint:{}:{}>{}".format(*step)
        built = about[_DECIDES[step[0]]]
        drawn = [("system", each.decided_at) for each in _drawn(snapshot, step) if each.decided_at]
        decided = decision_place(snapshot, step)
        return Part(key, step, step, title, decided, crossings, about, (*drawn, built), daily)
    kind = f"drop:{first.relation}" if isinstance(first, Drop) else "limit"
    title = one_line(
        f"{'Remove' if isinstance(first, Drop) else 'Restrict'} {measure_words(row, analysis.snapshot)}", 300
    )
    return Part(f"{kind}:{first.from_}>{first.to}", None, step, title, "", None, about, about[:1], None)


def work_in_parts(analysis: "Analysis", parts: Sequence[Part], doing: "Callable[[int], Analysis]") -> Work:
    """The list that begins with some parts; ``doing`` analyses the model where the first ones are done."""
    after = doing(len(parts)).findings
    closed = _closed_by(analysis, parts, after, doing)
    items = [
        _item(analysis, number, part, tuple(findings))
        for number, (part, findings) in enumerate(zip(parts, closed, strict=True), 1)
    ]
    known = {name_of(each): each for each in analysis.findings}
    for cause in fold(each for each in after if name_of(each) in known and not is_accepted(each)):
        findings = tuple(known.get(name_of(each), each) for each in (cause.finding, *cause.also))
        items.append(_measure(analysis, len(items) + 1, cause, findings))
    closing = {name_of(finding): item for item in items for finding in item.findings}
    return Work(tuple(items), closing)


def _closed_by(
    analysis: "Analysis",
    parts: Sequence[Part],
    standing: Sequence[Finding],
    doing: "Callable[[int], Analysis]",
) -> list[list[Finding]]:
    """By part, in the order of the list, the findings that are gone once it and those before are there.

    Of a list that is longer than ``MOST_TRIED`` only every second, third, … beginning is analysed; a missing
    checkpoint is then closed by the one on its own step, if that comes before the end of the stretch.
    """
    stop = CURRENT.get()
    closed: list[list[Finding]] = [[] for _ in parts]
    left = {name_of(each): each for each in analysis.findings}
    for each in standing:
        left.pop(name_of(each), None)
    stride = max(1, -(-len(parts) // MOST_TRIED))
    for end in range(stride, len(parts) + stride, stride):
        stop.check()
        reached = min(end, len(parts))
        after = set() if reached == len(parts) else _names(doing(reached))
        own = {f"{part.step[1]}>{part.step[2]}": n for n, part in enumerate(parts[:reached]) if part.step}
        for name in [each for each in left if each not in after]:
            place = own.get(name[1], reached - 1) if name[0] == DOOR else reached - 1
            closed[place].append(left.pop(name))
    return closed


def _names(analysis: "Analysis") -> set[Name]:
    return {name_of(each) for each in analysis.findings}


def _item(analysis: "Analysis", number: int, part: Part, findings: tuple[Finding, ...]) -> Item:
    first = [door for door in analysis.doors if ("grant", door.credential, door.system) == part.step]
    severities = [each.severity for each in findings] or [each.severity for each in first]
    elements = _elements(analysis.snapshot, part.about, findings)
    return Item(
        number,
        part.key,
        part.step,
        part.place,
        part.title,
        part.decided,
        highest(severities) if severities else "low",
        findings,
        part.crossings,
        elements,
        _responsible(analysis.snapshot, part.built_at, elements),
        part.daily,
        bool(findings) and all(map(is_accepted, findings)),
    )


def _measure(analysis: "Analysis", number: int, cause: Cause, findings: tuple[Finding, ...]) -> Item:
    snapshot, finding = analysis.snapshot, cause.finding
    about = list[tuple[str, str]]()
    for table, key in finding.about:
        if isinstance(key, str):
            about.append((table, key))
        else:
            about += zip(STEP_ENDS.get(table, ()), key, strict=False)
    elements, (title, is_remedy) = _elements(snapshot, about, findings), _what_to_do(snapshot, finding)
    own = [each for each in about if each[1] == finding.ends[-1]]
    return Item(
        number,
        f"measure:{finding.rule}:{finding.subject}",
        None,
        None,
        one_line(title, 300),
        "",
        cause.severity,
        findings,
        None,
        elements,
        _responsible(snapshot, [*own, *about], elements),
        None,
        is_accepted=False,
        remedy="" if is_remedy else finding.remedy,
    )


def _responsible(
    snapshot: Snapshot, places: Iterable[tuple[str, str]], elements: Iterable[OwnedElement]
) -> str:
    """Who owns the first place that has an owner; else the first owner of what it is about."""
    owners = [getattr(snapshot.get(*each), "owner", None) for each in places]
    return next((each for each in (*owners, *(each.owner for each in elements)) if each), "")


def _what_to_do(snapshot: Snapshot, finding: Finding) -> tuple[str, bool]:
    """What to do about a finding, by the names of the elements, and whether that is its remedy."""
    if finding.rule == BEYOND and finding.remedy != finding.standard_remedy:
        return finding.remedy.removesuffix("."), True  # it names the grants
    template = CARDS[finding.rule].work
    if template:
        return template.format(*_subject_titles(snapshot, finding)), False
    return f"{' → '.join(_subject_titles(snapshot, finding))}: {finding.remedy}", True


def _subject_titles(snapshot: Snapshot, finding: Finding) -> list[str]:
    """What people call the subject of a finding; of a relation that is two names."""
    tables = CARDS[finding.rule].subject or STEP_ENDS[finding.about[0][0]]
    return [_title(snapshot, table, key) for table, key in zip(tables, finding.ends, strict=True)]


def _title(snapshot: Snapshot, table: str, key: str) -> str:
    """What people call an element; a checkpoint is named with the step that it is on."""
    record = snapshot.get(table, key)
    if isinstance(record, Checkpoint):
        return f"{key} {step_title(snapshot, record)}"
    return str(getattr(record, "title", key))


def decision_place(snapshot: Snapshot, step: StepKey) -> str:
    """Where a checkpoint on a step can decide, or where one that is drawn there does."""
    for each in _drawn(snapshot, step):
        if each.decided_at is not None:
            by = f" by {', '.join(each.approvers)}" if each.approvers else ""
            return f"at {snapshot.system[each.decided_at].title}{by}, as {each.id} is drawn"
    return _PLACES[step[0]].format(*_titles(snapshot, step))


def _drawn(snapshot: Snapshot, step: StepKey) -> list[Checkpoint]:
    """The checkpoints that are on a step already, effective or not."""
    return [each for each in snapshot.checkpoint.values() if (each.step, each.from_, each.to) == step]


def _titles(snapshot: Snapshot, step: StepKey) -> list[str]:
    ends = zip(STEP_ENDS[step[0]], step[1:], strict=True)
    return [one_line(snapshot.table(table)[key].title) for table, key in ends]


def _elements(
    snapshot: Snapshot, about: Iterable[tuple[str, str]], findings: Iterable[Finding]
) -> tuple[OwnedElement, ...]:
    """Credentials, agents and targets, each once: of what is changed, then of what is closed by it."""
    keys = dict.fromkeys(about)
    for finding in findings:
        if finding.rule == DOOR:
            keys |= dict.fromkeys(zip(("credential", "system"), finding.ends, strict=True))
        keys |= dict.fromkeys(("agent", each) for each in finding.agents)
    found = []
    for kind in ("credential", "agent", "system"):
        for table, key in keys:
            record = snapshot.get(table, key) if table == kind else None
            if record is not None:
                owner = getattr(record, "owner", None)
                found.append(OwnedElement(kind, one_line(getattr(record, "title", key)), owner))
    return tuple(found)
