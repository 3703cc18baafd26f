"""The legend names the signs that a drawing shows, all of them and no others."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from meshmodel.canvas.draw import draw
from meshmodel.canvas.glyphs import PLAIN, SIGNS
from meshmodel.canvas.legend import legend, words_of
from meshmodel.canvas.scene import CanvasFacts, Options
from meshmodel.model.records import Agent, Checkpoint, Credential, Exchange, Hold, System, Trigger, Zone
from tests.canvas.building import approved, helpdesk, snapshot_of
from tests.reference.random_models import FLAVOURS, random_model
from tests.rows import all_rows

_WORDS = {"only", "values", "⊸"}
"""Signs that are parts of other signs, or of words."""


@given(
    st.integers(0, 5_000),
    st.sampled_from(FLAVOURS),
    st.sampled_from(["card", "line", "overview"]),
    st.booleans(),
)
def test_a_sign_is_named_exactly_where_it_is_drawn(seed, flavour, zoom, is_ascii):
    drawing = draw(random_model(seed, 5, flavour), CanvasFacts(), Options(120, 40, zoom=zoom, ascii=is_ascii))
    text = drawing.as_text()
    named = {sign for sign, _ in legend(drawing)}
    assert all(sign[0] in text for sign in named)
    if not is_ascii:
        for sign, _ in SIGNS:
            assert sign in named or sign in _WORDS or sign not in text, sign


def test_the_legend_of_the_help_desk():
    snapshot, facts = helpdesk()
    wide, narrow = (draw(snapshot, facts, Options(width, 40)) for width in (200, 80))
    assert [sign for sign, _ in legend(wide)] == [
        *("◉", "▣", "✖", "◆", "◇", "⊸─", "⚑", "⚐", "──▶", "╌╌▶", "╌╌▶", "┼")
    ]
    assert [tuple(each) for each in legend(narrow)[-3:]] == [("r", "read"), ("w", "write"), ("x", "execute")]
    plain = draw(snapshot, facts, Options(80, 40, ascii=True))
    assert [sign for sign, _ in legend(plain)] == [
        *("@", "#", "X", "*", "o", "%-", "!", '"', "-->", "~~>", "==>", "| -", "r", "w", "x")
    ]
    assert all(sign.isascii() for sign, _ in legend(plain))
    assert all(sign.translate(PLAIN).isascii() for sign, _ in SIGNS)


READ = [Agent("a", kind="ai-agent"), System("s")]
JUDGED = Checkpoint("k", "human-approval", "hearing", "s", "a", approvers=("ann",))
JUDGES = CanvasFacts(marks={("hearing", "s", "a"): "counts"})


def test_what_an_agent_reads_has_a_line_of_its_own_where_a_checkpoint_judges_it():
    for is_ascii, line in ((False, "┄┄▶"), (True, "''>")):
        options = Options(100, 20, ascii=is_ascii)
        drawing = draw(snapshot_of(*READ, JUDGED), JUDGES, options)
        signs = dict(legend(drawing))
        assert signs[line] == "an agent reads a system: a checkpoint there filters what it reads"
        assert "*" in signs or "◆" in signs
        assert "read by" in drawing.as_text()
        assert line not in dict(legend(draw(snapshot_of(*READ), CanvasFacts(), options)))
    said = words_of(snapshot_of(*READ, JUDGED), JUDGES, ("checkpoint", "k"))
    assert said == "human-approval on a reads what is written into s by ann; ◆ an effective checkpoint"
    assert words_of(snapshot_of(*READ), JUDGES, ("hearing", ("s", "a"))).startswith("hearing s > a; ◆")


def test_a_checkpoint_on_what_starts_and_is_read_is_drawn_once():
    started = snapshot_of(*READ, Trigger("s", "a"), JUDGED)
    text = draw(started, JUDGES, Options(100, 20)).as_text()
    assert text.count("◆") == text.count("starts") == 1
    assert "read by" not in text
    assert "by ann" in text
    drawing = draw(started, JUDGES, Options(100, 20))
    lit = [drawing.highlight([(each, ("s", "a"))]) for each in ("hearing", "trigger")]
    assert [sum(owner[0] == "branch" for owner in owners) for owners in lit] == [1, 1]
    unjudged = draw(snapshot_of(*READ, Trigger("s", "a")), CanvasFacts(), Options(100, 20)).as_text()
    assert "◆" not in unjudged
    proposed = draw(
        snapshot_of(*READ, Trigger("s", "a")),
        CanvasFacts(marks={("hearing", "s", "a"): "proposed"}),
        Options(100, 20),
    )
    assert proposed.as_text().count("◈") == 1


def test_lines_between_folded_zones_are_named_with_the_marks_that_they_count():
    snapshot, facts = helpdesk()
    drawing = draw(snapshot, facts, Options(80, 20, zoom="overview"))
    assert [sign for sign, _ in legend(drawing)] == ["▣", "✖", "◆", "──▶"]


@all_rows(
    ("reference", "words"),
    [
        (("agent", "deployer"), "agent deployer; ◉ an AI agent: what it reads can change what it does"),
        (("system", "wiki"), "system wiki"),
        (("system", "tickets"), "system tickets; ⚑ outsiders can write here"),
        (("system", "ci"), "system ci; ⚐ agents can bring untrusted content here"),
        (("zone", "cloud"), "zone cloud"),
        (
            ("grant", ("file-key", "files")),
            "file-key opens files: read; ✖ no checkpoint here: a missing checkpoint",
        ),
        (
            ("checkpoint", "once"),
            f"human-approval on deploy-key > files; ◇ {dict(SIGNS)['◇']}",
        ),
        (("hosting", ("ci", "deployer")), "hosting ci > deployer"),
        (("flow", ("zone:desk", "system:files")), "lines from zone desk to system files"),
        (("lane", ""), ""),
        (("agent", "gone"), ""),
    ],
)
def test_a_record_is_named_with_what_its_signs_mean(reference, words):
    snapshot, facts = helpdesk()
    assert words_of(snapshot, facts, reference) == words


def test_a_checkpoint_is_named_with_those_who_approve_there():
    assert "reconciler by ann; ◆" in words_of(*approved(), ("checkpoint", "ask-hand-over"))
    assert "files by svc-support or boss; ◇" in words_of(*approved(), ("checkpoint", "once"))


def test_a_step_where_some_actions_alone_are_asked_for_is_not_said_to_ask_nobody():
    snapshot, facts = helpdesk()
    ask = Checkpoint("ask", "human-approval", "grant", "file-key", "files", actions=("write",))
    drawn = replace(snapshot, checkpoint={**snapshot.checkpoint, "ask": ask})
    said = words_of(drawn, facts, ("grant", ("file-key", "files")))
    assert said.endswith("read; ✖ a missing checkpoint: human-approval is for write alone")
    assert words_of(drawn, facts, ("checkpoint", "ask")).startswith(
        "human-approval on file-key > files for write;"
    )
    planned = replace(snapshot, checkpoint={"ask": replace(ask, state="planned")})
    assert "no checkpoint here" in words_of(planned, facts, ("grant", ("file-key", "files")))


def test_a_credential_with_a_card_has_a_sign_of_its_own():
    snapshot = snapshot_of(
        Zone("z"),
        Agent("a"),
        Credential("c"),
        Credential("d"),
        System("s"),
        Hold("a", "c"),
        Exchange("c", "d"),
    )
    assert "⊸" in [sign for sign, _ in legend(draw(snapshot, CanvasFacts(), Options()))]
