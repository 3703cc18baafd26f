"""The crossings after an edit: counted anew of the agents that it concerns, or by what differs."""

from collections.abc import Set as AbstractSet

from meshmodel.analysis.approvals import Approval, approval_of
from meshmodel.analysis.crossings import Counts
from meshmodel.analysis.updating.concerned import Kept
from meshmodel.analysis.updating.engines import Moved
from meshmodel.analysis.updating.fewer import Fewer
from meshmodel.analysis.updating.levels import Leveled, as_they_were


def counted(counts: Counts, before: Kept, moved: Moved, altered: AbstractSet[str]) -> Counts:
    """The counts after an edit.

    Args:
        counts: those before it.
        before: the reading before it.
        moved: the edit.
        altered: of the agents that it concerns those of which it makes something else true.
    """
    engine = moved.kept.engine
    if moved.edit.levels:
        leveled = _leveled(before, moved)
        same = {} if leveled is None else as_they_were(engine, moved.nearby)
        return counts.after(engine, counts.approvals, moved.nearby, same, redrawn=True, fewer=leveled)
    alike, fewer = moved.alike, _fewer(counts, before, moved)
    redrawn = bool(moved.edit.remade)
    if fewer is None:
        # Boundaries and zones part what is as it was in other ways.
        others = moved.agents if redrawn or moved.guards.zones else altered
        alike = {key: agents for key, agents in alike.items() if agents[0] not in others}
    elif any(one.common.groups or other.common.groups for one, other, _ in alike):
        # What agents have in common is counted once for all of them.
        alike = {key: agents for key, agents in alike.items() if agents[0] not in altered}
    excuses = _approvals(counts.approvals, moved)
    return counts.after(engine, excuses, moved.agents, alike, redrawn=redrawn, fewer=fewer)


def _leveled(before: Kept, moved: Moved) -> Leveled | None:
    """Counts what agents come to otherwise where systems have another sensitivity, if it can."""
    engine = moved.kept.engine
    situations = {engine.traveller_of[each].situation for each in moved.nearby}
    if engine.candidates.boundaries or any(each.common.groups for each in situations):
        return None
    return Leveled(before.engine.mesh, engine.mesh, moved.edit.levels)


def _fewer(counts: Counts, before: Kept, moved: Moved) -> Fewer | None:
    """Counts what agents come to otherwise, where boundaries are in no way of that and crossings between
    others are as they were.
    """
    was, now, remade = before.engine, moved.kept.engine, moved.edit.remade
    systems = was.mesh.system_number, now.mesh.system_number
    if (
        was.candidates.boundaries
        or now.candidates.boundaries
        or any(each in systems[0] and each in systems[1] for each in remade)
    ):
        return None
    return Fewer(was.mesh, now.mesh, counts.pairs(), redrawn=bool(remade))


def _approvals(known: dict[str, list[Approval]], moved: Moved) -> dict[str, list[Approval]]:
    """What intents can excuse, those of the agents that are concerned anew."""
    made, kept = known.copy(), moved.kept
    intended = kept.related.at("intent", "agent")
    for agent in moved.agents & (known.keys() | intended.keys()):
        intents = kept.related.of("intent", "agent", agent)
        excuses = [approval_of(kept.engine, intent) for intent in intents]
        found = [each for each in excuses if each is not None]
        if found:
            made[agent] = found
        else:
            made.pop(agent, None)
    return made
