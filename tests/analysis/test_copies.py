"""What edits do not copy, and what is ready for them."""

import contextlib
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshmodel.analysis import closure
from meshmodel.analysis.layered import Layered
from meshmodel.analysis.relations import Related
from meshmodel.analysis.updating import ordered
from meshmodel.api import analyse
from meshmodel.model.errors import InvalidModelError
from meshmodel.store.edits import apply_edit
from tests.analysis.decided import much_decided
from tests.analysis.random_edits import TODAY, RandomEdits
from tests.analysis.random_models import random_model
from tests.analysis.test_incremental import answers


@pytest.mark.parametrize("seed", range(8))
def test_no_edit_waits_for_a_table_to_be_put_in_order(seed, monkeypatch):
    """All that edits ask for is looked for before the first of them."""
    asked = []
    arranged, chosen = Related._arranged, Related.chosen

    def arranging(related, table, end):
        asked.append((table, end))
        return arranged(related, table, end)

    def choosing(related, table, worth):
        if (table, worth) not in related._chosen:
            asked.append((table, worth))
        return chosen(related, table, worth)

    edits = RandomEdits(random.Random(seed))
    snapshot = random_model(seed, 9)
    analysis = analyse(snapshot, today=TODAY)
    answers(analysis)
    followed = 0
    for _ in range(25):
        with contextlib.suppress(InvalidModelError):
            snapshot = apply_edit(snapshot, edits.edit(snapshot, analysis.findings))
            analysis = analyse(snapshot, today=TODAY, previous=analysis)
            if not followed:
                monkeypatch.setattr(Related, "_arranged", arranging)
                monkeypatch.setattr(Related, "chosen", choosing)
            answers(analysis)
            followed += 1
    assert followed > 10
    assert not asked


@pytest.mark.parametrize("late", [True, False])
def test_what_agents_have_in_common_is_counted_on_from_edit_to_edit(late, monkeypatch):
    for name, value in {"groups._CROWD": 0, "classes._FAR": -1, "classes._SHARE": 10**9}.items():
        monkeypatch.setattr(f"meshmodel.analysis.{name}", value)
    if late:
        monkeypatch.setattr(closure, "LARGE", 0)
    some = 0
    # In the last one several agents that are alike have more in common after an edit.
    for seed, size in (*((each, 8) for each in range(8)), (5, 40)):
        snapshot = much_decided(seed, size)
        analysis = analyse(snapshot, today=TODAY)
        edits = RandomEdits(random.Random(seed))
        answers(analysis)
        for _ in range(12):
            with contextlib.suppress(InvalidModelError):
                snapshot = apply_edit(snapshot, edits.edit(snapshot))
                analysis = analyse(snapshot, today=TODAY, previous=analysis)
                following = analysis._known
                found = following._crowd
                answers(analysis)
                assert found == sum(len(each.situation.common.groups) for each in following.engine.travellers)
                some += found
    assert some > 20


KEYS = st.text("abc", min_size=1, max_size=2)
CHANGES = st.dictionaries(KEYS, st.one_of(st.none(), st.integers()), max_size=4)


@given(first=st.dictionaries(KEYS, st.integers()), edits=st.lists(CHANGES), asked=st.frozensets(KEYS))
def test_a_dictionary_in_layers_changes_as_another_does(first, edits, asked):
    naive, found = dict(first), Layered(dict(first))
    readings = []
    for changes in edits:
        readings.append((dict(naive), found))
        found = found.after(changes)
        for key, item in changes.items():
            if item is None:
                naive.pop(key, None)
            else:
                naive[key] = item
    for expected, layered in (*readings, (naive, found)):
        assert layered == expected
        assert len(layered) == len(expected)
        assert {key for key in asked if key in layered} == asked & expected.keys()
        assert sorted(layered.among(asked)) == sorted(expected[key] for key in asked & expected.keys())


def test_what_edits_change_in_a_large_dictionary_stays_little():
    found = Layered({str(number): number for number in range(1_000)})
    most, whole = 0, 0
    for number in range(5_000):
        before, found = found, found.after({str(number % 1_500): number})
        most = max(most, len(found._small))
        whole += found._large is not before._large
    assert most < 40
    assert 0 < whole < 5_000 // 20
    assert len(found) == 1_500


def test_another_form_of_what_there_was_is_shared_and_hides_nothing():
    first = Layered({"a": 1, "b": 2, "c": 3, "d": 4, "e": 5})
    after = first.after({"b": 6})
    after.settle("a", 10)
    after.settle("b", 20)
    assert (first["a"], first["b"], after["a"], after["b"]) == (10, 2, 10, 6)


PAIRS = st.tuples(st.integers(0, 6), st.integers(0, 6))


@pytest.mark.parametrize("size", [1, 2, 256])
def test_steps_in_order_change_as_a_set_does(size, monkeypatch):
    monkeypatch.setattr(ordered, "REST", size - 1)

    @given(first=st.frozensets(PAIRS), edits=st.lists(st.tuples(st.frozensets(PAIRS), st.frozensets(PAIRS))))
    def hold(first, edits):
        naive, found = first, ordered.Ordered.of(sorted(first))
        for some, others in edits:
            before, was = naive, found
            gone, come = some & naive, others - naive
            naive, found = naive - gone | come, ordered.Ordered.of(found).after(gone, come)
            assert list(was) == sorted(before)
            assert list(found) == sorted(naive)
            assert len(found) == len(naive)
            assert all(len(each) <= 2 * size for each in found._lists)
            assert all(found._lists)

    hold()
