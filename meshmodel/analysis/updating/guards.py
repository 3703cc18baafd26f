"""The checkpoints that count, after an edit: they keep their numbers."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain

from meshmodel.analysis.checkpoints import Boundary, Candidates, control_mask, shortcomings, steps_covered
from meshmodel.analysis.layered import Layered
from meshmodel.analysis.steps import Pair, action_mask, bits
from meshmodel.analysis.updating.changes import Changes
from meshmodel.analysis.updating.closures import Followed
from meshmodel.analysis.updating.meshes import Edited
from meshmodel.model.records import Checkpoint
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.vocabulary import View

Naming = Layered[list[str]]
"""The ids of checkpoints by what they name."""


@dataclass(slots=True)
class Guarded:
    """What an edit did to the candidates.

    Attributes:
        candidates: those after it; the numbers of those that are gone are empty.
        numbers: their numbers by id.
        steps: the steps on which others sit now than before.
        control: the nodes that give power where they did not, or no more.
        zones: the zones from which a boundary is guarded otherwise.
        any: whether anything changed.
    """

    candidates: Candidates
    numbers: dict[str, int]
    steps: set[Pair] = field(default_factory=set)
    control: int = 0
    zones: set[str] = field(default_factory=set)
    any: bool = False


def numbers_of(candidates: Candidates) -> dict[str, int]:
    """The numbers of candidates as they were made: by id."""
    return {each: number for number, each in enumerate(candidates.ids)}


def named_by(snapshot: Snapshot) -> Naming:
    """The ids of checkpoints by what they name: elements, and identities of approvers."""
    found: dict[str, list[str]] = {}
    for each in snapshot.checkpoint.values():
        for name in _names(each):
            found.setdefault(name, []).append(each.id)
    return Layered(found)


def _names(checkpoint: Checkpoint | None) -> set[str]:
    if checkpoint is None:
        return set()
    return {checkpoint.from_, checkpoint.to, checkpoint.decided_at or "", *(checkpoint.approvers or ())}


def named_after(naming: Naming, changes: Changes) -> Naming:
    """The same after an edit."""
    found: dict[str, list[str] | None] = {}
    for key, one, other in changes.of("checkpoint"):
        names = _names(other)
        for name in _names(one) | names:
            known = found[name] if name in found else naming.get(name)
            left = [each for each in known or () if each != key]
            found[name] = [*left, str(key)] if name in names else left or None
    return naming.after(found) if found else naming


def guarded(
    before: Candidates,
    numbers: dict[str, int],
    naming: Naming,
    view: View,
    changes: Changes,
    edit: Edited,
    graph: Followed,
) -> Guarded:
    """The candidates after an edit.

    Args:
        before: those before it.
        numbers: their numbers by id.
        naming: the checkpoints after it by what they name.
        view: the view.
        changes: what the edit changed.
        edit: what it did to the graph.
        graph: all steps after it.
    """
    concerned = [
        each
        for each in _concerned(changes, edit, naming)
        if each in numbers or _counts(changes.after.checkpoint.get(each), view)
    ]
    if not concerned:
        return Guarded(before, numbers)
    found = Guarded(before.copy(), numbers.copy(), any=True)
    made = found.candidates
    exists = _Exists(graph)
    for ident in concerned:
        number = found.numbers.get(ident)
        checkpoint = changes.after.checkpoint.get(ident)
        counts = _counts(checkpoint, view)
        if number is None:
            number = found.numbers[ident] = len(made.ids)
            made.ids.append(ident)
            made.covered.append([])
            made.control.append(0)
        covered: list[Pair] = []
        control = 0
        boundary = None
        if checkpoint is not None and counts:
            covered = steps_covered(edit.mesh, checkpoint, exists)  # type: ignore[arg-type]  # asked by node
            control = control_mask(edit.mesh, checkpoint)
            boundary = _boundary(number, checkpoint)
        else:
            made.ids[number] = ""
            del found.numbers[ident]
        _replace(found, number, covered, control, boundary)
    return found


def _counts(checkpoint: Checkpoint | None, view: View) -> bool:
    return checkpoint is not None and not shortcomings(checkpoint, view)


def _replace(
    found: Guarded, number: int, covered: list[Pair], control: int, boundary: Boundary | None
) -> None:
    made = found.candidates
    was, now = set(made.covered[number]), set(covered)
    for step in was - now:
        made.uncover(number, step)
    for step in now - was:
        made.cover(number, step)
    found.steps |= was ^ now
    if control != made.control[number]:
        # Who had or has power over it meets it otherwise.
        found.control |= control | made.control[number]
        _weigh(made, number, control)
    made.open({leaves for leaves, _ in was | now})
    made.covered[number] = covered
    old = next((each for each in made.boundaries if each.number == number), None)
    if old != boundary:
        for each in (old, boundary):
            if each is not None:
                found.zones.add(each.zone_from)
        made.boundaries = [each for each in made.boundaries if each.number != number]
        if boundary is not None:
            made.boundaries.append(boundary)


def _weigh(made: Candidates, number: int, control: int) -> None:
    """Have other nodes give power over a candidate."""
    was, bit = made.control[number], 1 << number
    by_node, by_control = made.numbers_by_node().copy(), made.by_control.copy()
    for nodes in (was, control):
        if nodes and (numbers := by_control.pop(nodes, 0) ^ bit):
            by_control[nodes] = numbers
    for node in bits(was ^ control):
        numbers = by_node.pop(node, 0) ^ bit
        if numbers:
            by_node[node] = numbers
        if bool(numbers) != bool(made.controllable >> node & 1):
            made.controllable ^= 1 << node
    made.control[number] = control
    made.by_node, made.by_control, made.powers = by_node, by_control, {}


def _boundary(number: int, checkpoint: Checkpoint) -> Boundary | None:
    if checkpoint.step != "boundary":
        return None
    return Boundary(number, checkpoint.from_, checkpoint.to, action_mask(checkpoint.actions))


def _concerned(changes: Changes, edit: Edited, naming: Naming) -> list[str]:
    """The checkpoints that changed, or whose step or power may be another."""
    found = {str(key) for key, _, _ in changes.of("checkpoint")}
    principals = {
        record.principal
        for key, one, other in changes.of("credential")
        if key in edit.credentials or one is None or other is None or one.principal != other.principal
        for record in (one, other)
        if record is not None
    }
    # Ids of all kinds are looked at alike.
    nodes = edit.systems | edit.agents | edit.credentials
    ends = chain.from_iterable([(one, other) for _, one, other in edit.places])
    for ident in {ident for name in nodes.union(principals, ends) for ident in naming.get(name, ())}:
        each = changes.after.checkpoint[ident]
        if (
            (each.step, each.from_, each.to) in edit.places
            or each.decided_at in edit.systems
            or not principals.isdisjoint(each.approvers or ())
            or each.from_ in nodes
            or each.to in nodes
        ):
            found.add(ident)
    return sorted(found)


class _Exists:
    """The steps of a graph, asked as a mapping from nodes to the nodes after them."""

    def __init__(self, graph: Followed) -> None:
        self._ahead = graph.successors

    def get(self, node: int, _default: Iterable[int] = ()) -> Iterable[int]:
        return self._ahead[node]
