"""Hitting sets: known proofs, quick sets that hit them all, and parts that have nothing to do with
one another.
"""

from collections.abc import Iterable
from heapq import heapify, heappop, heapreplace
from typing import Final

Some = frozenset[int]
"""Some relations, by their numbers: a proof, or what is guarded. There are very many of a large mesh,
of which most proofs name few."""
NONE: Final[Some] = frozenset()


def least_only(proofs: Iterable[Some]) -> list[Some]:
    """The proofs that include no other, in a fixed order; hitting these hits all."""
    kept: list[Some] = []
    by_relation: dict[int, list[Some]] = {}
    for proof in sorted(set(proofs), key=lambda each: (len(each), sorted(each, reverse=True))):
        if not any(known <= proof for relation in proof for known in by_relation.get(relation, ())):
            kept.append(proof)
            # Whoever includes it has its lowest relation too.
            by_relation.setdefault(min(proof, default=-1), []).append(proof)
    return kept


def quick_set(proofs: Iterable[Some]) -> Some:
    """A small set that hits all of these, by taking what most of them share; no smallest one."""
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
