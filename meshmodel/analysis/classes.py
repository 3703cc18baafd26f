"""Read accesses by what follows on reading them, with all checkpoints in force."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import repeat
from typing import NamedTuple

from meshmodel.analysis.closure import union
from meshmodel.analysis.onward import Onward
from meshmodel.analysis.products import taken_off
from meshmodel.analysis.steps import Few, bits, without

_NEAR = 256
"""So many nodes beyond a common set are numbered anew."""
_FEW = 24
"""So many nodes are taken off one by one."""
_FAR = 256
"""More nodes than so many are much,"""
_SHARE = 2
"""if they are more than one in so many."""


class Following:
    """What follows on each read access that was asked for, as few different sets of nodes as may be.

    The read access itself is left out where nothing leads back to it.

    Attributes:
        sets: what follows, by number.
        sizes: how many nodes each of them has.
    """

    def __init__(self, onward: Onward) -> None:
        self.sets: list[int] = []
        self.sizes: list[int] = []
        self._onward = onward
        self._numbers: dict[int, int] = {}
        self._number_of: dict[int, int] = {}
        self._asked = 0
        self._members: list[int] = []
        self._beyond: dict[int, Beyond] = {}

    @property
    def asked(self) -> AbstractSet[int]:
        """The read accesses that were asked for."""
        return self._number_of.keys()

    def after(self, onward: Onward, less: int, changed: Iterable[int], odd: Collection[int]) -> "Following":
        """The same after an edit, without what was asked of some nodes; this one stays as it is.

        Args:
            onward: what follows on nodes after it.
            less: what follows no more on others.
            changed: these others.
            odd: those nodes.
        """
        made = Following(onward)
        gone = Few(less)
        made.sets, made.sizes = self.sets.copy(), self.sizes.copy()
        for place in {self._number_of[node] for node in changed}:
            row = made.sets[place] = gone.out_of(self.sets[place])
            made.sizes[place] = row.bit_count()
        made._numbers = {id(row): number for number, row in enumerate(made.sets)}
        made._number_of, made._members = self._number_of.copy(), self._members.copy()
        made._asked = self._asked
        for node in odd:
            number = made._number_of.pop(node, None)
            if number is not None:
                made._members[number] ^= 1 << node
                made._asked ^= 1 << node
        return made

    def parted(self, sources: int) -> dict[int, int]:
        """These read accesses by the number of what follows on them."""
        self._ask(without(sources, self._asked))
        rest = without(self._asked, sources)
        if rest.bit_count() < len(self.sets) < sources.bit_count():
            # It is nearly all.
            parted = {number: here for number, here in enumerate(self._members) if here}
            for number in {self._number_of[source] for source in bits(rest)}:
                parted[number] &= sources
                if not parted[number]:
                    del parted[number]
            return parted
        found: dict[int, list[int]] = {}
        for source in bits(sources):
            found.setdefault(self._number_of[source], []).append(source)
        return {number: union(here) for number, here in found.items()}

    def beyond(self, number: int) -> "Beyond":
        """What follows beyond the set of that number."""
        known = self._beyond.get(number)
        if known is None:
            known = self._beyond[number] = Beyond(self.sets[number], self.sizes[number])
        return known

    def _ask(self, sources: int) -> None:
        if not sources:
            return
        self._asked |= sources
        asked = list(bits(sources))
        core = self._onward.in_core(asked)
        if core:
            # Most are in the largest component.
            self._take(self._onward.of(core[0]), core)
            taken = set(core)
            asked = [source for source in asked if source not in taken]
        alike: dict[int, list[int]] = {}
        rows: dict[int, int] = {}
        for source in asked:
            row = self._onward.of(source)
            if id(row) in alike:
                alike[id(row)].append(source)
            else:
                alike[id(row)], rows[id(row)] = [source], row
        for key, some in alike.items():
            self._take(rows[key], some)

    def _take(self, row: int, sources: list[int]) -> None:
        number = self._numbers.get(id(row))
        if number is None:
            number = self._numbers[id(row)] = len(self.sets)
            self.sets.append(row)
            self.sizes.append(row.bit_count())
            self._members.append(0)
        self._number_of.update(zip(sources, repeat(number)))
        self._members[number] |= union(sources)


class Foretold(NamedTuple):
    """What followed on read accesses before some edits, and what became of that.

    Attributes:
        following: what was asked for.
        less: what follows no more on some of them,
        changed: which are these, perhaps others too that never reached it.
        odd: those on which something else follows, or less.
    """

    following: Following
    less: int
    changed: frozenset[int]
    odd: frozenset[int]

    def now(self, onward: Onward) -> Following:
        """The same after the edits, given what follows on nodes."""
        return self.following.after(onward, self.less, self.changed, self.odd)


class Beyond:
    """What is in other sets beyond one that most of them include.

    The nodes there are few: they are numbered anew, so that what is left of a set is small.

    Attributes:
        common: that one.
        includes: for sets that were looked at, by number, whether they include it.
        near: for each what there is beyond it by the new numbers; of one that does not include it all.
        far: the same where it is too much for new numbers.
        any: all nodes there.
    """

    def __init__(self, common: int, size: int) -> None:
        self.common = common
        self._size = size
        self.includes: dict[int, bool] = {}
        self.near: dict[int, int] = {}
        self.far: dict[int, int] = {}
        self.any = 0
        self._nodes: list[int] = []
        self._numbered = 0
        self._places: dict[int, int] = {}
        self._whole: dict[int, int] = {}
        self._outs: dict[int, Out] = {}

    def take(self, sets: Sequence[int], sizes: Sequence[int], numbers: Iterable[int]) -> None:
        """Look at those of these sets that are new."""
        common, places = self.common, self._places
        far, begin = 0, len(self._nodes)
        for number in numbers:
            if number in self.includes:
                continue
            row = sets[number]
            both = row & common
            includes = self.includes[number] = both == common
            # Quicker than with what is not common, as a negative number.
            more = row ^ both if includes else row
            if sizes[number] - (self._size if includes else 0) > _NEAR:
                self.far[number] = more
                far |= more
                continue
            near = 0
            for node in taken_off(more, _FEW) or bits(more):
                place = places.get(node)
                if place is None:
                    place = places[node] = len(self._nodes)
                    self._nodes.append(node)
                near |= 1 << place
            self.near[number] = near
            self._whole[near] = more
        self._numbered |= union(self._nodes[begin:])
        self.any |= self._numbered | far

    def numbered(self, nodes: int) -> int:
        """Nodes by the new numbers; those that have none are left out."""
        places = self._places
        there = self._numbered & nodes
        absent = self._numbered ^ there
        if absent.bit_count() < there.bit_count():
            return self.every ^ union([places[node] for node in bits(absent)])
        return union([places[node] for node in bits(there)])

    @property
    def every(self) -> int:
        """All new numbers."""
        return (1 << len(self._nodes)) - 1

    def out(self, near: int, here: int) -> "Out":
        """What has these new numbers and follows on these accesses: one object if asked for again."""
        known = self._outs.get(near)
        if known is None or known.here != here:
            more = self._whole.get(near)
            if more is None:
                more = self._whole[near] = union([self._nodes[place] for place in bits(near)])
            known = self._outs[near] = Out(more, here)
        return known


class Out:
    """Read accesses on which the same follows out of some reach.

    Attributes:
        more: what follows and is not in reach.
        here: the accesses.
    """

    __slots__ = ("here", "more")

    def __init__(self, more: int, here: int) -> None:
        self.more = more
        self.here = here


class Leading:
    """All that leads out of some reach.

    Attributes:
        each: by what follows.
        missing: what follows on some and is not in reach, and perhaps more.
    """

    def __init__(self, each: list[Out], missing: int) -> None:
        self.each = each
        self.missing = missing

    @property
    def here(self) -> int:
        """The accesses on which something follows."""
        found = 0
        for one in self.each:
            found |= one.here
        return found


Some = list[tuple[int, int]]
"""What follows, and the accesses on which it does."""


class Classes:
    """Some read accesses by what follows on them.

    Attributes:
        accesses: all of them.
        common: what follows on many of them.
        first: the accesses on which nothing else does.
    """

    def __init__(self, following: Following, accesses: int) -> None:
        parted = following.parted(accesses)
        # Most sets are what a large component reaches, and a little more: of the large sets that of most.
        sizes = following.sizes
        half = max((sizes[number] for number in parted), default=0) // 2
        large = [number for number in parted if sizes[number] >= half]
        number = max(large, key=lambda each: parted[each].bit_count(), default=-1)
        self._beyond = beyond = following.beyond(number) if large else Beyond(0, 0)
        beyond.take(following.sets, sizes, parted)
        self.common = beyond.common
        self.first = parted.get(number, 0)
        self.accesses = accesses
        self._parted = parted
        self._following = following
        self._including: tuple[Some, Some] = [], []
        self._aside: tuple[Some, Some] = [], []
        for each, here in parted.items():
            near, far = self._including if beyond.includes[each] else self._aside
            if each in beyond.near:
                near.append((beyond.near[each], here))
            else:
                far.append((beyond.far[each], here))
        self._whole: dict[int, dict[int, Out]] = {}
        self._known: dict[tuple[int, int], Leading] = {}

    def __len__(self) -> int:
        """By how many different sets of nodes they are told apart."""
        return len(self._parted)

    def is_mostly_missing(self, row: int) -> bool:
        """Whether much follows on them, and on others that were looked at, which is not in this reach."""
        every = self.common | self._beyond.any
        missing = without(every, row).bit_count()
        return missing > _FAR and _SHARE * missing > every.bit_count()

    def rows(self, core: bool) -> Iterator[tuple[int, int]]:
        """What follows on them, each with the accesses on which it does.

        Args:
            core: whether all that is common is to be left out.
        """
        sets, includes = self._following.sets, self._beyond.includes
        for number, here in self._parted.items():
            yield sets[number] ^ self.common if core and includes[number] else sets[number], here

    @property
    def included(self) -> int:
        """The accesses on which all that is common follows."""
        found = 0
        for some in self._including:
            for _, here in some:
                found |= here
        return found

    def including(self, row: int) -> Leading:
        """Of those on which all that is common follows: what else does, and is not in this reach."""
        return self._leading(row, self._including)

    def aside(self, row: int) -> Leading:
        """Of the others: what follows and is not in this reach."""
        return self._leading(row, self._aside)

    def leading(self, row: int) -> Leading:
        """Of all what follows and is not in this reach, all that is common aside."""
        return self._leading(row, self._including, self._aside)

    def _leading(self, row: int, *parts: tuple[Some, Some]) -> Leading:
        """Found once for all rows that lack the same."""
        missing = without(self._beyond.any, row)
        key = sum(map(id, parts)), missing
        known = self._known.get(key)
        if known is None:
            found: list[Out] = []
            out = self._beyond.numbered(missing)
            for near, far in parts:
                found.extend(self._near(near, out))
                found.extend([Out(each & missing, here) for each, here in far if each & missing])
            known = self._known[key] = Leading(found, missing)
        return known

    def _near(self, near: Some, out: int) -> Iterable[Out]:
        """Those on which the same follows together, if anything does.

        Args:
            near: what follows, by new numbers.
            out: what of it is not in reach.
        """
        every = self._beyond.every
        inside = every ^ out
        if inside.bit_count() > out.bit_count():
            return self._merged([(each & out, here) for each, here in near if each & out]).values()
        whole = self._whole.get(id(near))
        if whole is None:
            whole = self._whole[id(near)] = self._merged(near)
        # Most of it is as if nothing were in reach.
        merged = dict(whole)
        changed = [(each & out, merged.pop(each).here) for each in whole if each & inside]
        for more, here in changed:
            if more:
                known = merged.get(more)
                merged[more] = self._beyond.out(more, here if known is None else known.here | here)
        return merged.values()

    def _merged(self, near: Some) -> dict[int, Out]:
        merged: dict[int, int] = {}
        for more, here in near:
            if more:
                merged[more] = merged.get(more, 0) | here
        return {more: self._beyond.out(more, here) for more, here in merged.items()}
