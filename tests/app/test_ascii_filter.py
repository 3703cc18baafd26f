"""Where only ASCII may be drawn, one table has a character for every sign that the program can show."""

import ast
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.segment import Segment
from textual.color import Color

from meshmodel.app.presentation.log_words import SIGNS as VERDICTS
from meshmodel.app.presentation.reach_cells import SIGNS as WAYS
from meshmodel.app.terminal.ascii_filter import PlainText
from meshmodel.canvas.glyphs import PLAIN
from meshmodel.canvas.layout.elements import ASCII_MARKS, MARK_GLYPHS
from meshmodel.model.phrases import GLYPHS
from meshmodel.model.text import width

ROOT = Path(__file__).parents[2] / "meshmodel"
SHOWN = [
    *(ROOT / "app").rglob("*.py"),
    *(ROOT / "canvas").rglob("*.py"),
    *(ROOT / "answers").glob("*.py"),
    *(ROOT / name for name in ("model/phrases.py", "analysis/example_paths.py", "edits/merge.py")),
]


def literals(path: Path) -> Iterator[str]:
    """The string literals of a file, without docstrings."""
    tree = ast.parse(path.read_text())
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.value


def is_sign(character: str) -> bool:
    """Whether it is a sign: no letter, and nothing that only changes how others look."""
    return not character.isascii() and unicodedata.category(character)[0] in "PS" and width(character) == 1


def test_the_table_has_every_sign_that_the_program_can_show() -> None:
    signs = {each for path in SHOWN for text in literals(path) for each in text if is_sign(each)}
    assert len(signs) > 100
    assert signs - set(map(chr, PLAIN)) == set()
    assert all(plain.isascii() and len(plain) == width(chr(sign)) for sign, plain in PLAIN.items())
    assert [chr(sign) for sign in PLAIN if width(chr(sign)) > 1] == ["✋"], (
        "a person, and no part of a drawing"
    )


def plain(text: str) -> str:
    (segment,) = PlainText().apply([Segment(text)], Color(0, 0, 0))
    return segment.text


@pytest.mark.parametrize(
    "alike",
    [
        [GLYPHS[each] for each in ("zone", "agent", "person", "program", "credential", "checkpoint")],
        [GLYPHS[each] for each in ("zone", "system", "data", "vault", "issuer", "credential")],
        [GLYPHS[each] for each in ("hold", "grant", "custody", "exchange", "delegation", "intent")],
        ["✖", "◆", "◇", "◈"],
        ["⚑", "⚐"],
        ["✖", "▲", "≈"],
        ["■", "□"],
        ["█", "░"],
        sorted({*VERDICTS.values()}),
        [*WAYS.values()],
    ],
    ids="".join,
)
def test_signs_that_mean_something_else_stay_different(alike: list[str]) -> None:
    assert len({plain(each) for each in alike}) == len(alike)


def test_a_sign_is_the_same_on_the_canvas_and_beside_it() -> None:
    assert {plain(MARK_GLYPHS[mark]) for mark in MARK_GLYPHS} == {*ASCII_MARKS.values()}
    assert all(plain(glyph) == ASCII_MARKS[mark] for mark, glyph in MARK_GLYPHS.items())


def test_names_in_other_scripts_stay() -> None:
    assert plain("✖ Straße 表") == "X Straße 表"
