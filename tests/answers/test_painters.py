"""Blocks as text: all words are there in their order, and lines are as wide as the terminal at most."""

from hypothesis import given
from hypothesis import strategies as st

from meshmodel.answers.blocks import Block, Facts, Paragraph, Row, Section, Table
from meshmodel.answers.painters import lines_of, text_of
from meshmodel.answers.report.tree import Report
from meshmodel.answers.style import Style
from meshmodel.model.text import width

WORD = st.text("abz→✖é漢", min_size=1, max_size=12)
WORDS = st.lists(WORD, min_size=1, max_size=12)


def said(blocks: list[Block], style: Style) -> list[str]:
    return text_of(blocks, style).split()


@given(WORDS, WORDS, st.integers(20, 90), st.booleans())
def test_no_word_is_lost_and_no_line_is_wider_than_its_words_need(
    first: list[str], second: list[str], columns: int, glyphs: bool
) -> None:
    style = Style(columns=columns, glyphs=glyphs)
    blocks: list[Block] = [
        Section(" ".join(first), [Paragraph(" ".join(second), indent=2, hang=2)], indent=2),
        Facts((("a", " ".join(first)), ("bc", " ".join(second)), ("", "x"))),
    ]
    drawn_first, drawn_second = ([style.drawn(each) for each in words] for words in (first, second))
    assert said(blocks, style) == [*drawn_first, *drawn_second, "a", *drawn_first, "bc", *drawn_second, "x"]
    for line in text_of(blocks, style).splitlines():
        words = [each for each in line.split() if each not in {"a", "bc"}]
        assert width(line) <= columns or len(words) == 1


@given(WORDS)
def test_words_inside_which_no_line_is_broken_stay_whole(names: list[str]) -> None:
    items = tuple(f"{each} {each}" for each in names)
    lines = text_of([Paragraph(items)], Style(columns=20)).splitlines()
    assert all(any(item in line for line in lines) for item in items)


def test_parts_of_a_title_and_heads_of_tables_stand_out_where_there_is_colour() -> None:
    title = Section((("one", "high"), ("  two", "")), [Table((Row(("b",)),), ("a",))], indent=2)
    assert text_of([title], Style(colour=True)) == "\x1b[31mone\x1b[0m  two\n\x1b[2m  a\x1b[0m\n  b"
    assert text_of([title], Style()) == "one  two\n  a\n  b"
    assert [each.text.strip() for each in lines_of([title])] == ["one  two", "b"]


def test_facts_are_the_same_on_a_page_and_in_a_list() -> None:
    facts = Facts((("name", "a\tb"), ("n", "c")))
    assert [*Report.of("", "", [facts]).texts()] == ["name", "a b", "n", "c"]
    assert [each.text for each in lines_of([facts])] == ["name  a\tb", "n     c"]
