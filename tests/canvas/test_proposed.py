"""Steps that a fix would guard: their sign and word on the drawing."""

import pytest

from meshmodel.canvas.draw import draw
from meshmodel.canvas.scene import Facts, Options
from meshmodel.store.interchange import read_file
from tests.app.desk import MODELS

CHAIN = read_file(MODELS / "agent-chain.toml")


def text(ascii_only: bool, step: tuple[str, str, str] | None) -> str:
    facts = Facts(marks={} if step is None else {step: "proposed"})
    drawing = draw(CHAIN, facts, Options(120, 40, ascii=ascii_only))
    return "\n".join("".join(run.text for run in row) for row in drawing.rows)


@pytest.mark.parametrize(
    "step", [("grant", *next(iter(CHAIN.grant))), ("delegation", *next(iter(CHAIN.delegation)))]
)
def test_a_proposed_guard_has_a_sign_and_a_word(step):
    assert "◈" not in text(False, None)
    assert text(False, step).count("◈") == 1
    assert "guard" in text(False, step)
    plain = text(True, step)
    assert plain.isascii()
    assert "guard" in plain
    assert "guard" not in text(True, None)
