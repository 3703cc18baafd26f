"""Hitting sets: known proofs, quick sets that hit them all, and parts that have nothing to do with
one another.
"""

from collections.abc import Iterable, Iterator
from heapq import heapify, heappop, heapreplace
from typing import Final

from meshmodel.analysis.collecting import collector_at_rest
from meshmodel.analysis.fix.stopping import Stop

Some = frozenset[int]
"""Some relations, by their numbers: a proof, or what is guarded. There are very many of a large mesh,
of which most proofs name few."""
NONE: Final[Some] = frozenset()

_AT_ONCE: Final = 1_000
"""So many are taken before it is asked whether to stop."""


def least_only(proofs: Iterable[Some]) -> list[Some]:
    """The proofs that include no other, in a fixed order; hitting these hits all."""
    every = set(proofs)
    if len(every) < 2:
        return list(every)
    count: dict[int, int] = {}
    for proof in every:
        for relation in proof:
            count[relation] = count.get(relation, 0) + 1
    kept: list[Some] = []
    by_relation: dict[int, list[Some]] = {}
    for proof in in_order(every):
        if not any(known <= proof for relation in proof for known in by_relation.get(relation, ())):
            kept.append(proof)
            # Whoever includes it has its rarest relation too, which is that of few others.
            by_relation.setdefault(min(proof, key=count.__getitem__, default=-1), []).append(proof)
    return kept


class Least:
    """Proofs that come one after the other, of which those are kept that include no other."""

    def __init__(self) -> None:
        self._kept: dict[Some, None] = {}
        # By each of its relations, also those that are not kept any more.
        self._having: dict[int, list[Some]] = {}
        # By one of its relations, which few had when it came.
        self._by_relation: dict[int, list[Some]] = {}

    def __iter__(self) -> Iterator[Some]:
        """Those that are kept, in the order in which they came."""
        return iter(self._kept)

    def __contains__(self, proof: Some) -> bool:
        """Whether it is kept."""
        return proof in self._kept

    def add(self, proof: Some) -> bool:
        """Take a proof in; whether it is kept, or was there already."""
        if proof in self._kept:
            return True
        for relation in proof:
            for known in self._by_relation.get(relation, ()):
                if known <= proof and known in self._kept:
                    return False
        rarest = min(proof, key=lambda relation: len(self._having.get(relation, ())))
        for known in self._having.get(rarest, ()):
            if proof < known:
                self._kept.pop(known, None)
        self._kept[proof] = None
        self._by_relation.setdefault(rarest, []).append(proof)
        for relation in proof:
            self._having.setdefault(relation, []).append(proof)
        return True


def in_order(proofs: Iterable[Some]) -> list[Some]:
    """The shortest first, in a fixed order."""
    return sorted(proofs, key=_by_length)


def _by_length(proof: Some) -> tuple[int, list[int]]:
    return len(proof), sorted(proof, reverse=True)


@collector_at_rest()
def quick_set(proofs: Iterable[Some], stop: Stop | None = None) -> Some:
    """A small set that hits all of these, by taking what most of them share; no smallest one.

    Args:
        proofs: are hit.
        stop: when to give up; none: never.

    Raises:
        Stopped: it was time to stop before all were hit.
    """
    left = list(proofs)
    count: dict[int, int] = {}
    having: dict[int, list[int]] = {}
    for number, proof in enumerate(left):
        for relation in proof:
            count[relation] = count.get(relation, 0) + 1
            having.setdefault(relation, []).append(number)
    alive = [True] * len(left)
    chosen: set[int] = set()
    remaining = len(left)
    # Numbers only fall, so the first in the heap whose number is still true is the best of all.
    waiting = [(-number, relation) for relation, number in count.items()]
    heapify(waiting)
    while remaining:
        if stop is not None and not len(chosen) % _AT_ONCE:
            stop.check()
        number, best = waiting[0]
        if -number != count[best]:
            heapreplace(waiting, (-count[best], best))
            continue
        heappop(waiting)
        chosen.add(best)
        for number in having[best]:
            if alive[number]:
                alive[number] = False
                remaining -= 1
                for relation in left[number]:
                    count[relation] -= 1
    return frozenset(chosen)


@collector_at_rest()
def without_spare(chosen: Some, proofs: Iterable[Some]) -> Some:
    """The set without what is not needed to hit all of these, the last in the order left out first."""
    touched: list[int] = []
    having: dict[int, list[int]] = {relation: [] for relation in chosen}
    for number, proof in enumerate(proofs):
        hits = proof & chosen
        touched.append(len(hits))
        for relation in hits:
            having[relation].append(number)
    left = set(chosen)
    for relation in sorted(chosen, reverse=True):
        if all(touched[number] > 1 for number in having[relation]):
            left.remove(relation)
            for number in having[relation]:
                touched[number] -= 1
    return frozenset(left)


@collector_at_rest()
def parts(sets: Iterable[Some]) -> dict[int, int]:
    """What is connected by these sets: for every member the least member of its part."""
    above: dict[int, int] = {}

    def top(member: int) -> int:
        while (higher := above[member]) != member:
            above[member] = above[higher]
            member = above[member]
        return member

    for each in sets:
        members = iter(each)
        first = next(members, None)
        if first is None:
            continue
        above.setdefault(first, first)
        for member in members:
            above.setdefault(member, member)
            one, other = sorted((top(first), top(member)))
            above[other] = one
    return {member: top(member) for member in above}


def apart(proofs: Iterable[Some]) -> int:
    """How many of these proofs, taken in their order, share nothing: it takes at least so many."""
    taken: set[int] = set()
    number = 0
    for proof in proofs:
        if taken.isdisjoint(proof):
            taken |= proof
            number += 1
    return number
