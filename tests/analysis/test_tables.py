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


@pytest.mark.parametrize("words", [1 << 20, 1], ids=["at once", "in parts"])
@pytest.mark.parametrize("weights", [None, [5, 7, 9, 11, *range(146)]], ids=["plain", "with weights"])
def test_sets_of_bits_are_counted_by_groups(words, weights):
    groups = [2, 0, 0, -1, *[1] * 146]
    sets = [(1 << 150) - 1, (1 << 150) - 1 - 0b11011, 0b10110, 0, 1 << 149]
    with patch.object(tables, "_WORDS", words):
        counted = tables.Sets(sets, len(groups)).counted
    found = counted(np.array(groups), 3, None if weights is None else np.array(weights))
    times = weights or [1] * 150
    assert found.tolist() == [
        [
            sum(times[bit] for bit in range(150) if each >> bit & 1 and groups[bit] == group)
            for group in range(3)
        ]
        for each in sets
    ]


@pytest.mark.parametrize(("sets", "groups"), [([], [0]), ([0], [])], ids=["no sets", "no bits"])
def test_nothing_is_counted_as_nothing(sets, groups):
    assert not tables.Sets(sets, len(groups)).counted(np.array(groups, np.int64), 2).any()


def test_sets_that_have_bits_are_counted_where_there_are_no_groups():
    found = tables.Sets([0b11, 0b1, 0], 2).counted(np.array([-1, -1]), 0)
    assert found.shape == (3, 0)


def test_sets_of_bits_as_rows():
    assert tables.unpacked({0b101: 0, 0b10: 1, 1 << 9: 2}, 10).tolist() == [
        [1, 0, 1, 0, 0, 0, 0, 0, 0, 0],
        [0, 1, 0, 0, 0, 0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
    ]
