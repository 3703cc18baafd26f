from datetime import date

import pytest

from meshmodel.analysis.analysis import analyse
from meshmodel.analysis.rules import RULES
from meshmodel.model import records as r
from tests.analysis.meshes_by_hand import pipeline, support

TODAY = date(2026, 5, 1)


def found(snapshot, rule, view="built"):
    return [
        (f.subject, f.severity) for f in analyse(snapshot, view=view, today=TODAY).findings if f.rule == rule
    ]


def ask(**changes):
    fields = {"kind": "policy-decision", "step": "grant", "from_": "file-key", "to": "files", **changes}
    return r.Checkpoint("ask", **fields)


GATE = {"step": "boundary", "from_": "helpdesk", "to": "cloud"}
PUBLIC = r.System("site", sensitivity="public")
OUT = r.Grant("file-key", "site", ("read",))
REVIEW = {"id": "review", "kind": "human-approval", "step": "grant", "from_": "deploy-key", "to": "cluster"}

TABLE = [
    # rule, mesh, view, expected
    ("missing-checkpoint", support(), "built", [("file-key>files", "high")]),
    ("missing-checkpoint", support(ask()), "built", []),
    ("missing-checkpoint", support(ask(freshness="cached")), "built", [("file-key>files", "high")]),
    ("missing-checkpoint", support(ask(state="planned")), "designed", []),
    ("missing-checkpoint", support(r.Agent("bot", kind="person", home="helpdesk")), "built", []),
    # outsiders' words cannot be intended
    (
        "missing-checkpoint",
        support(r.Intent("bot", "files", ("read",), ("home", "tickets"))),
        "built",
        [("file-key>files", "high")],
    ),
    ("toxic-flow", support(PUBLIC, OUT), "built", [("bot", "critical")]),
    ("toxic-flow", support(PUBLIC), "built", []),
    ("toxic-flow", support(PUBLIC, OUT, r.System("tickets", zone="helpdesk")), "built", []),
    ("toxic-flow", support(PUBLIC, OUT, r.System("files", zone="cloud")), "built", []),
    ("toxic-flow", support(PUBLIC, OUT, ask()), "built", []),
    ("toxic-flow", support(PUBLIC, OUT, r.Agent("bot", kind="person")), "built", []),
    (
        "toxic-flow",
        support(PUBLIC, OUT, r.Trigger("tickets", "bot"), without=[("hold", ("bot", "ticket-token"))]),
        "built",
        [("bot", "critical")],
    ),
    ("unapproved-reach", support(), "built", []),
    ("unapproved-reach", support(r.Intent("bot", "tickets", ("read",))), "built", [("bot", "medium")]),
    (
        "unapproved-reach",
        support(r.Intent("bot", "tickets", ("read",)), r.Grant("file-key", "files", ("write",))),
        "built",
        [("bot", "high")],
    ),
    (
        "unapproved-reach",
        support(r.Intent("bot", "tickets", ("admin",)), r.Intent("bot", "files", ("read",), ("tickets",))),
        "built",
        [],
    ),
    ("checkpoint-does-not-count", support(ask()), "built", []),
    ("checkpoint-does-not-count", support(ask(freshness="per-session")), "built", [("ask", "medium")]),
    ("checkpoint-does-not-count", support(ask(kind="sender-constraint")), "built", [("ask", "medium")]),
    ("checkpoint-does-not-count", support(ask(state="planned")), "built", [("ask", "medium")]),
    ("checkpoint-does-not-count", support(ask(state="planned")), "designed", []),
    ("checkpoint-does-not-count", support(ask(state="advisory")), "designed", [("ask", "medium")]),
    ("checkpoint-does-not-count", support(ask(**GATE)), "built", [("ask", "medium")]),
    ("checkpoint-does-not-count", support(ask(**GATE, decided_at="files")), "built", []),
    (
        "checkpoint-does-not-count",
        support(ask(freshness="cached"), r.Checkpoint("b", "human-approval", "grant", "file-key", "files")),
        "built",
        [],
    ),
    (
        "checkpoint-does-not-count",
        support(ask(freshness="cached"), r.Credential("file-key", status="revoked")),
        "built",
        [],
    ),
    (
        "self-approved-checkpoint",
        pipeline(r.Checkpoint(**REVIEW, decided_at="ci")),
        "built",
        [("review", "critical")],
    ),
    ("self-approved-checkpoint", pipeline(r.Checkpoint(**REVIEW)), "built", []),
    (
        "self-approved-checkpoint",
        pipeline(r.Checkpoint(**REVIEW, decided_at="ci", approvers=("lead",))),
        "built",
        [],
    ),
    (
        "self-approved-checkpoint",
        pipeline(r.Checkpoint(**REVIEW, approvers=("ci-token",))),
        "built",
        [("review", "critical")],
    ),
    (
        "self-approved-checkpoint",
        pipeline(r.Checkpoint(**REVIEW, decided_at="ci"), without=[("custody", ("ci", "deploy-key"))]),
        "built",
        [],
    ),
    (
        "self-approved-checkpoint",
        pipeline(r.Checkpoint("gate", "policy-decision", "boundary", "build", "production", decided_at="ci")),
        "built",
        [("gate", "critical")],
    ),
    (
        "self-approved-checkpoint",
        pipeline(
            r.Checkpoint("gate", "policy-decision", "boundary", "production", "build", None, decided_at="ci"),
            r.System("ci", zone="build", sensitivity="restricted"),
        ),
        "built",
        [],
    ),
]


@pytest.mark.parametrize(("rule", "mesh", "view", "expected"), TABLE)
def test_the_rule_fires_where_it_should_and_not_elsewhere(rule, mesh, view, expected):
    assert found(mesh, rule, view) == expected


def test_every_rule_fires_in_the_table_and_is_silent_in_it():
    for rule in RULES:
        outcomes = {bool(expected) for name, _, _, expected in TABLE if name == rule.id}
        assert outcomes == {True, False}, rule.id


def test_every_rule_says_what_a_reader_needs():
    for rule in RULES:
        assert rule.detects
        assert rule.remedy
        assert rule.false_positives
        assert rule.references
        for each in rule.references:
            assert each.startswith(("ASI", "NHI", "SP 800-", "CSF 2.0 ", "CWE-", "ATLAS AML.")), each
            if each.startswith(("ASI", "NHI")):
                assert each.endswith((":2026", ":2025"))


def test_findings_are_listed_by_severity_then_rule_then_subject():
    snapshot = pipeline(r.Checkpoint(**REVIEW, decided_at="ci"), r.Intent("coder", "ci", ("read",)))
    listed = [(f.severity, f.rule, f.subject) for f in analyse(snapshot, today=TODAY).findings]
    assert listed == [
        ("critical", "missing-checkpoint", "deploy-key>cluster"),
        ("critical", "self-approved-checkpoint", "review"),
        ("high", "unapproved-reach", "coder"),
        ("low", "missing-checkpoint", "ci-token>ci"),
    ]


def test_a_finding_names_its_records_and_has_its_own_words():
    [finding] = analyse(support(), today=TODAY).findings
    assert finding.about == (
        ("grant", ("file-key", "files")),
        ("credential", "file-key"),
        ("system", "files"),
        ("agent", "bot"),
    )
    assert finding.message == (
        "Support bot can read Files as svc-files, coming from another zone with file-key, and nobody is asked"
    )
    assert "file-key > Files" in finding.remedy


def accept(**changes):
    fields = {
        "rule": "missing-checkpoint",
        "subject": "file-key>files",
        "reason": "until the gateway is there",
        "by": "risk board",
        "until": TODAY,
        **changes,
    }
    return r.Acceptance(**fields)


@pytest.mark.parametrize(
    ("acceptance", "is_open"),
    [
        (accept(), False),
        (accept(until=date(2026, 4, 30)), True),
        (accept(severity="high"), False),
        (accept(severity="critical"), False),
        (accept(severity="medium"), True),
        (accept(agents=("bot",)), False),
        (accept(agents=("other",)), True),
        (accept(actions=("read", "write")), False),
        (accept(actions=("write",)), True),
    ],
)
def test_an_acceptance_holds_until_its_day_or_until_there_is_more_to_accept(acceptance, is_open):
    [finding] = analyse(support(acceptance), today=TODAY).findings
    assert finding.accepted is not None
    assert (finding.accepted.by, finding.accepted.until, finding.accepted.open) == (
        "risk board",
        acceptance.until.isoformat(),
        is_open,
    )


def test_an_acceptance_of_another_finding_says_nothing():
    [finding] = analyse(support(accept(subject="file-key>tickets")), today=TODAY).findings
    assert finding.accepted is None
