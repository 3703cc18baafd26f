"""Private data, outsiders' words and a way out in the hands of one agent."""

from collections.abc import Iterator
from functools import partial

from meshmodel.analysis.reached import MOST_LIT
from meshmodel.analysis.results import Told
from meshmodel.analysis.rules.base import Case, Facts, Rule, joined
from meshmodel.analysis.steps import ALL_ACTIONS
from meshmodel.model.records import Agent, Key

Flow = tuple[str, tuple[tuple[str, Key], ...]]


def _systems(facts: Facts, accesses: int) -> tuple[list[str], str]:
    """The systems of these accesses as far as a finding lights them, and all of them in words."""
    mesh, records = facts.engine.mesh, facts.snapshot.system
    found = mesh.first_systems(accesses, MOST_LIT)
    touched = 0
    for action in range(5):
        touched |= accesses >> action & mesh.read
    total = touched.bit_count()
    if total > 5:
        names = [records[each].title for each in sorted(found)[:3]]
        return found, f"{', '.join(names)} and {total - 3} more"
    return found, joined(records[each].title for each in sorted(found))


def _told(facts: Facts, words: int, private: int, out: int) -> Flow:
    """One flow in words, the agent left out, and its systems; many agents have the same."""
    heard, steering = _systems(facts, words)
    secret, read = _systems(facts, private)
    ways, shown = _systems(facts, out)
    message = (
        f"hears outsiders through {steering}, reads {read}, and can carry it out through {shown}; "
        "nobody is asked on the way"
    )
    return message, tuple(("system", each) for each in dict.fromkeys([*heard, *secret, *ways]))


def _exposed(facts: Facts) -> int:
    """All accesses of exposed systems."""
    mask = 0
    for system, number in facts.engine.mesh.system_number.items():
        if facts.snapshot.system[system].is_exposed:
            mask |= ALL_ACTIONS << 5 * number
    return mask


def _touches(facts: Facts) -> tuple[int, ...]:
    mesh = facts.engine.mesh
    words = mesh.untrusted | mesh.triggered_from(mesh.untrusted)
    return words, mesh.above[1], facts.cached("exposed", lambda: _exposed(facts))


def _of(facts: Facts, agent: Agent) -> Iterator[Case]:
    engine, mesh = facts.engine, facts.engine.mesh
    node = mesh.agent_node.get(agent.id)
    if node is None or agent.is_person:
        return
    row = engine.alone[agent.id].row
    private = row & mesh.above[1]
    out = row & facts.cached("exposed", lambda: _exposed(facts))
    words = (row & mesh.read | mesh.triggered_by.get(node, 0)) & mesh.untrusted
    if not (private and out and words):
        return
    flow = words, private, out
    flows: dict[tuple[int, int, int], Flow] = facts.cached("flows", dict)
    known = flows.get(flow)
    if known is None:
        known = flows[flow] = _told(facts, *flow)
    yield Case(agent.id, "critical", partial(_of_agent, agent, known), (agent.id,))


def _of_agent(agent: Agent, flow: Flow) -> Told:
    message, systems = flow
    return Told(f"{agent.title} {message}", (("agent", agent.id), *systems))


RULE = Rule(
    id="toxic-flow",
    severity="critical",
    detects=(
        "Without being asked, one agent reads outsiders' words (or is triggered by them), reads "
        "confidential data, "
        "and reaches a system that outsiders can see"
    ),
    remedy=(
        "Take one of the three away from the agent, or give it to a second one: outsiders' "
        "words, the confidential "
        "data, or the way out; or place a decision before one of them"
    ),
    references=(
        "ASI01:2026",
        "ASI02:2026",
        "ATLAS AML.T0051",
        "ATLAS AML.T0086",
        "SP 800-53 AC-4",
    ),
    false_positives=(
        "What is marked as exposed shows outsiders nothing that the agent controls: not even an address"
    ),
    per="agent",
    of=_of,
    near=frozenset({"reach"}),
    touches=_touches,
)
