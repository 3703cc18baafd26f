"""What is written to a terminal: only the cells that change."""

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshmodel.app.terminal.cell_diff import TerminalScreen

RED, BLUE = "31", "34"


def row(y: int, *texts: tuple[str, str]) -> str:
    return f"\x1b[{y};1H" + "".join(f"\x1b[{style}m{text}\x1b[0m" for text, style in texts)


def frame(*rows: str) -> str:
    return "\n".join(rows) + "\x1b[1;1H"


def test_the_first_frame_is_written_with_its_styles():
    assert TerminalScreen().changes(frame(row(2, ("ab", RED), ("c", BLUE)))) == (
        "\x1b[0;31m\x1b[2;1Hab\x1b[0;34mc\x1b[0m\x1b[1;1H"
    )


def test_what_is_shown_already_is_not_written_again():
    screen = TerminalScreen()
    screen.changes(frame(row(1, ("ab", RED))))
    assert screen.changes(frame(row(1, ("a", RED), ("b", RED)))) == ""


@pytest.mark.parametrize(("text", "style"), [("aX", RED), ("ab", BLUE)])
def test_another_character_or_style_is_written(text, style):
    screen = TerminalScreen()
    screen.changes(frame(row(1, ("0123456789ab", RED))))
    changed = screen.changes(frame(row(1, ("0123456789", RED), (text, style))))
    assert changed.endswith(f"{text[1]}\x1b[0m\x1b[1;1H")
    assert "9" not in changed


def test_the_cursor_is_put_where_the_frame_leaves_it():
    screen = TerminalScreen()
    screen.changes(frame(row(1, ("ab", RED))))
    assert screen.changes(row(1, ("ab", RED)) + "\x1b[7;5H").endswith("\x1b[7;5H")


def test_wide_characters_are_written_whole_each_time():
    screen = TerminalScreen()
    wide = frame(row(1, ("漢字", RED), ("ab", RED)))
    first = screen.changes(wide)
    assert "漢字" in first
    again = screen.changes(wide)
    assert "漢字" in again
    assert "ab" not in again
    assert screen.changes(frame(row(1, ("xxxxab", RED)))).count("x") == 4


WIDTH, HEIGHT = 24, 3
STYLES = st.tuples(
    st.sampled_from(["", "1", "4", "7"]),
    st.sampled_from(["", "31", "38;2;9;0;0", "38;2;0;0;9"]),
    st.sampled_from(["", "48;2;0;0;0", "48;2;9;9;9"]),
).map(lambda parts: ";".join(part for part in parts if part))
SEGMENTS = st.tuples(st.text("ab ─", min_size=1, max_size=4) | st.just("漢"), STYLES)


def segments(y: int, x: int, written: list[tuple[str, str]]) -> str:
    """A row of a frame as the toolkit writes it."""
    styled = (f"\x1b[{style}m{text}\x1b[0m" if style else text for text, style in written)
    return f"\x1b[{y};{x}H{''.join(styled)}"


ROWS = st.tuples(st.integers(1, HEIGHT), st.integers(1, 8), st.lists(SEGMENTS, min_size=1, max_size=4))
FRAMES = st.lists(ROWS, min_size=1, max_size=HEIGHT, unique_by=lambda each: each[0]).map(
    lambda rows: "\n".join(segments(*each) for each in sorted(rows)) + "\x1b[2;3H"
)


def shown(terminal: pyte.Screen) -> list[tuple[object, ...]]:
    """What each cell of a terminal looks like; a blank has a colour only where a line or a block shows it."""
    cells = [terminal.buffer[y][x] for y in range(HEIGHT) for x in range(WIDTH)]
    return [
        (cell.data, cell.bg, cell.reverse, cell.underscore)
        + ((cell.fg, cell.bold) if cell.data != " " or cell.reverse or cell.underscore else ())
        for cell in cells
    ]


@given(st.lists(FRAMES, min_size=1, max_size=5))
def test_a_terminal_shows_the_same_as_if_all_were_written(frames):
    screen, whole, lessened = TerminalScreen(), pyte.Screen(WIDTH, HEIGHT), pyte.Screen(WIDTH, HEIGHT)
    for data in frames:
        pyte.Stream(whole).feed(data)
        pyte.Stream(lessened).feed(screen.changes(data))
        assert shown(lessened) == shown(whole)
        assert (lessened.cursor.x, lessened.cursor.y) == (whole.cursor.x, whole.cursor.y)
