"""The sets behind all answers about one snapshot in one view, each computed when it is first asked for."""

from collections.abc import Collection
from copy import copy
from functools import cached_property

from meshmodel.analysis.checkpoints import Checkpoints
from meshmodel.analysis.counting import CrossingCounter
from meshmodel.analysis.doors import Arrivals, Doors
from meshmodel.analysis.graph import union
from meshmodel.analysis.mesh import Mesh
from meshmodel.analysis.reach import Reaches
from meshmodel.analysis.results import Door
from meshmodel.analysis.starts import Starts
from meshmodel.analysis.steps import Relation
from meshmodel.analysis.toxic import reads, told_apart, ways_out
from meshmodel.model.records import Snapshot
from meshmodel.model.vocabulary import SEVERITIES, View, actions_of


class Engine:
    """What is computed of one snapshot in one view (``docs/semantics.md``), as sets of numbers.

    Attributes:
        mesh: the nodes and the steps.
        checkpoints: those that can count.
        reaches: what every agent reaches.
        agents: those whose crossings and doors are asked for, as bits.
    """

    def __init__(self, snapshot: Snapshot, view: View = "built", before: Mesh | None = None) -> None:
        """Arguments: the model; the view; the mesh before something was dropped, which says what is theft."""
        self.snapshot, self.view = snapshot, view
        self.mesh = Mesh(snapshot, before)
        self.checkpoints = Checkpoints(self.mesh, view)
        self.reaches = Reaches(self.mesh, self.checkpoints)
        self.agents = (1 << len(self.mesh.agents)) - 1

    def guarding(self, closed: Collection[Relation]) -> "Engine":
        """The same where these relations are guarded too, with all actions, by decisions out of all reach."""
        made = object.__new__(Engine)
        made.snapshot, made.view, made.mesh, made.agents = self.snapshot, self.view, self.mesh, self.agents
        made.checkpoints = Checkpoints(self.mesh, self.view, closed)
        made.reaches = self.reaches.guarding(made.checkpoints)
        return made

    def with_words_of(self, snapshot: Snapshot) -> "Engine":
        """The same, of a model that differs in words alone (see ``Analysis.with_words_of``)."""
        made = copy(self)
        made.snapshot, made.mesh = snapshot, copy(self.mesh)
        made.mesh.snapshot = snapshot
        return made

    @cached_property
    def starts(self) -> Starts:
        """Where the agents start."""
        return Starts(self.reaches, self.agents)

    @cached_property
    def arrivals(self) -> Arrivals:
        """Who comes to which targets."""
        return Arrivals(self.starts)

    @cached_property
    def doors(self) -> Doors:
        """Open doors, and those of them that are missing checkpoints."""
        return Doors(self.starts, self.arrivals)

    @cached_property
    def toxic(self) -> int:
        """The agents with a toxic flow, as bits (``toxic``).

        The starts of agents as such, of which alone is asked, have the same numbers as these.
        """
        moved, found = self.starts.any_moved & ~self.mesh.persons, 0
        for systems in told_apart(self.reaches) if moved else ():
            readers = union(reads(self.reaches, system) for system in systems) & moved & ~found
            for out in ways_out(self.reaches, systems[0]) if readers else ():
                found |= self.doors.open_at(out) & readers
        return found

    @cached_property
    def missing(self) -> tuple[Door, ...]:
        """The missing checkpoints in words (``docs/semantics.md#paths``), by credential and system."""
        mesh = self.mesh
        return tuple(
            Door(
                mesh.name(credential),
                mesh.systems[system],
                actions_of(door.actions),
                mesh.names(door.agents),
                SEVERITIES[door.severity],
            )
            for (credential, system), door in sorted(self.doors.missing.items())
        )

    @cached_property
    def crossings(self) -> int:
        """The number of all crossings."""
        mesh = self.mesh
        readers, moving = self.starts.readers, self.reaches.moving
        moved = {each: some & readers[each] for each, some in moving.items() if each in readers}
        counting = CrossingCounter(mesh, readers, mesh.homes, moved)
        return sum(
            counting.crossings(agents & self.agents, access)
            for access, agents in enumerate(self.reaches.full[: mesh.first_credential])
            if agents & self.agents
        )

    @cached_property
    def uncontrolled(self) -> int:
        """The number of uncontrolled crossings."""
        return sum(self._counting.crossings(some, access) for access, some in self.doors.uncontrolled.items())

    @cached_property
    def approved(self) -> int:
        """The number of approved crossings."""
        uncontrolled = self.doors.uncontrolled
        return sum(
            self._counting.crossings(some & ~uncontrolled.get(access, 0), access)
            for access, some in self.doors.approved.items()
        )

    @cached_property
    def _counting(self) -> CrossingCounter:
        moved = {each: self.starts.moved_by(each) for each in self.reaches.moving}
        return CrossingCounter(self.mesh, self.starts.sources, self.arrivals.at_home, moved)
