"""Steps that a fix would guard: their sign and word on the drawing."""

import pytest

from meshmodel.canvas.draw import draw
from meshmodel.canvas.scene import CanvasFacts, Options
from meshmodel.interchange import read_file
from tests.app.desk import MODELS

CHAIN = read_file(MODELS / "agent-chain.toml")


def text(ascii_only: bool, step: tuple[str, str, str] | None) -> str:
    facts = CanvasFacts(marks={} if step is None else {step: "proposed"})
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


@pytest.mark.parametrize("size", [(80, 20), (120, 28), (200, 40)])
def test_a_proposed_guard_takes_no_more_room_than_another_mark(size):
    model = read_file(MODELS / "finance-orchestrator.toml")
    options = Options(*size)
    steps = [("delegation", *key) for key in model.delegation] + [("custody", *key) for key in model.custody]
    before = draw(model, CanvasFacts(marks=dict.fromkeys(steps, "counts")), options)
    after = draw(model, CanvasFacts(marks=dict.fromkeys(steps, "proposed")), options, before, keep_lanes=True)
    cards = [("agent", each) for each in model.agent] + [("system", each) for each in model.system]
    assert [after.box_of(each) for each in cards] == [before.box_of(each) for each in cards]
