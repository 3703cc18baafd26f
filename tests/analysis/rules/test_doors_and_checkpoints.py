"""Missing checkpoints, toxic flows, reach beyond what is intended, and checkpoints that do not count."""

import pytest

from meshmodel.analysis.analysis import analyse
from meshmodel.model import records as r
from tests.analysis.meshes_by_hand import pipeline, support
from tests.analysis.rules.drawing import TODAY, found


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
    # what is behind a decision is reached too; admin is all five; a person can be meant for less as well
    ("unapproved-reach", support(r.Intent("bot", "tickets", ("read",)), ask()), "built", [("bot", "medium")]),
    (
        "unapproved-reach",
        support(
            r.Intent("bot", "tickets", ("read",)),
            r.Intent("bot", "files", ("read", "write", "execute", "issue")),
            r.Grant("file-key", "files", ("admin",)),
        ),
        "built",
        [("bot", "high")],
    ),
    (
        "unapproved-reach",
        support(r.Intent("bot", "tickets", ("read",)), r.Agent("bot", kind="person", home="helpdesk")),
        "built",
        [("bot", "medium")],
    ),
    (
        "unapproved-reach",
        support(r.Intent("bot", "tickets", ("read",)), r.Agent("bot", status="retired")),
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
