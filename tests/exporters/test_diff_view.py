"""What changed since an earlier model, in one drawing."""

from dataclasses import replace

import pytest
from hypothesis import given

from meshmodel.analysis.analysis import analyse
from meshmodel.edits.edit import Put, Remove
from meshmodel.exporters.diagram.build import build
from meshmodel.exporters.diagram.diff_view import ALL_OF, diff_view
from meshmodel.exporters.diagram.dot import write_dot
from meshmodel.interchange import read_file
from meshmodel.model import records as r
from tests.commands.running import MODELS
from tests.reference.pairs import changed, pairs

DRAWN = ("agent", "system", "credential")
STEPS = ("hold", "grant", "custody", "exchange", "delegation", "trigger")


def drawn(old, new):
    both, lit = diff_view(old, new)
    return build(both, analyse(new), lens="changes", lighting=lit)


@given(pairs())
def test_whatever_was_added_or_removed_is_drawn_so(pair):
    old, new = pair
    diagram = drawn(old, new)
    nodes = {each.id: each for each in diagram.nodes}
    edges = {each.id.rpartition("/")[0]: each for each in diagram.edges}
    for one, other, word in ((new, old, "added"), (old, new, "removed")):
        for table in DRAWN:
            for key in one.table(table).keys() - other.table(table).keys():
                node = nodes[f"{table}/{key}"]
                assert (node.tone, word in " ".join(node.lines)) == (word, True)
        for table in STEPS:
            for key in one.table(table).keys() - other.table(table).keys():
                base = "/".join((table, *key))
                assert edges[base].tone == word
                assert word in nodes[f"label/{base}"].lines
    marked = {each.tone for each in diagram.nodes if each.id.startswith(DRAWN)}
    if old == new:
        assert not marked & {"added", "removed", "changed"}
    assert write_dot(diagram)


@pytest.fixture(scope="module")
def chain():
    return read_file(MODELS / "agent-chain.toml")


def words_of(diagram, node):
    return next(each.lines for each in diagram.nodes if each.id == node)


def test_a_changed_grant_says_what_changed(chain):
    grant = chain.grant["analysis-token", "warehouse"]
    wider = changed(chain, Put(replace(grant, actions=("read", "write"))))
    diagram = drawn(chain, wider)
    label = "label/grant/analysis-token/warehouse"
    assert words_of(diagram, label) == ("read, write", "changed: actions")
    assert diagram.title[0] == "Agent chain: what changed"


def test_checkpoints_and_zones_that_came_and_went(chain):
    guard = r.Checkpoint("ask", "human-approval", "delegation", "analyst", "executor")
    guarded = changed(chain, Put(guard), Put(r.Zone("new")))
    node = "checkpoint/delegation/analyst/executor"
    assert words_of(drawn(chain, guarded), node) == ("human-approval", "added", "effective")
    gone = drawn(guarded, chain)
    assert words_of(gone, node) == ("human-approval", "not effective:", "removed")
    (frame,) = [each for each in gone.frames if each.id == "new"]
    assert frame.lines == ("new (removed)",)


def test_what_is_no_part_of_a_drawing_is_not_marked(chain):
    moved = changed(chain, Put(replace(chain.agent["analyst"], at=(3, 3), description="other")))
    assert {each.tone for each in drawn(chain, moved).nodes} == {"plain"}


def test_of_a_large_model_what_changed_and_what_it_joins_is_drawn(chain):
    large = changed(chain, *(Put(r.System(f"s{number}")) for number in range(ALL_OF)))
    diagram = drawn(large, changed(large, Remove("hold", ("analyst", "analysis-token"))))
    assert {each.id for each in diagram.nodes if each.id.startswith(DRAWN)} == {
        "agent/analyst",
        "credential/analysis-token",
    }
    assert "outside this lens" in diagram.notes[0]
