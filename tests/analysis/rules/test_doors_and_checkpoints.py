"""Missing checkpoints, toxic flows, reach beyond what is intended, and checkpoints that do not count."""

from dataclasses import replace

from meshmodel.model import records as r
from tests.analysis.meshes_by_hand import pipeline, support
from tests.analysis.rules.drawing import found
from tests.rows import all_rows


def ask(**changes):
    fields = {"kind": "policy-decision", "step": "grant", "from_": "file-key", "to": "files", **changes}
    return r.Checkpoint("ask", **fields)


GATE = {"step": "boundary", "from_": "helpdesk", "to": "cloud"}
PUBLIC = r.System("site", sensitivity="public")
OUT = r.Grant("file-key", "site", ("read",))
REVIEW = {"id": "review", "kind": "human-approval", "step": "grant", "from_": "deploy-key", "to": "cluster"}

AUDITED = r.System("files", name="Files", zone="cloud", sensitivity="confidential", audit="identity")
PROGRAM = r.Agent("bot", name="Support bot", kind="workflow", home="helpdesk")
WRITES = (r.Grant("file-key", "files", ("write",)),)
NO_FILES = [("grant", ("file-key", "files"))]
WIKI = (
    r.System("wiki", name="Wiki", zone="helpdesk"),
    r.Credential("wiki-key", identity="svc-wiki"),
    r.Hold("bot", "wiki-key"),
    r.Grant("wiki-key", "wiki", ("write",)),
)
LEAK = (
    r.System("tickets", name="Tickets", zone="helpdesk", sensitivity="confidential"),
    *WIKI,
    r.System("wiki", name="Wiki", zone="helpdesk", exposed=True),
)
ONE_PERSON = (
    r.System("files", zone="cloud", sensitivity="confidential", partitioned=True),
    r.System("site", exposed=True, partitioned=True),
    r.Credential("file-key", on_behalf_of="ann"),
    r.Credential("post", on_behalf_of="ann"),
    r.Hold("bot", "post"),
    r.Grant("post", "site", ("write",)),
)
STARTED = r.Checkpoint("started", "human-approval", "trigger", "tickets", "bot")
CARRIED = (
    r.System("tickets", zone="helpdesk"),
    r.System("mail", untrusted_input=True),
    r.System("notes"),
    r.Agent("clerk", kind="ai-agent"),
    r.Credential("pen"),
    r.Hold("clerk", "pen"),
    r.Grant("pen", "mail", ("read",)),
    r.Grant("pen", "notes", ("write",)),
    r.Grant("ticket-token", "notes", ("read",)),
)
KEEPER = [("ask", "critical")]
"""The keeper of the files holds the approver's credential itself."""


def limited(only, *more, returns="words"):
    """The bot has the files no more but from a keeper, who does no more for it than this."""
    keeper = (
        r.Agent("keeper", kind="service", home="cloud"),
        r.Hold("keeper", "file-key"),
        r.Delegation("bot", "keeper", only=None if only is None else (only,), returns=returns),
    )
    return support(*keeper, *more, without=[("hold", ("bot", "file-key"))])


TABLE = [
    # rule, mesh, view, expected
    ("missing-checkpoint", support(), "built", [("file-key>files", "medium")]),
    ("missing-checkpoint", support(ask()), "built", []),
    ("missing-checkpoint", support(ask(freshness="cached")), "built", [("file-key>files", "medium")]),
    ("missing-checkpoint", support(ask(state="planned")), "designed", []),
    ("missing-checkpoint", support(r.Agent("bot", kind="person", home="helpdesk")), "built", []),
    # an intent answers for little harm, outsiders' words or not
    (
        "missing-checkpoint",
        support(r.Intent("bot", "files", ("read",), ("home", "tickets")), AUDITED),
        "built",
        [],
    ),
    # but of an agent that nobody can instruct they can
    (
        "missing-checkpoint",
        support(r.Intent("bot", "files", ("read",), ("home", "tickets")), AUDITED, PROGRAM),
        "built",
        [],
    ),
    # acting harms as much as the integrity says; outsiders' words make it worse
    ("missing-checkpoint", support(*WRITES), "built", [("file-key>files", "high")]),
    (
        "missing-checkpoint",
        support(*WRITES, r.System("files", zone="cloud", integrity="low")),
        "built",
        [("file-key>files", "low")],
    ),
    # within the zone outsiders' words are led to whatever is not typed
    ("missing-checkpoint", support(*WIKI, without=NO_FILES), "built", [("wiki-key>wiki", "medium")]),
    (
        "missing-checkpoint",
        support(*WIKI, r.System("wiki", zone="helpdesk", typed=True), without=NO_FILES),
        "built",
        [],
    ),
    (
        "missing-checkpoint",
        support(*WIKI, r.System("tickets", zone="helpdesk"), without=NO_FILES),
        "built",
        [],
    ),
    # and confidential data to where outsiders see it
    ("missing-checkpoint", support(*LEAK, without=NO_FILES), "built", [("wiki-key>wiki", "high")]),
    # through a limited delegation: no more than it names
    ("missing-checkpoint", limited("files:read"), "built", [("file-key>files", "medium")]),
    ("missing-checkpoint", limited("files:write"), "built", []),
    ("missing-checkpoint", limited("files:read", returns="values"), "built", []),
    ("missing-checkpoint", limited("files:read", ask()), "built", []),
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
    # it must be possible to instruct it: a program is not, unless it hands words on to what is
    ("toxic-flow", support(PUBLIC, OUT, PROGRAM), "built", []),
    (
        "toxic-flow",
        support(PUBLIC, OUT, PROGRAM, r.Agent("model", kind="ai-agent"), r.Delegation("bot", "model")),
        "built",
        [("bot", "critical")],
    ),
    (
        "toxic-flow",
        support(
            PUBLIC,
            OUT,
            PROGRAM,
            r.Agent("model", kind="ai-agent"),
            r.Delegation("bot", "model", returns="values"),
        ),
        "built",
        [],
    ),
    # asking is a way out only where requests are exposed
    (
        "toxic-flow",
        support(r.System("site", exposed=True, exposed_requests=False), OUT),
        "built",
        [],
    ),
    ("toxic-flow", support(r.System("site", exposed_requests=True), OUT), "built", [("bot", "critical")]),
    # what belongs to one person does not leave that person
    ("toxic-flow", support(*ONE_PERSON), "built", []),
    (
        "toxic-flow",
        support(*ONE_PERSON, r.Credential("file-key", on_behalf_of="ben")),
        "built",
        [("bot", "critical")],
    ),
    # a decision before outsiders' words start it, and one that they decide themselves
    (
        "toxic-flow",
        support(
            PUBLIC, OUT, r.Trigger("tickets", "bot"), STARTED, without=[("hold", ("bot", "ticket-token"))]
        ),
        "built",
        [],
    ),
    (
        "toxic-flow",
        support(
            PUBLIC,
            OUT,
            r.Trigger("tickets", "bot"),
            replace(STARTED, decided_at="tickets"),
            without=[("hold", ("bot", "ticket-token"))],
        ),
        "built",
        [("bot", "critical")],
    ),
    # words that another agent carried on
    ("toxic-flow", support(PUBLIC, OUT, *CARRIED), "built", [("bot", "critical")]),
    (
        "toxic-flow",
        support(PUBLIC, OUT, *CARRIED, r.Checkpoint("asked", "human-approval", "grant", "pen", "notes")),
        "built",
        [],
    ),
    # through a limited delegation, as far as it goes
    (
        "toxic-flow",
        limited("files:read", PUBLIC, OUT, r.Grant("ticket-token", "site", ("read",))),
        "built",
        [("bot", "critical")],
    ),
    ("toxic-flow", limited("files:write", PUBLIC, r.Grant("ticket-token", "site", ("read",))), "built", []),
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
    # wherever the intents come from
    (
        "unapproved-reach",
        support(r.Intent("bot", "tickets", ("read",)), r.Intent("bot", "files", ("read",), ("files",))),
        "built",
        [],
    ),
    # integrity is not what counts here
    (
        "unapproved-reach",
        support(
            r.Intent("bot", "tickets", ("read",)),
            r.System("files", zone="cloud", integrity="critical"),
            r.Grant("file-key", "files", ("write",)),
        ),
        "built",
        [("bot", "medium")],
    ),
    # what comes back through a limited delegation is reached, and no more
    (
        "unapproved-reach",
        limited("files:read", r.Intent("bot", "tickets", ("read",))),
        "built",
        [("bot", "medium")],
    ),
    ("unapproved-reach", limited("files:write", r.Intent("bot", "tickets", ("read",))), "built", []),
    # what is decided each time is no excess, and at home it is low; admin is all five; a person can be meant
    # for less as well
    ("unapproved-reach", support(r.Intent("bot", "tickets", ("read",)), ask()), "built", []),
    ("unapproved-reach", support(r.Intent("bot", "files", ("read",))), "built", [("bot", "low")]),
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
    ("checkpoint-does-not-count", support(ask(freshness="per-session")), "built", [("ask", "low")]),
    ("checkpoint-does-not-count", support(ask(kind="sender-constraint")), "built", [("ask", "low")]),
    ("checkpoint-does-not-count", support(ask(state="planned")), "built", [("ask", "low")]),
    ("checkpoint-does-not-count", support(ask(state="planned")), "designed", []),
    ("checkpoint-does-not-count", support(ask(state="advisory")), "designed", [("ask", "low")]),
    ("checkpoint-does-not-count", support(ask(**GATE)), "built", [("ask", "low")]),
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
    # people decide afresh
    (
        "self-approved-checkpoint",
        pipeline(r.Checkpoint(**REVIEW, decided_at="ci"), r.Agent("coder", kind="person", home="build")),
        "built",
        [],
    ),
    # planned ones as designed
    (
        "self-approved-checkpoint",
        pipeline(r.Checkpoint(**REVIEW, decided_at="ci", state="planned")),
        "built",
        [],
    ),
    (
        "self-approved-checkpoint",
        pipeline(r.Checkpoint(**REVIEW, decided_at="ci", state="planned")),
        "designed",
        [("review", "critical")],
    ),
    # the credential of an approver in a session: where a limit counts nothing can be approved with it
    ("self-approved-checkpoint", limited("files:read", ask(approvers=("svc-files",))), "built", KEEPER),
    (
        "self-approved-checkpoint",
        limited(None, ask(approvers=("svc-files",)), returns="values"),
        "built",
        KEEPER,
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
            r.Checkpoint(
                "gate", "policy-decision", "boundary", "build", "production", ("read",), decided_at="ci"
            ),
            r.Grant("deploy-key", "cluster", ("write",)),
        ),
        "built",
        [("gate", "critical")],
    ),
    # of those who are at home where it begins
    (
        "self-approved-checkpoint",
        pipeline(
            r.Checkpoint("gate", "policy-decision", "boundary", "production", "build", decided_at="ci"),
        ),
        "built",
        [],
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


@all_rows(("rule", "mesh", "view", "expected"), TABLE)
def test_the_rule_fires_where_it_should_and_not_elsewhere(rule, mesh, view, expected):
    assert found(mesh, rule, view) == expected
