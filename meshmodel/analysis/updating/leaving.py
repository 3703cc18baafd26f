"""What follows once agents have left from what there was before: doors without them."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import reduce
from itertools import chain, compress, repeat
from operator import is_not, not_, or_
from typing import NamedTuple, cast

from meshmodel.analysis.engine import Traveller
from meshmodel.analysis.marking import SPECIAL
from meshmodel.analysis.results import Door
from meshmodel.analysis.steps import Mesh, Pair, without
from meshmodel.analysis.updating.picking import Picking
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


class Sets(NamedTuple):
    """Sets of marks for several credentials. Most are the same object, and it takes long to tell large ones
    apart.

    Attributes:
        keys: for each credential the key of its set.
        sets: the sets by their keys.
    """

    keys: list[int]
    sets: dict[int, int]

    @classmethod
    def of(cls, every: list[int]) -> "Sets":
        """These sets."""
        keys = list(map(id, every))
        return cls(keys, dict(zip(keys, every, strict=True)))


class Comers(NamedTuple):
    """Who comes by several credentials.

    Attributes:
        nodes: of the credentials.
        carried: the groups that carry each unchecked.
        own: the agents that come by each as themselves.
    """

    nodes: list[int]
    carried: Sets
    own: Sets


class Leaving(Picking):
    """What agents that are gone leave: mostly the same doors without them."""

    def _comers_of(self, nodes: list[int]) -> Comers:
        """Who comes by these credentials."""
        first = self.mesh.first_credential
        places = [node - first for node in nodes]
        carried, own = (
            Sets.of(list(map(columns.__getitem__, places))) for columns in (self._carried, self._own)
        )
        return Comers(nodes, carried, own)

    def _without(
        self, left: Left, comers: Comers, places: Places, doors: Sequence[Door | None]
    ) -> tuple[Sequence[int], list[Door], set[int]]:
        """The places of the doors that are others, and these doors without the agents: they differ in nothing
        else, but for those at the places returned last.

        Args:
            left: the agents.
            comers: who comes by the credentials that they left.
            places: those of all grants.
            doors: what there was at each.
        """
        known, of, first = self.mesh.credentials, places.of, self.mesh.first_credential
        names = map(known.__getitem__, [node - first for node in comers.nodes])
        every = list(chain.from_iterable(map(of.get, names, repeat(()))))
        there = list(map(doors.__getitem__, every))
        here, were = list(compress(every, there)), cast("list[Door]", list(filter(None, there)))
        if not were:
            return (), [], set()
        credentials, systems, actions, agents, severities = zip(*were, strict=True)
        usual, doubtful = self._carried_by_others(comers)
        # Doors to systems that are gone, too, are looked at in any case.
        least = self._least(set(map(self._kind.get, set(systems), repeat(SPECIAL))), usual, left)
        again: set[int] = set()
        if 0 in least.values():
            kinds = map(self._kind.get, systems, repeat(SPECIAL))
            again.update(compress(here, map(not_, map(least.__getitem__, kinds))))
        few = min(filter(None, least.values()), default=0)
        doubtful.update(self._few_still(comers, left.picked, few))
        for node in doubtful:
            again.update(of.get(known[node - first], ()))
        came = set(comers.nodes)
        for leaves, enters in left.steps:
            # Open for the usual ones it is like a door that is not guarded; who never carried the credential
            # leaves no door.
            is_grant = enters < first and leaves in came
            if is_grant and usual & self.open_in.get((leaves, enters), 0) != usual:
                again.update(of.get(known[leaves - first], ()))
        # Most doors have their agents in common.
        keys, ids = list(map(id, agents)), [each.id for each in left.gone]
        less = {key: out_of(each, ids) for key, each in dict(zip(keys, agents, strict=True)).items()}
        others = list(map(less.__getitem__, keys))
        fewer = list(map(is_not, agents, others))
        if not any(fewer):
            return (), [], again
        columns = (compress(each, fewer) for each in (credentials, systems, actions, others, severities))
        made = Door.several(*columns)
        return list(compress(here, fewer)), made, again

    def _few_still(self, comers: Comers, picked: int, enough: int) -> list[int]:
        """Of these credentials, by their nodes, those that nobody may pick up any more of so many agents.

        Args:
            comers: who comes by them.
            picked: those, among others, that agents who are gone picked up.
            enough: so many agents.
        """
        sure = self._everyone.bit_count() + self._most_held - enough
        few = {key for key, agents in comers.own.sets.items() if agents.bit_count() <= sure}
        if not few:
            return []
        pairs = zip(comers.nodes, comers.own.keys, strict=True)
        nodes = [node for node, key in pairs if key in few and picked >> node & 1]
        return [node for node, many in zip(nodes, self._surely(nodes), strict=True) if many + enough <= 0]

    def _carried_by_others(self, comers: Comers) -> tuple[int, set[int]]:
        """The groups that carry most of these credentials, and those that not all of them carry."""
        keys, sets = comers.carried
        counts, filled = Counter(keys), [key for key, each in sets.items() if each]
        usual = sets[max(filled, key=counts.__getitem__)] if filled else 0
        others = {key for key, each in sets.items() if usual & each != usual}
        return usual, {node for node, key in zip(comers.nodes, keys, strict=True) if key in others}

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
