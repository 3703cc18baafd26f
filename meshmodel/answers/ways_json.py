"""The JSON answers of ``explain`` and ``explain --all``.

The document of ``docs/json.md`` with further keys after ``steps``; every key is always there.

- ``unasked``: whether some way has no checkpoint that counts on it.
- ``through``: the elements that every way passes, in order: ``{"element", "actions"}``, ``agent:ID``,
  ``credential:ID`` or ``system:ID``, a system with the actions.
- ``doors``: the grants with which ways end: ``{"credential", "system", "actions", "intended"}``; one that
  an intent covers is not counted among the ways of an uncontrolled crossing.
- ``cut``: a smallest set of steps of which every way takes one, each relation once: ``{"size", "steps"}``,
  ``steps`` a list of ``{"step", "from", "to"}``; where the size is 1, all that alone are such a set, else
  the set that is nearest to the target. Limited delegations can make it larger than need be. Null where
  nothing is reached.
- ``standing``: the checkpoints that count on the ways: ``{"checkpoint", "step", "from", "to"}``.
- ``reaches``, ``reached_from``: ``{"agents", "credentials", "systems": [{"system", "actions"}]}``, what
  the agent reaches, and what reaches the target; null where the target is reached.
- ``blocked``: what alone keeps a way closed: ``{"because", "element", "system"}``; ``because`` is revoked,
  retired or bound.
- ``openings``: the single relations whose step would open a way, as products of two lists: ``{"relation",
  "from": [{"id", "action"}], "to": [{"id", "action"}], "number"}``, any of the first with any of the second.
  Where no action was asked for, a way to any action counts. ``hosting`` is a ``runs_on``.
- ``openings_number``: how many relations those are.
- ``openings_complete``: whether no other relation would open a way; one can within a limited delegation, or
  because an agent then hears outsiders' words.
"""

from collections.abc import Iterable

from meshmodel.analysis.results import Element, Explanation, StepKey, Ways, WitnessStep
from meshmodel.answers.blocks import Answer

_NOTHING: Answer = {
    "unasked": False,
    "through": [],
    "doors": [],
    "cut": None,
    "standing": [],
    "reaches": None,
    "reached_from": None,
    "blocked": [],
    "openings": [],
    "openings_number": 0,
    "openings_complete": True,
}


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
        "steps": [_witness(each) for each in explanation.steps],
    }


def _witness(step: WitnessStep) -> Answer:
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


def ways_answer(ways: Ways | None) -> Answer:
    """``meshmodel-explain/1`` with all ways; where nobody reaches anything, everything is empty."""
    if ways is None:
        return explain_answer(None) | _NOTHING
    cut = ways.single or ways.cut
    return explain_answer(ways.explanation) | {
        "unasked": ways.unasked,
        "through": [{"element": each, "actions": list(actions)} for each, actions in ways.through],
        "doors": [
            {
                "credential": door.credential,
                "system": door.system,
                "actions": list(door.actions),
                "intended": door.intended,
            }
            for door in ways.doors
        ],
        "cut": {"size": 1 if ways.single else len(cut), "steps": [_step(each) for each in cut]}
        if cut
        else None,
        "standing": [{"checkpoint": each, **_step(step)} for each, step in ways.standing],
        "reaches": None if cut else _reached(ways.reaches),
        "reached_from": None if cut else _reached(ways.reached_from),
        "blocked": [
            {"because": each.because, "element": each.element, "system": each.system} for each in ways.blocked
        ],
        "openings": [
            {
                "relation": each.relation,
                "from": _ends(each.from_),
                "to": _ends(each.to),
                "number": each.number,
            }
            for each in ways.openings
        ],
        "openings_number": sum(each.number for each in ways.openings),
        "openings_complete": ways.openings_complete,
    }


def _step(step: StepKey) -> Answer:
    return dict(zip(("step", "from", "to"), step, strict=True))


def _reached(elements: Iterable[Element]) -> Answer:
    found: Answer = {"agents": [], "credentials": [], "systems": []}
    for element, actions in elements:
        table, _, name = element.partition(":")
        found[f"{table}s"].append({"system": name, "actions": list(actions)} if actions else name)
    return found


def _ends(elements: Iterable[Element]) -> list[Answer]:
    return [
        {"id": element.partition(":")[2], "action": action}
        for element, actions in elements
        for action in actions or (None,)
    ]
