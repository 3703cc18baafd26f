"""The agents that have groups of sources in common."""

from meshmodel.analysis.steps import without


class Crowds:
    """For groups that many agents have all of which agents they are, by marks."""

    def __init__(self) -> None:
        self._crowds: list[tuple[int, int]] = []
        self._marks = 0

    def add(self, marks: int, agents: int) -> None:
        """Note who has these groups.

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
