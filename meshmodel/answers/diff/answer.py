"""A comparison as JSON, ``meshmodel-diff/1``."""

from dataclasses import asdict
from typing import TYPE_CHECKING

from meshmodel.analysis.results import Crossing, Finding, SystemReach
from meshmodel.answers.blocks import Answer, fields_json
from meshmodel.answers.causes import is_accepted
from meshmodel.answers.diff.changes import CrossingChange, Diff, FindingChange, ReachChange, Side
from meshmodel.answers.diff.changes import uncontrolled_severity as severity_of
from meshmodel.answers.plan import fix_json

if TYPE_CHECKING:
    from meshmodel.analysis.fix.results import Plan


def diff_json(diff: Diff) -> Answer:
    """``meshmodel-diff/1``: all that differs, and the findings that stand."""
    answer: Answer = {
        "format": "meshmodel-diff/1",
        "view": diff.view,
        "old": _side(diff.old),
        "new": _side(diff.new),
        "opened": len(diff.opened),
        "worst": diff.worst,
        "standing": diff.standing,
        "drawn": fields_json(diff.drawn, "table", "key", "change", "says", "fields"),
        "identities": fields_json(diff.identities),
        "reach": [_reach(each) for each in diff.reach],
        "crossings": [_crossing(each) for each in diff.crossings],
        "findings": sorted(map(_finding, diff.findings), key=lambda each: (each["rule"], each["subject"])),
        "fix": diff.fixes and {"before": _fix(diff.fixes[0]), "after": _fix(diff.fixes[1])},
    }
    if diff.work is not None:
        answer["work"] = fields_json(diff.work)
    if not diff.is_complete:
        answer["complete"] = False
    return answer


def _side(side: Side) -> Answer:
    return {"name": side.name, "summary": asdict(side.summary)}


def _reach(change: ReachChange) -> Answer:
    return {
        **fields_json(change, "agent", "system", "gained", "lost"),
        "before": change.before and _reached(change.before),
        "after": change.after and _reached(change.after),
    }


def _reached(reach: SystemReach) -> Answer:
    return {key: each for key, each in fields_json(reach).items() if key != "system"}


def _crossing(change: CrossingChange) -> Answer:
    return {
        **fields_json(change.crossing, "agent", "source", "target", "action"),
        "change": change.change,
        "before": _state(change.before),
        "after": _state(change.after),
    }


def _state(crossing: Crossing | None) -> Answer | None:
    return None if crossing is None else {"state": crossing.state, "severity": severity_of(crossing)}


def _finding(change: FindingChange) -> Answer:
    return {
        **fields_json(change.finding, "rule", "subject"),
        "change": change.change,
        "before": _found(change.before),
        "after": _found(change.after),
    }


def _found(finding: Finding | None) -> Answer | None:
    if finding is None:
        return None
    told = fields_json(finding, "severity", "message", "agents", "actions")
    return {**told, "accepted": is_accepted(finding)}


def _fix(fix: "Plan") -> Answer:
    answer = fix_json(fix, complete=True)
    del answer["format"]
    return answer
