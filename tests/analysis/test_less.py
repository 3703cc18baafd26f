"""What is left to agents that just miss something after an edit, beside the same read from scratch."""

import random

import pytest

from meshmodel.analysis import classes, groups
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.relations import Related
from meshmodel.analysis.steps import bits
from meshmodel.analysis.updating import less, setting
from meshmodel.analysis.updating.changes import Changes
from meshmodel.analysis.updating.engines import keep, move
from meshmodel.api import analyse
from meshmodel.model import records as r
from meshmodel.model.snapshot import Snapshot
from meshmodel.store.edits import Edit, Put, Remove, apply_edit
from tests.analysis.decided import much_decided
from tests.analysis.random_edits import TODAY
from tests.analysis.random_models import random_model
from tests.benchmarks.meshes import clustered

MOVED = (
    (17, "agent", "agent-6"),
    (52, "agent", "agent-1"),
    (63, "credential", "credential-12"),
    (130, "credential", "credential-3"),
)
"""Meshes and what is removed from them, so that sources of agents belong to other groups."""
KEPT = (
    (12, "credential", "credential-7"),
    (14, "grant", ("credential-14", "system-6")),
    (22, "credential", "credential-6"),
    (24, "credential", "credential-6"),
    (36, "custody", ("system-12", "credential-4")),
)
"""Such that agents have power over a checkpoint still, though something is gone that gave it."""
LOST = (
    (1, "credential", "credential-10"),
    (5, "credential", "credential-3"),
    (6, "credential", "credential-8"),
    (10, "credential", "credential-8"),
    (15, "credential", "credential-9"),
    (16, "credential", "credential-12"),
    (18, "credential", "credential-6"),
    (20, "credential", "credential-8"),
)
"""Such that some may have none any more."""
APART = (
    (4, "agent", "agent-0"),
    (5, "agent", "agent-5"),
    (10, "credential", "credential-8"),
    (12, "agent", "agent-6"),
    (12, "grant", ("credential-3", "system-7")),
)
"""Such that agents were looked at one by one that miss just what most do."""


@pytest.mark.parametrize(
    ("name", "told", "cases"),
    [
        ("Less._put", True, MOVED),
        ("Less._has_power_still", True, KEPT),
        ("Less._has_power_still", False, LOST),
        ("_misses_just", True, APART),
    ],
)
def test_what_is_left_is_what_is_read_from_scratch(name, told, cases, monkeypatch):
    owner = less.Less if name.startswith("Less.") else less
    name = name.removeprefix("Less.")
    way, answers = getattr(owner, name), set()

    def asked(*arguments):
        answer = way(*arguments)
        answers.add(answer)
        return answer

    monkeypatch.setattr(owner, name, asked)
    for seed, table, key in cases:
        answers.clear()
        before = clustered(60, 150, dense=True, seed=seed, guarded=0.2)
        after = apply_edit(before, Edit("remove", (Remove(table, key),)))
        known = analyse(before, today=TODAY)
        assert known.findings
        found, fresh = analyse(after, today=TODAY, previous=known), analyse(after, today=TODAY)
        assert found.summary == fresh.summary
        assert found.doors == fresh.doors
        assert found.findings == fresh.findings
        kept = keep(Engine(before, "built"), Related(before))
        assert kept.engine.travellers
        engine = move(kept, Changes.between(before, after)).kept.engine
        for each in engine.travellers:
            alike = engine.traveller(after.agent[each.id], each.node)
            assert _reached_from(each) == _reached_from(alike)
        assert told in answers


def test_sources_are_parted_of_which_one_came_by_a_step_that_is_gone_to_what_another_holds_itself():
    records = (
        *map(r.Zone, ("office", "field")),
        r.System("ledger", zone="office"),
        r.System("policies", zone="field"),
        r.System("archive", zone="field"),
        r.System("inbox", zone="field", untrusted_input=True),
        r.Agent("clerk", kind="service", home="office"),
        *map(r.Credential, ("policies-key", "reading-key", "ledger-key", "other-key")),
        *(r.Hold("clerk", each) for each in ("policies-key", "reading-key", "other-key")),
        r.Grant("policies-key", "policies", ("write",)),
        r.Grant("ledger-key", "ledger", ("write",)),
        *(r.Grant("reading-key", each, ("read",)) for each in ("archive", "inbox")),
        *(r.Custody(each, "ledger-key") for each in ("archive", "inbox")),
        r.Custody("archive", "other-key"),
        *(
            r.Checkpoint(f"ask-{each}", "policy-decision", "grant", "reading-key", each)
            for each in ("archive", "inbox")
        ),
        r.Checkpoint(
            "ask-other", "policy-decision", "custody", "archive", "other-key", decided_at="policies"
        ),
        r.Checkpoint(
            "ask-inbox-key", "policy-decision", "custody", "inbox", "ledger-key", decided_at="policies"
        ),
    )
    _follow(records, Remove("custody", ("inbox", "ledger-key")))


def test_no_source_gets_a_group_of_its_own_that_is_in_a_shared_one_too(monkeypatch):
    monkeypatch.setattr(groups, "_CROWD", 0)
    monkeypatch.setattr(groups, "_VAST", 0)
    monkeypatch.setattr(classes, "_FAR", -1)
    records = (
        *map(r.Zone, ("office", "field", "lab")),
        r.System("memory", zone="field", untrusted_input=True),
        r.System("notes", zone="field"),
        r.System("rig", zone="lab"),
        r.Agent("clerk", home="office"),
        r.Credential("key"),
        r.Hold("clerk", "key"),
        r.Grant("key", "rig", ("admin",)),
        r.Grant("key", "notes", ("read",)),
        r.Custody("notes", "key"),
        r.Checkpoint("ask-key", "just-in-time-access", "hold", "clerk", "key"),
    )
    asking = r.Checkpoint("ask-notes", "human-approval", "grant", "key", "notes", decided_at="memory")
    _follow(records, Put(asking))


def _follow(records, change):
    """An edit of a model of these records, told from before it and from scratch."""
    before = apply_edit(Snapshot(), Edit("made", tuple(map(Put, records))))
    after = apply_edit(before, Edit("changed", (change,)))
    known = analyse(before, today=TODAY)
    assert known.findings
    found, fresh = analyse(after, today=TODAY, previous=known), analyse(after, today=TODAY)
    assert found.summary == fresh.summary
    assert found.doors == fresh.doors
    assert found.findings == fresh.findings


def _reached_from(traveller):
    """What an agent reaches from each source, but for the source and itself."""
    found = {}
    for group in traveller.groups:
        for source in bits(group.sources):
            row = found.get(source, 0) | group.unchecked.row
            found[source] = row & ~(1 << source | 1 << traveller.node)
    return found


@pytest.mark.parametrize(
    ("make", "size", "seeds"), [(much_decided, 9, (3, 7, 10, 17)), (random_model, 14, (2, 17, 27))]
)
def test_where_it_cannot_be_told_of_one_all_others_are_looked_at_anew(make, size, seeds, monkeypatch):
    monkeypatch.setattr(setting, "_ENOUGH", 1)
    for seed in seeds:
        rng = random.Random(seed)
        snapshot, known = make(seed, size), None
        for _ in range(5):
            known = analyse(snapshot, today=TODAY, previous=known)
            scratch = analyse(snapshot, today=TODAY)
            assert known.summary == scratch.summary, seed
            assert known.doors == scratch.doors, seed
            assert known.uncontrolled_by_severity == scratch.uncontrolled_by_severity, seed
            assert known.findings == scratch.findings, seed
            table = rng.choice(("hold", "grant", "custody", "exchange", "delegation"))
            keys = sorted(snapshot.table(table))
            if keys:
                snapshot = apply_edit(snapshot, Edit("remove", (Remove(table, rng.choice(keys)),)))
