"""What is written to a terminal: only the cells that change."""

import pytest

from meshmodel.app.terminal_screen import TerminalScreen

RED, BLUE = "31", "34"


def row(y: int, *texts: tuple[str, str]) -> str:
    return f"\x1b[{y};1H" + "".join(f"\x1b[{style}m{text}\x1b[0m" for text, style in texts)


def frame(*rows: str) -> str:
    return "\n".join(rows) + "\x1b[1;1H"


def test_the_first_frame_is_written_with_its_styles():
    assert TerminalScreen().changes(frame(row(2, ("ab", RED), ("c", BLUE)))) == (
        "\x1b[2;1H\x1b[0;31mab\x1b[0;34mc\x1b[0m\x1b[1;1H"
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


def test_cells_far_apart_are_written_without_those_between():
    screen = TerminalScreen()
    screen.changes(frame(row(3, ("a---------b", RED))))
    assert screen.changes(frame(row(3, ("X---------Y", RED)))) == (
        "\x1b[3;1H\x1b[0;31mX\x1b[3;11H\x1b[0;31mY\x1b[0m\x1b[1;1H"
    )


def test_the_cursor_is_put_where_the_frame_leaves_it():
    screen = TerminalScreen()
    screen.changes(frame(row(1, ("ab", RED))))
    assert screen.changes(row(1, ("ab", RED)) + "\x1b[7;5H").endswith("\x1b[7;5H")


@pytest.mark.parametrize("data", ["\x1b[2J", "\x1b[?1049h", "\x1b]0;title\x07", "\x1b[1;1H\x1b[K\x1b[1;1H"])
def test_after_anything_else_all_is_written_again(data):
    screen = TerminalScreen()
    first = screen.changes(frame(row(1, ("ab", RED))))
    assert screen.changes(data) == data
    assert screen.changes(frame(row(1, ("ab", RED)))) == first


def test_after_another_size_all_is_written_again():
    screen = TerminalScreen()
    first = screen.changes(frame(row(1, ("ab", RED))))
    screen.forget()
    assert screen.changes(frame(row(1, ("ab", RED)))) == first


def test_synchronized_output_forgets_nothing():
    screen = TerminalScreen()
    screen.changes(frame(row(1, ("ab", RED))))
    assert screen.changes("\x1b[?2026h") == "\x1b[?2026h"
    assert screen.changes(frame(row(1, ("ab", RED)))) == ""


def test_wide_characters_are_written_whole_each_time():
    screen = TerminalScreen()
    wide = frame(row(1, ("漢字", RED), ("ab", RED)))
    first = screen.changes(wide)
    assert "漢字" in first
    again = screen.changes(wide)
    assert "漢字" in again
    assert "ab" not in again
    assert screen.changes(frame(row(1, ("xxxxab", RED)))).count("x") == 4


def test_of_a_style_only_what_differs_is_written():
    ground, red, bold = "48;2;0;0;0", "38;2;9;0;0", "1;38;2;9;0;0"
    written = TerminalScreen().changes(
        frame(row(1, ("a", f"38;2;0;0;9;{ground}"), ("b", f"{red};{ground}"), ("c", f"{bold};{ground}")))
        + row(2, ("d", f"{red};{ground}"))
        + "\x1b[1;1H"
    )
    assert written == (
        f"\x1b[1;1H\x1b[0;38;2;0;0;9;{ground}ma\x1b[{red}mb\x1b[1mc"
        f"\x1b[2;1H\x1b[0;{red};{ground}md\x1b[0m\x1b[1;1H"
    )
