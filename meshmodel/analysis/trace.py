"""Observed events laid on the model (``docs/logs.md``): who was active, who yielded it, was somebody asked.

Events come once, in their order. What is kept is bounded by the model and by ``SESSIONS``: for each session
of an agent when it last read each system, how it came by each credential, and the last decision of each
checkpoint.

- Due is a decision that counts for the start and sits on the grant step, on the boundary, or on a step by
  which the credential was come by after the source, as it was when it was handed out. It must be recorded
  after the last read of the source, by the time of the events; at equal times their order decides. One on the
  grant step or the boundary is for one action: where it was used before, it is *reused*.
- Of several sources the one is told that leaves most to say; of equals the one read last. Of several ways by
  which a credential was seen to be come by the last one, but what an event states comes before the others.
- What an agent makes another do stands at that other one, within a limited delegation too.
"""

from collections.abc import Sequence
from typing import Final

from meshmodel.analysis.attribution import Relations
from meshmodel.analysis.checkpoints import shortcomings
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.event_shapes import EventShape, EventShapes
from meshmodel.analysis.hand_outs import HandOuts, Remarks
from meshmodel.analysis.listing import Listing
from meshmodel.analysis.recheck import NONE_DUE, Judged, Rechecks
from meshmodel.analysis.session_states import NOTHING_READ, Decided, SessionState, SessionStates
from meshmodel.analysis.trace_records import BEFORE, DEAD, CredentialState, Link, Moment, TracedEvent
from meshmodel.model.events import Event, seconds_text, time_text
from meshmodel.model.text import one_line
from meshmodel.model.vocabulary import READ, WRITE

_CLOSE: Final = 2.0
"""Seconds between two logs within which their clocks may have put events in the wrong order."""


class Tracer:
    """Keeps what the events so far have shown.

    Attributes:
        sessions: the states of the sessions.
    """

    def __init__(self, engine: Engine, listing: Listing) -> None:
        self._view, self._snapshot = engine.view, engine.snapshot
        relations = Relations(engine)
        self._shapes, self._hand_outs = EventShapes(engine, relations), HandOuts(relations)
        self._rechecks = Rechecks(engine, listing, relations)
        self.sessions = SessionStates(engine.mesh)
        self._now, self._logs = BEFORE.time, set[str | None]()
        self._remarks = Remarks([], [])

    def lay(self, event: Event) -> TracedEvent:
        """What the model says of one event."""
        shape, remarks = self._shapes.of(event), self._remarks
        state = None if shape.active is None else self.sessions.of(shape.active, event.session, remarks.notes)
        moment = self._moment(event, state, remarks.unexplained)
        judged, credential_state, link = NONE_DUE, None, None
        if shape.credential is not None:
            link, issued = self._hand_outs.in_hand(state, shape.credential, event.token)
            credential_state = self._hand_outs.credential_state(event, state, link, issued, moment, remarks)
        if state is not None and event.checkpoint is not None:
            self._decide(event, state, moment, remarks)
        sources = NOTHING_READ if state is None else state.sources
        if shape.is_action:
            judged = self._rechecks.judge(shape, state, moment, self._links(event, shape, state, link))
            self._keep_places(shape, state, moment)
        if shape.ways:
            self._hand_outs.hand_out(event, shape.ways, state, moment, link, remarks)
        if event.revokes is not None and not event.refused:
            self._hand_outs.revoke(event.revokes, moment, remarks)
        if len(self._logs) > 1:
            self._say_what_is_close(event, moment, link, judged, credential_state, remarks.notes)
        if event.on_behalf_of is not None:
            self._compare_person(event.on_behalf_of, shape, remarks)
        more = shape.unexplained if not event.unmapped else (*event.unmapped, *shape.unexplained)
        notes = shape.notes
        if event.refused and credential_state in DEAD:
            notes = ()  # that the model lets it was before it was dead
        return TracedEvent(
            event,
            shape.agent,
            shape.credential,
            shape.identity,
            shape.on_behalf_of,
            link,
            credential_state,
            judged.crossing,
            judged.recheck,
            judged.checkpoints,
            judged.decision,
            _refusal(judged, state),
            shape.by_unknown,
            (*more, *_taken(remarks.unexplained)) if remarks.unexplained else more,
            (*notes, *_taken(remarks.notes)) if remarks.notes else notes,
            (shape.agent, event.session) if state is None else state.run,
            shape.use,
            sources,
        )

    def _links(
        self, event: Event, shape: EventShape, state: SessionState | None, link: Link | None
    ) -> Sequence[Link]:
        """How the active credentials came with one of which something was done; mostly there is one."""
        known = shape.known
        if len(known) > 1:
            return [self._hand_outs.in_hand(state, each, event.token)[0] for each in known]
        return (link,) if known and link is not None else ()

    def _moment(self, event: Event, state: SessionState | None, unexplained: list[str]) -> Moment:
        """When it was; without a time, when the latest event before was."""
        if event.log not in self._logs:
            self._logs.add(event.log)
        time = event.time
        if time is None:
            unexplained.append("has no time; taken in the order of the log")
            return Moment(self._now, event.number, event.log)
        self._now = max(self._now, time)
        moment = Moment(time, event.number, event.log)
        if state is not None:
            last = state.last
            if time < last.time:
                unexplained.append(
                    f"is earlier than event {last.number} of the same agent ({time_text(last.time)}): the "
                    "log is out of order, and what was said since that time may be wrong; sort it by time"
                )
            else:
                state.last = moment
        return moment

    def _decide(self, event: Event, state: SessionState, moment: Moment, remarks: Remarks) -> None:
        """Keep a decision that was recorded."""
        name = event.checkpoint
        assert name is not None
        record = self._snapshot.checkpoint.get(name)
        if record is None:
            remarks.unexplained.append(f"the model has no checkpoint {one_line(name)}")
        elif event.refused:
            remarks.notes.append(f"{name} refused, so nothing is decided in favour")
            state.refused[name] = moment
        else:
            short = ", ".join(shortcomings(record, self._view))
            if short:
                remarks.notes.append(f"a decision of {name} does not count: {short}")
            state.refused.pop(name, None)
            before = state.decided.get(name)
            if before is None or moment > before.moment:
                state.decided[name] = Decided(moment)

    def _keep_places(self, shape: EventShape, state: SessionState | None, moment: Moment) -> None:
        """Keep where an agent read and wrote."""
        if shape.access is None:
            return
        system = shape.access // 5
        if shape.done >> WRITE & 1 and moment > self._rechecks.written.get(system, BEFORE):
            self._rechecks.written[system] = moment
        if state is not None and shape.done >> READ & 1:
            before = state.reads.get(system)
            if before is None:
                state.sources |= {system}
            if before is None or moment > before:
                state.reads[system] = moment

    def _compare_person(self, person: str, shape: EventShape, remarks: Remarks) -> None:
        """Say where the log names another person than the model."""
        if shape.on_behalf_of is not None and person != shape.on_behalf_of:
            remarks.unexplained.append(
                f"on behalf of {one_line(person)}, says the log; of {shape.on_behalf_of}, says the model"
            )

    def _say_what_is_close(
        self,
        event: Event,
        moment: Moment,
        link: Link | None,
        judged: Judged,
        credential_state: CredentialState | None,
        notes: list[str],
    ) -> None:
        """Say what hangs on an order that the clocks of two logs may have got wrong."""
        handed = gone = None
        if link is not None:
            handed = link.moment
            gone = self._hand_outs.revoked.get(link.way.credential) if credential_state == "revoked" else None
        pairs = [(handed, moment), (gone, moment), (judged.read, moment), (judged.decided, moment)]
        for one, other in (*pairs, (judged.read, judged.decided)):
            if one is None or other is None or one.log == other.log or event.time is None:
                continue
            apart = abs(one.time - other.time)
            if apart < _CLOSE:
                first, second = sorted((one.number, other.number))
                text = seconds_text(apart)
                notes.append(f"hangs on the order of events {first} and {second}, in two logs {text} apart")


def _refusal(judged: Judged, state: SessionState | None) -> tuple[str, int] | None:
    """The checkpoint that said no to what was done all the same, and the event in which it did."""
    if state is None or judged.recheck not in {"unrecorded", "stale", "reused"}:
        return None
    found = ((name, state.refused[name].number) for name in judged.checkpoints if name in state.refused)
    return next(found, None)


def _taken(remarks: list[str]) -> tuple[str, ...]:
    """Remarks, which are made room for those on the next event."""
    found = tuple(remarks)
    remarks.clear()
    return found
