"""How much agents have in common, told on from one reading to the next."""

from meshmodel.analysis.engine import Engine, Traveller
from meshmodel.analysis.updating.concerned import Kept
from meshmodel.analysis.updating.engines import Moved


def in_common(engine: Engine) -> int:
    """How many groups agents have in common, once for each agent."""
    return sum(map(_groups, engine.travellers))


def more_in_common(kept: Kept, moved: Moved) -> int:
    """How many more they are after an edit.

    Args:
        kept: the reading before it.
        moved: the edit.
    """
    more = 0
    for (before, after, _), agents in moved.alike.items():
        more += len(agents) * (len(after.common.groups) - len(before.common.groups))
    # The others come, go or move.
    old, new = kept.engine.traveller_of, moved.kept.engine.traveller_of
    for key, _, _ in moved.changes.of("agent"):
        was, now = old.get(str(key)), new.get(str(key))
        if was is None or now is None or was.home != now.home:
            more += (0 if now is None else _groups(now)) - (0 if was is None else _groups(was))
    return more


def _groups(agent: Traveller) -> int:
    return len(agent.situation.common.groups)
