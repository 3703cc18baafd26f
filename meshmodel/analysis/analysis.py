"""The answers about one snapshot in one view, each computed when it is first asked for."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.graph import Memberships, union
from meshmodel.analysis.listing import Listing
from meshmodel.analysis.results import (
    AgentReach,
    Crossing,
    Door,
    Explanation,
    Finding,
    HeardSystem,
    Question,
    StepKey,
    StepMark,
    Summary,
    SystemReach,
    Ways,
)
from meshmodel.model.records import Snapshot
from meshmodel.model.stop import Stop
from meshmodel.model.vocabulary import READ, WRITE, Action, View, actions_of

if TYPE_CHECKING:
    from meshmodel.analysis.compromise import Compromise
    from meshmodel.analysis.explain import Explainer
    from meshmodel.analysis.fix.results import Plan, PlanOptions, TradeOffPoint
    from meshmodel.analysis.offboarding import Offboarding
    from meshmodel.analysis.overview import ReachTable
    from meshmodel.analysis.rotation import RotationPlan
    from meshmodel.analysis.trace import Tracer
    from meshmodel.analysis.trace_records import TracedEvent
    from meshmodel.model.events import Event
    from meshmodel.model.records import Intent


class Analysis:
    """What follows from one snapshot (``docs/semantics.md``).

    Attributes:
        snapshot, view: what was analysed.
        today: the day (UTC) on which acceptances must still hold.
        engine: the sets behind the answers.
    """

    def __init__(self, snapshot: Snapshot, view: View, today: date, engine: Engine | None = None) -> None:
        self.snapshot, self.view, self.today = snapshot, view, today
        self.engine = engine or Engine(snapshot, view)

    def with_words_of(self, snapshot: Snapshot) -> "Analysis":
        """The analysis of a model that differs from this one in words alone: it shares the sets.

        Args:
            snapshot: the model; only names, owners, descriptions, places, notes and acceptances differ.
        """
        return Analysis(snapshot, self.view, self.today, self.engine.with_words_of(snapshot))

    @cached_property
    def summary(self) -> Summary:
        """The counts of ``docs/json.md``; crossings are counted, not listed."""
        engine, snapshot = self.engine, self.snapshot
        return Summary(
            len(snapshot.agent),
            len(snapshot.system),
            len(snapshot.credential),
            engine.crossings,
            engine.uncontrolled,
            engine.approved,
            len(engine.doors.missing),
        )

    @cached_property
    def doors(self) -> tuple[Door, ...]:
        """The missing checkpoints (``docs/semantics.md#paths``), by credential and system."""
        return self.engine.missing

    @cached_property
    def heard(self) -> tuple[HeardSystem, ...]:
        """The heard systems (``docs/semantics.md#untrusted-content``), by id."""
        mesh, heard = self.engine.mesh, self.engine.reaches.heard
        return tuple(HeardSystem(id_, mesh.untrusted[n]) for n, id_ in enumerate(mesh.systems) if heard[n])

    @cached_property
    def entries(self) -> tuple[str, ...]:
        """The systems through which untrusted content comes in, by id; empty if none is heard.

        Outsiders write there, with a credential that they get if not first-hand. Where checkpoints stop all
        of that, but a credential that lies open leads to an agent, these are the systems in which one lies.
        """
        mesh, carrying = self.engine.mesh, self.engine.reaches.carrying
        read = {each for each in mesh.outside if each % 5 == READ}
        lying = [step for step in mesh.steps["custody"] if step[0] in read]
        openly = mesh.own_graph.spread({enters: 1 for _, enters in lying})
        heard = [mesh.system[each.system] for each in self.heard]
        found = [n for n in heard if mesh.untrusted[n] or openly[5 * n + WRITE] or not carrying(n)]
        if heard and not found:
            found = sorted({leaves // 5 for leaves, _ in lying})
        return tuple(mesh.systems[each] for each in found)

    def reach(self) -> tuple[AgentReach, ...]:
        """The reach of every active agent (``docs/semantics.md#reach``), by id."""
        return tuple(self._reach_of(number) for number in range(len(self.engine.mesh.agents)))

    def agent_reach(self, agent: str) -> AgentReach | None:
        """The reach of one agent; ``None`` if it is retired or does not exist."""
        number = self.engine.mesh.agent.get(agent)
        return None if number is None else self._reach_of(number)

    def _reach_of(self, agent: int) -> AgentReach:
        mesh = self.engine.mesh
        full, direct, own, unchecked = (_actions(each.of(agent)) for each in self._accesses)
        names = [*self._carriers[0]]
        identities, direct_identities, own_identities = (
            tuple(names[place] for place in each.of(agent)) for each in self._carried
        )
        return AgentReach(
            mesh.agents[agent],
            identities,
            direct_identities,
            own_identities,
            tuple(
                SystemReach(
                    mesh.systems[system],
                    actions_of(mask),
                    actions_of(direct.get(system, 0)),
                    actions_of(own.get(system, 0)),
                    actions_of(unchecked.get(system, 0)),
                )
                for system, mask in full.items()
            ),
        )

    @cached_property
    def _accesses(self) -> tuple[Memberships, ...]:
        """By agent the accesses that it reaches effectively, directly, as itself, and unchecked."""
        reaches = self.engine.reaches
        others = reaches.direct, reaches.own, reaches.alone.reach
        return reaches.accesses, *(reaches.accesses_in(each) for each in others)

    @cached_property
    def _carried(self) -> tuple[Memberships, ...]:
        """By agent the places, in ``_carriers``, of the identities that it carries."""
        return tuple(Memberships([*carriers.values()]) for carriers in self._carriers)

    @cached_property
    def _carriers(self) -> tuple[Mapping[str, int], ...]:
        """By identity the agents that effectively, directly and as themselves carry it."""
        reaches = self.engine.reaches
        return tuple(reaches.carriers(reach) for reach in (reaches.full, reaches.direct, reaches.own))

    def identity_counts(self) -> Mapping[str, int]:
        """How many identities each active agent effectively carries (``docs/semantics.md#reach``)."""
        agents = self.engine.mesh.agents
        counted: Counter[str] = Counter(dict.fromkeys(agents, 0))
        for carriers, identities in Counter(self._carriers[0].values()).items():
            counted.update(dict.fromkeys(self.engine.mesh.names(carriers), identities))
        return counted

    def reaches(self, agent: str, system: str) -> bool:
        """Whether an active agent effectively reaches any action on a system."""
        mesh = self.engine.mesh
        if agent not in mesh.agent or system not in mesh.system:
            return False
        first = mesh.access(system, 0)
        return bool(union(self.engine.reaches.full[first : first + 5]) >> mesh.agent[agent] & 1)

    def crossings(self) -> Iterator[Crossing]:
        """All crossings one by one, by agent, source (home first), target and action.

        There can be very many; ``summary`` counts them without this list.
        """
        for agent in range(len(self.engine.mesh.agents)):
            yield from self.listing.of(agent)

    def compromise(self, start: str) -> "Compromise":
        """What follows from a compromise (``docs/compromise.md#the-blast-radius``).

        Args:
            start: ``agent:ID``, ``credential:ID``, ``system:ID`` or ``outsider``.

        Raises:
            CannotStartError: there is no such element, or it is retired or revoked.
        """
        from meshmodel.analysis.compromise import compromise

        return compromise(self.engine, start)

    def carried_by(self, system: str) -> tuple[str, ...]:
        """The agents that carry outsiders' words, unchecked, to a heard system.

        See ``docs/semantics.md#untrusted-content``.
        """
        mesh = self.engine.mesh
        return mesh.names(self.engine.reaches.carrying(mesh.system[system])) if system in mesh.system else ()

    def offboarding(
        self, who: str, *, cancelled: Callable[[], bool] | None = None
    ) -> "Offboarding | RotationPlan":
        """What is to be done when somebody goes, or when the secret of a credential is replaced.

        See ``docs/compromise.md#who-goes``.

        Args:
            who: ``agent:ID`` or its id alone (it may be retired), ``person:NAME`` (a person or group),
                ``vendor:NAME``, or ``credential:ID``.
            cancelled: asked often, in whichever thread; once true, ``Stopped`` is raised.

        Raises:
            CannotStartError: there is nobody and nothing of that name.
        """
        from meshmodel.analysis.offboarding import offboarding

        return offboarding(self.engine, who, Stop(None, cancelled))

    def trace(self, events: "Iterable[Event]") -> Iterator["TracedEvent"]:
        """Lay observed events on the model, one by one, in the order of the log (``docs/logs.md``).

        Args:
            events: what was observed; it may be without end, since only what the model bounds is kept.
        """
        return map(self.tracer().lay, events)

    def tracer(self) -> "Tracer":
        """What lays events on the model, and keeps what they have shown."""
        from meshmodel.analysis.trace import Tracer

        return Tracer(self.engine, self.listing)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What the rules find (``docs/rules.md``), by severity (highest first), rule and subject."""
        from meshmodel.analysis.findings import findings
        from meshmodel.analysis.rules import RULES

        found = ((rule, rule.find(self.engine)) for rule in RULES)
        return findings(found, self.snapshot, self.today)

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """What the drawing does not say, one row an element.

        See ``docs/semantics.md#findings-questions-and-acceptances``.
        """
        from meshmodel.analysis.questions import questions

        return tuple(questions(self.engine))

    def minimum_fix(
        self, *, deadline: float | None = None, cancelled: Callable[[], bool] | None = None
    ) -> "Plan":
        """A smallest set of steps to guard that leaves nothing uncontrolled and no toxic flow.

        See ``docs/fix.md#the-fewest-checkpoints``.

        Args:
            deadline: seconds after which the best that is known is the answer; ``None``: no limit.
            cancelled: asked often; when true, the best that is known is the answer.
        """
        from meshmodel.analysis.fix.results import FIX

        return self.cheapest_plan(FIX, deadline=deadline, cancelled=cancelled)

    def cheapest_plan(
        self,
        options: "PlanOptions | None" = None,
        *,
        at_most: float | None = None,
        deadline: float | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> "Plan":
        """A cheapest set of measures that leaves nothing open, and everything needed as it works.

        See ``docs/fix.md#the-plan``.

        Args:
            options: what it may do; ``None``: all.
            at_most: so many decisions a day; the answer then leaves the fewest open that they can.
            deadline: seconds after which the best that is known is the answer; ``None``: no limit.
            cancelled: asked often; when true, the best that is known is the answer.

        Raises:
            InvalidModelError: an option names what is not in the model.
        """
        from meshmodel.analysis.fix.plan import cheapest_plan
        from meshmodel.analysis.fix.results import PlanOptions

        return cheapest_plan(self.engine, options or PlanOptions(), Stop(deadline, cancelled), at_most)

    def trade_off(
        self,
        options: "PlanOptions | None" = None,
        *,
        deadline: float | None = None,
        cancelled: Callable[[], bool] | None = None,
        progress: Callable[[int, int], None] | None = None,
        plan: "Plan | None" = None,
    ) -> "tuple[TradeOffPoint, ...]":
        """For rising decisions a day, up to the plan, the fewest that can be left open.

        See ``docs/fix.md#the-plan``.

        Args:
            options: what plans may do; ``None``: all.
            deadline: as for ``cheapest_plan``; what is not settled then is only bounded.
            cancelled: likewise.
            progress: told after each point how much of the way down from the plan is done.
            plan: what ``cheapest_plan`` answered, if it was asked: the trade-off ends with it.

        Raises:
            InvalidModelError: an option names what is not in the model.
        """
        from meshmodel.analysis.fix.plan import trade_off
        from meshmodel.analysis.fix.results import PlanOptions

        return trade_off(self.engine, options or PlanOptions(), Stop(deadline, cancelled), progress, plan)

    def closing(self, steps: Iterable[StepKey]) -> int:
        """How many uncontrolled crossings it closes to guard these steps, each with all its actions.

        Raises:
            KeyError: there is no such step, or it is a boundary.
        """
        from meshmodel.analysis.fix.smallest import closing

        return closing(self.engine, list(steps))

    @cached_property
    def reach_table(self) -> "ReachTable":
        """Agents by systems, each cell worked out when it is asked for."""
        from meshmodel.analysis.overview import ReachTable

        return ReachTable(self.engine)

    def depths(self) -> Mapping[str, int]:
        """For each opened system how many finds lie before it: 0 with a held credential."""
        from meshmodel.analysis.overview import depths

        return depths(self.engine.mesh)

    def marks(self) -> Mapping[StepKey, StepMark]:
        """For steps with a door or a checkpoint: ``missing``, ``counts`` or ``does-not-count``."""
        from meshmodel.analysis.overview import marks

        return marks(self.engine, self.doors, self.findings)

    @cached_property
    def _explaining(self) -> "Explainer":
        from meshmodel.analysis.explain import Explainer

        return Explainer(self.snapshot, self.listing)

    def explain(
        self,
        agent: str | None = None,
        system: str | None = None,
        action: Action | None = None,
        source: str | None = None,
        *,
        cancelled: Callable[[], bool] | None = None,
    ) -> Explanation | None:
        """Why an agent reaches a system, or why not (``docs/commands.md#meshmodel-explain``).

        Args:
            agent: its id; by default that of the worst crossing.
            system: the target; likewise.
            action: one action; likewise.
            source: the system that the agent comes from, or ``home``; by default the worst.
            cancelled: asked often; when true, ``Stopped`` is raised.

        Returns ``None`` where an element does not exist, or nothing is reached by anybody.
        """
        found = self._explaining.asked(agent, system, action, source, Stop(None, cancelled))
        return (
            found if found is None or isinstance(found, Explanation) else self._explaining.explain_path(found)
        )

    def all_ways(
        self,
        agent: str | None = None,
        system: str | None = None,
        action: Action | None = None,
        source: str | None = None,
        *,
        cancelled: Callable[[], bool] | None = None,
    ) -> Ways | None:
        """All ways, not only the shortest: what every one passes, their doors, and what cuts them.

        Where nothing is reached: what is in between, and the single relations that would open a way.
        The arguments and ``None`` are those of ``explain``.
        """
        from meshmodel.analysis.ways import all_ways

        found = self._explaining.asked(agent, system, action, source, stop := Stop(None, cancelled))
        return None if found is None else all_ways(self._explaining, found, stop)

    def explain_finding(self, finding: Finding) -> Explanation | None:
        """The worst way by which a finding comes about, or ``None`` where there is none to tell."""
        from meshmodel.analysis.finding_way import FindingWay

        return FindingWay(self._explaining).tell(finding)

    def explain_step(self, step: StepKey) -> Explanation | None:
        """The worst way through a step that guarding it closes, or any through it.

        Args:
            step: its kind and its ends; no boundary.
        """
        from meshmodel.analysis.finding_way import FindingWay

        return FindingWay(self._explaining).by_step(step, Listing(self.engine.guarding([step])))

    def can_be_intended(self, explanation: Explanation) -> "Intent | None":
        """The agent's intent with what would approve an uncontrolled crossing, where one can.

        See ``docs/semantics.md#paths``.
        """
        return self._explaining.can_be_intended(explanation)

    @cached_property
    def listing(self) -> Listing:
        """What looks at single crossings."""
        return Listing(self.engine)


def _actions(accesses: Iterable[int]) -> dict[int, int]:
    """The systems of some accesses, by number, with the actions as five bits."""
    found: dict[int, int] = {}
    for access in accesses:
        found[access // 5] = found.get(access // 5, 0) | 1 << access % 5
    return found


def analyse(snapshot: Snapshot, *, view: View = "built", today: date | None = None) -> Analysis:
    """Analyse a model.

    Args:
        snapshot: the model; it must be valid.
        view: ``built`` (the default, and what a gate uses), or ``designed``.
        today: the day (UTC) on which acceptances must still hold; by default the present one.
    """
    return Analysis(snapshot, view, today or datetime.now(UTC).date())
