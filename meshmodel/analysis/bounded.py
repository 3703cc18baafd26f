"""Who comes to targets that boundaries part from some sources (section 6)."""

from collections.abc import Iterable

from meshmodel.analysis.closing import Closing
from meshmodel.analysis.engine import Group, Traveller
from meshmodel.analysis.entering import Coming
from meshmodel.analysis.sources import features_of
from meshmodel.analysis.steps import Mesh, without

_Key = tuple[int, int, str | None, bool]
"""The sources of a group, the candidates that do not count for it, the home if that is a source too, and
whether the agent is steered.
"""


class Bounded:
    """The groups of agents by what boundaries ask of them: many have the same sources."""

    def __init__(self, mesh: Mesh, closing: Closing, groups: Iterable[tuple[int, Traveller, Group]]) -> None:
        """Arguments: the compiled graph, what boundaries close, and the groups with their numbers."""
        self._mesh, self._closing = mesh, closing
        self._all: dict[_Key, int] = {}
        self._at_home: dict[str, dict[_Key, int]] = {}
        for number, traveller, group in groups:
            home = traveller.home
            key = group.sources, group.unchecked.dropped, home if group.home else None, traveller.steered
            self._all[key] = self._all.get(key, 0) | 1 << number
            if home is not None:
                here = self._at_home.setdefault(home, {})
                here[key] = here.get(key, 0) | 1 << number

    def coming(self, access: int) -> Coming:
        """The groups that have crossings to an access.

        Args:
            access: its node.
        """
        found, here = Coming(), 0
        for key, marks in self._at_home.get(self._mesh.zone_of[access // 5], {}).items():
            here |= marks
            self._add(found, access, key, marks, at_home=True)
        for key, marks in self._all.items():
            others = without(marks, here)
            if others:
                self._add(found, access, key, others, at_home=False)
        return found

    def _add(self, found: Coming, access: int, key: _Key, marks: int, *, at_home: bool) -> None:
        sources, dropped, home, steered = key
        left, from_home = self._closing.open_to(access, dropped, sources, home)
        found.add(
            marks, features_of(self._mesh, access, left, home=from_home, at_home=at_home, steered=steered)
        )
