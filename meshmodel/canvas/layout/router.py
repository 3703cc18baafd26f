"""A channel router: orders the vertical parts of all lines between two columns, and assigns their tracks.

Every tree has one trunk in each channel. If two trees have pins in the same row, one at the left edge and one
at the right, the trunk of the former must be left of the other. If such constraints form a cycle, one trunk
is split into two that are joined in a free row (a dogleg). Trunks are ordered so that few lines cross, and
each gets the first track that is free in all its rows.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from heapq import heappop, heappush

from meshmodel.canvas.layout.elements import Branch, Bundle, Bus, Pin
from meshmodel.model.stop import check_current

_BLOCK = 32
"""Rows in a block of a skyline."""
_MAX_SIFTED = 26
"""The most trunks of a channel that are sifted: the time grows with their square."""


class NoFreeRowError(Exception):
    """A dogleg needs a free row, and there is none: the drawing needs a spare row."""


@dataclass(eq=False)
class Trunk:
    """One vertical line in a channel.

    Attributes:
        tree: whose line it is.
        left: by row, the pins at the left edge of the channel.
        right: those at its right edge.
        dogleg_row: where it is joined to the other part of its tree, if it was split.
        dogleg_right: whether that part is right of it.
        dogleg_branches: those that pass the dogleg.
        x: its column of cells, from the first one of the channel.
        rows: where something joins it, from the top.
    """

    tree: Bus
    left: dict[int, Pin] = field(default_factory=dict)
    right: dict[int, Pin] = field(default_factory=dict)
    dogleg_row: int | None = None
    dogleg_right: bool = False
    dogleg_branches: tuple[Branch, ...] = ()
    x: int = 0
    rows: list[int] = field(init=False)

    def __post_init__(self) -> None:
        """Set ``rows``."""
        rows = {*self.left, *self.right}
        if self.dogleg_row is not None:
            rows.add(self.dogleg_row)
        self.rows = sorted(rows)

    @cached_property
    def parts(self) -> list[tuple[Branch, ...]]:
        """For each two neighbours in ``rows``, the branches that pass between them."""
        rows = self.rows
        spans: dict[Branch, list[int]] = defaultdict(list)
        for side in (self.left, self.right):
            for row, pin in side.items():
                for branch in pin.branches:
                    spans[branch].append(row)
        if self.dogleg_row is not None:
            for branch in self.dogleg_branches:
                spans[branch].append(self.dogleg_row)
        found: list[list[Branch]] = [[] for _ in rows[1:]]
        for branch, ends in spans.items():
            for index in range(bisect_left(rows, min(ends)), bisect_left(rows, max(ends))):
                found[index].append(branch)
        return [tuple(part) for part in found]


@dataclass(slots=True)
class Channel:
    """A routed channel.

    Attributes:
        trunks: from left to right.
        doglegs: their rows, with the trunks that they join, the left one first.
        straight: pairs of pins in the same row that need no trunk, the one at the left edge first.
        pins: all of them.
    """

    trunks: list[Trunk] = field(default_factory=list)
    doglegs: list[tuple[int, Trunk, Trunk]] = field(default_factory=list)
    straight: list[tuple[Pin, Pin]] = field(default_factory=list)
    pins: list[Pin] = field(default_factory=list)

    def move_down(self, shifts: Sequence[int]) -> None:
        """Move trunks and doglegs with their pins; ``shifts``: for each row, how many rows down."""
        for trunk in self.trunks:
            trunk.left = {row + shifts[row]: pin for row, pin in trunk.left.items()}
            trunk.right = {row + shifts[row]: pin for row, pin in trunk.right.items()}
            trunk.rows = [row + shifts[row] for row in trunk.rows]
            if trunk.dogleg_row is not None:
                trunk.dogleg_row += shifts[trunk.dogleg_row]
        self.doglegs = [(row + shifts[row], one, other) for row, one, other in self.doglegs]


def route(bundles: list[Bundle], rows: int, frames: frozenset[int]) -> Channel:
    """Make the trunks of one channel and order them.

    Args:
        bundles: the pins of each tree in the channel.
        rows: how many rows the drawing has.
        frames: rows of lane frames, where no line may run horizontally.

    Raises:
        NoFreeRowError: where a dogleg finds no row.
    """
    check_current()
    channel = Channel()
    trunks: list[Trunk] = []
    for bundle in bundles:
        lefts, rights = bundle.rights, bundle.lefts  # of the channel
        channel.pins += lefts
        channel.pins += rights
        if len(lefts) == len(rights) == 1 and lefts[0].y == rights[0].y:
            channel.straight.append((lefts[0], rights[0]))
            continue
        trunks.append(Trunk(bundle.tree, {pin.y: pin for pin in lefts}, {pin.y: pin for pin in rights}))
    used = {pin.y for pin in channel.pins} | frames
    after = _constraints(trunks)
    core = _cyclic(trunks, after)
    while core:
        split = max(
            (trunk for trunk in core if trunk.left and trunk.right and trunk.dogleg_row is None),
            key=lambda trunk: (len(core[trunk]), -trunk.tree.number),
        )
        row = _free_row(split, used, rows)
        used.add(row)
        shared = tuple(
            dict.fromkeys(
                branch
                for pin in split.left.values()
                for branch in pin.branches
                if any(branch in other.branches for other in split.right.values())
            )
        )
        one = Trunk(split.tree, split.left, {}, row, True, shared)
        other = Trunk(split.tree, {}, split.right, row, False, shared)
        where = trunks.index(split)
        trunks[where : where + 1] = [one, other]
        channel.doglegs.append((row, one, other))
        _split_constraints(split, one, other, after)
        # Splitting a trunk makes no new cycle.
        core = _cyclic([one, other, *(trunk for trunk in core if trunk is not split)], after)
    channel.trunks = _order(trunks, after)
    return channel


def _free_row(trunk: Trunk, used: set[int] | frozenset[int], rows: int) -> int:
    """A row for the dogleg of a trunk: one with pins at both edges, or the free one nearest its middle."""
    straight = [row for row in trunk.left if row in trunk.right]
    if straight:
        return straight[0]
    middle = (trunk.rows[0] + trunk.rows[-1]) // 2
    free = [row for row in range(1, rows - 1) if row not in used]
    if not free:
        raise NoFreeRowError
    return min(free, key=lambda row: (abs(row - middle), row))


def _constraints(trunks: list[Trunk]) -> dict[Trunk, set[Trunk]]:
    """For each trunk, the trunks that must be right of it."""
    from_left: dict[int, Trunk] = {}
    from_right: dict[int, Trunk] = {}
    for trunk in trunks:
        for row in trunk.left:
            from_left[row] = trunk
        for row in trunk.right:
            from_right[row] = trunk
    after: dict[Trunk, set[Trunk]] = {trunk: set() for trunk in trunks}
    for row in from_left.keys() & from_right.keys():
        trunk, other = from_left[row], from_right[row]
        if other is not trunk:
            after[trunk].add(other)
    return after


def _split_constraints(split: Trunk, one: Trunk, other: Trunk, after: dict[Trunk, set[Trunk]]) -> None:
    """Move the constraints of ``split`` to its parts: ``one`` has its left pins, ``other`` its right ones."""
    after[one] = after.pop(split) | {other}
    after[other] = set()
    for trunks in after.values():
        if split in trunks:
            trunks.remove(split)
            trunks.add(other)


def _cyclic(trunks: list[Trunk], after: dict[Trunk, set[Trunk]]) -> dict[Trunk, set[Trunk]]:
    """The trunks in cycles of constraints, each with those in cycles that it has a constraint with."""
    waiting = dict.fromkeys(trunks, 0)
    for trunk in trunks:
        for other in after[trunk]:
            if other in waiting:
                waiting[other] += 1
    ready = [trunk for trunk in trunks if not waiting[trunk]]
    while ready:
        for other in after[ready.pop()]:
            if other in waiting:
                waiting[other] -= 1
                if not waiting[other]:
                    ready.append(other)
    alive = {trunk for trunk in trunks if waiting[trunk]}  # also those that a cycle leads to, which go below
    if not alive:
        return {}
    before: dict[Trunk, set[Trunk]] = {trunk: set() for trunk in alive}
    for trunk in alive:
        for other in after[trunk] & alive:
            before[other].add(trunk)
    loose = [trunk for trunk in alive if not after[trunk] & alive]
    while loose:
        trunk = loose.pop()
        alive.discard(trunk)
        loose += [other for other in before[trunk] if not after[other] & alive]
    return {trunk: (after[trunk] | before[trunk]) & alive for trunk in trunks if trunk in alive}


def _order(trunks: list[Trunk], after: dict[Trunk, set[Trunk]]) -> list[Trunk]:
    """Order trunks from left to right by the constraints, with few crossings."""
    waiting = dict.fromkeys(after, 0)  # how many must be left of each
    for others in after.values():
        for other in others:
            waiting[other] += 1

    def rank(trunk: Trunk) -> tuple[float, int, int, int]:
        left, right = len(trunk.left), len(trunk.right)
        return (right - left) / (right + left), trunk.rows[-1], trunk.rows[0], trunk.tree.number

    order: list[Trunk] = []
    ranked = sorted(trunks, key=rank)
    position = {trunk: number for number, trunk in enumerate(ranked)}
    ready = [number for number, trunk in enumerate(ranked) if not waiting[trunk]]
    while ready:
        trunk = ranked[heappop(ready)]
        order.append(trunk)
        for other in after[trunk]:
            waiting[other] -= 1
            if not waiting[other]:
                heappush(ready, position[other])
    return _sift(order, after) if 2 < len(order) <= _MAX_SIFTED else order


def _crossings(one: Trunk, other: Trunk) -> int:
    """How often the lines of two trunks cross if the first is left of the second."""
    low, high = one.rows[0], one.rows[-1]
    count = sum(1 for row in other.left if low < row < high)
    low, high = other.rows[0], other.rows[-1]
    return count + sum(1 for row in one.right if low < row < high)


def _sift(order: list[Trunk], after: dict[Trunk, set[Trunk]]) -> list[Trunk]:
    """Move each trunk to where it makes the fewest crossings, twice (sifting)."""
    number = {trunk: index for index, trunk in enumerate(order)}
    size = len(order)
    gain = [[0] * size for _ in range(size)]
    fixed = [[False] * size for _ in range(size)]
    for i, one in enumerate(order):
        for j, other in enumerate(order):
            if i < j:
                gain[i][j] = _crossings(one, other) - _crossings(other, one)
                gain[j][i] = -gain[i][j]
        for other in after[one]:
            fixed[i][number[other]] = True
    line = list(range(size))
    for _ in range(2):
        before = list(line)
        for trunk in range(size):
            here = line.index(trunk)
            line.insert(_best_position(line, here, gain, fixed), line.pop(here))
        if line == before:
            break
    return [order[index] for index in line]


def _best_position(line: list[int], here: int, gain: list[list[int]], fixed: list[list[bool]]) -> int:
    """Return the index in ``line`` at which the trunk at ``here`` makes the fewest crossings.

    Args:
        line: the trunks, from left to right.
        here: the index of the trunk to move.
        gain: by two trunks, how many crossings more there are if the first is left of the second.
        fixed: by two trunks, whether the first must stay left of the second.
    """
    trunk = line[here]
    best, best_at = 0, here
    for places in (range(here - 1, -1, -1), range(here + 1, len(line))):
        total = 0
        for at in places:  # moving over line[at]
            left, right = (trunk, line[at]) if at < here else (line[at], trunk)
            if fixed[right][left]:
                break
            total += gain[left][right]
            if total < best:
                best, best_at = total, at
    return best_at


def assign_tracks(
    channel: Channel, before: dict[int, int], behind: dict[int, int], rows: int, pitch: int = 1
) -> int:
    """Set the column of cells of each trunk.

    Args:
        channel: the routed channel; ``x`` of its trunks is set, counted from the channel's first cell.
        before: by row, the cells taken at the left edge: an arrow with its label, a mark.
        behind: by row, the cells taken at the right edge.
        rows: how many rows the drawing has.
        pitch: cells from one track to the next.

    Returns:
        The width of the channel in cells.
    """
    skyline = _Skyline(rows, before)
    for trunk in channel.trunks:
        trunk.x = skyline.rise(trunk.rows[0], trunk.rows[-1], pitch)
    width = skyline.top + 2
    for row, taken in behind.items():
        width = max(width, skyline.at(row) + 1 + taken)
    return width


class _Skyline:
    """How many cells of each row of a channel are taken, from its left edge.

    As trunks are long, a block of ``_BLOCK`` rows that a trunk passes is stored as one number.
    """

    def __init__(self, rows: int, taken: Mapping[int, int]) -> None:
        self._rows = [0] * rows
        self._most = [0] * (rows // _BLOCK + 1)
        self._whole = list(self._most)
        for row, cells in taken.items():
            self._rows[row] = cells
            self._most[row // _BLOCK] = max(self._most[row // _BLOCK], cells)

    def rise(self, low: int, high: int, by: int) -> int:
        """Fill the rows ``low`` to ``high`` to ``by`` cells beyond the longest; returns their new length."""
        rows, most, whole = self._rows, self._most, self._whole
        first, last = low // _BLOCK, high // _BLOCK
        if first == last:
            x = max(whole[first], *rows[low : high + 1]) + by
            rows[low : high + 1] = [x] * (high - low + 1)
            most[first] = max(most[first], x)
            return x
        second, begin = first + 1, last * _BLOCK
        top, bottom = rows[low : second * _BLOCK], rows[begin : high + 1]
        x = max(whole[first], whole[last], *top, *bottom, *most[second:last]) + by
        rows[low : second * _BLOCK] = [x] * len(top)
        rows[begin : high + 1] = [x] * len(bottom)
        whole[second:last] = most[second:last] = [x] * (last - second)
        most[first], most[last] = max(most[first], x), max(most[last], x)
        return x

    @property
    def top(self) -> int:
        """The cells taken of the longest row."""
        return max(self._most)

    def at(self, row: int) -> int:
        """The cells taken of a row."""
        return max(self._rows[row], self._whole[row // _BLOCK])
