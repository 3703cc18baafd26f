"""Makes the grid of a drawing: the lane, the column and the order of each card.

Each zone is a lane, each system without a zone too; agents and credentials without a zone share one more.
Agents are in column 0, systems for which an agent has a credential in column 2, systems for which these
store a credential in column 4, and so on; credentials that are exchanged are in the odd columns, other
cards of credentials among those of agents or systems. A slot (``at``) sets the column and the order of its
element, and the order of a zone among the lanes.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from meshmodel.canvas.layout.elements import ASCII_MARKS, MARK_GLYPHS, Arrow, Card
from meshmodel.canvas.layout.lanes import Lane, insert_at_slots, lane_keys, order_lanes, share_lanes
from meshmodel.canvas.layout.links import (
    CardLinks,
    agent_card,
    credential_card,
    fold_links,
    hidden_marks,
    system_card,
)
from meshmodel.canvas.scene import CanvasFacts, Mark, Options
from meshmodel.edits.approvers import approving_agents
from meshmodel.model.records import Reference, Slot, Snapshot
from meshmodel.model.stop import check_current
from meshmodel.model.text import plural

_FLOW = 40
"""The cells of the screen that a column of folded zones takes about, with the lines beside it."""
_TO_ASCII_MARKS = str.maketrans({glyph: ASCII_MARKS[mark] for mark, glyph in MARK_GLYPHS.items()})


@dataclass(slots=True)
class Grid:
    """The cards by lane, column and order, and the links between them.

    Attributes:
        lanes: from the top.
        cards: by the element that they show.
        links: between these cards.
        logical: for each column, the column of a slot that it stands for.
        stacks: by (lane, column), the cards from the top.
        checkpoints: by (step, from, to), the ids of the checkpoints there.
        boundary_marks: by (step, from, to), the marks of checkpoints on boundaries.
        approving: by checkpoint, the agents that approve there.
        card_for: for each folded element, the card that shows it.
        wraps: whether names of cards may take two rows.
    """

    lanes: list[Lane] = field(default_factory=list)
    cards: dict[Reference, Card] = field(default_factory=dict)
    links: list[Arrow] = field(default_factory=list)
    logical: list[int] = field(default_factory=list)
    stacks: dict[tuple[int, int], list[Card]] = field(default_factory=dict)
    checkpoints: dict[tuple[str, str, str], list[str]] = field(default_factory=dict)
    boundary_marks: dict[tuple[str, str, str], Mark] = field(default_factory=dict)
    approving: Mapping[str, tuple[Reference, ...]] = field(default_factory=dict)
    card_for: dict[Reference, Reference] = field(default_factory=dict)
    wraps: bool = False

    @property
    def order(self) -> tuple[Reference, ...]:
        """The lanes from the top, then the cards stack by stack."""
        lanes: list[Reference] = []
        for lane in self.lanes:
            lanes += [("zone", zone) for zone in lane.zones] or filter(None, [lane.reference])
        return (*lanes, *(card.reference for stack in self.stacks.values() for card in stack))

    def looks_like(self, other: Grid) -> bool:
        """Whether a drawing of another grid shows the same: cards, their order, lines and marks."""
        return (
            self.logical == other.logical
            and self.checkpoints == other.checkpoints
            and self.boundary_marks == other.boundary_marks
            and self.approving == other.approving
            and self.card_for == other.card_for
            and [(lane.key, lane.title) for lane in self.lanes]
            == [(lane.key, lane.title) for lane in other.lanes]
            and self.stacks.keys() == other.stacks.keys()
            and all(_shown(stack) == _shown(other.stacks[key]) for key, stack in self.stacks.items())
            and self.links == other.links
        )


def make_grid(
    snapshot: Snapshot,
    facts: CanvasFacts,
    options: Options,
    earlier: Sequence[Reference] = (),
    *,
    keep_lanes: bool = False,
) -> Grid:
    """Make the grid of a snapshot.

    Args:
        snapshot: the model.
        facts: depths decide the columns of systems, identities are shown on agents, marks by the arrows.
        options: the zoom and the folded zones.
        earlier: lanes and cards of the drawing before; cards of one stack keep their order.
        keep_lanes: whether the lanes keep their order too; otherwise it depends on the model alone.
    """
    links = CardLinks(snapshot, facts)
    keys = lane_keys(snapshot, links)
    folded = set(snapshot.zone) if options.zoom == "overview" else options.folded & set(snapshot.zone)
    grid = Grid(checkpoints=links.checkpoints, approving=approving_agents(snapshot))
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
    lanes = order_lanes(snapshot, grid.cards, links.links, keys, known if keep_lanes else {})
    grid.lanes = share_lanes(lanes, folded, options)
    lane_number = {key: number for number, lane in enumerate(grid.lanes) for key in lane.keys}
    for reference, card in grid.cards.items():
        card.lane = lane_number[keys[reference]]
    if options.zoom == "overview":
        _two_columns(grid)
    for lane in grid.lanes:
        _flow(grid, lane, max(options.width // _FLOW, 1))
    grid.logical = sorted({card.logical for card in grid.cards.values()})
    numbers = {logical: number for number, logical in enumerate(grid.logical)}
    for card in grid.cards.values():
        card.column = numbers[card.logical]
        if options.zoom == "line":  # a row has no room for the fact; the flag stands behind the name
            card.fact = ""
    _order_stacks(grid, slots, known)
    return grid


def _shown(stack: list[Card]) -> list[tuple[Reference, str, str, str, str, str]]:
    """What is shown of the cards of a stack, for a comparison."""
    return [(each.reference, each.kind, each.title, each.fact, each.sign, each.flag) for each in stack]


def _distances(
    snapshot: Snapshot, facts: CanvasFacts, links: CardLinks
) -> tuple[dict[str, int], dict[str, int]]:
    """How many other systems must be entered before each system, and before each credential is found.

    Args:
        snapshot: the model.
        facts: its depths hold where they are known; for other systems the relations are followed.
        links: who holds what, and what it opens.

    Returns:
        By system and by credential, the count; 0 for credentials that an agent holds, and systems that
        these open.
    """
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


def _column_of(credential: str, links: CardLinks, stage: Mapping[str, int]) -> int:
    """The column of the card of a credential.

    Only an exchange needs a column between others. Before all others there is always one to the left of its
    systems, and one to the right of whoever has it: connecting it step by step moves no system.
    """
    if credential in links.exchanged:
        return 1 + 2 * stage.get(credential, 0)
    return 0 if links.grants.get(credential) else 2 + 2 * stage.get(credential, 0)


def _make_cards(
    snapshot: Snapshot,
    facts: CanvasFacts,
    links: CardLinks,
    grid: Grid,
    keys: dict[Reference, str],
    folded: Iterable[str],
    slots: dict[Reference, Slot],
) -> None:
    """Add the cards of all elements to the grid, each in the column of its slot or of its kind.

    Elements of ``folded`` zones get none but are counted on the card of the zone; ``slots`` collects slots.
    """
    depth, stage = _distances(snapshot, facts, links)
    hidden = set(folded)
    counts: dict[str, Counter[str]] = {zone: Counter() for zone in hidden}

    def add(card: Card, column: int, at: Slot | None) -> None:
        check_current()
        lane = keys[card.reference]
        if lane in hidden:
            counts[lane][card.reference[0]] += 1
            grid.card_for[card.reference] = ("zone", lane)
            return
        card.logical = max(0, at[0]) if at else column
        if at:
            slots[card.reference] = at
        grid.cards[card.reference] = card

    for _, agent in sorted(snapshot.agent.items()):
        add(agent_card(agent, facts), 0, agent.at)
    for key in links.cards:
        credential = snapshot.credential[key]
        add(credential_card(credential), _column_of(key, links, stage), credential.at)
    for _, system in sorted(snapshot.system.items()):
        add(system_card(system, facts), 2 + 2 * depth.get(system.id, 0), system.at)
    for zone in sorted(hidden):
        inside = [(counts[zone][table], table) for table in ("agent", "system")]
        fact = " ".join(f"{count} {plural(count, table)}" for count, table in inside if count)
        card = Card(("zone", zone), "fold", snapshot.zone[zone].title, fact or "empty", "▣")
        card.logical = 0 if counts[zone]["agent"] else 2
        grid.cards[card.reference] = card
    for _, zone_record in sorted(snapshot.zone.items()):
        if zone_record.at:
            slots["zone", zone_record.id] = zone_record.at


def _flow(grid: Grid, lane: Lane, columns: int) -> None:
    """Let the folded zones that share a lane flow in rows from left to right, in so many columns."""
    for number, zone in enumerate(lane.zones):
        grid.cards["zone", zone].logical = 2 * (number % columns)


def _two_columns(grid: Grid) -> None:
    """Divide the cards of an overview into two columns, each where it has more lines to the other one."""
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
    """Order the cards of each stack: by slot, then as in the drawing before, then for straight lines."""
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
        placed = {card.reference: slots[card.reference] for card in stack if card.reference in slots}
        if placed:
            free = [card.reference for card in stack if card.reference not in placed]
            stack[:] = [grid.cards[reference] for reference in insert_at_slots(free, placed)]
        grid.stacks[key] = stack
        for number, card in enumerate(stack):
            card.order = number


def _straighten_stacks(
    grid: Grid, stacks: Mapping[tuple[int, int], list[Card]], fresh: Sequence[tuple[int, int]]
) -> None:
    """Sort stacks that were never drawn, each card by the mean position of the other ends of its lines."""
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
