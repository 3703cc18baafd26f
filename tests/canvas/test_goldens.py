"""Drawings as text: look at the difference, then accept it with ``UPDATE_GOLDENS=1``."""

import os
from pathlib import Path

import pytest

from meshmodel.canvas.draw import draw
from meshmodel.canvas.scene import CanvasFacts, Options
from meshmodel.interchange import read_file
from tests.canvas.building import approved, helpdesk
from tests.rows import all_rows

FOLDER = Path(__file__).parent / "goldens"
MODELS = Path(__file__).parents[2] / "models"
CASES = {
    **{f"helpdesk-{width}": Options(width, 40) for width in (80, 120, 200)},
    "helpdesk-80-line": Options(80, 20, "line"),
    "helpdesk-80-overview": Options(80, 20, "overview"),
    "helpdesk-80-ascii": Options(80, 20, ascii=True),
    "helpdesk-80-closed": Options(80, 20, closed_cards=True),
    "helpdesk-80-folded": Options(80, 20, folded=frozenset({"cloud"})),
}


def compare(name: str, text: str) -> None:
    path = FOLDER / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDENS"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@all_rows("name", CASES)
def test_helpdesk(name: str) -> None:
    snapshot, facts = helpdesk()
    drawing = draw(snapshot, facts, CASES[name])
    assert drawing.width <= CASES[name].width
    assert drawing.height <= 20
    compare(name, drawing.as_text())


@pytest.mark.parametrize(("width", "is_ascii"), [(120, False), (160, False), (160, True)])
def test_approvers_are_named_beside_the_mark_where_all_labels_stay_whole(width: int, is_ascii: bool) -> None:
    text = draw(*approved(), Options(width, 40, ascii=is_ascii)).as_text()
    compare(f"approved-{width}{'-ascii' * is_ascii}", text)
    assert ("delegates by Ann Lee" in text) is (width == 160)
    assert "as svc-deploy read+write" in text


@all_rows("width", [80, 120])
@all_rows("model", ["support-agent", "federated-release", "workflow-broker"])
def test_examples(model: str, width: int) -> None:
    drawing = draw(read_file(MODELS / f"{model}.toml"), CanvasFacts(), Options(width, 40))
    compare(f"{model}-{width}", drawing.as_text())
