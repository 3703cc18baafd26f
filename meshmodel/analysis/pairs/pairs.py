"""What all agents reach as pairs of an agent and a node, and what follows (section 6)."""

from collections.abc import Iterable
from itertools import pairwise

import numpy as np

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.pairs.columns import (
    Columns,
    Numbers,
    every,
    in_bits,
    lowest_and_highest,
    numbers,
    once,
)
from meshmodel.analysis.pairs.counting import (
    RANKS,
)
from meshmodel.analysis.pairs.excusing import Intended, can_excuse
from meshmodel.analysis.pairs.looking import Looking
from meshmodel.analysis.pairs.walking import Starts, walk
from meshmodel.analysis.results import Door
from meshmodel.analysis.steps import actions_of, bits
from meshmodel.model.vocabulary import SEVERITIES, Severity


class Pairs:
    """The agents of one reading and what they reach.

    Attributes:
        owners: the number of an agent for each node that it reaches;
        reached: the node; what an agent reaches is in order by neither, but nodes have agents in order.
    """

    def __init__(self, looking: Looking, starts: Starts) -> None:
        self._looking = looking
        self._columns = looking.columns
        self._mesh = looking.columns.mesh
        self._starts = starts
        self.owners, self.reached, self._unchecked = looking.reached()

    @property
    def apart(self) -> list[str]:
        """The agents of which nothing is counted here, by id."""
        return [self._mesh.agents[number] for number in sorted(self._starts.apart)]

    def met(self) -> dict[int, list[str]]:
        """For candidates the agents that come to their step and have power over them."""
        ids = self._mesh.agents
        return {number: [ids[each] for each in some] for number, some in self._starts.met.items()}

    def touching(self, *nodes: int, unchecked: bool = False) -> list[str]:
        """The agents that effectively reach one of each of these sets of nodes; or that do so unchecked,
        or of which that is not known.
        """
        if not all(nodes):
            return []
        found = np.ones(len(self._looking.homes), dtype=np.bool_)
        for some in nodes:
            there = in_bits(some, self._mesh.size)[self.reached]
            if unchecked:
                there &= self._unchecked
            touched = np.zeros(len(found), dtype=np.bool_)
            touched[self.owners[there]] = True
            found &= touched
        return [self._mesh.agents[number] for number in np.flatnonzero(found)]

    def in_one_zone(self) -> dict[str, str]:
        """The agents with several identities whose systems all lie in one zone, with that zone."""
        mesh, credentials = self._mesh, self._mesh.snapshot.credential
        principals: dict[str, int] = {}
        identity = numbers(
            [principals.setdefault(credentials[each].principal, len(principals)) for each in mesh.credentials]
        )
        zone = self._columns.zone
        node, owners = self.reached, self.owners
        at = node < mesh.first_credential
        by = ~at & (node < mesh.first_agent)
        low, high = self._range(owners[at], zone[node[at] // 5], len(self._columns.zones))
        one, other = self._range(owners[by], identity[node[by] - mesh.first_credential], len(principals))
        names = list(self._columns.zones)
        return {
            mesh.agents[number]: names[low[number]]
            for number in np.flatnonzero((low == high) & (one < other))
        }

    def _range(self, owner: Numbers, value: Numbers, above: int) -> tuple[Numbers, Numbers]:
        return lowest_and_highest(owner, value, len(self._looking.homes), above)

    @property
    def crossings(self) -> int:
        """How many crossings there are."""
        return self._looking.crossings

    @property
    def open(self) -> int:
        """How many crossings have an open door."""
        return int(self._looking.ranks.sum()) + self._looking.approved

    @property
    def approved(self) -> int:
        """How many of these have none that is not approved."""
        return self._looking.approved

    def severities(self) -> dict[Severity, int]:
        """The uncontrolled crossings by severity."""
        return dict(zip(SEVERITIES, map(int, self._looking.ranks[1:]), strict=True))

    def doors(self) -> list[Door]:
        """All missing checkpoints, by credential and system."""
        mesh, ids = self._mesh, self._mesh.agents
        packed = once(every(*self._looking.entered)) if self._looking.entered else numbers([])
        if not len(packed):
            return []
        entered, ranks = packed // RANKS, packed % RANKS
        entered, actions = entered // 5, entered % 5
        numbers_of, agents = entered // len(ids), entered % len(ids)
        begins = np.flatnonzero(np.diff(numbers_of, prepend=-1))
        masks = np.bitwise_or.reduceat(1 << actions, begins).tolist()
        worst = np.maximum.reduceat(ranks, begins).tolist()
        other = np.diff(entered, prepend=-1) != 0
        ends = [*(np.cumsum(other) - 1)[begins].tolist(), int(other.sum())]
        names = list(map(ids.__getitem__, agents[other].tolist()))
        credentials, systems = (each[numbers_of[begins]].tolist() for each in self._columns.doors)
        return Door.several(
            map(mesh.credentials.__getitem__, credentials),
            map(mesh.systems.__getitem__, systems),
            map(actions_of, masks),
            shared(tuple(names[i:j]) for i, j in pairwise(ends)),
            [SEVERITIES[each - 1] for each in worst],
        )


def shared(sets: Iterable[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The same, with one object for what is equal: many sets are the same, and told apart more quickly so."""
    known: dict[tuple[str, ...], tuple[str, ...]] = {}
    return [known.setdefault(each, each) for each in sets]


def pairs_of(engine: Engine) -> Pairs:
    """What all agents of a reading reach."""
    excusing = can_excuse(engine.snapshot, engine.intents())
    mesh, candidates, agents = engine.mesh, engine.candidates, engine.snapshot.agent
    bounded = 0
    for boundary in candidates.boundaries:
        bounded |= mesh.zone_mask.get(boundary.zone_to, 0)
    starts = walk(
        mesh,
        candidates,
        frozenset(node for each, node in mesh.agent_node.items() if agents[each].is_person),
        frozenset(mesh.agent_node[each.agent] for each in excusing),
        frozenset(bits(bounded)),
    )
    homes = [agents[each].home for each in mesh.agents]
    return Pairs(Looking(Columns(mesh, candidates), starts, homes, Intended(mesh, excusing)), starts)
