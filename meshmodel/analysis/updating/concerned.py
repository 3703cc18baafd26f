"""The agents that an edit concerns: whose reach, sources or starts may be others."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from operator import attrgetter
from typing import Any

from meshmodel.analysis.closure import union
from meshmodel.analysis.engine import Engine, Traveller
from meshmodel.analysis.relations import Related
from meshmodel.analysis.situations import Situation
from meshmodel.analysis.steps import WRITE, bits
from meshmodel.analysis.updating.arising import Hearing
from meshmodel.analysis.updating.changes import Changes
from meshmodel.analysis.updating.closures import Followed
from meshmodel.analysis.updating.guards import Guarded, Naming
from meshmodel.analysis.updating.meshes import Edited


@dataclass(frozen=True, slots=True)
class Kept:
    """What is needed of a reading to follow an edit.

    Attributes:
        engine: the reading.
        related: its relations in order.
        effective, own, held, baseline: its closures.
        hearing: who reads outsiders' words without being triggered.
        numbers: the numbers of its candidates.
        naming: its checkpoints by what they name.
    """

    engine: Engine
    related: Related
    effective: Followed
    own: Followed
    held: Followed
    baseline: Followed
    hearing: Hearing
    numbers: dict[str, int]
    naming: Naming


class _Less:
    """Tells of which nodes the reach changed by more than agents and credentials that are gone: to miss
    these alone changes nothing, as nobody asks for them any more.
    """

    def __init__(self, kept: Kept, edit: Edited, hit: set[int]) -> None:
        """Arguments: the reading before, the edit, and nodes that matter though they may be gone."""
        gone = union(list(gone_nodes(kept, edit) - hit))
        self._matters = (1 << kept.engine.mesh.size) - 1 ^ gone if gone else 0

    def differing(self, before: Followed, after: Followed, nodes: set[int]) -> set[int]:
        """Those of some nodes that changed."""
        return after.differing(before, nodes, self._matters) if self._matters else nodes


def gone_nodes(kept: Kept, edit: Edited) -> set[int]:
    """The nodes of agents and credentials that are gone."""
    mesh = kept.engine.mesh
    gone = {mesh.agent_node.get(each, -1) for each in edit.agents}
    gone |= {mesh.credential_node.get(each, -1) for each in edit.credentials}
    return gone - {-1}


def changed_agents(after: Kept) -> tuple[set[int], set[int], set[int], set[int]]:
    """The nodes of agents whose rows an edit changed, in each of the closures in their order."""
    first = after.engine.mesh.first_agent
    effective, own, held, baseline = (
        {node for node in each.changed if node >= first}
        for each in (after.effective, after.own, after.held, after.baseline)
    )
    return effective, own, held, baseline


def _begun(kept: Kept, gone: set[int], changed: Iterable[str]) -> Iterator[str]:
    """Of the agents that reach something else those whose unchecked reach is told as that of one that is
    gone, from which the same followed.
    """
    travellers = list(filter(None, map(kept.engine.traveller_of.get, changed)))
    # Most have their situation in common.
    begun = {each for each in set(map(_SITUATION, travellers)) if _begins_with(each, gone)}
    return (each.id for each in travellers if each.situation in begun) if begun else iter(())


_SITUATION: Callable[[Traveller], Situation] = attrgetter("situation")


def _begins_with(situation: Situation, gone: set[int]) -> bool:
    # All groups but shared ones, which begin with what is read, begin with the agent alone.
    return any(not gone.isdisjoint(seeds) for each in situation.groups[:1] for seeds in each.unchecked.seeds)


def concerned(
    kept: Kept,
    after: Kept,
    changes: Changes,
    edit: Edited,
    guards: Guarded,
    changed: tuple[set[int], set[int], set[int], set[int]],
) -> Iterable[str]:
    """The agents whose reach, sources or starts may be others.

    Args:
        kept: the reading before the edit.
        after: its closures after it.
        changes: what was edited.
        edit: what that did to the graph.
        guards: what it did to the checkpoints that count.
        changed: the nodes of agents whose rows it changed, in each of the closures.
    """
    new = after.engine.mesh
    first = new.first_agent
    hit = {leaves for leaves, _ in guards.steps}
    hit.update(bits(guards.control))
    less = _Less(kept, edit, hit)
    hit.update(less.differing(kept.baseline, after.baseline, after.baseline.changed))
    found = {str(key) for key, one, other in changes.of("agent") if _reaching(one) != _reaching(other)}
    found |= {str(key[0]) for key, _, _ in changes.of("intent")}
    gone = gone_nodes(kept, edit)
    if gone:
        found.update(_begun(kept, gone, [new.agents[node - first] for node in changed[0]]))
    audited = {
        str(key) for key, one, other in changes.of("system") if key in edit.remade or one.audit != other.audit
    }
    # Where a grant came or went there is another door, though just as much may be reached.
    audited |= {
        new.systems[enters // 5]
        for leaves, enters in chain(edit.gone, edit.come)
        if enters < new.first_credential <= leaves
    }
    if audited:
        found |= {
            each.agent
            for system in audited
            for each in (
                *kept.related.of("intent", "system", system),
                *after.related.of("intent", "system", system),
            )
        }
    if edit.remade:
        found |= {
            intent.agent
            for intent in changes.after.intent.values()
            if not edit.remade.isdisjoint(intent.from_ or ())
        }
    zones = {
        record.domain
        for key, one, other in changes.of("system")
        if key in edit.remade
        for record in (one, other)
        if record is not None
    }
    if edit.remade:
        found.update(coming_to(after, edit.remade - edit.systems))
    closures = (kept.effective, after.effective), (kept.own, after.own), (kept.held, after.held)
    for (one, other), nodes in zip(closures, changed, strict=False):
        found.update(new.agents[node - first] for node in less.differing(one, other, nodes))
    found.update(
        new.agents[enters - first]
        for leaves, enters in chain(edit.gone, edit.come)
        if enters >= first and leaves % 5 == WRITE and leaves < new.first_credential
    )
    apart = zones | guards.zones
    if apart:
        found.update(each.id for each in changes.after.agent.values() if each.home in apart)
    if hit:
        found.update(new.agents[node - first] for node in after.effective.leading(hit) if node >= first)
    if guards.zones:
        here = 0
        for zone in guards.zones:
            here |= new.zone_mask.get(zone, 0)
        found |= {ident for ident, node in new.agent_node.items() if after.engine.sources_of(node) & here}
    return found


def coming_to(kept: Kept, systems: Iterable[str]) -> Iterator[str]:
    """The agents that reach any of these systems, or are triggered by one."""
    mesh, effective = kept.engine.mesh, kept.effective
    firsts = [mesh.access_node(each, 0) for each in systems]
    nodes = [first + action for first in firsts for action in range(5)]
    steered = chain.from_iterable(effective.successors[first + WRITE] for first in firsts)
    for node in {*(effective.leading(nodes) if nodes else ()), *steered}:
        if node >= mesh.first_agent:
            yield mesh.agents[node - mesh.first_agent]


def _reaching(record: Any) -> object:
    """All of an agent on which crossings depend, its steps aside."""
    return None if record is None else (record.is_active, record.is_person, record.home, record.is_steerable)
