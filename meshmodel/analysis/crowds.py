"""The agents that have groups of sources in common."""

from collections.abc import Iterator, Sequence

from meshmodel.analysis.situations import Common, Group, Situation
from meshmodel.analysis.steps import without

Like = tuple[bool, str | None, str | None]
"""What a group means something else by: whether its agents are steered; and where a boundary or an intent
asks for it, their home, and which agent it is.
"""


class Crowds:
    """For groups that many agents have all of which agents they are, by marks."""

    def __init__(self) -> None:
        self._noted: dict[tuple[Common, tuple[Group, ...], Like], int] = {}
        self._crowds: list[tuple[int, int]] = []
        self._marks = 0

    def note(self, situation: Situation, like: Like, agents: int) -> None:
        """Note who has something in common, before it has marks.

        Args:
            situation: what agents have in common.
            like: what their groups mean something else by.
            agents: the agents.
        """
        if situation.common.groups:
            steered, home, excused = like
            # From the sources of these groups nothing is excused. Of the others those that an agent lacks are
            # part of what it has in their place.
            lacking = () if excused is None else situation.lacking
            key = situation.common, lacking, (steered, home, None)
            self._noted[key] = self._noted.get(key, 0) | agents

    def noted(self) -> Iterator[tuple[Like, int, Sequence[Group]]]:
        """What was noted: what groups mean something else by, all agents that have them, and the groups."""
        for (common, lacking, like), agents in self._noted.items():
            left = frozenset(lacking)
            groups = [each for each in common.groups if each not in left] if left else common.groups
            yield like, agents, groups

    def add(self, marks: int, agents: int) -> None:
        """Take up groups by their marks.

        Args:
            marks: the groups.
            agents: the agents that have all of them.
        """
        self._crowds.append((marks, agents))
        self._marks |= marks

    def among(self, marks: int) -> tuple[int, int]:
        """The agents of which any group is among these, and the marks of other groups."""
        agents = 0
        if not self._marks & marks:
            return agents, marks
        for some, theirs in self._crowds:
            if marks & some:
                agents |= theirs
        return agents, without(marks, self._marks)
