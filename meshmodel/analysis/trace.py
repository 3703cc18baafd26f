"""Observed events laid on the model (section 7): who was active, who yielded it, was somebody asked.

The log is read once, in its order. What is kept is bounded by the model: for every agent when it last
read each system, how it came by each credential, and the last decision of each checkpoint.

- A decision *counts* for an action if it was recorded after the last read of the source from which the
  action crosses, by the time of the events; at equal times the order of the log decides. One that sits on
  the grant step or the boundary counts for one action: where it was used before, it is *reused*.
- Of several sources the one is told that leaves most to say; of equals the one read last.
- A read is done by ``read`` and by ``admin``. What an agent makes another do stands at that other one, within
  a limited delegation too.
- Of several ways by which a credential was seen to be come by, what an event states (``yields``) comes
  before what is inferred from reads and the relations; of equals the first one is told.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Literal

from meshmodel.analysis.attribution import Attribution, Remarks
from meshmodel.analysis.bitset import bits
from meshmodel.analysis.credential_use import Credentials, Obtained, Use, Yielded
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.rechecks import Due, Rechecks
from meshmodel.model.actions import ISSUE, READ, action_mask, implied
from meshmodel.model.events import Event, time_text
from meshmodel.model.text import one_line
from meshmodel.model.vocabulary import Action, Severity

if TYPE_CHECKING:
    from meshmodel.analysis.listing import Listing

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
_RANK: Final = {verdict: number for number, verdict in enumerate(VERDICTS)}

Place = tuple[float, int]
"""When something was: its time, then its place in the log."""
_BEFORE: Final[Place] = (float("-inf"), 0)


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
        on_behalf_of: the person or group behind the credential; ``None`` where there is none.
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
    on_behalf_of: str | None
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


@dataclass(slots=True)
class _Decision:
    place: Place
    used: bool = False


@dataclass(slots=True)
class _State:
    """What is kept of one agent."""

    agent: str
    last: Place = _BEFORE
    reads: dict[str, Place] = field(default_factory=dict)
    obtained: dict[str, Obtained] = field(default_factory=dict)
    decided: dict[str, _Decision] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Judged:
    verdict: Verdict
    source: str | None
    place: Place
    due: Due
    decision: tuple[str, int] | None


def trace(engine: Engine, listing: "Listing", events: Iterable[Event]) -> Iterator[TracedEvent]:
    """Lay events on the model, one by one, in the order of the log.

    Args:
        engine: the model in one view.
        listing: what looks at its crossings.
        events: what was observed; it may be without end.
    """
    tracer = _Tracer(engine, listing)
    for event in events:
        yield tracer.lay(event)


class _Tracer:
    """Keeps what the events so far have shown."""

    def __init__(self, engine: Engine, listing: "Listing") -> None:
        self.snapshot, self.mesh = engine.snapshot, engine.mesh
        credentials = Credentials(engine.mesh)
        self.rechecks = Rechecks(engine, listing, credentials)
        self.attribution = Attribution(engine, credentials)
        self.states: dict[str, _State] = {}
        self.written: dict[str, Place] = {}
        self.triggers: dict[str, list[str]] = {}
        for system, agent in engine.snapshot.trigger:
            self.triggers.setdefault(agent, []).append(system)
        self.handed: dict[str, list[str]] = {}
        for system, credential in engine.snapshot.custody:
            self.handed.setdefault(system, []).append(credential)
        self.exchanged: dict[str, list[str]] = {}
        for first, second in engine.snapshot.exchange:
            self.exchanged.setdefault(first, []).append(second)

    def lay(self, event: Event) -> TracedEvent:
        """What the model says of one event."""
        remarks = Remarks(list(event.unmapped))
        agent = self.attribution.agent(event, remarks)
        state = None
        if agent is not None and agent in self.mesh.agent:
            state = self.states.setdefault(agent, _State(agent))
        place, in_order = self._place(event, state, remarks)
        acts = self.attribution.acts(event, remarks)
        candidates: tuple[str, ...] = ()
        if acts or event.credential is not None or event.identity is not None:
            candidates = self.attribution.credentials(event, None if state is None else agent, remarks)
        credential = candidates[0] if len(candidates) == 1 else None
        yielded = None
        if credential is not None and state is not None:
            yielded = self.attribution.yielded(state.agent, credential, state.obtained, remarks)
        if state is not None:
            self._decide(event, state, place, remarks)
        verdict, judged = self._follow(event, state, candidates, place, in_order=in_order) if acts else _NONE
        return TracedEvent(
            event,
            agent,
            credential,
            self.attribution.identity(event, candidates),
            self.attribution.person(candidates),
            yielded,
            None if judged is None else _crossed(judged),
            verdict,
            () if judged is None else tuple(sorted(judged.due.once | judged.due.before)),
            None if judged is None else judged.decision,
            tuple(remarks.unexplained),
            tuple(remarks.notes),
        )

    def _place(self, event: Event, state: _State | None, remarks: Remarks) -> tuple[Place, bool]:
        """When it was, and whether that is after all before it; without a time, when the last one was."""
        last = _BEFORE if state is None else state.last
        if event.time is None:
            remarks.unexplained.append("has no time; taken in the order of the log")
            return (last[0], event.number), True
        place = event.time, event.number
        if event.time < last[0]:
            remarks.unexplained.append(
                f"is earlier than event {last[1]} of the same agent ({time_text(last[0])}): the log is out "
                "of order, and what was said since that time may be wrong; sort it by time"
            )
            return place, False
        if state is not None:
            state.last = place
        return place, True

    def _decide(self, event: Event, state: _State, place: Place, remarks: Remarks) -> None:
        """Keep a decision that was recorded."""
        checkpoint = event.checkpoint
        if checkpoint is None:
            return
        if checkpoint not in self.snapshot.checkpoint:
            remarks.unexplained.append(f"the model has no checkpoint {one_line(checkpoint)}")
            return
        if event.refused:
            remarks.notes.append(f"{checkpoint} refused, so nothing is decided in favour")
            return
        short = self.attribution.shortcomings(checkpoint)
        if short:
            remarks.notes.append(f"a decision of {checkpoint} does not count: {short}")
        before = state.decided.get(checkpoint)
        if before is None or before.place < place:
            state.decided[checkpoint] = _Decision(place)

    def _follow(
        self, event: Event, state: _State | None, candidates: tuple[str, ...], place: Place, *, in_order: bool
    ) -> tuple[Verdict, "_Judged | None"]:
        """Judge an action on a system, and keep what is had and written from then on."""
        if event.refused:
            return _NONE
        found: tuple[Verdict, _Judged | None] = "unknown", None
        if state is not None:
            found = self._judge(event, state, candidates, place, in_order=in_order)
            self._take(event, state, place, candidates[0] if len(candidates) == 1 else None)
        if event.action in {"write", "admin"} and event.system in self.snapshot.system:
            system = str(event.system)
            self.written[system] = max(place, self.written.get(system, _BEFORE))
        return found

    def _take(self, event: Event, state: _State, place: Place, credential: str | None) -> None:
        """Keep what the agent has from now on: a source, and what was handed out to it."""
        system, action = event.system, event.action
        if system not in self.snapshot.system or system is None or action is None:
            return
        if implied(action_mask([action])) >> READ & 1:
            state.reads[system] = max(place, state.reads.get(system, _BEFORE))
        found = self._inferred(event.number, system, action, credential)
        if event.yields is not None:
            stated = found.get(event.yields)
            if stated is None and event.yields in self.mesh.credential:
                stated = Obtained(system, event.number, (), credential, action_mask([action]))
            found = {} if stated is None else {event.yields: replace(stated, stated=True)}
        for name, way in found.items():
            known = state.obtained.get(name)
            if known is None or (way.stated and not known.stated):
                state.obtained[name] = way

    def _inferred(
        self, number: int, system: str, action: Action, credential: str | None
    ) -> dict[str, Obtained]:
        """What an action on a system yields by the relations of the model."""
        done, mesh, found = implied(action_mask([action])), self.mesh, dict[str, Obtained]()
        for name in self.handed.get(system, ()):
            custody = self.snapshot.custody[system, name]
            by = action_mask(custody.obtained_by) & done
            if by and mesh.yields(custody):
                yielded, first = mesh.first_credential + mesh.credential[name], mesh.access(system, READ)
                steps = tuple((first + each, yielded) for each in bits(by))
                found[name] = Obtained(system, number, steps, credential, action_mask([action]))
        for name in self.exchanged.get(str(credential), ()) if done >> ISSUE & 1 else ():
            leaves, enters = mesh.node("credential", str(credential)), mesh.node("credential", name)
            is_here = self.snapshot.exchange[str(credential), name].at == system
            if is_here and leaves is not None and enters is not None and name not in found:
                found[name] = Obtained(system, number, ((leaves, enters),), credential, done, exchanged=True)
        return found

    def _judge(
        self, event: Event, state: _State, candidates: tuple[str, ...], place: Place, *, in_order: bool
    ) -> tuple[Verdict, "_Judged | None"]:
        """Whether a decision was due and recorded, by the source that leaves most to say."""
        record, system, action = self.snapshot.agent[state.agent], event.system, event.action
        if record.is_person or system is None or action is None or system not in self.snapshot.system:
            return ("none-due" if record.is_person else "unknown"), None
        sources = self._sources(state, place)
        uses = [Use(state.agent, each, system, action) for each in candidates if each in self.mesh.credential]
        if not uses:
            crossing = any(self.rechecks.crosses(state.agent, each, system, action) for each in sources)
            return ("unknown" if crossing else "none-due"), None
        worst = [self._worst(state, sources, each) for each in uses]
        if len({None if each is None else each.verdict for each in worst}) > 1:
            return "unknown", None
        judged = worst[0]
        if judged is None:
            return _NONE
        if not in_order:  # a later decision may have taken the place of the one that was there then
            return "unknown", replace(judged, decision=None)
        is_explained = all(
            self.attribution.opens(each, event) and self.attribution.reaches(state.agent, each)
            for each in candidates
        )
        if judged.verdict in {"missing", "approved"} and not is_explained:
            return "unknown", judged
        if judged.verdict == "recorded" and judged.decision is not None:
            state.decided[judged.decision[0]].used = True
        return judged.verdict, judged

    def _sources(self, state: _State, place: Place) -> dict[str | None, Place]:
        """Where an agent can come from: home, what triggers it, and what it has read before."""
        sources: dict[str | None, Place] = {}
        if self.snapshot.agent[state.agent].home is not None:
            sources[None] = _BEFORE
        for system in self.triggers.get(state.agent, ()):
            written = self.written.get(system, _BEFORE)
            sources[system] = written if written < place else _BEFORE
        for system, read in state.reads.items():
            if sources.get(system, _BEFORE) < read < place:
                sources[system] = read
        return sources

    def _worst(self, state: _State, sources: dict[str | None, Place], use: Use) -> "_Judged | None":
        found: _Judged | None = None
        for source, place in sources.items():
            due = self.rechecks.due(source, use, state.obtained)
            if due is None:
                continue
            judged = _judged(source, place, due, state)
            if found is None or (_RANK[judged.verdict], place) > (_RANK[found.verdict], found.place):
                found = judged
        return found


_NONE: Final[tuple[Verdict, None]] = ("none-due", None)


def _judged(source: str | None, place: Place, due: Due, state: _State) -> _Judged:
    """What is said of one crossing."""
    if not due.once and not due.before:
        return _Judged("approved" if due.approved else "missing", source, place, due, None)
    best: tuple[int, str, _Decision] | None = None
    for name in sorted(due.once | due.before):
        decision = state.decided.get(name)
        if decision is None:
            continue
        if decision.place <= place:
            verdict: Verdict = "stale"
        elif name in due.once and decision.used:
            verdict = "reused"
        else:
            verdict = "recorded"
        if best is None or _RANK[verdict] < best[0]:
            best = _RANK[verdict], name, decision
    if best is None:
        return _Judged("unrecorded", source, place, due, None)
    return _Judged(VERDICTS[best[0]], source, place, due, (best[1], best[2].place[1]))


def _crossed(judged: _Judged) -> Crossed:
    unasked = judged.verdict in {"missing", "unknown"}
    return Crossed(judged.source, judged.place[1] or None, judged.due.severity if unasked else None)
