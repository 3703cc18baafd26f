"""The answers about one snapshot in one view, each computed when it is first asked for."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from meshmodel.analysis.collecting import collector_at_rest
from meshmodel.analysis.crossings import Counts
from meshmodel.analysis.doors import MissingCheckpoints
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.findings import findings
from meshmodel.analysis.fix.stopping import Stop
from meshmodel.analysis.parts import Parts, batches_of, parts_of
from meshmodel.analysis.questions import questions
from meshmodel.analysis.readying import Readying
from meshmodel.analysis.relations import Related
from meshmodel.analysis.results import (
    AgentReach,
    Crossing,
    Door,
    Explanation,
    Finding,
    Question,
    StepKey,
    StepMark,
    Summary,
)
from meshmodel.analysis.rules import Facts
from meshmodel.analysis.steps import ALL_ACTIONS
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.vocabulary import Action, Severity, View

if TYPE_CHECKING:
    from meshmodel.analysis.compromise import Compromise
    from meshmodel.analysis.explain import Explaining
    from meshmodel.analysis.fix.results import CurvePoint, Fix
    from meshmodel.analysis.listing import Listing
    from meshmodel.analysis.offboarding import Offboarding
    from meshmodel.analysis.reach_table import ReachTable
    from meshmodel.analysis.spreading import Spreader
    from meshmodel.analysis.trace import TracedEvent
    from meshmodel.analysis.ways import Ways
    from meshmodel.model.events import Event
    from meshmodel.model.records import Intent


class Analysis(Readying):
    """What follows from one snapshot (sections 4 to 6 and 9)."""

    def after(self, snapshot: Snapshot, today: date) -> "Analysis":
        """The analysis of the model after an edit; what the edit left alone is taken from this one."""
        known = self._followed()
        following = None if known is None else known.after(snapshot)
        return Analysis(snapshot, self.view, today, following, self._engine.mesh)

    @cached_property
    def _parts(self) -> Parts | None:
        """The batches in which a large mesh is looked at, if little of it is reached."""
        return parts_of(self._engine) if self._known is None else None

    @cached_property
    @collector_at_rest()
    def _counts(self) -> Counts:
        if self._known is not None:
            return self._known.counts()
        return Counts(self._engine) if self._parts is None else self._parts.counts

    @cached_property
    def summary(self) -> Summary:
        """The counts of section 11; crossings are counted, not listed."""
        counts = self._counts
        # Whoever asks for them by severity has them all: that is quicker than to count them once more.
        by_severity = self.__dict__.get("uncontrolled_by_severity")
        return Summary(
            len(self.snapshot.agent),
            len(self.snapshot.system),
            len(self.snapshot.credential),
            counts.crossings,
            counts.uncontrolled if by_severity is None else sum(by_severity.values()),
            counts.approved,
            len(self.doors),
        )

    @cached_property
    @collector_at_rest()
    def uncontrolled_by_severity(self) -> Mapping[Severity, int]:
        """How many uncontrolled crossings there are of each severity (section 6), counted, not listed."""
        if self._parts is not None:
            return self._parts.severities()
        from meshmodel.analysis.severities import Severities

        return Severities(self._counts).counted()

    @cached_property
    @collector_at_rest()
    def doors(self) -> tuple[Door, ...]:
        """The missing checkpoints (section 6), by credential and system."""
        if self._known is not None:
            return self._known.doors(self._counts)
        if self._parts is not None:
            return self._parts.doors()
        return MissingCheckpoints(self._engine).doors()

    @cached_property
    @collector_at_rest()
    def findings(self) -> Sequence[Finding]:
        """The findings of all rules by severity (highest first), rule and subject."""
        if self._known is not None:
            return self._known.findings(self.doors, self._counts, self.today)
        return findings(self._facts, self.today)

    @cached_property
    def _facts(self) -> Facts:
        return Facts(self._engine, self.doors, self._counts, Related(self.snapshot), parts=self._parts)

    @cached_property
    @collector_at_rest()
    def questions(self) -> Sequence[Question]:
        """What the drawing does not say yet, one row an element."""
        return questions(self._engine, self._parts) if self._known is None else self._known.questions()

    def reach(self) -> tuple[AgentReach, ...]:
        """The reach of every active agent (section 4), by id."""
        from meshmodel.analysis.reach import reach_of

        return tuple(reach_of(self._engine, each) for each in sorted(self._engine.mesh.agent_node))

    @cached_property
    def reach_table(self) -> "ReachTable":
        """Agents by systems, each cell worked out when it is asked for."""
        from meshmodel.analysis.reach_table import ReachTable

        return ReachTable(self._engine)

    def identity_counts(self) -> Mapping[str, int]:
        """How many identities each active agent effectively carries; much quicker than ``reach``."""
        from meshmodel.analysis.reach import identity_counts

        return identity_counts(self._engine)

    def agent_reach(self, agent: str) -> AgentReach | None:
        """The reach of one agent; ``None`` if it is retired or does not exist."""
        if agent not in self._engine.mesh.agent_node:
            return None
        from meshmodel.analysis.reach import reach_of

        return reach_of(self._engine, agent)

    def reaches(self, agent: str, system: str) -> bool:
        """Whether an active agent effectively reaches any action on a system."""
        mesh = self._engine.mesh
        if agent not in mesh.agent_node or system not in mesh.system_number:
            return False
        row = self._engine.effective.row(mesh.agent_node[agent])
        return bool(row >> mesh.access_node(system, 0) & ALL_ACTIONS)

    @cached_property
    def _listing(self) -> "Listing":
        from meshmodel.analysis.listing import Listing

        return Listing(self._engine)

    def crossings(self) -> tuple[Crossing, ...]:
        """All crossings one by one, by agent, source (home first), target and action.

        There can be very many; ``summary`` counts them without this list.
        """
        return tuple(self._listing.crossings())

    @cached_property
    def _explaining(self) -> "Explaining":
        from meshmodel.analysis.explain import Explaining

        return Explaining(self._engine, self._listing, lambda: self.doors)

    def explain(
        self,
        agent: str | None = None,
        system: str | None = None,
        action: Action | None = None,
        source: str | None = None,
        *,
        cancelled: Callable[[], bool] | None = None,
    ) -> Explanation | None:
        """Why an agent reaches a system, or why not (section 11).

        Args:
            agent: its id; by default that of the worst crossing.
            system: the target; by default that of the agent's worst crossing.
            action: one action; by default that of the worst crossing.
            source: the system that the agent comes from, or ``home``; by default the worst.
            cancelled: asked often; when true, ``Stopped`` is raised.

        Returns ``None`` where an element does not exist, or nothing is reached by anybody.
        """
        return self._explaining.explain(agent, system, action, source, Stop(None, cancelled))

    def all_ways(
        self,
        agent: str | None = None,
        system: str | None = None,
        action: Action | None = None,
        source: str | None = None,
        *,
        cancelled: Callable[[], bool] | None = None,
    ) -> "Ways | None":
        """All ways, not only the shortest: what every one passes, their doors, and what cuts them.

        Where nothing is reached: what is in between, and every single relation that would open a way.

        Args:
            agent: its id; by default, as for ``explain``, that of the worst crossing,
            system: the target; likewise,
            action: one action; likewise,
            source: the system that the agent comes from, or ``home``; likewise.
            cancelled: asked often; when true, ``Stopped`` is raised.

        Returns ``None`` where an element does not exist, or nothing is reached by anybody.
        """
        from meshmodel.analysis.ways import all_ways

        asked = self._explaining.asked(agent, system, action, source, stop := Stop(None, cancelled))
        return None if asked is None else all_ways(self._explaining, asked, stop)

    def explain_finding(self, finding: Finding) -> Explanation | None:
        """The worst way by which a finding comes about, or ``None`` where there is none to tell.

        Of a finding about very many systems it is the worst to those that ``about`` names.
        """
        return self._explaining.of_finding(finding)

    def can_be_intended(self, explanation: Explanation) -> "Intent | None":
        """The intent that would approve an uncontrolled crossing, where section 6 allows it.

        It includes what the agent's intent on that system says already.
        """
        return self._explaining.can_be_intended(explanation)

    @cached_property
    def _marks(self) -> Mapping[StepKey, StepMark]:
        from meshmodel.analysis.depths import marks

        return marks(self._engine, self.doors, self.findings)

    def marks(self) -> Mapping[StepKey, StepMark]:
        """For steps with a door or a checkpoint: ``missing``, ``counts`` or ``does-not-count``."""
        return self._marks

    @cached_property
    def _depths(self) -> Mapping[str, int]:
        from meshmodel.analysis.depths import depths

        return depths(self._engine)

    def depths(self) -> Mapping[str, int]:
        """For each opened system how many finds lie before it: 0 with a held credential."""
        return self._depths

    @cached_property
    def _spreader(self) -> "Spreader":
        from meshmodel.analysis.spreading import Spreader

        return Spreader(self._engine)

    def compromise(self, start: str) -> "Compromise":
        """What follows from a compromise (section 7).

        Args:
            start: ``agent:ID``, ``credential:ID``, ``system:ID`` or ``outsider``.

        Raises:
            CannotStartError: one clear line; it does not exist, or is retired or revoked.
        """
        from meshmodel.analysis.compromise import compromise

        return compromise(self._engine, start, self._spreader)

    def offboarding(self, agent: str, *, cancelled: Callable[[], bool] | None = None) -> "Offboarding":
        """What is to be done when an agent goes, and who notices (section 7).

        Args:
            agent: its id; it may be retired already.
            cancelled: asked often; when true, there is no answer.

        Raises:
            Stopped: it was cancelled.
            CannotStartError: one clear line; there is no such agent.
        """
        from meshmodel.analysis.offboarding import offboarding

        return offboarding(self._engine, agent, Stop(None, cancelled))

    def trace(self, events: "Iterable[Event]") -> Iterator["TracedEvent"]:
        """Lay observed events on the model one by one, in the order of the log (section 7).

        Args:
            events: what was observed; they are taken as they come, and none is kept.
        """
        from meshmodel.analysis.trace import trace

        return trace(self._engine, events)

    @cached_property
    def _whole(self) -> Engine:
        """An engine whose closures can be taken apart, which those that followed an edit cannot."""
        return Engine(self.snapshot, self.view) if self._has_followed else self._engine

    def minimum_fix(
        self, *, deadline: float | None = None, cancelled: Callable[[], bool] | None = None
    ) -> "Fix":
        """A smallest set of steps to guard that leaves no uncontrolled crossing (section 6).

        Args:
            deadline: seconds after which the best that is known is the answer; ``None``: no limit.
                What is not known yet of the crossings and the missing checkpoints is found out first,
                however long that takes: to guard all of these is the first fix.
            cancelled: asked often; when true, the best that is known is the answer.
        """
        from meshmodel.analysis.fix.choosing import minimum_fix

        stop, before = Stop(deadline, cancelled), self._counts.uncontrolled
        return minimum_fix(self._whole, self.doors, before, stop, batches_of(self._whole))

    def closing_curve(
        self,
        *,
        deadline: float | None = None,
        cancelled: Callable[[], bool] | None = None,
        progress: Callable[[int, int], None] | None = None,
        fix: "Fix | None" = None,
    ) -> "tuple[CurvePoint, ...]":
        """For 0, 1, 2, … checkpoints, up to the minimum fix, the fewest crossings that can remain.

        Args:
            deadline: as for ``minimum_fix``; what is not settled then is only bounded.
            cancelled: likewise.
            progress: told after each number of checkpoints, with the last of them.
            fix: what ``minimum_fix`` answered, if it was asked: the curve ends with it.
        """
        from meshmodel.analysis.fix.curve import closing_curve

        stop, before = Stop(deadline, cancelled), self._counts.uncontrolled
        return closing_curve(self._whole, self.doors, before, stop, progress, batches_of(self._whole), fix)

    @collector_at_rest()
    def closing(self, steps: Iterable[StepKey]) -> int:
        """How many uncontrolled crossings it closes to guard these steps, each with all its actions.

        Raises:
            KeyError: there is no such step, or it is a boundary.
        """
        from meshmodel.analysis.fix.grounds import closing

        return closing(self._whole, steps, self._counts.uncontrolled, batches_of(self._whole))


def analyse(
    snapshot: Snapshot,
    *,
    view: View = "built",
    today: date | None = None,
    previous: Analysis | None = None,
) -> Analysis:
    """Analyse a model.

    Args:
        snapshot: the model; it must be valid.
        view: ``built`` (the default, and what a gate uses), or ``designed``.
        today: the day (UTC) on which acceptances must still hold; by default the present one.
        previous: an analysis of the model before an edit; what the edit left alone is taken from it.
            The answers are those of an analysis from scratch, whatever it is. If it is not ready (see
            ``Analysis.is_ready``), it is made so first: of a large model that takes longer than all anew.
    """
    day = today or datetime.now(UTC).date()
    if previous is not None and previous.view == view:
        return previous.after(snapshot, day)
    return Analysis(snapshot, view, day)
