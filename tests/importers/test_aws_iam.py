"""AWS account authorization details: what users, roles, policies and trust become."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshmodel.edits.edit import Edit, Put, apply_edit
from meshmodel.importers.document import ForeignFileError
from meshmodel.importers.foreign_files import read_files
from meshmodel.importers.forms.aws import account as accounts
from meshmodel.importers.importing import prepare
from meshmodel.interchange import write_text
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.records import Agent, Exchange, Hold, Snapshot
from tests.importers.exports import (
    ACCOUNT,
    allow,
    attached,
    deny,
    document,
    export,
    managed,
    role,
    trust,
    under,
    user,
)
from tests.importers.foreign import FIXTURES, check_goldens, fixtures, read_text
from tests.importers.test_ledger import check_rows
from tests.rows import all_rows

ROOT = f"arn:aws:iam::{ACCOUNT}:root"
OTHERS = "arn:aws:iam::999999999999:root"
ALICE = f"arn:aws:iam::{ACCOUNT}:user/alice"
GITHUB = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.example.com"
SAME_SECRET = "hunter2" + "hunter2"


@pytest.mark.parametrize("path", fixtures("aws-iam"), ids=lambda path: path.name)
def test_files_in_the_shape_of_public_ones(path):
    check_goldens(path, "aws-iam")


def model_of(content, tmp_path):
    return read_text(json.dumps(content), "aws-iam", tmp_path)[0].model


def grants(model):
    return {
        (grant.credential, model.system[grant.system].name.partition(" in ")[0], *grant.actions)
        for grant in model.grant.values()
    }


def asked(model):
    return " ".join(each.text for each in model.note.values() if each.kind == "question")


def test_who_works_with_the_credentials_is_asked_once_where_no_file_shows_an_agent(tmp_path):
    text = asked(model_of(export(users=[user("alice"), user("bob")]), tmp_path))
    assert text.count("Which agents work with these credentials?") == 1
    (tmp_path / "gaad.json").write_text(json.dumps(export(users=[user("alice")])), encoding="utf-8")
    (tmp_path / ".mcp.json").write_text('{"mcpServers": {"a": {"command": "a"}}}', encoding="utf-8")
    proposals = read_files([tmp_path / "gaad.json", tmp_path / ".mcp.json"], tmp_path).propose()
    assert len(proposals) == 2
    assert not any("Which agents work" in asked(each.model) for each in proposals)


def test_everything_on_everything_is_one_cloud_account_with_admin(tmp_path):
    model = model_of(export(users=[user("alice", allow("*"))]), tmp_path)
    (system,) = model.system.values()
    (grant,) = model.grant.values()
    assert (system.kind, grant.actions, grant.scope) == ("cloud-account", ("admin",), None)
    assert model.credential["alice"].identity == ALICE


@all_rows(
    ("statements", "wanted"),
    [
        ([allow("s3:GetObject")], {("alice", "s3", "read")}),
        ([allow("S3:getobject")], {("alice", "s3", "read")}),
        ([allow("s3:ListBucket"), allow("s3:PutObject")], {("alice", "s3", "read", "write")}),
        ([allow("s3:PutBucketPolicy")], {("alice", "s3", "admin")}),
        ([allow("s3:PutObjectTagging")], {("alice", "s3", "write")}),
        ([allow("ec2:CreateTags")], {("alice", "ec2", "write")}),
        ([allow("lambda:InvokeFunction")], {("alice", "lambda", "execute")}),
        ([allow("bedrock:InvokeAgent")], {("alice", "bedrock", "execute")}),
        ([allow("ssm:SendCommand")], {("alice", "ssm", "execute")}),
        ([allow("states:StartExecution")], {("alice", "states", "execute")}),
        ([allow("secretsmanager:BatchGetSecretValue")], {("alice", "secretsmanager", "read")}),
        ([allow("bedrock-agentcore:GetResourceOauth2Token")], {("alice", "bedrock-agentcore", "issue")}),
        ([allow("iam:CreateAccessKey")], {("alice", "iam", "issue")}),
        ([allow("iam:CreateAccessKey", f"arn:aws:iam::{ACCOUNT}:user/${{aws:username}}")], set()),
        ([allow("iam:DeleteAccessKey", "arn:aws:iam::*:user/${aws:username}")], {("alice", "iam", "write")}),
        ([allow("iam:PassRole")], set()),
        ([allow("sts:AssumeRole")], set()),
        ([allow("s3:*"), deny("s3:*")], set()),
        ([allow("s3:GetObject"), deny("s3:*", "arn:aws:s3:::ledger/*")], {("alice", "s3", "read")}),
        ([allow("s3:GetObject", "arn:aws:s3:::ledger/2024"), deny("s3:*", "arn:aws:s3:::ledger/*")], set()),
        ([allow(["s3:GetObject", "s3:PutObject"]), deny("s3:Put*")], {("alice", "s3", "read")}),
        ([allow("s3:GetObject"), under(deny("*"), Bool={"a": "true"})], {("alice", "s3", "read")}),
        ([allow("s3:GetObject"), {"Effect": "Deny", "NotAction": "sqs:*", "Resource": "*"}], set()),
        ([allow("*", "arn:aws:sqs:eu-west-1:1:orders")], {("alice", "sqs", "read", "write", "admin")}),
        ([allow("no-such-service:Read")], set()),
        ([{"Effect": "Allow", "Action": "s3:GetObject", "NotResource": "x"}], {("alice", "s3", "read")}),
        ([{"Effect": "allow", "Action": "s3:GetObject"}], set()),
    ],
)  # fmt: skip
def test_what_is_allowed_less_what_is_denied_is_one_grant_for_each_service(statements, wanted, tmp_path):
    assert grants(model_of(export(users=[user("alice", *statements)]), tmp_path)) == wanted


def test_policies_of_groups_and_managed_policies_of_the_default_version_count(tmp_path):
    arn = f"arn:aws:iam::{ACCOUNT}:policy/p"
    group = {"GroupName": "g", "Arn": f"arn:aws:iam::{ACCOUNT}:group/g", **attached(arn)}
    content = export(
        users=[user("alice", allow("sqs:SendMessage")) | {"GroupList": ["g"]}],
        groups=[group],
        policies=[managed(arn, document(allow("s3:*")), document(allow("s3:GetObject")))],
    )
    assert grants(model_of(content, tmp_path)) == {("alice", "sqs", "write"), ("alice", "s3", "read")}


def test_the_resources_are_the_scope_of_the_grant_unless_one_is_all(tmp_path):
    limited = allow("s3:GetObject", ["arn:aws:s3:::b/*", "arn:aws:s3:::a/*"])
    (grant,) = model_of(export(users=[user("alice", limited)]), tmp_path).grant.values()
    assert grant.scope == "arn:aws:s3:::a/*, arn:aws:s3:::b/*"
    (grant,) = model_of(export(users=[user("bob", limited, allow("s3:ListBucket"))]), tmp_path).grant.values()
    assert grant.scope is None


def test_services_that_only_a_wide_principal_may_use_are_the_account(tmp_path):
    power = {"Effect": "Allow", "NotAction": ["iam:*"], "Resource": "*"}
    content = export(users=[user("power", power), user("bob", allow("s3:GetObject"))])
    model = model_of(content, tmp_path)
    assert grants(model) == {
        ("power", f"AWS account {ACCOUNT}", "read", "write", "execute"),
        ("power", "s3", "read", "write", "admin"),
        ("bob", "s3", "read"),
    }
    assert not model.custody, "keys are made in iam only"
    assert "NotAction" in asked(model)


def test_who_administers_an_account_obtains_all_that_is_in_it(tmp_path):
    admin = user("admin") | attached("arn:aws:iam::aws:policy/AdministratorAccess")
    model = model_of(export(users=[admin, user("bob")], roles=[role("r")]), tmp_path)
    (account,) = model.system
    assert {key: each.by or ("issue",) for key, each in model.custody.items()} == {
        (account, "admin"): ("issue",),
        (account, "bob"): ("issue",),
        (account, "r"): ("admin",),
    }


def test_making_keys_of_some_users_is_an_exchange_to_each(tmp_path):
    keys = allow("iam:CreateLoginProfile", f"arn:aws:iam::{ACCOUNT}:user/ci-*")
    model = model_of(export(users=[user("alice", keys), user("ci-a"), user("bob")]), tmp_path)
    assert list(model.exchange.values()) == [Exchange("alice", "ci-a", semantics="impersonation")]
    assert not model.grant


POLICY = f"arn:aws:iam::{ACCOUNT}:policy/own"
TEAM = f"arn:aws:iam::{ACCOUNT}:group/team"
EVERY_ROLE = f"arn:aws:iam::{ACCOUNT}:role/*"


@all_rows(
    ("statements", "administers"),
    [
        ([allow("iam:CreateServiceLinkedRole")], False),
        ([allow("iam:PutUserPolicy")], True),
        ([allow("iam:PutUserPolicy", ALICE)], True),
        ([allow("iam:AttachUserPolicy", "arn:aws:iam::*:user/${aws:username}")], True),
        ([allow("iam:PutUserPolicy", f"arn:aws:iam::{ACCOUNT}:user/bob")], False),
        ([allow("iam:PutRolePolicy", ALICE)], False),
        ([allow("iam:PutUserPolicy"), deny("iam:*", ALICE)], False),
        ([under(allow("iam:AttachUserPolicy"), ArnEquals={"iam:PolicyARN": "arn:x"})], False),
        ([under(allow("iam:AttachUserPolicy"), Bool={"aws:SecureTransport": "true"})], True),
        ([allow("iam:CreateRole")], False),
        ([allow(["iam:CreateRole", "iam:AttachRolePolicy"])], True),
        ([allow(["iam:CreateRole", "iam:PutRolePolicy"], EVERY_ROLE)], True),
        ([allow(["iam:CreateRole", "iam:PutRolePolicy"], f"{EVERY_ROLE[:-1]}ci-*")], False),
        ([allow("iam:CreatePolicyVersion", POLICY)], True),
        ([allow("iam:SetDefaultPolicyVersion")], True),
        ([allow("iam:CreatePolicyVersion", f"{POLICY}-of-others")], False),
        ([allow("iam:PutGroupPolicy", TEAM)], True),
        ([allow("iam:AttachGroupPolicy", f"{TEAM}-of-others")], False),
        ([allow("iam:AddUserToGroup", TEAM)], False),
        ([allow("iam:AddUserToGroup", f"{TEAM}-of-admins")], True),
    ],
)
def test_who_may_give_itself_everything_administers(statements, administers, tmp_path):
    team = {"GroupName": "team", "Arn": TEAM}
    admins = {"GroupName": "admins", "Arn": f"{TEAM}-of-admins"}
    admins |= attached("arn:aws:iam::aws:policy/AdministratorAccess")
    content = export(
        users=[user("alice", *statements) | attached(POLICY) | {"GroupList": ["team"]}],
        roles=[role("deploy")],
        groups=[team, admins],
        policies=[managed(POLICY, document())],
    )
    model = model_of(content, tmp_path)
    (grant,) = model.grant.values()
    assert grant.actions == (("write", "admin") if administers else ("write",))
    assert ("deploy" in {key for _, key in model.custody}) is administers


def test_a_role_that_may_give_itself_policies_administers_with_all_that_it_may(tmp_path):
    own = f"arn:aws:iam::{ACCOUNT}:role/deploy"
    model = model_of(export(roles=[role("deploy", None, allow("iam:PutRolePolicy", own))]), tmp_path)
    assert grants(model) == {("deploy", "iam", "write", "admin")}


@all_rows(
    ("statements", "wanted"),
    [
        ([allow("iam:UpdateAssumeRolePolicy")], {"deploy", "ci"}),
        ([allow("iam:UpdateAssumeRolePolicy", f"{EVERY_ROLE[:-1]}dep*")], {"deploy"}),
        ([allow("iam:UpdateAssumeRolePolicy"), deny("iam:*", f"{EVERY_ROLE[:-1]}ci")], {"deploy"}),
        ([allow("iam:PutRolePolicy", f"{EVERY_ROLE[:-1]}deploy")], set()),
    ],
)
def test_who_says_who_may_become_a_role_may_become_it(statements, wanted, tmp_path):
    linked = role("linked") | {"Path": "/aws-service-role/x.amazonaws.com/"}
    model = model_of(
        export(users=[user("alice", *statements)], roles=[role("deploy"), role("ci"), linked]), tmp_path
    )
    assert set(model.exchange.values()) == {
        Exchange("alice", each, semantics="impersonation") for each in wanted
    }
    assert [each.actions for each in model.grant.values()] == [("write",)]


# Trust -------------------------------------------------------------------------------------------

ASSUMES = allow("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/*")


@all_rows(
    ("own", "principal", "wanted"),
    [
        ([], {"AWS": ALICE}, {("alice", True)}),
        ([deny("sts:AssumeRole")], {"AWS": ALICE}, set()),
        ([], {"AWS": ROOT}, set()),
        ([ASSUMES], {"AWS": ROOT}, {("alice", True)}),
        ([ASSUMES], {"AWS": ACCOUNT}, {("alice", True)}),
        ([ASSUMES, deny("sts:*")], {"AWS": ROOT}, set()),
        ([allow("sts:AssumeRole", "arn:aws:iam::1:role/other")], {"AWS": ROOT}, set()),
        ([allow("*")], {"AWS": ROOT}, {("alice", True)}),
        ([ASSUMES], "*", {("alice", True), ("anybody on AWS", False)}),
        ([], {"AWS": "arn:aws:iam::999999999999:user/eve"}, {("eve", True)}),
        ([], {"AWS": OTHERS}, {(f"anybody in {OTHERS}", False)}),
        ([], {"AWS": f"arn:aws:sts::{ACCOUNT}:assumed-role/other/session"}, {("other", True)}),
        ([], {"Service": "lambda.amazonaws.com"}, set()),
        ([], {"Federated": GITHUB}, {("anybody of token.example.com", False)}),
        ([], {"AWS": [ALICE, ROOT], "Service": "x.amazonaws.com"}, {("alice", True)}),
    ],
)  # fmt: skip
def test_who_may_become_a_role(own, principal, wanted, tmp_path):
    content = export(users=[user("alice", *own)], roles=[role("r", trust(principal)), role("other")])
    model = model_of(content, tmp_path)
    assert all(each.to == "r" for each in model.exchange.values())
    names = {each.id: each.name or each.id for each in model.credential.values()}
    assert {(names[each.from_], each.pinned) for each in model.exchange.values()} == wanted


@all_rows(
    ("condition", "pinned"),
    [
        ({"StringEquals": {"token.example.com:sub": "repo:a/b:ref:refs/heads/main"}}, [True]),
        ({"StringEquals": {"token.example.com:SUB": "repo:a/*"}}, [True]),
        ({"StringLike": {"token.example.com:sub": "repo:a/*"}}, [False]),
        ({"StringLike": {"token.example.com:sub": "repo:a/b"}}, [True]),
        ({"ForAnyValue:StringLike": {"token.example.com:sub": ["x", "y?"]}}, [True, False]),
        ({"StringEqualsIfExists": {"token.example.com:sub": "x"}}, [False]),
        ({"StringNotEquals": {"token.example.com:sub": "x"}}, [False]),
        ({"StringEquals": {"token.example.com:aud": "x"}}, [False]),
        ({}, [False]),
        ("wrong", [False]),
    ],
)
def test_a_federated_exchange_is_pinned_where_the_subject_is_exact(condition, pinned, tmp_path):
    statement = {
        **trust({"Federated": GITHUB}),
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": condition,
    }
    model = model_of(export(roles=[role("r", statement)]), tmp_path)
    found = [each.pinned for _, each in sorted(model.exchange.items())]
    assert sorted(found) == sorted(pinned)
    assert {each.kind for each in model.credential.values()} == {"oidc-federation", "exchanged-token"}


RUNS = trust({"Service": "ec2.amazonaws.com"})


@all_rows(
    ("content", "question"),
    [
        (export([user("alice")]), "Who or what uses the user alice"),
        (export([], [role("r", RUNS)]), "What runs in ec2.amazonaws.com"),
        (export([], [role("r", under(RUNS, Bool={"a:Mfa": "true"}))]), "left of the trust of r by a:Mfa"),
        (export([user("alice", allow("iam:PassRole"))]), "alice may pass roles"),
        (export([user("alice", allow("secretsmanager:Get*"))]), "are stored in secretsmanager"),
        (export([user("alice", allow("no-such-service:Read"))]), "no-such-service:Read"),
        (export([user("alice") | attached("x/P")]), "What does the policy P allow?"),
        (export([user("alice") | {"PermissionsBoundary": {"PermissionsBoundaryArn": "a/f"}}]), "boundary f"),
    ],
)
def test_what_an_export_does_not_say_is_asked(content, question, tmp_path):
    assert question in asked(model_of(content, tmp_path))


# The picker --------------------------------------------------------------------------------------

MANY = export(
    users=[user("alice", ASSUMES), user("bob", allow("s3:GetObject")), user("admin", allow("*"))],
    roles=[role("deploy", trust({"AWS": ROOT}), allow("sqs:SendMessage")), role("bob")],
)


def imported(only, tmp_path, model=None):
    path = tmp_path / "export.json"
    path.write_text(json.dumps(MANY), encoding="utf-8")
    return prepare([path], tmp_path, model or Snapshot(), [], only=only)


@all_rows(
    ("only", "wanted"),
    [
        (["alice"], {"alice", "deploy"}),
        ([ALICE], {"alice", "deploy"}),
        (["user/bob"], {"bob"}),
        (["bob"], {"bob", "bob-2"}),
        (["role/deploy", "user/bob"], {"bob", "deploy"}),
        (["admin"], {"admin"}),
    ],
)
def test_who_is_picked_comes_with_what_he_may_become_and_the_rest_is_left_out(only, wanted, tmp_path):
    done = imported(only, tmp_path)
    assert set(done.after.credential) == wanted
    assert {each.credential for each in done.after.grant.values()} <= wanted
    assert any(each.rule == "not-picked" for each in done.rows)
    assert done.proposals[0].partial, "nothing is taken for gone"


def test_what_agents_of_the_model_reach_is_picked(tmp_path):
    whole = imported([], tmp_path).after
    records = (Agent("bot"), whole.credential["alice"], Hold("bot", "alice"))
    held = apply_edit(Snapshot(), Edit("", tuple(map(Put, records))))
    (proposed,) = imported(["agents"], tmp_path, held).proposals
    assert set(proposed.model.credential) == {"alice", "deploy"}


@pytest.mark.parametrize("only", [["nobody"], ["alice", "nobody"], ["agents"]])
def test_who_is_not_there_cannot_be_picked(only, tmp_path):
    with pytest.raises(MeshmodelError, match=f"^{only[-1]}: "):
        imported(only, tmp_path)


def test_other_forms_have_nobody_to_pick(tmp_path):
    path = tmp_path / ".mcp.json"
    path.write_text('{"mcpServers": {"a": {"command": "a"}}}', encoding="utf-8")
    with pytest.raises(
        MeshmodelError, match="picks are users and roles, in files of the form aws-iam, not mcp"
    ):
        prepare([path], tmp_path, Snapshot(), [], only=["a"])


# Hostile -----------------------------------------------------------------------------------------


def test_no_secret_is_kept(tmp_path):
    secret = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    tags = {"db_password": SAME_SECRET, "Owner": secret, secret: "x"}
    believes = under(
        trust({"AWS": secret, "Federated": secret, "Service": secret}), StringEquals={secret: SAME_SECRET}
    )
    owner = user(secret, allow(f"s3:{secret}", secret)) | attached(secret)
    content = export(
        [owner | {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}],
        [role("r", believes, under(allow("s3:*"), StringEquals={secret: SAME_SECRET}))],
    )
    proposed, rows = read_text(json.dumps(content), "aws-iam", tmp_path)
    told = write_text(proposed.model) + repr(rows) + repr(list(proposed.identities.values()))
    assert secret not in told
    assert SAME_SECRET not in told
    (row,) = (each for each in rows if each.path == "UserDetailList[0].Tags[0].Value")
    assert row.verdict == "secret withheld"


STATEMENT = {"Effect": "Allow", "Action": ["*", 1, None], "Principal": {"AWS": [1, None]}}
WITHOUT_ACTION = {"Statement": [1, {"Effect": "Allow", "Action": {}, "Principal": []}]}
STARS = "a*" * 2_000 + "b"


@all_rows(
    "content",
    [
        {"UserDetailList": [None, 1, "x", [], {"Arn": 1}]},
        {"UserDetailList": [{"Arn": "x", "UserPolicyList": "y", "GroupList": {}, "Tags": {"a": 1}}]},
        {"RoleDetailList": [{"Arn": "r", "AssumeRolePolicyDocument": WITHOUT_ACTION}]},
        {"RoleDetailList": [role("r", STATEMENT)]},
        {"UserDetailList": [], "Policies": [{"PolicyVersionList": {"a": 1}}]},
        {
            "UserDetailList": [],
            "Policies": [{"Arn": "x", "PolicyVersionList": [{"IsDefaultVersion": 1}]}],
        },
        {"GroupDetailList": [{}]},
        export([user("a", allow("*" + STARS, "*" + STARS))]),
        export([user("a", allow("sts:AssumeRole", STARS))], [role("a" * 4_000, trust({"AWS": ROOT}))]),
    ],
)
def test_wrong_types_and_long_patterns_are_read_quickly(content, tmp_path):
    start = time.process_time()
    _, rows = read_text(json.dumps(content), "aws-iam", tmp_path)
    assert rows
    assert time.process_time() - start < 3


@pytest.mark.parametrize("limit", ["WAY_LIMIT", "PAIR_LIMIT"])
def test_more_ways_than_anybody_could_look_at_are_refused(limit, tmp_path, monkeypatch):
    monkeypatch.setattr(accounts, limit, 10)
    content = export(
        users=[user(f"u{n}", ASSUMES) for n in range(4)],
        roles=[role(f"r{n}", trust({"AWS": ROOT})) for n in range(4)],
    )
    with pytest.raises(ForeignFileError, match="has more"):
        model_of(content, tmp_path)


WORDS = (
    "*",
    "Allow",
    "Deny",
    "s3:*",
    "iam:*",
    "sts:AssumeRole",
    ROOT,
    ALICE,
    "Statement",
    "NotAction",
    "Federated",
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(0, 9) | st.sampled_from(WORDS) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=3), inner)
    ),
    max_leaves=6,
)


def places_in(value):
    """Every list and map in a value with each of its keys."""
    found = []
    for key in value if isinstance(value, dict) else range(len(value)):
        found.append((value, key))
        if isinstance(value[key], dict | list):
            found += places_in(value[key])
    return found


@given(
    st.sampled_from(["account", "escalation", "federated"]),
    st.lists(st.tuples(st.integers(0), ANYTHING), max_size=6),
)
def test_every_leaf_is_in_exactly_one_row_wherever_an_export_is_wrong(name, changes):
    export_ = json.loads((FIXTURES / "aws-iam" / f"{name}.json").read_text("utf-8"))
    for number, value in changes:
        places = places_in(export_)
        inside, key = places[number % len(places)]
        inside[key] = value
    check_rows(export_, "aws-iam")
