"""Arrow keys: left and right follow the lines, up and down go by place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from meshmodel.canvas.columns import Grid
from meshmodel.canvas.parts import Branch, Card, Link, Pin
from meshmodel.canvas.scene import Box, Direction, Reference, Target


class Navigation:
    """The ways between the cards, the labels and the lane titles of one drawing."""

    def __init__(self, grid: Grid, branches: Sequence[Branch], targets: Sequence[Target]) -> None:
        self._grid = grid
        self._places: dict[Reference, Box] = {}
        self._same: dict[Reference, Reference] = {}
        self._arrows: dict[Reference, list[Pin]] = defaultdict(list)
        self._links: dict[Reference, Link] = {}
        for branch in branches:
            self._links.setdefault(branch.link.relation, branch.link)
        for card in grid.cards.values():
            for pin in (*card.left, *card.right):
                if pin.link:
                    self._arrows[pin.link.relation].append(pin)
        for target in targets:
            if target.part in {"card", "fold", "lane"} or target.reference in self._links:
                self._places.setdefault(target.reference, target.box)
        for branch in branches:
            if branch.link.credential:
                self._same.setdefault(branch.link.credential, branch.link.relation)
            self._same.setdefault(branch.start, branch.link.relation)
        for target in targets:
            if target.reference[0] == "checkpoint":
                at = next(
                    (other for other in targets if other.box == target.box and other is not target), None
                )
                if at:
                    self._same.setdefault(target.reference, at.reference)

    def neighbour(self, reference: Reference, direction: Direction) -> Reference | None:
        """The next place in a direction, or ``None``."""
        if reference in self._grid.stands:
            reference = self._grid.stands[reference]
        if reference not in self._places:
            reference = self._same.get(reference, reference)
        box = self._places.get(reference)
        if box is None:
            return None
        if direction in {"left", "right"}:
            card = self._grid.cards.get(reference)
            found = self._from_card(card, direction) if card else self._from_label(reference, direction)
            if found is not None:
                return found
        return self._by_place(reference, box, direction)

    def _from_card(self, card: Card, direction: Direction) -> Reference | None:
        """The first line on that side of a card: its label, or that of the first arrow it leads to."""
        for pin in card.right if direction == "right" else card.left:
            if pin.link:
                return pin.link.relation
            branch = pin.branches[0]
            return branch.link.relation
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

    def _by_place(self, reference: Reference, box: Box, direction: Direction) -> Reference | None:
        """The nearest place in a direction: near in that direction, then little aside."""
        best: tuple[float, Reference] | None = None
        middle = box.y * 2 + box.height
        for other, place in self._places.items():
            if other == reference:
                continue
            if direction in {"up", "down"}:
                down = place.y * 2 + place.height - middle
                away = down if direction == "down" else -down
                aside = max(place.x - box.x - box.width + 1, box.x - place.x - place.width + 1, 0)
                aside += abs(place.x - box.x) // 8
            else:
                right = place.x - box.x
                away = right if direction == "right" else -right
                aside = abs(place.y * 2 + place.height - middle) * 3
            if away <= 0:
                continue
            score = (away + aside * 2, other)
            if best is None or (score[0], str(score[1])) < (best[0], str(best[1])):
                best = score
        return best[1] if best else None
