"""How many crossings fewer agents have where systems got another sensitivity (section 6).

That matters only between a source and a target at home on which an agent acts: no other crossing asks for it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from meshmodel.analysis.crossings import Alike
from meshmodel.analysis.engine import Engine, Situation
from meshmodel.analysis.steps import ALL_ACTIONS, Mesh


@dataclass(frozen=True, slots=True)
class _System:
    """One of the systems.

    Attributes:
        read: its read access, as a bit;
        acting: its others.
        zone: where it is.
        entered: from where data was carried there, if that was home, and is no more; and the other way round.
        open: to which accesses of other systems data was carried from there; likewise.
    """

    read: int
    acting: int
    zone: str
    entered: tuple[int, int]
    open: tuple[int, int]


_Near = tuple[_System, int, int]
"""A system, some sources, and what is reached from them."""


def as_they_were(engine: Engine, agents: Iterable[str]) -> Alike:
    """Agents by what they have in common, before an edit and after it, and where they are at home."""
    alike: dict[tuple[Situation, Situation, str | None], list[str]] = {}
    for each in map(engine.traveller_of.__getitem__, agents):
        alike.setdefault((each.situation, each.situation, each.home), []).append(each.id)
    return alike


class Leveled:
    """Counts how many crossings fewer agents have that reach what they did, where no boundary closes any."""

    def __init__(self, before: Mesh, after: Mesh, systems: Iterable[str]) -> None:
        """Arguments: the compiled graph before and after, and the systems."""
        self._zones = after.zone_mask
        numbers = [after.system_number[each] for each in systems]
        others = after.acting
        for number in numbers:
            others &= ~(ALL_ACTIONS << 5 * number)
        self._systems = []
        for number in numbers:
            read = 1 << 5 * number
            was, now = before.sensitivity[number], after.sensitivity[number]
            entered = before.above[was] & ~after.untrusted, after.above[now] & ~after.untrusted
            open_ = (0, 0)
            if not after.untrusted & read:
                open_ = _below(before, was) & others, _below(after, now) & others
            acting = after.acting & ALL_ACTIONS << 5 * number
            self._systems.append(
                _System(read, acting, after.zone_of[number], _either(*entered), _either(*open_))
            )
        # By situations, those of each group and of the whole that have something to do with each system.
        self._near: dict[Situation, tuple[list[_Near], list[_Near]]] = {}

    def __call__(self, _: Situation, situation: Situation, home: str | None) -> tuple[int, int]:
        """How many an agent has no more, and how many of these had an open door, approved or not.

        Args:
            situation: what it has in common with others, before and after.
            home: its home.
        """
        near = self._near.get(situation)
        if near is None:
            groups = [(each.sources, each.unchecked.row) for each in situation.groups]
            near = self._near[situation] = (
                self._among([(situation.sources, situation.reach)]),
                self._among(groups),
            )
        every, opened = (sum(self._fewer(*each, home) for each in some) for some in near)
        return every, opened

    def _among(self, groups: Iterable[tuple[int, int]]) -> list[_Near]:
        return [
            (system, sources, reach)
            for system in self._systems
            for sources, reach in groups
            if sources & system.read or reach & system.acting
        ]

    def _fewer(self, system: _System, sources: int, reach: int, home: str | None) -> int:
        here = self._zones.get(home or "", 0)
        if system.zone == home:
            times = (reach & system.acting).bit_count()
            lost, come = system.entered
            some = sources & ~here if times else 0
        elif sources & system.read:
            times = 1
            lost, come = system.open
            some = reach & here
        else:
            return 0
        return times * ((some & lost).bit_count() - (some & come).bit_count())


def _below(mesh: Mesh, level: int) -> int:
    """The accesses to systems of a lower sensitivity."""
    return sum(mesh.at_level[:level])


def _either(one: int, other: int) -> tuple[int, int]:
    return one & ~other, other & ~one
