"""Crossings and open doors, from pairs of an agent and a node (section 6)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from meshmodel.analysis.entering import severity_number, severity_word
from meshmodel.analysis.pairs.columns import (
    Columns,
    Flags,
    Numbers,
    among,
    every,
    found,
    lowest_and_highest,
    once,
    places,
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
from meshmodel.analysis.pairs.excusing import Coming, Intended, Meant, coming, meant, ranks_of
from meshmodel.analysis.pairs.walking import Starts
from meshmodel.analysis.steps import ADMIN

_BLOCK = 30_000
"""So many pairs are looked at together."""


def _severities_of_doors() -> Numbers:
    """The severity of a door by level, acting, picked up, outsiders' words, and the least it comes to."""
    ranks = np.zeros((4, 2, 2, 2, 3), dtype=np.int64)
    for level, acting, picked, words, floor in np.ndindex(*ranks.shape):
        number = severity_number(
            level,
            untrusted=bool(words),
            picked_up=bool(picked),
            read=not acting,
            floor=(0, 3, 4)[floor],
        )
        ranks[level, acting, picked, words, floor] = rank(severity_word(number))
    return ranks


_DOORS = _severities_of_doors()


@dataclass(frozen=True, slots=True)
class _Block:
    """Some agents that follow one another.

    Attributes:
        first, after: their numbers.
        agents: their homes and sources.
        keys: the accesses that those of them reach that are counted here, by agent and access.
        state: for each of them 0 if no door is open there for the agent alone, 2 if the credential of one
            was picked up, else 1.
        doors: the open doors of agents alone.
    """

    first: int
    after: int
    agents: Agents
    keys: Numbers
    state: Numbers
    doors: "_Doors"


@dataclass(frozen=True, slots=True)
class _Doors:
    """Doors of starts: the start (by agent, unless it is said otherwise), the grant step, the access, and
    the state: 0 if it is not open, 2 if the credential was picked up, else 1.
    """

    owner: Numbers
    step: Numbers
    access: Numbers
    state: Numbers

    def those(self, some: Flags) -> "_Doors":
        """Some of them."""
        return _Doors(self.owner[some], self.step[some], self.access[some], self.state[some])


class Looking:
    """The crossings and doors of all agents of one reading, found block by block.

    Attributes:
        columns: the mesh.
        homes: the home zone of each agent, by number.
        crossings: how many crossings there are.
        approved: how many have open doors that are all approved.
        ranks: how many are uncontrolled, by the rank of their severity.
        entered: who comes through which door to what, and how severe that is, packed as numbers.
    """

    def __init__(
        self, columns: Columns, starts: Starts, homes: Sequence[str | None], intended: Intended
    ) -> None:
        """Count.

        Args:
            columns: the mesh.
            starts: what is reached.
            homes: the home of each agent.
            intended: what is meant.
        """
        self.columns = columns
        self._mesh = mesh = columns.mesh
        self._starts = starts
        self.homes = columns.is_home(homes)
        self._reached = starts.reached
        self._reached_at = _ends(starts.sizes)
        self._unchecked = starts.unchecked
        holder, held = two(mesh.steps["hold"])
        self._unpicked = np.sort(every(starts.deputies, (holder - mesh.first_agent) * mesh.size + held))
        self._steps = len(columns.enters)
        owner, step = columns.opened(starts.opened)
        self._opened = np.sort(owner * self._steps + step)
        self._later = two(starts.later)
        self._later_nodes = two(starts.later_nodes)
        self._later_opened = columns.opened(starts.later_opened)
        owner, read = two(starts.heard)
        self._heard = once(owner * mesh.size + read)
        self._accesses: list[Numbers] = []
        self._open: list[Flags] = []
        owner, node = two(starts.in_hand)
        self._in_hand = np.sort(owner * mesh.size + node)
        self._intended = intended
        self.crossings = self.approved = 0
        self.ranks = np.zeros(RANKS, dtype=np.int64)
        self.entered: list[Numbers] = []
        for block in self._blocks():
            self._add(block)

    def reached(self) -> tuple[Numbers, Numbers, Flags]:
        """All that agents reach, accesses that lead nowhere included: the agents, the nodes, and whether
        they are reached unchecked, or that is not known.
        """
        inner = self._reached >= self._mesh.first_credential
        begins = np.zeros(len(self.homes), dtype=np.int64)
        owner, place = places(begins, np.diff(self._reached_at))
        owner, place = owner[inner], place[inner]
        owners, accesses = np.divmod(every(*self._accesses), self._mesh.size)
        known = np.concatenate((place < self._unchecked[owner], np.concatenate(self._open)))
        owner = every(owner, owners)
        return owner, every(self._reached[inner], accesses), known | (self._unchecked[owner] == 0)

    def _blocks(self) -> Iterator[_Block]:
        ends, first = self._reached_at, 0
        while first < len(self.homes):
            after = int(np.searchsorted(ends, ends[first] + _BLOCK, side="right")) - 1
            after = max(after, first + 1)
            yield self._block(first, after)
            first = after

    def _block(self, first: int, after: int) -> _Block:
        columns, mesh, size = self.columns, self._mesh, self._mesh.size
        ends, unchecked = self._reached_at[first : after + 1], self._unchecked[first:after]
        node = self._reached[ends[0] : ends[-1]]
        owner, place = places(np.zeros(after - first, dtype=np.int64), np.diff(ends))
        known = place < unchecked[owner]
        some = (node >= mesh.first_credential) & (node < mesh.first_agent)
        owner, node, known = owner[some], node[some], known[some]
        picked = ~among((owner + first) * size + node, self._unpicked)
        place, step = columns.grants_of(node - mesh.first_credential)
        owner = owner[place]
        guarded = np.flatnonzero(columns.guarded[step])
        open_ = known[place]
        open_[guarded] &= among((owner[guarded] + first) * self._steps + step[guarded], self._opened)
        doors = self._implied(owner, step, open_ * (1 + picked[place]))
        keys, state = _together(doors.owner * size + doors.access, doors.state)
        self._accesses.append(keys + first * size)
        self._open.append(state > 0)
        owner, access = np.divmod(keys, size)
        counted = unchecked[owner] > 0
        sources = keys[(access % 5 == 0) & counted]
        heard = self._heard[slice(*np.searchsorted(self._heard, (first * size, after * size)))] - first * size
        owners, systems = np.divmod(every(sources, heard[~among(heard, keys)]), size)
        systems //= 5
        steered = np.zeros(after - first, dtype=np.bool_)
        steered[owners[columns.untrusted[systems]]] = True
        agents = Agents(self.homes[first:after], steered, owners, systems)
        return _Block(first, after, agents, keys[counted], state[counted], doors.those(doors.state > 0))

    def _add(self, block: _Block) -> None:
        columns, agents = self.columns, block.agents
        owner, access = np.divmod(block.keys, self._mesh.size)
        sort = sorts_of_accesses(columns, access, block.state > 1)
        self.crossings += int(crossings(columns, agents, owner, access, sort).sum())
        self._enter(block, self._excuse(block))
        # What is reached unchecked is where somebody comes through an open door.
        some = block.state > 0
        self.ranks += crossings(columns, agents, owner[some], access[some], sort[some])
        self._add_later(block, block.keys[some], block.state[some] > 1)

    def _excuse(self, block: _Block) -> _Doors:
        """Take out of what is counted what intents excuse; the doors about which none says anything."""
        columns, agents, doors = self.columns, block.agents, block.doors
        size = self._mesh.size
        some = meant(self._intended, block.first, block.after, block.keys, block.state, size)
        if not len(some.key):
            return doors
        place, at = found(doors.owner * size + doors.access, some.key)
        in_hand = among((block.first + doors.owner) * size + columns.leaves[doors.step], self._in_hand)
        # Doors with other credentials stay open whatever is meant.
        still = np.zeros(len(some.key), dtype=np.int64)
        np.maximum.at(still, place[at & ~in_hand], doors.state[at & ~in_hand])
        sources = coming(columns, agents, self._intended, some)
        here, source = sources.place[sources.excused], sources.source[sources.excused]
        owner, access = some.owner[here], some.access[here]
        before = ranks_of(columns, agents, owner, source, access, some.state[here] > 1)
        after = ranks_of(columns, agents, owner, source, access, still[here] > 1)
        left = still[here] > 0
        self.approved += int((~left).sum())
        self.ranks -= np.bincount(before, minlength=RANKS)
        self.ranks += np.bincount(after[left], minlength=RANKS)
        at &= in_hand
        self._enter_meant(block, doors.those(at), place[at], some, sources)
        return doors.those(~at)

    def _enter_meant(
        self, block: _Block, doors: _Doors, place: Numbers, some: Meant, sources: Coming
    ) -> None:
        """Note who comes through doors that are meant, from where that is not."""
        left = ~sources.excused
        order = np.argsort(sources.place[left], kind="stable")
        source = sources.source[left][order]
        counts = np.bincount(sources.place[left], minlength=len(some.key))
        door, where = places((np.cumsum(counts) - counts)[place], counts[place])
        owner, access = doors.owner[door], doors.access[door]
        ranks = ranks_of(self.columns, block.agents, owner, source[where], access, doors.state[door] > 1)
        everything = np.ones(len(door), dtype=np.bool_)
        self._note(block.first + owner, doors.step[door], access % 5, ranks, everything)

    def _implied(self, owner: Numbers, step: Numbers, state: Numbers) -> _Doors:
        """Doors with all accesses that they open: admin opens all five of its system."""
        access = self.columns.enters[step]
        all_five = access % 5 == ADMIN
        if all_five.any():
            times = np.where(all_five, 5, 1)
            place, action = places(np.zeros(len(step), dtype=np.int64), times)
            access = np.where(all_five[place], access[place] - ADMIN + action, access[place])
            return _Doors(owner[place], step[place], access, state[place])
        return _Doors(owner, step, access, state)

    def _enter(self, block: _Block, doors: _Doors) -> None:
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
        ranks = _DOORS[level, acting * 1, doors.state - 1, words * 1, least]
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

    def _add_later(self, block: _Block, keys: Numbers, picked: Flags) -> None:
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
        some, state = _together(doors.owner * size + doors.access, doors.state)
        taken = state > 1
        place, access = some // size, some % size
        where, there = found(agent[place] * size + access, keys)
        crosses, plain = self._crossing(block, agent[place], source[place], access, 0)
        _, severe = self._crossing(block, agent[place], source[place], access, 1)
        new = crosses & ~there
        self.ranks += np.bincount(np.where(taken, severe, plain)[new], minlength=RANKS)
        if there.any():
            more = crosses & there & taken & ~picked[where]
            self.ranks += np.bincount(severe[more], minlength=RANKS)
            self.ranks -= np.bincount(plain[more], minlength=RANKS)
        owner = doors.owner
        crosses, ranks = self._crossing(block, agent[owner], source[owner], doors.access, doors.state - 1)
        self._note(block.first + agent[owner], doors.step, doors.access % 5, ranks, crosses)

    def _later_doors(self, first: int, after: int) -> _Doors:
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
        return self._implied(start - first, step, 1 + picked)

    def _crossing(
        self, block: _Block, agent: Numbers, source: Numbers, access: Numbers, picked: Numbers | int
    ) -> tuple[Flags, Numbers]:
        """Whether there is a crossing from a source to an access, and how severe it is if it is open."""
        columns = self.columns
        zone = columns.zone[access // 5]
        one, other = sorts_of_sources(columns, source), sorts_of_accesses(columns, access, picked)
        crosses = (columns.zone[source] != zone) & (
            (block.agents.home[agent] != zone) | GOES_HOME[one, other]
        )
        return crosses, RANK_OF[block.agents.steered[agent] * 1, one, other]


def _ends(sizes: Numbers) -> Numbers:
    """Where runs of these sizes begin, and where the last one ends."""
    return np.concatenate(([0], np.cumsum(sizes)))


def _together(keys: Numbers, state: Numbers) -> tuple[Numbers, Numbers]:
    """Each key once, sorted, and the highest state with it."""
    known = once(keys * 3 + state)
    keys, state = np.divmod(known, 3)
    last = np.append(keys[1:] != keys[:-1], np.ones(min(len(keys), 1), dtype=np.bool_))
    return keys[last], state[last]
