"""Sources on which the same follows for all agents, counted once, against other readings."""

import random
from collections import Counter

import pytest

from meshmodel.api import analyse
from meshmodel.model import records as r
from meshmodel.model.errors import InvalidModelError
from meshmodel.store.edits import apply_edit
from tests.analysis.decided import much_decided
from tests.analysis.random_edits import TODAY, RandomEdits
from tests.analysis.random_models import snapshot_of
from tests.analysis.test_groups import guarded_in_many_places
from tests.analysis.test_large_forms import told
from tests.analysis.test_naive import compare
from tests.benchmarks.meshes import decided

ALL = {"groups._CROWD": 0, "groups._VAST": 0, "classes._FAR": -1, "classes._SHARE": 10**9}
FORMS = {
    "all in common": ALL,
    "no core": ALL | {"sharing._SEVERAL": 10**9},
    "with most": ALL | {"sharing._FEW": 1000},
    "little": ALL | {"sharing._MUCH": 4},
    "a crowd": ALL | {"updating.following._CROWD": -1},
}


@pytest.fixture(params=FORMS)
def in_common(request, monkeypatch):
    for name, value in FORMS[request.param].items():
        monkeypatch.setattr(f"meshmodel.analysis.{name}", value)


@pytest.mark.usefixtures("in_common")
def test_a_naive_reading_agrees_where_much_is_decided():
    for seed in range(60):
        compare(much_decided(seed, 2 + seed % 5), "built")


@pytest.mark.usefixtures("in_common")
def test_crossings_are_counted_as_they_are_listed():
    for seed in range(8):
        analysis = analyse(guarded_in_many_places(seed, 60))
        listed = Counter((each.state, each.severity) for each in analysis.crossings())
        summary = analysis.summary
        assert summary.crossings == listed.total()
        assert summary.uncontrolled == sum(n for (state, _), n in listed.items() if state == "uncontrolled")
        for severity, number in analysis.uncontrolled_by_severity.items():
            assert number == listed["uncontrolled", severity]


@pytest.mark.usefixtures("in_common")
def test_edits_are_followed_where_much_is_decided():
    for seed in range(12):
        snapshot = much_decided(seed, 4 + seed)
        analysis = analyse(snapshot, today=TODAY)
        edits = RandomEdits(random.Random(seed))
        told(analysis)
        for _ in range(6):
            try:
                snapshot = apply_edit(snapshot, edits.edit(snapshot))
            except InvalidModelError:
                continue
            analysis = analyse(snapshot, today=TODAY, previous=analysis)
            assert told(analysis) == told(analyse(snapshot, today=TODAY))


def test_a_mesh_decided_everywhere_has_nothing_that_is_uncontrolled_and_much_in_common():
    analysis = analyse(decided(2_000, 3_900, seed=3))
    assert analysis.summary.uncontrolled == analysis.summary.missing == 0 < analysis.summary.crossings
    groups = [len(each.groups) for each in analysis._engine.travellers]
    common = [len(each.situation.common.groups) for each in analysis._engine.travellers]
    assert sum(common) > 20 * sum(groups)


@pytest.mark.usefixtures("in_common")
def test_what_follows_beside_the_core_is_counted_once_where_an_intent_names_a_source_of_it():
    sources = "inbox", "notes", "wiki"
    records = [
        *(r.Zone(each) for each in ("desk", "vault")),
        *(r.System(each, zone="desk") for each in sources),
        *(r.System(each, zone="vault") for each in ("bank", "safe")),
        r.Agent("ann", kind="service", home="desk"),
        *(r.Credential(each) for each in ("key", "pass", "seal")),
        r.Hold("ann", "key"),
        *(r.Grant("key", each, ("read",)) for each in sources),
        *(r.Checkpoint(each, "policy-decision", "grant", "key", each) for each in sources),
        *(r.Custody(each, "pass") for each in sources),
        r.Custody("wiki", "seal"),
        r.Grant("pass", "bank", ("write",)),
        r.Grant("seal", "safe", ("write",)),
        r.Intent("ann", "bank", ("read",), from_=("inbox",)),
    ]
    analysis = analyse(snapshot_of(records))
    assert analysis.summary.uncontrolled == 4
    compare(analysis.snapshot, "built")
