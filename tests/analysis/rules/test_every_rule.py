"""What holds of every rule: it has cases of both kinds, says what a reader needs, and cites what exists."""

import re

from meshmodel.analysis.analysis import analyse
from meshmodel.analysis.rules import RULES
from meshmodel.answers.standards import RELEASES, TITLES, releases_of
from meshmodel.model import records as r
from tests.analysis.meshes_by_hand import pipeline
from tests.analysis.rules import (
    test_agents,
    test_credentials,
    test_decisions,
    test_doors_and_checkpoints,
    test_systems,
    test_tokens,
    test_words,
)
from tests.analysis.rules.drawing import TODAY, merged
from tests.rows import all_rows

TABLES = [
    row
    for module in (
        test_doors_and_checkpoints,
        test_decisions,
        test_tokens,
        test_credentials,
        test_agents,
        test_systems,
        test_words,
    )
    for row in module.TABLE
]

OPEN = (
    r.Zone("here"),
    r.Agent("bot", home="here"),
    r.Credential("key"),
    r.Hold("bot", "key"),
    r.Grant("key", "box", ("write",)),
)
DECIDED = (
    r.Checkpoint("review", "human-approval", "grant", "key", "box", decided_at="box"),
    r.Credential("own"),
    r.Hold("bot", "own"),
    r.Grant("own", "box", ("execute",)),
)


def test_every_reference_has_its_title_and_its_release_and_no_other_has():
    cited = {each for rule in RULES for each in rule.references}
    assert cited == set(TITLES)
    assert releases_of(cited) == tuple(RELEASES.values())
    assert all(len(releases_of([each])) == 1 for each in cited)


def cited_by(rule, *records):
    """What the findings of a rule cite in a mesh of these records."""
    snapshot = merged([r.System("box"), r.Agent("bot")], records)
    (found,) = [each for each in analyse(snapshot, today=TODAY).findings if each.rule == rule]
    return set(found.references)


@all_rows(
    ("rule", "plain", "special", "conditional"),
    [
        (
            "secret-at-rest",
            (r.Credential("key"), r.Custody("box", "key")),
            (
                r.System("box", kind="knowledge-base"),
                r.Credential("key", kind="mcp-environment-secret"),
                r.Credential("own"),
                r.Custody("box", "key"),
                r.Hold("bot", "own"),
                r.Grant("own", "box", ("read",)),
            ),
            {"AISVS v1.0-C9.5.4", "AISVS v1.0-C10.2.3", "ATLAS AML.T0082"},
        ),
        (
            "copied-secret",
            (r.System("far"), r.Credential("key"), r.Custody("box", "key"), r.Custody("far", "key")),
            (
                r.System("far", kind="mcp-server"),
                r.Credential("key"),
                r.Custody("box", "key"),
                r.Custody("far", "key"),
            ),
            {"AISVS v1.0-C10.2.3"},
        ),
        (
            "human-identity-in-agent",
            (r.Credential("key", kind="personal-access-token"), r.Hold("bot", "key")),
            (r.Credential("key", kind="session-cookie"), r.Hold("bot", "key")),
            {"ATLAS AML.T0091.001"},
        ),
        (
            "token-passthrough",
            (
                r.System("far"),
                r.Credential("key", audience=("far",), binding="dpop"),
                r.Grant("key", "box", ("read",)),
            ),
            (r.System("far"), r.Credential("key", audience=("far",)), r.Grant("key", "box", ("read",))),
            {"AISVS v1.0-C10.3.5"},
        ),
        (
            "missing-checkpoint",
            OPEN,
            (r.System("box", kind="mcp-server"), *OPEN),
            {"AISVS v1.0-C10.2.5"},
        ),
        (
            "self-approved-checkpoint",
            (*OPEN, *DECIDED),
            (r.System("box", kind="ci-pipeline"), *OPEN, *DECIDED),
            {"AISVS v1.0-AC.8.1"},
        ),
    ],
)
def test_some_references_are_cited_only_where_the_finding_is_about_such_an_element(
    rule, plain, special, conditional
):
    (every,) = (set(each.references) for each in RULES if each.id == rule)
    assert conditional <= every
    assert cited_by(rule, *plain) == every - conditional
    assert cited_by(rule, *special) == every


@all_rows("rule", RULES)
def test_it_has_cases_that_fire_and_cases_that_do_not(rule):
    rows = [row for row in TABLES if row[0] == rule.id]
    assert {bool(row[-1]) for row in rows} == {True, False}
    assert len(rows) >= 6


@all_rows("rule", RULES)
def test_it_says_what_a_reader_needs(rule):
    for text in (rule.title, rule.severity, rule.detects, *rule.false_positives):
        assert text
        assert not text.endswith(".")
    for text in (rule.why, rule.remedy):
        assert text.endswith(".")
    for text in (rule.detects, rule.why, rule.remedy, *rule.false_positives):
        assert text[0].isupper()
        assert len(text.split()) >= 3
    assert rule.severity.split()[0].strip(";,") in {"low", "medium", "high", "critical", "that"}


@all_rows("rule", RULES)
def test_what_it_finds_is_within_what_it_says(rule):
    words = set(re.findall(r"low|medium|high|critical", rule.severity))
    for row in TABLES:
        if row[0] == rule.id and rule.id != "missing-checkpoint":
            assert {severity for _, severity in row[-1]} <= words


def test_every_finding_of_the_tables_is_about_records_that_are_there():
    for row in TABLES:
        for finding in analyse(row[1], today=TODAY).findings:
            assert finding.about
            assert all(row[1].get(table, key) is not None for table, key in finding.about), finding
            assert list(finding.agents) == sorted(set(finding.agents))
            assert set(finding.agents) <= set(row[1].agent)
            assert "  " not in finding.message
            for text in (finding.message, finding.remedy):
                assert text.endswith(".")
            assert finding.headline.startswith(f"{finding.title}: ")


def test_findings_are_listed_by_severity_then_rule_then_subject():
    review = r.Checkpoint("review", "human-approval", "grant", "deploy-key", "cluster", decided_at="ci")
    snapshot = pipeline(review, r.Intent("coder", "ci", ("read",)))
    listed = [(f.severity, f.rule, f.subject) for f in analyse(snapshot, today=TODAY).findings]
    assert listed == [
        ("critical", "missing-checkpoint", "deploy-key>cluster"),
        ("critical", "self-approved-checkpoint", "review"),
        ("high", "unapproved-reach", "coder"),
        ("medium", "secret-at-rest", "ci>deploy-key"),
        ("low", "missing-checkpoint", "ci-token>ci"),
    ]


def test_no_finding_is_told_twice_where_a_credential_is_used_outside_its_audience():
    snapshot = pipeline(
        r.Credential("session", kind="session-cookie", audience=("ci",)),
        r.Hold("coder", "session"),
        r.Grant("session", "cluster", ("read",)),
    )
    listed = [(f.rule, f.subject) for f in analyse(snapshot, today=TODAY).findings]
    assert ("human-identity-in-agent", "coder>session") in listed
    assert len(listed) == len(set(listed))
