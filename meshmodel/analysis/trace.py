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

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Final, NamedTuple

from meshmodel.analysis.attribution import Relations
from meshmodel.analysis.checkpoints import shortcomings
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.event_shapes import EventShape, EventShapes
from meshmodel.analysis.example_paths import Paths
from meshmodel.analysis.graph import Step
from meshmodel.analysis.hand_outs import HandOuts, Remarks
from meshmodel.analysis.listing import Listing, SourcedAgent
from meshmodel.analysis.session_states import NOTHING_READ, LastDecision, SessionState, SessionStates
from meshmodel.analysis.starts import HOME
from meshmodel.analysis.trace_records import (
    BEFORE,
    DEAD,
    VERDICTS,
    CredentialState,
    Moment,
    ObservedCrossing,
    Possession,
    TracedEvent,
    Verdict,
)
from meshmodel.model.events import Event, SectionRemark, seconds_text, time_text
from meshmodel.model.text import one_line
from meshmodel.model.vocabulary import READ, SEVERITIES, WRITE, Severity

_KNOWN: Final = 20_000
"""So many accesses after a source are kept with what is said of them."""
_RANK: Final[Mapping[Verdict, int]] = {each: number for number, each in enumerate(VERDICTS)}


class Judgement(NamedTuple):
    """What is said of an action, as in ``TracedEvent``; and the moments of the read and of the decision."""

    crossing: ObservedCrossing | None
    recheck: Verdict
    checkpoints: tuple[str, ...] = ()
    decision: tuple[str, int] | None = None
    read: Moment | None = None
    decided: Moment | None = None


class _After(NamedTuple):
    """What is said of an access with a chain of credentials after one source, whatever was decided.

    Attributes:
        rank: of the verdict; where decisions are due, of that none is recorded.
        source: the system, or ``None`` for home.
        severity: of the crossing.
        due: the checkpoints in the way that count; of each whether it decides about this very action.
    """

    rank: int
    source: str | None
    severity: Severity | None = None
    due: Mapping[str, bool] | None = None


_Found = tuple[str, Moment]
"""A checkpoint that decided, and when."""
NONE_DUE: Final = Judgement(None, "none-due")
_UNKNOWN: Final = Judgement(None, "unknown")


class Rechecks:
    """Says of actions whether a decision was due, and recorded.

    Attributes:
        written: by number of a system when it was written last, by whomever.
    """

    def __init__(self, engine: Engine, listing: Listing, relations: Relations) -> None:
        self._engine, self._mesh, self._listing, self._relations = engine, engine.mesh, listing, relations
        self._paths = Paths(engine.mesh, engine.checkpoints)
        self._coming = cache(listing.coming)
        self.written: dict[int, Moment] = {}
        self._intended = self._mesh.graph_of("hold", "exchange").spread(self._mesh.agent_seeds())
        self._beginnings = {
            each.id: [] if each.home is None else [HOME] for each in engine.snapshot.agent.values()
        }
        for source, agents in sorted(engine.reaches.started.items()):
            for name in self._mesh.names(agents):
                self._beginnings[name].append(source)
        self._after_known: dict[tuple[int, int, int], dict[int, _After]] = {}

    def judge(
        self, shape: EventShape, state: SessionState | None, moment: Moment, links: Sequence[Possession]
    ) -> Judgement:
        """What is said of an action that was done with one of some credentials."""
        if shape.is_person:
            return NONE_DUE
        access = shape.access
        if access is None or state is None:
            return _UNKNOWN
        judged = self._worst(links[0] if links else None, access, state, moment)
        if len(links) > 1:
            others = [self._worst(each, access, state, moment) for each in links[1:]]
            if any(each.recheck != judged.recheck for each in others):
                return _UNKNOWN
        if judged.crossing is not None and moment < state.last:
            # A later decision may have taken the place of the one that was there then.
            return judged._replace(recheck="unknown", decision=None)
        if judged.recheck in {"missing", "approved"} and not shape.is_explained:
            return judged._replace(recheck="unknown")
        if judged.recheck == "recorded" and judged.decision is not None:
            state.decided[judged.decision[0]].is_used = True
        return judged

    def _worst(self, link: Possession | None, access: int, state: SessionState, moment: Moment) -> Judgement:
        """What is said by the source that leaves most to say; of equals by the one read last."""
        key = state.number, access, -1 if link is None else link.chain
        after_of = self._after_known.get(key)
        if after_of is None:
            if len(self._after_known) >= _KNOWN:
                self._after_known.clear()
            after_of = self._after_known[key] = {}
        reads, beginnings = state.reads, self._beginnings[state.agent]
        worst, rank, decision, when = None, 0, None, BEFORE
        for source in (*beginnings, *reads) if beginnings else reads:
            after = after_of.get(source)
            if after is None:
                after = after_of[source] = self._find_after(source, link, access, state.number)
            if not after.rank:
                continue
            read = reads.get(source, BEFORE)
            if read >= moment:
                read = BEFORE
            if source in beginnings:
                written = self.written.get(source, BEFORE)
                if read < written < moment:
                    read = written
            elif read is BEFORE:
                continue
            here, decided = (after.rank, None) if after.due is None else _decision(after.due, read, state)
            if worst is None or here > rank or (here == rank and read > when):
                worst, rank, decision, when = after, here, decided, read
        if worst is None:
            return NONE_DUE
        return _UNKNOWN if VERDICTS[rank] == "unknown" else _judged(worst, VERDICTS[rank], when, decision)

    def _find_after(self, source: int, link: Possession | None, access: int, agent: int) -> _After:
        coming = self._coming(agent, source)
        none_due = _After(_RANK["none-due"], None)
        if not self._listing.crosses(coming, access):
            return none_due
        if link is None:
            return _After(_RANK["unknown"], None)
        credential = link.way.credential
        if (
            not self._relations.grants(credential, access)
            and (credential, access) in self._relations.exchanging
        ):
            return none_due  # an exchange is no access; what guards it is due when its yield is presented
        named = None if source == HOME else self._mesh.systems[source]
        node = self._mesh.first_credential + self._mesh.credential[credential]
        severity = SEVERITIES[self._listing.severity(coming, access, node)]
        due = self._due(coming, link, access, node)
        if due:
            return _After(_RANK["unrecorded"], named, severity, due)
        if self._engine.doors.asking.get(access, 0) >> coming.start & 1:
            return none_due  # others decide about what is asked for, when it is handed out
        is_covered = self._engine.starts.is_covered(agent, source, access)
        if (
            is_covered
            and self._intended[node] >> agent & 1
            and self._listing.can_be_meant(coming, access, node)
        ):
            return _After(_RANK["approved"], named)
        return _After(_RANK["missing"], named, severity)

    def _due(self, coming: SourcedAgent, link: Possession, access: int, node: int) -> dict[str, bool]:
        """The checkpoints in the way that count; of each whether it decides about this very action."""
        checkpoints = self._engine.checkpoints
        counting = self._paths.counting(self._engine.starts.power, coming.start)
        due = dict.fromkeys(self._listing.boundaries(coming, access, [node]), True)
        for number, forms in enumerate(self._back(coming.source, link, access)):
            guards = [counting.intersection(checkpoints.guards.get(step, ())) for step in forms]
            for each in set().union(*guards) if all(guards) else ():  # none where one form is unguarded
                due.setdefault(each, number == 0)
        named = ((checkpoints.records[each].id, is_once) for each, is_once in due.items())
        return dict(sorted(named))

    def _back(self, source: int, link: Possession, access: int) -> "Iterator[Iterable[Step]]":
        """The steps from an action back to the source, each in all its forms; the grant step comes first."""
        yield self._relations.grants(link.way.credential, access)
        for each in link.links():
            way = each.way
            yield way.steps
            is_read = way.how == "custody"
            if each.moment is None or way.presented is None:
                return
            if is_read and way.access is not None:
                if way.access // 5 == source:
                    return
                yield self._relations.grants(way.presented, way.access)


def _decision(due: Mapping[str, bool], read: Moment, state: SessionState) -> tuple[int, _Found | None]:
    """The best of the decisions that were recorded where some were due, and the rank of its verdict."""
    rank, best = _RANK["unrecorded"], None
    for name, is_once in due.items():
        decided = state.decided.get(name)
        if decided is None:
            continue
        recheck: Verdict = (
            "stale" if decided.moment <= read else "reused" if is_once and decided.is_used else "recorded"
        )
        if _RANK[recheck] < rank:
            rank, best = _RANK[recheck], (name, decided.moment)
    return rank, best


def _judged(after: _After, recheck: Verdict, read: Moment, decision: _Found | None) -> Judgement:
    """What is said after one source."""
    crossed = ObservedCrossing(after.source, read.number or None, after.severity)
    if decision is None:
        return Judgement(crossed, recheck, tuple(after.due or ()), None, read)
    name, moment = decision
    return Judgement(crossed, recheck, tuple(after.due or ()), (name, moment.number), read, moment)


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
        self, event: Event, shape: EventShape, state: SessionState | None, link: Possession | None
    ) -> Sequence[Possession]:
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
            remarks.notes.append(SectionRemark(f"{name} refused, so nothing is decided in favour"))
            state.refused[name] = moment
        else:
            short = ", ".join(shortcomings(record, self._view))
            if short:
                remarks.notes.append(f"a decision of {name} does not count: {short}")
            state.refused.pop(name, None)
            before = state.decided.get(name)
            if before is None or moment > before.moment:
                state.decided[name] = LastDecision(moment)

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
        link: Possession | None,
        judged: Judgement,
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


def _refusal(judged: Judgement, state: SessionState | None) -> tuple[str, int] | None:
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
