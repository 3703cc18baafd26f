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

# In the order of the manual's page, with all that their findings may cite.
PAGE = {
    "missing-checkpoint": (
        "ASI03:2026",
        "NHI5:2025",
        "NHI8:2025",
        "SP 800-207 tenet 3",
        "SP 800-207 tenet 6",
        "CSF 2.0 PR.AA-05",
        "SP 800-53 AC-3",
        "SP 800-53 AC-4",
        "SP 800-53 IA-11",
        "CWE-862",
        "AISVS v1.0-C9.5.6",
        "AISVS v1.0-C9.5.1",
        "AISVS v1.0-C10.2.5",
        "ATLAS AML.T0053",
        "LLM03:2026",
    ),
    "toxic-flow": (
        "ASI01:2026",
        "ASI02:2026",
        "ATLAS AML.T0051",
        "ATLAS AML.T0086",
        "SP 800-53 AC-4",
        "AISVS v1.0-C9.3.5",
        "AISVS v1.0-C9.3.6",
        "AISVS v1.0-C7.3.3",
        "ATLAS AML.T0085.001",
        "ATLAS AML.M0030",
        "LLM01:2026",
        "CWE-1427",
    ),
    "unapproved-reach": (
        "NHI5:2025",
        "ASI03:2026",
        "SP 800-53 AC-6",
        "CSF 2.0 PR.AA-05",
        "CWE-269",
        "AISVS v1.0-C9.5.1",
        "AISVS v1.0-C5.2.1",
        "ATLAS AML.T0053",
        "ATLAS AML.M0026",
        "ATLAS AML.M0037",
        "LLM03:2026",
    ),
    "checkpoint-does-not-count": (
        "SP 800-207 tenet 6",
        "SP 800-53 IA-11",
        "CWE-613",
        "AISVS v1.0-C9.5.6",
        "AISVS v1.0-C9.2.8",
        "AISVS v1.0-C9.5.3",
        "ATLAS AML.M0029",
    ),
    "self-approved-checkpoint": (
        "SP 800-53 AC-5",
        "ASI03:2026",
        "CWE-863",
        "AISVS v1.0-C9.2.9",
        "AISVS v1.0-C5.2.5",
        "AISVS v1.0-AC.8.1",
        "ATLAS AML.T0081",
    ),
    "coarse-checkpoint": (
        "ASI02:2026",
        "SP 800-53 AC-3",
        "AISVS v1.0-C9.2.8",
        "AISVS v1.0-C9.2.2",
        "AISVS v1.0-C9.5.1",
        "ATLAS AML.M0029",
    ),
    "advisory-limit": (
        "ASI02:2026",
        "SP 800-207 tenet 6",
        "SP 800-53 AC-6",
        "AISVS v1.0-C9.5.3",
        "AISVS v1.0-C9.5.5",
        "ATLAS AML.T0051",
        "LLM03:2026",
    ),
    "carried-words": (
        "ASI06:2026",
        "ASI01:2026",
        "T1 (Agentic threats 1.1)",
        "SP 800-53 AC-4",
        "AISVS v1.0-C8.2.3",
        "AISVS v1.0-C9.3.6",
        "ATLAS AML.T0080",
        "ATLAS AML.T0099",
        "CWE-1427",
    ),
    "approval-fatigue": ("T10 (Agentic threats 1.1)", "ASI09:2026", "ATLAS AML.M0029"),
    "delegation-not-honoured": (
        "ASI03:2026",
        "T3 (Agentic threats 1.1)",
        "CWE-441",
        "CSF 2.0 PR.AA-04",
        "AISVS v1.0-C9.5.2",
        "AISVS v1.0-C5.2.2",
        "ATLAS AML.M0027",
        "LLM03:2026",
    ),
    "lost-delegation": (
        "ASI03:2026",
        "T3 (Agentic threats 1.1)",
        "CWE-441",
        "CSF 2.0 PR.AA-04",
        "AISVS v1.0-C9.5.2",
        "AISVS v1.0-C5.2.2",
        "ATLAS AML.M0027",
        "ATLAS AML.M0028",
        "LLM03:2026",
    ),
    "token-passthrough": (
        "MCP authorization",
        "CWE-441",
        "CSF 2.0 PR.AA-04",
        "AISVS v1.0-C10.2.7",
        "AISVS v1.0-C10.2.2",
        "AISVS v1.0-C10.3.5",
        "ATLAS AML.T0091.000",
        "MCP 2026-07-28",
    ),
    "impersonating-exchange": (
        "SP 800-53 AU-10",
        "T8 (Agentic threats 1.1)",
        "ASI03:2026",
        "AISVS v1.0-C9.4.1",
        "AISVS v1.0-C9.4.2",
        "AISVS v1.0-C9.5.2",
    ),
    "unpinned-federation": ("NHI6:2025", "CWE-863", "AISVS v1.0-C5.1.2", "ATLAS AML.T0012"),
    "shared-credential": ("NHI9:2025", "SP 800-53 AC-2", "SP 800-53 AU-10", "AISVS v1.0-C9.4.1"),
    "long-lived-credential": (
        "NHI7:2025",
        "NHI4:2025",
        "SP 800-53 IA-5",
        "SP 800-53 IA-9",
        "AISVS v1.0-C9.4.3",
        "AISVS v1.0-C5.1.2",
        "ATLAS AML.T0012",
    ),
    "secret-at-rest": (
        "NHI2:2025",
        "ATT&CK T1552",
        "CWE-522",
        "CWE-798",
        "AISVS v1.0-C9.5.4",
        "AISVS v1.0-C10.2.3",
        "ATLAS AML.T0055",
        "ATLAS AML.T0083",
        "ATLAS AML.T0098",
        "ATLAS AML.T0082",
        "ATT&CK T1552.001",
    ),
    "copied-secret": ("NHI2:2025", "NHI9:2025", "SP 800-53 IA-5", "AISVS v1.0-C10.2.3", "ATLAS AML.T0055"),
    "orphaned-credential": ("NHI1:2025", "SP 800-53 AC-2", "ATLAS AML.M0027"),
    "retired-agent-access": ("NHI1:2025", "SP 800-53 AC-2", "ATLAS AML.T0012", "ATLAS AML.M0027"),
    "human-identity-in-agent": (
        "ASI03:2026",
        "SP 800-53 AU-10",
        "T9 (Agentic threats 1.1)",
        "AISVS v1.0-C9.4.1",
        "AISVS v1.0-C9.5.2",
        "ATLAS AML.T0091.000",
        "ATLAS AML.T0091.001",
        "ATT&CK T1550",
    ),
    "person-uses-workload-identity": ("NHI10:2025", "SP 800-53 AU-10"),
    "environment-crossing": ("NHI8:2025", "SP 800-53 AC-4", "ATLAS AML.M0032"),
    "third-party-reach": (
        "NHI3:2025",
        "ASI04:2026",
        "CSF 2.0 GV.SC-07",
        "AISVS v1.0-C10.1.2",
        "AISVS v1.0-C9.3.7",
        "ATLAS AML.T0010.005",
        "ATLAS AML.T0110",
        "LLM04:2026",
        "T17 (Agentic threats 1.1)",
        "ATT&CK T1199",
    ),
    "shared-memory": (
        "ASI06:2026",
        "SP 800-53 AC-4",
        "AISVS v1.0-C8.1.1",
        "AISVS v1.0-C8.1.3",
        "AISVS v1.0-C8.2.3",
        "ATLAS AML.T0080.000",
        "ATLAS AML.T0070",
        "ATLAS AML.M0031",
        "T1 (Agentic threats 1.1)",
        "LLM09:2026",
    ),
    "untraceable-step": (
        "SP 800-53 AU-10",
        "SP 800-53 AU-12",
        "T8 (Agentic threats 1.1)",
        "CSF 2.0 PR.PS-04",
        "AISVS v1.0-C9.4.2",
        "AISVS v1.0-C12.4.2",
        "AISVS v1.0-C12.1.1",
        "ATLAS AML.M0024",
    ),
}

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


def test_the_rules_are_those_of_the_page_in_its_order_with_its_references():
    assert {rule.id: rule.references for rule in RULES} == PAGE
    assert [rule.id for rule in RULES] == list(PAGE)


def test_every_reference_has_its_title_and_its_release_and_no_other_has():
    cited = {each for references in PAGE.values() for each in references}
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
    assert conditional <= set(PAGE[rule])
    assert cited_by(rule, *plain) == set(PAGE[rule]) - conditional
    assert cited_by(rule, *special) == set(PAGE[rule])


@all_rows("rule", RULES)
def test_it_has_cases_that_fire_and_cases_that_do_not(rule):
    rows = [row for row in TABLES if row[0] == rule.id]
    assert {bool(row[-1]) for row in rows} == {True, False}
    assert len(rows) >= 6


@all_rows("rule", RULES)
def test_it_says_what_a_reader_needs(rule):
    for text in (rule.title, rule.severity, rule.detects, rule.false_positives):
        assert text
        assert not text.endswith(".")
    for text in (rule.why, rule.remedy):
        assert text.endswith(".")
    for text in (rule.detects, rule.why, rule.remedy, rule.false_positives):
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
