"""The answers about one snapshot in one view, each computed when it is first asked for."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from functools import cached_property

from meshmodel.engine.actions import actions_of
from meshmodel.engine.bitset import union
from meshmodel.engine.engine import Engine
from meshmodel.engine.listing import Listing
from meshmodel.engine.results import AgentReach, Crossing, Door, Heard, Summary, SystemReach
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.vocabulary import SEVERITIES, View


class Analysis:
    """What follows from one snapshot (sections 4 to 7 and 9).

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
        """The counts of section 11; crossings are counted, not listed."""
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
        """The missing checkpoints (section 6), by credential and system."""
        mesh, named = self.engine.mesh, dict[int, tuple[str, ...]]()
        found = []
        for (credential, system), door in sorted(self.engine.doors.missing.items()):
            if door.agents not in named:
                named[door.agents] = mesh.names(door.agents)
            found.append(
                Door(
                    mesh.name(credential),
                    mesh.systems[system],
                    actions_of(door.actions),
                    named[door.agents],
                    SEVERITIES[door.severity],
                )
            )
        return tuple(found)

    @cached_property
    def heard(self) -> tuple[Heard, ...]:
        """The heard systems (section 3), by id."""
        mesh, heard = self.engine.mesh, self.engine.reaches.heard
        return tuple(Heard(id_, mesh.untrusted[n]) for n, id_ in enumerate(mesh.systems) if heard[n])

    def reach(self) -> tuple[AgentReach, ...]:
        """The reach of every active agent (section 4), by id."""
        return tuple(self._reach_of(number) for number in range(len(self.engine.mesh.agents)))

    def agent_reach(self, agent: str) -> AgentReach | None:
        """The reach of one agent; ``None`` if it is retired or does not exist."""
        number = self.engine.mesh.agent.get(agent)
        return None if number is None else self._reach_of(number)

    def _reach_of(self, agent: int) -> AgentReach:
        mesh, reaches = self.engine.mesh, self.engine.reaches
        kinds = reaches.full, reaches.direct, reaches.own, reaches.alone.reach
        full, direct, own, unchecked = (reaches.actions(agent, reach) for reach in kinds)
        identities, direct_identities, own_identities = (
            tuple(identity for identity, agents in carriers.items() if agents >> agent & 1)
            for carriers in self._carriers
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
    def _carriers(self) -> tuple[Mapping[str, int], ...]:
        """By identity the agents that effectively, directly and as themselves carry it."""
        reaches = self.engine.reaches
        return tuple(reaches.carriers(reach) for reach in (reaches.full, reaches.direct, reaches.own))

    def identity_counts(self) -> Mapping[str, int]:
        """How many identities each active agent effectively carries (section 4)."""
        from collections import Counter

        agents = self.engine.mesh.agents
        counted: Counter[str] = Counter(dict.fromkeys(agents, 0))
        for carriers in self._carriers[0].values():
            counted.update(self.engine.mesh.names(carriers))
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

    @cached_property
    def listing(self) -> Listing:
        """What looks at single crossings."""
        return Listing(self.engine)


def analyse(snapshot: Snapshot, *, view: View = "built", today: date | None = None) -> Analysis:
    """Analyse a model.

    Args:
        snapshot: the model; it must be valid.
        view: ``built`` (the default, and what a gate uses), or ``designed``.
        today: the day (UTC) on which acceptances must still hold; by default the present one.
    """
    return Analysis(snapshot, view, today or datetime.now(UTC).date())
