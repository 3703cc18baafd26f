"""Who meets a checkpoint and has power over it (sections 5 and 9)."""

import copy
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import chain, zip_longest

from meshmodel.analysis.checkpoints import Boundary, Candidates
from meshmodel.analysis.closure import union
from meshmodel.analysis.engine import Engine, Situation, Traveller
from meshmodel.analysis.steps import Pair, bits, without

Count = Callable[[int, bool, int, int], int]
"""How many crossings there are: sources, whether home is one, the accesses of home, and accesses."""

_MOST_KNOWN = 1_000
"""So many sets of agents are kept by id, since many checkpoints have the same; then they are forgotten."""

_SELDOM = 8
"""Where no more than one of so many agents is meant, their ids are put in order."""


class Meeting:
    """For each candidate over which an agent has power that meets it, these agents: they come to the node
    that its step leaves, or have a crossing at its boundary.

    Attributes:
        changed: the checkpoints of which the last edit changed who meets them so.
    """

    def __init__(self, engine: Engine, count: Count) -> None:
        self.begin(engine, count)
        alike: dict[int, list[str]] = {}
        for traveller, agents in self._alike(engine):
            met = self._met(traveller)
            if met:
                self._of.update(dict.fromkeys(agents, met))
                alike.setdefault(met, []).extend(agents)
        # Most agents meet the same, and most checkpoints are met by the same agents.
        sorts: dict[int, list[int]] = {}
        for met in alike:
            for number in bits(met):
                sorts.setdefault(number, []).append(met)
        known: dict[tuple[int, ...], frozenset[str]] = {}
        for number, some in sorts.items():
            key = tuple(some)
            if key not in known:
                known[key] = frozenset(chain.from_iterable(map(alike.__getitem__, some)))
            self._agents[number] = known[key]

    def _alike(self, engine: Engine) -> Iterable[tuple[Traveller, list[str]]]:
        """The agents that have power over any candidate, put together where they meet the same: one of them,
        and all by id.
        """
        found: dict[tuple[Situation, int], tuple[Traveller, list[str]]] = {}
        apart = []
        for traveller in engine.travellers:
            dropped = engine.alone[traveller.id].dropped
            if not dropped:
                continue
            if self._boundaries or traveller.node in self._leaving:
                apart.append((traveller, [traveller.id]))
                continue
            key = traveller.situation, dropped
            if key in found:
                found[key][1].append(traveller.id)
            else:
                found[key] = traveller, [traveller.id]
        return [*found.values(), *apart]

    def kept(self, engine: Engine, count: Count) -> "Meeting":
        """The same of another engine of the same reading, which has the same candidates."""
        made = Meeting.__new__(Meeting)
        made.begin(engine, count)
        made.take(self._agents)
        return made

    def take(self, agents: Mapping[int, frozenset[str]]) -> None:
        """Nothing else need be known than who meets which candidates, by their numbers."""
        self._agents.update(agents)
        for number, those in agents.items():
            for agent in those:
                self._of[agent] = self._of.get(agent, 0) | 1 << number

    def begin(self, engine: Engine, count: Count) -> None:
        """Nobody is known to meet any yet."""
        self._of: dict[str, int] = {}
        self._agents: dict[int, frozenset[str]] = {}
        self._told: dict[frozenset[str], tuple[str, ...]] = {}
        self.changed: set[str] = set()
        self._number(engine, count)

    def _number(self, engine: Engine, count: Count) -> None:
        candidates = engine.candidates
        self._leaving: dict[int, list[int]] = {}
        several = []
        for number, steps in enumerate(candidates.covered):
            nodes = _left(steps)
            if len(nodes) > 1:
                several.append(number)
            for leaves in nodes:
                self._leaving.setdefault(leaves, []).append(number)
        self._several = union(several)
        self._every = union(list(self._leaving))
        self._placed = union([number for number, steps in enumerate(candidates.covered) if steps])
        self._turn(engine, count)

    def _turn(self, engine: Engine, count: Count) -> None:
        """Look at an engine whose candidates are numbered."""
        self._engine, self._count = engine, count
        candidates = engine.candidates
        self._boundaries = {each.number: each for each in candidates.boundaries}
        self._numbers = {each: number for number, each in enumerate(candidates.ids)}
        # By what is reached of the nodes that they leave; and by situations, which stay with the engine.
        self._passed: dict[int, int] = {}
        self._passing: dict[int, int] = {}

    def _renumber(self, before: Candidates, after: Candidates) -> None:
        """Number the candidates after an edit: those that it left alone cover the same list of steps."""
        self._leaving = self._leaving.copy()
        for number, (old, new) in enumerate(zip_longest(before.covered, after.covered, fillvalue=())):
            if old is new:
                continue
            for leaves in _left(old):
                left = [each for each in self._leaving.pop(leaves) if each != number]
                if left:
                    self._leaving[leaves] = left
                else:
                    self._every &= ~(1 << leaves)
            nodes = _left(new)
            for leaves in nodes:
                self._leaving[leaves] = [*self._leaving.get(leaves, ()), number]
                self._every |= 1 << leaves
            self._placed = self._placed & ~(1 << number) | bool(new) << number
            self._several = self._several & ~(1 << number) | (len(nodes) > 1) << number

    def agents(self, checkpoint: str) -> tuple[str, ...]:
        """The agents that meet a checkpoint and have power over it, by id."""
        number = self._numbers.get(checkpoint)
        those = frozenset[str]() if number is None else self._agents.get(number, frozenset())
        known = self._told.get(those)
        if known is None:
            if len(self._told) > _MOST_KNOWN:
                self._told.clear()
            nodes = self._engine.mesh.agent_node
            # These are in order but for what edits brought.
            many = _SELDOM * len(those) > len(nodes)
            known = tuple(filter(those.__contains__, sorted(nodes)) if many else sorted(those))
            self._told[those] = known
        return known

    def met_by(self, agents: Iterable[str]) -> set[str]:
        """The checkpoints that these agents meet and have power over."""
        ids = self._engine.candidates.ids
        return {ids[number] for agent in agents for number in bits(self._of.get(agent, 0))}

    def after(self, engine: Engine, count: Count, agents: Iterable[str]) -> "Meeting":
        """The same after an edit; this one stays as it is.

        Args:
            engine: the reading after it.
            count: counts its crossings.
            agents: those that are others now, or reach something else.
        """
        made = copy.copy(self)
        made.follow(engine, count, frozenset(agents))
        return made

    def follow(self, engine: Engine, count: Count, agents: frozenset[str]) -> None:
        """Look again as ``after`` says: only for a copy that nobody else has."""
        if engine.candidates is self._engine.candidates:
            self._engine, self._count, self._passing = engine, count, {}
        else:
            self._renumber(self._engine.candidates, engine.candidates)
            self._turn(engine, count)
        differing: dict[int, set[str]] = {}
        changed: dict[str, int] = {}
        come = engine.traveller_of
        for agent in agents:
            met = self._met(come[agent]) if agent in come else 0
            before = self._of.get(agent, 0)
            if met == before:
                continue
            for number in bits(before ^ met):
                differing.setdefault(number, set()).add(agent)
            changed[agent] = met
        self._change(changed, differing)
        self.changed = {engine.candidates.ids[number] for number in differing}

    def _change(self, changed: dict[str, int], differing: Mapping[int, set[str]]) -> None:
        """Take over who meets others now, by agents and by candidates."""
        if not changed:
            return
        self._of, self._agents = self._of | changed, self._agents.copy()
        for agent, met in changed.items():
            if not met:
                del self._of[agent]
        # Most checkpoints are met by the same agents, and it takes long to tell many agents apart.
        known: dict[tuple[int, frozenset[str]], tuple[frozenset[str], frozenset[str]]] = {}
        for number, those in differing.items():
            was = self._agents.get(number, frozenset())
            key = id(was), frozenset(those)
            if key not in known:
                known[key] = was, was ^ those
            self._agents[number] = known[key][1]

    def _met(self, traveller: Traveller) -> int:
        """The candidates that an agent meets and over which it has power."""
        engine = self._engine
        dropped = engine.alone[traveller.id].dropped
        if not dropped:
            return 0
        met = self._passes(traveller)
        if traveller.node in self._leaving:
            met |= union(self._leaving[traveller.node])
        met &= dropped
        for number, boundary in self._boundaries.items():
            if dropped >> number & 1 and self._crosses(traveller, boundary):
                met |= 1 << number
        return met

    def _passes(self, traveller: Traveller) -> int:
        """The candidates on steps from what an agent reaches, itself aside: that is what all agents in one
        situation have in common.
        """
        situation = id(traveller.situation)
        passed = self._passing.get(situation)
        if passed is None:
            effective, node = self._engine.effective, traveller.node
            row = effective.row(node) & self._every
            if not effective.is_cycle(effective.component[node]):
                row = without(row, 1 << node)
            passed = self._passed.get(row)
            if passed is None:
                passed = self._passed[row] = self._from(row)
            self._passing[situation] = passed
        return passed

    def _from(self, row: int) -> int:
        """The candidates on steps from these nodes, all of which some candidate's step leaves."""
        absent = self._every & ~row
        if row.bit_count() <= absent.bit_count():
            return self._at(row)
        # Most are there: the others may be left from one of those that are.
        doubtful = self._at(absent)
        passed = self._placed & ~doubtful
        for number in bits(doubtful & self._several):
            if any(row >> leaves & 1 for leaves, _ in self._engine.candidates.covered[number]):
                passed |= 1 << number
        return passed

    def _at(self, nodes: int) -> int:
        return union(list(chain.from_iterable(map(self._leaving.__getitem__, bits(nodes)))))

    def _crosses(self, traveller: Traveller, boundary: Boundary) -> bool:
        if boundary.zone_from == boundary.zone_to:
            return False
        mesh = self._engine.mesh
        sources = traveller.sources & mesh.zone_mask.get(boundary.zone_from, 0)
        home = boundary.zone_from == traveller.home
        here = mesh.zone_mask.get(boundary.zone_to, 0) & mesh.read * boundary.actions & traveller.reach
        if not here or not (sources or home):
            return False
        # To another zone than home there is a crossing from anywhere else.
        return boundary.zone_to != traveller.home or bool(
            self._count(sources, home, traveller.home_mask, here)
        )


def _left(steps: Sequence[Pair]) -> Collection[int]:
    """The nodes that the steps of a candidate leave: those on a grant all leave the same credential."""
    if not steps or steps[0][0] == steps[-1][0]:
        return [steps[0][0]] if steps else ()
    return {leaves for leaves, _ in steps}
