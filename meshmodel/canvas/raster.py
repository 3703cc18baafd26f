"""From places to cells: the rows of a drawing as runs, each painted when it is asked for."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from meshmodel.canvas import glyphs
from meshmodel.canvas.parts import ASCII_GLYPHS, GLYPHS, Branch, Card, Style
from meshmodel.canvas.router import Trunk
from meshmodel.canvas.scene import Ink, Mark, Reference, Run
from meshmodel.canvas.text import pad

_BLOCK = 16
"""Rows of one bucket of verticals."""

_CARD_INKS: dict[str, tuple[Ink, Ink, Ink]] = {
    "agent": ("agent-bar", "agent", "agent-fact"),
    "system": ("system-bar", "system", "system-fact"),
    "credential": ("credential-bar", "credential", "credential-fact"),
    "fold": ("system-bar", "system", "system-fact"),
}
_LINE_MARK: dict[Mark, Ink] = {
    "missing": "line-missing",
    "counts": "line-counts",
    "does-not-count": "line-does-not-count",
    "proposed": "line-proposed",
}


def line_ink(style: Style, branches: tuple[Branch, ...]) -> Ink:
    """The ink of a line: that of its mark where all that share it agree, else that of its kind."""
    mark = branches[0].link.mark if branches else None
    if mark is not None and all(branch.link.mark == mark for branch in branches):
        return _LINE_MARK[mark]
    if style in {"trigger", "hosting"}:
        return "line-trigger"
    return "line-delegation" if style == "delegation" else "line"


def owners(branches: tuple[Branch, ...]) -> tuple[Reference, ...]:
    """The branches as owners of a run."""
    return tuple(branch.reference for branch in branches)


@dataclass(slots=True)
class Leg:
    """A horizontal part of a line: its cells from ``start`` up to and without ``end``."""

    start: int
    end: int
    style: Style
    branches: tuple[Branch, ...]


@dataclass(slots=True)
class Vertical:
    """A trunk in its place on the drawing."""

    x: int
    trunk: Trunk


class Raster:
    """All that is drawn, by row."""

    def __init__(
        self, width: int, height: int, *, plain: bool, closed: bool, columns: list[tuple[int, int]]
    ) -> None:
        self.width = width
        self.height = height
        self._plain = plain
        self._closed = closed or plain
        self._columns = columns
        self.texts: dict[int, list[tuple[int, Run]]] = defaultdict(list)
        self.legs: dict[int, list[Leg]] = defaultdict(list)
        self._cards: dict[int, list[Card]] = defaultdict(list)
        self._blocks: dict[int, list[Vertical]] = defaultdict(list)
        self.frames: set[int] = set()

    def card(self, card: Card) -> None:
        """Add a card in its rows."""
        for y in range(card.y, card.y + card.height):
            self._cards[y].append(card)

    def text(self, x: int, y: int, run: Run) -> None:
        """Add a run at a cell."""
        self.texts[y].append((x, run))

    def leg(self, y: int, leg: Leg) -> None:
        """Add a horizontal part of a line."""
        if leg.end > leg.start:
            self.legs[y].append(leg)

    def vertical(self, x: int, trunk: Trunk) -> None:
        """Add a trunk."""
        vertical = Vertical(x, trunk)
        for block in range(trunk.rows[0] // _BLOCK, trunk.rows[-1] // _BLOCK + 1):
            self._blocks[block].append(vertical)

    def crossing(self, y: int) -> list[Vertical]:
        """The trunks that have a cell in a row, from left to right."""
        found = [
            vertical
            for vertical in self._blocks.get(y // _BLOCK, ())
            if vertical.trunk.rows[0] <= y <= vertical.trunk.rows[-1]
        ]
        found.sort(key=lambda vertical: vertical.x)
        return found

    def paint(self, y: int) -> tuple[Run, ...]:
        """The runs of one row, from left to right; their cells add up to the width."""
        items = list(self.texts.get(y, ()))
        for card in self._cards.get(y, ()):
            items.extend(self._card_runs(card, y - card.y))
        verticals = self.crossing(y)
        legs = self.legs.get(y, [])
        horizontal = glyphs.ASCII_HORIZONTAL if self._plain else glyphs.HORIZONTAL
        for leg in legs:
            x = leg.start
            glyph = horizontal[leg.style]
            ink, owned = line_ink(leg.style, leg.branches), owners(leg.branches)
            for vertical in verticals:
                if x <= vertical.x < leg.end:
                    if vertical.x > x:
                        items.append((x, Run(glyph * (vertical.x - x), vertical.x - x, ink, owned)))
                    x = vertical.x + 1
            if x < leg.end:
                items.append((x, Run(glyph * (leg.end - x), leg.end - x, ink, owned)))
        items.extend(
            (
                vertical.x,
                self._junction(
                    vertical, y, next((leg for leg in legs if leg.start <= vertical.x < leg.end), None)
                ),
            )
            for vertical in verticals
        )
        if y in self.frames:
            return self._framed(items, {vertical.x for vertical in verticals}, y)
        return self._filled(items)

    def _filled(self, items: list[tuple[int, Run]]) -> tuple[Run, ...]:
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

    def _framed(self, items: list[tuple[int, Run]], crossed: set[int], y: int) -> tuple[Run, ...]:
        """A row of the frame, opened where lines run through it."""
        items.sort(key=lambda item: item[0])
        if self._plain:
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
        """The cell of a trunk: plain, turning, joining, or crossed by another line."""
        trunk = vertical.trunk
        rows = trunk.rows
        parts = trunk.parts
        low = next((number for number, row in enumerate(rows) if row >= y), len(rows) - 1)
        up: tuple[Branch, ...] = parts[low - 1] if y > rows[0] else ()
        down: tuple[Branch, ...] = (parts[low] if rows[low] == y else up) if y < rows[-1] else ()
        left: tuple[Branch, ...] = trunk.left[y].branches if y in trunk.left else ()
        right: tuple[Branch, ...] = trunk.right[y].branches if y in trunk.right else ()
        if trunk.jog == y:
            if trunk.jog_right:
                right += trunk.jog_branches
            else:
                left += trunk.jog_branches
        style = trunk.tree.style
        joined = rows[low] == y
        both = tuple(dict.fromkeys((*up, *down, *left, *right)))
        if not joined:
            if across is None:
                glyph = (glyphs.ASCII_VERTICAL if self._plain else glyphs.VERTICAL)[style]
                return Run(glyph, 1, line_ink(style, both), owners(both))
            glyph = glyphs.ASCII_VERTICAL[style] if self._plain else "┼"
            mine, theirs = owners(both), owners(across.branches)
            return Run(glyph, 1, line_ink(style, both), mine + theirs, (mine, mine, theirs, theirs))
        has_up, has_down = y > rows[0], y < rows[-1]
        has_left = y in trunk.left or (trunk.jog == y and not trunk.jog_right)
        has_right = y in trunk.right or (trunk.jog == y and trunk.jog_right)
        if self._plain:
            glyph = "+"
        elif has_up and has_down and has_left and has_right:
            glyph = "●"
        else:
            glyph = glyphs.box(has_up, has_down, has_left, has_right)
        arms = (owners(up), owners(down), owners(left), owners(right))
        return Run(glyph, 1, line_ink(style, both), owners(both), arms)

    def _card_runs(self, card: Card, row: int) -> list[tuple[int, Run]]:
        """One row of a card: bar, glyph and name, or the fact, or an empty row."""
        x, width = self._columns[card.column]
        bar, name, fact = _CARD_INKS[card.kind]
        owned = (card.reference,)
        room = width - 2 if self._closed else width - 1
        ellipsis = "~" if self._plain else "…"
        if row == 0:
            glyph = (ASCII_GLYPHS if self._plain else GLYPHS)[card.kind]
            text, ink = f"{glyph} {card.title}", name
        else:
            text, ink = f"  {card.fact}" if row == 1 else "", fact
            if self._plain:
                text = text.replace("⚑", "!")
        runs = [
            (x, Run("[" if self._plain else "▌", 1, bar, owned)),
            (x + 1, Run(pad(text, room, ellipsis), room, ink, owned)),
        ]
        if self._closed:
            runs.append((x + 1 + room, Run("]" if self._plain else "▐", 1, bar, owned)))
        return runs
