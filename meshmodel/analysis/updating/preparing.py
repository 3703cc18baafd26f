"""A large mesh in which little is reached, made ready for edits.

It was looked at in parts, and what agents reach was not kept. From now on it is; but all that concerns
single agents waits until an edit does, since most of the first edits concern few.
"""

from meshmodel.analysis.closure import forward
from meshmodel.analysis.crossings import Counts
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.rules import Facts
from meshmodel.analysis.steps import DRIVING_KINDS
from meshmodel.analysis.unchecked import Guarding, Unchecked
from meshmodel.analysis.updating.closures import Followed


class LateAlone(dict[str, Unchecked]):
    """What each agent reaches unchecked, alone as the start, worked out when it is first asked for."""

    def __init__(self, engine: Engine, known: dict[str, Unchecked]) -> None:
        super().__init__(known)
        self._engine = engine

    def __missing__(self, agent: str) -> Unchecked:
        engine = self._engine
        found = self[agent] = engine.guarding.alone(engine.mesh.agent_node[agent])
        return found

    def of(self, engine: Engine) -> "LateAlone":
        """The same of the reading after an edit, for the agents that it does not concern."""
        return LateAlone(engine, self)


def keeping(engine: Engine) -> Engine:
    """The same reading, where what is reached is kept as rows of bits.

    Args:
        engine: a reading whose rows are searched for.
    """
    made = Engine.__new__(Engine)
    made.snapshot, made.view, made.mesh = engine.snapshot, engine.view, engine.mesh
    made.candidates = engine.candidates
    made.late = True
    effective = Followed.of(forward(engine.effective.successors), engine.effective.successors)
    guards, steps = engine.candidates.guards, engine.mesh.steps
    # Most rows are the same without these steps, so the others follow.
    baseline = effective
    if guards:
        baseline = effective.without(step for step in guards if effective.leads(*step))
    made.__dict__.update(
        effective=effective,
        own=effective.without({step for kind in DRIVING_KINDS for step in steps[kind]}),
        guarding=Guarding(engine.mesh, engine.candidates, baseline),
        alone=LateAlone(made, {}),
    )
    return made


def known_facts(facts: Facts, engine: Engine) -> Facts:
    """What was found out about a reading that was looked at in parts.

    Args:
        facts: that.
        engine: the reading with what is reached kept.
    """
    parts = facts.counts
    counts = Counts.of(engine, parts.crossings, parts.open, parts.approved)
    meeting = facts.meeting.kept(engine, counts.count)
    return Facts(engine, facts.doors, counts, facts.relations, meeting=meeting)
