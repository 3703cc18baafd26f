"""How many crossings there are: counted by sets of starts, never listed (``docs/semantics.md#paths``).

To an access there are as many as the starts that reach it have sources with a crossing there: all outside
the target's zone (for agents at home there only by ``crosses_home``), and in it those by ``crosses_within``,
the target itself aside. A tally has the number of such sources of each start.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping

from meshmodel.analysis.crossing import NearSource, crosses_home, crosses_within, source_of, told_apart
from meshmodel.analysis.graph import bits
from meshmodel.analysis.starts import HOME
from meshmodel.analysis.steps import Nodes, Traits
from meshmodel.model.vocabulary import EXECUTE, READ, WRITE


class Tally:
    """A number for each start, by binary digits: of each digit the set of starts that have it."""

    def __init__(self) -> None:
        self._digits: list[int] = []

    def add(self, starts: int, times: int = 1) -> None:
        """Add ``times`` to the numbers of some starts."""
        for place in bits(times):
            self._add(starts, place)

    def _add(self, carry: int, place: int) -> None:
        digits = self._digits
        while carry:
            digits += [0] * (place + 1 - len(digits))
            digits[place], carry = digits[place] ^ carry, digits[place] & carry
            place += 1

    def total(self, starts: int) -> int:
        """The sum of the numbers of some starts."""
        return sum((digit & starts).bit_count() << place for place, digit in enumerate(self._digits))


class CrossingCounter:
    """Counts the crossings of starts to accesses.

    The starts may as well be agents: all that is asked of them is which sources they have, and their home.
    """

    def __init__(
        self,
        nodes: Nodes,
        sources: Mapping[int, int],
        at_home: Mapping[str, int],
        moved: Mapping[int, int],
    ) -> None:
        """Count the sources of each start, by zone and by what matters of them.

        Args:
            nodes: the numbering of the mesh.
            sources: by source (``HOME`` or a system) the starts that have it.
            at_home: by zone the starts of agents whose home it is.
            moved: by system the starts that have it as a source, and that it moves.
        """
        self._nodes, self._moved, self._at_home = nodes, moved, at_home
        # Many sources have the same starts: these sets are numbered, and counted by their numbers.
        numbers: dict[int, int] = {}
        near: dict[str, defaultdict[NearSource, Counter[int]]] = defaultdict(lambda: defaultdict(Counter))
        systems = [each for each in sources if each != HOME]
        for system in systems:
            for source, some in told_apart(nodes.traits[system], sources[system], moved.get(system, 0)):
                near[nodes.zone[system]][source][numbers.setdefault(some, len(numbers))] += 1
        self._near, self._sets, home = near, list(numbers), sources.get(HOME, 0)
        self._kinds = {source for by_source in near.values() for source in by_source}
        self._zones: dict[str, Tally] = {}
        every: Counter[int] = Counter()
        for zone in near.keys() | at_home.keys():
            inside: Counter[int] = sum(near[zone].values(), Counter())
            every.update(inside)
            self._zones[zone] = self._tally(inside)
            self._zones[zone].add(home & at_home.get(zone, 0))
        self._every = self._tally(every)
        self._every.add(home)
        self._numbers: dict[int, int] = {}
        self._counts: dict[tuple[int, int, int], int] = {}
        self._from_outside: dict[tuple[int, str], int] = {}
        self._coming_home: dict[tuple[int, bool, str | None], Tally] = {}
        self._within: dict[tuple[Traits, int], tuple[NearSource, ...]] = {}
        self._inside: dict[tuple[str, tuple[NearSource, ...]], Tally] = {}

    def _tally(self, counted: Mapping[int, int]) -> Tally:
        found = Tally()
        for number, times in counted.items():
            found.add(self._sets[number], times)
        return found

    def crossings(self, starts: int, access: int) -> int:
        """How many crossings to an access these starts have, if all of them reach it."""
        system, action = divmod(access, 5)
        action = min(action, EXECUTE)  # what acts but does not write is alike
        number = self._numbers.setdefault(starts, len(self._numbers))
        key = number, self._nodes.alike[system], action
        found = self._counts.get(key)
        if found is None:
            found = self._counts[key] = self._count(starts, number, system, action)
        moved = starts & self._moved.get(system, 0)
        if moved:
            itself = source_of(self._nodes.traits[system], moves=True)
            found -= moved.bit_count() if itself in self._crossing_within(system, action) else 0
        return found

    def _count(self, starts: int, number: int, system: int, action: int) -> int:
        """The same as if the system itself, where it is a source, were another one."""
        zone = self._nodes.zone[system]
        home = starts & self._at_home.get(zone, 0)
        found = self._from_outside.get((number, zone))
        if found is None:
            away = starts ^ home
            found = self._every.total(away) - (self._zones[zone].total(away) if zone in self._zones else 0)
            self._from_outside[number, zone] = found
        if home and action != READ:
            found += self._home_tally(system, action).total(home)
        within = self._crossing_within(system, action)
        return found + self._inside_tally(zone, within).total(starts) if within else found

    def _home_tally(self, system: int, action: int) -> Tally:
        """The sources outside the agents' home from which acting on a system at home is a crossing."""
        target = self._nodes.traits[system]
        key = target.sensitivity, action == WRITE and target.typed, target.person
        found = self._coming_home.get(key)
        if found is None:
            found = self._coming_home[key] = Tally()
            for zone, by_source in self._near.items():
                here = self._at_home.get(zone, 0)
                for source, counted in by_source.items():
                    if crosses_home(source, target, action):
                        for number, times in counted.items():
                            found.add(self._sets[number] & ~here, times)
        return found

    def _crossing_within(self, system: int, action: int) -> tuple[NearSource, ...]:
        """The kinds of sources from which there is a crossing to an action on a system of their zone."""
        target = self._nodes.traits[system]
        key = target, action
        if key not in self._within:
            self._within[key] = tuple(each for each in self._kinds if crosses_within(each, target, action))
        return self._within[key]

    def _inside_tally(self, zone: str, sources: tuple[NearSource, ...]) -> Tally:
        """The sources of some kinds in a zone."""
        if (zone, sources) not in self._inside:
            counted: Counter[int] = Counter()
            for source in sources:
                counted.update(self._near[zone][source])
            self._inside[zone, sources] = self._tally(counted)
        return self._inside[zone, sources]
