"""Agents of which an edit changed the home and nothing else."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet

from meshmodel.analysis.engine import Traveller
from meshmodel.analysis.situations import Same
from meshmodel.analysis.steps import bits
from meshmodel.analysis.updating.concerned import Kept
from meshmodel.analysis.updating.engines import Moved
from meshmodel.analysis.updating.places import Places


def homes_only(
    gone: Sequence[Traveller], come: Sequence[Traveller], moved: Moved, intending: AbstractSet[str]
) -> frozenset[str] | None:
    """The homes before and after, or ``None`` where anything else changed that doors may ask for.

    In other zones such agents come through the same doors as before, unless a boundary or an intent tells
    where they come from.

    Args:
        gone: the agents that an edit concerns, as they were.
        come: as they are now.
        moved: what the edit did.
        intending: the agents of which intents excuse something, or did.
    """
    edit = moved.edit
    if moved.changes.tables.keys() != {"agent"} or edit.gone or edit.come or moved.guards.any:
        return None
    ids = [each.id for each in come]
    if [each.id for each in gone] != ids or not intending.isdisjoint(ids):
        return None
    homes: set[str] = set()
    common = Same()
    for was, now in zip(gone, come, strict=True):
        if was.home is None or now.home is None or _asked(was) != _asked(now):
            return None
        if not common.is_same(was.situation.common, now.situation.common):
            return None
        homes |= {was.home, now.home}
    return frozenset(homes)


def _asked(traveller: Traveller) -> tuple[bool, list[tuple[int, bool, int, int]]]:
    """What doors ask of an agent, its home and what it has in common with others aside."""
    return traveller.steered, [each.told for each in traveller.groups]


def grants_in(kept: Kept, zones: Iterable[str], credentials: int, places: Places) -> list[int]:
    """The places of the grants of some credentials on all systems in these zones."""
    mesh, nodes = kept.engine.mesh, kept.engine.mesh.credential_node
    numbers = {node // 5 for zone in zones for node in bits(mesh.zone_mask.get(zone, 0))}
    found = [
        places.at(grant.credential, grant.system)
        for number in numbers
        for grant in kept.related.of("grant", "system", mesh.systems[number])
        if credentials >> nodes.get(grant.credential, 0) & 1
    ]
    return [place for place in found if place is not None]
