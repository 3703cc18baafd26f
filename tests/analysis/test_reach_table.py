"""The reach asked for cell by cell is the reach told as a whole; depths and marks for the drawing."""

import pytest

from meshmodel.analysis.analysis import analyse
from meshmodel.model import records as r
from tests.analysis.meshes_by_hand import pipeline, support
from tests.reference.random_models import few_and_many, random_model


@pytest.mark.parametrize("view", ["built", "designed"])
@few_and_many(1, 15)
def test_each_cell_is_what_the_whole_says(drawn, view):
    for seed, flavour in drawn:
        check_cells(analyse(random_model(seed, 6, flavour), view=view))


def check_cells(analysis):
    table, whole = analysis.reach_table, analysis.reach()
    assert table.agents == tuple(each.agent for each in whole)
    assert table.systems == tuple(sorted({cell.system for each in whole for cell in each.reach}))
    for each in whole:
        cells = (table.cell(each.agent, system) for system in table.systems)
        assert tuple(cell for cell in cells if cell) == each.reach
    for agents, systems in ((table.agents, table.systems), (table.agents[::2], table.systems[1:])):
        kept = [cell for each in whole if each.agent in agents for cell in each.reach]
        assert table.count(agents, systems) == sum(cell.system in systems for cell in kept)
    for system in analysis.snapshot.system:
        reaching = [(each.agent, cell) for each in whole for cell in each.reach if cell.system == system]
        assert list(table.reaching(system)) == reaching
    for identity in {each.principal for each in analysis.snapshot.credential.values()}:
        assert list(table.carrying(identity)) == [
            (each.agent, each.how(identity)) for each in whole if identity in each.identities
        ]


def test_depths_count_what_is_found_on_the_way():
    more = (r.Custody("cluster", "safe-key"), r.Credential("safe-key"), r.System("safe"), r.System("far"))
    mesh = pipeline(*more, r.Grant("safe-key", "safe", ("read",)))
    assert analyse(mesh).depths() == {"ci": 0, "cluster": 1, "safe": 2}


def test_depths_leave_out_what_only_a_deputy_opens():
    server = (r.Agent("server", kind="service", status="retired"), r.System("far"))
    limited = (r.Delegation("bot", "server", returns="values"), r.Credential("k"), r.Hold("server", "k"))
    assert analyse(support(*server, *limited, r.Grant("k", "far", ("write",)))).depths() == {
        "tickets": 0,
        "files": 0,
    }


def test_marks_say_where_a_checkpoint_is_missing_counts_or_does_not():
    found = analyse(support()).marks()
    assert found == {("grant", "file-key", "files"): "missing"}
    counts = r.Checkpoint("a", "policy-decision", "grant", "file-key", "files")
    assert analyse(support(counts)).marks() == {("grant", "file-key", "files"): "counts"}
    planned = r.Checkpoint("b", "policy-decision", "hold", "bot", "file-key", state="planned")
    assert analyse(support(planned)).marks()["hold", "bot", "file-key"] == "does-not-count"
    assert analyse(support(planned), view="designed").marks()["hold", "bot", "file-key"] == "counts"
    both = analyse(support(planned, r.Checkpoint("a", "policy-decision", "hold", "bot", "file-key")))
    assert both.marks()["hold", "bot", "file-key"] == "counts"


def test_a_decision_over_which_an_agent_has_power_is_marked_as_not_counting():
    desk = (r.System("desk", zone="helpdesk"), r.Grant("ticket-token", "desk", ("write",)))
    own = r.Checkpoint("own", "policy-decision", "hold", "bot", "file-key", decided_at="desk")
    assert analyse(support(*desk, own)).marks()["hold", "bot", "file-key"] == "does-not-count"
