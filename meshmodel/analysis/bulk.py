"""Crossings of many starts to many accesses, counted by arrays of numbers (section 6).

A pair of a source and an access is a crossing if the two are in two zones, but for what is at home. So
of every class of sources and every kind of accesses the number of crossings is one product less one for
each zone: all that it takes are the numbers of sources by start, zone and class, and those of agents
that reach an access by start, zone and kind. The numbers are whole and far below 2**53, so that floats
hold them exactly.
"""

from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from meshmodel.analysis.spreads import HOME, KINDS, Spread, Start, enters_home, source_class
from meshmodel.analysis.steps import ALL_ACTIONS, bits

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Bits = NDArray[np.uint8]

_TOGETHER = 2_048
"""So many starts are counted at once."""


class Bulk:
    """Crossings to accesses behind no boundary."""

    def __init__(
        self,
        spread: Spread,
        starts: Sequence[Start],
        situations: Sequence[range],
        homes: Sequence[str | None],
    ) -> None:
        """Nothing is counted yet.

        Args:
            spread: what is counted is added to it.
            starts: those that can be counted.
            situations: the numbers of the starts that the same agents have.
            homes: the homes of the agents.
        """
        self._spread = spread
        self._mesh = mesh = spread.mesh
        self._starts = starts
        self._situations = situations
        self._homes = homes
        self._zones = {zone: number for number, zone in enumerate(mesh.zone_mask)}
        # The zone of each system, and the kind of reading it.
        self._codes = {
            number: self._zones[mesh.zone_of[number]] * KINDS + kind for number, kind in spread.kinds.items()
        }
        # Openings: what the access is like, the set of agents and the set of starts.
        self._columns: list[int] = []
        self._reached: list[int] = []
        self._started: list[int] = []
        self._agents: dict[int, int] = {}
        self._sets: dict[int, int] = {}
        self._held: list[int] = []
        self._holders: list[int] = []

    def add(self, access: int, starts: int, agents: int, held: int) -> None:
        """Add an access with doors that are open for some starts.

        Args:
            access: the node of the access.
            starts: for which they are open, as bits.
            agents: those that reach a credential for them as themselves.
            held: those among them that hold all that they reach so.
        """
        system, action = divmod(access, 5)
        for agent in bits(held):
            self._held.append(len(self._columns))
            self._holders.append(agent)
        self._columns.append(self._codes[system] | (action > 0) << 1)
        self._reached.append(self._agents.setdefault(agents, len(self._agents)))
        self._started.append(self._sets.setdefault(starts, len(self._sets)))

    def count(self) -> None:
        """Count the crossings to all that was added."""
        import numpy as np

        if not self._columns:
            return
        # The openings in the order of their columns: by zone, and by what the accesses are like.
        codes = np.array(self._columns)
        order = np.argsort(codes, kind="stable")
        codes = codes[order]
        self._zone = codes // KINDS
        self._kinds, self._firsts, self._column = np.unique(codes, return_index=True, return_inverse=True)
        self._reaching = np.array(self._reached)[order]
        self._starting = np.array(self._started)[order]
        pairs, self._pair = np.unique(self._reaching * len(self._sets) + self._starting, return_inverse=True)
        self._pairs = np.divmod(pairs, len(self._sets))
        held, holders = np.array(self._held, np.int64), np.array(self._holders, np.int64)
        self._holding = np.argsort(order)[held], holders
        self._prepare_agents()
        self._prepare_sources()
        starts = self._starts
        chosen = sorted(
            range(len(starts)),
            key=lambda number: (starts[number].steered, starts[number].sources, starts[number].home),
        )
        for begin in range(0, len(chosen), _TOGETHER):
            self._count_some(np.array(chosen[begin : begin + _TOGETHER]))

    def _prepare_agents(self) -> None:
        import numpy as np

        size, zones = len(self._homes), self._zones
        self._reach = _unpacked(self._agents, size)
        self._start_sets = _unpacked(self._sets, len(self._starts))
        marks = [self._starts[numbers.start].agents for numbers in self._situations]
        situations, agents = np.nonzero(_unpacked(marks, size))
        firsts = np.searchsorted(situations, np.arange(len(marks)))
        self._sizes = np.bincount(situations)
        self._reached_by = np.add.reduceat(self._reach[:, agents], firsts, axis=1, dtype=np.int64)
        self._situation = np.empty(size, np.int64)
        self._situation[agents] = situations
        self._begins = np.array([numbers.start for numbers in self._situations])
        self._lengths = np.array([len(numbers) for numbers in self._situations])
        self._situation_of = np.repeat(np.arange(len(marks)), self._lengths)
        # Who is at home where, and what is open there.
        self._home = np.array([-1 if home is None else zones.get(home, -1) for home in self._homes])
        some = np.nonzero(self._home >= 0)[0]
        begins = np.searchsorted(self._zone, np.arange(len(zones) + 1))
        lengths = np.diff(begins)[self._home[some]]
        self._near = _ranges(begins[self._home[some]], lengths), np.repeat(some, lengths)

    def _prepare_sources(self) -> None:
        """Put the systems together that are alike as sources, in the order of their zones."""
        import numpy as np

        mesh, numbers = self._mesh, sorted(self._spread.kinds)
        untrusted = _unpacked([mesh.untrusted], ALL_ACTIONS * len(mesh.systems))[0]
        codes = np.array(
            [
                self._zones[mesh.zone_of[number]] * HOME
                + source_class(mesh.sensitivity[number], untrusted=bool(untrusted[5 * number]), steered=False)
                for number in numbers
            ]
        )
        order = np.argsort(codes, kind="stable")
        self._reads = 5 * np.array(numbers)[order]
        kinds, self._source_firsts = np.unique(codes[order], return_index=True)
        zones = np.arange(len(self._zones) + 1)
        columns = np.searchsorted(self._kinds // KINDS, zones).tolist()
        rows = np.searchsorted(kinds // HOME, zones).tolist()
        self._parts = [
            (slice(*some), slice(*others))
            for some, others in zip(pairwise(rows), pairwise(columns), strict=True)
            if some[0] < some[1] and others[0] < others[1]
        ]
        self._classes = kinds % HOME >> 1

    def _count_some(self, numbers: "Numbers") -> None:
        """Count the crossings from these starts, sorted by their sources."""
        import numpy as np

        starts = [self._starts[number] for number in numbers]
        keys: dict[tuple[bool, int, bool], int] = {}
        alike = np.array(
            [keys.setdefault((each.steered, each.sources, each.home), len(keys)) for each in starts]
        )
        firsts = np.searchsorted(alike, np.arange(len(keys)))
        sets = self._start_sets[:, numbers]
        situations = self._situation_of[numbers]
        size = len(self._kinds), len(keys)
        # The agents with starts from these sources for which there are open doors to accesses of a
        # column: all, those that picked up a credential for them, and both of those at home there.
        there = np.add.reduceat(sets * self._sizes[situations], firsts, axis=1)
        one, other = self._pairs
        taken = np.add.reduceat(self._reached_by[one][:, situations] * sets[other], firsts, axis=1)
        everywhere = np.add.reduceat(there[self._starting], self._firsts, axis=0)
        picked = np.add.reduceat(taken[self._pair], self._firsts, axis=0)

        def cells(openings: "Numbers", some: "Numbers") -> "Numbers":
            """How often openings and starts met, by columns and sources."""
            cell = self._column[openings] * size[1] + alike[some]
            return np.bincount(cell, minlength=size[0] * size[1]).reshape(size)

        place = np.full(len(self._starts), -1)
        place[numbers] = np.arange(len(numbers))
        openings, agents, some = self._met(*self._near, place, sets)
        near = cells(openings, some)
        reached = self._reach[self._reaching[openings], agents] > 0
        near_picked = cells(openings[reached], some[reached])
        openings, agents, some = self._met(*self._holding, place, sets)
        picked -= cells(openings, some)
        here = self._home[agents] == self._zone[openings]
        near_picked -= cells(openings[here], some[here])
        table = np.stack([everywhere - picked, picked, near - near_picked, near_picked], axis=1)
        self._multiply(list(keys), table.astype(np.float64))

    def _met(
        self, openings: "Numbers", agents: "Numbers", place: "Numbers", sets: "Bits"
    ) -> "tuple[Numbers, Numbers, Numbers]":
        """The same openings and agents once for each start of the agent for which there is the opening."""
        situations = self._situation[agents]
        lengths = self._lengths[situations]
        starts = place[_ranges(self._begins[situations], lengths)]
        openings, agents = openings.repeat(lengths), agents.repeat(lengths)
        there = (starts >= 0) & (sets[self._starting[openings], starts] > 0)
        return openings[there], agents[there], starts[there]

    def _multiply(self, keys: list[tuple[bool, int, bool]], table: "Floats") -> None:
        """Add the pairs of sources and accesses in two zones, less those at home that are no crossings.

        Args:
            keys: sources, by whether their agents are steered, and whether home is one of them.
            table: by column and sources the numbers of agents: that picked nothing up, that did, and both
                of those at home.
        """
        import numpy as np

        sources = len(keys)
        reads = _unpacked([key[1] for key in keys], ALL_ACTIONS * len(self._mesh.systems))
        found = np.add.reduceat(reads[:, self._reads], self._source_firsts, axis=1, dtype=np.int64)
        by_kind = found.T.astype(np.float64)
        by_class = np.zeros((HOME >> 1, sources))
        np.add.at(by_class, self._classes, by_kind)
        flat = table.reshape(-1, sources)
        kinds = np.zeros((len(self._kinds), KINDS))
        kinds[np.arange(len(self._kinds)), self._kinds % KINDS] = 1
        calm = sum(not steered for steered, _, _ in keys)
        for steered, some in ((False, slice(0, calm)), (True, slice(calm, sources))):
            if some.start == some.stop:
                continue
            product = by_class[:, some] @ flat[:, some].T
            product = product.reshape(len(by_class), *table.shape[:2])
            for rows, columns in self._parts:
                near = by_kind[rows, some] @ table[columns, :, some].reshape(-1, some.stop - some.start).T
                product[self._classes[rows], columns] -= near.reshape(-1, *table[columns].shape[:2])
            for number, counted in enumerate(product.transpose(0, 2, 1) @ kinds):
                self._add(number << 1 | steered, counted)
        home = np.array([float(home) for _, _, home in keys])
        self._add(HOME, (table @ home).T @ kinds)

    def _add(self, source: int, counted: "Floats") -> None:
        """Add what was counted for a class of sources, by kinds."""
        rows = [list(map(int, row)) for row in counted.tolist()]
        numbers = self._spread.numbers
        for kind, (left, picked, near, near_picked) in enumerate(zip(*rows, strict=True)):
            if not left and not picked:
                continue
            place = source * KINDS + kind
            # At home not all of them are crossings.
            crosses = enters_home(source, kind)
            numbers[place] += left if crosses else left - near
            numbers[place + 1] += picked if crosses else picked - near_picked


def _unpacked(sets: Collection[int], size: int) -> "Bits":
    """Sets of bits as rows of zeros and ones."""
    import numpy as np

    width = size // 8 + 1
    content = b"".join(each.to_bytes(width, "little") for each in sets)
    rows = np.frombuffer(content, np.uint8).reshape(-1, width)
    return np.unpackbits(rows, axis=1, count=size, bitorder="little")


def _ranges(begins: "Numbers", lengths: "Numbers") -> "Numbers":
    """The numbers of ranges, one range after the other."""
    import numpy as np

    ends = np.cumsum(lengths)
    return np.arange(ends[-1] if len(ends) else 0) + np.repeat(begins - ends + lengths, lengths)
