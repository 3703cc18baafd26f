"""Requests with the answers that policies must give: the tests that go with them, for Rego and for Cedar.

For each use of each credential that ``verdicts`` knows: one that may not, one that may, and for a use that
asks for a decision all that makes a decision no good (``docs/policy.md#policies-for-cedar-and-rego``).
"""

import json
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from meshmodel.analysis.analysis import Analysis
from meshmodel.exporters.policies.model_names import cedar_namespace, digest, rego_package
from meshmodel.exporters.policies.verdicts import LONGEST, AccessVerdict, Side, policy_rules

FORMAT: Final = "meshmodel-cedar-requests/1"
NOBODY: Final = "agent-that-the-model-does-not-have"
_NOW: Final = 1_000_000_000
_READ: Final = _NOW - 2_000
_DECIDED: Final = _NOW - 1_000

Request = dict[str, Any]


class PolicyTest(NamedTuple):
    """A request and its answer.

    Attributes:
        name: what is tested, in words.
        request: as ``docs/policy.md`` has it: the initiator's, of which a target sees a part.
        allowed: whether it is to be allowed.
    """

    name: str
    request: Request
    allowed: bool


def policy_tests(analysis: Analysis, side: Side) -> Iterator[PolicyTest]:
    """The tests of the policies of one side, by credential, system and action."""
    for rule in policy_rules(analysis):
        yield from _of_initiator(rule) if side == "initiator" else _of_target(rule)


def unasked_request(rule: AccessVerdict) -> Request | None:
    """The request of a use without the decision that it needs: it must be denied."""
    return _request(rule, rule.asked[0]) if rule.asked else None


def _of_initiator(rule: AccessVerdict) -> Iterator[PolicyTest]:
    about = f"{rule.credential}>{rule.system}:{rule.action}"
    yield PolicyTest(f"{about} by an agent that is not in the model", _decided(rule, NOBODY), allowed=False)
    for agent in rule.denied:
        yield PolicyTest(f"{about} by {agent}, who may not", _decided(rule, agent), allowed=False)
    for agent in rule.free:
        yield PolicyTest(f"{about} by {agent}", _request(rule, agent), allowed=True)
    for agent in rule.asked:
        yield from _asking(rule, agent, f"{about} by {agent}")


def _of_target(rule: AccessVerdict) -> Iterator[PolicyTest]:
    about = f"{rule.credential}>{rule.system}:{rule.action}"
    agent = (rule.asked or rule.free or rule.denied)[0]
    if rule.alike == "asked":
        yield from _asking(rule, agent, about)
        yield PolicyTest(f"{about}, decided for one who may not", _decided(rule, NOBODY), allowed=False)
    else:
        allowed = rule.alike == "free"
        yield PolicyTest(f"{about}, {'free' if allowed else 'never'}", _decided(rule, agent), allowed)


def _asking(rule: AccessVerdict, agent: str, about: str) -> Iterator[PolicyTest]:
    yield PolicyTest(f"{about} without a decision", _request(rule, agent), allowed=False)
    yield PolicyTest(f"{about} with a fresh decision", _decided(rule, agent), allowed=True)
    wrong = {
        "that was refused": {"granted": False},
        "that was used": {"used": True},
        "for another request": {"request": "another"},
        "that is too old": {"time": _NOW - LONGEST - 1},
        "from before the last read": {"time": _READ},
    }
    for words, changes in wrong.items():
        made = _decided(rule, agent)
        made["decision"] |= changes
        if words == "that is too old":
            made["last_read"] = 0
        yield PolicyTest(f"{about} with a decision {words}", made, allowed=False)


def _request(rule: AccessVerdict, agent: str) -> Request:
    return {
        "agent": agent,
        "actors": [agent],
        "credential": rule.credential,
        "system": rule.system,
        "action": rule.action,
        "request": "this",
        "time": _NOW,
        "last_read": _READ,
    }


def _decided(rule: AccessVerdict, agent: str) -> Request:
    made = _request(rule, agent)
    named = {key: made[key] for key in ("request", "agent", "actors", "credential", "system", "action")}
    return made | {"decision": named | {"time": _DECIDED, "granted": True, "used": False}}


def rego_test(analysis: Analysis, side: Side) -> str:
    """The tests as a Rego module, for ``opa test`` with the policy and its data."""
    package = rego_package(analysis.snapshot, side)
    lines = [
        "# Tests the policy beside this file with its data: opa test finds them by their names.",
        f"package {package}_test",
        "",
        f"import data.{package} as policy",
    ]
    for number, test in enumerate(policy_tests(analysis, side), 1):
        asked = json.dumps(_as_asked(test.request, side), ensure_ascii=False)
        expected = "true" if test.allowed else "false"
        lines += [
            "",
            f"# {test.name}: {'allowed' if test.allowed else 'denied'}",
            f"test_{number:05} if policy.allow == {expected} with input as {asked}",
        ]
    return "\n".join(lines) + "\n"


def _as_asked(request: Request, side: Side) -> Request:
    """What an engine is told: a target sees neither agent nor actors."""
    return {
        key: value for key, value in request.items() if side == "initiator" or key not in {"agent", "actors"}
    }


def cedar_requests(analysis: Analysis, side: Side) -> str:
    """The tests as JSON: each with a request as Cedar's own programs take it, and the decision to expect."""
    namespace = cedar_namespace(analysis.snapshot, side)
    content = {
        "format": FORMAT,
        "model": analysis.snapshot.about.name or "",
        "model_digest": digest(analysis.snapshot),
        "side": side,
        "tests": [
            {
                "name": test.name,
                "request": cedar_request(test.request, side, namespace),
                "decision": "Allow" if test.allowed else "Deny",
            }
            for test in policy_tests(analysis, side)
        ],
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def cedar_request(request: Request, side: Side, namespace: str) -> Request:
    """A request as Cedar's command line and its bindings take it: principal, action, resource, context."""

    def entity(kind: str, name: str) -> Request:
        return {"__entity": {"type": f"{namespace}::{kind}", "id": name}}

    def entities(record: Request) -> Request:
        kinds = (("agent", "Agent"), ("credential", "Credential"), ("system", "System"))
        made = record | {key: entity(kind, record[key]) for key, kind in kinds}
        return made | {"actors": [entity("Agent", each) for each in record["actors"]]}

    context = entities(request)
    if "decision" in request:
        context["decision"] = entities(request["decision"])
    known = {"agent", "system", "action"} | ({"actors", "credential"} if side == "target" else set())
    kind, name = ("Agent", request["agent"]) if side == "initiator" else ("Credential", request["credential"])
    return {
        "principal": f'{namespace}::{kind}::"{name}"',
        "action": f'{namespace}::Action::"{request["action"]}"',
        "resource": f'{namespace}::System::"{request["system"]}"',
        "context": {key: value for key, value in context.items() if key not in known},
    }
