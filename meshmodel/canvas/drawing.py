"""A finished drawing: rows of runs, targets, hit testing and arrow keys.

Left and right follow the lines, up and down go to the nearest card, label or title.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from operator import itemgetter
from typing import Final, overload

from meshmodel.canvas.hit_targets import card_target
from meshmodel.canvas.layout.columns import Grid
from meshmodel.canvas.layout.elements import Arrow, Branch, Card, Pin
from meshmodel.canvas.scene import Box, Direction, Ink, Options, Run, Target
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


NO_RECORD: Final = "lane"
"""The table in references to lanes that are no zones: they can be hit and passed by arrow keys only."""


def _record_of(branches: Sequence[Branch]) -> Reference:
    """What a line of several branches stands for: an arrow, a start, a credential; else the first arrow."""
    first = branches[0]
    if any(each.link.relation != first.link.relation for each in branches):
        if all(each.start == first.start for each in branches):
            return first.start
        if first.link.credential and all(each.link.credential == first.link.credential for each in branches):
            return first.link.credential
    return first.link.relation


class Rows(Sequence[tuple[Run, ...]]):
    """The rows of a drawing; each is painted when it is first read."""

    def __init__(self, height: int, paint: Callable[[int], tuple[Run, ...]]) -> None:
        self._paint = paint
        self._painted: list[tuple[Run, ...] | None] = [None] * height

    def __len__(self) -> int:
        return len(self._painted)

    @overload
    def __getitem__(self, index: int) -> tuple[Run, ...]: ...
    @overload
    def __getitem__(self, index: slice) -> list[tuple[Run, ...]]: ...
    def __getitem__(self, index: int | slice) -> tuple[Run, ...] | list[tuple[Run, ...]]:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(len(self)))]
        row = self._painted[index]
        if row is None:
            row = self._paint(range(len(self))[index])
            self._painted[index] = row
        return row


@dataclass
class Drawing:
    """A drawing as :func:`meshmodel.canvas.draw.draw` makes it; it never changes.

    Attributes:
        width: columns of cells; may be more than ``options.width``.
        height: rows of cells.
        rows: for each row the runs from left to right; their cells add up to ``width``.
        options: how it was drawn.
        columns: the cells (x, width) of each column of cards.
        grid: the cards by lane, column and order.
        branches: all lines, one for each pair of a source and an arrow.
        make_targets: makes ``targets``.
        has_letters: whether labels name actions by letters.
        count_shortened: counts the names of cards and labels of lines that are not shown whole.
    """

    width: int
    height: int
    rows: Sequence[tuple[Run, ...]]
    options: Options
    columns: tuple[tuple[int, int], ...]
    grid: Grid
    branches: tuple[Branch, ...]
    make_targets: Callable[[], tuple[Target, ...]]
    has_letters: bool = False
    count_shortened: Callable[[], int] = lambda: 0

    @cached_property
    def targets(self) -> tuple[Target, ...]:
        """Everything that can be selected or hit, in reading order; made when first read."""
        return self.make_targets()

    @cached_property
    def _boxes(self) -> dict[Reference, Box]:
        boxes: dict[Reference, Box] = {}
        for target in self.targets:
            known = boxes.get(target.reference)
            if known is None:
                boxes[target.reference] = target.box
        for reference, card in self.grid.card_for.items():
            if card in boxes:
                boxes.setdefault(reference, boxes[card])
        return boxes

    @cached_property
    def _by_row(self) -> dict[int, list[Target]]:
        rows: dict[int, list[Target]] = defaultdict(list)
        for target in self.targets:
            for y in range(target.box.y, target.box.y + target.box.height):
                rows[y].append(target)
        for found in rows.values():
            found.sort(key=lambda target: target.part == "line")
        return rows

    def hit(self, x: int, y: int) -> Target | None:
        """The target at a cell; ``None`` on the ground.

        On a label the name is the credential, and the actions are the grant. A line comes last, so that
        whatever lies on it is found before it.
        """
        found = (target for target in self._by_row.get(y, ()) if target.box.contains(x, y))
        return next(found, None) or self._line_at(x, y)

    @cached_property
    def _branch_of(self) -> dict[Reference, Branch]:
        return {branch.reference: branch for branch in self.branches}

    def _line_at(self, x: int, y: int) -> Target | None:
        """The line at a cell that no target has: between two cards, or where lines share a bus."""
        start = 0
        for run in self.rows[y] if 0 <= y < self.height else ():
            if start <= x < start + run.cells:
                owners = run.parts[0].owners if run.parts else run.owners
                branches = [self._branch_of[each] for each in owners if each in self._branch_of]
                box = Box(start, y, run.cells, 1)
                return Target(_record_of(branches), "line", box) if branches else None
            start += run.cells
        return None

    def box_of(self, reference: Reference) -> Box | None:
        """Where a record is drawn first; for a folded one, the card of its zone; ``None`` where it is not."""
        box = None if self.is_indexed else self._card_box(reference)
        return self._boxes.get(reference) if box is None else box

    @property
    def is_indexed(self) -> bool:
        """Whether the boxes of all targets are known already."""
        return "_boxes" in self.__dict__

    def can_find(self, reference: Reference) -> bool:
        """Whether ``box_of`` answers without making all boxes first, which may take a second."""
        return self.is_indexed or self._card_box(reference) is not None

    def _card_box(self, reference: Reference) -> Box | None:
        """Where a card is drawn, without making any target."""
        if reference[0] not in {"agent", "system"}:
            return None
        card = self.grid.cards.get(self.grid.card_for.get(reference, reference))
        return None if card is None or card.kind == "fold" else card_target(self.columns, card).box

    @cached_property
    def reading_order(self) -> tuple[Reference, ...]:
        """Every record that is drawn, once: lane by lane, card by card, each followed by its lines."""
        references = (target.reference for target in self.targets)
        return tuple(dict.fromkeys(each for each in references if each[0] != NO_RECORD))

    def paint(self, rows: Iterable[int]) -> None:
        """Paint these rows and index the lines by record, in the background, before the drawing is shown."""
        self._by_record  # noqa: B018  # a cached property
        for y in rows:
            if 0 <= y < self.height:
                self.rows[y]

    def get_ready(self) -> bool:
        """Make one more of the indexes that keys need, so that a key never waits for all of them.

        Returns:
            Whether there are more to make.
        """
        parts = "targets", "reading_order", "_boxes", "_navigation", "_by_record"
        left = [part for part in parts if part not in self.__dict__]
        if left:
            getattr(self, left[0])
        return len(left) > 1

    @cached_property
    def _navigation(self) -> Navigation:
        return Navigation(self.grid, self.branches, self.targets)

    def neighbour(self, reference: Reference, direction: Direction) -> Reference | None:
        """What an arrow key selects next; ``None`` at the edge of the drawing.

        Left and right follow a line from card to label to card; a label is its relation, as
        ``("grant", (credential, system))``. Up and down lead to the nearest card, label or title.
        """
        return self._navigation.neighbour(reference, direction)

    def go(self, reference: Reference | None, direction: Direction) -> Reference | None:
        """What an arrow key selects: as :meth:`neighbour`, past lanes that are no zones.

        At the edge the record itself; of what is not drawn the first in reading order.
        """
        if reference is None or self.box_of(reference) is None:
            return next(iter(self.reading_order), None)
        wanted = self.neighbour(reference, direction)
        while wanted is not None and wanted[0] == NO_RECORD:
            wanted = self.neighbour(wanted, direction)
        return wanted or self._navigation.nearest_record(reference, direction) or reference

    def next_in_order(self, reference: Reference | None, by: int) -> Reference:
        """What follows in reading order (1), or comes before (-1); of what is not drawn the first or last."""
        order = self.reading_order
        if reference not in order:
            return order[0 if by > 0 else -1]
        return order[(order.index(reference) + by) % len(order)]

    @cached_property
    def _by_record(self) -> dict[Reference, list[Branch]]:
        found: dict[Reference, list[Branch]] = defaultdict(list)
        for branch in self.branches:
            link, start = branch.link, branch.start
            found[start].append(branch)
            if link.relation != start:
                found[link.relation].append(branch)
            if link.credential is not None and link.credential not in (start, link.relation):
                found[link.credential].append(branch)
            for record in link.records:
                if record not in (start, link.relation, link.credential):
                    found[record].append(branch)
        return found

    def highlight(self, records: Iterable[Reference]) -> frozenset[Reference]:
        """The owners of the runs that stand out for these records.

        A line stands out if both its relation and the relation at its start are among the records: for a
        grant and the hold of one agent, the lines of other holders do not. A relation or a credential
        without the other end makes all its lines stand out.
        """
        given = set(records)
        highlighted = set(given) | {
            self.grid.card_for[record] for record in given if record in self.grid.card_for
        }
        for record in given:
            for branch in self._by_record.get(record, ()):
                link = branch.link
                if link.records:
                    highlighted.add(branch.reference)
                    continue
                arrow = link.relation in given
                start = branch.start in given
                beside = self._by_record[link.credential] if link.credential else [branch]
                if arrow:
                    start = start or not any(
                        other.start in given and other.start not in {link.credential, link.relation}
                        for other in beside
                        if other.link.relation == link.relation
                    )
                elif start and branch.start != link.credential:
                    arrow = not any(
                        other.link.relation in given for other in beside if other.start == branch.start
                    )
                elif record == link.credential:
                    arrow = start = not any(
                        other.link.relation in given
                        or (other.start in given and other.start != link.credential)
                        for other in beside
                    )
                if arrow and start:
                    highlighted.add(branch.reference)
        return frozenset(highlighted)

    def _lane_number(self, y: int) -> int:
        lanes = self.grid.lanes
        return next((number for number, lane in enumerate(lanes) if y < lane.y + lane.height), len(lanes) - 1)

    def lane_at(self, y: int) -> Reference | None:
        """The reference of the lane of a row; a frame belongs to the lane below it."""
        lanes = self.grid.lanes
        if not 0 <= y < self.height or not lanes:
            return None
        return lanes[self._lane_number(y)].reference

    def tint(self, y: int) -> Ink:
        """The ink of the ground of a row: ``lane-a`` and ``lane-b`` in turn."""
        if not 0 <= y < self.height or not self.grid.lanes:
            return "ground"
        return "lane-b" if self._lane_number(y) % 2 else "lane-a"

    def slot_at(self, x: int, y: int, moving: Reference | None = None) -> tuple[str | None, tuple[int, int]]:
        """The zone and the slot that a card dropped at a cell would get.

        Args:
            x: the column of the cell.
            y: the row of the cell.
            moving: the card that is being moved; it is not counted in the order.

        Returns:
            The zone's id, or ``None`` in a lane that is no zone; and the slot ``(column, order)``. For a zone
            the order is that among all lanes.
        """
        if not self.grid.lanes:
            return None, (0, 0)
        number = self._lane_number(max(0, y))
        lane = self.grid.lanes[number]
        key = self._folded_at(number, x, y) if lane.zones else lane.key
        zone = key if lane.zones or (lane.reference and lane.reference[0] == "zone") else None
        if moving is not None and moving[0] == "zone":
            return zone, (0, [each for other in self.grid.lanes for each in other.keys].index(key))
        if lane.zones or not self.columns:  # the columns of folded zones say nothing of what lies in them
            return zone, (2 if lane.zones and (moving is None or moving[0] != "agent") else 0, 0)
        column = min(range(len(self.columns)), key=lambda index: self._aside(index, x))
        stack = [card for card in self.grid.stacks.get((number, column), ()) if card.reference != moving]
        order = sum(1 for card in stack if card.y + card.height / 2 <= y)
        last = self.columns[-1][0] + self.columns[-1][1]
        if column == len(self.columns) - 1 and x >= last + 8:
            return zone, (self.grid.logical[-1] + 2, 0)
        return zone, (self.grid.logical[column], order)

    def _aside(self, column: int, x: int) -> int:
        """How many cells a column of cells is beside a column of cards."""
        left, width = self.columns[column]
        return max(left - x, x - left - width + 1, 0)

    def _folded_at(self, lane: int, x: int, y: int) -> str:
        """The folded zone, of those that share a lane, whose card is the nearest to a cell."""

        def distance(card: Card) -> int:
            return self._aside(card.column, x) + 2 * max(card.y - y, y - card.y - card.height + 1, 0)

        cards = [self.grid.cards["zone", zone] for zone in self.grid.lanes[lane].zones]
        return str(min(cards, key=distance).reference[1])

    @property
    def order(self) -> tuple[Reference, ...]:
        """Lanes and cards in the order that the next drawing keeps."""
        return self.grid.order

    def as_text(self) -> str:
        """The drawing as plain text, a line for each row."""
        return "\n".join("".join(run.text for run in row).rstrip() for row in self.rows) + "\n"
