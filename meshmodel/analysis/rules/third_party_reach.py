"""What a supplier's agent, or a supplier's system that steers one, comes to."""

from collections.abc import Iterator, Sequence

from meshmodel.analysis.closure import union
from meshmodel.analysis.reached import lit
from meshmodel.analysis.results import Told
from meshmodel.analysis.rules.base import Case, Facts, Rule, titles
from meshmodel.analysis.rules.wording import in_words, systems_of
from meshmodel.analysis.steps import actions_of, bits
from meshmodel.model.records import Agent, System


def _has_vendor(system: System) -> bool:
    return system.vendor is not None


def _touches(facts: Facts) -> list[str]:
    mesh, agents = facts.engine.mesh, facts.snapshot.agent.values()
    supplied = facts.reads(_has_vendor)
    led = mesh.triggered_from(supplied) if supplied else 0
    led |= union([mesh.agent_node[each.id] for each in agents if each.vendor is not None and each.is_active])
    return facts.touching(led, mesh.at_level[2] | mesh.at_level[3])


def _may(facts: Facts, agents: Sequence[Agent]) -> list[Agent]:
    mesh, supplied = facts.engine.mesh, facts.reads(_has_vendor)
    nodes, triggered_by = mesh.agent_node, mesh.triggered_by
    # The same systems trigger many agents.
    known: dict[int, bool] = {}
    found = []
    for agent in agents:
        led = agent.vendor is not None
        if supplied and not led:
            reads = triggered_by.get(nodes.get(agent.id, -1), 0)
            if id(reads) not in known:
                known[id(reads)] = bool(reads & supplied)
            led = known[id(reads)]
        if led:
            found.append(agent)
    return found


def _seen(facts: Facts) -> int:
    mesh = facts.engine.mesh
    return mesh.at_level[2] | mesh.at_level[3]


def _of(facts: Facts, agent: Agent) -> Iterator[Case]:
    """Steered is whoever has a trigger step from the system: declared, or arising by what it reads."""
    engine, mesh = facts.engine, facts.engine.mesh
    node = mesh.agent_node.get(agent.id)
    if node is None:
        return
    steering = mesh.triggered_by.get(node, 0) & facts.reads(_has_vendor)
    if agent.vendor is None and not steering:
        return
    reached = engine.effective.row(node) & (mesh.at_level[2] | mesh.at_level[3])
    if not reached:
        return
    through = [mesh.systems[read // 5] for read in bits(steering)]
    if agent.vendor is not None:
        who = f"{agent.title}, run by {agent.vendor},"
    else:
        vendors = sorted({str(facts.snapshot.system[each].vendor) for each in through})
        names = titles(facts.snapshot, "system", sorted(through))
        who = f"{agent.title}, steered through {names} of {' and '.join(vendors)},"
    acting = reached & mesh.acting
    actions, told = in_words(facts, reached)
    yield Case(
        subject=agent.id,
        severity="high" if acting else "medium",
        told=Told(
            message=f"{who} can {told}",
            about=(
                ("agent", agent.id),
                *lit("system", sorted(through)),
                *lit("system", systems_of(facts, reached)),
            ),
        ),
        agents=(agent.id,),
        actions=actions_of(actions),
    )


RULE = Rule(
    id="third-party-reach",
    severity="medium; high if it acts there",
    detects=(
        "An agent that a third party runs, or that is steered through a system of one, reaches a "
        "confidential or restricted system"
    ),
    remedy=(
        "Narrow what it reaches to what was agreed with the supplier, place a decision before the rest, and "
        "know how to cut it off"
    ),
    references=("NHI3:2025", "ASI04:2026", "CSF 2.0 GV.SC-07"),
    false_positives="What it reaches lies with that supplier by contract anyway",
    per="agent",
    of=_of,
    near=frozenset({"reach"}),
    touches=_touches,
    seen=_seen,
    may=_may,
)
