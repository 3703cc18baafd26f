"""A decision that is made before it is known what will be done."""

from collections.abc import Collection
from functools import partial
from typing import Final

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.graph import Reach, Step
from meshmodel.analysis.results import FindingText
from meshmodel.analysis.rules.base import Case, Cases, Rule, by_agent, deeds, doing, done, highlighted
from meshmodel.model.vocabulary import ACTING, actions_of

COARSE: Final = frozenset({"delegation", "trigger", "hearing", "hosting", "hold"})
"""The kinds of steps on which a decision does not know the action."""
_STEPS: Final = {
    "delegation": "call",
    "trigger": "start",
    "hearing": "read",
    "hosting": "host",
    "hold": "credential",
}
"""What people call these steps."""


def _find(engine: Engine) -> Cases:
    """What an agent, or a person, does not come to unchecked, and would if nobody decided on such steps."""
    mesh, alone = engine.mesh, engine.reaches.alone.reach
    coarse = {step for step in engine.checkpoints.guards if mesh.kind(*step) in COARSE}
    if coarse:
        reach = _undecided(engine, coarse)
        early = [one & ~other for one, other in zip(reach, alone, strict=True)]
        for agent, mask in by_agent(doing(early, mesh.private, ACTING)):
            name, tell = mesh.agents[agent], partial(_finding_text, engine, agent, early, reach, coarse)
            yield Case(name, "low", tell, (name,), actions_of(mask))


def _undecided(engine: Engine, coarse: Collection[Step]) -> Reach:
    """What agents reach if nobody decides on coarse steps, and otherwise whoever decides now."""
    checkpoints, power = engine.checkpoints, engine.reaches.alone.power
    graph, seeds = checkpoints.graph.plus(coarse), engine.mesh.agent_seeds()
    opened = {step: checkpoints.opened(step, power) for step in checkpoints.guards if step not in coarse}
    component, outgoing = graph.condensed
    sets = [0] * len(outgoing)
    while seeds:
        graph.carry(seeds, sets)
        seeds = {}
        for (leaves, enters), some in opened.items():
            more = some and some & sets[component[leaves]] & ~sets[component[enters]]
            if more:
                seeds[enters] = seeds.get(enters, 0) | more
    return [sets[number] for number in component]


def _finding_text(
    engine: Engine, agent: int, early: Reach, reach: Reach, coarse: Collection[Step]
) -> FindingText:
    mesh, snapshot, alone = engine.mesh, engine.snapshot, engine.reaches.alone
    does = done(mesh, early, agent, mesh.private, ACTING)
    passed = {
        engine.checkpoints.records[number].id
        for leaves, enters in coarse
        if reach[leaves] >> agent & 1 and not alone.reach[enters] >> agent & 1
        for number in engine.checkpoints.guards[leaves, enters]
        if not alone.power[number] >> agent & 1
    }
    where = " and the ".join(sorted({_STEPS[snapshot.checkpoint[each].step] for each in passed}))
    name = str(snapshot.agent[mesh.agents[agent]].title)
    return FindingText(
        f"{name} can {deeds(snapshot, does)}.",
        (
            ("agent", mesh.agents[agent]),
            *highlighted("checkpoint", sorted(passed)),
            *highlighted("system", does),
        ),
        named=(name,),
        more=f"The only decision comes at the {where}, before the action is known.",
    )


RULE = Rule(
    id="coarse-checkpoint",
    title="Approval comes too early",
    why="The approver cannot see what will happen.",
    severity="low",
    detects="The only decision before an agent acts on a confidential system comes when a task is handed "
    "over",
    remedy="Decide at the system, for each action.",
    cites="ASI02:2026; SP 800-53 AC-3; AISVS v1.0-C9.2.8; AISVS v1.0-C9.2.2; AISVS v1.0-C9.5.1; "
    "ATLAS AML.M0029",
    false_positives=("The second agent can do nothing but the one action that was approved",),
    find=_find,
    sample="""
format = "meshmodel/1"
[[system]]
id = "orders"
name = "Orders"
sensitivity = "confidential"
[[agent]]
id = "planner"
name = "Planner"
kind = "ai-agent"
[[agent]]
id = "worker"
name = "Worker"
kind = "workflow"
[[credential]]
id = "order-key"
name = "Order key"
[[hold]]
agent = "worker"
credential = "order-key"
[[grant]]
credential = "order-key"
system = "orders"
actions = ["write"]
[[delegation]]
from = "planner"
to = "worker"
[[checkpoint]]
id = "plan-approval"
kind = "human-approval"
step = "delegation"
from = "planner"
to = "worker"
""",
)
