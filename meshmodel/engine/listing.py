"""Crossings one by one (section 6)."""

from collections.abc import Iterator
from typing import NamedTuple

from meshmodel.engine.crossing import HOME_SOURCE, crosses_home, crosses_within, severity
from meshmodel.engine.engine import Engine
from meshmodel.engine.results import Crossing, CrossingState
from meshmodel.engine.starts import HOME
from meshmodel.model.vocabulary import ACTIONS, SEVERITIES


class Coming(NamedTuple):
    """An agent that comes from one source.

    Attributes:
        agent, source: their numbers (``HOME``: home).
        start: the start that the source belongs to.
        any_heard: whether any source of the agent is heard.
    """

    agent: int
    source: int
    start: int
    any_heard: bool


class Listing:
    """Looks at single crossings."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._mesh = engine, engine.mesh

    def of(self, agent: int) -> Iterator[Crossing]:
        """The crossings of one agent, by source (home first), target and action."""
        accesses = [
            access
            for access in range(self._mesh.first_credential)
            if self._engine.reaches.full[access] >> agent & 1
        ]
        for coming in self.sources(agent):
            for access in accesses:
                if self.crosses(coming, access):
                    yield self.crossing(coming, access)

    def sources(self, agent: int) -> list[Coming]:
        """The sources of an agent, home first."""
        found = list(self._engine.starts.source_starts(agent))
        any_heard = any(source != HOME and self._engine.reaches.heard[source] for source, _ in found)
        return [Coming(agent, source, start, any_heard) for source, start in found]

    def coming(self, agent: int, source: int) -> Coming:
        """An agent that comes from any system, whether that is a source of it or not."""
        any_heard = any(each.any_heard for each in self.sources(agent))
        return Coming(agent, source, agent, any_heard)

    def crosses(self, coming: Coming, access: int) -> bool:
        """Whether there is a crossing to an access, if the agent reaches it."""
        mesh, (system, action) = self._mesh, divmod(access, 5)
        home, there, target = self.home(coming.agent), mesh.zone[system], mesh.traits[system]
        if coming.source == HOME:
            return there != home
        if coming.source == system:
            return False
        source = self._engine.reaches.as_source[coming.source]
        if mesh.zone[coming.source] == there:
            return crosses_within(source, target, action)
        return there != home or crosses_home(source, target, action)

    def crossing(self, coming: Coming, access: int) -> Crossing:
        """The crossing to an access, with its state and severity."""
        state: CrossingState = "controlled"
        worst = -1
        for credential, approved in self.open_doors(coming, access):
            if approved:
                state = "approved" if state == "controlled" else state
            else:
                state, worst = "uncontrolled", max(worst, self.severity(coming, access, credential))
        mesh, (system, action) = self._mesh, divmod(access, 5)
        return Crossing(
            mesh.agents[coming.agent],
            None if coming.source == HOME else mesh.systems[coming.source],
            mesh.systems[system],
            ACTIONS[action],
            state,
            None if worst < 0 else SEVERITIES[worst],
        )

    def open_doors(self, coming: Coming, access: int) -> Iterator[tuple[int, bool]]:
        """The credentials, and copies of them, that are open doors; of each, whether it is approved."""
        system, action = divmod(access, 5)
        for credential in self._engine.doors.credentials(system):
            open_, unapproved = self._engine.doors.at(credential, system, action)
            if open_ >> coming.start & 1:
                yield credential, not unapproved >> coming.start & 1

    def severity(self, coming: Coming, access: int, credential: int) -> int:
        """How severe an open door that is not approved is, 0 to 3."""
        engine, mesh, (system, action) = self._engine, self._mesh, divmod(access, 5)
        original = mesh.original(credential)
        return severity(
            HOME_SOURCE if coming.source == HOME else engine.reaches.as_source[coming.source],
            mesh.traits[system],
            action,
            picked_up=bool(engine.reaches.picked_up(original) >> coming.agent & 1),
            any_heard=coming.any_heard,
            way_out=bool(engine.arrivals.way_out >> coming.start & 1),
        )

    def home(self, agent: int) -> str | None:
        """The zone in which an agent's task was authorized."""
        return self._engine.snapshot.agent[self._mesh.agents[agent]].home
