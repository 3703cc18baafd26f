"""The stops of a round: the measures of the current plan or fix, then the findings that it does not close.

Nothing of a round is kept but what is in the model: answers are edits, and a stop that was parked has an open
note. So the next stop is found anew after every edit (``docs/round.md#topics``).
"""

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from meshmodel.analysis.graph import bits
from meshmodel.analysis.results import Door, Explanation, Finding, Question, StepKey
from meshmodel.answers.causes import causes_of, is_accepted, open_findings
from meshmodel.answers.measures import plan_sentence, relation_of, when
from meshmodel.answers.plan_options import usual_options
from meshmodel.answers.plan_state import with_measures
from meshmodel.answers.questions import questions_of
from meshmodel.model.measures import Ask, Measure
from meshmodel.model.note_subject import STEPS, NoteSubject, note_subject
from meshmodel.model.records import Intent, Note, Snapshot
from meshmodel.model.rule_cards import DOOR
from meshmodel.model.schema import STEP_ENDS
from meshmodel.model.vocabulary import ELEMENT_TABLES, SEVERITIES, action_mask, expand_admin

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis
    from meshmodel.analysis.compromise import Compromise
    from meshmodel.analysis.engine import Engine
    from meshmodel.analysis.fix.results import Plan

SECONDS: Final = 10.0
"""So long the fixes of a round are proven; after that it follows the best that is known, and says so."""
SOURCE: Final = "round"
"""The source of the notes that a round makes."""

Key = tuple[str, ...]
"""What tells a stop from the others: the kind of its step and the two ends, or rule and subject."""


@dataclass(frozen=True, slots=True)
class RoundStop:
    """A place where a round stops: a step to guard or to take away, or a finding that stands.

    Attributes:
        analysis: of the model as the round finds it there.
        step: the step; ``None`` where the stop is a finding.
        finding: the finding; of a step that of the worst missing checkpoint that it closes, else lowers.
        closes: the missing checkpoints that guarding the step closes, the worst first.
        lowers: those that it leaves with fewer actions or agents, or less severe, the worst first.
        before: how many crossings are uncontrolled when the round comes there.
        after: how many remain with the step guarded, or changed as the plan has it; of a finding the same.
        interrupts: the declared intents that no longer go through unasked.
        parked: the open note by which it was parked, if it was.
        removing: what the plan takes away or restricts there, in place of a checkpoint.
    """

    analysis: "Analysis"
    step: StepKey | None
    finding: Finding | None
    closes: tuple[Door, ...]
    lowers: tuple[Door, ...]
    before: int
    after: int
    interrupts: tuple[Intent, ...] = ()
    parked: Note | None = None
    removing: tuple[Measure, ...] = ()

    @property
    def words(self) -> str:
        """What is done at its step: when a checkpoint there asks, or what is taken away or restricted."""
        if self.removing:
            return plan_sentence(self.removing, self.analysis.snapshot)
        return "" if self.step is None else when(self.step, self.analysis.snapshot)

    @property
    def key(self) -> Key:
        """What tells it from the others: the step, or rule and subject."""
        if self.step is not None:
            return self.step
        assert self.finding is not None
        return self.finding.rule, self.finding.subject

    @property
    def about(self) -> str | None:
        """What a note that parks it is about; ``None``: the model."""
        return subject_of(self.step, self.finding)

    @classmethod
    def at(cls, analysis: "Analysis", step: StepKey, measures: Sequence[Measure] = ()) -> Self:
        """The stop at a step; ``measures`` are those of the plan there, where they are no checkpoint."""
        removing = tuple(each for each in measures if not isinstance(each, Ask))
        engine = with_measures(analysis, removing).engine if removing else analysis.engine.guarding([step])
        remaining = {each.subject: each for each in engine.missing}
        changed = [each for each in analysis.doors if remaining.get(each.subject) != each]
        changed.sort(key=lambda each: -SEVERITIES.index(each.severity))
        closed = tuple(each for each in changed if each.subject not in remaining)
        lowered = tuple(each for each in changed if each.subject in remaining)
        subject = next((each.subject for each in (*closed, *lowered)), None)
        worst = next(
            (each for each in analysis.findings if (each.rule, each.subject) == (DOOR, subject)), None
        )
        lost = _through(analysis.engine) - _through(engine)
        return cls(
            analysis,
            step,
            worst,
            closed,
            lowered,
            analysis.engine.uncontrolled,
            engine.uncontrolled,
            tuple(analysis.snapshot.intent[each] for each in sorted(lost)),
            parking_note(analysis.snapshot, subject_of(step, None)),
            removing,
        )

    @classmethod
    def on(cls, analysis: "Analysis", finding: Finding) -> Self:
        """The stop at a finding."""
        parked = parking_note(analysis.snapshot, subject_of(None, finding))
        return cls(analysis, None, finding, (), (), open_ := analysis.engine.uncontrolled, open_, (), parked)

    @property
    def changes(self) -> tuple[Door, ...]:
        """The missing checkpoints that guarding the step closes, then those that it lowers."""
        return *self.closes, *self.lowers

    @property
    def is_accepted(self) -> bool:
        """Whether every missing checkpoint that it changes is accepted: nobody has to decide there."""
        accepted = {
            each.subject for each in self.analysis.findings if each.rule == DOOR and is_accepted(each)
        }
        return bool(self.changes) and all(each.subject in accepted for each in self.changes)

    @property
    def is_to_decide(self) -> bool:
        """Whether somebody has to decide there now."""
        return self.parked is None and not self.is_accepted

    @property
    def way(self) -> Explanation | None:
        """The worst way through the step that it closes, or by which its finding comes about."""
        if self.step is not None:
            return self.analysis.explain_step(self.step)
        return None if self.finding is None else self.analysis.explain_finding(self.finding)

    @property
    def credential(self) -> str | None:
        """The credential that is presented or obtained at the step."""
        if self.step is None:
            return None
        ends = zip(STEP_ENDS[self.step[0]], self.step[1:], strict=True)
        return next((name for table, name in ends if table == "credential"), None)

    def stolen(self) -> "Compromise | None":
        """The blast radius of that credential if it is stolen."""
        name = self.credential
        return None if name is None else self.analysis.compromise(f"credential:{name}")

    @property
    def related(self) -> tuple[Finding, ...]:
        """The findings of other rules that have the same causes."""
        subjects = {each.subject for each in self.changes}
        causes = (each for each in causes_of(self.analysis) if each.finding.rule == DOOR)
        return tuple(also for each in causes if each.finding.subject in subjects for also in each.also)

    def unknown(self, way: Explanation | None) -> tuple[Question, ...]:
        """What is asked about the elements on a way."""
        on = {f"agent:{way.agent}"} if way is not None else set[str]()
        on |= {end for step in (way.steps if way is not None else ()) for end in (step.from_, step.to)}
        every, notes = questions_of(self.analysis), self.analysis.snapshot.note
        return tuple(each for each in every if not on.isdisjoint(_asked_about(each.element, notes)))


def _asked_about(element: str, notes: Mapping[str, Note]) -> set[str]:
    """The element that a question is about, or those that a note is about."""
    table, _, key = element.partition(":")
    about = notes[key].about if table == "note" else None
    named = note_subject(about).elements if about else ()
    return {element, *(f"{kind}:{name}" for kind, name in named)}


def _through(engine: "Engine") -> set[tuple[str, str]]:
    """The declared intents whose accesses are all reached unasked, as (agent, system)."""
    mesh, full, alone = engine.mesh, engine.reaches.full, engine.reaches.alone.reach
    found = set[tuple[str, str]]()
    for ends, intent in engine.snapshot.intent.items():
        agent = mesh.agent.get(ends[0])
        if agent is not None:
            every = [mesh.access(ends[1], x) for x in bits(expand_admin(action_mask(intent.actions)))]
            covered = [each for each in every if full[each] >> agent & 1]
            if covered and all(alone[each] >> agent & 1 for each in covered):
                found.add(ends)
    return found


def subject_of(step: StepKey | None, finding: Finding | None) -> str | None:
    """What a note about a stop names: the step, else the first record of the finding that can be named."""
    if step is not None:
        return NoteSubject(step[0], step[1:]).about
    for table, key in finding.about if finding is not None else ():
        if table in ELEMENT_TABLES or table in STEPS:
            return NoteSubject(table, key if isinstance(key, tuple) else (key,)).about
    return None


def parking_note(snapshot: Snapshot, about: str | None) -> Note | None:
    """The open question by which a round left something for later."""
    asked = (each for each in snapshot.note.values() if (each.kind, each.state) == ("question", "open"))
    return next((each for each in asked if (each.source, each.about) == (SOURCE, about)), None)


@dataclass(frozen=True, slots=True)
class Round:
    """All stops of a round, as they follow when each step is guarded in its turn.

    Attributes:
        analysis: of the model as it is.
        stops: in order: the steps, the findings that stand with the plan made, then what was parked.
        is_proven: whether every plan that they follow is proven to be a cheapest one.
    """

    analysis: "Analysis"
    stops: tuple[RoundStop, ...]
    is_proven: bool


def measures_at(plan: "Plan") -> dict[StepKey, list[Measure]]:
    """The measures of a plan by the step that they are about, in their order."""
    found: dict[StepKey, list[Measure]] = {}
    for each in plan.measures:
        found.setdefault(relation_of(each), []).append(each)
    return found


def next_step(analysis: "Analysis", plan: "Plan", left: Collection[Key] = ()) -> RoundStop | None:
    """The stop that comes next: the step after which the fewest crossings are uncontrolled.

    Args:
        analysis: of the model as it is now.
        plan: its plan, or fix.
        left: the keys of the stops from which somebody went on.

    Returns ``None`` where every step of the plan was left, parked or accepted.
    """
    every = (RoundStop.at(analysis, *each) for each in measures_at(plan).items() if each[0] not in left)
    return min((each for each in every if each.is_to_decide), key=_rank, default=None)


def stops_to_come(analysis: "Analysis", plan: "Plan", left: Collection[Key] = ()) -> list[RoundStop]:
    """The stops that come next, in order: steps, findings that stand, then what was parked.

    Args:
        analysis: of the model as it is now.
        plan: its plan, or fix.
        left: the keys of the stops from which somebody went on.
    """
    steps = [RoundStop.at(analysis, *each) for each in measures_at(plan).items() if each[0] not in left]
    standing = standing_stops(analysis, plan, left)
    found = sorted((each for each in steps if each.is_to_decide), key=_rank)
    found += [each for each in standing if each.is_to_decide]
    return [*found, *(each for each in (*steps, *standing) if each.parked is not None)]


def _rank(stop: RoundStop) -> tuple[int, int]:
    worst = max((SEVERITIES.index(each.severity) for each in stop.changes), default=-1)
    return stop.after, -worst


def standing_stops(analysis: "Analysis", plan: "Plan", left: Collection[Key] = ()) -> list[RoundStop]:
    """The stops at findings of high or above that stand even where a plan is made.

    Args:
        analysis: of the model as it is now.
        plan: its plan, or fix.
        left: the keys of the stops from which somebody went on.
    """
    after = with_measures(analysis, plan.measures)
    still = {(each.rule, each.subject) for each in open_findings(after.findings, "high")} - set(left)
    found = [each for each in open_findings(analysis.findings, "high") if (each.rule, each.subject) in still]
    return [RoundStop.on(analysis, each) for each in found]


def round_of(analysis: "Analysis", deadline: float = SECONDS) -> Round:
    """The stops of a round, foretold: each step is thought of as made before the next is looked for.

    Args:
        analysis: of the model as it is now.
        deadline: seconds in which the plans are to be proven, all together.
    """
    end, now, stops = time.monotonic() + deadline, analysis, list[RoundStop]()
    first = plan = analysis.cheapest_plan(usual_options(analysis.snapshot), deadline=deadline)
    is_proven = plan.optimal
    while (stop := next_step(now, plan)) is not None and stop.step is not None:
        stops.append(stop)
        now = with_measures(now, measures_at(plan)[stop.step])
        left = max(0.0, end - time.monotonic())
        plan = now.cheapest_plan(usual_options(now.snapshot), deadline=left)
        is_proven = is_proven and plan.optimal
    stops += [each for each in standing_stops(analysis, first) if each.parked is None]
    parked = [RoundStop.at(analysis, *each) for each in measures_at(first).items()]
    parked += standing_stops(analysis, first)
    stops += [each for each in parked if each.parked is not None]
    return Round(analysis, tuple(stops), is_proven)
