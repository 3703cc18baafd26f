"""Agents that are gone, that sign in as somebody else, or that come too far."""

import pytest

from meshmodel.model import records as r
from tests.analysis.rules.drawing import findings, found, office
from tests.rows import all_rows

OLD = (r.Agent("bot", status="retired"),)
RETIRED = [
    (office(*OLD), [("bot", "high")]),
    (office(), []),
    (office(*OLD, r.Credential("token", status="revoked")), []),
    (office(*OLD, without=[("hold", ("bot", "token"))]), []),
    # one of several suffices, and it is one row
    (office(*OLD, r.Credential("other", status="revoked"), r.Hold("bot", "other")), [("bot", "high")]),
    (office(*OLD, r.Credential("other"), r.Hold("bot", "other")), [("bot", "high")]),
    # what would be passed to it is not held by it
    (
        office(
            *OLD,
            r.Agent("boss"),
            r.Delegation("boss", "bot", ("token",)),
            without=[("hold", ("bot", "token"))],
        ),
        [],
    ),
    (office(r.Agent("bot", kind="person", status="retired")), [("bot", "high")]),
    # whether it opens anything does not matter
    (office(*OLD, without=[("grant", ("token", "app"))]), [("bot", "high")]),
]


def human(**fields):
    return r.Credential("token", subject="human", **fields)


PERSONAL = [
    (office(human()), [("bot>token", "high")]),
    (office(human(on_behalf_of="ann")), []),
    (office(r.Credential("token", kind="personal-access-token")), [("bot>token", "high")]),
    (office(r.Credential("token", kind="session-cookie")), [("bot>token", "high")]),
    (office(human(kind="session-cookie", on_behalf_of="ann")), [("bot>token", "high")]),
    (office(r.Credential("token", kind="api-key")), []),
    (office(), []),
    (office(human(), r.Agent("bot", kind="person")), []),
    (office(human(), *OLD), []),
    (office(human(status="revoked")), []),
    # an agent without a kind is no person
    (office(human(), r.Agent("bot")), [("bot>token", "high")]),
    # handed to it by a delegation, it presents it all the same
    (
        office(
            human(),
            r.Agent("ann", kind="person"),
            r.Delegation("ann", "bot", ("token",)),
            without=[("hold", ("bot", "token"))],
        ),
        [("bot>token", "high")],
    ),
    (
        office(
            human(),
            r.Agent("ann", kind="person", status="retired"),
            r.Delegation("ann", "bot", ("token",)),
            without=[("hold", ("bot", "token"))],
        ),
        [],
    ),
    # held and handed is one row; found on the way is not held
    (
        office(human(), r.Agent("ann", kind="person"), r.Delegation("ann", "bot", ("token",))),
        [("bot>token", "high")],
    ),
    (office(r.Credential("cookie", subject="human"), r.Custody("app", "cookie")), []),
]

ANN = r.Agent("ann", kind="person")
AS_MACHINE = [
    (office(ANN, r.Hold("ann", "token")), [("ann>token", "medium")]),
    (office(ANN, r.Hold("ann", "token"), human()), []),
    (office(ANN), []),
    (office(), []),
    (office(r.Agent("ann", kind="person", status="retired"), r.Hold("ann", "token")), []),
    (office(ANN, r.Hold("ann", "token"), r.Credential("token", status="revoked")), []),
    (office(ANN, r.Delegation("bot", "ann", ("token",))), [("ann>token", "medium")]),
    (office(ANN, r.Credential("other"), r.Custody("app", "other")), []),
]

LAB = (r.System("lab", zone="dev"), r.Credential("lab-token"), r.Hold("bot", "lab-token"))
CROSSES = (*LAB, r.Grant("lab-token", "lab", ("read",)))
ENVIRONMENT = [
    (office(*CROSSES), "built", [("bot", "high")]),
    (office(), "built", []),
    # it must act in production, and may do anything elsewhere
    (office(*CROSSES, r.Grant("token", "app", ("read",))), "built", []),
    (office(*CROSSES, r.Grant("token", "app", ("admin",))), "built", [("bot", "high")]),
    (office(*LAB, r.Grant("lab-token", "lab", ("issue",))), "built", [("bot", "high")]),
    (office(*CROSSES, r.Zone("dev", environment="staging")), "built", [("bot", "high")]),
    (office(*CROSSES, r.Zone("dev", environment="corporate")), "built", []),
    (office(*CROSSES, r.Zone("dev")), "built", []),
    (office(*CROSSES, r.Zone("prod", environment="staging")), "built", []),
    # a system without a zone has no environment
    (office(*CROSSES, r.System("lab")), "built", []),
    (office(*CROSSES, r.System("app")), "built", []),
    # unchecked: a decision that counts, on either side, parts them
    (office(*CROSSES, r.Checkpoint("ask", "policy-decision", "grant", "token", "app")), "built", []),
    (office(*CROSSES, r.Checkpoint("ask", "policy-decision", "grant", "lab-token", "lab")), "built", []),
    (
        office(*CROSSES, r.Checkpoint("ask", "policy-decision", "grant", "token", "app", state="planned")),
        "built",
        [("bot", "high")],
    ),
    (
        office(*CROSSES, r.Checkpoint("ask", "policy-decision", "grant", "token", "app", state="planned")),
        "designed",
        [],
    ),
    (
        office(*CROSSES, r.Checkpoint("ask", "policy-decision", "grant", "token", "app", actions=("read",))),
        "built",
        [("bot", "high")],
    ),
    # through deputies, each of which is on one side
    (
        office(
            r.System("lab", zone="dev"),
            r.Agent("tester"),
            r.Credential("lab-token"),
            r.Hold("tester", "lab-token"),
            r.Grant("lab-token", "lab", ("write",)),
            r.Trigger("lab", "bot"),
        ),
        "built",
        [("tester", "high")],
    ),
    # an agent is anybody who acts
    (office(*CROSSES, r.Agent("bot", kind="person")), "built", [("bot", "high")]),
    (office(*CROSSES, *OLD), "built", []),
    (office(*CROSSES, r.Credential("lab-token", status="revoked")), "built", []),
]


def limited(only, returns="words"):
    """A vendor's agent has the bot do one thing for it."""
    return office(
        r.Agent("boss", vendor="Supplier"), r.Delegation("boss", "bot", only=(only,), returns=returns)
    )


def app(**fields):
    return r.System("app", zone="prod", sensitivity="confidential", **fields)


HIRED = r.Agent("bot", kind="service", home="office", vendor="Supplier")
READS = r.Grant("token", "app", ("read",))


def steering(**fields):
    return r.System("feed", vendor="Supplier", **fields)


THIRD_PARTY = [
    # run by a third party
    (office(HIRED), "built", [("bot", "high")]),
    (office(HIRED, READS), "built", [("bot", "medium")]),
    (office(), "built", []),
    (office(HIRED, r.System("app", zone="prod")), "built", []),
    (office(HIRED, r.System("app", zone="prod", sensitivity="internal")), "built", []),
    (
        office(HIRED, READS, r.System("app", zone="prod", sensitivity="restricted")),
        "built",
        [("bot", "medium")],
    ),
    # acting elsewhere, on what is internal, does not make it high
    (
        office(HIRED, READS, r.System("feed"), r.Grant("token", "feed", ("write",))),
        "built",
        [("bot", "medium")],
    ),
    (office(HIRED, r.Grant("token", "app", ("admin",))), "built", [("bot", "high")]),
    # what is decided each time is no excess
    (office(HIRED, r.Checkpoint("ask", "policy-decision", "grant", "token", "app")), "built", []),
    # started through a system of one; what it hears there starts nothing
    (office(steering(), r.Trigger("feed", "bot")), "built", [("bot", "high")]),
    (office(steering(), r.Grant("token", "feed", ("read",))), "built", []),
    # what is that vendor's own is not somebody else's
    (office(HIRED, app(vendor="Supplier")), "built", []),
    (office(HIRED, app(vendor="Other")), "built", [("bot", "high")]),
    (office(steering(), r.Trigger("feed", "bot"), app(vendor="Supplier")), "built", []),
    # run by one and started through another
    (
        office(
            HIRED,
            app(vendor="Supplier"),
            r.System("feed", vendor="Other"),
            r.Trigger("feed", "bot"),
        ),
        "built",
        [("bot", "high")],
    ),
    # of several systems the other one's counts
    (
        office(
            HIRED,
            app(vendor="Supplier"),
            r.System("store", sensitivity="restricted", vendor="Other"),
            r.Grant("token", "store", ("read",)),
        ),
        "built",
        [("bot", "medium")],
    ),
    # a trigger from what holds values alone is one
    (office(steering(typed=True), r.Trigger("feed", "bot")), "built", [("bot", "high")]),
    # through a limited delegation it reaches what that names
    (limited("app:read"), "built", [("boss", "medium")]),
    (limited("app:write"), "built", [("boss", "high")]),
    (limited("app:execute"), "built", []),
    (limited("app:read", returns="values"), "built", []),
    (
        office(
            steering(untrusted_input=True),
            r.Grant("token", "feed", ("read",)),
            r.Agent("bot", kind="ai-agent"),
        ),
        "built",
        [],
    ),
    (office(r.System("feed"), r.Trigger("feed", "bot")), "built", []),
    # a vendor of what is reached starts nobody
    (office(r.System("app", zone="prod", sensitivity="confidential", vendor="Supplier")), "built", []),
    # its own steering of others does not matter, theirs does
    (office(r.Agent("hired", vendor="Supplier"), r.Delegation("bot", "hired")), "built", []),
    (office(r.Agent("hired", vendor="Supplier"), r.Delegation("hired", "bot")), "built", [("hired", "high")]),
    (office(r.Agent("bot", vendor="Supplier", status="retired")), "built", []),
    (office(r.Agent("bot", vendor="Supplier", kind="person")), "built", [("bot", "high")]),
]

TABLE = [
    *(("retired-agent-access", mesh, "built", expected) for mesh, expected in RETIRED),
    *(("human-identity-in-agent", mesh, "built", expected) for mesh, expected in PERSONAL),
    *(("person-uses-workload-identity", mesh, "built", expected) for mesh, expected in AS_MACHINE),
    *(("environment-crossing", *row) for row in ENVIRONMENT),
    *(("third-party-reach", *row) for row in THIRD_PARTY),
]


@all_rows(("rule", "mesh", "view", "expected"), TABLE)
def test_it_holds_where_it_should_and_not_elsewhere(rule, mesh, view, expected):
    assert found(mesh, rule, view) == expected


def test_it_tells_what_the_retired_still_holds():
    (finding,) = findings(office(*OLD, r.Credential("other"), r.Hold("bot", "other")), "retired-agent-access")
    assert finding.message == "bot is retired and still holds other and token."
    assert finding.agents == ("bot",)


def test_it_tells_whose_identity_it_is_and_how_it_came_there():
    (finding,) = findings(office(human()), "human-identity-in-agent")
    assert finding.message == "bot uses token, a person's own sign-in. Logs show the person."
    assert finding.about[0] == ("hold", ("bot", "token"))
    assert finding.actions == ("read", "write")
    handed = office(
        r.Credential("token", kind="session-cookie"),
        ANN,
        r.Delegation("ann", "bot", ("token",)),
        without=[("hold", ("bot", "token"))],
    )
    (finding,) = findings(handed, "human-identity-in-agent")
    assert finding.message.startswith("bot uses token, a session cookie. ")
    assert finding.about[0] == ("delegation", ("ann", "bot"))


def test_it_tells_as_whom_the_person_signs_in():
    mesh = office(ANN, r.Hold("ann", "token"), r.Credential("token", identity="svc"))
    (finding,) = findings(mesh, "person-uses-workload-identity")
    assert finding.message.startswith("ann can sign in as svc with token. ")


def test_it_tells_both_environments():
    (finding,) = findings(office(*CROSSES), "environment-crossing")
    assert finding.message == (
        "bot can write app in production and read lab in development. No checkpoint is in between."
    )
    assert finding.actions == ("write",)
    assert finding.about == (
        ("agent", "bot"),
        ("grant", ("token", "app")),
        ("system", "app"),
        ("system", "lab"),
    )


def test_it_tells_whose_agent_it_is_or_who_starts_it():
    (finding,) = findings(office(HIRED), "third-party-reach")
    assert finding.message == "bot, run by Supplier, can read and write app."
    assert finding.actions == ("read", "write")
    (finding,) = findings(office(steering(), r.Trigger("feed", "bot")), "third-party-reach")
    assert finding.message == "bot, started through feed of Supplier, can read and write app."
    both = office(HIRED, app(vendor="Supplier"), r.System("feed", vendor="Other"), r.Trigger("feed", "bot"))
    (finding,) = findings(both, "third-party-reach")
    assert finding.message == (
        "bot, run by Supplier and started through feed of Other, can read and write app."
    )


def test_it_names_the_grants_by_which_it_acts_and_no_others():
    mesh = office(
        *CROSSES,
        r.Credential("unreached"),
        r.Grant("unreached", "app", ("write",)),
        r.Credential("revoked", status="revoked"),
        r.Hold("bot", "revoked"),
        r.Grant("revoked", "app", ("write",)),
        r.Credential("reader"),
        r.Hold("bot", "reader"),
        r.Grant("reader", "app", ("read",)),
        r.Credential("owner"),
        r.Hold("bot", "owner"),
        r.Grant("owner", "app", ("admin",)),
    )
    (finding,) = findings(mesh, "environment-crossing")
    assert [key for table, key in finding.about if table == "grant"] == [("owner", "app"), ("token", "app")]


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (2, "read app, read s1 and read s2"),
        (4, "read app, read s1, read s2, read s3 and read s4"),
        (5, "read app, read s1, read s2 and act on 3 more"),
    ],
)
def test_it_says_of_many_systems_how_many_more_there_are(number, told):
    more = [
        each
        for name in (f"s{place}" for place in range(1, number + 1))
        for each in (
            r.System(name, zone="prod", sensitivity="confidential"),
            r.Grant("token", name, ("read",)),
        )
    ]
    (finding,) = findings(office(HIRED, READS, *more), "third-party-reach")
    assert finding.message == f"bot, run by Supplier, can {told}."
    assert len([key for table, key in finding.about if table == "system"]) == number + 1
