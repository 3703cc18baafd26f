"""A plan: a layout whose rows and routes are set, and whose widths depend on how much its labels say."""

from __future__ import annotations

import sys
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from typing import Final

from meshmodel.canvas.layout.columns import Grid
from meshmodel.canvas.layout.elements import Card, Lines, Pin
from meshmodel.canvas.layout.line_labels import (
    LAST_UNCUT,
    MODES,
    LineEnd,
    Mode,
    MovedLabel,
    cells_cut,
    cells_needed,
    line_end,
)
from meshmodel.canvas.layout.router import Channel, assign_tracks
from meshmodel.canvas.scene import Options
from meshmodel.canvas.text import cells, cut, in_two_rows, narrowest, told_apart
from meshmodel.model.records import Reference
from meshmodel.model.stop import check_current

_LEAST_FACT: Final = 14
"""The cells of a fact that a column of names in two rows has room for: ``confidential ⚑``."""


@dataclass
class CellLayout:
    """A layout with its rows, and the columns of cells of one mode.

    Attributes:
        grid: the cards.
        lines: the trees with their pins.
        height: rows of cells.
        channels: routed; the one of number n is right of column n.
        options: how to draw.
        mode: how much labels say.
        columns: for each column of cards, its first cell and its width.
        starts: for each channel, its first cell.
        widths: for each channel, its cells.
        moved: for each label that stands beside its line, not in it, where it stands.
    """

    grid: Grid
    lines: Lines
    height: int
    channels: list[Channel]
    options: Options
    mode: Mode = MODES[-1]
    columns: list[tuple[int, int]] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    widths: list[int] = field(default_factory=list)
    moved: dict[Pin, MovedLabel] = field(default_factory=dict)
    _ends: dict[Pin, LineEnd] = field(default_factory=dict)

    @property
    def width(self) -> int:
        """The columns of cells from frame to frame."""
        return self.starts[-1] + self.widths[-1] + 1 if self.starts else 24

    @property
    def room(self) -> int:
        """The columns of cells that are seen without scrolling sideways."""
        options = self.options
        return options.width - (options.scrollbar if self.height > options.height else 0)

    @property
    def is_ascii(self) -> bool:
        """Whether only ASCII is drawn."""
        return self.options.ascii

    @property
    def has_closed_cards(self) -> bool:
        """Whether a last cell closes each card."""
        return self.options.closed_cards or self.options.ascii

    @property
    def frames(self) -> list[int]:
        """The rows of lane frames, from the top."""
        return [*(lane.y - 1 for lane in self.grid.lanes), self.height - 1]

    def longest_texts(self, *, whole: bool = False) -> list[int]:
        """For each column, the cells of its longest name or fact, with the bar and the glyph before it.

        A credential that nothing is connected to counts only in a column of such cards.

        Args:
            whole: also of names in two rows, which else count by the wider row, and of all of each fact.
        """
        longest, loose = [0] * len(self.grid.logical), [0] * len(self.grid.logical)
        for card in self.grid.cards.values():
            found = loose if card.kind == "credential" and not card.left and not card.right else longest
            if self.wraps and not whole:
                text = max(narrowest(card.title), min(cells(card.fact_below), _LEAST_FACT))
            else:
                text = max(cells(card.title) + self.flag_room(card), cells(card.fact_below))
            found[card.column] = max(found[card.column], 3 + text)
        return [known or other for known, other in zip(longest, loose, strict=True)]

    @property
    def wraps(self) -> bool:
        """Whether names stand in two rows where their column is narrower."""
        return self.grid.wraps

    def wrap_names(self) -> None:
        """Let names stand in two rows in columns as narrow as that allows; rows are to be assigned again."""
        self.grid.wraps = True
        closing = 1 if self.has_closed_cards else 0
        widths = [max(MODES[-1].card, min(text, MODES[0].card)) + closing for text in self.longest_texts()]
        for card in self.grid.cards.values():
            card.name_rows = len(in_two_rows(card.title, self.room_in(widths[card.column])))

    def room_in(self, width: int) -> int:
        """The cells for a name on a card of so many cells."""
        return width - 3 - self.has_closed_cards

    def flag_room(self, card: Card) -> int:
        """The cells behind the name of a card for its flag, where cards have one row only."""
        return 2 if card.flag and self.options.zoom == "line" else 0

    def widen_columns(self) -> None:
        """Give the cells that are left to the columns with longer names or facts, the first ones first."""
        spare, cards = self.room - self.width, [width for _, width in self.columns]
        longest = self.cards(MODES[LAST_UNCUT], self.longest_texts(whole=True))
        for number, (width, most) in enumerate(zip(cards, longest, strict=True)):
            more = max(0, min(spare, most - width))
            cards[number] += more
            spare -= more
        self.set_columns(cards)

    @cached_property
    def names(self) -> dict[Reference, tuple[str, ...]]:
        """The rows of the name of each card, once the widths are final; no two cards show the same."""
        found: dict[Reference, tuple[str, ...]] = {}
        by_room: dict[tuple[int, int], list[Card]] = defaultdict(list)
        for card in self.grid.cards.values():
            room = self.room_in(self.columns[card.column][1]) - self.flag_room(card)
            by_room[room, card.name_rows].append(card)
        ellipsis = "~" if self.is_ascii else "…"
        for (room, rows), cards in by_room.items():

            def show(name: str, room: int = room, rows: int = rows) -> tuple[str, ...]:
                return in_two_rows(name, room, ellipsis) if rows > 1 else (cut(name, room, ellipsis),)

            shown = told_apart({card.title for card in cards}, show, rows * room - rows + 1, ellipsis)
            found |= {card.reference: shown[card.title] for card in cards}
        return found

    def cards(self, mode: Mode, texts: list[int]) -> list[int]:
        """For each column, the cells of its cards in a mode; ``texts``: see :meth:`longest_texts`.

        Where names may stand in two rows a column is never too narrow for one of them.
        """
        closing = 1 if self.has_closed_cards else 0
        least = self._least_names if self.wraps else [0] * len(texts)
        return [
            max(MODES[-1].card, name, min(longest + mode.pitch - 1, mode.card)) + closing
            for longest, name in zip(texts, least, strict=True)
        ]

    @cached_property
    def _least_names(self) -> list[int]:
        """For each column, the cells of a card whose names have room in their rows, up to the widest card."""
        least = [0] * len(self.grid.logical)
        for card in self.grid.cards.values():
            needed = narrowest(card.title) if card.name_rows > 1 else cells(card.title)
            least[card.column] = max(least[card.column], min(3 + needed, MODES[0].card))
        return least

    def width_at_least(self, mode: Mode, texts: list[int]) -> int:
        """A lower bound of the width in a mode, without assigning tracks: cards, and trunks side by side."""
        width = sum(self.cards(mode, texts))
        for channel in self.channels:
            turns = [0] * (self.height + 1)
            for trunk in channel.trunks:
                turns[trunk.rows[0]] += 1
                turns[trunk.rows[-1] + 1] -= 1
            width += max(accumulate(turns)) * mode.pitch
        return width

    def set_widths(self, mode: Mode, texts: list[int]) -> None:
        """Set the widths of columns and channels for a mode; ``texts``: see :meth:`longest_texts`."""
        self.mode = mode
        self.widths = []
        for channel in self.channels:
            check_current()
            before: dict[int, int] = {}
            behind: dict[int, int] = {}
            for pin in channel.pins:
                if pin.side == "left":
                    behind[pin.y] = self._cells(pin)
                elif pin.link is not None or pin.mark or pin.is_stored:
                    before[pin.y] = self._cells(pin) - 1
            found = assign_tracks(channel, before, behind, self.height, mode.pitch) if channel.pins else 2
            self.widths.append(found)
        self.set_columns(self.cards(mode, texts))

    def set_columns(self, cards: list[int]) -> None:
        """Set the first cells of columns and channels, from the widths of the columns (``cards``)."""
        self.columns, self.starts = [], []
        x = 2
        for width, channel in zip(cards, self.widths, strict=True):
            self.columns.append((x, width))
            self.starts.append(x + width)
            x += width + channel

    def set_turns(self) -> None:
        """Set ``Pin.turn`` of every pin, once the widths are final."""
        for channel, start, width in zip(self.channels, self.starts, self.widths, strict=True):
            for trunk in channel.trunks:
                x = start + trunk.x
                for side in (trunk.left, trunk.right):
                    for pin in side.values():
                        pin.turn = x
            for pin, opposite in channel.straight:
                beyond = (
                    self.end_at(opposite).length
                    - line_end(opposite, self.mode, is_ascii=self.is_ascii).length
                )
                pin.turn = start + width - self._cells(opposite) - beyond
                opposite.turn = pin.turn - 1

    def _cells(self, pin: Pin) -> int:
        """The cells that the mark and the label at a pin take in the mode."""
        return cells_needed(pin, self.mode, is_ascii=self.is_ascii)

    def end_at(self, pin: Pin) -> LineEnd:
        """The end of the line at a pin, once the widths are final; its label may use the spare cells."""
        found = self._ends.get(pin)
        if found is None:
            more = cells_cut(pin, self.mode) - self.lack(pin)
            found = line_end(pin, self.mode, is_ascii=self.is_ascii, more=more)
            if found.name and pin.link is not None:
                found = self._told_apart(found, pin.link.label[self.mode.label][0])
            self._ends[pin] = found
        return found

    @cached_property
    def _labels(self) -> list[str]:
        """The different names in labels, sorted."""
        return sorted({link.label[self.mode.label][0] for link in self.grid.links if link.label})

    def _told_apart(self, end: LineEnd, name: str) -> LineEnd:
        """The end of a line whose label is not that of another name which begins alike."""
        ellipsis = "~" if self.is_ascii else "…"
        prefix = end.name.removesuffix(ellipsis)
        if end.name == name or not prefix:
            return end
        first = bisect_left(self._labels, prefix)
        last = bisect_left(self._labels, prefix + chr(sys.maxunicode))
        limit = cells(end.name)
        shown = told_apart(self._labels[first:last], lambda each: cut(each, limit, ellipsis), limit, ellipsis)
        apart = shown.get(name, end.name)
        return end._replace(name=apart, length=cells(apart) + cells(end.words))

    def lack(self, pin: Pin) -> int:
        """The cells that the label at a pin is shortened by; none where it is moved."""
        lack = 0 if pin in self.moved else cells_cut(pin, self.mode)
        return max(0, lack - self._spare(pin)) if lack else 0

    def shortened(self) -> int:
        """How many names of cards and labels of lines are not shown whole."""
        ellipsis = "~" if self.is_ascii else "…"
        names = sum(any(each.endswith(ellipsis) for each in rows) for rows in self.names.values())
        return names + sum(self.lack(pin) > 0 for channel in self.channels for pin in channel.pins)

    def move_label(self, pin: Pin, moved: MovedLabel) -> None:
        """Move the label at a pin to where it has room to stand whole."""
        self.moved[pin] = moved
        self._ends.pop(pin, None)

    def _spare(self, pin: Pin) -> int:
        """The cells of the row of a pin, in its channel, that neither its label nor another line takes."""
        number = self._channel(pin)
        channel, own = self.channels[number], self._cells(pin)
        if pin.side == "left":
            return max(0, self.widths[number] - 1 - own - self._behind(channel, pin))
        # Trunks that cross one row are ordered from left to right.
        over = (each.x for each in channel.trunks if each.rows[0] <= pin.y <= each.rows[-1])
        straight = any(pin is one for one, _ in channel.straight)  # what is opposite needs the rest
        return 0 if straight else max(0, next(over, 0) - own)

    def _behind(self, channel: Channel, pin: Pin) -> int:
        """The cells of the row of a pin that other lines take, from the left edge of the channel."""
        for trunk in reversed(channel.trunks):
            if trunk.rows[0] <= pin.y <= trunk.rows[-1]:
                return trunk.x
        return next(
            (self._cells(one) for one, other in channel.straight if other is pin),
            0,
        )

    def channel_cells(self, pin: Pin) -> tuple[int, int]:
        """The first cell of the channel of a pin, and the first one behind it."""
        number = self._channel(pin)
        start = self.starts[number]
        return start, start + self.widths[number]

    @staticmethod
    def _channel(pin: Pin) -> int:
        """The number of the channel of a pin."""
        return pin.column if pin.side == "right" else pin.column - 1

    def frame_crossings(self) -> dict[int, list[int]]:
        """By row of a frame, the cells where trunks cross it, from the left."""
        frames = self.frames
        found: dict[int, list[int]] = defaultdict(list)
        for channel, start in zip(self.channels, self.starts, strict=True):
            for trunk in channel.trunks:
                last = trunk.rows[-1]
                for number in range(bisect_left(frames, trunk.rows[0]), len(frames)):
                    if frames[number] > last:
                        break
                    found[frames[number]].append(start + trunk.x)
        for cells_crossed in found.values():
            cells_crossed.sort()
        return found
