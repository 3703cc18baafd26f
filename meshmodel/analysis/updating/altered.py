"""The agents of which an edit makes something else true, of all that it concerns."""

from collections.abc import Iterable, Iterator
from itertools import chain

from meshmodel.analysis.situations import Same, Situation
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


def coming_otherwise(agents: Iterable[str], before: Kept, after: Kept) -> frozenset[str]:
    """Of these agents those whose home is another, or whose sources or starts are as far as doors ask: where
    they come to by steps on which nobody is asked, credentials aside, is no part of it.

    Args:
        agents: the agents.
        before: the reading before an edit.
        after: the reading after it.
    """
    was, now, mesh = before.engine.traveller_of, after.engine.traveller_of, after.engine.mesh
    credentials = (1 << mesh.first_agent) - (1 << mesh.first_credential)
    known: dict[tuple[int, int], bool] = {}
    common = Same()
    found = set()
    for agent in agents:
        one, other = was.get(agent), now.get(agent)
        if one is None or other is None or one.home != other.home:
            found.add(agent)
            continue
        key = id(one.situation), id(other.situation)
        same = known.get(key)
        if same is None:
            some, others = one.situation, other.situation
            same = known[key] = (
                some.steered == others.steered
                and common.is_same(some.common, others.common)
                and _to_doors(some, credentials) == _to_doors(others, credentials)
            )
        if not same:
            found.add(agent)
    return frozenset(found)


def _to_doors(situation: Situation, credentials: int) -> list[tuple[int, bool, int, int]]:
    return [
        (each.sources, each.home, each.unchecked.row & credentials, each.unchecked.dropped)
        for each in (*situation.groups, *situation.lacking)
    ]
