"""A Rego module and its data: what ``verdicts`` says, for one who asks about each request.

The module differs between models in the name of its package alone, under which the data lie too. It only
permits: ``allow`` is false where a condition does not hold or cannot be evaluated. Nothing in it is negated,
since ``not`` takes what is undefined for false.
"""

import json
from typing import Any, Final

from meshmodel.analysis.analysis import Analysis
from meshmodel.exporters.policies.model_names import digest, rego_package
from meshmodel.exporters.policies.verdicts import LONGEST, AccessVerdict, Side, policy_rules

_HEAD: Final = """\
# Asks the data beside this file; whatever it does not permit is denied.
package {package}

default allow := false

rule := data.{package}.policy.rules[input.credential][input.system][input.action]

# What every request has, whether a decision is due or not.
complete if {{
	is_string(input.request)
	input.request != ""
	whole(input.time)
	whole(input.last_read)
	input.last_read <= input.time
}}

# Comparing alone would not do: numbers, words and null have an order among them.
whole(time) if time == floor(time)

# The order of names, and that one is there twice, mean nothing.
names(list) := {{name | some name in list}} if is_array(list)
"""
_PERMITS: Final[dict[Side, str]] = {
    "initiator": """
actors := names(input.actors)

# Every agent behind the request is one that may without a decision.
allow if {
	complete
	input.agent in actors
	every actor in actors { actor in rule.free }
}

# Every one is one that may with a decision, and there is one for this very request.
allow if {
	complete
	input.agent in actors
	every actor in actors { actor in rule.asked }
	input.decision.agent == input.agent
	names(input.decision.actors) == actors
	decided
}
""",
    "target": """
allow if {
	complete
	rule.free == true
}

# A target knows no more of the agent than that the decision names one of those who may.
allow if {
	complete
	input.decision.agent in rule.asked
	input.decision.agent in names(input.decision.actors)
	decided
}
""",
}
_DECIDED: Final = """
decided if {{
	input.decision.granted == true
	input.decision.used == false
	input.decision.request == input.request
	input.decision.credential == input.credential
	input.decision.system == input.system
	input.decision.action == input.action
	whole(input.decision.time)
	input.decision.time <= input.time
	input.time - input.decision.time <= data.{package}.policy.longest
	input.last_read < input.decision.time
}}
"""


def rego_module(analysis: Analysis, side: Side) -> str:
    """The module of a model for one side; ``allow`` in its package is the answer."""
    package = rego_package(analysis.snapshot, side)
    return f"{_HEAD.format(package=package)}{_PERMITS[side]}{_DECIDED.format(package=package)}"


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
        made = rule_of(each) if side == "initiator" else _for_target(each)
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
    data: dict[str, Any] = {"policy": policy}
    for part in reversed(rego_package(snapshot, side).split(".")):
        data = {part: data}
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def rule_of(rule: AccessVerdict) -> dict[str, Any]:
    """What the data say of a rule to an initiator; empty where nobody may."""
    made = {"free": rule.free}
    if rule.asked:
        made["asked"] = sorted(rule.free + rule.asked)
    return made if rule.free or rule.asked else {}


def _for_target(rule: AccessVerdict) -> dict[str, Any]:
    match rule.alike:
        case "free":
            return {"free": True}
        case "asked":
            return {"asked": rule.asked}
        case _:
            return {}


def _undecided(rule: AccessVerdict) -> dict[str, Any]:
    return rule._asdict()
