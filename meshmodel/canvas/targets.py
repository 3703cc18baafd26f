"""Puts a planned drawing into cells and names what can be selected there."""

from __future__ import annotations

from collections import defaultdict

from meshmodel.canvas.columns import Grid, Lane
from meshmodel.canvas.labels import End
from meshmodel.canvas.parts import ASCII_MARKS, MARK_GLYPHS, Card, Pin, Through, Tree
from meshmodel.canvas.raster import Leg, Raster, line_ink, owners
from meshmodel.canvas.router import Channel
from meshmodel.canvas.scene import Box, Facts, Ink, Mark, Options, Part, Reference, Run, Target
from meshmodel.canvas.text import cells, cut, pad
from meshmodel.model.snapshot import Snapshot

_LABEL_INK: dict[Mark | None, Ink] = {
    None: "label",
    "missing": "label-missing",
    "counts": "label-counts",
    "does-not-count": "label-does-not-count",
    "proposed": "label-proposed",
}
_MARK_INK: dict[Mark, Ink] = {
    "missing": "mark-missing",
    "counts": "mark-counts",
    "does-not-count": "mark-does-not-count",
    "proposed": "mark-proposed",
}


class Finish:
    """The last step: columns of cells are known, everything gets painted and named."""

    def __init__(
        self,
        snapshot: Snapshot,
        facts: Facts,
        options: Options,
        grid: Grid,
        height: int,
        columns: list[tuple[int, int]],
        starts: list[int],
        widths: list[int],
    ) -> None:
        self._snapshot = snapshot
        self._facts = facts
        self._options = options
        self._grid = grid
        self._height = height
        self._columns = columns
        self._starts = starts
        self._widths = widths
        self._found: dict[object, list[Target]] = defaultdict(list)

    def put(
        self, raster: Raster, channels: list[Channel], trees: list[Tree], ends: dict[Pin, End]
    ) -> list[Target]:
        """Fill the raster; returns the targets in reading order."""
        for number, channel in enumerate(channels):
            start, width = self._starts[number], self._widths[number]
            for trunk in channel.trunks:
                raster.vertical(start + trunk.x, trunk)
            turn = {}
            for trunk in channel.trunks:
                for pin in (*trunk.left.values(), *trunk.right.values()):
                    turn[pin] = start + trunk.x
            for row, one, other in channel.jogs:
                raster.leg(row, Leg(start + one.x + 1, start + other.x, one.tree.style, one.jog_branches))
            for pin, opposite in channel.straight:
                turn[pin] = start + width - ends[opposite].taken
                turn[opposite] = turn[pin] - 1
            for pin in channel.pins:
                self._pin(raster, pin, ends[pin], start, start + width, turn[pin])
        for tree in trees:
            for through in tree.throughs:
                self._through(raster, through)
        for card in self._grid.cards.values():
            raster.card(card)
        for number, lane in enumerate(self._grid.lanes):
            self._lane(raster, number, lane)
        raster.frames.add(self._height - 1)
        for lane in self._grid.lanes:
            for y in range(lane.y, lane.y + lane.height):
                rim = Run("|" if self._options.ascii else "│", 1, "frame")
                raster.text(0, y, rim)
                raster.text(raster.width - 1, y, rim)
        return self._reading_order()

    def _through(self, raster: Raster, through: Through) -> None:
        x, width = self._columns[through.column]
        pin = next(pin for pin in through.tree.channels[through.column] if pin.holder is through)
        raster.leg(through.y, Leg(x, x + width, through.tree.style, pin.branches))

    def _pin(self, raster: Raster, pin: Pin, end: End, start: int, stop: int, turn: int) -> None:
        """Paint the leg of a pin from its trunk to its card: line, label, line, mark, arrow."""
        y, style, plain = pin.y, pin.tree.style, self._options.ascii
        owned, ink = owners(pin.branches), line_ink(style, pin.branches)
        mark = Run(end.mark, 1, _MARK_INK[pin.mark], owned) if pin.mark else None
        rightwards = pin.side == "left"  # the pin is at the left side of a card, right of the channel
        near = stop - 1 if rightwards else start
        step = -1 if rightwards else 1
        if pin.kind == "target":
            arrow = (">" if plain else "▶") if rightwards else ("<" if plain else "◀")
            raster.text(near, y, Run(arrow, 1, ink, owned))
            near += step
        mark_x = near
        if mark:
            raster.text(near, y, mark)
            near += step
        label = end.name + end.words
        length = cells(label)
        if length:
            at = near - length if rightwards else near + 1
            raster.text(at, y, Run(label, length, _LABEL_INK[pin.mark], owned))
            edge = at + length
            raster.leg(
                y,
                Leg(min(near, edge), max(near, edge - 1) + 1, style, pin.branches)
                if rightwards
                else Leg(near, at, style, pin.branches),
            )
            if rightwards:
                raster.leg(y, Leg(turn + 1, at, style, pin.branches))
            else:
                raster.leg(y, Leg(edge, turn, style, pin.branches))
            self._label_targets(pin, end, at, y, start, stop)
        elif rightwards:
            raster.leg(y, Leg(turn + 1, near + 1, style, pin.branches))
        else:
            raster.leg(y, Leg(near, turn, style, pin.branches))
        self._line_targets(pin, bool(length), mark_x, y, start, stop, turn)

    def _label_targets(self, pin: Pin, end: End, at: int, y: int, start: int, stop: int) -> None:
        link = pin.link
        if link is None:
            return
        length = cells(end.name + end.words)
        low, high = (at, stop) if pin.side == "left" else (start, at + length)
        self._add(pin, link.relation, "label", Box(low, y, high - low, 1))
        if link.credential and end.name:
            self._add(pin, link.credential, "label", Box(at, y, cells(end.name), 1), first=True)
        elif link.credential and link.target != link.credential:
            self._add(pin, link.credential, "line", Box(low, y, high - low, 1))

    def _line_targets(
        self,
        pin: Pin,
        labelled: bool,
        mark_x: int,
        y: int,
        start: int,
        stop: int,
        turn: int,
    ) -> None:
        """The mark and the line of a pin as targets."""
        link = pin.link
        low, high = (turn, stop) if pin.side == "left" else (start, turn + 1)
        leg = Box(min(low, high - 1), y, max(1, high - low), 1)
        if link is not None:
            if not labelled:
                self._add(pin, link.relation, "label", leg)
            checkpoints = self._checkpoints(link.relation)
            if pin.mark and link.relation[0] != "flow":
                if pin.mark == "missing" or not checkpoints:
                    self._add(pin, link.relation, "mark", Box(mark_x, y, 1, 1), first=True)
                for checkpoint in checkpoints:
                    self._add(pin, checkpoint, "mark", Box(mark_x, y, 1, 1), first=pin.mark != "missing")
            for branch in pin.branches:
                if branch.start != link.relation and branch.start[0] in {"hold", "custody"}:
                    self._add(pin, branch.start, "line", leg)
        elif pin.start is not None:
            for checkpoint in self._checkpoints(pin.start):
                self._add(pin, checkpoint, "mark", Box(mark_x, y, 1, 1), first=True)
            for branch in pin.branches:
                if branch.start[0] in {"hold", "custody"}:
                    self._add(pin, branch.start, "line", leg)

    def _add(self, pin: Pin, reference: Reference, part: Part, box: Box, *, first: bool = False) -> None:
        found = self._found[pin]
        target = Target(reference, part, box)
        if first:
            found.insert(0, target)
        else:
            found.append(target)

    def _checkpoints(self, relation: Reference) -> list[Reference]:
        step, ends = relation
        if isinstance(ends, str):
            return []
        return [("checkpoint", found) for found in self._grid.checkpoints.get((step, *ends), ())]

    def _lane(self, raster: Raster, number: int, lane: Lane) -> None:
        """The title of a lane on its frame, and the checkpoints of its boundaries beside it."""
        y = lane.y - 1
        raster.frames.add(y)
        crossed = [vertical.x for vertical in raster.crossing(y)]
        plain = self._options.ascii
        limit = (min(crossed) if crossed else raster.width) - 6
        gates = [
            (checkpoint, (step, from_, to))
            for (step, from_, to), found in sorted(self._grid.checkpoints.items())
            if step == "boundary" and to == lane.key
            for checkpoint in found
        ]
        if gates:
            limit = min(limit, 24)
        title = cut(lane.title, max(limit, 4), "~" if plain else "…")
        text = pad(f" {title} ", cells(title) + 2)
        raster.text(
            2, y, Run(text, cells(title) + 2, "lane-title", (lane.reference,) if lane.reference else ())
        )
        if lane.reference:
            self._found["lane", number].append(Target(lane.reference, "lane", Box(2, y, cells(title) + 2, 1)))
        at = 2 + cells(title) + 3
        for checkpoint, step in gates:
            at = self._gate(raster, number, y, at, crossed, checkpoint, step)

    def _gate(
        self,
        raster: Raster,
        number: int,
        y: int,
        at: int,
        crossed: list[int],
        checkpoint: str,
        step: tuple[str, str, str],
    ) -> int:
        """One checkpoint of a boundary on the frame, in the first wide enough gap between the lines."""
        mark = self._facts.marks.get(step, "does-not-count")
        glyph = (ASCII_MARKS if self._options.ascii else MARK_GLYPHS)[mark]
        name = cut(f" {checkpoint} ", 20, "~" if self._options.ascii else "…")
        width = cells(name) + 1
        for x in crossed:
            if at + width <= x - 2:
                break
            at = max(at, x + 2)
        if at + width > raster.width - 2:
            raster.width = at + width + 2
        owner: Reference = ("checkpoint", checkpoint)
        raster.text(at, y, Run(glyph, 1, _MARK_INK[mark], (owner,)))
        raster.text(at + 1, y, Run(name, cells(name), _LABEL_INK[mark], (owner,)))
        self._found["lane", number].append(Target(owner, "mark", Box(at, y, width, 1)))
        return at + width + 1

    def _reading_order(self) -> list[Target]:
        """Lanes, their cards, and after each card the lines that leave it, then those that end there."""
        grid = self._grid
        targets: list[Target] = []
        for number in range(len(grid.lanes)):
            targets.extend(self._found["lane", number])
            for column in range(len(grid.logical)):
                for card in grid.stacks.get((number, column), ()):
                    targets.append(self._card_target(card))
                    for pin in (*card.left, *card.right):
                        targets.extend(self._found.get(pin, ()))
        return targets

    def _card_target(self, card: Card) -> Target:
        x, width = self._columns[card.column]
        part: Part = "fold" if card.kind == "fold" else "card"
        return Target(card.reference, part, Box(x, card.y, width, card.height))
