"""Doors of many accesses as columns of numbers."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from meshmodel.analysis.cells import Cells
from meshmodel.analysis.pairs.columns import Flags, Numbers, among, grants_of, holds_of, places
from meshmodel.analysis.steps import ADMIN, Mesh, Pair
from meshmodel.analysis.tables import packed, unpacked


class Carried(NamedTuple):
    """Who carries credentials.

    Attributes:
        credentials: the credentials.
        starts: for each one the starts that carry it,
        agents: and the agents that reach it as themselves, both as bits.
    """

    credentials: Sequence[int]
    starts: Sequence[int]
    agents: Sequence[int]


class _Doors(NamedTuple):
    """Doors, sorted by access, the widest one of each last.

    Attributes:
        accesses, first, number: the accesses, where the doors of each begin, and how many they are.
        credential, pair: of each door.
    """

    accesses: Numbers
    first: Numbers
    number: Numbers
    credential: Numbers
    pair: Numbers

    @property
    def widest(self) -> Numbers:
        """The last door of each access."""
        return self.first + self.number - 1


class Doorways:
    """The grant steps of a mesh by the accesses to which they are doors.

    Of most accesses one door is the widest: it is open for all starts for which any is, and all agents that
    reach a credential for any of them as themselves reach one for it. So it tells who comes there, and who
    picks a credential up, but for those that hold what they reach.
    """

    def __init__(self, mesh: Mesh, agents: Sequence[int]) -> None:
        """Nothing is looked at yet.

        Args:
            mesh: the compiled graph.
            agents: the nodes of the agents that count.
        """
        self._mesh = mesh
        self._agents = agents
        self._credentials, self._enters = grants_of(mesh)

    def among(self, some: Collection[Pair]) -> list[int]:
        """The numbers of the grant steps among some steps."""
        if not some:
            return []
        left = np.zeros(self._mesh.size, np.bool_)
        left[[leaves for leaves, _ in some]] = True
        steps = list(self._mesh.steps["grant"])
        return [each for each in np.flatnonzero(left[self._credentials]).tolist() if steps[each] in some]

    def leading_to(self, accesses: Collection[int]) -> list[Pair]:
        """The grant steps that are a door to some of these accesses, and others to the same systems."""
        entered = np.zeros(len(self._mesh.systems), np.bool_)
        entered[np.array(list(accesses), np.int64) // 5] = True
        steps = list(self._mesh.steps["grant"])
        return [steps[number] for number in np.flatnonzero(entered[self._enters // 5]).tolist()]

    def add_to(self, cells: Cells, carried: Carried, unguarded: Mapping[int, int]) -> list[int]:
        """Add most accesses to cells that are empty; returns the others.

        Args:
            cells: get them.
            carried: who carries the credentials with a grant.
            unguarded: for each grant step with a checkpoint, by its number, the starts that are not asked.
        """
        pairs = self._pairs(cells, carried, unguarded)
        if not cells.pairs:
            return []
        self._started, self._reached = np.array(list(cells.pairs)).T
        doors = self._sorted(cells, pairs)
        widest = doors.pair[doors.widest]
        others = self._without_widest(cells, doors, widest)
        owner, agents, some = self._holding(cells, doors, widest)
        others[owner[some]] = True
        there = ~others
        held = there[owner] & ~some
        place = np.cumsum(there) - 1
        cells.add_many(doors.accesses[there], widest[there], place[owner[held]], agents[held])
        left: list[int] = doors.accesses[others].tolist()
        return left

    def _pairs(self, cells: Cells, carried: Carried, unguarded: Mapping[int, int]) -> Numbers:
        """Of each grant step the number of its pair in the cells, or -1 where it is open for no start."""
        # Most credentials have the same two sets, and it takes long to tell large numbers apart.
        keys = list(zip(map(id, carried.starts), map(id, carried.agents), strict=True))
        sets = zip(carried.starts, carried.agents, strict=True)
        known = {
            key: cells.pair(*both) if both[0] else -1
            for key, both in dict(zip(keys, sets, strict=True)).items()
        }
        place = np.zeros(self._mesh.size, np.int64)
        place[carried.credentials] = np.arange(len(keys))
        place = place[self._credentials]
        pairs: Numbers = np.array(list(map(known.__getitem__, keys)), np.int64)[place]
        for number, some in unguarded.items():
            carrying = carried.starts[place[number]] & some
            pairs[number] = cells.pair(carrying, carried.agents[place[number]]) if carrying else -1
        return pairs

    def _sorted(self, cells: Cells, pairs: Numbers) -> _Doors:
        """The doors that are open for some start."""
        # Whoever may administer a system may do the other four too.
        admin = np.flatnonzero(self._enters % 5 == ADMIN)
        more = (self._enters[admin, np.newaxis] - np.arange(1, ADMIN + 1)).ravel()
        enters = np.concatenate([self._enters, more])
        steps = np.concatenate([np.arange(len(pairs)), np.repeat(admin, ADMIN)])
        there = np.flatnonzero(pairs[steps] >= 0)
        enters, steps = enters[there], steps[there]
        starts, agents = (
            np.array([each.bit_count() for each in sets]) for sets in (cells.sets, cells.agents)
        )
        width = starts[self._started] * (len(self._agents) + 1) + agents[self._reached]
        order = np.argsort(enters * (width.max() + 1) + width[pairs[steps]])
        enters, steps = enters[order], steps[order]
        first = np.flatnonzero(np.diff(enters, prepend=-1))
        number = np.diff(first, append=len(enters))
        return _Doors(enters[first], first, number, self._credentials[steps], pairs[steps])

    def _without_widest(self, cells: Cells, doors: _Doors, widest: Numbers) -> Flags:
        """Of which accesses some door is open where the last one is not, or reached by other agents."""
        owner = np.repeat(np.arange(len(widest)), doors.number)
        differing = np.flatnonzero(doors.pair != widest[owner])
        owner = owner[differing]
        keys = doors.pair[differing] * len(cells.pairs) + widest[owner]
        keys, place = np.unique(keys, return_inverse=True)
        one, other = np.divmod(keys, len(cells.pairs))
        beside = np.zeros(len(keys), np.bool_)
        for sets, number in ((cells.sets, self._started), (cells.agents, self._reached)):
            rows = packed(sets, max(each.bit_length() for each in sets))
            beside |= (rows[number[one]] & ~rows[number[other]]).any(axis=1)
        found = np.zeros(len(widest), np.bool_)
        found[owner[beside[place]]] = True
        return found

    def _holding(self, cells: Cells, doors: _Doors, widest: Numbers) -> tuple[Numbers, Numbers, Flags]:
        """The agents that hold a credential for the widest door and pick up none for those doors that are
        open for the same starts.

        Returns for each the place of the access, its own, and whether it picks one up for another door.
        """
        size = len(self._agents)
        table = unpacked(cells.agents, size)
        held = self._held()
        names, holders = np.divmod(held, size)
        credentials = doors.credential[doors.widest]
        counts = np.bincount(names, minlength=self._mesh.size)
        begins = np.cumsum(counts) - counts
        owner, place = places(begins[credentials], counts[credentials])
        agents = holders[place]
        there = np.flatnonzero(table[self._reached[widest[owner]], agents])
        owner, agents = owner[there], agents[there]
        come, door = places(doors.first[owner], doors.number[owner] - 1)
        pair, agent = doors.pair[door], agents[come]
        picked = table[self._reached[pair], agent] > 0
        picked &= ~among(doors.credential[door] * size + agent, held)
        alike = self._started[pair] == self._started[widest[owner[come]]]
        always, sometimes = (
            np.bincount(come[picked & some], minlength=len(owner)) > 0 for some in (alike, ~alike)
        )
        left = ~always
        return owner[left], agents[left], sometimes[left]

    def _held(self) -> Numbers:
        """The credentials that agents hold, with the places of these, as one number each; sorted."""
        mesh, size = self._mesh, len(self._agents)
        nodes, credentials = holds_of(mesh)
        place = np.full(len(mesh.agents), -1)
        place[np.array(self._agents, np.int64) - mesh.first_agent] = np.arange(size)
        place = place[nodes - mesh.first_agent]
        there = place >= 0
        found: Numbers = np.sort(credentials[there] * size + place[there])
        return found
