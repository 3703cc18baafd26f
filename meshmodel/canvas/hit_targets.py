"""The targets of a drawing: what can be selected or hit, and in which cells."""

from __future__ import annotations

from collections.abc import Sequence

from meshmodel.canvas.lane_frames import Titles
from meshmodel.canvas.layout.elements import Branch, Card, Pin
from meshmodel.canvas.layout.layout import CellLayout
from meshmodel.canvas.layout.line_labels import end_positions
from meshmodel.canvas.scene import Box, Target
from meshmodel.canvas.text import cells
from meshmodel.model.records import Reference


def targets_of(plan: CellLayout, titles: Titles) -> tuple[Target, ...]:
    """All targets in reading order.

    Lane by lane, its title first, then its cards by column; after each card the ends of the lines at its
    left side, then those at its right.
    """
    grid = plan.grid
    found: list[Target] = []
    for number in range(len(grid.lanes)):
        found += titles.targets.get(number, ())
        for column in range(len(grid.logical)):
            for card in grid.stacks.get((number, column), ()):
                found.append(card_target(plan.columns, card))
                for pin in card.left:
                    found += _targets(plan, pin)
                for pin in card.right:
                    found += _targets(plan, pin)
    return tuple(found)


def card_target(columns: Sequence[tuple[int, int]], card: Card) -> Target:
    """The target of a card; ``columns`` are the cells (x, width) of each column."""
    x, width = columns[card.column]
    return Target(
        card.reference, "fold" if card.kind == "fold" else "card", Box(x, card.y, width, card.height)
    )


def _targets(plan: CellLayout, pin: Pin) -> list[Target]:
    """The targets where a line meets a card: the two parts of its label, its mark, checkpoints, the line."""
    link, y = pin.link, pin.y
    if link is None:
        return _source_targets(plan, pin)
    start, stop = plan.channel_cells(pin)
    end = plan.end_at(pin)
    mark_x, at = end_positions(pin, end, start, stop)
    relation, credential = link.relation, link.credential
    found: list[Target] = []
    if end.length:
        low, high = (at, stop) if pin.side == "left" else (start, at + end.length)
        label, named = Box(low, y, high - low, 1), cells(end.name)
        if pin in plan.moved:
            moved = plan.moved[pin]
            at, label = moved.x, Box(moved.x, moved.y, end.length + 1, 1)
            named += len(moved.before)
        found.append(Target(relation, "label", label))
        if credential and end.name:
            found.insert(0, Target(credential, "label", Box(at, label.y, named, 1)))
        elif credential and link.target != credential:
            found.append(Target(credential, "line", label))
    leg = _leg(pin, start, stop)
    if not end.length or pin in plan.moved:
        found.append(Target(relation, "label", leg))
    if pin.mark and relation[0] != "flow":
        checkpoints = checkpoints_at(plan, relation)
        box = Box(mark_x, y, 1, 1)
        if pin.mark == "missing" or not checkpoints:
            found.insert(0, Target(relation, "mark", box))
        for checkpoint in checkpoints:
            found.insert(len(found) if pin.mark == "missing" else 0, Target(checkpoint, "mark", box))
    found += _lines(pin.branches, leg, relation)
    return found


def _source_targets(plan: CellLayout, pin: Pin) -> list[Target]:
    """The targets where a line leaves a card: its checkpoints, and the relations at its start."""
    if pin.start is None:
        return []
    start, stop = plan.channel_cells(pin)
    found: list[Target] = []
    for checkpoint in checkpoints_at(plan, pin.start):
        end = plan.end_at(pin)
        found.insert(0, Target(checkpoint, "mark", Box(end_positions(pin, end, start, stop)[0], pin.y, 1, 1)))
    found += _lines(pin.branches, _leg(pin, start, stop), None)
    return found


def _leg(pin: Pin, start: int, stop: int) -> Box:
    """The cells of a line between its trunk and a card."""
    low, high = (pin.turn, stop) if pin.side == "left" else (start, pin.turn + 1)
    return Box(min(low, high - 1), pin.y, max(1, high - low), 1)


def _lines(branches: tuple[Branch, ...], leg: Box, relation: Reference | None) -> list[Target]:
    """The holds and custodies that the branches start with, except ``relation``: it has a target."""
    return [
        Target(branch.start, "line", leg)
        for branch in branches
        if branch.start[0] in {"hold", "custody"} and branch.start != relation
    ]


def checkpoints_at(plan: CellLayout, relation: Reference) -> list[Reference]:
    """The checkpoints on a relation."""
    step, ends = relation
    if isinstance(ends, str):
        return []
    return [("checkpoint", found) for found in plan.grid.checkpoints.get((step, *ends), ())]
