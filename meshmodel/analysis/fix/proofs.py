"""Proofs of violations: sets of relations of which a fix must guard at least one (section 6).

A proof holds whatever else is guarded: its relations make an unguarded path from a start to a door,
and for every checkpoint of before that is in the way, a path by which the start has power over it.
"""

from collections.abc import Iterator
from typing import Final

from meshmodel.analysis.fix.ground import Ground, Start
from meshmodel.analysis.fix.hitting import NONE, Some
from meshmodel.analysis.fix.trying import Trying
from meshmodel.analysis.steps import bits

_MANY: Final = 400
"""After so many proofs by power in one round, the next set is tried first;"""
_VERY_MANY: Final = 20_000
"""and after so many others, most of which it takes the same few relations to answer."""


class Proofs:
    """Finds proofs that a set of guarded relations does not answer yet."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground

    def against(self, trying: Trying, found: set[Some]) -> None:
        """Find proofs of what remains uncontrolled; none only if nothing remains.

        Args:
            trying: what is guarded.
            found: is added to, each proof once it is there.

        Raises:
            Stopped: it was time to stop before there was one, or as many as there are.
        """
        before = len(found)
        for proof in self._plain(trying):
            found.add(proof)
            if len(found) - before > _VERY_MANY:
                return
        if len(found) == before and self.ground.candidates.controllable:
            found.update(self._by_power(trying))

    def _plain(self, trying: Trying) -> Iterator[Some]:
        """Paths from single nodes that meet no checkpoint of before."""
        ground = self.ground
        for node, whole in ground.any_door.items():
            ground.stop.check()
            some = ground.some_doors.get(node, 0)
            if trying.closure.row(node) & (whole | some):
                yield from self._paths(node, whole, some, trying.closed)

    def _paths(self, start: int, whole: int, some: int, closed: int) -> Iterator[Some]:
        """A shortest path to every violation, where none leads through a violation."""
        ground, mesh = self.ground, self.ground.mesh
        used = {start: NONE}
        queue = [start]
        for node in queue:
            path = used[node]
            if mesh.first_credential <= node < mesh.first_agent:
                for grant in ground.grants.get(node, ()):
                    if closed >> grant.relation & 1:
                        continue
                    bad = grant.accesses & (whole | some)
                    if bad & whole or any(
                        not ground.excused[start, access] >> node & 1 for access in bits(bad)
                    ):
                        yield path | {grant.relation}
                        continue
                    for access, _ in grant.steps:
                        if access not in used:
                            used[access] = path | {grant.relation}
                            queue.append(access)
            for enters, relation, before in ground.steps[node]:
                if before or enters in used or (relation >= 0 and closed >> relation & 1):
                    continue
                if enters < mesh.first_credential and relation >= 0:
                    continue  # a grant, above
                used[enters] = path | {relation} if relation >= 0 else path
                queue.append(enters)

    def _by_power(self, trying: Trying) -> Iterator[Some]:
        """Proofs for starts that have power over checkpoints of before."""
        number = 0
        for start in trying.with_power():
            for proof in Search(self.ground, start, ~trying.closed).proofs():
                yield frozenset(bits(self._least(start, proof)))
                number += 1
            if number > _MANY:
                return

    def _least(self, start: Start, proof: int) -> int:
        """The proof without what it does not need."""
        for relation in bits(proof):
            self.ground.stop.check()
            less = proof & ~(1 << relation)
            if any(True for _ in Search(self.ground, start, less).proofs()):
                proof = less
        return proof


class Search:
    """What one start reaches unchecked by some relations, and by which of them."""

    def __init__(self, ground: Ground, start: Start, permitted: int) -> None:
        self.ground = ground
        self.start = start
        self.permitted = permitted
        self.used = dict.fromkeys(start.nodes, 0)
        self.power: dict[int, int] = {}
        self.dropped = 0
        self._search()

    def _search(self) -> None:
        blocked: list[tuple[int, int, int, int]] = []
        queue = list(self.start.nodes)
        while True:
            for node in queue:
                for enters, relation, before in self.ground.steps[node]:
                    if enters in self.used or (relation >= 0 and not self.permitted >> relation & 1):
                        continue
                    if before & ~self.dropped:
                        blocked.append((node, enters, relation, before))
                    else:
                        self._take(node, enters, relation, before)
                        queue.append(enters)
            if not self._drop():
                return
            queue = []
            for node, enters, relation, before in blocked:
                if enters not in self.used and not before & ~self.dropped:
                    self._take(node, enters, relation, before)
                    queue.append(enters)

    def _take(self, node: int, enters: int, relation: int, before: int) -> None:
        used = self.used[node] | self.against(before)
        self.used[enters] = used | 1 << relation if relation >= 0 else used

    def _drop(self) -> bool:
        """Drop the checkpoints that the start has come to have power over; whether there were any."""
        found = {}
        reached = 0
        for node in self.used:
            reached |= 1 << node
        reached &= self.ground.candidates.controllable
        for number in bits(self.ground.candidates.controlled(reached) & ~self.dropped):
            ways = [self.used[node] for node in bits(self.ground.candidates.control[number] & reached)]
            found[number] = min(ways, key=lambda way: (way.bit_count(), way))
        self.power.update(found)
        for number in found:
            self.dropped |= 1 << number
        return bool(found)

    def against(self, checkpoints: int) -> int:
        """The relations by which the start has power over these checkpoints."""
        used = 0
        for number in bits(checkpoints):
            used |= self.power[number]
        return used

    def proofs(self) -> Iterator[int]:
        """For every door that is open and not approved the relations by which it is."""
        best: dict[tuple[int, int], int] = {}
        for _, credential, relation, proof in self._open_doors(self.start):
            known = best.get((credential, relation))
            if known is None or proof.bit_count() < known.bit_count():
                best[credential, relation] = proof
        yield from best.values()

    def by_access(self, start: Start) -> dict[int, set[int]]:
        """The same by the access that each is a door of, for a start that has the nodes of this one."""
        found: dict[int, set[int]] = {}
        for access, _, _, proof in self._open_doors(start):
            found.setdefault(access, set()).add(proof)
        return found

    def _open_doors(self, start: Start) -> Iterator[tuple[int, int, int, int]]:
        """Access, credential, relation and proof of every door that is open and not approved."""
        ground = self.ground
        reached = 0
        for node in self.used:
            if node < ground.mesh.first_credential:
                reached |= 1 << node
        for access in bits(reached & start.crossed):
            on_boundary = self._on_boundary(start, access)
            if on_boundary & ~self.dropped:
                continue
            excused = start.excused(access)
            for credential, relation, before in ground.doors(access):
                if (
                    credential in self.used
                    and self.permitted >> relation & 1
                    and not before & ~self.dropped
                    and not excused >> credential & 1
                ):
                    proof = self.used[credential] | 1 << relation | self.against(before | on_boundary)
                    yield access, credential, relation, proof

    def _on_boundary(self, start: Start, access: int) -> int:
        """The checkpoints of before on the boundary that is crossed to an access."""
        found = 0
        zone, action = self.ground.mesh.zone_of[access // 5], access % 5
        for each in self.ground.candidates.boundaries:
            if each.zone_from == start.zone and each.zone_to == zone and each.actions >> action & 1:
                found |= 1 << each.number
        return found
