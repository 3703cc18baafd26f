"""What holds of every rule: it has cases of both kinds, says what a reader needs, and cites what exists."""

import re

import pytest

from meshmodel.analysis.analysis import analyse
from meshmodel.analysis.rules import RULES
from meshmodel.model import records as r
from meshmodel.reports.standards import TITLES
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
from tests.analysis.rules.drawing import TODAY

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

# In the order of section 9, with the references that it gives.
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
    ),
    "toxic-flow": ("ASI01:2026", "ASI02:2026", "ATLAS AML.T0051", "ATLAS AML.T0086", "SP 800-53 AC-4"),
    "unapproved-reach": ("NHI5:2025", "ASI03:2026", "SP 800-53 AC-6", "CSF 2.0 PR.AA-05", "CWE-269"),
    "checkpoint-does-not-count": ("SP 800-207 tenet 6", "SP 800-53 IA-11", "CWE-613"),
    "self-approved-checkpoint": ("SP 800-53 AC-5", "ASI03:2026", "CWE-863"),
    "coarse-checkpoint": ("ASI02:2026", "SP 800-53 AC-3"),
    "advisory-limit": ("ASI02:2026", "SP 800-207 tenet 6", "SP 800-53 AC-6"),
    "carried-words": ("ASI06:2026", "ASI01:2026", "T1 (Agentic threats 1.1)", "SP 800-53 AC-4"),
    "approval-fatigue": ("T10 (Agentic threats 1.1)", "ASI09:2026"),
    "delegation-not-honoured": ("ASI03:2026", "T3 (Agentic threats 1.1)", "CWE-441", "CSF 2.0 PR.AA-04"),
    "token-passthrough": ("MCP authorization", "CWE-441", "CSF 2.0 PR.AA-04"),
    "impersonating-exchange": ("SP 800-53 AU-10", "T8 (Agentic threats 1.1)", "ASI03:2026"),
    "unpinned-federation": ("NHI6:2025", "CWE-863"),
    "shared-credential": ("NHI9:2025", "SP 800-53 AC-2", "SP 800-53 AU-10"),
    "long-lived-credential": ("NHI7:2025", "NHI4:2025", "SP 800-53 IA-5", "SP 800-53 IA-9"),
    "secret-at-rest": ("NHI2:2025", "ATT&CK T1552", "CWE-522", "CWE-798"),
    "copied-secret": ("NHI2:2025", "NHI9:2025", "SP 800-53 IA-5"),
    "orphaned-credential": ("NHI1:2025", "SP 800-53 AC-2"),
    "retired-agent-access": ("NHI1:2025", "SP 800-53 AC-2"),
    "human-identity-in-agent": ("ASI03:2026", "SP 800-53 AU-10", "T9 (Agentic threats 1.1)"),
    "person-uses-workload-identity": ("NHI10:2025", "SP 800-53 AU-10"),
    "environment-crossing": ("NHI8:2025", "SP 800-53 AC-4"),
    "third-party-reach": ("NHI3:2025", "ASI04:2026", "CSF 2.0 GV.SC-07"),
    "shared-memory": ("ASI06:2026", "SP 800-53 AC-4"),
    "untraceable-step": (
        "SP 800-53 AU-10",
        "SP 800-53 AU-12",
        "T8 (Agentic threats 1.1)",
        "CSF 2.0 PR.PS-04",
    ),
}


def test_the_rules_are_those_of_the_page_in_its_order_with_its_references():
    assert {rule.id: rule.references for rule in RULES} == PAGE
    assert [rule.id for rule in RULES] == list(PAGE)


def test_every_reference_has_its_title_and_no_other_has():
    assert {each for references in PAGE.values() for each in references} == set(TITLES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_it_has_cases_that_fire_and_cases_that_do_not(rule):
    rows = [row for row in TABLES if row[0] == rule.id]
    assert {bool(row[-1]) for row in rows} == {True, False}
    assert len(rows) >= 6


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_it_says_what_a_reader_needs(rule):
    for text in (rule.severity, rule.detects, rule.remedy, rule.false_positives):
        assert text
        assert not text.endswith(".")
    for text in (rule.detects, rule.remedy, rule.false_positives):
        assert text[0].isupper()
        assert len(text.split()) >= 3
    assert rule.severity.split()[0].strip(";,") in {"low", "medium", "high", "critical", "of"}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
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
            assert not finding.message.endswith(".")


def test_findings_are_listed_by_severity_then_rule_then_subject():
    review = r.Checkpoint("review", "human-approval", "grant", "deploy-key", "cluster", decided_at="ci")
    snapshot = pipeline(review, r.Intent("coder", "ci", ("read",)))
    listed = [(f.severity, f.rule, f.subject) for f in analyse(snapshot, today=TODAY).findings]
    assert listed == [
        ("critical", "missing-checkpoint", "deploy-key>cluster"),
        ("critical", "self-approved-checkpoint", "review"),
        ("high", "secret-at-rest", "ci>deploy-key"),
        ("high", "unapproved-reach", "coder"),
        ("low", "missing-checkpoint", "ci-token>ci"),
    ]
