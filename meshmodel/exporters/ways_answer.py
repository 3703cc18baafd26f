"""All ways as a machine-readable answer: ``explain --all --json``.

The document of section 11 with further keys after ``steps``; every key is always there.

- ``unasked``: whether some way has no checkpoint that counts on it.
- ``through``: what every way passes, in order: ``{"element", "action", "step", "from", "to"}``, an element
  (``agent:ID``, ``credential:ID``, ``system:ID`` with the action) or a step with its two ends.
- ``doors``: the grants with which ways end: ``{"credential", "system", "actions", "intended",
  "checkpoint"}``; one that an intent covers is not counted among the ways of an uncontrolled crossing.
- ``cut``: the smallest sets of steps that cut all ways, each relation once: ``{"size", "near_start",
  "near_target", "steps"}``, lists of ``{"step", "from", "to"}``; ``steps`` are all that are in some
  smallest set. Null where nothing is reached.
- ``standing``: the checkpoints that count on the ways: ``{"checkpoint", "step", "from", "to"}``.
- ``reaches``, ``reached_from``: ``{"agents", "credentials", "systems": [{"system", "actions"}]}``, what
  the agent reaches, and what reaches the target; null where the target is reached.
- ``blocked``: what is out of use on ways that exist but for that: ``{"because", "element", "system",
  "alone"}``; ``because`` is revoked, retired or bound.
- ``openings``: every single relation that would open a way, as products of two lists: ``{"relation",
  "from": [{"id", "action"}], "to": [{"id", "action"}], "steering", "number"}``, any of the first with any
  of the second. Where no action was asked for, a way to any action counts.
- ``openings_number``: how many relations those are.
"""

from collections.abc import Iterable

from meshmodel.analysis.openings import End, Opening
from meshmodel.analysis.results import StepKey
from meshmodel.analysis.ways import Passed, Reached, Ways
from meshmodel.exporters.answers import Answer, explain_answer

_KEYS = (
    "unasked",
    "through",
    "doors",
    "cut",
    "standing",
    "reaches",
    "reached_from",
    "blocked",
    "openings",
    "openings_number",
)


def ways_answer(ways: Ways | None) -> Answer:
    """``meshmodel-explain/1`` with all ways; where nobody reaches anything, everything is empty."""
    if ways is None:
        lists = ("through", "doors", "standing", "blocked", "openings")
        nothing = dict.fromkeys(_KEYS) | {each: [] for each in lists}
        return explain_answer(None) | nothing | {"unasked": False, "openings_number": 0}
    cut = ways.cut
    return explain_answer(ways.explanation) | {
        "unasked": ways.unasked,
        "through": [_passed(each) for each in ways.through],
        "doors": [
            {
                "credential": door.credential,
                "system": door.system,
                "actions": list(door.actions),
                "intended": door.intended,
                "checkpoint": door.checkpoint,
            }
            for door in ways.doors
        ],
        "cut": None
        if cut is None
        else {
            "size": cut.size,
            "near_start": _steps(cut.near_start),
            "near_target": _steps(cut.near_target),
            "steps": _steps(cut.steps),
        },
        "standing": [{"checkpoint": each.checkpoint, **_step(each.step)} for each in ways.standing],
        "reaches": _reached(ways.reaches),
        "reached_from": _reached(ways.reached_from),
        "blocked": [
            {"because": each.because, "element": each.element, "system": each.system, "alone": each.alone}
            for each in ways.blocked
        ],
        "openings": [_opening(each) for each in ways.openings],
        "openings_number": sum(each.number for each in ways.openings),
    }


def _passed(each: Passed) -> Answer:
    ends = _step(each.step) if each.step is not None else dict.fromkeys(("step", "from", "to"))
    return {"element": each.element, "action": each.action, **ends}


def _step(step: StepKey) -> Answer:
    return dict(zip(("step", "from", "to"), step, strict=True))


def _steps(steps: Iterable[StepKey]) -> list[Answer]:
    return [_step(each) for each in steps]


def _reached(reached: Reached | None) -> Answer | None:
    if reached is None:
        return None
    return {
        "agents": list(reached.agents),
        "credentials": list(reached.credentials),
        "systems": [{"system": name, "actions": list(actions)} for name, actions in reached.systems],
    }


def _opening(each: Opening) -> Answer:
    return {
        "relation": each.relation,
        "from": [_end(end) for end in each.from_],
        "to": [_end(end) for end in each.to],
        "steering": each.steering,
        "number": each.number,
    }


def _end(end: End) -> Answer:
    return {"id": end[0], "action": end[1]}
