"""What follows once agents have left from what there was before: doors without them."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import reduce
from itertools import chain, compress, repeat
from operator import or_
from typing import cast

from meshmodel.analysis.engine import Traveller
from meshmodel.analysis.marking import SPECIAL
from meshmodel.analysis.results import Door
from meshmodel.analysis.steps import Mesh, bits, without
from meshmodel.analysis.updating.noting import Noted
from meshmodel.analysis.updating.places import Places


@dataclass(frozen=True, slots=True)
class Left:
    """Agents that are gone, and what they leave.

    Attributes:
        mesh: the compiled graph before that.
        gone: what was known of them.
        credentials: the nodes of those that they carried, where nothing else changed about who does.
        picked: the nodes of those that they came by as themselves, and did not hold.
    """

    mesh: Mesh
    gone: Sequence[Traveller]
    credentials: int
    picked: int


class Leaving(Noted):
    """What agents that are gone leave: mostly the same doors without them."""

    def _without(
        self, left: Left, places: Places, doors: Sequence[Door | None], apart: AbstractSet[int]
    ) -> tuple[list[int], list[Door], set[int]]:
        """The places of the doors that are others in nothing but the agents, and these doors; then the places
        at which there may be other ones.

        Args:
            left: the agents.
            places: those of all grants.
            doors: what there was at each.
            apart: places where something else changed that tells who comes there.
        """
        nodes, of, known = list(bits(left.credentials)), places.of, self.mesh.credentials
        names = map(known.__getitem__, [node - self.mesh.first_credential for node in nodes])
        every = chain.from_iterable(map(of.get, names, repeat(())))
        here = [place for place in every if doors[place] and place not in apart]
        were = cast("list[Door]", list(map(doors.__getitem__, here)))
        if not were:
            return [], [], set()
        _, systems, _, agents, _ = columns = tuple(zip(*were, strict=True))
        kinds = list(map(self._kind.__getitem__, systems))
        usual, doubtful = self._carried_by_others(nodes)
        least = self._least(set(kinds), usual, left)
        again: set[int] = set()
        if 0 in least.values():
            again.update([place for place, kind in zip(here, kinds, strict=True) if not least[kind]])
        few = min(filter(None, least.values()), default=0)
        doubtful.update(self._few_still(left.credentials & left.picked, few))
        for node in doubtful:
            again.update(of.get(known[node - self.mesh.first_credential], ()))
        again.intersection_update(here)
        # Most doors have their agents in common.
        keys, ids = list(map(id, agents)), [each.id for each in left.gone]
        less = {key: _out_of(each, ids) for key, each in dict(zip(keys, agents, strict=True)).items()}
        others = list(map(less.__getitem__, keys))
        fewer = [
            was is not now and place not in again
            for place, was, now in zip(here, agents, others, strict=True)
        ]
        made = Door.several(*(compress(each, fewer) for each in (*columns[:3], others, columns[4])))
        return list(compress(here, fewer)), made, again

    def _few_still(self, picked: int, enough: int) -> list[int]:
        """Of these credentials, by their nodes, those that nobody may pick up any more of so many agents."""
        nodes = list(bits(picked))
        return [node for node, many in zip(nodes, self._surely(nodes), strict=True) if many + enough <= 0]

    def _carried_by_others(self, nodes: Sequence[int]) -> tuple[int, set[int]]:
        """The groups that carry most of these credentials, and those that not all of them carry."""
        carried = list(map(self._carried.__getitem__, map(self._component.__getitem__, nodes)))
        keys = list(map(id, carried))
        distinct = dict(zip(keys, carried, strict=True))
        counts = Counter(compress(keys, carried))
        usual = distinct[max(counts, key=counts.__getitem__)] if counts else 0
        others = {key for key, each in distinct.items() if usual & each != usual}
        return usual, {node for node, key in zip(nodes, keys, strict=True) if key in others}

    def _least(self, kinds: Iterable[int], usual: int, left: Left) -> dict[int, int]:
        """For each of these kinds of systems so many agents come there from elsewhere of whom one that picks
        a credential up makes a door as severe as those did who are gone; 0 where it may be another one now.

        Args:
            kinds: those kinds.
            usual: groups that come there, others aside.
            left: the agents that are gone.
        """
        sources = reduce(or_, [each.sources for each in left.gone])
        words, secrets = sources & left.mesh.untrusted, sources & left.mesh.above[1]
        zones: dict[str, int] = {}
        found: dict[int, int] = {}
        keys = list(self._kinds)
        for kind in kinds:
            if kind == SPECIAL:
                found[kind] = 0
                continue
            name = keys[kind][0]
            if name not in zones:
                here = left.mesh.zone_mask.get(name, 0)
                there = self._entering(self._zone(name), usual, exposed=True)
                without_words = not there.untrusted and without(words, here)
                without_secrets = not there.floods and without(secrets, here)
                zones[name] = 0 if without_words or without_secrets else there.least
            found[kind] = zones[name]
        return found


def _out_of(agents: tuple[str, ...], ids: Iterable[str]) -> tuple[str, ...]:
    """Agents in order without these, the same where they are not among them."""
    for each in ids:
        place = bisect_left(agents, each)
        if agents[place : place + 1] == (each,):
            agents = agents[:place] + agents[place + 1 :]
    return agents
