"""Assigns rows: to lanes, to cards and feedthroughs below one another, and to their pins.

Each pin stores its own row, as it is read often; it is set whenever its card or feedthrough moves.
"""

from __future__ import annotations

from collections import defaultdict
from operator import attrgetter

from meshmodel.canvas.layout.columns import Grid
from meshmodel.canvas.layout.elements import Bundle, Bus, Card, Feedthrough, Lines, Pin
from meshmodel.model.stop import check_current

_MAX_SHIFT = 12
"""The most rows that a card or a feedthrough is moved down to make lines straight."""

_PIN_ORDER = attrgetter("lead", "tree.number")
"""The order of pins on a side."""

Item = Card | Feedthrough
Stacks = dict[tuple[int, int], list[Item]]


def assign_rows(grid: Grid, lines: Lines, *, base: int, gap: int, spare: int = 0) -> Stacks:
    """Set the rows of lanes, of all that has lines, and of pins; then :func:`append_loose` adds the rest.

    Args:
        grid: the cards in their stacks.
        lines: the lines with their pins.
        base: the fewest rows of a card; one with a longer name, or with more pins on a side, has more.
        gap: free rows between two cards.
        spare: free rows at the bottom of the first lane, for doglegs.

    Returns:
        By (lane, column), the cards with lines and the feedthroughs from the top.
    """
    cards = sorted(grid.cards.values(), key=lambda card: card.column)
    for card in cards:
        text = base - 1 + card.name_rows if card.fact_below else card.name_rows
        card.height = max(base, text, len(card.left), len(card.right))
    stacks: Stacks = {key: list(_with_lines(stack)) for key, stack in grid.stacks.items()}
    _stack_items(grid, stacks, gap, spare)
    for card in cards:
        for side in (card.left, card.right):
            for number, pin in enumerate(side):
                pin.offset = number
                pin.y = card.y + number
    _insert_feedthroughs(grid, lines.trees, stacks)
    _stack_items(grid, stacks, gap, spare)
    for stack in stacks.values():
        for item in stack:
            y = item.y
            for pin in item.left:
                pin.y = y + pin.offset
            for pin in item.right:
                pin.y = y + pin.offset
    for _ in range(2):
        _order_pins(cards, lines)
        _assign_pin_rows(cards)
    _straighten(grid, stacks, gap)
    _order_pins(cards, lines)
    _assign_pin_rows(cards)
    return stacks


def height_of(grid: Grid) -> int:
    """The height of the drawing in rows."""
    last = grid.lanes[-1]
    return last.y + last.height + 1


def _with_lines(stack: list[Card]) -> list[Card]:
    """A stack without the cards at its end that have no lines: they must not move what has lines."""
    end = len(stack)
    while end and not stack[end - 1].left and not stack[end - 1].right:
        end -= 1
    return stack[:end]


def append_loose(grid: Grid, stacks: Stacks, gap: int) -> list[int]:
    """Put the cards without lines below their stacks; lanes grow where needed, and those below shift.

    Args:
        grid: all cards in their stacks.
        stacks: those with lines, from :func:`assign_rows`.
        gap: free rows between two cards.

    Returns:
        For each row of the drawing before, how many rows it is now further down.
    """
    down, shifts = 0, [0]
    for number, lane in enumerate(grid.lanes):
        shifts += [down] * (lane.height + 1)
        lane.y += down
        bottom = lane.y + max(lane.height, 1)
        for column in range(len(grid.logical)):
            stack = stacks.get((number, column), [])
            if down:
                for item in stack:
                    item.y += down
                    _move_pins(item)
            row, before = (stack[-1].y + stack[-1].height, stack[-1]) if stack else (lane.y, None)
            cards = grid.stacks.get((number, column), [])
            for item in cards[len(_with_lines(cards)) :]:
                item.y = row + _gap_between(before, item, gap)
                row, before = item.y + item.height, item
            bottom = max(bottom, row)
        down += bottom - lane.y - lane.height
        lane.height = bottom - lane.y
    return shifts


def _move_pins(item: Item) -> None:
    """Set the rows of the pins of an item after it has moved."""
    y = item.y
    for pins in (item.left, item.right):
        for pin in pins:
            pin.y = y + pin.offset


def _gap_between(before: Item | None, item: Item, gap: int) -> int:
    """Free rows between two neighbours of a stack: ``gap`` between cards, none at a feedthrough."""
    return gap if isinstance(before, Card) and isinstance(item, Card) else 0


def _stack_items(grid: Grid, stacks: Stacks, gap: int, spare: int) -> None:
    """Set the rows of all stacks from the top of their lanes; a lane is as high as its highest stack."""
    check_current()
    y = 1
    for number, lane in enumerate(grid.lanes):
        lane.y, lane.height = y, 0
        for column in range(len(grid.logical)):
            row = y
            before: Item | None = None
            for item in stacks.get((number, column), ()):
                row += _gap_between(before, item, gap)
                item.y = row
                row += item.height
                before = item
            lane.height = max(lane.height, row - y)
        if number == 0:
            lane.height += spare
        y += lane.height + 1


def _insert_feedthroughs(grid: Grid, trees: list[Bus], stacks: Stacks) -> None:
    """Insert the feedthroughs into the stacks, each at the middle one of the rows of its ends."""
    lane_at: list[int] = []
    for number, lane in enumerate(grid.lanes):
        lane_at.extend([number] * (lane.y + lane.height + 1 - len(lane_at)))
    wanted: dict[tuple[int, int], list[tuple[float, int, Feedthrough]]] = defaultdict(list)
    for tree in trees:
        if not tree.feedthroughs:
            continue
        for feedthrough in tree.feedthroughs:
            pins = _pins(tree.bundles[feedthrough.column]) + _pins(tree.bundles[feedthrough.column - 1])
            ends = sorted(
                pin.y for pin in pins if pin.kind == "target" or (pin.kind == "source" and len(pins) <= 3)
            ) or sorted(
                pin.y for each in tree.bundles.values() for pin in _pins(each) if pin.kind == "target"
            )
            row = ends[len(ends) // 2]
            feedthrough.y, feedthrough.lane = row, lane_at[min(row, len(lane_at) - 1)]
            wanted[feedthrough.lane, feedthrough.column].append((row, tree.number, feedthrough))
    for key, found in wanted.items():
        stack = stacks.setdefault(key, [])
        for wish, _, feedthrough in sorted(found, key=lambda entry: entry[:2]):
            index = 0
            while index < len(stack) and _is_above(stack[index], wish):
                index += 1
            stack.insert(index, feedthrough)


def _pins(bundle: Bundle) -> list[Pin]:
    return bundle.rights + bundle.lefts


def _is_above(item: Item, row: float) -> bool:
    """Whether a feedthrough for ``row`` goes below an item, by the middle of a card."""
    return item.y <= row if isinstance(item, Feedthrough) else item.y + (item.height - 1) / 2 < row


def _order_pins(cards: list[Card], lines: Lines) -> None:
    """Order the pins of each side by the mean row of the other pins of their bundles, for few crossings."""
    for channel in lines.channels:
        check_current()
        for bundle in channel:
            lefts, rights = bundle.lefts, bundle.rights
            if len(lefts) == len(rights) == 1:  # most of them
                lefts[0].lead, rights[0].lead = rights[0].y, lefts[0].y
                continue
            pins = rights + lefts
            others = len(pins) - 1
            total = sum([pin.y for pin in pins])
            for pin in pins:
                pin.lead = (total - pin.y) / others if others else pin.y
    for card in cards:
        for side in (card.left, card.right):
            if len(side) > 1:
                side.sort(key=_PIN_ORDER)


def _assign_pin_rows(cards: list[Card]) -> None:
    """Set the rows of pins on cards: where the line is straight, at left sides, or the first free ones."""
    for card in cards:
        top = card.y
        for number, pin in enumerate(card.right):
            pin.offset = number
            pin.y = top + number
        following = 0
        last = card.height - len(card.left)
        for pin in card.left:
            offset = -1
            for other in pin.bundle.rights:
                straight = other.y - top
                if following <= straight <= last and (offset < 0 or straight < offset):
                    offset = straight
            if offset < 0:
                offset = following
            pin.offset = offset
            pin.y = top + offset
            following = offset + 1
            last += 1


def _straighten(grid: Grid, stacks: Stacks, gap: int) -> None:
    """Move cards and feedthroughs down within their lanes where that makes more lines straight."""
    for number, lane in enumerate(grid.lanes):
        bottom = lane.y + lane.height
        for column in range(1, len(grid.logical)):
            stack = stacks.get((number, column), [])
            needed = [0] * (len(stack) + 1)
            for index in range(len(stack) - 1, -1, -1):
                below = stack[index + 1] if index + 1 < len(stack) else None
                room = _gap_between(stack[index], below, gap) if below else 0
                needed[index] = stack[index].height + room + needed[index + 1]
            row = lane.y
            before: Item | None = None
            for index, item in enumerate(stack):
                row += _gap_between(before, item, gap)
                highest = bottom - needed[index]
                wanted = row
                if highest > row:
                    wanted = _straightest(item, row, min(highest, row + _MAX_SHIFT))
                if item.y != wanted:
                    item.y = wanted
                    _move_pins(item)
                row = wanted + item.height
                before = item


def _straightest(item: Item, first: int, last: int) -> int:
    """The row from ``first`` to ``last`` where most lines enter an item at the left without a bend."""
    height = item.height
    gains = [0] * (last - first + 1)
    for pin in item.left:
        sources = pin.bundle.rights
        if len(sources) == 1:
            row = sources[0].y
            for straight in range(max(row - height + 1, first), min(row, last) + 1):
                gains[straight - first] += 1
            continue
        rows: set[int] = set()
        for source in sources:
            row = source.y
            rows.update(range(max(row - height + 1, first), min(row, last) + 1))
        for row in rows:
            gains[row - first] += 1
    return first + gains.index(max(gains))
