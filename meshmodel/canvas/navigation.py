"""Arrow keys: left and right follow the lines, up and down go to the nearest card, label or title."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import islice
from operator import itemgetter

from meshmodel.canvas.layout.columns import Grid
from meshmodel.canvas.layout.elements import Arrow, Branch, Card, Pin
from meshmodel.canvas.scene import Box, Direction, Target
from meshmodel.model.records import Reference

_Entry = tuple[int, Reference]
"""A row or a column of cells, and what lies there."""


class Navigation:
    """Where arrow keys lead between the cards, the labels and the lane titles of one drawing."""

    def __init__(self, grid: Grid, branches: Sequence[Branch], targets: Sequence[Target]) -> None:
        self._grid = grid
        self._boxes: dict[Reference, Box] = {}
        self._drawn_as: dict[Reference, Reference] = {}
        self._arrows: dict[Reference, list[Pin]] = defaultdict(list)
        self._links: dict[Reference, Arrow] = {}
        for branch in branches:
            self._links.setdefault(branch.link.relation, branch.link)
        for card in grid.cards.values():
            for pin in (*card.left, *card.right):
                if pin.link:
                    self._arrows[pin.link.relation].append(pin)
        for target in targets:
            if target.part in {"card", "fold", "lane"} or target.reference in self._links:
                self._boxes.setdefault(target.reference, target.box)
        for branch in branches:
            if branch.link.credential:
                self._drawn_as.setdefault(branch.link.credential, branch.link.relation)
            self._drawn_as.setdefault(branch.start, branch.link.relation)
        self._place_checkpoints(targets)

    def _place_checkpoints(self, targets: Sequence[Target]) -> None:
        """Let a checkpoint be where the step it sits on is drawn; one on a boundary has a box of its own."""
        at_box: dict[Box, list[Target]] = defaultdict(list)
        for target in targets:
            at_box[target.box].append(target)
        for target in targets:
            if target.reference[0] == "checkpoint":
                beside = next((other for other in at_box[target.box] if other is not target), None)
                if beside:
                    self._drawn_as.setdefault(target.reference, beside.reference)
                else:  # on the boundary of a zone
                    self._boxes.setdefault(target.reference, target.box)

    def neighbour(self, reference: Reference, direction: Direction) -> Reference | None:
        """The next card, label or title in a direction; ``None`` at the edge of the drawing."""
        reference = self._drawn(reference)
        box = self._boxes.get(reference)
        if box is None:
            return None
        if direction in {"left", "right"}:
            card = self._grid.cards.get(reference)
            found = self._from_card(card, direction) if card else self._from_label(reference, direction)
            if found is not None:
                return found
        else:
            found = self._in_column(reference, direction)
            if found is not None:
                return found
        return self._nearest(reference, box, direction)

    def nearest_record(self, reference: Reference, direction: Direction) -> Reference | None:
        """The nearest in a direction that can be selected: no lane that is no zone."""
        reference = self._drawn(reference)
        box = self._boxes.get(reference)
        return None if box is None else self._nearest(reference, box, direction, passing="lane")

    def _drawn(self, reference: Reference) -> Reference:
        """What shows a record: the card of its zone where that is folded, the label of its line."""
        reference = self._grid.card_for.get(reference, reference)
        return reference if reference in self._boxes else self._drawn_as.get(reference, reference)

    @cached_property
    def _columns(self) -> tuple[list[list[Reference]], dict[Reference, tuple[int, int]]]:
        """What up and down pass through, and where everything is in it.

        Returns:
            The lane titles, then the cards of each column, each from the top; and for each of them the
            number of its list and its index there.
        """
        columns: list[list[Reference]] = [
            [
                reference
                for reference in self._boxes
                if reference[0] in {"zone", "lane"} and reference not in self._grid.cards
            ]
        ]
        columns[0].sort(key=lambda reference: self._boxes[reference].y)
        for column in range(len(self._grid.logical)):
            cards = sorted(
                (card for card in self._grid.cards.values() if card.column == column), key=lambda card: card.y
            )
            columns.append([card.reference for card in cards])
        positions = {
            reference: (number, index)
            for number, column in enumerate(columns)
            for index, reference in enumerate(column)
        }
        return columns, positions

    def _in_column(self, reference: Reference, direction: Direction) -> Reference | None:
        """The next card above or below in the same column, or the next title.

        Below the last card comes the first one of the next column, above the first one the title of its
        lane, so that arrow keys reach everything.
        """
        columns, positions = self._columns
        if reference not in positions:
            return None
        number, index = positions[reference]
        index += 1 if direction == "down" else -1
        if 0 <= index < len(columns[number]):
            return columns[number][index]
        if direction == "down":
            return next((column[0] for column in columns[number + 1 :] if column), None)
        if number == 0 or not columns[0]:
            return None
        lane = self._grid.lanes[self._grid.cards[reference].lane].reference
        if lane in positions and positions[lane][0] == 0:
            return lane
        return columns[0][0]  # a folded zone has no title

    def _from_card(self, card: Card, direction: Direction) -> Reference | None:
        """The first line on that side of a card: its label, or that of the first arrow it leads to."""
        for pin in card.right if direction == "right" else card.left:
            if pin.link:
                return pin.link.relation
            relations = [branch.link.relation for branch in pin.branches]
            return min(relations, key=lambda relation: min(arrow.y for arrow in self._arrows[relation]))
        return None

    def _from_label(self, relation: Reference, direction: Direction) -> Reference | None:
        link = self._links.get(relation)
        if link is None or not self._arrows[relation]:
            return None
        pin = self._arrows[relation][0]
        towards = "right" if pin.side == "left" else "left"
        if direction == towards:
            return link.target
        sources = [self._grid.cards[source] for source, _ in link.sources]
        return min(sources, key=lambda card: (abs(card.y - pin.y), card.reference)).reference

    @cached_property
    def _by_row(self) -> list[_Entry]:
        """Everything, sorted by twice the row of its middle."""
        return sorted((box.y * 2 + box.height, reference) for reference, box in self._boxes.items())

    @cached_property
    def _labels_by_row(self) -> list[_Entry]:
        """The labels of ``_by_row``."""
        return [place for place in self._by_row if place[1] in self._links]

    @cached_property
    def _by_cell(self) -> list[_Entry]:
        """Everything, sorted by its first column of cells."""
        return sorted((box.x, reference) for reference, box in self._boxes.items())

    def _nearest(
        self, reference: Reference, box: Box, direction: Direction, passing: str = ""
    ) -> Reference | None:
        """The nearest in a direction: the distance, and twice how far it lies to the side of it.

        Those of the table ``passing`` are passed over.
        """
        middle = box.y * 2 + box.height
        upright = direction in {"up", "down"}
        if upright:
            here, ordered = middle, self._labels_by_row if reference in self._links else self._by_row
        else:
            here, ordered = box.x, self._by_cell
        best: tuple[int, str] | None = None
        nearest: Reference | None = None
        for at, other in _beyond(ordered, here, forwards=direction in {"down", "right"}):
            if other[0] == passing:
                continue
            away = abs(at - here)
            if best is not None and away > best[0]:
                break  # all that follow are further away
            place = self._boxes[other]
            if upright:
                aside = max(place.x - box.x - box.width + 1, box.x - place.x - place.width + 1, 0)
                aside += abs(place.x - box.x) // 8
            else:
                aside = abs(place.y * 2 + place.height - middle) * 3
            score = away + aside * 2
            if best is None or score < best[0] or (score == best[0] and str(other) < best[1]):
                best, nearest = (score, str(other)), other
        return nearest


def _beyond(ordered: list[_Entry], here: int, *, forwards: bool) -> Iterator[_Entry]:
    """The entries beyond a row or a column of cells, the nearest first."""
    if forwards:
        return islice(ordered, bisect_right(ordered, here, key=itemgetter(0)), None)
    return reversed(ordered[: bisect_left(ordered, here, key=itemgetter(0))])
