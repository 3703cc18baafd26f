"""Hitting sets: the least proofs, quick sets that hit them all, and parts that nothing connects."""

from collections import Counter
from collections.abc import Iterable
from heapq import heapify, heappop, heapreplace

from meshmodel.engine.fix.known import Proof


def least(proofs: Iterable[Proof]) -> set[Proof]:
    """The proofs that include no other: whoever hits these hits all."""
    kept: list[Proof] = []
    having: dict[int, list[Proof]] = {}
    for proof in sorted(proofs, key=len):
        if not any(known <= proof for relation in proof for known in having.get(relation, ())):
            kept.append(proof)
            having.setdefault(min(proof, key=lambda each: len(having.get(each, ()))), []).append(proof)
    return set(kept)


def quick(proofs: Iterable[Proof], every: Iterable[Proof]) -> Proof:
    """A small set that hits all of some proofs, by what most of these share, and most of all."""
    left = list(proofs)
    count = Counter(relation for proof in left for relation in proof)
    popular = Counter(relation for proof in every for relation in proof)
    having: dict[int, list[int]] = {}
    for number, proof in enumerate(left):
        for relation in proof:
            having.setdefault(relation, []).append(number)
    alive, chosen = set(range(len(left))), set[int]()
    # Numbers only fall, so the first in the heap whose number is still true is the best of all.
    waiting = [(-number, -popular[relation], relation) for relation, number in count.items()]
    heapify(waiting)
    while alive:
        number, also, best = waiting[0]
        if -number != count[best]:
            heapreplace(waiting, (-count[best], also, best))
            continue
        heappop(waiting)
        chosen.add(best)
        for hit in alive.intersection(having[best]):
            alive.remove(hit)
            count.subtract(left[hit])
    return frozenset(chosen)


def apart(proofs: Iterable[Proof]) -> int:
    """How many share nothing, taken as they come, the short ones first: each costs one."""
    used, found = set[int](), 0
    for proof in sorted(proofs, key=len):
        if used.isdisjoint(proof):
            used |= proof
            found += 1
    return found


def parts(sets: Iterable[Proof]) -> dict[int, int]:
    """What is connected by these sets: for every member one that stands for its part."""
    above: dict[int, int] = {}

    def top(member: int) -> int:
        while (higher := above.setdefault(member, member)) != member:
            above[member] = above[higher]
            member = above[member]
        return member

    for each in filter(None, sets):
        first, *others = each
        for member in others:
            above[top(member)] = top(first)
        top(first)
    return {member: top(member) for member in above}
