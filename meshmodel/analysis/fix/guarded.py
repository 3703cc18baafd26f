"""A reading with more checkpoints than the model has, which nobody has power over."""

from collections.abc import Iterable
from functools import cached_property

from meshmodel.analysis.checkpoints import Candidates
from meshmodel.analysis.closure import Closure
from meshmodel.analysis.engine import Engine, Traveller
from meshmodel.analysis.fix.stopping import Stop
from meshmodel.analysis.steps import Pair
from meshmodel.model.records import Agent, Intent


class Guarded(Engine):
    """What the engine of a reading would be if these steps were guarded as well.

    Args:
        engine: of the reading.
        steps: are guarded.
        stop: when to give up; none: never.
    """

    def __init__(self, engine: Engine, steps: Iterable[Pair], stop: Stop | None = None) -> None:
        self._before = engine
        self._stop = stop
        self.snapshot = engine.snapshot
        self.view = engine.view
        self.mesh = engine.mesh
        self.candidates = _with_one_more(engine.candidates, list(steps))
        self.effective = engine.effective

    # What does not depend on checkpoints is the same, and worked out once, where anybody asks for it.
    @cached_property
    def own(self) -> Closure:
        """Without delegation, trigger and hosting steps."""
        return self._before.own

    @cached_property
    def direct(self) -> Closure:
        """Hold, grant and implies steps only."""
        return self._before.direct

    @cached_property
    def held(self) -> Closure:
        """Hold and exchange steps only."""
        return self._before.held

    def traveller(self, agent: Agent, node: int) -> Traveller:
        """What is known of one active agent that is no person.

        Raises:
            Stopped: it is time to stop, while that is asked for all of them.
        """
        if self._stop is not None:
            self._stop.check()
        return super().traveller(agent, node)

    def names(self) -> Iterable[str]:
        """The ids of the same agents."""
        return self._before.names()

    def intents(self) -> Iterable[Intent]:
        """The same intents."""
        return self._before.intents()


def _with_one_more(candidates: Candidates, steps: list[Pair]) -> Candidates:
    """The checkpoints and one that covers all of these steps, decided where nobody has power."""
    more = candidates.copy()
    number = len(candidates.ids)
    more.ids.append("")
    more.covered.append(steps)
    more.control.append(0)
    for step in steps:
        more.cover(number, step)
    return more
