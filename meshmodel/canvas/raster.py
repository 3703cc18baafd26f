"""Paints a plan: each row of cells as runs, when it is first read."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from typing import NamedTuple

from meshmodel.canvas import glyphs
from meshmodel.canvas.glyphs import FLAGS
from meshmodel.canvas.hit_targets import checkpoints_at
from meshmodel.canvas.lane_frames import Titles
from meshmodel.canvas.layout.elements import ASCII_GLYPHS, Branch, Card, Pin
from meshmodel.canvas.layout.layout import CellLayout
from meshmodel.canvas.layout.line_labels import LABEL_INK, MARK_INK, end_positions
from meshmodel.canvas.layout.router import Trunk
from meshmodel.canvas.scene import Ink, Mark, Run, Style
from meshmodel.canvas.text import pad_flagged
from meshmodel.model.records import Reference
from meshmodel.model.stop import check_current

_BLOCK = 32
"""Rows whose contents are gathered together when one of them is painted."""

_CARD_INKS: dict[str, tuple[Ink, Ink, Ink]] = {
    "agent": ("agent-bar", "agent", "agent-fact"),
    "system": ("system-bar", "system", "system-fact"),
    "credential": ("credential-bar", "credential", "credential-fact"),
    "fold": ("system-bar", "system", "system-fact"),
}
_ASCII_FLAGS = str.maketrans(FLAGS)
_LINE_MARK: dict[Mark, Ink] = {
    "missing": "line-missing",
    "counts": "line-counts",
    "does-not-count": "line-does-not-count",
    "proposed": "line-proposed",
    "dropped": "line-dropped",
    "limited": "line-limited",
}


def line_ink(style: Style, branches: tuple[Branch, ...]) -> Ink:
    """The ink of a line: by its mark if all its branches have the same one, otherwise by its style."""
    mark = branches[0].link.mark if branches else None
    if mark is not None and all(branch.link.mark == mark for branch in branches):
        return _LINE_MARK[mark]
    if style in {"trigger", "hearing", "hosting"}:
        return "line-trigger"
    return "line-delegation" if style == "delegation" else "line"


def owners_of(branches: tuple[Branch, ...]) -> tuple[Reference, ...]:
    """The owners of a run that belongs to these branches."""
    return tuple(branch.reference for branch in branches)


class Leg(NamedTuple):
    """A horizontal part of a line, from cell ``start`` to the cell before ``end``."""

    start: int
    end: int
    style: Style
    branches: tuple[Branch, ...]
    owned: tuple[Reference, ...]


class Vertical(NamedTuple):
    """A trunk and its column of cells.

    ``uncrossed`` keeps, by index of a part of the trunk, the run of its cells that no other line crosses.
    """

    x: int
    trunk: Trunk
    uncrossed: dict[int, Run]


Items = list[tuple[int, Run]]


class _Block:
    """The contents of some rows: pins, cards and legs of doglegs by row, and the trunks from the left."""

    def __init__(self, plan: CellLayout, first: int, last: int) -> None:
        self.pins: dict[int, list[Pin]] = defaultdict(list)
        self.legs: dict[int, list[Leg]] = defaultdict(list)
        self.cards: dict[int, list[Card]] = defaultdict(list)
        self.verticals: list[Vertical] = []
        for channel, start in zip(plan.channels, plan.starts, strict=True):
            for one, other in channel.straight:
                if first <= one.y <= last:
                    self.pins[one.y] += one, other
            for trunk in channel.trunks:
                if trunk.rows[0] > last or trunk.rows[-1] < first:
                    continue
                self.verticals.append(Vertical(start + trunk.x, trunk, {}))
                for side in (trunk.left, trunk.right):
                    for row, pin in side.items():
                        if first <= row <= last:
                            self.pins[row].append(pin)
            for row, before, behind in channel.doglegs:
                shared = before.dogleg_branches
                first_cell, end, style = start + before.x + 1, start + behind.x, before.tree.style
                self.legs[row].append(Leg(first_cell, end, style, shared, owners_of(shared)))
        self.verticals.sort(key=lambda vertical: vertical.x)
        for card in plan.grid.cards.values():
            for y in range(max(card.y, first), min(card.y + card.height - 1, last) + 1):
                self.cards[y].append(card)


class Raster:
    """Paints the rows of a plan."""

    def __init__(self, plan: CellLayout, titles: Titles) -> None:
        self.width = titles.width
        self.height = plan.height
        self._plan = plan
        self._titles = titles
        self._is_ascii = plan.is_ascii
        self._closed = plan.has_closed_cards
        self._columns = plan.columns
        self._frames = frozenset(plan.frames)
        self._blocks: dict[int, _Block] = {}

    def _block(self, y: int) -> _Block:
        """The contents of a row and its neighbours, gathered when the first of these rows is painted."""
        number = y // _BLOCK
        found = self._blocks.get(number)
        if found is None:
            first = number * _BLOCK
            found = self._blocks[number] = _Block(self._plan, first, first + _BLOCK - 1)
        return found

    def paint(self, y: int) -> tuple[Run, ...]:
        """The runs of one row, from left to right; their cells add up to the width."""
        check_current()
        block = self._block(y)
        items: Items = list(self._titles.texts.get(y, ()))
        items += [(moved.x, self._label_run(pin)) for pin, moved in self._plan.moved.items() if moved.y == y]
        for card in block.cards.get(y, ()):
            items += self._card_runs(card, y - card.y)
        legs = [leg for leg in block.legs.get(y, ()) if leg.end > leg.start]
        for pin in block.pins.get(y, ()):
            self._pin_runs(pin, items, legs)
        legs.sort(key=lambda leg: leg.start)
        verticals = [
            vertical for vertical in block.verticals if vertical.trunk.rows[0] <= y <= vertical.trunk.rows[-1]
        ]
        self._line_runs(legs, verticals, y, items)
        if y in self._frames:
            return self._fill_frame(items, {vertical.x for vertical in verticals}, y)
        rim = Run("|" if self._is_ascii else "│", 1, "frame")
        items += [(0, rim), (self.width - 1, rim)]
        return self._fill_ground(items)

    def _pin_runs(self, pin: Pin, items: Items, legs: list[Leg]) -> None:
        """Add what lies between a trunk and a card: line, label, line, mark, arrow.

        Args:
            pin: where the line meets the card.
            items: gets the label, the mark and the arrow, with their first cells.
            legs: gets the parts of the line.
        """
        plan, style, branches = self._plan, pin.tree.style, pin.branches
        start, stop = plan.channel_cells(pin)
        owned = owners_of(branches)
        if pin.kind == "feedthrough" and pin.side == "right":
            x, width = self._columns[pin.column]
            legs.append(Leg(x, x + width, style, branches, owned))
        end = plan.end_at(pin)
        mark_x, at = end_positions(pin, end, start, stop)
        rightwards = pin.side == "left"
        if pin.kind == "target":
            arrow = ("▶" if rightwards else "◀") if not self._is_ascii else (">" if rightwards else "<")
            items.append((stop - 1 if rightwards else start, Run(arrow, 1, line_ink(style, branches), owned)))
        elif pin.is_stored:
            sign = "⊸".translate(ASCII_GLYPHS) if self._is_ascii else "⊸"
            items.append((stop - 1 if rightwards else start, Run(sign, 1, line_ink(style, branches), owned)))
        near = mark_x
        if pin.mark:
            relation = pin.start if pin.link is None else pin.link.relation
            marked = () if relation is None else tuple(checkpoints_at(plan, relation))
            items.append((mark_x, Run(end.mark, 1, MARK_INK[pin.mark], owned + marked)))
            near += -1 if rightwards else 1
        turn = pin.turn
        if not end.length or pin in plan.moved:
            spans = [(turn + 1, near + 1)] if rightwards else [(near, turn)]
        else:
            items.append((at, self._label_run(pin)))
            edge = at + end.length
            spans = [(edge, near + 1), (turn + 1, at)] if rightwards else [(near, at), (edge, turn)]
        legs += [Leg(low, high, style, branches, owned) for low, high in spans if high > low]

    def _label_run(self, pin: Pin) -> Run:
        end, moved = self._plan.end_at(pin), self._plan.moved.get(pin)
        text, length = end.name + end.words, end.length
        if moved is not None:
            text, length = moved.before + text + moved.behind, length + 1
        return Run(text, length, LABEL_INK[pin.mark], owners_of(pin.branches))

    def _line_runs(self, legs: list[Leg], verticals: list[Vertical], y: int, items: Items) -> None:
        """Add the runs of the lines of row ``y``; ``legs`` and ``verticals`` are sorted from the left."""
        horizontal = glyphs.ASCII_HORIZONTAL if self._is_ascii else glyphs.HORIZONTAL
        across: dict[int, Leg] = {}
        first = 0
        for leg in legs:
            x = leg.start
            glyph = horizontal[leg.style]
            ink, owned = line_ink(leg.style, leg.branches), leg.owned
            while first < len(verticals) and verticals[first].x < x:
                first += 1
            for vertical in verticals[first:]:
                if vertical.x >= leg.end:
                    break
                across[vertical.x] = leg
                if vertical.x > x:
                    items.append((x, Run(glyph * (vertical.x - x), vertical.x - x, ink, owned)))
                x = vertical.x + 1
                first += 1
            if x < leg.end:
                items.append((x, Run(glyph * (leg.end - x), leg.end - x, ink, owned)))
        for vertical in verticals:
            x = vertical.x
            items.append((x, self._junction(vertical, y, across.get(x))))

    def _fill_ground(self, items: list[tuple[int, Run]]) -> tuple[Run, ...]:
        items.sort(key=lambda item: item[0])
        row: list[Run] = []
        at = 0
        for x, run in items:
            if x > at:
                row.append(Run(" " * (x - at), x - at, "ground"))
            row.append(run)
            at = x + run.cells
        if at < self.width:
            row.append(Run(" " * (self.width - at), self.width - at, "ground"))
        return tuple(row)

    def _fill_frame(self, items: list[tuple[int, Run]], crossed: set[int], y: int) -> tuple[Run, ...]:
        """A row of a frame, with a gap around each line that crosses it (``crossed``: their cells)."""
        items.sort(key=lambda item: item[0])
        if self._is_ascii:
            left = right = "+"
            rule = "-"
        else:
            rule = "─"
            left, right = ("╭", "╮") if y == 0 else ("╰", "╯") if y == self.height - 1 else ("├", "┤")
        cells = [rule] * self.width
        cells[0], cells[-1] = left, right
        for x in crossed:
            for beside in (x - 1, x + 1):
                cells[beside] = " "
        row: list[Run] = []
        at = 0
        for x, run in items:
            if x > at:
                row.append(Run("".join(cells[at:x]), x - at, "frame"))
            row.append(run)
            at = x + run.cells
        row.append(Run("".join(cells[at:]), self.width - at, "frame"))
        return tuple(run for run in row if run.cells)

    def _junction(self, vertical: Vertical, y: int, across: Leg | None) -> Run:
        """The cell of a trunk in a row: where pins join it, or between them."""
        trunk = vertical.trunk
        rows = trunk.rows
        low = bisect_left(rows, y)
        if rows[low] != y:
            return self._crossing(vertical, low - 1, across)
        up, down = y > rows[0], y < rows[-1]
        left, right = y in trunk.left, y in trunk.right
        meeting = [
            *(trunk.parts[low - 1] if up else ()),
            *(trunk.parts[low] if down else ()),
            *(trunk.left[y].branches if left else ()),
            *(trunk.right[y].branches if right else ()),
        ]
        if trunk.dogleg_row == y:
            meeting += trunk.dogleg_branches
            left, right = left or not trunk.dogleg_right, right or trunk.dogleg_right
        branches = tuple(dict.fromkeys(meeting))
        if self._is_ascii:
            glyph = "+"
        elif up and down and left and right:
            glyph = "●"
        else:
            glyph = glyphs.box(up=up, down=down, left=left, right=right)
        return Run(glyph, 1, line_ink(trunk.tree.style, branches), owners_of(branches))

    def _crossing(self, vertical: Vertical, part: int, across: Leg | None) -> Run:
        """The cell of a trunk where no pin joins it; ``across``: the line that crosses it there, if any."""
        found = vertical.uncrossed.get(part)
        if found is None:
            style, branches = vertical.trunk.tree.style, vertical.trunk.parts[part]
            glyph = (glyphs.ASCII_VERTICAL if self._is_ascii else glyphs.VERTICAL)[style]
            found = vertical.uncrossed[part] = Run(glyph, 1, line_ink(style, branches), owners_of(branches))
        if across is None:
            return found
        glyph = found.text if self._is_ascii else "┼"
        horizontal = glyphs.ASCII_HORIZONTAL if self._is_ascii else glyphs.HORIZONTAL
        other = Run(horizontal[across.style], 1, line_ink(across.style, across.branches), across.owned)
        return Run(glyph, 1, found.ink, found.owners + across.owned, (found, other))

    def _card_runs(self, card: Card, row: int) -> list[tuple[int, Run]]:
        """The runs of one row of a card, with their first cells.

        First come the glyph and the name, in one row or two, then the fact; further rows have no text.
        """
        x, width = self._columns[card.column]
        bar, name, fact = _CARD_INKS[card.kind]
        owned = (card.reference,)
        room = width - 2 if self._closed else width - 1
        ellipsis = "~" if self._is_ascii else "…"
        names = self._plan.names[card.reference]
        if row < len(names):
            sign = card.sign.translate(ASCII_GLYPHS) if self._is_ascii else card.sign
            text, ink = f"{' ' if row else sign} {names[row]}", name
            if self._plan.flag_room(card):
                text = f"{text} {card.flag}"
        else:
            below = card.fact if row == 1 else card.fact_below
            text, ink = f"  {below}" if row == len(names) else "", fact
        if self._is_ascii and (row >= len(names) or self._plan.flag_room(card)):
            text = text.translate(_ASCII_FLAGS)
        runs = [
            (x, Run("[" if self._is_ascii else "▌", 1, bar, owned)),
            (x + 1, Run(pad_flagged(text, room, ellipsis), room, ink, owned)),
        ]
        if self._closed:
            runs.append((x + 1 + room, Run("]" if self._is_ascii else "▐", 1, bar, owned)))
        return runs
