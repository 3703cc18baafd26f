"""Which look a run has, by what stands out."""

from meshmodel.canvas.draw import draw
from meshmodel.canvas.lighting import Lighting, in_front, lighting_of, look_of
from meshmodel.canvas.scene import Options, Run
from meshmodel.model.records import Reference
from tests.canvas.building import approved
from tests.rows import all_rows

A, B = ("agent", "a"), ("agent", "b")
HERE, THERE = frozenset({A}), frozenset({B})
CARD, LINE, TITLE = (Run("x", 1, ink, (A,)) for ink in ("agent", "line", "lane-title"))
GROUND = Run(" ", 1, "ground")


@all_rows(
    ("run", "lighting", "look", "heavy"),
    [
        (CARD, Lighting(), "plain", False),
        (CARD, Lighting(selected=HERE), "selected", False),
        (LINE, Lighting(selected=HERE), "selected_line", False),
        (TITLE, Lighting(selected=HERE, aimed=HERE), "selected", False),
        (CARD, Lighting(selected=HERE, aimed=HERE), "offer", False),
        (LINE, Lighting(aimed=HERE), "plain", False),
        (TITLE, Lighting(aimed=HERE), "offer", False),
        (CARD, Lighting(shown=THERE), "dimmed", False),
        (CARD, Lighting(shown=HERE), "plain", False),
        (TITLE, Lighting(shown=THERE, highlighted=THERE), "plain", False),
        (GROUND, Lighting(shown=THERE, highlighted=THERE), "plain", False),
        (LINE, Lighting(highlighted=HERE), "highlighted", True),
        (LINE, Lighting(highlighted=THERE), "dimmed", False),
        (LINE, Lighting(highlighted=THERE, shown=HERE), "dimmed", False),
        (LINE, Lighting(selected=HERE, highlighted=HERE), "highlighted", True),
        (LINE, Lighting(selected=HERE, highlighted=THERE), "dimmed", False),
        (CARD, Lighting(selected=HERE, highlighted=THERE), "selected", False),
        (CARD, Lighting(selected=HERE, highlighted=HERE), "selected", True),
    ],
)
def test_the_look_of_a_run_follows_from_what_stands_out(run, lighting, look, heavy):
    assert look_of(run, lighting) == (look, heavy)


def test_where_two_lines_cross_the_one_that_stands_out_is_in_front():
    down, across = Run("│", 1, "line", (A,)), Run("─", 1, "line", (B,))
    crossing = Run("┼", 1, "line", (A, B), (down, across))
    assert in_front(crossing, Lighting()) == crossing
    assert in_front(crossing, Lighting(selected=HERE)) == down
    assert in_front(crossing, Lighting(selected=HERE, highlighted=THERE)) == across, "a lit way comes first"
    assert in_front(crossing, Lighting(highlighted=HERE | THERE)) == crossing
    assert in_front(down, Lighting(highlighted=THERE)) == down


@all_rows(
    ("selected", "marks", "cards"),
    [
        (("checkpoint", "ask-hand-over"), "◆", {"Ann Lee"}),
        (("agent", "ann"), "◆", {"Ann Lee"}),
        (("checkpoint", "once"), "◇", {"support-bot"}),  # it holds credentials of the approver's identity
        (("agent", "deployer"), "", {"deployer"}),
    ],
)
def test_a_checkpoint_and_who_approves_there_stand_out_together(
    selected: Reference, marks: str, cards: set[str]
) -> None:
    drawing = draw(*approved(), Options(160, 40))
    lighting = lighting_of(drawing, [selected], None, frozenset(), None)
    lit = [run for row in drawing.rows for run in row if look_of(run, lighting)[0] == "selected"]
    assert "".join(run.text for run in lit if run.ink.startswith("mark")) == marks
    assert {run.text[2:].strip() for run in lit if run.ink == "agent"} == cards
    highlighted = lighting_of(drawing, [], None, frozenset({selected}), None).highlighted
    assert highlighted & {("agent", "ann"), ("agent", "support-bot"), ("checkpoint", "once")} <= {selected}
