"""What agents start from: their sources by what their starts reach unchecked (sections 5 and 6)."""

from dataclasses import dataclass

from meshmodel.analysis.unchecked import Unchecked


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """The sources of one agent whose starts have the same unchecked reach.

    Attributes:
        sources: the systems among them, by the bits of their read accesses.
        home: whether home is among them.
        unchecked: what a start from them reaches without being asked.
    """

    sources: int
    home: bool
    unchecked: Unchecked

    @property
    def told(self) -> tuple[int, bool, int, int]:
        """All of it on which crossings and doors depend."""
        return self.sources, self.home, self.unchecked.row, self.unchecked.dropped


@dataclass(frozen=True, slots=True, eq=False)
class Common:
    """Groups of shared rows that many agents have, each with all that follows on its sources, whatever
    else an agent reaches: some of it may be in what the agent reaches alone, too.

    Attributes:
        groups: the groups, none with the sources of another one, but for those of the core.
        nodes: all nodes of their rows.
        core: the group of all sources that lead to the same, if there is such,
        beyond: and groups that have some of these sources, with what else follows there.
    """

    groups: tuple[Group, ...]
    nodes: int
    core: Group | None = None
    beyond: frozenset[Group] = frozenset()


NOTHING = Common((), 0)
"""No groups."""


@dataclass(frozen=True, slots=True, eq=False)
class Situation:
    """What agents have in common that reach the same, wherever their homes are.

    Attributes:
        sources: all systems that are sources, by the bits of their read accesses.
        reach: the accesses in their effective reach.
        steered: whether any source has untrusted input.
        groups: the sources by the unchecked reach of their starts; a source may be in several,
            whose rows together are the reach of its start. The first one is that of the agent alone, if
            there is one.
        rest: the last of these, which are shared: as many agents as may be have the same ones.
        common: further groups, which nearly all agents have, and whose rows may overlap with the first one.
        lacking: those of them that these agents do not have.
    """

    sources: int
    reach: int
    steered: bool
    groups: tuple[Group, ...]
    rest: tuple[Group, ...]
    common: Common = NOTHING
    lacking: tuple[Group, ...] = ()

    @property
    def told(self) -> tuple[int, int, bool, int, list[tuple[int, bool, int, int]]]:
        """All of it on which crossings and doors depend, but for what is in common: of that these agents have
        what they lack in other groups.
        """
        groups = [each.told for each in self.groups]
        return self.sources, self.reach, self.steered, len(self.rest), groups

    @property
    def shared(self) -> bool:
        """Whether a source is in several groups."""
        return bool(self.rest or self.common.groups)

    @property
    def twice(self) -> int:
        """The nodes of further groups that the agents reach alone, too."""
        return self.groups[0].unchecked.row & self.common.nodes


class Same:
    """Tells whether what agents have in common is the same, once for all that have it."""

    def __init__(self) -> None:
        self._known: dict[tuple[Common, Common], bool] = {}

    def is_same(self, one: Common, other: Common) -> bool:
        """Whether crossings and doors depend on the same things."""
        if one is other:
            return True
        key = one, other
        known = self._known.get(key)
        if known is None:
            known = [each.told for each in one.groups] == [each.told for each in other.groups]
            self._known[key] = known
        return known
