"""Which card stands in which lane, column and order: the grid that everything else hangs on.

Zones are lanes; a system without zone is a lane of its own, and what has no home at all shares
one more. Agents stand in column 0, systems opened directly in column 2, those opened by something
found there in column 4, and so on; credential cards stand in the odd columns between. A slot
(``at``) decides column and order of its element, and the lane of a zone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from meshmodel.canvas.glyphs import FLAGS
from meshmodel.canvas.layout.elements import ASCII_MARKS, MARK_GLYPHS, Card, Link
from meshmodel.canvas.layout.links import (
    Links,
    agent_card,
    credential_card,
    fold_links,
    hidden_marks,
    system_card,
)
from meshmodel.canvas.scene import Facts, Mark, Options
from meshmodel.model.records import Reference, Slot
from meshmodel.model.snapshot import Snapshot

NOWHERE = ""
"""The key of the lane of agents and credentials that have no zone."""
_TO_ASCII_MARKS = str.maketrans({glyph: ASCII_MARKS[mark] for mark, glyph in MARK_GLYPHS.items()})


@dataclass(slots=True)
class Lane:
    """One lane: its key (a zone id, ``system:ID`` or ``""``), title and reference if it is a zone."""

    key: str
    title: str
    reference: Reference | None
    y: int = 0
    height: int = 1


@dataclass(slots=True)
class Grid:
    """The cards in their places, and the links between them.

    ``stacks`` maps (lane, column) to its cards top down; ``logical`` gives the slot column of each
    column; ``checkpoints`` are those of ``Links``; ``card_for`` maps a folded element to
    the card that shows it.
    """

    lanes: list[Lane] = field(default_factory=list)
    cards: dict[Reference, Card] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    logical: list[int] = field(default_factory=list)
    stacks: dict[tuple[int, int], list[Card]] = field(default_factory=dict)
    checkpoints: dict[tuple[str, str, str], list[str]] = field(default_factory=dict)
    boundary_marks: dict[tuple[str, str, str], Mark] = field(default_factory=dict)
    card_for: dict[Reference, Reference] = field(default_factory=dict)

    @property
    def order(self) -> tuple[Reference, ...]:
        """Lanes and cards in their order."""
        lanes: list[Reference] = [lane.reference for lane in self.lanes if lane.reference is not None]
        return (*lanes, *(card.reference for stack in self.stacks.values() for card in stack))

    def looks_like(self, other: Grid) -> bool:
        """Whether the same cards stand in the same places as in another, with the same lines and marks."""
        return (
            self.logical == other.logical
            and self.checkpoints == other.checkpoints
            and self.boundary_marks == other.boundary_marks
            and self.card_for == other.card_for
            and [(lane.key, lane.title) for lane in self.lanes]
            == [(lane.key, lane.title) for lane in other.lanes]
            and self.stacks.keys() == other.stacks.keys()
            and all(_shown(stack) == _shown(other.stacks[key]) for key, stack in self.stacks.items())
            and self.links == other.links
        )


def make_grid(
    snapshot: Snapshot,
    facts: Facts,
    options: Options,
    earlier: Sequence[Reference] = (),
    *,
    keep_lanes: bool = False,
) -> Grid:
    """The grid of a snapshot.

    Args:
        snapshot: the model.
        facts: depths decide columns, identities the facts on agents, marks those by the arrows.
        options: the zoom and the folded zones.
        earlier: lanes and cards of the drawing before; the cards keep their order where they can.
        keep_lanes: whether the lanes keep it too, as they do while a person draws. Otherwise
            their order comes of the model alone, so that it is the same when the model is opened again.
    """
    links = Links(snapshot, facts)
    keys = _lane_keys(snapshot, links)
    folded = set(snapshot.zone) if options.zoom == "overview" else options.folded & set(snapshot.zone)
    grid = Grid(checkpoints=links.checkpoints)
    for step in links.checkpoints:
        if step[0] == "boundary":
            grid.boundary_marks[step] = facts.marks.get(step, "does-not-count")
    slots: dict[Reference, Slot] = {}
    _make_cards(snapshot, facts, links, grid, keys, folded, slots)
    grid.links = fold_links(links.links, grid.card_for) if folded else links.links
    if folded:
        for reference, counts in hidden_marks(links.links, grid.card_for).items():
            text = counts.translate(_TO_ASCII_MARKS) if options.ascii else counts
            grid.cards[reference].fact = f"{text} {grid.cards[reference].fact}"
    known = {reference: number for number, reference in enumerate(earlier)}
    lane_number = _order_lanes(snapshot, grid, links.links, keys, known if keep_lanes else {})
    for reference, card in grid.cards.items():
        card.lane = lane_number[keys[reference]]
    if options.zoom == "overview":
        _two_columns(grid)
    grid.logical = sorted({card.logical for card in grid.cards.values()})
    numbers = {logical: number for number, logical in enumerate(grid.logical)}
    for card in grid.cards.values():
        card.column = numbers[card.logical]
        if options.zoom == "line":  # a row has no room for the fact, but the flag must not be lost
            flag = card.fact[-1:]
            if flag in FLAGS:
                card.title += f" {FLAGS[flag] if options.ascii else flag}"
            card.fact = ""
    _order_stacks(grid, slots, known)
    return grid


def _shown(stack: list[Card]) -> list[tuple[Reference, str, str, str]]:
    """What can be seen of the cards of a stack."""
    return [(card.reference, card.kind, card.title, card.fact) for card in stack]


def _lane_keys(snapshot: Snapshot, links: Links) -> dict[Reference, str]:
    """The lane of every element that may have a card, and of every zone."""
    keys: dict[Reference, str] = {("zone", zone): zone for zone in snapshot.zone}
    keys |= {("system", system.id): system.domain for system in snapshot.system.values()}
    keys |= {("agent", agent.id): agent.home or NOWHERE for agent in snapshot.agent.values()}
    yields: dict[str, list[str]] = defaultdict(list)
    for from_, to in sorted(snapshot.exchange):
        yields[to].append(from_)
    waiting = list(links.cards)
    while waiting:
        left = []
        for credential in waiting:
            ends: list[Reference] = [("agent", end) for end in sorted(links.holders.get(credential, ()))]
            ends += [("system", end) for end in sorted(links.stores.get(credential, ()))]
            ends += [("credential", from_) for from_ in yields.get(credential, ())]
            ends += [("system", end) for end in sorted(links.grants.get(credential, ()))]
            lane = next((keys[end] for end in ends if end in keys), None)
            if lane is None:
                left.append(credential)
            else:
                keys["credential", credential] = lane
        if len(left) == len(waiting):
            keys |= {("credential", credential): NOWHERE for credential in left}
            break
        waiting = left
    return keys


def _distances(snapshot: Snapshot, facts: Facts, links: Links) -> tuple[dict[str, int], dict[str, int]]:
    """How many systems away each system and each credential is, by the facts or else by the relations."""
    depth = {system: steps for system, steps in facts.depths.items() if system in snapshot.system}
    stage: dict[str, int] = {
        credential: 0
        for credential, ends in links.holders.items()
        if ends and credential in snapshot.credential
    }
    yields: dict[str, list[str]] = defaultdict(list)
    for system, credential in snapshot.custody:
        yields[system].append(credential)
    becomes: dict[str, list[str]] = defaultdict(list)
    for from_, to in snapshot.exchange:
        becomes[from_].append(to)
    front = sorted(stage)
    while front:
        following: dict[str, int] = {}
        for credential in front:
            here = stage[credential]
            for other in becomes.get(credential, ()):
                if other not in stage or stage[other] > here:
                    following[other] = min(here, following.get(other, here))
            for system in links.grants.get(credential, ()):
                if system not in facts.depths and depth.get(system, here + 1) > here:
                    depth[system] = here
                for other in yields.get(system, ()):
                    found = depth[system] + 1
                    if other not in stage or stage[other] > found:
                        following[other] = min(found, following.get(other, found))
        stage |= following
        front = sorted(following)
    return depth, stage


def _make_cards(
    snapshot: Snapshot,
    facts: Facts,
    links: Links,
    grid: Grid,
    keys: dict[Reference, str],
    folded: Iterable[str],
    slots: dict[Reference, Slot],
) -> None:
    """Put the cards of all elements into the grid, with the columns of their kinds or slots."""
    depth, stage = _distances(snapshot, facts, links)
    hidden = set(folded)
    counts: dict[str, list[int]] = {zone: [0, 0, 0] for zone in hidden}

    def add(card: Card, column: int, at: Slot | None, kind: int) -> None:
        lane = keys[card.reference]
        if lane in hidden:
            counts[lane][kind] += 1
            grid.card_for[card.reference] = ("zone", lane)
            return
        card.logical = max(0, at[0]) if at else column
        if at:
            slots[card.reference] = at
        grid.cards[card.reference] = card

    for _, agent in sorted(snapshot.agent.items()):
        add(agent_card(agent, facts), 0, agent.at, 0)
    for key in links.cards:
        credential = snapshot.credential[key]
        add(credential_card(credential), 1 + 2 * stage.get(key, 0), credential.at, 2)
    for _, system in sorted(snapshot.system.items()):
        add(system_card(system, facts), 2 + 2 * depth.get(system.id, 0), system.at, 1)
    for zone in sorted(hidden):
        agents, systems, _ = counts[zone]
        named = ((agents, "agent"), (systems, "system"))
        fact = " ".join(f"{count} {word}{'' if count == 1 else 's'}" for count, word in named if count)
        card = Card(("zone", zone), "fold", snapshot.zone[zone].title, fact or "empty")
        card.logical = 0 if agents else 2
        grid.cards[card.reference] = card
    for _, zone_record in sorted(snapshot.zone.items()):
        if zone_record.at:
            slots["zone", zone_record.id] = zone_record.at


def _insert_placed(
    free: list[Reference], placed: Sequence[Reference], slots: dict[Reference, Slot]
) -> list[Reference]:
    """The free ones in their order with the placed ones at the orders of their slots."""
    result = list(free)
    for reference in sorted(placed, key=lambda found: (slots[found][1], found)):
        result.insert(max(0, min(slots[reference][1], len(result))), reference)
    return result


def _order_lanes(
    snapshot: Snapshot,
    grid: Grid,
    links: Sequence[Link],
    keys: dict[Reference, str],
    known: dict[Reference, int],
) -> dict[str, int]:
    """Choose the order of the lanes, short lines first, and return the number of each.

    ``links`` are those between all elements, folded or not: folding a zone moves no lane.
    """
    used = {keys[reference] for reference in grid.cards} | set(snapshot.zone)
    slots = {zone.id: zone.at for zone in snapshot.zone.values() if zone.at}
    free = [key for key in used if key not in slots]
    places: dict[object, int] = {
        reference[1]: number for reference, number in known.items() if reference[0] in {"zone", "lane"}
    }
    if all(key in places for key in free):
        free.sort(key=places.__getitem__)
    else:
        weights, lead = _lines_between(links, keys, used)
        free.sort(key=lambda key: (key == NOWHERE, -lead[key], key))
        if any(key in places for key in free):
            free.sort(key=lambda key: places.get(key, len(known)))
        elif len(free) <= 60:
            free = _shorten_lines(free, weights)
    for key in sorted(slots, key=lambda key: (slots[key][1], key)):
        free.insert(max(0, min(slots[key][1], len(free))), key)
    for key in free:
        zone = snapshot.zone.get(key)
        if zone:
            grid.lanes.append(Lane(key, zone.title, ("zone", key)))
        elif key:  # a system without a zone is one of its own
            system = snapshot.system[key.removeprefix("system:")]
            grid.lanes.append(Lane(key, f"system:{system.title}", ("lane", key)))
        else:
            grid.lanes.append(Lane(key, "no zone", ("lane", key)))
    return {key: number for number, key in enumerate(free)}


def _lines_between(
    links: Sequence[Link], keys: Mapping[Reference, str], used: AbstractSet[str]
) -> tuple[dict[tuple[str, str], int], dict[str, int]]:
    """How many lines run between each two lanes, and how many more leave each lane than enter it."""
    weights: dict[tuple[str, str], int] = defaultdict(int)
    lead: dict[str, int] = dict.fromkeys(used, 0)
    for link in links:
        to = keys[link.target]
        for source, _ in link.sources:
            from_ = keys[source]
            if from_ != to and from_ in used and to in used:
                weights[min(from_, to), max(from_, to)] += 1
                lead[from_] += 1
                lead[to] -= 1
    return weights, lead


def _shorten_lines(order: list[str], weights: dict[tuple[str, str], int]) -> list[str]:
    """Swap neighbours as long as that makes the lines between the lanes shorter."""
    beside: dict[str, list[tuple[str, int]]] = defaultdict(list)
    known = set(order)
    for (one, other), weight in weights.items():
        if one not in known or other not in known:
            continue
        beside[one].append((other, weight))
        beside[other].append((one, weight))
    position = {key: number for number, key in enumerate(order)}

    def length(key: str, at: int, ignoring: str) -> int:
        return sum(weight * abs(position[other] - at) for other, weight in beside[key] if other != ignoring)

    for _ in range(len(order)):
        changed = False
        for number in range(len(order) - 1):
            upper, lower = order[number], order[number + 1]
            now = length(upper, number, lower) + length(lower, number + 1, upper)
            then = length(upper, number + 1, lower) + length(lower, number, upper)
            if then < now:
                order[number], order[number + 1] = lower, upper
                position[upper], position[lower] = number + 1, number
                changed = True
        if not changed:
            break
    return order


def _two_columns(grid: Grid) -> None:
    """Part the cards of an overview into two columns so that most lines run between them."""
    lines: dict[Reference, list[Reference]] = defaultdict(list)
    for link in grid.links:
        for source, _ in link.sources:
            lines[source].append(link.target)
            lines[link.target].append(source)
    for card in sorted(grid.cards.values(), key=lambda found: (found.lane, found.logical, found.reference)):
        card.logical = -1
    for card in sorted(grid.cards.values(), key=lambda found: (found.lane, found.reference)):
        beside = [grid.cards[other].logical for other in lines[card.reference]]
        card.logical = 2 if beside.count(0) > beside.count(2) else 0


def _order_stacks(grid: Grid, slots: dict[Reference, Slot], known: dict[Reference, int]) -> None:
    """Order the cards of each lane and column so that lines run straight, slots and history first."""
    stacks: dict[tuple[int, int], list[Card]] = defaultdict(list)
    for _, card in sorted(grid.cards.items()):
        stacks[card.lane, card.column].append(card)
    fresh = [key for key, stack in stacks.items() if not any(card.reference in known for card in stack)]
    if fresh:
        _straighten_stacks(grid, stacks, sorted(fresh, key=lambda key: (key[1], key[0])))
    unsorted = set(fresh)
    for key, stack in stacks.items():
        if key not in unsorted:
            stack.sort(key=lambda card: known.get(card.reference, len(known)))
        placed = [card.reference for card in stack if card.reference in slots] if slots else []
        if placed:
            free = [card.reference for card in stack if card.reference not in slots]
            stack[:] = [grid.cards[reference] for reference in _insert_placed(free, placed, slots)]
        grid.stacks[key] = stack
        for number, card in enumerate(stack):
            card.order = number


def _straighten_stacks(
    grid: Grid, stacks: Mapping[tuple[int, int], list[Card]], fresh: Sequence[tuple[int, int]]
) -> None:
    """Sort the cards of stacks that were never drawn by where the other ends of their lines stand."""
    beside: dict[Reference, list[Card]] = defaultdict(list)
    for link in grid.links:
        target = grid.cards[link.target]
        for source, _ in link.sources:
            beside[source].append(target)
            beside[link.target].append(grid.cards[source])
    place_of: dict[Reference, float] = {}
    for stack in stacks.values():
        for number, card in enumerate(stack):
            place_of[card.reference] = card.lane + (number + 0.5) / len(stack)

    def pull(card: Card) -> float:
        others = [
            place_of[other.reference] for other in beside[card.reference] if other.column != card.column
        ] or [place_of[other.reference] for other in beside[card.reference]]
        return sum(others) / len(others) if others else place_of[card.reference]

    for sweep in range(4):
        for key in fresh if sweep % 2 == 0 else reversed(fresh):
            stack = stacks[key]
            stack.sort(key=lambda card: (pull(card), card.reference))
            for number, card in enumerate(stack):
                place_of[card.reference] = card.lane + (number + 0.5) / len(stack)
