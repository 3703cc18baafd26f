import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from wcwidth import wcswidth

from meshmodel.model.text import clean_line, one_line, pad, shorten, shorten_name, unprintable, width


@pytest.mark.parametrize(
    "text", ["plain", "票務", "e\u0301", "👩\u200d💻", "\u200fשלום", "\u00a0", "\ue000", ""]
)
def test_what_is_text(text):
    assert unprintable(text) is None
    assert one_line(text) == text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a\nb", "a line break (U+000A)"),
        ("a\u2029b", "a line break (U+2029)"),
        ("a\tb", "a control character (U+0009)"),
        ("\x7f", "a control character (U+007F)"),
        ("\x9b", "a control character (U+009B)"),
        ("\u202e", "a character that changes the direction of writing (U+202E)"),
        ("\u2069", "a character that changes the direction of writing (U+2069)"),
        ("\udc80", "half of a surrogate pair (U+DC80)"),
        ("\ufffe", "a noncharacter (U+FFFE)"),
        ("\U0010ffff", "a noncharacter (U+10FFFF)"),
    ],
)
def test_what_is_not(text, says):
    assert unprintable(text) == says


@given(st.text(st.characters()))
def test_any_text_can_be_made_safe(text):
    assert unprintable(clean_line(text)) is None
    assert unprintable(one_line(text)) is None
    assert len(one_line(text, 5)) <= 50


def test_what_is_cut_and_escaped_is_still_recognised():
    assert one_line("a\x1b[2J\u202eb\U0010ffff") == "a\\x1b[2J\\u202eb\\U0010ffff"
    assert one_line("x" * 300) == "x" * 119 + "…"
    assert clean_line("  a\r\n\tb\u202e ") == "a b"


@example("\u200d", 1)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30), st.integers(0, 20))
def test_a_padded_text_takes_exactly_its_cells(text, cells):
    assert width(shorten(text, cells)) <= cells
    assert width(shorten_name(text, cells)) <= cells
    assert width(pad(text, cells)) == cells


def test_widths_are_those_of_the_tables_also_where_none_is_looked_at():
    for each in [*map(chr, range(0x20, 0x2800)), "票", "\u200d", "\U0001f600"]:
        if unprintable(each) is None:
            assert width(f"a{each}b") == wcswidth(f"a{each}b"), hex(ord(each))


def test_widths_of_wide_characters_and_marks():
    assert (width("ab"), width("票務"), width("e\u0301")) == (2, 4, 1)
    assert shorten("票務系統", 5) == "票務…"
    assert shorten_name("票務系統管理", 7) == "票…管理"
    assert shorten("e\u0301" * 4, 3) == "e\u0301e\u0301…"


def test_names_that_begin_alike_are_told_apart_where_they_are_cut():
    names = [f"customer-support-{end}" for end in ("reader", "writer")]
    assert [shorten_name(each, 15) for each in names] == ["custome…-reader", "custome…-writer"]
    assert [pad(each, 15) for each in names] == ["custome…-reader", "custome…-writer"]
    assert [shorten_name("abcdef", cells) for cells in range(7)] == [
        "",
        "…",
        "a…",
        "a…f",
        "ab…f",
        "ab…ef",
        "abcdef",
    ]
