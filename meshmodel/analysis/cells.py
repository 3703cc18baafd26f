"""Accesses to which there are doors, put together where they are alike and have the same doors."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from meshmodel.analysis.pairs.columns import Numbers
from meshmodel.analysis.spreads import KINDS, Spread
from meshmodel.analysis.steps import bits

_ACTIONS = 6
"""The actions, and before them that no boundary tells them apart."""


class Shut(NamedTuple):
    """Boundaries from one zone to accesses of another one.

    Attributes:
        zone: the number of the zone from which one comes.
        numbers: those of the boundaries, any of which is enough.
        cells: where there are such accesses.
        both: the places of these in tables of all agents and those that reach a credential.
    """

    zone: int
    numbers: tuple[int, ...]
    cells: Numbers
    both: Numbers


class Cells:
    """Accesses that are alike and have the same doors are one cell.

    Attributes:
        sets, agents: sets of starts and of agents, as bits, with their numbers.
        pairs: the numbers of two of these, with the number of the pair.
        zones: the numbers of zones; ``zone_of``: for each system that of its zone.
        pair_started, pair_reached: for each pair the numbers of its sets.
        zone, kind, times: for each cell, sorted by zone, what the accesses are like, and how many they are.
        started, reached: the numbers of its sets.
        slices: the cells of each zone.
        rows: two for each cell, of a table of all sets of starts and after them of all pairs.
        holding: the cells of single accesses, and agents that hold all that they reach of the doors.
        shut: boundaries.
    """

    def __init__(self, spread: Spread, homes: Sequence[str | None]) -> None:
        """There are none yet.

        Args:
            spread: tells what systems are like.
            homes: other zones that have a number.
        """
        self._spread = spread
        self._mesh = mesh = spread.mesh
        ends = [zone for each in spread.boundaries for zone in (each.zone_from, each.zone_to)]
        named = dict.fromkeys([*mesh.zone_mask, *(home for home in homes if home is not None), *ends])
        self.zones = {zone: number for number, zone in enumerate(named)}
        self.sets: dict[int, int] = {}
        self.agents: dict[int, int] = {}
        self.pairs: dict[tuple[int, int], int] = {}
        self._accesses: list[int] = []
        self._chosen: list[int] = []
        # The places of accesses, and agents that hold all that they reach of the doors there.
        self._held: list[int] = []
        self._holders: list[int] = []
        self.add_many(*(np.zeros(0, np.int64) for _ in range(4)))

    def __bool__(self) -> bool:
        return bool(self._accesses) or len(self._many) > 0

    def pair(self, starts: int, agents: int) -> int:
        """The number of a pair of starts and of agents, both as bits."""
        pair = (
            self.sets.setdefault(starts, len(self.sets)),
            self.agents.setdefault(agents, len(self.agents)),
        )
        return self.pairs.setdefault(pair, len(self.pairs))

    def add(self, access: int, pair: int, held: int) -> None:
        """Add an access with doors that are open for some starts.

        Args:
            access: the node of the access.
            pair: the starts, and the agents that reach a credential for one of the doors as themselves.
            held: those of these agents that hold all that they reach so.
        """
        if held:
            holders = list(bits(held))
            self._held.extend([len(self._many) + len(self._accesses)] * len(holders))
            self._holders.extend(holders)
        self._accesses.append(access)
        self._chosen.append(pair)

    def add_many(self, accesses: Numbers, pairs: Numbers, held: Numbers, holders: Numbers) -> None:
        """Add the first accesses, many at once.

        Args:
            accesses: the nodes of the accesses.
            pairs: of each what ``add`` takes.
            held: places of accesses,
            holders: and agents that hold all that they reach of the doors there.
        """
        self._many, self._chosen_for_many = accesses, pairs
        self._held_of_many = held, holders

    def prepare(self) -> None:
        """Put the accesses together that are alike and have the same doors."""
        self.zone_of = np.array([self.zones.get(zone, 0) for zone in self._mesh.zone_of])
        kinds = np.zeros(len(self.zone_of), np.int64)
        kinds[list(self._spread.kinds)] = list(self._spread.kinds.values())
        systems, actions = np.divmod(np.concatenate([self._many, np.array(self._accesses, np.int64)]), 5)
        bounded = self._spread.bounded
        told = np.array([bounded.get(zone, 0) for zone in self._mesh.zone_of])[systems] >> actions & 1
        codes = self.zone_of[systems] * KINDS + kinds[systems] | (actions > 0) << 1
        codes = codes * _ACTIONS + told * (actions + 1)
        chosen = np.concatenate([self._chosen_for_many, np.array(self._chosen, np.int64)])
        cells, cell, self.times = np.unique(
            codes * len(self.pairs) + chosen, return_inverse=True, return_counts=True
        )
        codes, pair = np.divmod(cells, len(self.pairs))
        codes, action = np.divmod(codes, _ACTIONS)
        self.zone, self.kind = np.divmod(codes, KINDS)
        self.pair_started, self.pair_reached = np.array(list(self.pairs)).T
        self.started = self.pair_started[pair]
        self.reached = self.pair_reached[pair]
        # The rows of a table of both, one after the other.
        self.rows = np.stack([self.started, len(self.sets) + pair], axis=1).ravel()
        every = np.searchsorted(self.zone, np.arange(len(self.zones) + 1))
        self.slices = [slice(*each) for each in pairwise(every.tolist())]
        self.shut = list(self._prepare_boundaries(action))
        held, holders = self._held_of_many
        held = np.concatenate([held, np.array(self._held, np.int64)])
        self.holding = cell[held], np.concatenate([holders, np.array(self._holders, np.int64)])

    def _prepare_boundaries(self, actions: Numbers) -> Iterator[Shut]:
        """The boundaries between two zones, put together where they cover the same actions.

        Args:
            actions: for each cell the action and one more, where a boundary tells it apart.
        """
        numbers: dict[tuple[str, str, int], tuple[int, ...]] = {}
        for each in self._spread.boundaries:
            if each.zone_from != each.zone_to:
                for action in bits(each.actions):
                    key = each.zone_from, each.zone_to, action
                    numbers[key] = (*numbers.get(key, ()), each.number)
        covered: dict[tuple[str, str, tuple[int, ...]], list[int]] = {}
        for (one, other, action), some in numbers.items():
            covered.setdefault((one, other, some), []).append(action + 1)
        for (one, other, some), chosen in covered.items():
            part = self.slices[self.zones[other]]
            cells = part.start + np.flatnonzero(np.isin(actions[part], chosen))
            if len(cells):
                both = (2 * cells[:, np.newaxis] + np.arange(2)).ravel()
                yield Shut(self.zones[one], some, cells, both)
