"""Tables of numbers that are made of sets of bits."""

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from meshmodel.analysis.pairs.columns import Numbers

Floats = NDArray[np.float64]
Bits = NDArray[np.uint8]

_SMALL = 1 << 17
"""Products of so many steps are made by one thread anyway."""
_BLOCK = 16
"""So many rows at once are worth it."""


def product(one: Floats, other: Floats) -> Floats:
    """The products of all rows of two tables, without threads, which cost more than they bring here."""
    rows = _SMALL // max(one.size, 1)
    if len(other) <= rows:
        return one @ other.T
    if rows >= _BLOCK:
        return np.concatenate([one @ other[at : at + rows].T for at in range(0, len(other), rows)], axis=1)
    found: Floats = np.einsum("ik,jk->ij", one, other)
    return found


def summed(table: Bits, firsts: Numbers, axis: int) -> NDArray[np.int32]:
    """The sums of zeros and ones over ranges of a table, which begin at these places."""
    longest = int(np.diff(firsts, append=table.shape[axis]).max())
    kind = np.uint8 if longest < 256 else np.int32
    found: NDArray[np.int32] = np.add.reduceat(table, firsts, axis=axis, dtype=kind).astype(np.int32)
    return found


def unpacked(sets: Collection[int], size: int) -> Bits:
    """Sets of bits as rows of zeros and ones."""
    width = size // 8 + 1
    content = b"".join(each.to_bytes(width, "little") for each in sets)
    rows = np.frombuffer(content, np.uint8).reshape(-1, width)
    return np.unpackbits(rows, axis=1, count=size, bitorder="little")
