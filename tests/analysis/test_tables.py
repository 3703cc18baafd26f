from unittest.mock import patch

import numpy as np
import pytest

from meshmodel.analysis import tables


@pytest.mark.parametrize("small", [1 << 17, 64, 40, 1], ids=["at once", "in blocks", "a last block", "else"])
def test_products_are_the_same_however_they_are_made(small):
    rng = np.random.default_rng(1)
    one = rng.integers(0, 9, (3, 2)).astype(float)
    other = rng.integers(0, 9, (20, 2)).astype(float)
    with patch.object(tables, "_SMALL", small), patch.object(tables, "_BLOCK", 6):
        found = tables.product(one, other)
    assert found.tolist() == [[sum(a * b for a, b in zip(x, y, strict=True)) for y in other] for x in one]


@pytest.mark.parametrize("length", [255, 256, 600])
def test_sums_are_right_where_a_byte_would_run_over(length):
    table = np.ones((2, length + 3), np.uint8)
    firsts = np.array([0, 3])
    assert tables.summed(table, firsts, axis=1).tolist() == [[3, length]] * 2
    assert tables.summed(table.T, firsts, axis=0).tolist() == [[3, 3], [length, length]]


def test_sets_of_bits_as_rows():
    assert tables.unpacked({0b101: 0, 0b10: 1, 1 << 9: 2}, 10).tolist() == [
        [1, 0, 1, 0, 0, 0, 0, 0, 0, 0],
        [0, 1, 0, 0, 0, 0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
    ]
