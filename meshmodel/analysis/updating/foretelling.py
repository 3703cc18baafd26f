"""What is known of what follows on sources after an edit, before anybody asks for it."""

from meshmodel.analysis.classes import Foretold
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.updating.closures import Followed


def foretold(before: Engine, after: Engine, baseline: Followed) -> Foretold | None:
    """What followed on the sources that were asked for before, and what became of that.

    Args:
        before: the reading before an edit.
        after: the reading after it.
        baseline: its closure with all checkpoints in force.
    """
    following, known = before.following, before.foretold
    if following is not None:
        known = Foretold(following, 0, frozenset(), frozenset())
    if known is None or bool(before.candidates.guards) != bool(after.candidates.guards):
        # The changes of another closure are not those of this one.
        return None
    # Where a component is another one its nodes reach something else, or others do.
    if not baseline.changed:
        return known
    asked = known.following.asked
    changed = known.changed.union(asked & baseline.changed) if baseline.less else known.changed
    odd = known.odd.union(asked & baseline.otherwise)
    return Foretold(known.following, known.less | baseline.less, changed, odd)
