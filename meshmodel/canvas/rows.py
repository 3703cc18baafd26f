"""Which row everything stands in: cards below one another, lines that run through a column between them."""

from __future__ import annotations

from collections import defaultdict

from meshmodel.canvas.columns import Grid
from meshmodel.canvas.parts import Card, Pin, Through, Tree


def set_rows(grid: Grid, trees: list[Tree], *, base: int, gap: int, spare: int = 0) -> int:
    """Give every lane, card, port and through row its row; returns the height in rows.

    Args:
        grid: the cards in their stacks.
        trees: the lines with their pins.
        base: rows of a card with no more ports than that.
        gap: free rows between two cards.
        spare: free rows at the bottom of the first lane, for lines that must change sides.
    """
    for card in grid.cards.values():
        card.height = max(base, len(card.left), len(card.right))
        for side in (card.left, card.right):
            for number, pin in enumerate(side):
                pin.offset = number
    stacks: dict[tuple[int, int], list[Card | Through]] = {
        key: list(stack) for key, stack in grid.stacks.items()
    }
    _stack(grid, stacks, gap, spare)
    _thread(grid, trees, stacks)
    _stack(grid, stacks, gap, spare)
    for _ in range(2):
        _order_ports(grid)
        _place_ports(grid)
    _straighten(grid, stacks, gap)
    _order_ports(grid)
    _place_ports(grid)
    last = grid.lanes[-1]
    return last.y + last.height + 1


def lowest(grid: Grid, base: int) -> int:
    """The height in rows if nothing stood between the cards: the drawing cannot be lower."""
    heights = [1] * len(grid.lanes)
    for (lane, _), stack in grid.stacks.items():
        cards = sum(max(base, len(card.left), len(card.right)) for card in stack)
        heights[lane] = max(heights[lane], cards)
    return sum(heights) + len(heights) + 1


def _room(before: Card | Through | None, item: Card | Through, gap: int) -> int:
    """Free rows between two neighbours of a stack: lines may touch cards, cards may not touch."""
    return gap if isinstance(before, Card) and isinstance(item, Card) else 0


def _stack(grid: Grid, stacks: dict[tuple[int, int], list[Card | Through]], gap: int, spare: int) -> None:
    """Put every stack as high as it goes; a lane is as high as its highest stack."""
    y = 1
    for number, lane in enumerate(grid.lanes):
        lane.y, lane.height = y, 1
        for column in range(len(grid.logical)):
            row = y
            before: Card | Through | None = None
            for item in stacks.get((number, column), ()):
                row += _room(before, item, gap)
                item.y = row
                row += item.height
                before = item
            lane.height = max(lane.height, row - y)
        if number == 0:
            lane.height += spare
        y += lane.height + 1


def _thread(grid: Grid, trees: list[Tree], stacks: dict[tuple[int, int], list[Card | Through]]) -> None:
    """Put the rows of lines that run through a column where they lie nearest to their ends."""
    lane_at: list[int] = []
    for number, lane in enumerate(grid.lanes):
        lane_at.extend([number] * (lane.y + lane.height + 1 - len(lane_at)))
    wanted: dict[tuple[int, int], list[tuple[float, int, Through]]] = defaultdict(list)
    for tree in trees:
        if not tree.throughs:
            continue
        for through in tree.throughs:
            pins = tree.channels[through.column] + tree.channels[through.column - 1]
            ends = sorted(
                pin.y for pin in pins if pin.kind == "target" or (pin.kind == "source" and len(pins) <= 3)
            ) or sorted(pin.y for pins in tree.channels.values() for pin in pins if pin.kind == "target")
            row = ends[len(ends) // 2]
            through.y, through.lane = row, lane_at[min(row, len(lane_at) - 1)]
            wanted[through.lane, through.column].append((row, tree.number, through))
    for key, found in wanted.items():
        stack = stacks.setdefault(key, [])
        for wish, _, through in sorted(found, key=lambda entry: entry[:2]):
            index = 0
            while index < len(stack) and _is_above(stack[index], wish):
                index += 1
            stack.insert(index, through)


def _is_above(item: Card | Through, row: float) -> bool:
    """Whether a line for a row belongs below an item: below the middle of a card, after earlier lines."""
    return item.y <= row if isinstance(item, Through) else item.y + (item.height - 1) / 2 < row


def _order_ports(grid: Grid) -> None:
    """Order the ports of each side by where their lines lead, so that they cross little."""
    totals: dict[tuple[int, int], tuple[int, int]] = {}

    def lead(pin: Pin, channel: int) -> tuple[float, int]:
        """The mean row of the other ends of its line in the channel, and the line's number."""
        number, row = pin.tree.number, pin.y
        known = totals.get((number, channel))
        if known is None:
            rows = [other.y for other in pin.tree.channels[channel]]
            known = totals[number, channel] = sum(rows), len(rows) - 1
        total, others = known
        return (total - row) / others if others else row, number

    for card in grid.cards.values():
        for side, channel in ((card.left, card.column - 1), (card.right, card.column)):
            if len(side) > 1:
                leads = {pin: lead(pin, channel) for pin in side}
                side.sort(key=leads.__getitem__)


def _place_ports(grid: Grid) -> None:
    """Give ports their rows on the card: the first free ones, or where the line becomes straight."""
    for card in sorted(grid.cards.values(), key=lambda found: found.column):
        for number, pin in enumerate(card.right):
            pin.offset = number
        left = card.left
        following = 0
        top = card.y
        for number, pin in enumerate(left):
            last = card.height - (len(left) - number)
            straight = [
                offset
                for other in pin.tree.channels[card.column - 1]
                if other.side == "right" and following <= (offset := other.y - top) <= last
            ]
            pin.offset = min(straight, default=following)
            following = pin.offset + 1


def _straighten(grid: Grid, stacks: dict[tuple[int, int], list[Card | Through]], gap: int) -> None:
    """Let cards sink within the room of their lane where that makes more lines straight."""
    for number, lane in enumerate(grid.lanes):
        bottom = lane.y + lane.height
        for column in range(1, len(grid.logical)):
            stack = stacks.get((number, column), [])
            needed = [0] * (len(stack) + 1)
            for index in range(len(stack) - 1, -1, -1):
                below = stack[index + 1] if index + 1 < len(stack) else None
                room = _room(stack[index], below, gap) if below else 0
                needed[index] = stack[index].height + room + needed[index + 1]
            row = lane.y
            before: Card | Through | None = None
            for index, item in enumerate(stack):
                row += _room(before, item, gap)
                highest = bottom - needed[index]
                if highest > row:
                    item.y = _straightest(item, range(row, min(highest, row + 12) + 1))
                else:
                    item.y = row
                row = item.y + item.height
                before = item


def _straightest(item: Card | Through, rows: range) -> int:
    """The first row from which most lines would enter an item from the left without a bend."""
    if isinstance(item, Through):
        sources = [[pin.y] for pin in item.tree.channels[item.column - 1] if pin.side == "right"]
    else:
        sources = [
            [other.y for other in pin.tree.channels[item.column - 1] if other.side == "right"]
            for pin in item.left
        ]
    gains = [0] * len(rows)
    first, last = rows.start, rows.stop - 1
    for found in sources:
        straight: set[int] = set()
        for row in found:
            straight.update(range(max(row - item.height + 1, first), min(row, last) + 1))
        for row in straight:
            gains[row - first] += 1
    return first + gains.index(max(gains))
