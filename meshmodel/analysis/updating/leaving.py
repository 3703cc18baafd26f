"""What follows once agents have left from what there was before: doors without them."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import reduce
from itertools import chain, compress, repeat
from operator import is_not, or_
from typing import cast

from meshmodel.analysis.engine import Traveller
from meshmodel.analysis.marking import SPECIAL
from meshmodel.analysis.results import Door
from meshmodel.analysis.steps import Mesh, Pair, bits, without
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
        steps: the guarded steps that were open for them, where nothing else changed about for whom.
    """

    mesh: Mesh
    gone: Sequence[Traveller]
    credentials: int
    picked: int
    steps: AbstractSet[Pair]


class Leaving(Noted):
    """What agents that are gone leave: mostly the same doors without them."""

    def _without(
        self, left: Left, places: Places, doors: Sequence[Door | None]
    ) -> tuple[Sequence[int], list[Door], set[int]]:
        """The places of the doors that are others, and these doors without the agents: they differ in nothing
        else, but for those at the places returned last.

        Args:
            left: the agents.
            places: those of all grants.
            doors: what there was at each.
        """
        nodes, of, first = list(bits(left.credentials)), places.of, self.mesh.first_credential
        known = self.mesh.credentials
        names = map(known.__getitem__, [node - first for node in nodes])
        every = list(chain.from_iterable(map(of.get, names, repeat(()))))
        there = list(map(doors.__getitem__, every))
        here, were = list(compress(every, there)), cast("list[Door]", list(filter(None, there)))
        if not were:
            return (), [], set()
        _, systems, _, agents, _ = zip(*were, strict=True)
        usual, doubtful = self._carried_by_others(nodes)
        least = self._least(set(map(self._kind.__getitem__, set(systems))), usual, left)
        again: set[int] = set()
        if 0 in least.values():
            again.update(compress(here, [not least[self._kind[system]] for system in systems]))
        few = min(filter(None, least.values()), default=0)
        doubtful.update(self._few_still(left.credentials & left.picked, few))
        for node in doubtful:
            again.update(of.get(known[node - first], ()))
        for leaves, enters in left.steps:
            # Open for the usual ones it is like a door that is not guarded.
            is_grant = enters < first <= leaves < self.mesh.first_agent
            if is_grant and usual & self.open_in.get((leaves, enters), 0) != usual:
                again.update(of.get(known[leaves - first], ()))
        # Most doors have their agents in common.
        keys, ids = list(map(id, agents)), [each.id for each in left.gone]
        less = {key: out_of(each, ids) for key, each in dict(zip(keys, agents, strict=True)).items()}
        others = list(map(less.__getitem__, keys))
        fewer = list(map(is_not, agents, others))
        if not any(fewer):
            return (), [], again
        credentials, systems, actions, _, severities = zip(*compress(were, fewer), strict=True)
        made = Door.several(credentials, systems, actions, compress(others, fewer), severities)
        return list(compress(here, fewer)), made, again

    def _few_still(self, picked: int, enough: int) -> list[int]:
        """Of these credentials, by their nodes, those that nobody may pick up any more of so many agents."""
        nodes = list(bits(picked))
        pairs = zip(nodes, self._beside_all(nodes), strict=True)
        some = [node for node, many in pairs if many + enough <= self._most_held]
        return [node for node, many in zip(some, self._surely(some), strict=True) if many + enough <= 0]

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


def out_of(agents: tuple[str, ...], ids: Iterable[str]) -> tuple[str, ...]:
    """Agents in order without these, the same where they are not among them."""
    for each in ids:
        place = bisect_left(agents, each)
        if agents[place : place + 1] == (each,):
            agents = agents[:place] + agents[place + 1 :]
    return agents
