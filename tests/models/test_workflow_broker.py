"""A broker passes a user's token on, and two services take it for trusted automation."""

from dataclasses import replace

import pytest

from meshmodel.api import analyse
from meshmodel.edits.edit import Remove
from meshmodel.model.records import Checkpoint, Credential, Exchange, Grant, Snapshot, System
from tests.models.meshes import changed, crossings, doors, mesh, states

MESH = mesh("workflow-broker")
SERVICES = ("ledger", "payroll")


def exchanged(service: str) -> Snapshot:
    """For one service: a fresh exchange for a token that only this service takes, as a delegate."""
    return changed(
        MESH,
        Remove("grant", ("user-token", service)),
        System("sts", kind="token-service", zone="office", sensitivity="internal", audit="identity"),
        Credential(
            f"{service}-token", identity="clerk", subject="human", on_behalf_of="clerk", audience=(service,)
        ),
        Exchange("user-token", f"{service}-token", at="sts", semantics="delegation"),
        Grant(f"{service}-token", service, ("read",), honoured_as="delegate", entitled=("read",)),
        Checkpoint(
            "exchange",
            "downscoped-token-exchange",
            "exchange",
            "user-token",
            f"{service}-token",
            decided_at="sts",
        ),
    )


def test_the_token_is_the_clerks_and_is_passed():
    token = MESH.credential["user-token"]
    assert (token.subject, token.on_behalf_of) == ("human", "clerk")
    assert ("broker", "user-token") not in MESH.hold
    assert MESH.delegation["clerk", "broker"].passes == ("user-token",)
    assert "clerk" in analyse(MESH).agent_reach("broker").identities


@pytest.mark.parametrize("service", SERVICES)
def test_both_services_take_it_for_a_principal_with_more_rights_than_the_clerk_has(service):
    grant = MESH.grant["user-token", service]
    assert grant.honoured_as == "principal"
    assert set(grant.actions) > set(grant.entitled)


def test_there_are_two_doors():
    assert sorted(doors(MESH)) == ["user-token>ledger", "user-token>payroll"]
    assert all(door.agents == ("broker",) for door in doors(MESH).values())


@pytest.mark.parametrize("service", SERVICES)
def test_an_exchange_with_a_narrow_audience_clears_that_one_only(service):
    fixed = exchanged(service)
    (other,) = set(SERVICES) - {service}
    assert fixed.credential[f"{service}-token"].audience == (service,)
    assert list(doors(fixed)) == [f"user-token>{other}"]
    assert states(crossings(fixed, service)) == {"controlled"}


@pytest.mark.parametrize("service", SERVICES)
def test_the_exchange_alone_is_no_decision(service):
    undecided = changed(exchanged(service), Remove("checkpoint", "exchange"))
    assert f"{service}-token>{service}" in doors(undecided)


def test_to_be_honoured_as_a_delegate_alone_changes_no_door():
    grants = [replace(MESH.grant["user-token", each], honoured_as="delegate") for each in SERVICES]
    assert sorted(doors(changed(MESH, *grants))) == sorted(doors(MESH))
