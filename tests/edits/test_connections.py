"""Connecting two records offers just the relations that make sense, the usual one first."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshmodel.edits.connections import end_of, offers
from meshmodel.edits.edit import apply_edit
from meshmodel.model.records import (
    Credential,
    Custody,
    Exchange,
    Grant,
    Hold,
    Intent,
    Reference,
    Snapshot,
    System,
)
from tests.edits.models import full_snapshot, snapshot_of
from tests.rows import all_rows

ELEMENTS = [
    (table, key)
    for table in ("agent", "system", "credential", "zone")
    for key in full_snapshot().table(table)
]


def relations(first: tuple[str, str], second: tuple[str, str], snapshot: Snapshot | None = None) -> list[str]:
    return [each.relation for each in offers(snapshot or full_snapshot(), first, second)]


@all_rows(
    ("first", "second", "usual"),
    [
        (("agent", "bot"), ("credential", "role"), ["hold"]),
        (("credential", "role"), ("agent", "bot"), ["hold"]),
        (("credential", "role"), ("system", "files"), ["grant", "custody", "custody"]),
        (("system", "files"), ("credential", "role"), ["custody", "custody", "grant"]),
        (("credential", "role"), ("credential", "file-key"), ["exchange", "exchange"]),
        (("agent", "worker"), ("agent", "third"), ["delegation"]),
        (("system", "files"), ("agent", "bot"), ["trigger", "hosting", "hearing"]),
        (("system", "files"), ("agent", "worker"), ["trigger", "hosting"]),
        (
            ("agent", "bot"),
            ("system", "lone"),
            ["open", "grant", "grant", "intent", "trigger", "hosting", "hearing"],
        ),
        (("zone", "desk"), ("zone", "cloud"), ["boundary"]),
        (("system", "lone"), ("zone", "cloud"), ["zone", "boundary"]),
        (("zone", "cloud"), ("agent", "bot"), ["zone"]),
        (("system", "files"), ("system", "tickets"), ["boundary"]),
        (("system", "files"), ("system", "gateway"), []),
        (("zone", "desk"), ("credential", "role"), []),
        (("agent", "bot"), ("agent", "bot"), []),
        (("agent", "gone"), ("agent", "bot"), []),
        (("agent", "bot"), ("credential", "file-key"), []),
    ],
)
def test_what_makes_sense(first: tuple[str, str], second: tuple[str, str], usual: list[str]) -> None:
    assert relations(first, second) == usual


def test_an_exchange_is_offered_both_ways_and_what_is_there_no_more() -> None:
    snapshot = snapshot_of([Credential("a"), Credential("b")])
    both = offers(snapshot, ("credential", "b"), ("credential", "a"))
    assert [(each.start, each.end) for each in both] == [("b", "a"), ("a", "b")]
    after = apply_edit(snapshot, both[1].edit(snapshot))  # type: ignore[arg-type] # an edit
    assert list(after.exchange) == [("a", "b")]
    (left,) = offers(after, ("credential", "b"), ("credential", "a"))
    assert (left.start, left.end) == ("b", "a")


@all_rows(
    ("reference", "end"),
    [
        (("agent", "bot"), ("agent", "bot")),
        (("grant", ("key", "files")), ("credential", "key")),
        (("hold", ("bot", "key")), ("credential", "key")),
        (("custody", ("files", "key")), ("credential", "key")),
        (("trigger", ("files", "bot")), None),
        (("checkpoint", "ask"), None),
        (None, None),
    ],
)
def test_what_a_record_stands_for_at_the_end_of_a_connection(
    reference: Reference | None, end: Reference | None
) -> None:
    assert end_of(reference) == end


def test_an_agent_and_a_system_make_credential_hold_and_grant_at_once() -> None:
    snapshot = full_snapshot()
    offer = offers(snapshot, ("agent", "bot"), ("system", "lone"))[0]
    assert (offer.actions, offer.name) == (("read",), "lone-key")
    edit = offer.edit(snapshot, actions=("read", "write"), name="Lone Token")
    assert edit is not None
    assert "lone-token" in edit.label
    after = apply_edit(snapshot, edit)
    assert after.credential["lone-token"] == Credential("lone-token", "Lone Token")
    assert after.hold["bot", "lone-token"] == Hold("bot", "lone-token")
    assert after.grant["lone-token", "lone"] == Grant("lone-token", "lone", ("read", "write"))


def test_an_existing_credential_is_used_and_its_other_grants_stay() -> None:
    snapshot = full_snapshot()
    found = offers(snapshot, ("agent", "bot"), ("system", "files"))
    with_key = next(each for each in found if each.start == "file-key")
    after = apply_edit(snapshot, with_key.edit(snapshot, actions=("read", "admin")))  # type: ignore[arg-type] # an edit
    assert after.grant["file-key", "files"].actions == ("read", "admin")
    assert "ask" in after.checkpoint
    assert next(iter(offers(snapshot, ("agent", "third"), ("system", "files")))).relation == "open"
    held = [
        each for each in offers(snapshot, ("agent", "third"), ("system", "files")) if each.relation == "hold"
    ]
    assert [each.end for each in held] == ["file-key"]


def test_intents_delegations_and_custody() -> None:
    snapshot = full_snapshot()
    intent = next(
        each for each in offers(snapshot, ("agent", "bot"), ("system", "files")) if each.relation == "intent"
    )
    after = apply_edit(snapshot, intent.edit(snapshot, actions=("read",), chosen=("home", "tickets")))  # type: ignore[arg-type] # an edit
    assert after.intent["bot", "files"] == Intent("bot", "files", ("read",), ("home", "tickets"))
    delegation = offers(snapshot, ("agent", "bot"), ("agent", "third"))[0]
    assert delegation.choices == ("file-key", "ticket-token")
    after = apply_edit(snapshot, delegation.edit(snapshot, chosen=("file-key",)))  # type: ignore[arg-type] # an edit
    assert after.delegation["bot", "third"].passes == ("file-key",)
    limited = offers(snapshot, ("agent", "third"), ("agent", "bot"))[0]
    assert "files:read" in limited.choices
    after = apply_edit(snapshot, limited.edit(snapshot, chosen=("files:read",)))  # type: ignore[arg-type] # an edit
    assert after.delegation["third", "bot"].only == ("files:read",)
    assert after.delegation["third", "bot"].passes is None
    stores, issues = offers(snapshot, ("system", "files"), ("credential", "role"))[:2]
    assert apply_edit(snapshot, stores.edit(snapshot)).custody["files", "role"] == Custody("files", "role")  # type: ignore[arg-type] # an edit
    assert apply_edit(snapshot, issues.edit(snapshot)).custody["files", "role"].how == "issues"  # type: ignore[arg-type] # an edit


def test_exchanges_at_a_token_service_are_offered_first() -> None:
    snapshot = snapshot_of(
        [System("sts", kind="token-service"), System("crm"), Credential("user"), Credential("key")]
    )
    found = offers(snapshot, ("credential", "user"), ("credential", "key"))
    assert [each.label for each in found] == [
        "user exchanges key at sts",
        "user exchanges key",
        "key exchanges user at sts",
        "key exchanges user",
    ]
    after = apply_edit(snapshot, found[0].edit(snapshot))  # type: ignore[arg-type] # an edit
    assert after.exchange["user", "key"].at == "sts"


@pytest.mark.parametrize("first", [("credential", "user"), ("system", "sts")])
def test_a_credential_can_be_exchanged_at_a_token_service_both_ways(first: tuple[str, str]) -> None:
    second = ("system", "sts") if first[0] == "credential" else ("credential", "user")
    snapshot = snapshot_of(
        [System("sts", kind="token-service"), System("crm"), Credential("user"), Credential("key")]
    )
    found = [each for each in offers(snapshot, first, second) if each.relation == "exchange"]
    assert [each.label for each in found] == [
        "user exchanges key at sts",
        "user is exchanged at sts: a new one",
        "key exchanges user at sts",
        "user is what others are exchanged for at sts: a new one",
    ]
    for offer, ends in ((found[1], ("user", "delegated")), (found[3], ("delegated", "user"))):
        after = apply_edit(snapshot, offer.edit(snapshot, name="delegated"))  # type: ignore[arg-type] # an edit
        assert after.exchange[ends].at == "sts"
        assert "delegated" in after.credential
    assert found[0].edit(snapshot).changes[0].record == Exchange("user", "key", "sts")  # type: ignore[union-attr] # an edit that puts
    assert "exchange" not in relations(("credential", "user"), ("system", "crm"), snapshot)


def test_which_credentials_are_exchanged_at_a_system_is_asked_where_several_can_be() -> None:
    records = [System("broker"), *(Credential(each) for each in ("user", "key", "other"))]
    snapshot = snapshot_of([*records, Exchange("other", "key", "broker"), Exchange("user", "other")])
    drawn, there, new, back, _ = [
        each
        for each in offers(snapshot, ("credential", "user"), ("system", "broker"))
        if each.relation == "exchange"
    ]
    assert drawn.label == "user exchanges other at broker", "one that is drawn already just lacks the place"
    assert not drawn.inputs
    after = apply_edit(snapshot, drawn.edit(snapshot))  # type: ignore[arg-type] # an edit
    assert after.exchange["user", "other"].at == "broker"
    assert (there.choices, back.choices) == (("key", "other"), ("key", "other"))
    assert there.lacks((), ())
    assert there.edit(snapshot) is None
    after = apply_edit(snapshot, there.edit(snapshot, chosen=("key", "other")))  # type: ignore[arg-type] # an edit
    assert {after.exchange["user", each].at for each in ("key", "other")} == {"broker"}
    assert new.name == "broker-token"
    _, left, _ = [
        each
        for each in offers(after, ("credential", "user"), ("system", "broker"))
        if each.relation == "exchange"
    ]
    after = apply_edit(after, left.edit(after, chosen=("key",)))  # type: ignore[arg-type] # an edit
    assert after.exchange["key", "user"].at == "broker"


@given(st.sampled_from(list(permutations(ELEMENTS, 2))))
def test_every_offer_is_valid_and_is_one_edit(pair: tuple[tuple[str, str], tuple[str, str]]) -> None:
    snapshot = full_snapshot()
    for offer in offers(snapshot, *pair):
        edit = offer.edit(snapshot)
        if edit is not None:
            assert apply_edit(snapshot, edit) != snapshot
            assert edit.label


def test_a_checkpoint_between_systems_without_a_zone_is_offered_by_their_names() -> None:
    snapshot = snapshot_of([System("sts"), System("crm")])
    (found,) = offers(snapshot, ("system", "sts"), ("system", "crm"))
    assert found.label == "checkpoint between sts and crm"
    assert (found.start, found.end) == ("system:sts", "system:crm")
