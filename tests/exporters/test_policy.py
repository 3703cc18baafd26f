import hashlib
import tomllib

import pytest

from meshmodel.analysis.analysis import analyse
from meshmodel.exporters.policies.stub import policy_stub
from meshmodel.interchange import read_file, write_text
from meshmodel.model import records as r
from meshmodel.model.records import TABLES, Snapshot
from tests.exporters.classification import Classification
from tests.exporters.parts import MODELS
from tests.reference.mesh import ACTIONS
from tests.reference.random_models import few_and_many, random_model, snapshot_of
from tests.reference.reading import Reading

THROUGH_A_DEPUTY = (
    "not intended; reached through agent reconciler, whose credential the target sees: "
    "place a checkpoint on the delegation, or require the actor chain"
)


def stub_of(snapshot, view="built"):
    return tomllib.loads(policy_stub(snapshot, analyse(snapshot, view=view)))


@pytest.mark.parametrize("view", ["built", "designed"])
@few_and_many(2, 15)
def test_the_stub_says_of_every_access_what_a_naive_reading_says(drawn, view):
    for seed, flavour in drawn:
        snapshot = random_model(seed, 5, flavour)
        reading = Reading(snapshot, view)
        stub = stub_of(snapshot, view)
        assert [each["id"] for each in stub.get("agent", [])] == reading.acting_agents()
        for table in stub.get("agent", []):
            check_agent(reading, table)


def check_agent(reading, table):
    reached = reading.mesh.effective(table["id"])
    assert tuple(table["identities"]) == reading.mesh.identities(reached)
    expected = Classification(reading, table["id"])
    accesses = []
    for kind in ("allow", "require", "deny"):
        for each in table.get(kind, []):
            told = {name: value for name, value in each.items() if name not in ("system", "actions")}
            told.pop("reason", None)
            if kind == "allow":
                assert bool(told["checkpoints"]) == (told["because"] == "controlled")
            for action in each["actions"]:
                accesses.append((each["system"], action))
                assert (kind, told) == expected.kind(each["system"], action)
            assert each["actions"] == sorted(each["actions"], key=ACTIONS.index)
    assert sorted(accesses) == sorted(node[1:] for node in reached if node[0] == "access")


@few_and_many(2, 15)
def test_equal_models_give_equal_stubs_and_no_two_tables_should_be_one(drawn):
    for seed, flavour in drawn:
        snapshot = random_model(seed, 5, flavour)
        text = policy_stub(snapshot, analyse(snapshot))
        turned = Snapshot(
            about=snapshot.about,
            **{name: dict(reversed(snapshot.table(name).items())) for name in reversed(TABLES)},
        )
        assert turned == snapshot
        assert policy_stub(turned, analyse(turned)) == text
        for agent in tomllib.loads(text).get("agent", []):
            for kind in ("allow", "require", "deny"):
                rest = [
                    {name: value for name, value in each.items() if name not in ("actions", "reason")}
                    for each in agent.get(kind, [])
                ]
                assert all(one not in rest[:number] for number, one in enumerate(rest))


def example():
    """The model that section 12 tells of."""
    return snapshot_of(
        [
            r.About(name="Support agent"),
            *(r.Zone(z) for z in ("helpdesk", "cloud", "finance")),
            r.System("tickets", zone="helpdesk", sensitivity="internal", untrusted_input=True),
            r.System("files", zone="cloud", sensitivity="confidential"),
            r.System("billing", zone="finance", sensitivity="restricted", exposed=True),
            r.Agent("support-bot", home="helpdesk"),
            r.Agent("reconciler", home="finance"),
            r.Credential("ticket-token", identity="svc-support"),
            r.Credential("file-key", identity="svc-files"),
            r.Credential("billing-key", identity="svc-billing"),
            r.Hold("support-bot", "ticket-token"),
            r.Hold("support-bot", "file-key"),
            r.Hold("reconciler", "billing-key"),
            r.Grant("ticket-token", "tickets", ("read",)),
            r.Grant("file-key", "files", ("read",)),
            r.Grant("billing-key", "billing", ("write",)),
            r.Delegation("support-bot", "reconciler"),
            r.Intent("support-bot", "tickets", ("read",)),
            r.Intent("support-bot", "files", ("read",), from_=("home",)),
        ]
    )


def test_the_stub_of_section_12():
    snapshot = example()
    stub = stub_of(snapshot)
    digest = hashlib.sha256(write_text(snapshot).encode()).hexdigest()
    assert list(stub) == ["format", "model", "model_digest", "default", "agent"]
    assert stub["model_digest"] == f"sha256:{digest}"
    bot = stub["agent"][1]
    assert list(bot) == ["id", "home", "identities", "allow", "require", "deny"]
    assert bot["allow"] == [
        {
            "system": "tickets",
            "actions": ["read"],
            "credentials": ["ticket-token"],
            "via": "direct",
            "because": "home",
            "checkpoints": [],
        }
    ]
    (require,) = bot["require"]
    assert list(require.items()) == [
        ("system", "files"),
        ("actions", ["read"]),
        ("credentials", ["file-key"]),
        ("via", "direct"),
        ("from", ["tickets"]),
        ("severity", "high"),
        ("kind", ""),
        ("decided_at", ""),
        ("freshness", "per-action"),
        ("state", "planned"),
        ("reason", "reads files as svc-files after reading tickets as svc-support; no checkpoint decides"),
    ]
    (deny,) = bot["deny"]
    assert list(deny.items()) == [
        ("system", "billing"),
        ("actions", ["write"]),
        ("credentials", ["billing-key"]),
        ("via", "deputy"),
        ("enforceable", False),
        (
            "reason",
            THROUGH_A_DEPUTY,
        ),
    ]


def test_a_person_who_reaches_the_credential_makes_a_denial_unenforceable():
    alone = snapshot_of(
        [
            r.System("files"),
            r.System("tickets"),
            r.Agent("bot"),
            r.Agent("anna", kind="person"),
            r.Credential("key"),
            r.Hold("bot", "key"),
            r.Grant("key", "files", ("read", "write")),
            r.Intent("bot", "files", ("read",)),
        ]
    )
    (deny,) = stub_of(alone)["agent"][0]["deny"]
    assert deny["actions"] == ["write"]
    assert deny["enforceable"]
    shared = snapshot_of(
        [
            *(
                each
                for t in ("system", "agent", "credential", "hold", "grant", "intent")
                for each in alone.table(t).values()
            ),
            r.Hold("anna", "key"),
        ]
    )
    (deny,) = stub_of(shared)["agent"][0]["deny"]
    assert not deny["enforceable"]
    assert "person anna also reaches" in deny["reason"]


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_every_example_has_a_stub(path):
    stub = stub_of(read_file(path))
    assert stub["format"] == "meshmodel-policy/1"
    assert stub["agent"]


def test_a_model_of_nothing_still_denies():
    assert stub_of(snapshot_of([]))["default"] == "deny"


def test_a_session_uses_the_credential_of_its_agent_and_is_told_by_its_name():
    """Section 3: sessions stand for the originals in every answer."""
    snapshot = snapshot_of(
        [
            r.System("files"),
            r.Agent("bot", kind="ai-agent"),
            r.Agent("server", kind="service"),
            r.Credential("key"),
            r.Hold("server", "key"),
            r.Grant("key", "files", ("read", "write")),
            r.Delegation("bot", "server", only=("files:write",)),
            r.Intent("bot", "files", ("read",)),
        ]
    )
    bot, server = stub_of(snapshot)["agent"]
    assert bot["identities"] == ["key"]
    (deny,) = bot["deny"]
    assert (deny["actions"], deny["credentials"], deny["via"]) == (["write"], ["key"], "deputy")
    assert not deny["enforceable"]
    assert "reached through agent server" in deny["reason"]
    assert [(each["actions"], each["because"]) for each in server["allow"]] == [(["read", "write"], "home")]
