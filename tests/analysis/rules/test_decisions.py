"""Decisions that are made too early, or too often."""

from meshmodel.model import records as r
from tests.analysis.rules.drawing import findings, found, office
from tests.rows import all_rows

HELPER = (
    r.Agent("helper", kind="service", home="office"),
    r.Credential("key"),
    r.Hold("helper", "key"),
    r.System("store", zone="prod", sensitivity="confidential"),
    r.Grant("key", "store", ("write",)),
    r.Delegation("bot", "helper"),
)
AT_WORK = r.Checkpoint("start", "human-approval", "delegation", "bot", "helper")
LIMITED = r.Delegation("bot", "helper", only=("store:write",))
DESK = r.System("desk", zone="office")
MANY = {"kind": "human-approval", "step": "grant", "from_": "token", "to": "app"}


def ask(**fields):
    values = {"kind": "policy-decision", "step": "grant", "from_": "key", "to": "store", **fields}
    return r.Checkpoint("ask", **values)


COARSE = [
    # the only decision on the way: at the delegation, trigger, hosting, hold
    (office(*HELPER, AT_WORK), "built", [("bot", "low")]),
    (
        office(
            *HELPER,
            r.Trigger("app", "helper"),
            r.Checkpoint("start", "policy-decision", "trigger", "app", "helper"),
            without=[("delegation", ("bot", "helper"))],
        ),
        "built",
        [("bot", "low")],
    ),
    (
        office(
            *HELPER,
            r.Agent("helper", kind="service", home="office", runs_on="app"),
            r.Grant("token", "app", ("execute",)),
            r.Checkpoint("start", "policy-decision", "hosting", "app", "helper"),
            without=[("delegation", ("bot", "helper"))],
        ),
        "built",
        [("bot", "low")],
    ),
    (office(r.Checkpoint("take", "just-in-time-access", "hold", "bot", "token")), "built", [("bot", "low")]),
    # a credential that a delegation passes is held by a hold step too
    (
        office(
            r.Agent("boss", kind="service"),
            r.Delegation("boss", "bot", ("token",)),
            r.Checkpoint("take", "just-in-time-access", "hold", "bot", "token"),
            without=[("hold", ("bot", "token"))],
        ),
        "built",
        [("boss", "low"), ("bot", "low")],
    ),
    # at a limited delegation, for what it names
    (office(*HELPER, LIMITED, AT_WORK), "built", [("bot", "low")]),
    (office(*HELPER, LIMITED, AT_WORK, r.Grant("key", "store", ("execute",))), "built", []),
    (office(*HELPER, LIMITED, AT_WORK, ask()), "built", []),
    (office(*HELPER, LIMITED), "built", []),
    # nobody is asked at all: another rule's
    (office(*HELPER), "built", []),
    # decided at the system as well, or where the credential is exchanged
    (office(*HELPER, AT_WORK, ask()), "built", []),
    (
        office(
            *HELPER,
            AT_WORK,
            r.Credential("ticket"),
            r.Hold("helper", "ticket"),
            r.Exchange("ticket", "key"),
            ask(step="exchange", from_="ticket", to="key"),
            without=[("hold", ("helper", "key"))],
        ),
        "built",
        [],
    ),
    # but what does not count decides nothing
    (office(*HELPER, AT_WORK, ask(freshness="cached")), "built", [("bot", "low")]),
    (office(*HELPER, AT_WORK, ask(actions=("read",))), "built", [("bot", "low")]),
    (office(*HELPER, AT_WORK, ask(state="planned")), "built", [("bot", "low")]),
    (office(*HELPER, AT_WORK, ask(state="planned")), "designed", []),
    # an early decision that does not count leaves the way open: another rule's
    (
        office(
            *HELPER, r.Checkpoint("start", "human-approval", "delegation", "bot", "helper", state="planned")
        ),
        "built",
        [],
    ),
    (
        office(
            *HELPER, r.Checkpoint("start", "human-approval", "delegation", "bot", "helper", state="planned")
        ),
        "designed",
        [("bot", "low")],
    ),
    # over which the agent has power: likewise
    (
        office(
            *HELPER, r.Checkpoint("start", "human-approval", "delegation", "bot", "helper", decided_at="app")
        ),
        "built",
        [],
    ),
    # a decision at the system over which the agent has power is none
    (office(*HELPER, AT_WORK, ask(decided_at="app")), "built", [("bot", "low")]),
    (office(*HELPER, AT_WORK, DESK, ask(decided_at="desk")), "built", []),
    # two ways, of which one is decided early only
    (
        office(
            *HELPER,
            AT_WORK,
            ask(),
            r.Credential("other"),
            r.Hold("helper", "other"),
            r.Grant("other", "store", ("execute",)),
        ),
        "built",
        [("bot", "low")],
    ),
    # reading, and acting on what is internal (or of unknown sensitivity), is not worth it
    (office(*HELPER, AT_WORK, r.Grant("key", "store", ("read",))), "built", []),
    (office(*HELPER, AT_WORK, r.System("store", zone="prod")), "built", []),
    (office(*HELPER, AT_WORK, r.System("store", zone="prod", integrity="critical")), "built", []),
    # admin is acting, and all that it implies
    (office(*HELPER, AT_WORK, r.Grant("key", "store", ("admin",))), "built", [("bot", "low")]),
    (office(*HELPER, AT_WORK, r.System("store", sensitivity="restricted")), "built", [("bot", "low")]),
    # a person is an agent too, and only some rules leave people out; who is retired does nothing
    (office(*HELPER, AT_WORK, r.Agent("bot", kind="person")), "built", [("bot", "low")]),
    (office(*HELPER, AT_WORK, r.Agent("helper", status="retired")), "built", []),
    (office(*HELPER, AT_WORK, r.Credential("key", status="revoked")), "built", []),
]

FATIGUE = [
    (office(r.Checkpoint("c", **MANY, rate=51)), "built", [("c", "medium")]),
    (office(r.Checkpoint("c", **MANY, rate=50)), "built", []),
    (office(r.Checkpoint("c", **MANY)), "built", []),
    (office(r.Checkpoint("c", **{**MANY, "kind": "policy-decision"}, rate=5_000)), "built", []),
    # whoever is asked too often learns to agree, whether it counts or not
    (office(r.Checkpoint("c", **MANY, rate=51, state="planned")), "built", [("c", "medium")]),
    (office(r.Checkpoint("c", **MANY, rate=51, freshness="cached")), "built", [("c", "medium")]),
    (office(r.Checkpoint("c", **MANY, rate=51), r.Credential("token", status="revoked")), "built", []),
    (
        office(r.Checkpoint("c", "human-approval", "boundary", "office", "prod", rate=51)),
        "built",
        [("c", "medium")],
    ),
    (
        office(*HELPER, r.Checkpoint("c", "human-approval", "delegation", "bot", "helper", rate=51)),
        "built",
        [("c", "medium")],
    ),
    (
        office(
            *HELPER,
            r.Checkpoint("c", "human-approval", "delegation", "bot", "helper", rate=51),
            r.Agent("helper", status="retired"),
        ),
        "built",
        [],
    ),
]

TABLE = [("coarse-checkpoint", *row) for row in COARSE] + [("approval-fatigue", *row) for row in FATIGUE]


@all_rows(("rule", "mesh", "view", "expected"), TABLE)
def test_it_holds_where_it_should_and_not_elsewhere(rule, mesh, view, expected):
    assert found(mesh, rule, view) == expected


def test_it_tells_what_was_decided_too_early():
    (finding,) = findings(
        office(*HELPER, AT_WORK, r.Grant("key", "store", ("read", "admin"))), "coarse-checkpoint"
    )
    assert finding.message == (
        "bot can write, execute on, issue from and administer store. The only decision comes at the "
        "call, before the action is known."
    )
    assert finding.actions == ("write", "execute", "issue", "admin")
    assert finding.about == (("agent", "bot"), ("checkpoint", "start"), ("system", "store"))


def test_it_tells_no_decision_on_a_step_to_where_the_agent_began():
    back = r.Checkpoint("back", "human-approval", "delegation", "helper", "bot")
    mesh = office(*HELPER, AT_WORK, r.Delegation("helper", "bot"), back)
    finding = next(each for each in findings(mesh, "coarse-checkpoint") if each.subject == "bot")
    assert ("checkpoint", "start") in finding.about
    assert ("checkpoint", "back") not in finding.about


def test_it_tells_who_is_asked_how_often():
    (finding,) = findings(
        office(r.Checkpoint("c", **MANY, rate=80, approvers=("ann", "ben"))), "approval-fatigue"
    )
    assert finding.message == ("c asks ann or ben 80 times a day, where token is used on app.")
