"""A leaked refresh token opens a CRM, which holds a cloud key, whose bucket holds a warehouse key."""

import pytest

from meshmodel.api import analyse
from meshmodel.edits.edit import Remove
from tests.models.meshes import carried, changed, mesh, spread

MESH = mesh("token-leak")


def test_the_token_alone_reaches_all_three_systems():
    known = spread(MESH, ["refresh-token"])
    assert {node[1] for node in known if node[0] == "access"} == {"crm", "bucket", "warehouse"}


def test_the_revocation_set_has_three_members():
    assert carried(spread(MESH, ["refresh-token"])) == {"refresh-token", "cloud-key", "warehouse-key"}


def test_revoking_the_first_alone_leaves_the_rest_alive():
    revoked = changed(MESH, Remove("credential", "refresh-token"))
    assert carried(spread(revoked, ["cloud-key"])) == {"cloud-key", "warehouse-key"}


@pytest.mark.parametrize(
    ("custody", "left"),
    [
        (("crm", "cloud-key"), {"refresh-token"}),
        (("bucket", "warehouse-key"), {"refresh-token", "cloud-key"}),
    ],
)
def test_each_key_that_is_not_left_lying_about_ends_the_chain_there(custody, left):
    assert carried(spread(changed(MESH, Remove("custody", custody)), ["refresh-token"])) == left


def test_the_analysis_sees_the_same_chain():
    (agent,) = analyse(MESH).reach()
    assert agent.direct_identities == ("chat-integration",)
    assert agent.own_identities == ("chat-integration", "svc-export", "svc-loader")
    assert [each.system for each in agent.reach] == ["bucket", "crm", "warehouse"]
    assert agent.agent == "chat-service"


def test_what_is_found_on_the_way_opens_doors():
    found = {door.subject for door in analyse(MESH).doors}
    assert found >= {"cloud-key>bucket", "warehouse-key>warehouse"}
