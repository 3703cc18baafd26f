"""Credentials that are shared, live long, lie about, were copied, or that nobody uses."""

from dataclasses import replace

import pytest

from meshmodel.model import records as r
from tests.analysis.rules.drawing import findings, found, office
from tests.rows import all_rows

SECOND = (r.Agent("second"), r.Hold("second", "token"))

SHARED = [
    (office(*SECOND), [("token", "medium")]),
    (office(), []),
    (office(*SECOND, r.Agent("third"), r.Hold("third", "token")), [("token", "medium")]),
    (office(*SECOND, r.Agent("second", status="retired")), []),
    (office(*SECOND, r.Credential("token", status="revoked")), []),
    # a person is somebody too
    (office(r.Agent("ann", kind="person"), r.Hold("ann", "token")), [("token", "medium")]),
    # what a delegation passes is not held by a hold relation
    (office(r.Agent("second"), r.Delegation("bot", "second", ("token",))), []),
    # two credentials of one identity are two
    (
        office(
            r.Agent("second"),
            r.Credential("token", identity="svc"),
            r.Credential("other", identity="svc"),
            r.Hold("second", "other"),
        ),
        [],
    ),
    # whether it opens anything does not matter: it will
    # what opens little is little harm
    (office(*SECOND, without=[("grant", ("token", "app"))]), [("token", "low")]),
]

RESTRICTED = r.System("app", zone="prod", sensitivity="restricted")


def lives(lifetime, **fields):
    return r.Credential("token", lifetime=lifetime, **fields)


LONG = [
    # 90 days are short enough
    (office(lives("90d")), []),
    (office(lives("91d")), [("token", "medium")]),
    (office(lives("2160h")), []),
    (office(lives("2161h")), [("token", "medium")]),
    (office(lives("129600m")), []),
    (office(lives("129601m")), [("token", "medium")]),
    (office(lives("7776000s")), []),
    (office(lives("7776001s")), [("token", "medium")]),
    (office(lives("unlimited")), [("token", "medium")]),
    # unknown is a question
    (office(lives(None)), []),
    (office(lives("unlimited", status="revoked")), []),
    # high: a bearer, not attested, and opening what is restricted
    (office(lives("unlimited"), RESTRICTED), [("token", "high")]),
    (office(lives("91d"), RESTRICTED), [("token", "high")]),
    (office(lives("90d"), RESTRICTED), []),
    (office(lives("unlimited", binding="host"), RESTRICTED), [("token", "medium")]),
    (office(lives("unlimited", attested=True), RESTRICTED), [("token", "medium")]),
    # by its own grant, and not by what follows from it
    (
        office(
            lives("unlimited"),
            r.System("far", sensitivity="restricted"),
            r.Credential("next"),
            r.Custody("app", "next"),
            r.Grant("next", "far", ("read",)),
        ),
        [("token", "medium")],
    ),
    # one restricted system of several suffices; whether an agent uses it does not matter
    (
        office(
            lives("unlimited"), r.System("far", sensitivity="restricted"), r.Grant("token", "far", ("read",))
        ),
        [("token", "high")],
    ),
    (office(lives("unlimited"), RESTRICTED, without=[("hold", ("bot", "token"))]), [("token", "high")]),
    (office(lives("unlimited"), without=[("grant", ("token", "app"))]), [("token", "medium")]),
]

KEY = (r.Credential("key"), r.Custody("app", "key"))
OPENS = (r.System("far", sensitivity="confidential"), r.Grant("key", "far", ("read",)))

FOLLOWS = (
    r.Credential("next"),
    r.Exchange("key", "next"),
    r.System("far", sensitivity="confidential"),
    r.Grant("next", "far", ("read",)),
)
EXCHANGING = r.Checkpoint("ask", "policy-decision", "exchange", "key", "next")
WRITES = (r.System("desk"), r.Grant("key", "desk", ("write",)))

AT_REST = [
    (office(*KEY), [("app>key", "medium")]),
    (office(*KEY, *OPENS), [("app>key", "high")]),
    (office(*KEY, *OPENS, r.System("far", sensitivity="restricted")), [("app>key", "high")]),
    (office(*KEY, *OPENS, r.System("far", sensitivity="internal")), [("app>key", "medium")]),
    (office(*KEY, *OPENS, r.System("far")), [("app>key", "medium")]),
    # what follows from it later, unless it is decided about where it has no power
    (office(*KEY, *FOLLOWS), [("app>key", "high")]),
    (office(*KEY, *FOLLOWS, EXCHANGING), [("app>key", "medium")]),
    (
        office(*KEY, *FOLLOWS, replace(EXCHANGING, decided_at="desk"), *WRITES),
        [("app>key", "high")],
    ),
    # and through other agents, which it starts, or which take what it writes for their own words
    (
        office(*KEY, r.System("queue"), r.Grant("key", "queue", ("write",)), r.Trigger("queue", "bot")),
        [("app>key", "high")],
    ),
    (office(*KEY, *WRITES, r.Grant("token", "desk", ("read",))), [("app>key", "high")]),
    (
        office(*KEY, *WRITES, r.Grant("token", "desk", ("read",)), r.Agent("bot", kind="ai-agent")),
        [("app>key", "high")],
    ),
    # where it lies open
    (office(*KEY, r.System("app", zone="prod", exposed=True)), [("app>key", "critical")]),
    (office(*KEY, r.System("app", zone="prod", sensitivity="public")), [("app>key", "critical")]),
    # where it belongs, or of no use to who reads it, or only issued there
    (office(*KEY, r.System("app", kind="secrets-manager")), []),
    (office(*KEY, r.System("app", kind="ci-pipeline")), [("app>key", "medium")]),
    (office(*KEY, r.Credential("key", binding="host")), []),
    (office(*KEY, r.Credential("key", binding="dpop")), []),
    (office(*KEY, r.Credential("key", status="revoked")), []),
    (office(r.Credential("key"), r.Custody("app", "key", how="issues")), []),
    # whoever could get at it
    (office(*KEY, without=[("hold", ("bot", "token"))]), [("app>key", "medium")]),
    # each copy is a row
    (
        office(*KEY, r.System("wiki"), r.Custody("wiki", "key")),
        [("app>key", "medium"), ("wiki>key", "medium")],
    ),
]

TWICE = (*KEY, r.System("wiki"), r.Custody("wiki", "key"))
COPIED = [
    (office(*TWICE), [("key", "medium")]),
    (office(*KEY), []),
    # in secrets managers, and bound, too
    (
        office(*TWICE, r.System("wiki", kind="secrets-manager"), r.System("app", kind="secrets-manager")),
        [("key", "medium")],
    ),
    (office(*TWICE, r.Credential("key", binding="mtls")), [("key", "medium")]),
    (office(*TWICE, r.Credential("key", status="revoked")), []),
    # being issued is not being stored
    (office(*TWICE, r.Custody("wiki", "key", how="issues")), []),
    # being held is no copy at rest
    (office(*KEY, r.Hold("bot", "key")), []),
]

SPARE = (r.Credential("spare"), r.Grant("spare", "app", ("read",)))
ORPHANED = [
    (office(*SPARE), [("spare", "medium")]),
    (office(r.Credential("spare")), []),
    (office(*SPARE, r.Credential("spare", status="revoked")), []),
    (office(*SPARE, r.Hold("bot", "spare")), []),
    (office(*SPARE, r.Exchange("token", "spare")), []),
    (office(*SPARE, r.Agent("ann", kind="person"), r.Hold("ann", "spare")), []),
    # only the retired come to it
    (office(*SPARE, r.Agent("old", status="retired"), r.Hold("old", "spare")), [("spare", "medium")]),
    # in custody, whatever the custody: stored, issued, bound, out of everybody's reach
    (office(*SPARE, r.System("vault"), r.Custody("vault", "spare")), []),
    (office(*SPARE, r.System("vault"), r.Custody("vault", "spare", how="issues")), []),
    (
        office(*SPARE, r.Credential("spare", binding="host"), r.System("vault"), r.Custody("vault", "spare")),
        [],
    ),
    # by an exchange that nobody can make
    (office(*SPARE, r.Credential("old"), r.Exchange("old", "spare")), [("spare", "medium")]),
    # guarded is reached
    (
        office(
            *SPARE, r.Hold("bot", "spare"), r.Checkpoint("ask", "just-in-time-access", "hold", "bot", "spare")
        ),
        [],
    ),
]

TABLE = [
    *(("shared-credential", *row) for row in SHARED),
    *(("long-lived-credential", *row) for row in LONG),
    *(("secret-at-rest", *row) for row in AT_REST),
    *(("copied-secret", *row) for row in COPIED),
    *(("orphaned-credential", *row) for row in ORPHANED),
]


@all_rows(("rule", "mesh", "expected"), TABLE)
def test_it_holds_where_it_should_and_not_elsewhere(rule, mesh, expected):
    assert found(mesh, rule) == expected
    assert found(mesh, rule, "designed") == expected


def test_it_tells_who_shares():
    (finding,) = findings(office(*SECOND), "shared-credential")
    assert finding.message.startswith("bot and second use token. ")
    assert finding.agents == ("bot", "second")
    assert finding.actions == ("read", "write")


@pytest.mark.parametrize(
    ("credential", "told"),
    [
        (
            lives("unlimited"),
            "token never expires. Whoever copies it can use app.",
        ),
        (lives("180d", attested=True), "token is valid 180 days."),
        (lives("9000h", binding="host"), "token is valid 9000 hours. It is bound to its key or host."),
    ],
)
def test_it_tells_how_long_it_lives(credential, told):
    (finding,) = findings(office(credential, RESTRICTED), "long-lived-credential")
    assert finding.message == told


def test_it_tells_where_it_lies_and_who_can_get_at_it():
    (finding,) = findings(office(*KEY, r.Custody("app", "key", by=("read", "write"))), "secret-at-rest")
    assert finding.message == "Whoever can read and write app gets key. bot can."
    assert (finding.agents, finding.actions) == (("bot",), ("read", "write"))
    (finding,) = findings(office(*KEY, without=[("hold", ("bot", "token"))]), "secret-at-rest")
    assert finding.message == "Whoever can read app gets key."


def test_it_tells_every_copy():
    (finding,) = findings(office(*TWICE), "copied-secret")
    assert finding.message == "key is stored in app and wiki."


def test_it_tells_what_the_orphan_opens():
    (finding,) = findings(office(*SPARE), "orphaned-credential")
    assert finding.message == ("spare opens app, but no active agent reaches it and no system stores it.")
    assert finding.about == (("credential", "spare"), ("system", "app"))
