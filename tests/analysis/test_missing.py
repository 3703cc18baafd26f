"""Agents that miss what most do: what is left of their sources, beside all of it from scratch."""

import pytest

from meshmodel.analysis.updating import losing
from meshmodel.api import analyse
from meshmodel.model import records as r
from meshmodel.model.snapshot import Snapshot
from meshmodel.store.edits import Put, Remove, apply_edit, edit


@pytest.mark.parametrize("other", ["notes", "inbox"])
def test_a_source_that_misses_more_than_the_agents_parts_from_one_that_does_not(other, monkeypatch):
    """The same follows on two sources, then on one of them nothing, while the agents only miss the log."""
    monkeypatch.setattr(losing, "_LARGE", 1)
    agents, sources = ("ann", "bob"), ("inbox", "notes")
    records = [
        *(r.Zone(each) for each in ("desk", "vault")),
        *(r.System(each, zone="desk") for each in (*sources, "log")),
        r.System("bank", zone="vault", sensitivity="restricted"),
        *(r.Agent(each, kind="service", home="desk") for each in agents),
        *(r.Credential(each) for each in ("key", "pass")),
        r.Delegation("ann", "bob"),
        r.Delegation("bob", "ann"),
        *(r.Hold(each, "key") for each in agents),
        r.Grant("key", "log", ("write",)),
        *(r.Grant("key", each, ("read",)) for each in sources),
        *(r.Checkpoint(each, "policy-decision", "grant", "key", each) for each in sources),
        *(r.Custody(each, "pass") for each in sources),
        r.Grant("pass", "log", ("write",)),
        r.Grant("pass", "bank", ("write",)),
    ]
    before = analyse(apply_edit(Snapshot(), edit("all", list(map(Put, records)))))
    assert before.summary.uncontrolled == 4
    changes = [Remove("system", "log"), Remove("custody", (other, "pass"))]
    snapshot = apply_edit(before.snapshot, edit("less", changes))
    after = analyse(snapshot, previous=before)
    assert after.summary == analyse(snapshot).summary
    assert after.summary.uncontrolled == 2
