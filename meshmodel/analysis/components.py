"""Strongly connected components, in reverse topological order."""

from collections.abc import Iterable, Sequence


def take_apart(
    successors: Sequence[Sequence[int]],
    roots: Iterable[int],
    component: list[int],
    members: list[list[int]],
    known: tuple[list[int], list[int]] | None = None,
) -> None:
    """Find the components that these nodes reach, apart from those that are known, and number them.

    They are found by Tarjan's algorithm, without recursion. Where one does so several times, what is
    written down about nodes can be handed on.

    Args:
        successors: for each node the nodes after it.
        roots: where to begin.
        component: is filled: the number of each node's component, less than 0 as long as it has none.
        members: is added to: for each component its nodes.
        known: a place for that, two lists of a number for each node, all 0 at first.
    """
    size = len(successors)
    # When a node was first seen (0: not yet), and the first one to which it leads back.
    order, low = known or ([0] * size, [0] * size)
    stack: list[int] = []
    seen = 0
    for root in roots:
        if component[root] >= 0:
            continue
        seen += 1
        order[root] = low[root] = seen
        if not successors[root]:
            component[root] = len(members)
            members.append([root])
            continue
        stack.append(root)
        work = [(root, iter(successors[root]))]
        while work:
            node, rest = work[-1]
            for after in rest:
                if component[after] >= 0:
                    continue
                if not order[after]:
                    seen += 1
                    order[after] = low[after] = seen
                    if successors[after]:
                        stack.append(after)
                        work.append((after, iter(successors[after])))
                        break
                    component[after] = len(members)
                    members.append([after])
                elif order[after] < low[node]:
                    low[node] = order[after]
            else:
                work.pop()
                if work and low[node] < low[work[-1][0]]:
                    low[work[-1][0]] = low[node]
                if low[node] == order[node]:
                    place = len(members)
                    group: list[int] = []
                    while True:
                        member = stack.pop()
                        component[member] = place
                        group.append(member)
                        if member == node:
                            break
                    members.append(group)
