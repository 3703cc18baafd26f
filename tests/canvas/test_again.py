"""Drawing again after edits: what the drawing before is kept for changes nothing but what was edited."""

import gc
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from meshmodel.canvas.draw import draw
from meshmodel.canvas.drawing import Drawing
from meshmodel.canvas.layout.columns import make_grid
from meshmodel.canvas.scene import CanvasFacts, Options
from meshmodel.model.records import Agent, Grant, Hold, Snapshot, System
from tests.canvas.building import helpdesk, meshes
from tests.reference.random_models import random_model
from tests.rows import all_rows

OTHER = {("boundary", "none", "nowhere"): "counts"}


def forgetful(drawing: Drawing) -> Drawing:
    """The same drawing, which none that follows can take for its own."""
    return replace(drawing, grid=replace(drawing.grid, boundary_marks=OTHER))


def seen(drawing: Drawing) -> tuple[Any, ...]:
    return (
        drawing.width,
        drawing.height,
        list(drawing.rows),
        drawing.targets,
        drawing.columns,
        drawing.order,
        [(each.reference, each.source, each.start, each.link.relation) for each in drawing.branches],
    )


@st.composite
def edits(pick: Callable[..., Any], snapshot: Snapshot, facts: CanvasFacts) -> tuple[Snapshot, CanvasFacts]:
    """One edit of what is drawn, or of what is not."""
    kinds = ["owner", "scope", "name", "slot", "system", "mark", "hold", "depth", "checkpoint"]
    kind = pick(st.sampled_from(kinds))
    systems, grants = sorted(snapshot.system), sorted(snapshot.grant)
    if kind in {"owner", "name", "slot", "depth"} and systems:
        key = pick(st.sampled_from(systems))
        system = snapshot.system[key]
        if kind == "depth":
            return snapshot, replace(facts, depths={**facts.depths, key: pick(st.integers(0, 2))})
        changed = {
            "owner": replace(system, owner="somebody"),
            "name": replace(system, name="another name"),
            "slot": replace(system, at=(pick(st.integers(0, 4)), pick(st.integers(0, 3)))),
        }[kind]
        return replace(snapshot, system={**snapshot.system, key: changed}), facts
    if kind in {"scope", "mark"} and grants:
        key = pick(st.sampled_from(grants))
        if kind == "mark":
            mark = pick(st.sampled_from(["missing", "counts", "proposed"]))
            return snapshot, replace(facts, marks={**facts.marks, ("grant", *key): mark})
        changed = Grant(*key, snapshot.grant[key].actions, "elsewhere")
        return replace(snapshot, grant={**snapshot.grant, key: changed}), facts
    if kind == "checkpoint":
        gates = {key: each for key, each in snapshot.checkpoint.items() if each.step != "boundary"}
        return replace(snapshot, checkpoint=gates), facts
    if kind == "hold" and snapshot.agent and snapshot.credential:
        key = (
            pick(st.sampled_from(sorted(snapshot.agent))),
            pick(st.sampled_from(sorted(snapshot.credential))),
        )
        return replace(snapshot, hold={**snapshot.hold, key: Hold(*key)}), facts
    return replace(snapshot, system={**snapshot.system, "added": System("added")}), facts


# A smaller example of what went wrong would be sought for an hour: each try draws eight times.
@pytest.mark.slow
@settings(phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(st.data(), meshes(), st.sampled_from([60, 120]), st.booleans())
def test_drawn_again_it_is_as_if_nothing_had_been_kept(data, mesh, width, closed) -> None:
    snapshot, facts = mesh
    folded = frozenset(list(snapshot.zone)[::2]) if closed else frozenset()
    options = Options(width, 20, folded=folded)
    drawing = draw(snapshot, facts, options)
    for _ in range(3):
        snapshot, facts = data.draw(edits(snapshot, facts))
        before = forgetful(drawing)
        drawing = draw(snapshot, facts, options, drawing, keep_lanes=True)
        assert seen(drawing) == seen(draw(snapshot, facts, options, before, keep_lanes=True))


def test_what_is_not_drawn_leaves_the_drawing_as_it_is() -> None:
    snapshot, facts = helpdesk()
    before = draw(snapshot, facts, Options(100, 30))
    owned = replace(snapshot.agent["support-bot"], owner="support", description="answers")
    other = replace(snapshot, agent={**snapshot.agent, "support-bot": owned})
    assert draw(other, facts, Options(100, 30), before, keep_lanes=True) is before
    named = replace(snapshot, agent={**snapshot.agent, "support-bot": Agent("support-bot", name="Bot")})
    assert draw(named, facts, Options(100, 30), before, keep_lanes=True) is not before
    person = replace(snapshot.agent["support-bot"], kind="person")
    asked = replace(snapshot, agent={**snapshot.agent, "support-bot": person})
    assert draw(asked, facts, Options(100, 30), before, keep_lanes=True) is not before, "it has another sign"
    assert draw(other, facts, Options(101, 30), before, keep_lanes=True) is not before


def test_rows_in_which_an_edit_changed_nothing_are_equal() -> None:
    """Whatever came before them: lines keep their names, so that few rows are painted again."""
    snapshot, facts = helpdesk()
    before = draw(snapshot, facts, Options(100, 30))
    first = Grant(min(snapshot.credential), max(snapshot.system), ("read",))
    more = replace(snapshot, grant={(first.credential, first.system): first, **snapshot.grant})
    after = draw(more, facts, Options(100, 30), before, keep_lanes=True)
    names = {(each.start, each.link.relation): each.reference for each in after.branches}
    assert len(set(names.values())) == len(after.branches) > len(before.branches)
    for each in before.branches:
        assert names[each.start, each.link.relation] == each.reference


@all_rows("seed", range(6))
def test_the_order_of_a_drawing_is_that_of_its_places(seed):
    """What is remembered when a model is left is known without drawing it."""
    snapshot, options = random_model(seed, 12), Options(width=100, height=30)
    assert make_grid(snapshot, CanvasFacts(), options).order == draw(snapshot, CanvasFacts(), options).order


def test_a_drawing_is_gone_once_nobody_has_it() -> None:
    """Without the collector, which would stop everything for seconds where a large model was edited often."""
    snapshot, facts = helpdesk()
    gc.disable()
    gc.collect()
    try:
        drawing = draw(snapshot, facts, Options(100, 30))
        drawing.paint(range(30))
        while drawing.get_ready():
            pass
        del drawing
        assert gc.collect() == 0
    finally:
        gc.enable()
