"""Stubs read back: refused, compared with the model, proven, applied."""

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
import tomli_w

from meshmodel.analysis.analysis import analyse
from meshmodel.exporters.policies.stub import policy_stub
from meshmodel.exporters.policies.stub_reader import read_stub
from meshmodel.exporters.policies.verification import verify
from meshmodel.interchange import read_file, read_text, write_text
from meshmodel.model import records as r
from meshmodel.model.errors import InvalidModelError
from tests.exporters.parts import MODELS
from tests.reference.mesh import ACTIONS, ordered
from tests.reference.random_models import few_and_many, random_model, snapshot_of
from tests.reference.reading import Reading
from tests.rows import all_rows


def stub_of(snapshot, *, filled=True):
    """The stub of a model as tables; filled: a decision where no agent has power."""
    document = tomllib.loads(policy_stub(snapshot, analyse(snapshot)))
    for each in tables(document, "require") if filled else ():
        each["kind"] = "policy-decision"
    return document


def tables(document, kind, agent=None):
    found = [each for each in document.get("agent", []) if agent in (None, each["id"])]
    return [table for each in found for table in each.get(kind, [])]


def verified(snapshot, document, folder):
    path = folder / "stub.toml"
    path.write_text(tomli_w.dumps(document), encoding="utf-8")
    return verify(read_stub(path), snapshot)


def keys(document, kind):
    return [
        (each["id"], table["system"], action, table)
        for each in document.get("agent", [])
        for table in each.get(kind, [])
        for action in table["actions"]
    ]


def applied_by_hand(snapshot, document):
    """Section 12 read slowly: the grants by key and the decided steps after a stub that fits."""
    grants = {key: set(each.actions) for key, each in snapshot.grant.items()}
    for _, system, action, table in keys(document, "deny"):
        for credential in table["credentials"] if table["enforceable"] else ():
            held = grants.get((credential, system), set())
            if "admin" in held:
                held |= set(ACTIONS)
                held.discard("admin")
            held.discard(action)
    steps = {
        (credential, system)
        for _, system, _, table in keys(document, "require")
        for credential in table["credentials"]
        if table["kind"] and grants[credential, system]
    }
    return {key: ordered(held) for key, held in grants.items() if held}, steps


def check(snapshot, folder):
    document = stub_of(snapshot)
    found = verified(snapshot, document, folder)
    assert found.same_digest
    assert found.drift == ()
    assert found.unfilled == ()
    grants, steps = applied_by_hand(snapshot, document)
    assert {key: each.actions for key, each in found.after.grant.items()} == grants
    wanted = {r.Checkpoint("", "policy-decision", "grant", *step, state="planned") for step in steps}
    assert wanted <= {replace(each, id="", rate=None) for each in found.after.checkpoint.values()}
    added = {key: found.after.checkpoint[key] for key in found.after.checkpoint.keys() - snapshot.checkpoint}
    assert {replace(each, id="") for each in added.values()} <= wanted
    assert read_text(write_text(found.after)) == found.after
    open_denials = {(each.agent, each.system, x) for each in found.unenforceable for x in each.actions}
    stated = {(a, s, x) for a, s, x, table in keys(document, "deny") if not table["enforceable"]}
    assert open_denials == stated
    crossings = Reading(found.after, "designed").crossings_and_missing()[0]
    left = [each for each in crossings if each.state == "uncontrolled"]
    assert [(e.agent, e.source, e.target, e.action) for e in left] == [
        (each.agent, each.source, each.target, each.action) for each in found.left
    ]
    assert {(each.agent, each.target, each.action) for each in left} <= open_denials
    assert found.is_proven == (not left)
    return found


@all_rows("path", MODELS)
def test_a_filled_stub_of_an_example_leaves_at_most_what_cannot_be_denied(path, tmp_path):
    found = check(read_file(path), tmp_path)
    assert found.is_proven == (path.stem != "agent-chain")


@few_and_many(2, 48)
def test_a_filled_stub_of_a_random_model_leaves_at_most_what_cannot_be_denied(drawn, tmp_path):
    proven = [check(random_model(seed, 5, flavour), tmp_path).is_proven for seed, flavour in drawn]
    assert any(proven)


def test_what_is_applied_is_applied_once(tmp_path):
    for path in MODELS:
        snapshot = read_file(path)
        document = stub_of(snapshot)
        again = verified(verified(snapshot, document, tmp_path).after, document, tmp_path)
        assert (again.checkpoints, again.narrowed, again.drift) == ((), (), ())


def test_an_empty_stub_leaves_everything(tmp_path):
    snapshot = read_file(next(each for each in MODELS if each.stem == "support-agent"))
    found = verified(snapshot, stub_of(snapshot, filled=False), tmp_path)
    assert not found.is_proven
    assert [(each.agent, each.system, each.actions) for each in found.unfilled] == [
        ("support-bot", "attachments", ("read",))
    ]
    assert len(found.left) == analyse(snapshot).summary.uncontrolled == 2


# One agent that is asked for files, and denied what it was not meant to do


def model(*more, grant=("admin",), intended=("read",)):
    return snapshot_of(
        [
            r.Zone("desk"),
            r.Zone("store"),
            r.System("files", zone="store", sensitivity="confidential"),
            r.System("gate", zone="store"),
            r.Agent("bot", home="desk", kind="service"),
            r.Credential("key"),
            r.Hold("bot", "key"),
            r.Grant("key", "files", grant),
            r.Intent("bot", "files", intended, from_=("gate",)),
            *more,
        ]
    )


@all_rows(
    ("grant", "intended", "left"),
    [
        (("admin",), ("read",), ("read",)),
        (("admin",), ("read", "write", "execute", "issue"), ("read", "write", "execute", "issue")),
        (("admin", "read"), ("read", "issue"), ("read", "issue")),
        (("read", "write"), ("read",), ("read",)),
        (("read",), ("read",), ("read",)),
        (("admin",), ("admin",), ("admin",)),
        (("write",), ("read",), None),
    ],
)
def test_an_enforceable_denial_narrows_the_grant(grant, intended, left, tmp_path):
    snapshot = model(grant=grant, intended=intended)
    found = verified(snapshot, stub_of(snapshot), tmp_path)
    kept = found.after.grant.get(("key", "files"))
    assert (None if kept is None else kept.actions) == left
    assert found.is_proven


def test_a_denial_that_others_share_closes_nothing_and_says_where_it_could_be_enforced(tmp_path):
    snapshot = model(r.Agent("other"), r.Hold("other", "key"))
    found = verified(snapshot, stub_of(snapshot), tmp_path)
    assert found.narrowed == ()
    (denial,) = found.unenforceable
    assert (denial.agent, denial.system, denial.actions) == ("bot", "files", ACTIONS[1:])
    assert "give this agent a credential of its own" in denial.reason


@all_rows(
    ("changes", "proven"),
    [
        ({}, True),
        ({"kind": ""}, False),
        ({"freshness": "cached"}, False),
        ({"state": "advisory"}, False),
        ({"state": "enforced"}, True),
        ({"decided_at": "gate"}, True),
        ({"decided_at": "own"}, False),
    ],
)
def test_a_decision_counts_as_section_5_says(changes, proven, tmp_path):
    """The agent may write to one of the systems, so a decision made there is its own."""
    own = (
        r.System("own", zone="desk", sensitivity="confidential"),
        r.Grant("key", "own", ("write",)),
        r.Intent("bot", "own", ("write",)),
    )
    snapshot = model(*own, grant=("read",))
    document = stub_of(snapshot)
    for each in tables(document, "require"):
        each.update(changes)
    assert verified(snapshot, document, tmp_path).is_proven == proven


def test_tables_of_several_agents_make_one_checkpoint_of_what_they_say_alike(tmp_path):
    snapshot = model(
        r.Agent("other", home="desk"), r.Hold("other", "key"), grant=("read",), intended=("read",)
    )
    document = stub_of(snapshot)
    assert len(tables(document, "require")) == 2
    (made,) = verified(snapshot, document, tmp_path).checkpoints
    assert (made.id, made.kind, made.decided_at) == ("policy-decision-files", "policy-decision", None)
    tables(document, "require")[1]["kind"] = "human-approval"
    assert len(verified(snapshot, document, tmp_path).checkpoints) == 2


# What no longer fits


def told(snapshot, document, folder):
    return [
        (each.about, each.agent, each.system, each.credential, each.says)
        for each in verified(snapshot, document, folder).drift
    ]


def test_a_change_of_words_is_told_and_is_no_drift(tmp_path):
    before = model(grant=("read",))
    after = replace(before, about=r.About(name="Another name"))
    found = verified(after, stub_of(before), tmp_path)
    assert not found.same_digest
    assert found.is_proven


@all_rows(
    ("more", "expected"),
    [
        ([r.Agent("new")], ("agent", "new", None, None, "is not in the stub")),
        ([r.Agent("bot", kind="person")], ("agent", "bot", None, None, "is a person")),
        ([r.Agent("bot", status="retired")], ("agent", "bot", None, None, "is retired")),
        (
            [r.Grant("key", "gate", ("read",))],
            ("action", "bot", "gate", None, "is reached in the model, and is in no table of the stub"),
        ),
        (
            [r.Grant("key", "files", ("write",))],
            ("action", "bot", "files", None, "is not reached in the model any more"),
        ),
        (
            [r.Credential("key", status="revoked")],
            ("credential", "bot", "files", "key", "the credential is revoked"),
        ),
        (
            [r.Credential("more"), r.Hold("bot", "more"), r.Grant("more", "files", ("read",))],
            ("credential", "bot", "files", "more", "the credential opens it, and the stub does not name it"),
        ),
    ],
)
def test_what_changed_in_the_model_is_told(more, expected, tmp_path):
    before = model(grant=("read",))
    found = told(model(*more, grant=("read",)), stub_of(before), tmp_path)
    assert expected in found


@all_rows(
    ("kind", "change", "expected"),
    [
        ("require", {"system": "nowhere"}, ("system", "nowhere", None, "the system is not in the model")),
        (
            "require",
            {"decided_at": "nowhere"},
            ("system", "files", None, "decided_at is nowhere, which is not in the model"),
        ),
        (
            "require",
            {"credentials": ["none"]},
            ("credential", "files", "none", "the credential is not in the model"),
        ),
        (
            "require",
            {"credentials": ["spare"]},
            ("credential", "files", "spare", "the credential does not open it in the model"),
        ),
        (
            "deny",
            {"enforceable": False},
            (
                "denial",
                "files",
                None,
                "the stub says that it is not enforceable, but nobody else reaches these credentials",
            ),
        ),
    ],
)
def test_what_was_changed_in_the_stub_is_told(kind, change, expected, tmp_path):
    snapshot = model(r.Credential("spare"))
    document = stub_of(snapshot)
    tables(document, kind)[0].update(change)
    found = verified(snapshot, document, tmp_path)
    assert ("bot", *expected) in [
        (each.agent, each.about, each.system, each.credential, each.says) for each in found.drift
    ]
    assert not found.is_proven


def test_a_denial_that_is_claimed_to_be_enforceable_is_not_believed(tmp_path):
    snapshot = model(r.Agent("other"), r.Hold("other", "key"))
    document = stub_of(snapshot)
    tables(document, "deny", "bot")[0]["enforceable"] = True
    found = verified(snapshot, document, tmp_path)
    assert found.narrowed == ()
    assert [each.about for each in found.drift] == ["denial"]


@pytest.mark.parametrize(("to", "fits"), [("allow", False), ("deny", True)])
def test_a_stub_may_be_stricter_than_the_model_and_not_laxer(to, fits, tmp_path):
    snapshot = model(grant=("read",))
    document = stub_of(snapshot)
    (moved,) = document["agent"][0].pop("require")
    common = {key: moved[key] for key in ("system", "actions", "credentials", "via")}
    if to == "deny":
        document["agent"][0]["deny"] = [{**common, "enforceable": True, "reason": "by hand"}]
    else:
        document["agent"][0]["allow"] = [{**common, "because": "home", "checkpoints": []}]
    found = verified(snapshot, document, tmp_path)
    assert found.is_proven == fits
    assert [(each.about, each.says) for each in found.drift] == (
        [] if fits else [("table", "the stub has it in allow, the model in require")]
    )


# What is refused


def text_of(**changes):
    document = stub_of(model())
    return tomli_w.dumps(document | changes)


@all_rows(
    ("change", "says"),
    [
        (lambda text: text.replace("meshmodel-policy/1", "meshmodel/1"), "is no policy stub"),
        (lambda text: text.replace('default = "deny"', 'default = "allow"'), 'key "default"'),
        (lambda text: text.replace("sha256:", "md5:"), 'key "model_digest"'),
        (lambda text: text.replace('via = "direct"', 'via = "\\u001b[2J"', 1), r"\\x1b"),
        (lambda text: text.replace('"policy-decision"', '"audience-check"', 1), 'key "kind"'),
        (lambda text: text.replace('"policy-decision"', "7", 1), 'key "kind"'),
        (lambda text: text.replace('freshness = "per-action"', 'freshness = "weekly"', 1), "per-session"),
        (lambda text: text.replace("enforceable = true", 'enforceable = "true"', 1), "true or false"),
        (lambda text: text.replace('system = "files"', 'system = "../files"', 1), "is not an id"),
        (lambda text: text.replace('system = "files"', "", 1), '"system" is missing'),
        (lambda text: text.replace('system = "files"', 'system = "files"\nextra = 1', 1), "unknown key"),
        (lambda text: text.replace('"read",', '"read", "fly",', 1), '"fly"'),
        (lambda text: text.replace('actions = [\n    "read",\n]', "actions = []", 1), 'key "actions"'),
        (lambda text: text.replace('"write",', '"read", "write",', 1), "is in two tables"),
        (lambda text: text + '\n[[agent]]\nid = "bot"\nidentities = []\n', "is there twice"),
        (lambda text: text + "\n[[agent]]\n", '"id" is missing'),
        (lambda text: text.partition("[[agent]]")[0] + "agent = 3", "array of tables"),
        (lambda text: text + "a = ", "is not TOML"),
        (lambda text: text + f"\n{'a.' * 40}b = 1", "nested too deep"),
        (lambda text: text + f"\na = {'[' * 5000}", "nested too deep"),
        (lambda text: text + f"\na = {'9' * 5000}", "out of range"),
        (lambda text: text + "\n\udcff", "UTF-8"),
    ],
)
def test_what_is_no_stub_is_refused_in_one_line(change, says, tmp_path):
    path = tmp_path / "stub.toml"
    before = text_of()
    changed = change(before)
    assert changed != before
    path.write_bytes(changed.encode("utf-8", "surrogateescape"))
    with pytest.raises(InvalidModelError, match=says) as caught:
        read_stub(path)
    assert "\n" not in str(caught.value)
    assert "\x1b" not in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InvalidModelError, match=r"none\.toml not found"):
        read_stub(Path(tmp_path / "none.toml"))
