"""The worst way to somewhere, or through something, of some agents (sections 6 and 11)."""

from bisect import bisect_left
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Final

from meshmodel.analysis.listing import Judged
from meshmodel.analysis.results import Door, Explanation
from meshmodel.analysis.steps import (
    ALL_ACTIONS,
    READ,
    Pair,
    bits,
)
from meshmodel.analysis.worst import STATES, Origins, Place
from meshmodel.model.vocabulary import SEVERITIES

if TYPE_CHECKING:
    from meshmodel.analysis.explain import Explaining

_MOST: Final = 24
"""So many systems, or chains, are looked at where nothing is uncontrolled."""
_FEW: Final = 3
"""So many agents, and so many systems each, are looked at where nothing is uncontrolled."""

Target = tuple[str, str, int]
"""An agent, a system, and actions as five bits."""
Chain = tuple[int, ...]
"""Nodes that a way goes through one after the other."""
Way = tuple[tuple[int, int], Callable[[], Explanation]]
"""How bad a way is, and how it is told."""


@dataclass(slots=True)
class _Left:
    """How much is still looked at for one way: crossings, and paths on which nobody is asked."""

    crossings: int = 200
    paths: int = 6

    @property
    def is_spent(self) -> bool:
        """Whether it must do with what was found."""
        return self.crossings <= 0 or self.paths <= 0


class Going:
    """Chooses the worst way among those of some agents to somewhere, or through something.

    One way is told of possibly millions: where there are very many, the first ones are looked at, those
    through the most severe doors before others.
    """

    def __init__(self, explaining: "Explaining") -> None:
        self.why = explaining
        self.engine = explaining.engine
        self.mesh = explaining.mesh
        self.snapshot = explaining.engine.snapshot

    # What is said of doors

    @cached_property
    def worst_first(self) -> list[Door]:
        """The missing checkpoints, the most severe first."""
        return sorted(self.why.doors(), key=lambda door: -SEVERITIES.index(door.severity))

    @cached_property
    def _doors_at(self) -> dict[str, list[Door]]:
        found: dict[str, list[Door]] = {}
        for door in self.worst_first:
            found.setdefault(door.system, []).append(door)
        return found

    def _bound(self, target: Target) -> int:
        """No crossing of this agent to this system is more severe; -1: none is uncontrolled."""
        for door in self._doors_at.get(target[1], ()):
            if _has(door.agents, target[0]):
                return SEVERITIES.index(door.severity)
        return -1

    # Ways to somewhere

    def to(self, targets: Iterable[Target], origins: Origins | None = None) -> Explanation | None:
        """The worst crossing to one of these; else reach that is no crossing.

        Args:
            targets: of equally bad ones the first is told.
            origins: with these nothing is told but crossings from there.
        """
        every = list(targets)
        ordered = sorted(((self._bound(each), each) for each in every), key=lambda pair: -pair[0])
        best: tuple[tuple[int, int], str, Place] | None = None
        controlled = 0
        for bound, (agent, system, actions) in ordered:
            if best is not None and best[0] <= (0 if bound >= 0 else 1, -bound if bound >= 0 else 0):
                break
            controlled += bound < 0
            if controlled > _MOST:
                break
            place = self.why.worst.place(agent, system, actions, origins)
            if place is not None and (best is None or _rank(place) < best[0]):
                best = _rank(place), agent, place
        if best is not None:
            return self.why.crossing(best[1], best[2])
        return None if origins is not None else self._plainly(every)

    def _plainly(self, targets: Iterable[Target]) -> Explanation | None:
        """Reach that is no crossing, of a person for one: to what is most worth protecting."""
        found = []
        for agent, system, actions in targets:
            first = self.mesh.access_node(system, 0)
            found += [(agent, each) for each in bits(self.reach(agent) & actions << first)]
        chosen = min(found, key=lambda each: self.worth(each[1]), default=None)
        if chosen is None:
            return None
        path = self.why.paths.shortest([self.mesh.agent_node[chosen[0]]], chosen[1])
        return None if path is None else self.why.reached(chosen[0], path)

    def reach(self, agent: str) -> int:
        """All that an agent effectively reaches, as nodes in a set."""
        node = self.mesh.agent_node.get(agent)
        return 0 if node is None else self.engine.effective.row(node)

    def worth(self, access: int) -> tuple[bool, int, bool, str, int]:
        """What is most worth protecting comes first: acting on what is confidential, then levels."""
        system, action = divmod(access, 5)
        level, acting = self.mesh.sensitivity[system], action != READ
        return not (acting and level > 1), -level, not acting, self.mesh.systems[system], action

    # Ways through something

    def via(
        self, chains: Iterable[Chain], agents: Iterable[str] | None = None, onto: int | None = None
    ) -> Explanation | None:
        """The worst way through one of these chains of steps.

        Args:
            chains: nodes that the way goes through one after the other; steps that are none are left out.
            agents: who goes; by default anybody.
            onto: the accesses to which it leads; by default any.
        """
        wanted = self.mesh.access if onto is None else onto
        best: Way | None = None
        left = _Left()
        for chain in islice(filter(self._is_there, chains), _MOST):
            who = self._comers(chain[0], agents)
            onward = self.engine.effective.row(chain[-1]) & wanted
            if not who or not onward:
                continue
            ways = [] if best is None else [best]
            ways += self._open(chain, who, onward, left)
            best = min(ways, key=lambda way: way[0], default=None) or self._otherwise(chain, who, onward)
        return None if best is None else best[1]()

    def via_grant(
        self, credential: str, system: str, agents: Iterable[str], actions: int
    ) -> Explanation | None:
        """The worst way through a grant: by it as an open door, else whatever decides on it."""
        node = self.mesh.credential_node.get(credential)
        if node is None:
            return None
        onto, who = self.at(system, actions), tuple(agents)
        for door in self._doors_at.get(system, ()):
            if door.credential == credential:
                allowed = who if who == door.agents else frozenset(who)
                ways = list(self._through(door, (node,), allowed, onto, _Left(len(who) + 1, len(who) + 1)))
                if ways:
                    return ways[-1][1]()
        return self.via(self.grants(credential, system), who, onto)

    def at(self, system: str, actions: int = ALL_ACTIONS) -> int:
        """Accesses of a system as nodes in a set."""
        return actions << self.mesh.access_node(system, 0)

    def grants(self, credential: str, system: str) -> Iterator[Chain]:
        """The grant steps of a credential on a system."""
        node = self.mesh.credential_node.get(credential)
        entered = () if node is None else self.engine.effective.successors[node]
        return ((node, each) for each in sorted(entered) if self.at(system) >> each & 1 and node is not None)

    def _is_there(self, chain: Chain) -> bool:
        after = self.engine.effective.successors
        return all(enters in after[leaves] for leaves, enters in pairwise(chain))

    def _comers(self, node: int, agents: Iterable[str] | None) -> list[str]:
        known = sorted(self.mesh.agent_node) if agents is None else agents
        return [each for each in known if self.reach(each) >> node & 1]

    def _open(self, chain: Chain, who: list[str], onward: int, left: _Left) -> Iterator[Way]:
        """Ways through an open door behind the chain, the worst first, until none can be worse."""
        after, last = self.engine.effective.row(chain[-1]), chain[-1]
        allowed, best = frozenset(who), (1, 0)
        number = self.mesh.credential_node
        # What the chain itself ends with opens the door rather than what is found later, if it is as bad.
        doors = sorted(
            self.worst_first,
            key=lambda door: (-SEVERITIES.index(door.severity), number[door.credential] != last),
        )
        for door in doors:
            node = number[door.credential]
            if best <= (0, -SEVERITIES.index(door.severity)) or left.is_spent:
                return
            if not (after >> node & 1 or node == last) or not onward & self.at(door.system):
                continue
            for rank, way in self._through(door, chain, allowed, onward, left):
                best = min(best, rank)
                yield rank, way

    def _through(
        self, door: Door, chain: Chain, who: Container[str], onward: int, left: _Left
    ) -> Iterator[Way]:
        """Ways through a chain and a door, each worse than the one before."""
        node, best = self.mesh.credential_node[door.credential], (len(STATES), 0)
        actions = onward >> self.mesh.access_node(door.system, 0) & ALL_ACTIONS
        for agent in door.agents:
            if agent not in who:
                continue
            if left.is_spent:
                return
            left.crossings -= 1
            if best[0] == 0 and self.why.worst.at_most(agent, door.system, actions, node) <= -best[1]:
                continue
            place = self.why.worst.place(agent, door.system, actions, None, node)
            if place is None or _rank(place) >= best or not place[1].unchecked.row >> chain[0] & 1:
                continue
            left.paths -= 1
            path = self._path(agent, place, chain, node)
            if path is not None:
                best = _rank(place)
                yield best, self._teller(agent, place, path)
                if best == (0, -SEVERITIES.index(door.severity)):
                    return

    def _otherwise(self, chain: Chain, who: list[str], onward: int) -> Way | None:
        """A way through the chain to what is most worth protecting, whatever decides on it."""
        plain = None
        for agent in who[:_FEW]:
            accesses = sorted(bits(self.reach(agent) & onward), key=self.worth)[:_FEW]
            for access in accesses:
                place = self.why.worst.place(agent, self.mesh.systems[access // 5], 1 << access % 5)
                if place is not None:
                    return self._judged(agent, place, chain)
            if plain is None and accesses:
                plain = agent, accesses[0]
        if plain is None:
            return None
        path = self._walk([self.mesh.agent_node[plain[0]]], chain, (plain[1],), None)
        return None if path is None else ((len(STATES), 0), self._plain_teller(plain[0], path))

    def _judged(self, agent: str, place: Place, chain: Chain) -> Way | None:
        """A way through the chain with the state of the crossing on this way."""
        number, group, access, judged = place
        path = self._path(agent, place, chain)
        if path is not None:
            used = next(node for node in reversed(path) if node >= self.mesh.first_credential)
            traveller = self.why.travellers.settled(agent)
            judged = self.why.listing.judge(traveller, group, number, access, used)
        else:
            path = self._walk(self._starts(agent, place), chain, (access,), None)
            judged = Judged("controlled", None, ())
        found = number, group, access, judged
        return None if path is None else (_rank(found), self._teller(agent, found, path))

    def _starts(self, agent: str, place: Place) -> list[int]:
        return self.why.starts(self.why.travellers.settled(agent), place[0])

    def _path(self, agent: str, place: Place, chain: Chain, *rest: int) -> list[int] | None:
        """A path through the chain, and then others, on which nobody is asked."""
        unguarded = self.why.paths.unguarded_for(place[1].unchecked)
        return self._walk(self._starts(agent, place), chain, (*rest, place[2]), unguarded)

    def _walk(
        self, starts: Sequence[int], chain: Chain, rest: Chain, allowed: Callable[[Pair], bool] | None
    ) -> list[int] | None:
        """A shortest path to a chain, the steps of the chain, and shortest paths from node to node."""
        if allowed is not None and not all(map(allowed, pairwise(chain))):
            return None
        before = self.why.paths.shortest(starts, chain[0], allowed)
        if before is None:
            return None
        path = [*before, *chain[1:]]
        for enters in rest:
            more = self.why.paths.shortest([path[-1]], enters, allowed)
            if more is None:
                return None
            path += more[1:]
        return path

    def _teller(self, agent: str, place: Place, path: list[int]) -> Callable[[], Explanation]:
        return lambda: self.why.told(self.why.travellers.settled(agent), place, path)

    def _plain_teller(self, agent: str, path: list[int]) -> Callable[[], Explanation]:
        return lambda: self.why.reached(agent, path)


def _has(agents: Sequence[str], agent: str) -> bool:
    place = bisect_left(agents, agent)
    return place < len(agents) and agents[place] == agent


def _rank(place: Place) -> tuple[int, int]:
    judged = place[3]
    return STATES.index(judged.state), 0 if judged.severity is None else -SEVERITIES.index(judged.severity)
