"""What is told beside a plan: its completion, alternatives, and the findings that end or are new with it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from meshmodel.answers.plan_state import with_measures
from meshmodel.model.measures import Measure
from meshmodel.model.records import Snapshot
from meshmodel.model.stop import Stop, Stopped
from meshmodel.model.text import one_line

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis
    from meshmodel.analysis.fix.results import Plan, PlanOptions
    from meshmodel.analysis.results import Finding, StepKey

SECONDS: Final = 5.0
"""So long the completion is worked out, and so long alternatives are tried."""
_Names = frozenset[tuple[str, str]]
"""Findings by rule and subject."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """A model with one change that needs somebody's word, whose plan asks less.

    Attributes:
        change: what is changed: ``typed:SYSTEM``, ``delegation:AGENT>AGENT`` or ``trigger:SYSTEM>AGENT``.
        words: that in words, and whose word it needs.
        plan: the plan then.
    """

    change: str
    words: str
    plan: "Plan"


@dataclass(frozen=True, slots=True)
class Advice:
    """What is told beside a plan.

    Attributes:
        completion: free measures that end findings.
        ends: the findings that it ends.
        alternatives: changes whose plan asks less.
        new: findings that are there with the plan and were not before.
        mendable: those that stand and that some other measure would end, by rule and subject.
        is_complete: whether there was time for all of it.
    """

    completion: tuple[Measure, ...] = ()
    ends: "tuple[Finding, ...]" = ()
    alternatives: tuple[Alternative, ...] = ()
    new: "tuple[Finding, ...]" = ()
    mendable: _Names = frozenset()
    is_complete: bool = True


def advice(analysis: "Analysis", options: "PlanOptions", plan: "Plan", stop: Stop) -> Advice:
    """All that is told beside a plan; what is left when time is over is missing.

    Args:
        analysis: of the model.
        options: what the plan may do.
        plan: the plan, or fix.
        stop: when to give up.
    """
    after, everything = with_measures(analysis, plan.measures), _with_all(analysis, plan)
    known, left = _grave(analysis, "low"), _grave(everything, "low")
    new = tuple(each for each in after.findings if _name(each) not in known)
    mendable = frozenset(_name(each) for each in after.findings if _name(each) not in left)
    if plan.is_fix:
        return Advice(new=new, mendable=mendable)
    is_complete, chosen, others = True, tuple[Measure, ...](), list[Alternative]()
    try:
        chosen = completion(analysis, plan, stop)
        others += alternatives(analysis, options, plan, stop)
    except Stopped:
        is_complete = False
    whole = with_measures(analysis, (*plan.measures, *chosen)) if chosen else after
    gone = _grave(after) - _grave(whole)
    ends = tuple(each for each in after.findings if _name(each) in gone)
    new += tuple(each for each in whole.findings if _name(each) not in known | {_name(e) for e in new})
    return Advice(chosen, ends, tuple(others), new, mendable, is_complete)


def completion(analysis: "Analysis", plan: "Plan", stop: Stop) -> tuple[Measure, ...]:
    """The free measures that end findings of medium and above, as few as do.

    With all of them made, each is taken back, the last first, without which the same findings stay ended and
    none is new; many that nothing depends on are taken back at once.

    Args:
        analysis: of the model.
        plan: its plan.
        stop: when to give up.

    Raises:
        Stopped: it was time to stop before it was known.
    """
    left = _grave(with_measures(analysis, (*plan.measures, *plan.free)))
    if _grave(with_measures(analysis, plan.measures)) <= left:
        return ()

    def fits(some: Sequence[Measure]) -> bool:
        stop.check()
        return _grave(with_measures(analysis, (*plan.measures, *some))) <= left

    def needed(before: Sequence[Measure], some: Sequence[Measure], after: Sequence[Measure]) -> list[Measure]:
        if fits([*before, *after]):
            return []
        if len(some) == 1:
            return [*some]
        half = len(some) // 2
        later = needed([*before, *some[:half]], some[half:], after)
        return [*needed(before, some[:half], [*later, *after]), *later]

    return tuple(needed((), plan.free, ()))


def alternatives(
    analysis: "Analysis", options: "PlanOptions", plan: "Plan", stop: Stop
) -> Iterator[Alternative]:
    """The changes that need somebody's word and after which a plan asks less.

    Args:
        analysis: of the model.
        options: what plans may do.
        plan: the plan without any of these.
        stop: when to give up.

    Raises:
        Stopped: it was time to stop before all were tried.
    """
    from meshmodel.analysis.analysis import analyse

    for change, words, gone, changed in _changed(analysis.snapshot, plan) if plan.decisions_per_day else ():
        stop.check()
        after = analyse(changed, view=analysis.view, today=analysis.today)
        found = after.cheapest_plan(_fitting(options, gone), deadline=stop.remaining())
        if not found.optimal:
            stop.check()
        if found.left <= plan.left and found.decisions_per_day < plan.decisions_per_day:
            yield Alternative(change, words, found)


def _changed(snapshot: Snapshot, plan: "Plan") -> "Iterator[tuple[str, str, StepKey | None, Snapshot]]":
    """Each change as a key and in words, the relation that it takes away if any, and the model with it."""
    for name in plan.typeable:
        system = snapshot.system[name]
        if not system.typed:
            table = {**snapshot.system, name: replace(system, typed=True)}
            who = system.owner or "its owner"
            says = f"{one_line(system.title)} accepts only fixed values (typed); ask {who}"
            yield f"typed:{name}", says, None, replace(snapshot, system=table, touched={})
    for kind, one, other in plan.needless:
        ends = (snapshot.agent if kind == "delegation" else snapshot.system)[one], snapshot.agent[other]
        names = [one_line(each.title) for each in ends]
        who = ends[0].owner or ends[1].owner or "their owners"
        does = "calls" if kind == "delegation" else "starts"
        says = f"{names[0]} no longer {does} {names[1]}, which nothing needed uses; ask {who}"
        yield f"{kind}:{one}>{other}", says, (kind, one, other), _without(snapshot, kind, (one, other))


def _without(snapshot: Snapshot, table: str, key: tuple[str, str]) -> Snapshot:
    from meshmodel.edits.edit import Edit, Remove, apply_edit

    return apply_edit(snapshot, Edit("", (Remove(table, key),)))


def _fitting(options: "PlanOptions", gone: "StepKey | None") -> "PlanOptions":
    """The options without what a change took away."""
    return replace(
        options,
        never_ask=frozenset(each for each in options.never_ask if each != gone),
        kept=frozenset(each for each in options.kept if (each.relation, each.from_, each.to) != gone),
    )


def _with_all(analysis: "Analysis", plan: "Plan") -> "Analysis":
    """The analysis with every measure that there is, where some steps to ask at are gone."""
    from meshmodel.model.measures import Ask

    changes = [each for each in plan.every if not isinstance(each, Ask)]
    changed = with_measures(analysis, changes)
    mesh = changed.engine.mesh
    asks = [
        each for each in plan.every if isinstance(each, Ask) and any(map(mesh.has, mesh.ends(*each.step)))
    ]
    return with_measures(changed, asks)


def _grave(analysis: "Analysis", *but: str) -> _Names:
    """The findings of medium and above, or all where a severity is named that counts too."""
    least = {"low"} - {*but}
    return frozenset(_name(each) for each in analysis.findings if each.severity not in least)


def _name(finding: "Finding") -> tuple[str, str]:
    return finding.rule, finding.subject
