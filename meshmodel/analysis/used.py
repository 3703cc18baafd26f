"""What was used of what is granted, and what no intent covers (``docs/logs.md``).

It is kept by grant, by what the model does not grant and by what an intent would have to say, so its size is
bounded by the model and the sessions.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from meshmodel.analysis.attribution import Relations
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.event_shapes import EventShapes
from meshmodel.analysis.session_states import NOTHING_READ, SessionStates
from meshmodel.analysis.trace_records import ActionUse, Run, TracedEvent, is_wrong
from meshmodel.model.events import Event
from meshmodel.model.vocabulary import ACTIONS, READ, Action, action_mask, expand_admin

_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class UsedGrant:
    """How often a grant was used for one action.

    Attributes:
        credential, system, action: the grant; what admin opens is told under the grant of admin.
        events: how often; 0: never.
        sessions: by how many sessions of agents.
        first, last: when, in seconds since 1970.
    """

    credential: str
    system: str
    action: Action
    events: int = 0
    sessions: int = 0
    first: float | None = None
    last: float | None = None


@dataclass(frozen=True, slots=True)
class UngrantedUse:
    """What an agent did, or somebody who is not known, that the model does not grant."""

    agent: str | None
    system: str
    action: Action
    events: int


@dataclass(frozen=True, slots=True)
class ProposedIntent:
    """What an agent did that no intent of it covers; ``sources`` are systems or ``home``."""

    agent: str
    system: str
    actions: tuple[Action, ...]
    sources: tuple[str, ...]
    per_day: float


@dataclass(frozen=True, slots=True)
class ModelUse:
    """What logs show of a model; they show their time, and not what is rare.

    Attributes:
        events: how many there were.
        first, last: both ends of the time that they show.
        grants: of active credentials, those never used too.
        not_granted: what was done without a grant.
        intents: what would have to be intended.
        declarable: of that what can be taken as meant: somebody decided, or nobody had to.
    """

    events: int
    first: float | None
    last: float | None
    grants: tuple[UsedGrant, ...]
    not_granted: tuple[UngrantedUse, ...]
    intents: tuple[ProposedIntent, ...]
    declarable: tuple[ProposedIntent, ...] = ()

    @property
    def days(self) -> float:
        """The days between both ends, at least 1."""
        return _days(self.first, self.last)


def _days(first: float | None, last: float | None) -> float:
    return max(1.0, ((last or 0.0) - (first or 0.0)) / _DAY)


@dataclass(slots=True)
class _Count:
    """How often something was, in which sessions, first and last."""

    events: int = 0
    runs: set[Run] = field(default_factory=set)
    first: float | None = None
    last: float | None = None

    def add(self, time: float | None, run: Run) -> None:
        """Count one event."""
        self.events += 1
        self.runs.add(run)
        if time is not None:
            if self.first is None or time < self.first:
                self.first = time
            if self.last is None or time > self.last:
                self.last = time


class UsedTally:
    """Counts what is used, event by event.

    Attributes:
        events: how many there were so far.
    """

    def __init__(self, engine: Engine) -> None:
        self._mesh, self._snapshot = engine.mesh, engine.snapshot
        self._grants: dict[tuple[str, int], _Count] = {}
        self._not_granted: dict[tuple[str | None, int], int] = {}
        self._uncovered: dict[tuple[str, int, frozenset[str]], int] = {}
        self._marked: dict[tuple[str, int, frozenset[str]], int] = {}
        self._starting: dict[str, list[int]] = {each: [] for each in self._mesh.agents}
        for source, agents in engine.reaches.started.items():
            for name in self._mesh.names(agents):
                self._starting[name].append(source)
        self._lacking = cache(self._find_lacking)
        self.events = 0
        self._first: float | None = None
        self._last: float | None = None

    def add(self, traced: TracedEvent) -> None:
        """Count one event that was laid on the model."""
        marked = is_wrong(traced)
        self.count(traced.event.time, traced.use, traced.run, traced.sources, is_marked=marked)

    def count(
        self,
        time: float | None,
        use: ActionUse | None,
        run: Run,
        sources: frozenset[int],
        *,
        is_marked: bool = False,
    ) -> None:
        """Count one event; as in ``TracedEvent``; ``is_marked``: a page of an incident marks it as wrong."""
        self.events += 1
        if time is not None:
            if self._first is None or time < self._first:
                self._first = time
            if self._last is None or time > self._last:
                self._last = time
        if use is None:
            return
        if use.credential is not None:
            key = use.credential, use.access
            count = self._grants.get(key)
            if count is None:
                count = self._grants[key] = _Count()
            count.add(time, run)
        elif not use.is_granted and not use.is_exchange and use.is_named:
            who = run[0], use.access
            self._not_granted[who] = self._not_granted.get(who, 0) + 1
        if use.needs_intent:
            agent = run[0]
            assert agent is not None
            lacking = self._lacking(agent, use.access, sources)
            if lacking is not None:
                needed = agent, use.access, lacking
                self._uncovered[needed] = self._uncovered.get(needed, 0) + 1
                self._marked[needed] = self._marked.get(needed, 0) + is_marked

    def _find_lacking(self, agent: str, access: int, read: frozenset[int]) -> frozenset[str] | None:
        """The sources that an intent would have to name; ``None`` where one covers the access from each."""
        system, action = divmod(access, 5)
        home, mesh = self._snapshot.agent[agent].home, self._mesh
        sources = {*self._starting[agent], *read} - {system}
        at_home = {mesh.systems[each] for each in sources if home is not None and mesh.zone[each] == home}
        elsewhere = {mesh.systems[each] for each in sources} - at_home
        intent = self._snapshot.intent.get((agent, mesh.systems[system]))
        if intent is not None and expand_admin(action_mask(intent.actions)) >> action & 1:
            named = set(intent.from_ or ("home",))
            needed = elsewhere if "home" in named else elsewhere | at_home
            if needed <= named and (home is None or "home" in named):
                return None
        return frozenset(elsewhere if home is None else elsewhere | {"home"})

    def result(self) -> ModelUse:
        """What was used by all events so far."""
        return ModelUse(
            self.events,
            self._first,
            self._last,
            tuple(self._grant_rows()),
            tuple(sorted(self._lacking_grants(), key=lambda each: (each.agent or "", *_order(each)))),
            *(self._sorted_intents(settled=settled) for settled in (False, True)),
        )

    def _sorted_intents(self, *, settled: bool) -> tuple[ProposedIntent, ...]:
        found = self._intents(settled=settled)
        return tuple(sorted(found, key=lambda each: (each.agent, each.system, *_places(each))))

    def _lacking_grants(self) -> Iterator[UngrantedUse]:
        for (agent, access), count in self._not_granted.items():
            yield UngrantedUse(agent, self._mesh.systems[access // 5], ACTIONS[access % 5], count)

    def _grant_rows(self) -> Iterator[UsedGrant]:
        mesh = self._mesh
        for (credential, system), grant in sorted(self._snapshot.grant.items()):
            if credential not in mesh.credential:
                continue
            for number, action in enumerate(ACTIONS):
                count = self._grants.get((credential, mesh.access(system, number)))
                if count is not None:
                    runs = len(count.runs)
                    yield UsedGrant(credential, system, action, count.events, runs, count.first, count.last)
                elif action in grant.actions:
                    yield UsedGrant(credential, system, action)

    def _intents(self, *, settled: bool) -> Iterator[ProposedIntent]:
        """What no intent covers; ``settled``: without what a page of an incident marks."""
        days = _days(self._first, self._last)
        together: dict[tuple[str, int, tuple[str, ...]], dict[int, int]] = {}
        for (agent, access, names), count in self._uncovered.items():
            row = agent, access // 5, tuple(sorted(names))
            left = count - (self._marked[agent, access, names] if settled else 0)
            if left:
                together.setdefault(row, {})[access % 5] = left
        for (agent, system, sources), counts in together.items():
            actions = tuple(ACTIONS[each] for each in sorted(counts))
            per_day = float(f"{sum(counts.values()) / days:.2g}")  # two digits: more is not in a log
            yield ProposedIntent(agent, self._mesh.systems[system], actions, sources, per_day)


class UseCounter:
    """Counts what is used in events as they come, laid on the model as far as that needs it.

    Attributes:
        tally: what was counted so far.
    """

    def __init__(self, engine: Engine) -> None:
        self.tally = UsedTally(engine)
        self._shapes, self._sessions = EventShapes(engine, Relations(engine)), SessionStates(engine.mesh)

    def add(self, event: Event) -> None:
        """Count one event, as ``UsedTally`` does of the same event when a ``Tracer`` has laid it."""
        shape = self._shapes.of(event)
        if shape.active is None:
            self.tally.count(event.time, shape.use, (shape.agent, event.session), NOTHING_READ)
            return
        state = self._sessions.of(shape.active, event.session, [])
        self.tally.count(event.time, shape.use, state.run, state.sources)
        if shape.done >> READ & 1 and shape.access is not None and shape.access // 5 not in state.sources:
            state.sources |= {shape.access // 5}


def _order(each: UngrantedUse) -> tuple[str, int]:
    return each.system, ACTIONS.index(each.action)


def _places(each: ProposedIntent) -> tuple[list[int], tuple[str, ...]]:
    return [ACTIONS.index(action) for action in each.actions], each.sources
