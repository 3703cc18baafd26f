"""Observed events laid on the model (``docs/logs.md``): who was active, who yielded it, was somebody asked.

The log is read once, in its order. What is kept is bounded by the model: for every agent when it last
read each system, how it came by each credential, and the last decision of each checkpoint.

- Due is a decision that counts for the start and sits on the grant step, on the boundary, or on a step by
  which the credential was come by after the source. It must be recorded after the last read of the source,
  by the time of the events; at equal times the order of the log decides. One on the grant step or the
  boundary is for one action: where it was used before, it is *reused*.
- Of several sources the one is told that leaves most to say; of equals the one read last. Of several ways by
  which a credential was seen to be come by the first one, but what an event states comes before the others.
- What an agent makes another do stands at that other one, within a limited delegation too.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Final, Literal, NamedTuple, get_args

from meshmodel.analysis.attribution import Attribution, Handed, Relations, Yielded
from meshmodel.analysis.checkpoints import shortcomings
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.example_paths import Paths
from meshmodel.analysis.graph import Step
from meshmodel.analysis.listing import Coming, Listing
from meshmodel.analysis.starts import HOME
from meshmodel.model.actions import ISSUE, READ, WRITE, action_mask, expand_admin
from meshmodel.model.events import Event, time_text
from meshmodel.model.text import one_line
from meshmodel.model.vocabulary import SEVERITIES, Severity

Verdict = Literal["none-due", "recorded", "approved", "reused", "stale", "unrecorded", "missing", "unknown"]
VERDICTS: Final[tuple[Verdict, ...]] = get_args(Verdict)
"""Whether privilege should have been rechecked, from nothing to say to most.

``none-due``: no crossing. ``recorded``: a decision was due and was recorded after the last read that it
must follow. ``approved``: intended, so none was due. ``reused``: it was recorded, but for an earlier
action. ``stale``: recorded before that read. ``unrecorded``: never recorded. ``missing``: due, and the
model has no checkpoint there. ``unknown``: the model cannot explain the event, so it cannot tell.
"""
_Kind = Literal["custody", "exchange"]
_Time = tuple[float, int]
"""When something was: its time, then its number in the log."""
_BEFORE: Final[_Time] = (float("-inf"), 0)


@dataclass(frozen=True, slots=True)
class Crossed:
    """The crossing that an action made, from the events before.

    Attributes:
        source: the system, or ``None`` for home.
        event: the number of the event that read it last, or that wrote what triggered the agent.
        severity: of the crossing, where no checkpoint is in the way and no intent excuses it.
    """

    source: str | None
    event: int | None
    severity: Severity | None


@dataclass(frozen=True, slots=True)
class TracedEvent:
    """One event with what the model says of it; ``None`` is what is not known or not there.

    Attributes:
        event: as observed.
        agent, credential, identity, on_behalf_of: who acted, with what, as whom, for which person.
        recheck: whether privilege should have been rechecked, and was.
        checkpoints: those that were due: any of them would have done.
        decision: the checkpoint whose decision was found, and the event in which it was recorded.
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
class _State:
    """What is kept of one agent: when it was seen last and read systems last (by number), how it was seen to
    come by credentials, when checkpoints decided last, and which of these decisions have been used.
    """

    agent: str
    last: _Time = _BEFORE
    reads: dict[int, _Time] = field(default_factory=dict)
    handed: dict[str, Handed] = field(default_factory=dict)
    decided: dict[str, _Time] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)


class _Judged(NamedTuple):
    """What is said of an action, as in ``TracedEvent``."""

    crossing: Crossed | None
    recheck: Verdict
    checkpoints: tuple[str, ...] = ()
    decision: tuple[str, int] | None = None


_NONE_DUE: Final = _Judged(None, "none-due")
_UNKNOWN: Final = _Judged(None, "unknown")


def trace(engine: Engine, listing: Listing, events: Iterable[Event]) -> Iterator[TracedEvent]:
    """Lay events on the model, one by one; as ``Analysis.trace``. They may be without end."""
    tracer = Tracer(engine, listing)
    for event in events:
        yield tracer.lay(event)


class Tracer:
    """Keeps what the events so far have shown."""

    def __init__(self, engine: Engine, listing: Listing) -> None:
        self.engine, self.mesh, self.snapshot, self.listing = engine, engine.mesh, engine.snapshot, listing
        self.relations, self.paths = Relations(engine), Paths(engine.mesh, engine.checkpoints)
        self.coming = cache(listing.coming)
        self.states: dict[str, _State] = {}
        self.written: dict[int, _Time] = {}
        self.intended = self.mesh.graph_of("hold", "exchange").spread(self.mesh.agent_seeds())
        self.beginnings = {
            each.id: [] if each.home is None else [HOME] for each in self.snapshot.agent.values()
        }
        for source, agents in engine.reaches.started.items():
            for name in self.mesh.names(agents):
                self.beginnings[name].append(source)
        self.yielding: defaultdict[str | None, list[tuple[_Kind, str, str, int]]] = defaultdict(list)
        for (system, to), custody in self.snapshot.custody.items():
            self.yielding[system].append(("custody", system, to, action_mask(self.mesh.yields(custody))))
        for (from_, to), exchange in self.snapshot.exchange.items():
            self.yielding[exchange.at].append(("exchange", from_, to, 1 << ISSUE))

    def lay(self, event: Event) -> TracedEvent:
        """What the model says of one event."""
        attribution = Attribution(self.relations, event)
        state = (
            self.states.setdefault(attribution.active, _State(attribution.active))
            if attribution.active
            else _State("")
        )
        moment, acts = self._moment(attribution, state), bool(event.system and event.action)
        names = attribution.credentials() if acts or event.credential or event.identity else ()
        credential = names[0] if len(names) == 1 else None
        yielded = (
            attribution.yielded(state.agent, credential, state.handed) if state.agent and credential else None
        )
        self._decide(attribution, state, moment)
        judged = _NONE_DUE
        if acts and not event.refused:
            judged = self._judge(attribution.access, names, state, moment)
            self._keep(attribution, credential, state, moment)
        records = [self.snapshot.credential[each] for each in names]
        principals, persons = {each.principal for each in records}, {each.on_behalf_of for each in records}
        return TracedEvent(
            event,
            attribution.agent,
            credential,
            event.identity or (principals.pop() if len(principals) == 1 else None),
            persons.pop() if len(persons) == 1 else None,
            yielded,
            *judged,
            tuple(attribution.unexplained),
            tuple(attribution.notes),
        )

    def _moment(self, attribution: Attribution, state: _State) -> _Time:
        """When it was; without a time, when the one before of the same agent was."""
        event, (last, number) = attribution.event, state.last
        if event.time is None:
            attribution.unexplained.append("has no time; taken in the order of the log")
            return last, event.number
        if event.time < last:
            said = f"is earlier than event {number} of the same agent ({time_text(last)}): the log is out of "
            attribution.unexplained.append(
                f"{said}order, and what was said since that time may be wrong; sort it by time"
            )
        state.last = max(state.last, (event.time, event.number))
        return event.time, event.number

    def _decide(self, attribution: Attribution, state: _State, moment: _Time) -> None:
        """Keep a decision that was recorded."""
        name = attribution.event.checkpoint
        if name is None or not state.agent:
            return
        record = self.snapshot.checkpoint.get(name)
        if record is None:
            attribution.unexplained.append(f"the model has no checkpoint {one_line(name)}")
        elif attribution.event.refused:
            attribution.notes.append(f"{name} refused, so nothing is decided in favour")
        else:
            short = ", ".join(shortcomings(record, self.engine.view))
            if short:
                attribution.notes.append(f"a decision of {name} does not count: {short}")
            if moment > state.decided.get(name, _BEFORE):
                state.decided[name] = moment
                state.used.discard(name)

    def _keep(self, attribution: Attribution, credential: str | None, state: _State, moment: _Time) -> None:
        """Keep where an agent read and wrote, and what was handed out to it."""
        event, access = attribution.event, attribution.access
        if access is None:
            return
        system, done = access // 5, expand_admin(1 << access % 5)
        for action, times in ((READ, state.reads), (WRITE, self.written)):
            if done >> action & 1:
                times[system] = max(moment, times.get(system, _BEFORE))
        here = Handed(Yielded("custody", None, event.system, event.number), access, credential, (), False)
        found: dict[str, Handed] = {}
        for kind, from_, to, mask in self.yielding.get(event.system, ()):
            by = from_ if kind == "exchange" else None
            steps = self.mesh.ends(kind, from_, to, mask & done) if mask & done else []
            if steps and by in (None, credential):
                yielded = replace(here.yielded, how=kind, by=by)
                found.setdefault(to, here._replace(yielded=yielded, steps=steps))
        if event.yields is not None:
            way = found.get(event.yields, here)._replace(stated=True)
            found = {event.yields: way} if event.yields in self.mesh.credential else {}
        for name, way in found.items():
            if name not in state.handed or way.stated > state.handed[name].stated:
                state.handed[name] = way

    # Whether a decision was due, and recorded

    def _judge(self, access: int | None, names: Sequence[str], state: _State, moment: _Time) -> _Judged:
        """What is said of an action with one of some credentials."""
        if state.agent and self.snapshot.agent[state.agent].is_person:
            return _NONE_DUE
        if access is None or not state.agent:
            return _UNKNOWN
        known = [each for each in names if each in self.mesh.credential]
        judged, *others = [self._worst(each, access, state, moment) for each in known or (None,)]
        if any(each.recheck != judged.recheck for each in others):
            return _UNKNOWN
        if judged.crossing is not None and moment < state.last:
            # A later decision may have taken the place of the one that was there then.
            return judged._replace(recheck="unknown", decision=None)
        opens, reaches = self.relations.opens, self.relations.reaches
        is_explained = all(opens(each, access) and reaches(state.agent, each) for each in names)
        if judged.recheck in {"missing", "approved"} and not is_explained:
            return judged._replace(recheck="unknown")
        if judged.recheck == "recorded" and judged.decision is not None:
            state.used.add(judged.decision[0])
        return judged

    def _worst(self, credential: str | None, access: int, state: _State, moment: _Time) -> _Judged:
        """What is said by the source that leaves most to say; of equals by the one read last."""
        sources = dict.fromkeys(self.beginnings[state.agent], _BEFORE)
        written = [(each, self.written.get(each, _BEFORE)) for each in sources]
        for source, when in (*written, *state.reads.items()):
            if when < moment:
                sources[source] = max(when, sources.get(source, _BEFORE))
        found = [(self._after(each, read, credential, access, state), read) for each, read in sources.items()]
        worst = max(found, key=lambda each: (VERDICTS.index(each[0].recheck), each[1]), default=None)
        return _NONE_DUE if worst is None else worst[0]

    def _after(self, source: int, read: _Time, credential: str | None, access: int, state: _State) -> _Judged:
        """What is said of an action after one source was read, whether the model has it read or not."""
        coming = self.coming(self.mesh.agent[state.agent], source)
        if not self.listing.crosses(coming, access):
            return _NONE_DUE
        if credential is None:
            return _UNKNOWN
        grants = self.relations.grants(credential, access)
        if not grants and (credential, access) in self.relations.exchanging:
            return _NONE_DUE  # an exchange is no access; what guards it is due when its yield is presented
        crossed = Crossed(None if source == HOME else self.mesh.systems[source], read[1] or None, None)
        due = self._due(coming, credential, access, state)
        if due:
            return _decision(due, crossed, read, state)
        if self.engine.doors.asking.get(access, 0) >> coming.start & 1:
            return _NONE_DUE  # others decide about what is asked for, when it is handed out
        node = self.mesh.first_credential + self.mesh.credential[credential]
        is_covered = self.engine.starts.is_covered(coming.agent, source, access)
        if is_covered and self.intended[node] >> coming.agent & 1:
            return _Judged(crossed, "approved")
        severity = SEVERITIES[self.listing.severity(coming, access, node)]
        return _Judged(replace(crossed, severity=severity), "missing")

    def _due(self, coming: Coming, credential: str, access: int, state: _State) -> dict[str, bool]:
        """The checkpoints in the way that count; of each whether it decides about this very action."""
        checkpoints = self.engine.checkpoints
        counting = self.paths.counting(self.engine.starts.power, coming.start)
        zones = self.listing.zone(coming), self.mesh.zone[access // 5]
        due = dict.fromkeys(counting.intersection(checkpoints.between(zones, access % 5)), True)
        for number, forms in enumerate(self._back(coming.source, credential, access, state)):
            guards = [counting.intersection(checkpoints.guards.get(step, ())) for step in forms]
            for each in set().union(*guards) if all(guards) else ():  # none where one form is unguarded
                due.setdefault(each, number == 0)
        return {checkpoints.records[each].id: is_once for each, is_once in due.items()}

    def _back(self, source: int, credential: str, access: int, state: _State) -> Iterator[Sequence[Step]]:
        """The steps from an action back to the source, each in all its forms; the grant step comes first."""
        yield self.relations.grants(credential, access)
        name: str | None = credential
        passed = set[str]()
        while name is not None and name in self.mesh.credential and name not in passed:
            passed.add(name)
            way = self.relations.way(state.agent, name, state.handed)
            yield self.mesh.ends("hold", state.agent, name) if way is None else way.steps
            is_read = way is not None and way.yielded.how == "custody"
            if way is None or way.credential is None or (is_read and way.access // 5 == source):
                return
            if is_read:
                yield self.relations.grants(way.credential, way.access)
            name = way.credential


def _decision(due: Mapping[str, bool], crossed: Crossed, read: _Time, state: _State) -> _Judged:
    """What is said where a decision was due: the best of those recorded."""
    best = _Judged(crossed, "unrecorded", tuple(sorted(due)))
    for name in sorted(due.keys() & state.decided.keys()):
        decided, is_used = state.decided[name], due[name] and name in state.used
        recheck: Verdict = "stale" if decided <= read else "reused" if is_used else "recorded"
        if VERDICTS.index(recheck) < VERDICTS.index(best.recheck):
            best = best._replace(recheck=recheck, decision=(name, decided[1]))
    return best
