"""Cedar policies and their schema: what ``verdicts`` says, for one who asks about each request.

- There are permits alone, so that all else is denied. A policy in which an error happens is left out by the
  engine: of a permit that denies, of a forbid it would not.
- An optional attribute is looked at by ``if … has … then … else``: the validator of Cedar does not follow
  ``!(… has …) || …``.
- Cedar has no functions, so each policy states all its conditions, one a line.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from meshmodel.analysis.analysis import Analysis
from meshmodel.exporters.policies.stub import digest
from meshmodel.exporters.policies.verdicts import LONGEST, Rule, Side, policy_rules
from meshmodel.model.text import one_line
from meshmodel.model.vocabulary import ACTIONS

_DECISION: Final = """\
type Decision = {
  request: String,
  agent: Agent,
  actors: Set<Agent>,
  credential: Credential,
  system: System,
  action: String,
  time: Long,
  granted: Bool,
  used: Bool,
};
"""
_CONTEXT: Final = """\
    request: String,
    time: Long,
    last_read?: Long,
    decision?: Decision,
"""
_BOUND: Final = (
    "context has decision",
    "context.decision.granted",
    "!context.decision.used",
    'context.request != ""',
    "context.decision.request == context.request",
    "context.decision.system == resource",
    "context.decision.time <= context.time",
    f"context.time - context.decision.time <= {LONGEST}",
    "(if context has last_read then context.last_read < context.decision.time else true)",
)
"""What a decision must be, whoever asks the engine; the rest names the rule."""


def cedar_schema(side: Side) -> str:
    """The schema of the requests and policies of one side; it is the same for every model."""
    principal, known = "Credential", ""
    if side == "initiator":
        principal, known = "Agent", "    credential: Credential,\n    actors: Set<Agent>,\n"
    actions = ", ".join(f'"{each}"' for each in ACTIONS)
    return (
        f"entity Agent, Credential, System;\n{_DECISION}"
        f"action {actions} appliesTo {{\n  principal: [{principal}],\n  resource: [System],\n"
        f"  context: {{\n{known}{_CONTEXT}  }},\n}};\n"
    )


def cedar_policies(analysis: Analysis, side: Side) -> str:
    """The policies of a model in Cedar's language; equal models give equal texts.

    Args:
        analysis: of the model; of the view ``designed``, decisions of planned checkpoints are asked for too.
        side: who asks. A target gets no policy where its answer would depend on the agent; a comment
            names each such use.
    """
    snapshot, rules = analysis.snapshot, policy_rules(analysis)
    name = one_line(snapshot.about.name or "a model without a name", limit=200)
    known = f"// for the {side}; whatever no policy permits is denied"
    parts = [f"// Policies of {name}\n// {digest(snapshot)}\n{known}\n"]
    if side == "initiator":
        parts += [policy for rule in rules for policy in _for_initiator(rule)]
    else:
        parts += [_undecided(rule) if rule.alike is None else _for_target(rule) for rule in rules]
    return "\n".join(filter(None, parts))


def _for_initiator(rule: Rule) -> Iterable[str]:
    """Every agent behind the request must be one that may."""
    for name, agents, bound in (
        ("free", rule.free, ()),
        ("asked", rule.free + rule.asked if rule.asked else [], _bound(rule, "context.credential")),
    ):
        if agents:
            conditions = (
                f"context.credential == {_entity('Credential', rule.credential)}",
                "context.actors.contains(principal)",
                f"{_agents(agents)}.containsAll(context.actors)",
                *bound,
            )
            more = ("context.decision.agent == principal", "context.decision.actors == context.actors")
            yield _policy(rule, name, "principal", (*conditions, *(more if bound else ())))


def _for_target(rule: Rule) -> str:
    """All who reach it get one answer; of the agent, a target knows no more than what the decision names."""
    if rule.alike == "denied":
        return ""
    principal = f"principal == {_entity('Credential', rule.credential)}"
    if rule.alike == "free":
        return _policy(rule, "free", principal, ())
    known = f"{_agents(rule.asked)}.contains(context.decision.agent)"
    return _policy(rule, "asked", principal, (*_bound(rule, "principal"), known))


def _bound(rule: Rule, credential: str) -> Sequence[str]:
    """What a decision must be; ``credential`` says where the request names its own."""
    return (
        *_BOUND,
        f"context.decision.credential == {credential}",
        f'context.decision.action == "{rule.action}"',
    )


def _policy(rule: Rule, name: str, principal: str, conditions: Sequence[str]) -> str:
    action, resource = _entity("Action", rule.action), _entity("System", rule.system)
    when = "\n  && ".join(conditions)
    return (
        f'@id("{rule.credential}>{rule.system}:{rule.action} {name}")\n'
        f"permit (\n  {principal},\n  action == {action},\n  resource == {resource}\n)"
        + (f" when {{\n  {when}\n}};\n" if conditions else ";\n")
    )


def _undecided(rule: Rule) -> str:
    given = {"free": rule.free, "asked": rule.asked, "denied": rule.denied, "person": rule.persons}
    who = "; ".join(f"{verdict}: {', '.join(agents)}" for verdict, agents in given.items() if agents)
    return f"// cannot decide {rule.credential}>{rule.system}:{rule.action}, so denied ({who})\n"


def _agents(agents: Iterable[str]) -> str:
    return f"[{', '.join(_entity('Agent', each) for each in sorted(agents))}]"


def _entity(kind: str, name: str) -> str:
    """An entity; ids and actions have no character that Cedar would read otherwise (section 10)."""
    return f'{kind}::"{name}"'
