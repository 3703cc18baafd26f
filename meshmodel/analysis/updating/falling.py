"""How a strongly connected component falls apart that lost some of its steps.

Most steps that go leave it whole, or take a node or two off its rim. So it is never taken apart as a
whole: nodes without a step in or out are taken off; then it is asked of every node that lost a step
whether it still leads to a root (or is led to from there). If so, all others do, since they come to the
root or to one of those. If not, all that was looked at for it is apart, and nothing else.
"""

from array import array
from collections.abc import Iterable, Sequence
from itertools import chain

from meshmodel.analysis.closure import forward
from meshmodel.analysis.steps import Pair
from meshmodel.analysis.updating.chunks import REST, SHIFT

Lists = list[list[Sequence[int]]]
"""For each node some others, in chunks."""


def hub(nodes: Iterable[int], ahead: Lists, behind: Lists) -> int:
    """The one of these nodes through which most ways lead, -1 if there are none: it takes the fewest looks to
    see of others whether they lead to it and it leads to them.
    """
    return max(
        nodes,
        key=lambda node: len(ahead[node >> SHIFT][node & REST]) * len(behind[node >> SHIFT][node & REST]),
        default=-1,
    )


class Falling:
    """One component that falls apart.

    Attributes:
        below, above: the parts that came off: those that the rest leads to, each after all that it leads
            to; and groups of those that lead to the rest, each group before all that it leads to.
        left: the nodes that are still one component; those that came off have no name any more.
        root: one of those.
    """

    def __init__(
        self, component: "array[int]", name: int, members: list[int], ahead: Lists, behind: Lists
    ) -> None:
        """Arguments: for each node the name of its component (it is changed), that of the one that falls
        apart, its nodes, and for each node the nodes after and before it, those that went left out.
        """
        self._component = component
        self._name = name
        self._members = members
        self._ahead, self._behind = ahead, behind
        self.below: list[list[int]] = []
        self.above: list[list[list[int]]] = []
        self.left = members
        self.root = name

    def lose(self, steps: Iterable[Pair]) -> None:
        """Take off what is apart without these steps between members."""
        leading: list[int] = []
        led: list[int] = []
        for leaves, enters in steps:
            leading.append(leaves)
            led.append(enters)
        self._peel(leading, led)
        root = self.root = self._root()
        if root < 0:
            self.left = []
            return
        known = ({root}, {root})  # what the root leads to, and what leads to it
        fronts = ([root], [root])
        while leading or led:
            forwards = bool(leading)
            node = (leading if forwards else led).pop()
            if self._component[node] != self._name:
                continue
            apart = self._search(node, forwards, known, fronts)
            if apart:
                self._take_off(apart, forwards, leading, led)
                self._peel(leading, led)
        if self.below or self.above:
            apart = set(chain(*self.below, *chain.from_iterable(self.above)))
            self.left = [node for node in self._members if node not in apart]

    def _root(self) -> int:
        """A node that stays: the one that gave its name, or another one through which much leads."""
        component, name = self._component, self._name
        if component[name] == name:
            return name
        return hub([node for node in self._members if component[node] == name], self._ahead, self._behind)

    def _peel(self, leading: list[int], led: list[int]) -> None:
        """Take single nodes off from which or to which no step within the component leads."""
        component, name = self._component, self._name
        ahead, behind = self._ahead, self._behind
        waiting = [*leading, *led]
        while waiting:
            node = waiting.pop()
            if component[node] != name:
                continue
            after = [each for each in ahead[node >> SHIFT][node & REST] if component[each] == name]
            before = [each for each in behind[node >> SHIFT][node & REST] if component[each] == name]
            if after and before:
                continue
            component[node] = -1
            if not after:
                self.below.append([node])
                leading.extend(before)
                waiting.extend(before)
            else:
                self.above.append([[node]])
                led.extend(after)
                waiting.extend(after)

    def _search(
        self,
        start: int,
        forwards: bool,
        known: tuple[set[int], set[int]],
        fronts: tuple[list[int], list[int]],
    ) -> set[int]:
        """Whether a node still leads to the root, or backwards, looked for from both ends: empty if so,
        else all that it leads to (or that leads to it).
        """
        component, name = self._component, self._name
        near, far = (self._ahead, self._behind) if forwards else (self._behind, self._ahead)
        there = known[forwards]
        if start in there:
            return set()
        seen, here = {start}, [start]
        while here:
            front = fronts[forwards]
            if not front or len(here) <= len(front):
                found = []
                for node in here:
                    after = near[node >> SHIFT][node & REST]
                    if not there.isdisjoint(after):
                        return set()
                    for each in after:
                        if each not in seen and component[each] == name:
                            seen.add(each)
                            found.append(each)
                here = found
                continue
            found = []
            met = False
            for node in front:
                for each in far[node >> SHIFT][node & REST]:
                    if each not in there and component[each] == name:
                        there.add(each)
                        found.append(each)
                        met = met or each in seen
            front[:] = found
            if met:
                return set()
        return seen

    def _take_off(self, apart: set[int], forwards: bool, leading: list[int], led: list[int]) -> None:
        """Take these nodes off, to which the rest leads but not back, or the other way round."""
        component, name = self._component, self._name
        ahead, behind = self._ahead, self._behind
        nodes = list(apart)
        place = {node: number for number, node in enumerate(nodes)}
        inner = forward(
            [[place[each] for each in ahead[node >> SHIFT][node & REST] if each in place] for node in nodes]
        )
        parts = [[nodes[number] for number in group] for group in inner.members]
        for node in nodes:
            component[node] = -1
        for node in nodes:
            for each in (behind if forwards else ahead)[node >> SHIFT][node & REST]:
                if component[each] == name:
                    (leading if forwards else led).append(each)
        if forwards:
            self.below.extend(parts)
        else:
            self.above.append(parts)
