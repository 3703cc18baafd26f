"""The steps of a large mesh laid out as arrays."""

from collections.abc import Iterable, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from meshmodel.analysis.arrays import Arrays, Nodes
from meshmodel.analysis.closure import is_sparse
from meshmodel.analysis.compiling import Coded, Compiled, hearing, in_order, pairs_of, reading
from meshmodel.analysis.results import StepKind
from meshmodel.analysis.steps import ALL_ACTIONS, STEP_ORDER, WRITE, Mesh, Pair

_FEW_WORDS: Final = 16
"""What leads to so many nodes is looked for one after the other,"""
_VAST: Final = 50_000
"""and among so many nodes it is, whatever leads to how many."""
_Codes = NDArray[np.int64]
Ends = tuple[_Codes, _Codes]
"""What steps leave, and what they enter."""


def laid_out(
    mesh: Mesh,
    kinds: Mapping[StepKind, Coded],
    declared: Coded,
    same: Mapping[StepKind, list[Pair]],
    known: Mapping[StepKind, Ends],
) -> Compiled:
    """The steps of a mesh, and its graph: the nodes after each come kind by kind.

    Args:
        mesh: whose nodes have their numbers.
        kinds: relations as numbers, all but triggers.
        declared: those that are triggers.
        same: the steps of other kinds.
        known: the ends of these, and perhaps of more.
    """
    size = mesh.size
    ends: dict[StepKind, Ends] = {
        kind: np.divmod(np.sort(_each(kinds[kind])), size) if kind in kinds else known[kind]
        for kind in STEP_ORDER
        if kind != "trigger"
    }
    steps: dict[StepKind, list[Pair]] = {
        kind: _pairs(each) if kind in kinds else same[kind] for kind, each in ends.items()
    }
    leaves, enters = (np.concatenate(some).astype(np.int32) for some in zip(*ends.values(), strict=True))
    arrays = Arrays.of_steps(size, leaves, enters)
    # These come in order, one place after the other.
    triggers = np.sort(np.concatenate([_each(declared), *_arising(mesh, arrays)]), kind="stable")
    trigger = np.divmod(triggers[np.diff(triggers, prepend=-1) > 0], size)
    steps["trigger"] = _pairs(trigger)
    # A write access is left by custody steps and triggers alone, so this keeps the order of the kinds.
    arrays = arrays.and_others(*(nodes.astype(np.int32) for nodes in trigger))
    ahead = arrays.successors()
    is_crowded = not is_sparse(ahead, list(mesh.agent_node.values()))
    whole = arrays if is_crowded else None
    return Compiled(mesh.snapshot, in_order(steps), pairs_of(declared, size), ahead, whole, ends)


def _arising(mesh: Mesh, arrays: Arrays) -> Iterable[_Codes]:
    """The triggers that arise by themselves, by places with outsiders' words."""
    reads, steerable = hearing(mesh)
    found: Iterable[tuple[int, Nodes]]
    if len(reads) <= _FEW_WORDS or mesh.size >= _VAST:
        found = zip(reads, arrays.leading(reads, steerable), strict=True)
    else:
        others = reading(reads, set(steerable), arrays.successors())
        found = ((read, np.fromiter(agents, np.int32, len(agents))) for read, agents in others)
    for read, agents in found:
        yield (read + WRITE) * mesh.size + agents.astype(np.int64)


def _each(coded: Coded) -> _Codes:
    """All steps as such numbers, without actions."""
    codes, actions = np.divmod(np.fromiter(coded.codes, np.int64, len(coded.codes)), ALL_ACTIONS + 1)
    if not coded.times:
        return codes
    return np.concatenate([codes[actions >> each & 1 > 0] + coded.times * each for each in range(5)])


def _pairs(ends: Ends) -> list[Pair]:
    leaves, enters = ends
    return list(zip(leaves.tolist(), enters.tolist(), strict=True))
