"""Which checkpoints count (section 5), on which steps they are, and who has power over them."""

import copy
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from meshmodel.analysis.closure import Successors, union
from meshmodel.analysis.products import taken_off
from meshmodel.analysis.steps import ADMIN, EXECUTE, STEP_ORDER, WRITE, Mesh, Pair, action_mask, bits, without
from meshmodel.model.records import Checkpoint
from meshmodel.model.vocabulary import DECISION_KINDS, View

_FEW: Final = 24
"""So many nodes that give power over a checkpoint are taken off one by one."""
_FEW_MORE: Final = 8
"""So many of them are looked at one by one; to tell whether more of them are known costs as much."""


def shortcomings(checkpoint: Checkpoint, view: View) -> tuple[str, ...]:
    """Why it does not meet points 1 to 3 of section 5, in words; empty where it does."""
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


def steps_covered(mesh: Mesh, checkpoint: Checkpoint, exists: Mapping[int, Container[int]]) -> list[Pair]:
    """The steps of the graph that it sits on and whose action it covers; none for a boundary."""
    mask = action_mask(checkpoint.actions)
    agents, credentials = mesh.agent_node, mesh.credential_node
    leaves: list[int | None]
    enters: list[int | None]
    match checkpoint.step:
        case "hold":
            leaves, enters = [agents.get(checkpoint.from_)], [credentials.get(checkpoint.to)]
        case "grant":
            first = 5 * mesh.system_number[checkpoint.to]
            leaves = [credentials.get(checkpoint.from_)]
            enters = [first + action for action in range(5) if mask >> action & 1]
        case "custody":
            first = 5 * mesh.system_number[checkpoint.from_]
            leaves = [first + action for action in range(5) if mask >> action & 1]
            enters = [credentials.get(checkpoint.to)]
        case "exchange":
            leaves, enters = [credentials.get(checkpoint.from_)], [credentials.get(checkpoint.to)]
        case "delegation":
            leaves, enters = [agents.get(checkpoint.from_)], [agents.get(checkpoint.to)]
        case "trigger":
            leaves, enters = [mesh.access_node(checkpoint.from_, WRITE)], [agents.get(checkpoint.to)]
        case "hosting":
            leaves, enters = [mesh.access_node(checkpoint.from_, EXECUTE)], [agents.get(checkpoint.to)]
        case "boundary":
            return []
    covered = []
    for one in leaves:
        if one is not None:
            after = exists.get(one, ())
            covered += [(one, other) for other in enters if other is not None and other in after]
    return covered


def control_mask(mesh: Mesh, checkpoint: Checkpoint, credentials: Mapping[str, int] | None = None) -> int:
    """The nodes that give a start power over the decision (point 4); 0 where nothing does.

    Args:
        mesh: the compiled graph.
        checkpoint: on whatever step.
        credentials: those of each identity, where they are known.
    """
    mask = 0
    if checkpoint.decided_at is not None:
        actions = (ADMIN,) if checkpoint.approvers else (WRITE, EXECUTE, ADMIN)
        if checkpoint.decided_at in mesh.system_number:
            for action in actions:
                mask |= 1 << mesh.access_node(checkpoint.decided_at, action)
    if checkpoint.approvers:
        if credentials is None:
            credentials = _by_principal(mesh)
        for approver in checkpoint.approvers:
            mask |= credentials.get(approver, 0)
    return mask


@dataclass(frozen=True, slots=True)
class Boundary:
    """A checkpoint on a boundary: its zones, the actions it covers, and its number."""

    number: int
    zone_from: str
    zone_to: str
    actions: int


class Candidates:
    """The checkpoints that meet points 1 to 3, numbered by id; a set of them is an integer.

    Attributes:
        ids: their ids by number.
        covered: the steps that each one covers.
        guards: for each covered step the set of candidates on it.
        control: for each one the nodes that give power over it.
        entered: by the nodes that covered steps leave those that these enter.
        left: those that they leave.
        boundaries: those on a boundary.
        controllable: every node that gives power over some candidate.
    """

    def __init__(self, mesh: Mesh, view: View, some: Sequence[Checkpoint] | None = None) -> None:
        """Number the candidates among these checkpoints, by default among all."""
        every = mesh.snapshot.checkpoint.values() if some is None else some
        chosen = sorted((each for each in every if not shortcomings(each, view)), key=lambda each: each.id)
        exists = _Existing(mesh.successors(STEP_ORDER)) if chosen else _Existing(())
        credentials = _by_principal(mesh) if any(each.approvers for each in chosen) else {}
        self.ids = [each.id for each in chosen]
        self.covered = [
            steps_covered(mesh, each, exists)  # type: ignore[arg-type]  # asked by node
            for each in chosen
        ]
        self.control = [control_mask(mesh, each, credentials) for each in chosen]
        self.boundaries = [
            Boundary(number, each.from_, each.to, action_mask(each.actions))
            for number, each in enumerate(chosen)
            if each.step == "boundary"
        ]
        self.guards: dict[Pair, int] = {}
        for number, steps in enumerate(self.covered):
            for step in steps:
                self.guards[step] = self.guards.get(step, 0) | 1 << number
        self.entered: dict[int, list[int]] = {}
        for leaves, enters in self.guards:
            self.entered.setdefault(leaves, []).append(enters)
        self.left = union(list(self.entered))
        self.weigh()

    def copy(self) -> "Candidates":
        """The same candidates, which can be told of others while these stay as they are."""
        made = copy.copy(self)
        made.ids, made.covered, made.control = self.ids.copy(), self.covered.copy(), self.control.copy()
        made.boundaries, made.guards = self.boundaries.copy(), self.guards.copy()
        made.entered = self.entered.copy()
        if "openable" in made.__dict__:
            made.__dict__["opening"], made.__dict__["openable"] = self.opening, self.openable.copy()
        return made

    def cover(self, number: int, step: Pair) -> None:
        """Have a candidate on one more step: only in a copy."""
        guards = self.guards.get(step, 0)
        self.guards[step] = guards | 1 << number
        if not guards:
            leaves, enters = step
            self.entered[leaves] = [*self.entered.get(leaves, ()), enters]
            self.left |= 1 << leaves

    def uncover(self, number: int, step: Pair) -> None:
        """Take a candidate off a step: only in a copy."""
        guards = self.guards[step] & ~(1 << number)
        if guards:
            self.guards[step] = guards
            return
        leaves, enters = step
        self.entered[leaves] = [each for each in self.entered[leaves] if each != enters]
        del self.guards[step]
        if not self.entered[leaves]:
            del self.entered[leaves]
            self.left ^= 1 << leaves

    @cached_property
    def openable(self) -> dict[int, int]:
        """By the nodes that they leave the checkpoints on steps over all of whose checkpoints somebody may
        have power: no other step is ever open.
        """
        sure = union([number for number, nodes in enumerate(self.control) if not nodes])
        found: dict[int, int] = {}
        for (leaves, _), numbers in self.guards.items():
            if not numbers & sure:
                found[leaves] = found.get(leaves, 0) | numbers
        return found

    @cached_property
    def opening(self) -> int:
        """All these nodes."""
        return union(list(self.openable))

    def is_openable(self, step: Pair) -> bool:
        """Whether a step has checkpoints, and somebody may have power over all of them."""
        guards = self.guards.get(step, 0)
        return guards > 0 and all(self.control[number] for number in bits(guards))

    def open(self, nodes: Iterable[int]) -> None:
        """Look again at steps that leave some nodes: only in a copy."""
        if "openable" not in self.__dict__:
            return
        for leaves in nodes:
            numbers = 0
            for enters in self.entered.get(leaves, ()):
                if self.is_openable((leaves, enters)):
                    numbers |= self.guards[leaves, enters]
            if bool(numbers) != bool(self.openable.pop(leaves, 0)):
                self.__dict__["opening"] = self.opening ^ 1 << leaves
            if numbers:
                self.openable[leaves] = numbers

    def weigh(self) -> None:
        """Put the candidates together by the nodes that give power over them."""
        self.controllable = 0
        self.by_node: dict[int, int] = {}
        self.powers: dict[int, int] = {}
        numbers: dict[int, list[int]] = {}
        for number, control in enumerate(self.control):
            if control:
                # To hash such a set takes longest.
                numbers.setdefault(control, []).append(number)
        for control in numbers:
            self.controllable |= control
        self.by_control = {control: union(some) for control, some in numbers.items()}

    def controlled(self, row: int, before: int = 0, dropped: int = 0) -> int:
        """The candidates over which somebody with this unchecked reach has power.

        Args:
            row: the reach.
            before: a part of it, all of it perhaps,
            dropped: and the candidates over which that gives power.
        """
        power = without(row & self.controllable, before)
        if not power:
            return dropped
        numbers_of = self.numbers_by_node()
        nodes = taken_off(power, _FEW_MORE)
        if nodes is not None:
            for node in nodes:
                dropped |= numbers_of[node]
            return dropped
        # Many reach the same of what gives power.
        found = self.powers.get(power)
        if found is None:
            found = 0
            if power.bit_count() < len(self.by_control):
                for node in bits(power):
                    found |= numbers_of[node]
            else:
                for control, numbers in self.by_control.items():
                    if power & control:
                        found |= numbers
            self.powers[power] = found
        return dropped | found

    def numbers_by_node(self) -> dict[int, int]:
        """For each node the candidates over which it gives power; where nobody asks it takes too long."""
        if not self.by_node:
            for control, numbers in self.by_control.items():
                for node in taken_off(control, _FEW) or bits(control):
                    self.by_node[node] = self.by_node.get(node, 0) | numbers
        return self.by_node


class _Existing:
    """The steps of a mesh by the nodes that they leave."""

    def __init__(self, successors: Successors) -> None:
        self._successors = successors

    def get(self, node: int, _default: Sequence[int] = ()) -> Sequence[int]:
        return self._successors[node]


def _by_principal(mesh: Mesh) -> dict[str, int]:
    """The credentials by the identity that they authenticate."""
    found: dict[str, list[int]] = {}
    records = mesh.snapshot.credential
    for credential, node in mesh.credential_node.items():
        found.setdefault(records[credential].principal, []).append(node)
    return {principal: union(nodes) for principal, nodes in found.items()}
