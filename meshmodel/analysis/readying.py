"""What an analysis follows from after an edit, and how it is made ready for that."""

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from meshmodel.analysis.closure import Searched
from meshmodel.analysis.collecting import collector_at_rest
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.parts import HUGE
from meshmodel.analysis.steps import Mesh
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.vocabulary import View

if TYPE_CHECKING:
    from meshmodel.analysis.updating.following import Following


class Readying:
    """A reading of one snapshot, from scratch or after an edit, which the next edit may follow.

    Attributes:
        snapshot: the model.
        view: ``built``, or ``designed``, where planned checkpoints count like enforced ones.
        today: the day (UTC) on which acceptances must still hold.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        view: View,
        today: date,
        following: "Following | None" = None,
        before: Mesh | None = None,
    ) -> None:
        self.snapshot = snapshot
        self.view: View = view
        self.today = today
        self._has_followed = following is not None
        self._known = following
        if following is None:
            self._engine = Engine(snapshot, view, before=before)
        else:
            self._engine = following.kept.engine

    @property
    def is_ready(self) -> bool:
        """Whether an edit follows from this at once; else ``make_ready`` comes first, or an analysis of the
        model after the edit from scratch, whichever whoever waits for it wants.
        """
        return self._known is not None and self._known.is_ready

    @collector_at_rest()
    def make_ready(self, pause: Callable[[], None] = lambda: None) -> None:
        """Make what an edit follows from, in the time in which nobody waits; of a model so large that its
        edits are always looked at from scratch, nothing.

        Args:
            pause: called between pieces of the work; whatever it raises ends it there.
        """
        known = self._followed(pause)
        if known is not None:
            known.make_ready(pause)

    def _followed(self, pause: Callable[[], None] = lambda: None) -> "Following | None":
        if self._known is None and not self._is_huge:
            from meshmodel.analysis.updating.following import follow

            # Set last: another thread may ask this analysis for something meanwhile.
            self._known = follow(self._engine, self.today, self.__dict__, pause)
        return self._known

    @property
    def _is_huge(self) -> bool:
        """Whether it takes too much memory to keep what all agents reach."""
        return self._engine.mesh.size >= HUGE and isinstance(self._engine.effective, Searched)
