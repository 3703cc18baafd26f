"""Cedar policies and their schema: what ``verdicts`` says, for one who asks about each request.

- There are permits alone, so that all else is denied. A policy in which an error happens is left out by the
  engine: of a permit that denies, of a forbid it would not. So each looks at all that a request has, which
  is an error where it is missing or of another type, whether the engine was given the schema or not.
- Cedar has no functions, so each policy states all its conditions, one a line.
- The text is as the formatter of Cedar writes it, at its width of 80 characters.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from meshmodel.analysis.analysis import Analysis
from meshmodel.exporters.policies.model_names import cedar_namespace, digest
from meshmodel.exporters.policies.verdicts import LONGEST, AccessVerdict, Side, policy_rules
from meshmodel.model.records import Snapshot
from meshmodel.model.text import one_line
from meshmodel.model.vocabulary import ACTIONS

_WIDTH: Final = 80
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
      last_read: Long,
      decision?: Decision,
"""
_NAMED: Final = (
    'context.request like "*"',  # an error where it is no string; != is none
    'context.request != ""',
)
_FREE: Final = (*_NAMED, "context.last_read <= context.time")
"""What a request has where no decision is due: all that one with a decision has."""
_BOUND: Final = (
    *_NAMED,
    "context has decision",
    "context.decision.granted",
    "!context.decision.used",
    "context.decision.request == context.request",
    "context.decision.system == resource",
    "context.decision.time <= context.time",
    f"context.time - context.decision.time <= {LONGEST}",
    "context.last_read < context.decision.time",
)
"""What a decision must be, whoever asks the engine; the rest names the rule."""


def cedar_schema(analysis: Analysis, side: Side) -> str:
    """The schema of the requests and policies of one side; of the model it has the name alone."""
    principal, known = "Credential", ""
    if side == "initiator":
        principal, known = "Agent", "      credential: Credential,\n      actors: Set<Agent>,\n"
    actions = ", ".join(f'"{each}"' for each in ACTIONS)
    return (
        f"namespace {cedar_namespace(analysis.snapshot, side)} {{\n"
        f"  entity Agent, Credential, System;\n{_DECISION}"
        f"  action {actions} appliesTo {{\n    principal: [{principal}],\n    resource: [System],\n"
        f"    context: {{\n{known}{_CONTEXT}    }},\n  }};\n}}\n"
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
    head = [f"Policies of {name}", digest(snapshot), f"for the {side}; whatever no policy permits is denied"]
    if side == "target":
        head += [_undecided(rule) for rule in rules if rule.alike is None]
    policies = _Policies(cedar_namespace(snapshot, side))
    made = [
        each
        for rule in rules
        for each in (policies.initiator if side == "initiator" else policies.target)(rule)
    ]
    blank = "" if made else "\n"  # the formatter puts it before comments that stand alone
    return blank + "".join(f"// {each}\n" for each in head) + "\n".join(made)


def cedar_of(snapshot: Snapshot, rules: Iterable[AccessVerdict]) -> list[str]:
    """The policies of some rules, as an initiator asks."""
    policies = _Policies(cedar_namespace(snapshot, "initiator"))
    return [each for rule in rules for each in policies.initiator(rule)]


class _Policies(NamedTuple):
    """Writes the policies of rules whose entities are in one namespace."""

    namespace: str

    def initiator(self, rule: AccessVerdict) -> Iterator[str]:
        """Every agent behind the request must be one that may."""
        asked = (
            *self._bound(rule, "context.credential"),
            "context.decision.agent == principal",
            "context.decision.actors == context.actors",
        )
        for name, agents, due in (
            ("free", rule.free, _FREE),
            ("asked", rule.free + rule.asked if rule.asked else [], asked),
        ):
            if agents:
                conditions = (
                    f"context.credential == {self._entity('Credential', rule.credential)}",
                    "context.actors.contains(principal)",
                    self._call(agents, "containsAll", "context.actors"),
                    *due,
                )
                yield self._policy(rule, name, "  principal,", conditions)

    def target(self, rule: AccessVerdict) -> Iterator[str]:
        """All who reach it get one answer; of the agent a target knows what the decision names."""
        principal = _scoped("principal", self._entity("Credential", rule.credential), ",")
        if rule.alike == "free":
            yield self._policy(rule, "free", principal, _FREE)
        elif rule.alike == "asked":
            known = (
                self._call(rule.asked, "contains", "context.decision.agent"),
                "context.decision.actors.contains(context.decision.agent)",
            )
            bound = self._bound(rule, "principal")
            yield self._policy(rule, "asked", principal, (*bound, *known))

    def _bound(self, rule: AccessVerdict, credential: str) -> Sequence[str]:
        """What a decision must be; ``credential`` says where the request names its own."""
        return (
            *_BOUND,
            f"context.decision.credential == {credential}",
            f'context.decision.action == "{rule.action}"',
        )

    def _policy(self, rule: AccessVerdict, name: str, principal: str, conditions: Sequence[str]) -> str:
        action = _scoped("action", self._entity("Action", rule.action), ",")
        resource = _scoped("resource", self._entity("System", rule.system))
        when = " &&\n  ".join(conditions)
        return (
            f'@id("{self.namespace}: {rule.credential}>{rule.system}:{rule.action} {name}")\n'
            f"permit (\n{principal}\n{action}\n{resource}\n)\nwhen\n{{\n  {when}\n}};\n"
        )

    def _call(self, agents: Iterable[str], method: str, argument: str) -> str:
        """A method of a set of agents, in one line where there is room for it and an operator behind it."""
        names = [self._entity("Agent", each) for each in sorted(agents)]
        line = f"[{', '.join(names)}].{method}({argument})"
        if len(f"  {line} &&") <= _WIDTH:
            return line
        several = ",\n   ".join(names)
        return f"[{several}].{method}\n    (\n      {argument}\n    )"

    def _entity(self, kind: str, name: str) -> str:
        """An entity; ids and actions have no character that Cedar would read otherwise."""
        return f'{self.namespace}::{kind}::"{name}"'


def _scoped(part: str, entity: str, behind: str = "") -> str:
    """A part of a scope, in one line where there is room for it."""
    line = f"  {part} == {entity}{behind}"
    return line if len(line) <= _WIDTH else f"  {part} ==\n    {entity}{behind}"


def _undecided(rule: AccessVerdict) -> str:
    given = {"free": rule.free, "asked": rule.asked, "denied": rule.denied, "person": rule.persons}
    who = "; ".join(f"{verdict}: {', '.join(agents)}" for verdict, agents in given.items() if agents)
    return f"cannot decide {rule.credential}>{rule.system}:{rule.action}, so denied ({who})"
