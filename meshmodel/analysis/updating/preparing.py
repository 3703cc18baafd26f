"""A large mesh in which little is reached, made ready for edits.

It was looked at in parts, and what agents reach was not kept. From now on it is.
"""

from collections.abc import Callable

from meshmodel.analysis.closure import forward
from meshmodel.analysis.crossings import Counts
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.rules import Facts
from meshmodel.analysis.steps import DRIVING_KINDS
from meshmodel.analysis.unchecked import Guarding
from meshmodel.analysis.updating.closures import Followed

Pause = Callable[[], None]
"""Called between pieces of long work; it may raise, and then the work ends there."""


def no_pause() -> None:
    """What is called where nobody else waits for the processor."""


def keeping(engine: Engine, pause: Pause) -> Engine:
    """The same reading, where what is reached is kept as rows of bits.

    Args:
        engine: a reading whose rows are searched for.
        pause: called between pieces of the work.
    """
    made = Engine.__new__(Engine)
    made.snapshot, made.view, made.mesh = engine.snapshot, engine.view, engine.mesh
    made.candidates = engine.candidates
    effective = Followed.of(forward(engine.effective.successors), engine.effective.successors)
    pause()
    guards, steps = engine.candidates.guards, engine.mesh.steps
    # Most rows are the same without these steps, so the others follow.
    baseline = effective
    if guards:
        baseline = effective.without(step for step in guards if effective.leads(*step))
        pause()
    made.__dict__.update(
        effective=effective,
        own=effective.without({step for kind in DRIVING_KINDS for step in steps[kind]}),
        guarding=Guarding(engine.mesh, engine.candidates, baseline),
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
