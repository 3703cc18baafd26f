"""Makes the lanes of a drawing: the lane of each element, and the order of the lanes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import groupby
from typing import TypeVar

from meshmodel.canvas.layout.elements import Arrow
from meshmodel.canvas.layout.links import CardLinks
from meshmodel.canvas.scene import Options
from meshmodel.model.records import Reference, Slot, Snapshot

NOWHERE = ""
"""The key of the lane of agents and credentials that have no zone."""


@dataclass(slots=True)
class Lane:
    """One lane.

    Attributes:
        key: the id of its zone, ``system:ID``, or ``""``.
        title: stands on its frame.
        reference: its zone, or ``("lane", key)``.
        zones: the folded zones that share it; empty for any other lane.
        y: its first row.
        height: rows.
    """

    key: str
    title: str
    reference: Reference | None
    y: int = 0
    height: int = 1
    zones: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of all that lies in it."""
        return self.zones or (self.key,)


def lane_keys(snapshot: Snapshot, links: CardLinks) -> dict[Reference, str]:
    """The key of the lane of every zone, and of every element that may have a card.

    A credential is in the lane of its first holder, otherwise of a system that stores it, of the credential
    that is exchanged for it, or of a system that accepts it.
    """
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


_Key = TypeVar("_Key", str, Reference)


def insert_at_slots(free: Sequence[_Key], slots: Mapping[_Key, Slot]) -> list[_Key]:
    """Insert lanes or cards with a slot among those without one, which keep their order.

    Args:
        free: those without a slot.
        slots: those with a slot, whose second number is their index in the result.
    """
    result = list(free)
    for key in sorted(slots, key=lambda found: (slots[found][1], found)):
        result.insert(max(0, min(slots[key][1], len(result))), key)
    return result


def order_lanes(
    snapshot: Snapshot,
    drawn: Iterable[Reference],
    links: Sequence[Arrow],
    keys: dict[Reference, str],
    known: dict[Reference, int],
) -> list[Lane]:
    """The lanes from the top, in an order that keeps the lines between them short.

    Args:
        snapshot: the model.
        drawn: what has a card.
        links: those between all elements, also the folded ones: folding a zone moves no lane.
        keys: the lane of each element.
        known: the position of each lane in the drawing before; lanes that are in it keep their order.
    """
    used = {keys[reference] for reference in drawn} | set(snapshot.zone)
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
    lanes: list[Lane] = []
    for key in insert_at_slots(free, slots):
        zone = snapshot.zone.get(key)
        if zone:
            lanes.append(Lane(key, zone.title, ("zone", key)))
        elif key:  # the lane of a system without a zone
            system = snapshot.system[key.removeprefix("system:")]
            lanes.append(Lane(key, system.title, ("lane", key)))
        else:
            lanes.append(Lane(key, "no zone", ("lane", key)))
    return lanes


def share_lanes(lanes: list[Lane], folded: AbstractSet[str], options: Options) -> list[Lane]:
    """Let folded zones that follow one another share a lane, if not all lanes fit below one another."""
    rows = 2 if options.zoom == "line" else 3
    if rows * len(lanes) < options.height:
        return lanes
    shared: list[Lane] = []
    for is_folded, found in groupby(lanes, lambda lane: lane.key in folded):
        run = list(found)
        if is_folded and len(run) > 1:
            key = f"folded:{run[0].key}"
            zones = tuple(lane.key for lane in run)
            run = [Lane(key, f"{len(run)} folded zones", ("lane", key), zones=zones)]
        shared += run
    return shared


def _lines_between(
    links: Sequence[Arrow], keys: Mapping[Reference, str], used: AbstractSet[str]
) -> tuple[dict[tuple[str, str], int], dict[str, int]]:
    """By pair of lanes, the lines between them; by lane, how many more lines leave it than enter it."""
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
    """Swap neighbouring lanes while that makes the lines between lanes shorter in total.

    Args:
        order: the lanes from the top; it is changed.
        weights: by pair of lanes, how many lines run between them.
    """
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
