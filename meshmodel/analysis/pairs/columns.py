"""A mesh as columns of numbers, and what is done with columns of pairs."""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from meshmodel.analysis.checkpoints import Candidates
from meshmodel.analysis.results import StepKind
from meshmodel.analysis.steps import Mesh, Pair

Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]


def numbers(values: Iterable[int]) -> Numbers:
    """Numbers as a column."""
    return np.array(values if isinstance(values, list) else list(values), dtype=np.int64)


def flags(values: Iterable[bool]) -> Flags:
    """Truths as a column."""
    return np.array(list(values), dtype=np.bool_)


def two(pairs: Sequence[Pair]) -> tuple[Numbers, Numbers]:
    """Pairs of numbers as two columns."""
    flat = np.fromiter(chain.from_iterable(pairs), dtype=np.int64, count=2 * len(pairs))
    return flat[::2], flat[1::2]


def grants_of(mesh: Mesh) -> tuple[Numbers, Numbers]:
    """All grant steps of a mesh as two columns, in order."""
    return _steps_of(mesh, "grant", mesh.first_credential)


def holds_of(mesh: Mesh) -> tuple[Numbers, Numbers]:
    """All hold steps of a mesh as two columns."""
    return _steps_of(mesh, "hold", mesh.first_agent)


def _steps_of(mesh: Mesh, kind: StepKind, first: int) -> tuple[Numbers, Numbers]:
    """The steps of a kind: those from the first node on into what is before it."""
    arrays = mesh.arrays
    if arrays is None:
        return two(mesh.steps[kind])
    leaves, enters = arrays.leaves, arrays.enters
    some = (leaves >= first) & (enters < first)
    return leaves[some].astype(np.int64), enters[some].astype(np.int64)


def places(first: Numbers, counts: Numbers) -> tuple[Numbers, Numbers]:
    """Runs of numbers one after the other: for each the place of its run, and the number.

    Args:
        first: where each run begins.
        counts: how long it is.
    """
    owner = np.repeat(np.arange(len(counts)), counts)
    begun = np.cumsum(counts) - counts
    return owner, np.arange(len(owner)) + (first - begun)[owner]


def once(values: Numbers) -> Numbers:
    """Each value once, sorted."""
    values = np.sort(values)
    return values[np.flatnonzero(np.diff(values, prepend=-1))]


def among(values: Numbers, some: Numbers) -> Flags:
    """Which of the values are among some, which are sorted."""
    return found(values, some)[1]


def found(values: Numbers, some: Numbers) -> tuple[Numbers, Flags]:
    """For each value the place among some, which are sorted, and whether it is there."""
    if not len(some):
        return np.zeros(len(values), dtype=np.int64), np.zeros(len(values), dtype=np.bool_)
    place = np.searchsorted(some, values)
    place[place == len(some)] = 0
    return place, some[place] == values


def in_bits(mask: int, size: int) -> Flags:
    """A set of bits as a column of so many truths."""
    content = np.frombuffer(mask.to_bytes(size // 8 + 1, "little"), dtype=np.uint8)
    return np.unpackbits(content, count=size, bitorder="little").astype(np.bool_)


def lowest_and_highest(owner: Numbers, value: Numbers, owners: int, above: int) -> tuple[Numbers, Numbers]:
    """The lowest and the highest value of each owner; ``above`` and -1 where there is none."""
    lowest = np.full(owners, above, dtype=np.int64)
    highest = np.full(owners, -1, dtype=np.int64)
    np.minimum.at(lowest, owner, value)
    np.maximum.at(highest, owner, value)
    return lowest, highest


class Columns:
    """What systems, credentials and grants are like, by number.

    Attributes:
        zones: the number of each zone by name.
        zone, level, exposed, untrusted: of each system.
        guarded: of each grant step whether a candidate is on it.
        leaves, enters: the credential that each grant step leaves, and the access that it enters.
        door: the number of its door, by credential and system.
        doors: the credential and the system of each door, by their numbers; in the order of their ids.
    """

    def __init__(self, mesh: Mesh, candidates: Candidates) -> None:
        records = mesh.snapshot.system
        self.mesh = mesh
        self.zones = {zone: number for number, zone in enumerate(mesh.zone_mask)}
        self.zone = numbers([self.zones[zone] for zone in mesh.zone_of])
        self.level = numbers(mesh.sensitivity)
        some = [records[each] for each in mesh.systems]
        self.exposed = flags(each.is_exposed for each in some)
        self.untrusted = flags(each.untrusted_input for each in some)
        self._grants(mesh, candidates)

    def _grants(self, mesh: Mesh, candidates: Candidates) -> None:
        pairs = mesh.steps["grant"]
        leaves, self.enters = grants_of(mesh)
        leaves = leaves - mesh.first_credential
        many = len(mesh.credentials)
        self.leaves = leaves + mesh.first_credential
        self._count = np.bincount(leaves, minlength=many)
        self._first = np.cumsum(self._count) - self._count
        self._step = {step: number for number, step in enumerate(pairs) if step in candidates.guards}
        self.guarded = np.zeros(len(pairs), dtype=np.bool_)
        self.guarded[numbers(self._step.values())] = True
        order = np.zeros(len(mesh.systems), dtype=np.int64)
        order[numbers(sorted(range(len(mesh.systems)), key=mesh.systems.__getitem__))] = np.arange(
            len(mesh.systems)
        )
        keys = leaves * len(order) + order[self.enters // 5]
        place = np.argsort(keys)
        new = np.diff(keys[place], prepend=-1) > 0
        self.door = np.empty(len(keys), dtype=np.int64)
        self.door[place] = np.cumsum(new) - 1
        place = place[new]
        self.doors = leaves[place], self.enters[place] // 5

    def grants_of(self, credentials: Numbers) -> tuple[Numbers, Numbers]:
        """The grant steps of credentials: for each the place of its credential, and its number."""
        return places(self._first[credentials], self._count[credentials])

    def opened(self, starts: Sequence[tuple[int, Pair]]) -> tuple[Numbers, Numbers]:
        """Those of some guarded steps that are grants, by the number of what finds them open."""
        known = [(owner, self._step[step]) for owner, step in starts if step in self._step]
        return two(known)

    def is_home(self, zones: Sequence[str | None]) -> Numbers:
        """The numbers of home zones; -1 for none, and another one for a zone without systems."""
        other = len(self.zones)
        return numbers([-1 if each is None else self.zones.get(each, other) for each in zones])


def every(*some: Any) -> Numbers:
    """Columns one after the other."""
    return np.concatenate(some)
