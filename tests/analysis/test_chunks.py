"""Lists in chunks, of which an edit copies only some."""

import operator
from collections import Counter
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshmodel.analysis.updating import chunks

KEYS = st.sampled_from([letter + str(number) for letter in "abc" for number in range(9)])
CHANGES = st.dictionaries(KEYS, st.one_of(st.none(), st.integers(1, 3)), max_size=9)


@pytest.fixture(params=[(1, 8), (1, 0), (2, 1), (8, 8), (8, 0)])
def size(request, monkeypatch):
    """Chunks of so few items that there are many of them, and how many keys are few."""
    shift, few = request.param
    monkeypatch.setattr(chunks, "SHIFT", shift)
    monkeypatch.setattr(chunks, "REST", (1 << shift) - 1)
    monkeypatch.setattr(chunks, "_FEW", few)


def test_sorted_items_change_as_a_dictionary_does(size):
    @given(edits=st.lists(CHANGES, max_size=12), equal=st.booleans())
    def hold(edits, equal):
        naive, found = {}, chunks.Sorted.of([], [])
        for changes in edits:
            keys = sorted(changes)
            before, old = list(found.items()), dict(naive)
            same = operator.eq if equal else None
            after, changed = found.after(keys, [changes[key] for key in keys], same)
            assert list(found.items()) == before
            for key, item in changes.items():
                if item is None:
                    naive.pop(key, None)
                else:
                    naive[key] = item
            differing = {key for key in keys if old.get(key) != naive.get(key)}
            again = set() if equal else {key for key in keys if key in old and key in naive}
            assert set(changed) == differing | again
            found = after
            assert list(found.keys()) == sorted(naive)
            assert list(found.items()) == [naive[key] for key in sorted(naive)]
            for words in ("a", "b1", "d"):
                assert found.beginning(words) == [key for key in sorted(naive) if key.startswith(words)]
            assert [found.get(key) for key in keys] == [naive.get(key) for key in keys]

    hold()


@pytest.mark.parametrize("close", [0, 2, 99])
def test_items_are_exchanged_where_there_are_some(size, close, monkeypatch):
    monkeypatch.setattr(chunks, "_CLOSE", close)

    @given(known=st.dictionaries(KEYS, st.integers(1, 3)), found=st.dictionaries(KEYS, st.integers(4, 6)))
    def hold(known, found):
        before = chunks.Sorted.of(sorted(known), [known[key] for key in sorted(known)])
        left = found.copy()
        after = before.exchanged(left)
        there = {**known, **{key: item for key, item in found.items() if key in known and key not in left}}
        assert left == {key: item for key, item in found.items() if there.get(key) != item}
        assert dict(zip(after.keys(), after.items(), strict=True)) == there
        assert list(before.items()) == [known[key] for key in sorted(known)]
        assert close < 99 or not left.keys() & known.keys()

    hold()


@pytest.mark.parametrize("close", [0, 2, 99])
def test_items_change_where_their_keys_begin_so(size, close, monkeypatch):
    monkeypatch.setattr(chunks, "_CLOSE", close)

    @given(known=st.dictionaries(KEYS, st.integers(1, 3)), words=st.sets(st.sampled_from("abcd")))
    def hold(known, words):
        before = chunks.Sorted.of(sorted(known), [known[key] for key in sorted(known)])
        seen = []

        def change(items):
            seen.extend(items)
            return [10 * item if item == 2 else item for item in items]

        after = before.changed_at(list(words), change)
        meant = [item for key, item in sorted(known.items()) if key[0] in words]
        assert not Counter(meant) - Counter(seen)
        assert list(after.keys()) == sorted(known)
        for key, item in known.items():
            if key[0] in words:
                assert after.get(key) == (10 * item if item == 2 else item)
            else:
                assert after.get(key) in (item, 10 * item if item == 2 else item)
        if not words:
            assert not seen

    hold()


def test_a_copy_of_a_list_in_chunks_goes_its_own_way(size):
    first = chunks.Chunks.of(range(11))
    second = first.copy()
    second.put(3, 30)
    first.put(4, 40)
    third = second.copy()
    second.put(3, 33)
    assert list(first) == [0, 1, 2, 3, 40, *range(5, 11)]
    assert list(second) == [0, 1, 2, 33, 4, *range(5, 11)]
    assert list(third) == [0, 1, 2, 30, 4, *range(5, 11)]
    assert (first[10], first[2:5], len(first)) == (10, [2, 3, 40], 11)


@given(st.lists(st.lists(st.integers(), min_size=1, max_size=4), max_size=5))
def test_several_lists_are_one(lists):
    joined, plain = chunks.Joined(lists), list(chain.from_iterable(lists))
    assert list(joined) == plain
    assert len(joined) == len(plain)
    assert [joined[place] for place in range(-len(plain), len(plain))] == plain + plain
    assert joined[1:-1] == plain[1:-1]
    assert joined == tuple(plain)
    assert tuple(plain) == joined
    assert joined != [*plain, 0]
    assert repr(joined) == repr(plain)
    with pytest.raises(IndexError):
        joined[len(plain)]
