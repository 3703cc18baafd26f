"""A decision that is made before it is known what will be done."""

from collections.abc import Iterator
from functools import partial
from typing import Final

from meshmodel.analysis.bitset import bits, union
from meshmodel.analysis.graph import Reach
from meshmodel.analysis.results import Told
from meshmodel.analysis.rules.base import ACTING, Case, Facts, Rule, by_agent
from meshmodel.analysis.rules.phrases import deeds, lit
from meshmodel.model.actions import actions_of

COARSE: Final = frozenset({"delegation", "trigger", "hosting", "hold"})
"""The kinds of steps on which a decision does not know the action."""


def _find(facts: Facts) -> Iterator[Case]:
    """An access is guarded only so if the agent does not come to it unchecked, and would if nobody decided
    on such steps. An agent is anybody who acts, a person too.
    """
    mesh, alone = facts.mesh, facts.reaches.alone.reach
    coarse = {step for step in facts.engine.checkpoints.guards if mesh.kind(*step) in COARSE}
    if not coarse:
        return
    reach = _undecided(facts, coarse)
    sets = [0] * 5
    for system in facts.private:
        for action in bits(ACTING):
            access = 5 * system + action
            sets[action] |= reach[access] & ~alone[access]
    for agent, mask in by_agent(sets, union(sets)):
        name = mesh.agents[agent]
        yield Case(name, "low", partial(_told, facts, agent, reach), (name,), actions_of(mask))


def _undecided(facts: Facts, coarse: set[tuple[int, int]]) -> Reach:
    """What agents reach if nobody decides on coarse steps, and otherwise whoever decides now."""
    checkpoints, power = facts.engine.checkpoints, facts.reaches.alone.power
    graph = checkpoints.graph.plus(coarse)
    opened = {step: checkpoints.opened(step, power) for step in checkpoints.guards.keys() - coarse}
    opened = {step: some for step, some in opened.items() if some}
    seeds, component = facts.mesh.agent_seeds(), graph.condensed[0]
    sets = [0] * len(graph.condensed[1])
    while seeds:
        graph.carry(seeds, sets)
        seeds = {}
        for (leaves, enters), some in opened.items():
            more = some & sets[component[leaves]] & ~sets[component[enters]]
            if more:
                seeds[enters] = seeds.get(enters, 0) | more
    return [sets[number] for number in component]


def _told(facts: Facts, agent: int, reach: Reach) -> Told:
    alone, record = facts.reaches.alone, facts.snapshot.agent[facts.mesh.agents[agent]]
    early = {
        name: more
        for name, mask in facts.done(reach, agent, facts.private, ACTING).items()
        if (more := mask & ~facts.done(alone.reach, agent, [facts.mesh.system[name]]).get(name, 0))
    }
    passed = sorted(
        {
            facts.engine.checkpoints.records[number].id
            for step, numbers in facts.engine.checkpoints.guards.items()
            if facts.mesh.kind(*step) in COARSE
            and reach[step[0]] >> agent & 1
            and not alone.reach[step[1]] >> agent & 1
            for number in numbers
            if not alone.power[number] >> agent & 1
        }
    )
    where = " and the ".join(sorted({facts.snapshot.checkpoint[each].step for each in passed}))
    return Told(
        f"{record.title} can {deeds(facts.snapshot, early)} after a decision on the {where} alone, made "
        "before it was known what would be done",
        (("agent", record.id), *lit("checkpoint", passed), *lit("system", early)),
    )


RULE = Rule(
    id="coarse-checkpoint",
    severity="low",
    detects="The only decision before an agent acts on a confidential system is to set it to work",
    remedy="Decide at the system, for each action, with the action and its target known",
    references=("ASI02:2026", "SP 800-53 AC-3"),
    false_positives=(
        "The decision on the delegation names the one action that follows, and the second agent can do "
        "nothing else; or a gateway on the boundary decides for each action as well; or a person takes up "
        "the credential who decides afresh for each action anyway"
    ),
    find=_find,
)
