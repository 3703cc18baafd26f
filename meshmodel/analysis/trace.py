"""Observed events laid on the model (section 7): who was active, who yielded it, was somebody asked.

The log is read once, in its order. What is kept is bounded by the model: for every agent when it last
read each system, how it came by each credential, and the last decision of each checkpoint.

- A decision *counts* for an action if it was recorded after the last read of the source from which the
  action crosses, by the time of the events; at equal times the order of the log decides. One that sits on
  the grant step or the boundary counts for one action: where it was used before, it is *reused*.
- Of several sources the one is told that leaves most to say; of equals the one read last.
- A read is done by ``read`` and by ``admin``. What an agent makes another do stands at that other one.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.rechecks import Due, Obtained, Rechecks
from meshmodel.analysis.resolving import Resolving
from meshmodel.analysis.steps import action_mask, implied_mask
from meshmodel.analysis.traced import VERDICTS, Crossed, Tally, TracedEvent, Verdict
from meshmodel.model.events import Event, time_text
from meshmodel.model.text import one_line
from meshmodel.model.vocabulary import Action

__all__ = ["VERDICTS", "Crossed", "Tally", "TracedEvent", "Verdict", "trace"]

_RANK: Final = {verdict: number for number, verdict in enumerate(VERDICTS)}

_REMEMBERED: Final = 1_024
"""So much of what was due is remembered for one agent."""

Place = tuple[float, int]
"""When something was: its time, then its place in the log."""
_BEFORE: Final[Place] = (float("-inf"), 0)


@dataclass(slots=True)
class _Decision:
    place: Place
    used: bool = False


@dataclass(slots=True)
class _State:
    """What is kept of one agent."""

    last: Place = _BEFORE
    reads: dict[str, Place] = field(default_factory=dict)
    obtained: dict[str, Obtained] = field(default_factory=dict)
    decided: dict[str, _Decision] = field(default_factory=dict)
    known: dict[tuple[str | None, str, str, Action], Due | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Judged:
    verdict: Verdict
    source: str | None
    place: Place
    due: Due
    decision: tuple[str, int] | None


def trace(engine: Engine, events: Iterable[Event]) -> Iterator[TracedEvent]:
    """Lay events on the model, one by one, in the order of the log.

    Args:
        engine: the model in one view.
        events: what was observed; it may be without end.
    """
    tracer = _Tracer(engine)
    for event in events:
        yield tracer.lay(event)


class _Tracer:
    """Keeps what the events so far have shown."""

    def __init__(self, engine: Engine) -> None:
        self.snapshot = engine.snapshot
        self.mesh = engine.mesh
        self.rechecks = Rechecks(engine)
        self.resolving = Resolving(engine, self.rechecks)
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
        unexplained: list[str] = list(event.unmapped)
        notes: list[str] = []
        agent = self.resolving.agent(event, unexplained)
        state = None
        if agent is not None and agent in self.mesh.agent_node:
            state = self.states.get(agent)
            if state is None:
                state = self.states[agent] = _State()
        place, in_order = self._place(event, state, unexplained)
        acts = self.resolving.acts(event, unexplained)
        credential = yielded = None
        candidates: tuple[str, ...] = ()
        if acts or event.credential is not None or event.identity is not None:
            candidates = self.resolving.credentials(event, agent, unexplained, notes)
            if len(candidates) == 1:
                credential = candidates[0]
        if credential is not None and agent is not None and state is not None:
            yielded = self.resolving.yielded(agent, credential, state.obtained, notes)
        identity = self.resolving.identity(event, credential, candidates)
        if state is not None:
            self._decide(event, state, place, unexplained, notes)
        judged = None
        verdict: Verdict = "none-due"
        if acts and not event.refused:
            if agent is not None and state is not None:
                verdict, judged = self._judge(event, agent, state, candidates, place, in_order=in_order)
            else:
                verdict = "unknown"
            if state is not None:
                self._take(event, state, place, credential)
            if event.action in {"write", "admin"} and event.system in self.snapshot.system:
                self.written[str(event.system)] = max(place, self.written.get(str(event.system), _BEFORE))
        return TracedEvent(
            event,
            agent,
            credential,
            identity,
            yielded,
            None if judged is None else _crossed(judged),
            verdict,
            () if judged is None else tuple(sorted(judged.due.once | judged.due.before)),
            None if judged is None else judged.decision,
            tuple(unexplained),
            tuple(notes),
        )

    def _place(self, event: Event, state: _State | None, unexplained: list[str]) -> tuple[Place, bool]:
        """When it was, and whether that is after all before it; without a time, when the last one was."""
        last = _BEFORE if state is None else state.last
        if event.time is None:
            unexplained.append("has no time; taken in the order of the log")
            return (last[0], event.number), True
        place = event.time, event.number
        if event.time < last[0]:
            unexplained.append(
                f"is earlier than event {last[1]} of the same agent ({time_text(last[0])}): the log is out "
                "of order, and what was said since that time may be wrong; sort it by time"
            )
            return place, False
        if state is not None:
            state.last = place
        return place, True

    def _decide(
        self, event: Event, state: _State, place: Place, unexplained: list[str], notes: list[str]
    ) -> None:
        """Keep a decision that was recorded."""
        checkpoint = event.checkpoint
        if checkpoint is None:
            return
        if checkpoint not in self.snapshot.checkpoint:
            unexplained.append(f"the model has no checkpoint {one_line(checkpoint)}")
            return
        if event.refused:
            notes.append(f"{checkpoint} refused, so nothing is decided in favour")
            return
        if checkpoint not in self.resolving.meeting:
            notes.append(
                f"a decision of {checkpoint} does not count: {self.resolving.shortcomings(checkpoint)}"
            )
        before = state.decided.get(checkpoint)
        if before is None or before.place < place:
            state.decided[checkpoint] = _Decision(place)

    def _take(self, event: Event, state: _State, place: Place, credential: str | None) -> None:
        """Keep what the agent has from now on: a source, and what was handed out to it."""
        system, action = event.system, event.action
        if system not in self.snapshot.system or system is None or action is None:
            return
        done = implied_mask([action])
        if done & 1:
            before = state.reads.get(system)
            if before is None or before < place:
                state.reads[system] = place
        found: dict[str, Obtained] = {}
        for name in self.handed.get(system, ()):
            if name in state.obtained:  # how it was come by first is what is told
                continue
            custody = self.snapshot.custody[system, name]
            bound = custody.how == "stores" and self.snapshot.credential[name].is_bound
            by = action_mask(custody.obtained_by) & done
            node = self.mesh.credential_node.get(name)
            if by and node is not None and not bound:
                first = self.mesh.access_node(system, 0)
                steps = tuple((first + number, node) for number in range(5) if by >> number & 1)
                found[name] = Obtained(system, event.number, steps, credential, action_mask([action]))
        for name in self.exchanged.get(credential, ()) if credential is not None and done >> 3 & 1 else ():
            node = self.mesh.credential_node.get(name)
            if node is not None and self.snapshot.exchange[str(credential), name].at == system:
                step = (self.mesh.credential_node[str(credential)], node)
                found.setdefault(
                    name, Obtained(system, event.number, (step,), credential, done, exchanged=True)
                )
        if event.yields is not None:
            found = {name: way for name, way in found.items() if name == event.yields}
            if event.yields in self.mesh.credential_node:
                found.setdefault(
                    event.yields, Obtained(system, event.number, (), credential, action_mask([action]))
                )
        for name, way in found.items():
            if name not in state.obtained:
                state.obtained[name] = way
                state.known.clear()

    def _judge(
        self,
        event: Event,
        agent: str,
        state: _State,
        candidates: tuple[str, ...],
        place: Place,
        *,
        in_order: bool,
    ) -> tuple[Verdict, _Judged | None]:
        """Whether a decision was due and recorded, by the source that leaves most to say."""
        record = self.snapshot.agent[agent]
        if record.is_person or event.system not in self.snapshot.system:
            return ("none-due" if record.is_person else "unknown"), None
        sources: dict[str | None, Place] = {}
        if record.home is not None:
            sources[None] = _BEFORE
        for system in self.triggers.get(agent, ()):
            written = self.written.get(system, _BEFORE)
            sources[system] = written if written < place else _BEFORE
        for system, read in state.reads.items():
            if sources.get(system, _BEFORE) < read < place:
                sources[system] = read
        system, action = str(event.system), event.action
        assert action is not None
        known = [each for each in candidates if each in self.mesh.credential_node]
        if not known:
            crossing = any(self.rechecks.crosses(agent, each, system, action) for each in sources)
            return ("unknown" if crossing else "none-due"), None
        worst = [self._worst(agent, state, sources, each, system, action) for each in known]
        if len({None if each is None else each.verdict for each in worst}) > 1:
            return "unknown", None
        judged = worst[0]
        if judged is None:
            return "none-due", None
        if not in_order:  # a later decision may have taken the place of the one that was there then
            return "unknown", replace(judged, decision=None)
        unasked = judged.verdict in {"missing", "approved"}
        if unasked and not self._is_explained(agent, known, system, action):
            return "unknown", judged
        if judged.verdict == "recorded" and judged.decision is not None:
            state.decided[judged.decision[0]].used = True
        return judged.verdict, judged

    def _is_explained(self, agent: str, credentials: list[str], system: str, action: Action) -> bool:
        """Whether the model has a way for this, so that it can say what is on it."""
        return all(
            self.resolving.opens(each, system, action) and self.resolving.reaches(agent, each)
            for each in credentials
        )

    def _worst(
        self,
        agent: str,
        state: _State,
        sources: dict[str | None, Place],
        credential: str,
        system: str,
        action: Action,
    ) -> _Judged | None:
        found: _Judged | None = None
        for source, place in sources.items():
            key = source, credential, system, action
            if key in state.known:
                due = state.known[key]
            else:
                if len(state.known) >= _REMEMBERED:
                    state.known.clear()
                due = state.known[key] = self.rechecks.due(
                    agent, source, credential, system, action, state.obtained
                )
            if due is None:
                continue
            judged = _judged(source, place, due, state)
            if found is None or (_RANK[judged.verdict], place) > (_RANK[found.verdict], found.place):
                found = judged
        return found


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
