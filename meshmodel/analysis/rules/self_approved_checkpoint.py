"""A checkpoint over whose decision an agent that meets it has power.

See ``docs/semantics.md#effective-checkpoints``, point 4.
"""

from functools import partial

from meshmodel.analysis.checkpoints import Boundary
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.results import FindingText
from meshmodel.analysis.rules.base import (
    Case,
    Cases,
    Rule,
    grouped,
    highlighted,
    step_records,
    step_title,
    titles,
)
from meshmodel.model.records import Checkpoint, Reference, Snapshot
from meshmodel.model.rule_cards import CONTROLLED


def _find(engine: Engine) -> Cases:
    """Steps of sessions carry the checkpoints of those that they stand for: meeting one there counts too."""
    mesh, checkpoints, power = engine.mesh, engine.checkpoints, engine.reaches.alone.power
    left = grouped((number, step[0]) for step, numbers in checkpoints.guards.items() for number in numbers)
    boundaries = {each.number: each for each in checkpoints.boundaries}
    for number, record in enumerate(checkpoints.records):
        having = power[number] & ~mesh.persons
        if having and number in boundaries:
            having = _crossing(engine, boundaries[number], having)
        elif having:
            having &= engine.reaches.reaching(*left.get(number, ()))
        if having:
            agents = mesh.names(having)
            yield Case(record.id, "critical", partial(_finding_text, engine.snapshot, record, agents), agents)


def _crossing(engine: Engine, boundary: Boundary, having: int) -> int:
    """Of some agents those at home at a boundary that have a crossing into the zone behind it."""
    mesh, starts, found = engine.mesh, engine.starts, 0
    having &= mesh.homes.get(boundary.zone_from, 0)
    coming = starts.unfold(having)
    for system in mesh.in_zone.get(boundary.zone_to, ()) if having else ():
        for action, arrival in enumerate(engine.arrivals.at(system)):
            found |= starts.fold(arrival.starts & coming) & engine.reaches.full[5 * system + action]
    return found


def _finding_text(snapshot: Snapshot, checkpoint: Checkpoint, agents: tuple[str, ...]) -> FindingText:
    at, approvers = checkpoint.decided_at, " or ".join(checkpoint.approvers or ())
    decided: tuple[Reference, ...] = () if at is None else (("system", at),)
    where = "" if at is None else snapshot.system[at].title
    who, step = titles(snapshot, "agent", agents), step_title(snapshot, checkpoint)
    message = f"{who} can change {where}, which decides {checkpoint.id} {step}."
    if approvers:
        changes = f", or administer {where}, which decides" if where else ""
        message = f"{who} can act as approver {approvers} of {checkpoint.id} {step}{changes}."
    return FindingText(
        message,
        (*step_records(snapshot, checkpoint), *decided, *highlighted("agent", agents)),
        f"Move the decision to a system or person that {who} cannot reach.",
        named=(checkpoint.id,),
    )


RULE = Rule(
    id=CONTROLLED,
    title="Agent can approve itself",
    why="The control is in the agent's hands.",
    severity="critical",
    detects="An agent that meets a checkpoint can act as its approver, or can change what decides",
    remedy="Move the decision to a system or person that the agent cannot reach.",
    cites="SP 800-53 AC-5; ASI03:2026; CWE-863; AISVS v1.0-C9.2.9; AISVS v1.0-C5.2.5; "
    "build pipelines: AISVS v1.0-AC.8.1; ATLAS AML.T0081",
    false_positives=("What the agent can change there has no influence on decisions: name the approvers",),
    find=_find,
    sample="""
format = "meshmodel/1"
[[system]]
id = "orders"
name = "Orders"
sensitivity = "confidential"
[[system]]
id = "approvals"
name = "Approvals"
[[agent]]
id = "worker"
name = "Worker"
kind = "workflow"
[[credential]]
id = "order-key"
name = "Order key"
[[credential]]
id = "approval-key"
name = "Approval key"
[[hold]]
agent = "worker"
credential = "order-key"
[[hold]]
agent = "worker"
credential = "approval-key"
[[grant]]
credential = "order-key"
system = "orders"
actions = ["write"]
[[grant]]
credential = "approval-key"
system = "approvals"
actions = ["write"]
[[checkpoint]]
id = "order-decision"
kind = "policy-decision"
step = "grant"
from = "order-key"
to = "orders"
decided_at = "approvals"
""",
)
