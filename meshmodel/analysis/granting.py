"""The grants of a large mesh as columns of numbers, to look at all doors at once."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TypeVar

import numpy as np

from meshmodel.analysis.pairs.columns import Numbers, flags, grants_of, holds_of, numbers
from meshmodel.analysis.steps import ALL_ACTIONS, Mesh

Value = TypeVar("Value")


class Granting:
    """All grants of credentials that anybody carries, by the ids of their credentials and systems.

    Attributes:
        doors: the kind of the system, and the place of the groups that carry the credential, as one number;
            each once, and sorted. Negative ones are looked at by themselves.
        owner, granted: what ways depend on: the place of one of these, and the actions granted; each once.
        most: the place of the groups that carry most credentials with a grant.
    """

    def __init__(self, mesh: Mesh, kinds: Sequence[int], groups: Sequence[int], many: int) -> None:
        """Put the steps of each grant together.

        Args:
            mesh: the compiled graph.
            kinds: by the number of each system what is like it; negative where it is looked at by itself.
            groups: by the number of each credential the place of the groups that carry it; -1 for none.
            many: how many places there are.
        """
        self._mesh = mesh
        leaves, enters = grants_of(mesh)
        leaves = leaves - mesh.first_credential
        group = numbers(groups)[leaves]
        carried = np.flatnonzero(group >= 0)
        leaves, enters, group = leaves[carried], enters[carried], group[carried]
        system, action = np.divmod(enters, 5)
        order = _order(mesh.credentials)[leaves] * len(mesh.systems) + _order(mesh.systems)[system]
        steps = np.argsort(order, kind="stable")
        first = np.flatnonzero(np.diff(order[steps], prepend=-1))
        some = steps[first]
        self._credential, self._system = leaves[some], system[some]
        self._granted = np.bitwise_or.reduceat(1 << action[steps], first)
        self._kind = numbers(kinds)[self._system]
        self.most = int(np.argmax(np.bincount(group, minlength=1)))
        keys = (self._kind * many + group[some]) << 5 | self._granted
        found, self._way = np.unique(keys, return_inverse=True)
        doors, self.owner = np.unique(found >> 5, return_inverse=True)
        self.doors: list[int] = doors.tolist()
        self.granted: Numbers = found & ALL_ACTIONS

    def apart(self, guarded: Mapping[int, Collection[int]]) -> Iterator[tuple[int, int, int]]:
        """The grants of which ways depend on more: each has a place of its own behind those of all keys.

        Args:
            guarded: by the nodes that guarded steps leave the numbers of the systems that they enter.

        Yields the number of each one's credential and system, and the actions granted.
        """
        leaving = np.zeros(self._mesh.size, np.bool_)
        leaving[list(guarded)] = True
        nodes = self._credential + self._mesh.first_credential
        some = np.flatnonzero(leaving[nodes])
        ends = zip(nodes[some].tolist(), self._system[some].tolist(), strict=True)
        apart = self._kind < 0
        apart[some] |= flags(system in guarded[node] for node, system in ends)
        places = np.flatnonzero(apart)
        self._way[places] = len(self.owner) + np.arange(len(places))
        columns = self._credential, self._system, self._granted
        yield from zip(*(each[places].tolist() for each in columns), strict=True)

    def keep(self, there: Sequence[bool]) -> None:
        """Keep only the grants through which somebody comes: these are doors.

        Args:
            there: for each place of a way whether there is one; from now on only those have places.
        """
        known = np.array(there, np.bool_)
        some = known[self._way]
        place: Numbers = np.cumsum(known) - 1
        self._way = place[self._way[some]]
        self._credential, self._system = self._credential[some], self._system[some]

    def doubtful(self, least: Sequence[int], reaching: Sequence[int]) -> Iterator[tuple[int, int, int]]:
        """The doors of which it is not sure that somebody picked the credential up: the place of each one
        and of its way, and the number of its credential.

        Args:
            least: by the place of each way how many agents must be sure to have done so.
            reaching: by the number of each credential how many come by it as themselves, less all agents:
                of these whoever does not hold it picks it up.
        """
        _, held = holds_of(self._mesh)
        many = np.bincount(held - self._mesh.first_credential, minlength=len(reaching))
        surely = numbers(reaching) - many[: len(reaching)]
        sure = numbers(least)[self._way] + surely[self._credential]
        some = np.flatnonzero(sure <= 0)
        columns = some, self._way[some], self._credential[some]
        yield from zip(*(each.tolist() for each in columns), strict=True)

    def by_way(self, values: Sequence[Value]) -> list[Value]:
        """For each door the value that belongs to its way."""
        return _chosen(values, self._way)

    def by_credential(self, values: Sequence[Value]) -> list[Value]:
        """For each door the value that belongs to its credential."""
        return _chosen(values, self._credential)

    def by_system(self, values: Sequence[Value]) -> list[Value]:
        """For each door the value that belongs to its system."""
        return _chosen(values, self._system)


def _chosen(values: Sequence[Value], places: Numbers) -> list[Value]:
    found: list[Value] = np.fromiter(values, np.object_, len(values))[places].tolist()
    return found


def _order(names: Sequence[str]) -> Numbers:
    """For each name its place among all of them, sorted."""
    found = np.empty(len(names), np.int64)
    found[sorted(range(len(names)), key=names.__getitem__)] = np.arange(len(names))
    return found
