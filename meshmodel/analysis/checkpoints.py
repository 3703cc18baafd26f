"""Which checkpoints count, which steps they guard, and who has power over them.

See ``docs/semantics.md#effective-checkpoints``.
"""

from collections.abc import Collection
from copy import copy
from functools import reduce
from operator import and_
from typing import NamedTuple

from meshmodel.analysis.graph import Graph, Reach, Step, union
from meshmodel.analysis.mesh import Mesh
from meshmodel.analysis.steps import Relation
from meshmodel.model.records import Checkpoint
from meshmodel.model.vocabulary import ADMIN, DECISION_KINDS, EXECUTE, WRITE, View, action_mask


class Boundary(NamedTuple):
    """A checkpoint between two zones: its number, and the actions it covers as five bits."""

    number: int
    zone_from: str
    zone_to: str
    actions: int


class UncheckedReach(NamedTuple):
    """What starts reach where checkpoints count.

    Attributes:
        reach: for each node the starts that come there by steps unguarded for them.
        power: for each checkpoint the starts for which it does not count.
    """

    reach: Reach
    power: list[int]


def is_decision(checkpoint: Checkpoint, view: View) -> bool:
    """Whether a checkpoint meets points 1 to 3 of ``docs/semantics.md#effective-checkpoints``."""
    return not shortcomings(checkpoint, view)


def shortcomings(checkpoint: Checkpoint, view: View) -> tuple[str, ...]:
    """Why a checkpoint is no decision, in a word each; empty where it is one.

    See ``docs/semantics.md#effective-checkpoints``, points 1 to 3.
    """
    found = []
    if checkpoint.kind not in DECISION_KINDS:
        found.append("binding")
    if checkpoint.freshness != "per-action":
        found.append(checkpoint.freshness)
    if checkpoint.state == "advisory" or (checkpoint.state == "planned" and view == "built"):
        found.append(checkpoint.state)
    if checkpoint.step == "boundary" and checkpoint.decided_at is None:
        found.append("no gateway")
    return tuple(found)


class Checkpoints:
    """The checkpoints that are decisions (``is_decision``), numbered.

    Attributes:
        records: by number.
        controls: by number, the nodes that give power over the decision.
        guards: by step, the numbers of the checkpoints on it.
        openable: the same of the steps that are unguarded for whoever has power over all of theirs.
        boundaries: those on boundaries.
        requests: by system where to issue may be but a request that others decide about, since all custody
            steps by it, those to strays too, are guarded, these steps.
        graph: all steps of the mesh without guards.
    """

    def __init__(self, mesh: Mesh, view: View, closed: Collection[Relation] = ()) -> None:
        """Number the checkpoints of a mesh.

        Args:
            mesh: the mesh.
            view: as built or as designed.
            closed: relations that are guarded besides, with all their actions, where nobody has power.
        """
        self.mesh, self._view, self._closed = mesh, view, closed
        self.records = [each for each in mesh.snapshot.checkpoint.values() if is_decision(each, view)]
        self.controls = [_controls(mesh, each) for each in self.records]
        self.boundaries = [
            Boundary(number, each.from_, each.to, action_mask(each.actions))
            for number, each in enumerate(self.records)
            if each.step == "boundary"
        ]
        self.guards: dict[Step, list[int]] = {}
        for number, each in enumerate(self.records):
            self._guard(number, mesh.ends(each.step, each.from_, each.to, action_mask(each.actions)))
        if closed:
            self.controls.append([])
            for relation in closed:
                self._guard(len(self.records), mesh.ends(*relation))
        for step in mesh.answers & self.guards.keys():
            del self.guards[step]
        self._connect()
        self.requests = {
            system: steps
            for system, steps in mesh.issuing.items()
            if all(step in self.guards for step in steps)
        }

    def of(self, mesh: Mesh) -> "Checkpoints":
        """The same in a mesh with more steps (``Mesh.intruder``); answers are never guarded."""
        return Checkpoints(mesh, self._view, self._closed)

    def unasked(self, steps: Collection[Step]) -> "Checkpoints":
        """The same where nothing guards some steps."""
        made = copy(self)
        made.guards = {step: some for step, some in self.guards.items() if step not in steps}
        made._connect()  # noqa: SLF001  # it is one of its own kind
        return made

    def _connect(self) -> None:
        """Find the steps that may open, and the graph of those that nothing guards."""
        self.openable = {
            step: numbers for step, numbers in self.guards.items() if all(self.controls[n] for n in numbers)
        }
        self.graph = self._unguarded()

    def _guard(self, number: int, steps: Collection[Step]) -> None:
        for step in steps:
            if self.mesh.has(step):
                self.guards.setdefault(step, []).append(number)

    def _unguarded(self) -> Graph:
        """The graph of all steps without guards; where one is guarded, those that hear it are single."""
        mesh, replaced = self.mesh, dict[int, list[int]]()
        for leaves in {leaves for leaves, _ in self.guards}:
            replaced[leaves] = [each for each in mesh.after(leaves) if (leaves, each) not in self.guards]
        return mesh.graph.replacing(replaced)

    def unchecked(self, seeds: dict[int, int]) -> UncheckedReach:
        """What every start reaches, and its power over decisions: the least fixpoint, for all at once.

        All is monotone in the power that starts have, so guarded steps are opened as power is found.

        Args:
            seeds: by node the starts that begin there.
        """
        component, outgoing = self.graph.condensed
        sets, power = [0] * len(outgoing), [0] * len(self.controls)
        while seeds:
            self.graph.carry(seeds, sets)
            power = [union(sets[component[node]] for node in nodes) for nodes in self.controls]
            seeds = {}
            for (leaves, enters), numbers in self.openable.items():
                opened = sets[component[leaves]] & ~sets[component[enters]]
                if opened:
                    opened &= reduce(and_, [power[number] for number in numbers])
                    if opened:
                        seeds[enters] = seeds.get(enters, 0) | opened
        return UncheckedReach([sets[number] for number in component], power)

    def between(self, home: str | None, zone: str, action: int) -> list[int]:
        """The numbers of those on the boundary from the home of an agent that cover an action in a zone."""
        there = [each for each in self.boundaries if (each.zone_from, each.zone_to) == (home, zone)]
        return [each.number for each in there if each.actions >> action & 1]

    def opened(self, step: Step, power: list[int]) -> int:
        """The starts for which a guarded step is unguarded: those with power over all its checkpoints."""
        return reduce(and_, [power[number] for number in self.guards[step]])


def _controls(mesh: Mesh, checkpoint: Checkpoint) -> list[int]:
    """The nodes that give power over a decision; copies count of admin and of approvers' credentials."""
    actions = (ADMIN,) if checkpoint.approvers else (WRITE, EXECUTE, ADMIN)
    at = checkpoint.decided_at
    nodes = [] if at is None else [mesh.access(at, action) for action in actions]
    copied = nodes[-1:]
    for approver in checkpoint.approvers or ():
        for node in mesh.principals.get(approver, ()):
            audience = mesh.snapshot.credential[mesh.name(node)].audience
            if not audience or at is None or at in audience:
                nodes.append(node)
                copied.append(node)
    return nodes + [copy for node in copied for copy in mesh.sessions.counting.get(node, ())]
