"""Tokens on behalf of people, handed on, exchanged and federated."""

from dataclasses import replace

from meshmodel.model import records as r
from tests.analysis.rules.drawing import findings, found, office
from tests.rows import all_rows

ANN = r.Credential("token", on_behalf_of="ann")


def granted(*actions, **fields):
    return r.Grant("token", "app", actions, **fields)


DELEGATE = {"honoured_as": "delegate"}
PRINCIPAL = {"honoured_as": "principal"}
TAKEN = (ANN, granted("read", "write", **PRINCIPAL))
NOT_HONOURED = [
    # said to be honoured as principal: where nothing is said, it is unknown
    (office(*TAKEN), [("token>app", "high")]),
    (office(ANN), []),
    (office(ANN, granted("read", "write", entitled=("read",))), [("token>app", "high")]),
    (office(ANN, granted("read", "write", entitled=("read", "write"))), []),
    (office(ANN, granted("read", **PRINCIPAL, entitled=("read",))), [("token>app", "high")]),
    (office(ANN, granted("read", **DELEGATE)), []),
    # more than the person may
    (office(ANN, granted("read", "write", **DELEGATE, entitled=("read",))), [("token>app", "high")]),
    (office(ANN, granted("read", "write", **DELEGATE, entitled=("read", "write"))), []),
    (office(ANN, granted("read", **DELEGATE, entitled=("read", "write"))), []),
    # admin stands for all five, on both sides
    (
        office(ANN, granted("admin", **DELEGATE, entitled=("read", "write", "execute", "issue"))),
        [("token>app", "high")],
    ),
    (office(ANN, granted("read", "execute", **DELEGATE, entitled=("admin",))), []),
    # on nobody's behalf there is no delegation to honour
    (office(), []),
    (office(granted("read", "write", entitled=("read",))), []),
    (office(r.Credential("token", on_behalf_of="ann", status="revoked")), []),
    # it holds of the grant, whoever carries the credential, and of each grant by itself
    (office(*TAKEN, without=[("hold", ("bot", "token"))]), [("token>app", "high")]),
    (
        office(
            ANN,
            granted("read", **DELEGATE),
            r.System("other"),
            r.Grant("token", "other", ("read",), **PRINCIPAL),
        ),
        [("token>other", "high")],
    ),
]


def exchanged(semantics="impersonation", pinned=True, **fields):
    return (
        r.Credential("ticket", **fields),
        r.Exchange("token", "ticket", semantics=semantics, pinned=pinned),
    )


HELP = r.Agent("help", kind="service")
BOTH = [("ticket>app", "medium"), ("token>app", "medium")]
OWN = r.System("app", zone="prod", sensitivity="confidential", partitioned=True)
STAFF = r.Agent("staff", kind="person")
PEOPLE = (STAFF, r.Delegation("staff", "bot"))
LOST = [
    (office(OWN, *PEOPLE), [("token>app", "medium")]),
    (office(replace(OWN, sensitivity="restricted"), *PEOPLE), [("token>app", "high")]),
    # where each has data of their own, and it matters
    (office(*PEOPLE), []),
    (office(replace(OWN, sensitivity="internal"), *PEOPLE), []),
    # not where the person is known, or nobody is worked for
    (office(OWN, *PEOPLE, ANN), []),
    (office(OWN), []),
    (office(OWN, *PEOPLE, r.Agent("staff", kind="person", status="retired")), []),
    (office(OWN, *PEOPLE, r.Agent("staff", kind="service")), []),
    (office(OWN, *PEOPLE, r.Agent("bot", kind="person")), []),
    # through other agents but persons, limited or not
    (
        office(OWN, STAFF, HELP, r.Delegation("staff", "help"), r.Delegation("help", "bot")),
        [("token>app", "medium")],
    ),
    (
        office(
            OWN, STAFF, HELP, r.Delegation("staff", "help"), r.Delegation("help", "bot", returns="values")
        ),
        [("token>app", "medium")],
    ),
    (office(OWN, *PEOPLE, *exchanged(), r.Grant("ticket", "app", ("read",))), BOTH),
    # what it only finds is not its own
    (
        office(
            OWN, *PEOPLE, r.System("disk"), r.Custody("disk", "token"), without=[("hold", ("bot", "token"))]
        ),
        [],
    ),
]

HELPER = (r.Agent("helper", kind="service"), r.Delegation("bot", "helper", ("token",)))


def two(**fields):
    return (r.System("other"), r.Credential("token", audience=("app", "other"), **fields))


PASSTHROUGH = [
    # handed on: audience absent, one, several
    (office(*HELPER), [("bot>helper", "high")]),
    (office(*HELPER, r.Credential("token", audience=("app",))), []),
    (office(*HELPER, *two()), [("bot>helper", "high")]),
    # bound to a key or host it is of no use to another
    (office(*HELPER, r.Credential("token", binding="dpop")), []),
    (office(*HELPER, *two(binding="mtls")), []),
    (office(*HELPER, r.Credential("token", status="revoked")), []),
    (office(*HELPER, r.Agent("helper", status="retired")), []),
    (office(*HELPER, r.Agent("bot", status="retired")), []),
    (office(r.Agent("helper"), r.Delegation("bot", "helper")), []),
    # a person who hands it on does not change what the token is good for
    (office(*HELPER, r.Agent("bot", kind="person")), [("bot>helper", "high")]),
    # of several that are passed one suffices, and it is one row
    (
        office(
            r.Agent("helper"),
            r.Credential("fine", audience=("app",)),
            r.Credential("loose"),
            r.Delegation("bot", "helper", ("fine", "loose", "token")),
        ),
        [("bot>helper", "high")],
    ),
    # accepted outside the audience
    (office(r.System("other"), r.Credential("token", audience=("other",))), [("token>app", "high")]),
    (office(r.Credential("token", audience=("app",))), []),
    (office(*two()), []),
    (
        office(r.System("other"), r.Credential("token", audience=("other",), binding="mtls")),
        [("token>app", "high")],
    ),
    (office(r.System("other"), r.Credential("token", audience=("other",), status="revoked")), []),
    # both at once are two rows
    (
        office(*HELPER, r.System("a"), r.System("b"), r.Credential("token", audience=("a", "b"))),
        [("bot>helper", "high"), ("token>app", "high")],
    ),
]


def ticket(*actions):
    return r.Grant("ticket", "app", actions)


IMPERSONATING = [
    (office(*exchanged(), ticket("write")), [("token>ticket", "low")]),
    (office(*exchanged(), ticket("admin")), [("token>ticket", "low")]),
    (office(*exchanged(), ticket("read")), []),
    (office(*exchanged()), []),
    (office(*exchanged("delegation"), ticket("write")), []),
    (office(*exchanged(None), ticket("write")), []),
    # acting follows later: the chain of who did it is broken already
    (
        office(
            *exchanged(),
            ticket("read"),
            r.Credential("found"),
            r.Custody("app", "found"),
            r.Grant("found", "app", ("execute",)),
        ),
        [("token>ticket", "low")],
    ),
    # nobody comes so far
    (office(*exchanged(), ticket("write"), without=[("hold", ("bot", "token"))]), []),
    (office(*exchanged(), ticket("write"), r.Agent("bot", status="retired")), []),
    (office(*exchanged(status="revoked"), ticket("write")), []),
    (office(*exchanged(), ticket("write"), r.Credential("token", status="revoked")), []),
    # a person acts too
    (office(*exchanged(), ticket("write"), r.Agent("bot", kind="person")), [("token>ticket", "low")]),
    # reach is effective: a decision on the way does not tell who acted
    (
        office(
            *exchanged(),
            ticket("write"),
            r.Checkpoint("ask", "policy-decision", "exchange", "token", "ticket"),
        ),
        [("token>ticket", "low")],
    ),
]

UNPINNED = [
    (office(*exchanged(pinned=False)), [("token>ticket", "high")]),
    (office(*exchanged(None, pinned=False)), [("token>ticket", "high")]),
    (office(*exchanged("delegation", pinned=True)), []),
    (office(*exchanged(pinned=False, status="revoked")), []),
    # whom it names may be revoked: the trust remains
    (office(*exchanged(pinned=False), r.Credential("token", status="revoked")), [("token>ticket", "high")]),
    # others than those drawn meet the condition: it holds though no agent here comes to it
    (office(*exchanged(pinned=False), without=[("hold", ("bot", "token"))]), [("token>ticket", "high")]),
]

TABLE = [
    *(("delegation-not-honoured", *row) for row in NOT_HONOURED),
    *(("lost-delegation", *row) for row in LOST),
    *(("token-passthrough", *row) for row in PASSTHROUGH),
    *(("impersonating-exchange", *row) for row in IMPERSONATING),
    *(("unpinned-federation", *row) for row in UNPINNED),
]


@all_rows(("rule", "mesh", "expected"), TABLE)
def test_it_holds_where_it_should_and_not_elsewhere(rule, mesh, expected):
    assert found(mesh, rule) == expected
    assert found(mesh, rule, "designed") == expected


def test_it_tells_what_the_person_may_not_do():
    (finding,) = findings(
        office(ANN, granted("read", "write", **DELEGATE, entitled=("read",))), "delegation-not-honoured"
    )
    assert finding.message == "token can write app on behalf of ann, who may not."
    assert finding.actions == ("write",)
    (finding,) = findings(
        office(ANN, granted("read", "write", **PRINCIPAL, entitled=("read",))), "delegation-not-honoured"
    )
    assert finding.message == (
        "app treats token as an account of its own, though it is used on behalf of ann. ann may not write it."
    )
    assert finding.actions == ("read", "write")
    assert finding.agents == ("bot",)


def test_it_tells_which_tokens_are_handed_on():
    mesh = office(r.Agent("helper"), r.Credential("loose"), r.Delegation("bot", "helper", ("loose", "token")))
    (finding,) = findings(mesh, "token-passthrough")
    assert finding.message == ("bot hands loose and token to helper. They are valid for any system.")
    assert finding.about[0] == ("delegation", ("bot", "helper"))


def test_it_tells_for_whom_the_token_was_issued():
    (finding,) = findings(
        office(r.System("other"), r.Credential("token", audience=("other",))), "token-passthrough"
    )
    assert finding.message == "app accepts token, issued for other."
    assert finding.remedy.startswith("Make app reject ")
    assert finding.agents == ("bot",)
    assert finding.actions == ("read", "write")


def test_it_names_those_who_use_a_grant_in_a_session():
    caller = r.Agent("caller"), r.Delegation("caller", "bot", only=("app:write",))
    (finding,) = findings(office(*TAKEN, *caller), "delegation-not-honoured")
    assert finding.agents == ("bot", "caller")
    (finding,) = findings(office(ANN, *caller, granted("read", **PRINCIPAL)), "delegation-not-honoured")
    assert finding.agents == ("bot",)
    (finding,) = findings(office(*exchanged(), ticket("write"), *caller), "impersonating-exchange")
    assert finding.agents == ("bot", "caller")
    none = r.Delegation("caller", "bot", only=("app:execute",))
    (finding,) = findings(office(*exchanged(), ticket("write"), *caller, none), "impersonating-exchange")
    assert finding.agents == ("bot",)


def test_it_tells_for_whom_it_works_and_where_that_is_lost():
    (finding,) = findings(office(OWN, *PEOPLE), "lost-delegation")
    assert finding.message == (
        "bot works for people but uses app with token, which belongs to none of them. app keeps "
        "people's data apart."
    )
    assert (finding.agents, finding.actions) == (("bot",), ("read", "write"))


def test_it_tells_as_whom_the_agent_acts():
    (finding,) = findings(
        office(*exchanged(identity="svc"), ticket("read", "write")), "impersonating-exchange"
    )
    assert finding.message == "bot can act as svc after exchanging token. Logs do not show who acted."
    assert finding.actions == ("write",)


def test_it_tells_where_the_federation_is():
    mesh = office(
        r.System("sts"), r.Credential("ticket"), r.Exchange("token", "ticket", at="sts", pinned=False)
    )
    (finding,) = findings(mesh, "unpinned-federation")
    assert "for token gets ticket at sts" in finding.message
    assert ("system", "sts") in finding.about
