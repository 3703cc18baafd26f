"""Crossings and open doors, from pairs of an agent and a node (section 6)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from meshmodel.analysis.entering import severity_number
from meshmodel.analysis.pairs.columns import (
    Columns,
    Flags,
    Numbers,
    among,
    every,
    found,
    lowest_and_highest,
    numbers,
    once,
    two,
)
from meshmodel.analysis.pairs.counting import (
    GOES_HOME,
    RANK_OF,
    RANKS,
    Agents,
    crossings,
    rank,
    sorts_of_accesses,
    sorts_of_sources,
)
from meshmodel.analysis.pairs.walking import Starts
from meshmodel.analysis.steps import ADMIN

_BLOCK = 300_000
"""So many pairs are looked at together."""


def _severities_of_doors() -> Numbers:
    """The severity of a door by level, acting, picked up, outsiders' words, and the least it comes to."""
    ranks = np.zeros((4, 2, 2, 2, 3), dtype=np.int64)
    for level, acting, picked, words, floor in np.ndindex(*ranks.shape):
        ranks[level, acting, picked, words, floor] = rank(
            severity_number(
                level,
                untrusted=bool(words),
                picked_up=bool(picked),
                read=not acting,
                floor=(0, 3, 4)[floor],
            )
        )
    return ranks


_DOORS = _severities_of_doors()


@dataclass(frozen=True, slots=True)
class _Block:
    """Some agents that follow one another.

    Attributes:
        first, after: their numbers.
        agents: their homes and sources.
        owner: for each access that those of them reach that are counted here the agent.
        access: the access; both in order.
    """

    first: int
    after: int
    agents: Agents
    owner: Numbers
    access: Numbers


@dataclass(frozen=True, slots=True)
class _Open:
    """Open doors of starts: the start (by agent, unless it is said otherwise), the grant step, the
    access, and whether the credential was picked up.
    """

    owner: Numbers
    step: Numbers
    access: Numbers
    picked: Flags


class Looking:
    """The crossings and doors of all agents of one reading, found block by block.

    Attributes:
        columns: the mesh.
        homes: the home zone of each agent, by number.
        crossings: how many crossings there are.
        ranks: how many have an open door, by the rank of their severity.
        entered: who comes through which door to what, and how severe that is, packed as numbers.
    """

    def __init__(self, columns: Columns, starts: Starts, homes: Sequence[str | None]) -> None:
        """Count.

        Args:
            columns: the mesh.
            starts: what is reached.
            homes: the home of each agent.
        """
        self.columns = columns
        self._mesh = mesh = columns.mesh
        self._starts = starts
        self.homes = columns.is_home(homes)
        self._reached = numbers(starts.reached)
        self._unchecked = numbers(starts.unchecked)
        self._reached_at = _ends(starts.reached_sizes)
        self._unchecked_at = _ends(starts.unchecked_sizes)
        owner, node = two(starts.deputies)
        holder, held = two(mesh.steps["hold"])
        self._unpicked = np.sort(
            every(owner * mesh.size + node, (holder - mesh.first_agent) * mesh.size + held)
        )
        self._steps = len(columns.enters)
        owner, step = columns.opened(starts.opened)
        self._opened = np.sort(owner * self._steps + step)
        self._later = two(starts.later)
        self._later_nodes = two(starts.later_nodes)
        self._later_opened = columns.opened(starts.later_opened)
        owner, read = two(starts.heard)
        self._heard = once(owner * mesh.size + read)
        self._accesses: list[Numbers] = []
        self.crossings = 0
        self.ranks = np.zeros(RANKS, dtype=np.int64)
        self.entered: list[Numbers] = []
        for block in self._blocks():
            self._add(block)

    def reached(self) -> tuple[Numbers, Numbers]:
        """All that agents reach, accesses that lead nowhere included: the agents, and the nodes."""
        inner = self._reached >= self._mesh.first_credential
        owner = np.repeat(np.arange(len(self.homes)), np.diff(self._reached_at))[inner]
        owners, accesses = np.divmod(every(*self._accesses), self._mesh.size)
        return every(owner, owners), every(self._reached[inner], accesses)

    def _blocks(self) -> Iterator[_Block]:
        ends, first = self._reached_at, 0
        while first < len(self.homes):
            after = int(np.searchsorted(ends, ends[first] + _BLOCK, side="right")) - 1
            after = max(after, first + 1)
            yield self._block(first, after)
            first = after

    def _credentials(self, nodes: Numbers, ends: Numbers, first: int, after: int) -> tuple[Numbers, Numbers]:
        """The credentials among what some agents reach, with the agents."""
        ends = ends[first : after + 1]
        owner = np.repeat(np.arange(after - first), np.diff(ends))
        node = nodes[ends[0] : ends[-1]]
        some = (node >= self._mesh.first_credential) & (node < self._mesh.first_agent)
        return owner[some], node[some]

    def _block(self, first: int, after: int) -> _Block:
        columns, size = self.columns, self._mesh.size
        owner, node = self._credentials(self._reached, self._reached_at, first, after)
        place, step = columns.grants_of(node - self._mesh.first_credential)
        opened = self._implied(owner[place], step, np.zeros(len(step), dtype=np.bool_))
        keys = once(opened.owner * size + opened.access)
        self._accesses.append(keys + first * size)
        counted = np.diff(self._unchecked_at[first : after + 1]) > 0
        owner, access = np.divmod(keys, size)
        some = counted[owner]
        owner, access = owner[some], access[some]
        reads = access % 5 == 0
        heard = self._heard[slice(*np.searchsorted(self._heard, (first * size, after * size)))] - first * size
        heard = heard[~among(heard, keys)]
        owners, sources = np.divmod(every(keys[some][reads], heard), size)
        sources //= 5
        steered = np.zeros(after - first, dtype=np.bool_)
        steered[owners[columns.untrusted[sources]]] = True
        agents = Agents(self.homes[first:after], steered, owners, sources)
        return _Block(first, after, agents, owner, access)

    def _add(self, block: _Block) -> None:
        columns, agents = self.columns, block.agents
        sort = sorts_of_accesses(columns, block.access, 0)
        self.crossings += int(crossings(columns, agents, block.owner, block.access, sort).sum())
        doors = self._open_doors(block)
        self._enter(block, doors)
        # What is reached unchecked is where somebody comes through an open door.
        keys, picked = _together(doors.owner * self._mesh.size + doors.access, doors.picked)
        owner, access = np.divmod(keys, self._mesh.size)
        sort = sorts_of_accesses(columns, access, picked)
        self.ranks += crossings(columns, agents, owner, access, sort)
        self._add_later(block, keys, picked)

    def _open_doors(self, block: _Block) -> _Open:
        """The open doors of agents alone as the start."""
        columns, mesh = self.columns, self._mesh
        owner, node = self._credentials(self._unchecked, self._unchecked_at, block.first, block.after)
        picked = ~among((owner + block.first) * mesh.size + node, self._unpicked)
        place, step = columns.grants_of(node - mesh.first_credential)
        owner, picked = owner[place], picked[place]
        guarded = np.flatnonzero(columns.guarded[step])
        left = np.ones(len(step), dtype=np.bool_)
        left[guarded] = among((owner[guarded] + block.first) * self._steps + step[guarded], self._opened)
        return self._implied(owner[left], step[left], picked[left])

    def _implied(self, owner: Numbers, step: Numbers, picked: Flags) -> _Open:
        """Doors with all accesses that they open: admin opens all five of its system."""
        access = self.columns.enters[step]
        all_five = access % 5 == ADMIN
        if all_five.any():
            times = np.where(all_five, 5, 1)
            place = np.repeat(np.arange(len(step)), times)
            action = np.arange(len(place)) - (np.cumsum(times) - times)[place]
            access = np.where(all_five[place], access[place] - ADMIN + action, access[place])
            return _Open(owner[place], step[place], access, picked[place])
        return _Open(owner, step, access, picked)

    def _enter(self, block: _Block, doors: _Open) -> None:
        """Note who comes through a door to what, and how severe that is."""
        columns, agents = self.columns, block.agents
        system, action = np.divmod(doors.access, 5)
        level, zone = columns.level[system], columns.zone[system]
        home = agents.home[doors.owner] == zone
        acting = action > 0
        abroad, at_home = self._coming(agents)
        counts = []
        for kind, (least, most) in enumerate(abroad):
            one, other = least[doors.owner], most[doors.owner]
            comes = (one <= other) & ((one != zone) | (other != zone))
            if not kind:
                comes |= agents.home[doors.owner] >= 0
            counts.append(np.where(home, at_home[kind][level, doors.owner] & acting, comes))
        any_, words, carries, floods = counts
        least = np.where(columns.exposed[system], np.where(floods, 2, carries * 1), 0)
        ranks = _DOORS[level, acting * 1, doors.picked * 1, words * 1, least]
        self._note(block.first + doors.owner, doors.step, action, ranks, any_)

    def _coming(self, agents: Agents) -> tuple[list[tuple[Numbers, Numbers]], list[Flags]]:
        """For each kind of sources the lowest and the highest of their zones, by agent; and whether one
        of them comes home to do something, by the level of the target and by agent.

        There are four kinds: any, those with untrusted input, those from which something confidential is
        carried, and those from which that is the more severe.
        """
        columns = self.columns
        level, untrusted = columns.level[agents.source], columns.untrusted[agents.source]
        zone = columns.zone[agents.source]
        foreign = agents.home[agents.owner] != zone
        steered = agents.steered[agents.owner]
        kinds = (level >= 0, untrusted, level >= 2, (level == 3) | (level == 2) & steered)
        abroad, at_home = [], []
        for kind in kinds:
            abroad.append(
                lowest_and_highest(agents.owner[kind], zone[kind], agents.number, len(columns.zones))
            )
            comes = np.zeros((4, agents.number), dtype=np.bool_)
            for target in range(4):
                comes[target, agents.owner[kind & foreign & ((level > target) | untrusted)]] = True
            at_home.append(comes)
        return abroad, at_home

    def _note(self, agent: Numbers, step: Numbers, action: Numbers, ranks: Numbers, some: Flags) -> None:
        door = self.columns.door[step]
        packed = ((door * len(self.homes) + agent) * 5 + action) * RANKS + ranks
        self.entered.append(once(packed[some]))

    def _add_later(self, block: _Block, keys: Numbers, picked: Numbers) -> None:
        """Add what is open only for starts with a source that is read after a decision.

        Args:
            block: the agents.
            keys: the accesses that are open for agents alone, by agent and access;
            picked: and whether a door there was picked up.
        """
        first, after = np.searchsorted(self._later[0], (block.first, block.after))
        if first == after:
            return
        size = self._mesh.size
        agent, source = self._later[0][first:after] - block.first, self._later[1][first:after] // 5
        doors = self._later_doors(int(first), int(after))
        some, taken = _together(doors.owner * size + doors.access, doors.picked)
        place, access = some // size, some % size
        where, there = found(agent[place] * size + access, keys)
        crosses, plain = self._crossing(block, agent[place], source[place], access, 0)
        _, severe = self._crossing(block, agent[place], source[place], access, 1)
        new = crosses & ~there
        self.ranks += np.bincount(np.where(taken, severe, plain)[new], minlength=RANKS)
        if there.any():
            more = crosses & there & (taken > 0) & (picked[where] == 0)
            self.ranks += np.bincount(severe[more], minlength=RANKS)
            self.ranks -= np.bincount(plain[more], minlength=RANKS)
        owner = doors.owner
        crosses, ranks = self._crossing(block, agent[owner], source[owner], doors.access, doors.picked)
        self._note(block.first + agent[owner], doors.step, doors.access % 5, ranks, crosses)

    def _later_doors(self, first: int, after: int) -> _Open:
        """The doors that are open for these starts, and not for their agents alone; by start."""
        columns, mesh = self.columns, self._mesh
        start, node = self._later_nodes
        some = slice(*np.searchsorted(start, (first, after)))
        start, node = start[some], node[some]
        is_credential = (node >= mesh.first_credential) & (node < mesh.first_agent)
        start, node = start[is_credential], node[is_credential]
        place, step = columns.grants_of(node - mesh.first_credential)
        left = ~columns.guarded[step]
        start, node, step = start[place][left], node[place][left], step[left]
        some = slice(*np.searchsorted(self._later_opened[0], (first, after)))
        more = self._later_opened[1][some]
        start, step = every(start, self._later_opened[0][some]), every(step, more)
        node = every(node, columns.leaves[more])
        picked = ~among(self._later[0][start] * mesh.size + node, self._unpicked)
        return self._implied(start - first, step, picked)

    def _crossing(
        self, block: _Block, agent: Numbers, source: Numbers, access: Numbers, picked: Flags | int
    ) -> tuple[Flags, Numbers]:
        """Whether there is a crossing from a source to an access, and how severe it is if it is open."""
        columns = self.columns
        zone = columns.zone[access // 5]
        one, other = sorts_of_sources(columns, source), sorts_of_accesses(columns, access, picked)
        crosses = (columns.zone[source] != zone) & (
            (block.agents.home[agent] != zone) | GOES_HOME[one, other]
        )
        return crosses, RANK_OF[block.agents.steered[agent] * 1, one, other]


def _ends(sizes: Sequence[int]) -> Numbers:
    """Where runs of these sizes begin, and where the last one ends."""
    return np.concatenate(([0], np.cumsum(numbers(list(sizes)), dtype=np.int64)))


def _together(keys: Numbers, picked: Flags) -> tuple[Numbers, Numbers]:
    """Each key once, sorted, and whether one with it was picked up."""
    known = once(keys * 2 + picked)
    last = np.append(np.diff(known >> 1) > 0, np.ones(min(len(known), 1), dtype=np.bool_))
    return known[last] >> 1, known[last] & 1
