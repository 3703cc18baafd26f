"""The steps of a large mesh laid out as arrays."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from meshmodel.analysis.arrays import Arrays
from meshmodel.analysis.compiling import Coded
from meshmodel.analysis.results import StepKind
from meshmodel.analysis.steps import Pair


def laid_out(kinds: Mapping[StepKind, Coded], size: int) -> tuple[dict[StepKind, list[Pair]], Arrays]:
    """The steps by kind, in order, and the graph of all: the nodes after each come kind by kind.

    Args:
        kinds: relations as numbers.
        size: the number of nodes.
    """
    steps: dict[StepKind, list[Pair]] = {}
    every = []
    for kind, coded in kinds.items():
        ends = np.divmod(np.sort(_each(coded)), size)
        steps[kind] = list(zip(*(nodes.tolist() for nodes in ends), strict=True))
        every.append(ends)
    leaves, enters = (np.concatenate(some).astype(np.int32) for some in zip(*every, strict=True))
    return steps, Arrays.of_steps(size, leaves, enters)


def _each(coded: Coded) -> NDArray[np.int64]:
    """All steps as such numbers."""
    codes = np.array(coded.codes, np.int64)
    there = codes >= 0
    if coded.actions is None:
        return codes[there]
    actions = np.array(coded.actions, np.int64) * there
    some = [codes[actions >> each & 1 > 0] + coded.times * each for each in range(5)]
    return np.concatenate(some)
