"""The agents of which an edit makes something else true, of all that it concerns."""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import chain

from meshmodel.analysis.situations import Group, Same
from meshmodel.analysis.updating.concerned import Kept
from meshmodel.analysis.updating.engines import Moved


def altered(before: Kept, moved: Moved) -> frozenset[str]:
    """The agents whose sources, starts or home are others, or that came or went.

    Often an edit concerns all agents of a large cycle, and most of them come to the very same as before.

    Args:
        before: the reading before the edit.
        moved: what it did.
    """
    was, now = before.engine.traveller_of, moved.kept.engine.traveller_of
    alike = set(chain.from_iterable(moved.alike.values()))
    others = frozenset([each for each in moved.agents - alike if each in was or each in now])
    return others.union(_differing(before, moved))


def _differing(before: Kept, moved: Moved) -> Iterator[str]:
    """Of the agents at home where they were those that differ."""
    zones = before.engine.mesh.zone_mask, moved.kept.engine.mesh.zone_mask
    # Most agents have their situation in common.
    known: dict[tuple[int, int], bool] = {}
    common = Same()
    for (one, other, home), agents in moved.alike.items():
        key = id(one), id(other)
        same = known.get(key)
        if same is None:
            same = known[key] = one.told == other.told and common.is_same(one.common, other.common)
        if not same or zones[0].get(home or "") != zones[1].get(home or ""):
            yield from agents


def coming_otherwise(agents: AbstractSet[str], moved: Moved) -> frozenset[str]:
    """Of these agents those whose home is another, or whose sources or starts are as far as doors ask: where
    they come to by steps on which nobody is asked, credentials aside, is no part of it.

    Args:
        agents: those of which an edit makes something else true.
        moved: what the edit did.
    """
    mesh = moved.kept.engine.mesh
    credentials = (1 << mesh.first_agent) - (1 << mesh.first_credential)
    known: dict[tuple[int, int], bool] = {}
    common = Same()
    same: list[Sequence[str]] = []
    for (one, other, _), alike in moved.alike.items():
        if alike[0] not in agents:
            continue
        key = id(one), id(other)
        if key not in known:
            known[key] = (
                one.steered == other.steered
                and common.is_same(one.common, other.common)
                and _same_to_doors(one.groups, other.groups, credentials)
            )
        if known[key]:
            same.append(alike)
    return frozenset(agents).difference(*same)


def _same_to_doors(some: Sequence[Group], others: Sequence[Group], credentials: int) -> bool:
    return len(some) == len(others) and all(
        one is other
        or (
            one.sources == other.sources
            and one.home == other.home
            and one.unchecked.dropped == other.unchecked.dropped
            and not (one.unchecked.row ^ other.unchecked.row) & credentials
        )
        for one, other in zip(some, others, strict=True)
    )
