"""Hitting sets: known proofs, quick sets that hit them all, and parts that have nothing to do with
one another.
"""

from collections.abc import Iterable
from heapq import heapify, heappop, heapreplace

from meshmodel.analysis.steps import bits


def least_only(proofs: Iterable[int]) -> list[int]:
    """The proofs that include no other, in a fixed order; hitting these hits all."""
    kept: list[int] = []
    by_relation: dict[int, list[int]] = {}
    for proof in sorted(set(proofs), key=lambda each: (each.bit_count(), each)):
        if not any(not known & ~proof for relation in bits(proof) for known in by_relation.get(relation, ())):
            kept.append(proof)
            # Whoever includes it has its lowest relation too.
            by_relation.setdefault((proof & -proof).bit_length() - 1, []).append(proof)
    return kept


def quick_set(proofs: Iterable[int]) -> int:
    """A small set that hits all of these, by taking what most of them share; no smallest one."""
    left = list(proofs)
    count: dict[int, int] = {}
    having: dict[int, list[int]] = {}
    for number, proof in enumerate(left):
        for relation in bits(proof):
            count[relation] = count.get(relation, 0) + 1
            having.setdefault(relation, []).append(number)
    alive = [True] * len(left)
    chosen = 0
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
        chosen |= 1 << best
        for number in having[best]:
            if alive[number]:
                alive[number] = False
                remaining -= 1
                for relation in bits(left[number]):
                    count[relation] -= 1
    return chosen


def without_spare(chosen: int, proofs: Iterable[int]) -> int:
    """The set without what is not needed to hit all of these, the last in the order left out first."""
    hits = dict.fromkeys(bits(chosen), 0)
    touched = [proof & chosen for proof in proofs]
    having: dict[int, list[int]] = {relation: [] for relation in hits}
    for number, proof in enumerate(touched):
        for relation in bits(proof):
            having[relation].append(number)
    for relation in sorted(hits, reverse=True):
        mark = 1 << relation
        if all(touched[number] & ~mark for number in having[relation]):
            chosen &= ~mark
            for number in having[relation]:
                touched[number] &= ~mark
    return chosen


def parts(sets: Iterable[int]) -> dict[int, int]:
    """What is connected by these sets: for every member the least member of its part."""
    above: dict[int, int] = {}

    def top(member: int) -> int:
        while (higher := above[member]) != member:
            above[member] = above[higher]
            member = above[member]
        return member

    for each in sets:
        members = bits(each)
        first = next(members, None)
        if first is None:
            continue
        above.setdefault(first, first)
        for member in members:
            above.setdefault(member, member)
            one, other = sorted((top(first), top(member)))
            above[other] = one
    return {member: top(member) for member in above}


def apart(proofs: Iterable[int]) -> int:
    """How many of these proofs, taken in their order, share nothing: it takes at least so many."""
    taken = number = 0
    for proof in proofs:
        if not proof & taken:
            taken |= proof
            number += 1
    return number
