"""A Rego module and its data: what ``verdicts`` says, for one who asks about each request.

The module is the same for every model. It only permits: ``allow`` is false where a condition does not hold
or cannot be evaluated. Nothing in it is negated, since ``not`` takes what is undefined for false.
"""

import json
from typing import Any, Final

from meshmodel.analysis.analysis import Analysis
from meshmodel.exporters.policies.stub import digest
from meshmodel.exporters.policies.verdicts import LONGEST, Rule, Side, policy_rules

_HEAD: Final = """\
# Asks the data beside this file; whatever it does not permit is denied.
package meshmodel.authz

default allow := false

rule := data.meshmodel.policy.rules[input.credential][input.system][input.action]
"""
_PERMITS: Final[dict[Side, str]] = {
    "initiator": """
# Every agent behind the request is one that may without a decision.
allow if {
	input.agent in input.actors
	every actor in input.actors { actor in rule.free }
}

# Every one is one that may with a decision, and there is one for this very request.
allow if {
	input.agent in input.actors
	every actor in input.actors { actor in rule.asked }
	input.decision.agent == input.agent
	input.decision.actors == input.actors
	decided
}
""",
    "target": """
allow if rule.free == true

# A target knows no more of the agent than that the decision names one of those who may.
allow if {
	input.decision.agent in rule.asked
	decided
}
""",
}
_DECIDED: Final = """
decided if {
	input.decision.granted == true
	input.decision.used == false
	is_string(input.request)
	input.request != ""
	input.decision.request == input.request
	input.decision.credential == input.credential
	input.decision.system == input.system
	input.decision.action == input.action
	input.decision.time <= input.time
	input.time - input.decision.time <= data.meshmodel.policy.longest
	is_number(last_read)
	last_read < input.decision.time
}

last_read := object.get(input, "last_read", -1)
"""


def rego_module(side: Side) -> str:
    """The module for one side; ``data.meshmodel.authz.allow`` is the answer."""
    return f"{_HEAD}{_PERMITS[side]}{_DECIDED}"


def rego_data(analysis: Analysis, side: Side) -> str:
    """The data of a model as JSON; equal models give equal texts.

    Args:
        analysis: of the model; of the view ``designed``, decisions of planned checkpoints are asked for too.
        side: who asks. A target gets no rule where its answer would depend on the agent: ``undecided``
            lists each such use.
    """
    snapshot, found = analysis.snapshot, policy_rules(analysis)
    rules: dict[str, dict[str, dict[str, Any]]] = {}
    for each in found:
        made = _for_initiator(each) if side == "initiator" else _for_target(each)
        if made:
            rules.setdefault(each.credential, {}).setdefault(each.system, {})[each.action] = made
    policy = {
        "model": snapshot.about.name or "",
        "model_digest": digest(snapshot),
        "side": side,
        "longest": LONGEST,
        "rules": rules,
    }
    if side == "target":
        policy["undecided"] = [_undecided(each) for each in found if each.alike is None]
    return json.dumps({"meshmodel": {"policy": policy}}, ensure_ascii=False, indent=2) + "\n"


def _for_initiator(rule: Rule) -> dict[str, Any]:
    made = {"free": rule.free}
    if rule.asked:
        made["asked"] = sorted(rule.free + rule.asked)
    return made if rule.free or rule.asked else {}


def _for_target(rule: Rule) -> dict[str, Any]:
    match rule.alike:
        case "free":
            return {"free": True}
        case "asked":
            return {"asked": rule.asked}
        case _:
            return {}


def _undecided(rule: Rule) -> dict[str, Any]:
    return rule._asdict()
