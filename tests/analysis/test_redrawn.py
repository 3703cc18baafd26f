"""Systems that an edit puts in other zones, or makes otherwise, while their agents come to the same."""

from meshmodel.model import records as r
from meshmodel.store.edits import Put
from tests.analysis.random_models import snapshot_of
from tests.analysis.test_incremental import followed


def two_keys(*more):
    """An agent at its desk reads notes there with one key, and a bank with the same one."""
    return snapshot_of(
        [
            *(r.Zone(each) for each in ("desk", "vault")),
            r.Agent("ann", kind="service", home="desk"),
            r.Credential("key"),
            r.Hold("ann", "key"),
            *(r.Grant("key", each, ("read",)) for each in ("bank", "notes")),
            *more,
        ]
    )


def test_a_source_leaves_the_zone_from_which_a_boundary_parts_it_from_a_target():
    boundary = r.Checkpoint("asked", "policy-decision", "boundary", "desk", "vault", decided_at="bank")
    systems = r.System("bank", zone="vault"), r.System("notes", zone="desk")
    before, after = followed(two_keys(boundary, *systems), Put(r.System("notes")))
    assert not before.doors
    assert [door.system for door in after.doors] == ["bank", "notes"]


def test_two_sources_change_places_of_which_an_intent_speaks_of_one():
    one, other = (r.System(each, zone="desk", sensitivity="confidential") for each in ("notes", "files"))
    snapshot = two_keys(
        r.System("bank", zone="vault", exposed=True),
        one,
        r.System("files", zone="desk"),
        r.Grant("key", "files", ("read",)),
        r.Intent("ann", "bank", ("read",), from_=("home", "notes")),
    )
    before, after = followed(snapshot, Put(r.System("notes", zone="desk")), Put(other))
    assert [door.severity for door in before.doors] == ["low"]
    assert [door.severity for door in after.doors] == ["high"]
