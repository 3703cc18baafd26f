"""The JSON answers of ``check`` and ``explain`` as dictionaries (``docs/json.md``)."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from meshmodel.analysis.results import (
    Crossing,
    Door,
    Explanation,
    Finding,
    Heard,
    Question,
    WitnessStep,
)
from meshmodel.answers.baseline import Comparison, comparison_answer
from meshmodel.answers.blocks import Answer
from meshmodel.model.vocabulary import ACTIONS, Severity

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis

_json: Final = json.JSONEncoder(ensure_ascii=False).encode


def check_json(
    analysis: "Analysis", *, crossings: bool = False, baseline: Comparison | None = None
) -> Iterator[str]:
    """``meshmodel-check/1``: counts, missing checkpoints, heard systems, findings and questions.

    It is encoded in pieces to write one after the other: thousands of missing checkpoints can share one
    list of thousands of agents, and each list is encoded once.

    Args:
        analysis: of one model, as built or as designed.
        crossings: whether to list every crossing too; there can be very many.
        baseline: the findings beside a baseline, if there is one.
    """
    before: Answer = {
        "format": "meshmodel-check/1",
        "view": analysis.view,
        "summary": asdict(analysis.summary),
    }
    if crossings:
        listed = sorted(analysis.crossings(), key=crossing_order)
        before["crossings"] = [_crossing(each) for each in listed]
    after: Answer = {
        "heard": [_heard(each) for each in analysis.heard],
        "findings": [_finding(each) for each in analysis.findings],
        "questions": [_question(each) for each in analysis.questions],
    }
    if baseline is not None:
        after["baseline"] = comparison_answer(baseline)
    # Before the first piece: where this fails, nothing is written.
    doors = sorted(analysis.doors, key=lambda door: (door.credential, door.system))
    yield f'{_json(before)[:-1]}, "missing": ['
    # Doors that the same agents find open share one tuple.
    known: dict[int, str] = {}
    between = ""
    for door in doors:
        agents = known.get(id(door.agents))
        if agents is None:
            agents = known[id(door.agents)] = _json(list(door.agents))
        head, _, tail = _json(_door(door)).partition('"agents": []')
        yield f'{between}{head}"agents": {agents}{tail}'
        between = ", "
    yield f"], {_json(after)[1:]}"


def explain_answer(explanation: Explanation | None) -> Answer:
    """``meshmodel-explain/1``: the way from an agent to an access, step by step.

    ``None``, where a model has no crossing at all, is an answer without steps whose names are null.
    ``action`` is null where nothing is reached and no action was asked for.
    """
    if explanation is None:
        names = dict.fromkeys(("agent", "source", "system", "action", "state"))
        return {"format": "meshmodel-explain/1", **names, "steps": []}
    return {
        "format": "meshmodel-explain/1",
        "agent": explanation.agent,
        "source": explanation.source,
        "system": explanation.system,
        "action": explanation.action,
        "state": explanation.state,
        "steps": [_step(each) for each in explanation.steps],
    }


def crossing_order(crossing: Crossing) -> tuple[str, bool, str, str, int]:
    """How crossings are sorted: by agent, source (home first), target, action in the order of ``ACTIONS``."""
    source = crossing.source
    action = ACTIONS.index(crossing.action)
    return crossing.agent, source is not None, source or "", crossing.target, action


def _crossing(crossing: Crossing) -> Answer:
    severity: Severity | None = crossing.severity if crossing.state == "uncontrolled" else None
    return {
        "agent": crossing.agent,
        "source": crossing.source,
        "target": crossing.target,
        "action": crossing.action,
        "state": crossing.state,
        "severity": severity,
    }


def _door(door: Door) -> Answer:
    """A missing checkpoint; ``check_json`` puts its agents in."""
    return {
        "credential": door.credential,
        "system": door.system,
        "actions": list(door.actions),
        "agents": [],
        "severity": door.severity,
    }


def _finding(finding: Finding) -> Answer:
    accepted = finding.accepted
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "subject": finding.subject,
        "message": finding.message,
        "remedy": finding.remedy,
        "references": list(finding.references),
        "accepted": None
        if accepted is None
        else {
            "by": accepted.by,
            "reason": accepted.reason,
            "until": accepted.until,
            "open": accepted.open,
        },
    }


def _heard(heard: Heard) -> Answer:
    return {"system": heard.system, "first_hand": heard.first_hand}


def _question(question: Question) -> Answer:
    return {"element": question.element, "asks": list(question.asks)}


def _step(step: WitnessStep) -> Answer:
    return {
        "step": step.step,
        "from": step.from_,
        "to": step.to,
        "action": step.action,
        "identity": step.identity,
        "yielded_by": step.yielded_by,
        "zone_from": step.zone_from,
        "zone_to": step.zone_to,
        "checkpoint": step.checkpoint,
    }
