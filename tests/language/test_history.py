"""Going back and forth in the sentences so far."""

from hypothesis import given
from hypothesis import strategies as st

from meshmodel.app.presentation.quick_line_history import MOST, History


def history(*sentences):
    found = History()
    for each in sentences:
        found.add(each)
    return found


def test_it_goes_back_to_the_oldest_and_forth_to_what_was_typed():
    found = history("zone a", "zone b")
    assert found.newer() is None
    assert [found.older("zo"), found.older(""), found.older("")] == ["zone b", "zone a", "zone a"]
    assert [found.newer(), found.newer(), found.newer()] == ["zone b", "zo", None]


def test_an_empty_one_has_nothing_older():
    assert History().older("zo") is None


def test_an_old_sentence_that_is_changed_is_a_new_one():
    found = history("zone a")
    found.changed(found.older(""))
    assert found.at == 0
    found.changed("zone ab")
    assert found.newer() is None


@given(st.lists(st.sampled_from("abc"), max_size=MOST + 20))
def test_it_keeps_the_newest_and_none_twice_in_a_row(texts):
    found = history(*texts)
    expected = [each for at, each in enumerate(texts) if texts[at - 1 : at] != [each]]
    assert found.sentences == expected[-MOST:]
