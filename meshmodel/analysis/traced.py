"""What a trace answers: documented types for one event and for the counts (section 7)."""

from dataclasses import dataclass, field
from typing import Final, Literal

from meshmodel.analysis.resolving import Yielded
from meshmodel.model.events import Event
from meshmodel.model.vocabulary import Severity

Verdict = Literal["none-due", "recorded", "approved", "reused", "stale", "unrecorded", "missing", "unknown"]
VERDICTS: Final[tuple[Verdict, ...]] = (
    "none-due",
    "recorded",
    "approved",
    "reused",
    "stale",
    "unrecorded",
    "missing",
    "unknown",
)
"""Whether privilege should have been rechecked, from nothing to say to most.

``none-due``: no crossing. ``recorded``: a decision was due and was recorded after the last read that it
must follow. ``approved``: intended, so none was due. ``reused``: it was recorded, but for an earlier
action. ``stale``: recorded before that read. ``unrecorded``: never recorded. ``missing``: due, and the
model has no checkpoint there. ``unknown``: the model cannot explain the event, so it cannot tell.
"""


@dataclass(frozen=True, slots=True)
class Crossed:
    """The crossing that an action made, from the events before.

    Attributes:
        source: the system, or ``None`` for home.
        event: the number of the event that read it last, or that wrote what triggered the agent; ``None``
            for home.
        severity: of the crossing, where no checkpoint is in the way and no intent excuses it.
    """

    source: str | None
    event: int | None
    severity: Severity | None


@dataclass(frozen=True, slots=True)
class TracedEvent:
    """One event with what the model says of it.

    Attributes:
        event: as observed.
        agent: who acted; deduced where only one agent could, ``None`` where it is not known.
        credential: with what, likewise.
        identity: as whom.
        yielded: how the agent came by the credential; ``None`` where nothing shows it.
        crossing: the crossing from the events before, or ``None``.
        recheck: whether privilege should have been rechecked, and was.
        checkpoints: those that were due: any of them would have done.
        decision: the checkpoint whose decision was found (fresh, reused or stale), and the event in which
            it was recorded.
        unexplained: what contradicts the model or is missing from the event, in words.
        notes: what fits the model and no event shows, in words.
    """

    event: Event
    agent: str | None
    credential: str | None
    identity: str | None
    yielded: Yielded | None
    crossing: Crossed | None
    recheck: Verdict
    checkpoints: tuple[str, ...]
    decision: tuple[str, int] | None
    unexplained: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(slots=True)
class Tally:
    """The counts of a trace, kept while it runs."""

    events: int = 0
    rechecks: dict[Verdict, int] = field(default_factory=lambda: dict.fromkeys(VERDICTS, 0))
    unexplained: int = 0
    notes: int = 0

    def add(self, traced: TracedEvent) -> None:
        """Count one event."""
        self.events += 1
        self.rechecks[traced.recheck] += 1
        self.unexplained += bool(traced.unexplained)
        self.notes += bool(traced.notes)
