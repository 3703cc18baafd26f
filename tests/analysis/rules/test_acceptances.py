"""Acceptances: bound to what was accepted, for a time, and open again when there is more of it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from meshmodel.analysis.analysis import analyse
from meshmodel.model import records as r
from tests.analysis.meshes_by_hand import support
from tests.analysis.rules.drawing import TODAY, findings, merged, office
from tests.analysis.rules.test_agents import ANN, CROSSES, HIRED, READS, human
from tests.analysis.rules.test_credentials import KEY, OPENS, RESTRICTED, SECOND, SPARE, TWICE, lives
from tests.analysis.rules.test_decisions import AT_WORK, HELPER, MANY
from tests.analysis.rules.test_systems import app, homes
from tests.analysis.rules.test_tokens import ANN as FOR_ANN
from tests.analysis.rules.test_tokens import OWN, PEOPLE, TAKEN, exchanged, granted, ticket
from tests.analysis.rules.test_words import words
from tests.rows import all_rows


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


@all_rows(
    ("acceptance", "is_open"),
    [
        (accept(), False),
        (accept(until=date(2026, 4, 30)), True),
        (accept(severity="medium"), False),
        (accept(severity="critical"), False),
        (accept(severity="low"), True),
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
    other = accept(rule="secret-at-rest", subject="file-key>files")
    [finding] = analyse(support(other), today=TODAY).findings
    assert finding.accepted is None


EARLY = (*HELPER, AT_WORK)
# rule, drawing, subject, what is added later, why it is open again then
MORE = [
    (
        "coarse-checkpoint",
        office(*EARLY),
        "bot",
        (r.Grant("key", "store", ("write", "execute")),),
        "action added",
    ),
    ("delegation-not-honoured", office(*TAKEN), "token>app", SECOND, "agent added: second"),
    (
        "lost-delegation",
        office(OWN, *PEOPLE),
        "token>app",
        (*SECOND, r.Delegation("staff", "second")),
        "agent added: second",
    ),
    (
        "delegation-not-honoured",
        office(FOR_ANN, granted("read", honoured_as="delegate", entitled=("issue",))),
        "token>app",
        (granted("read", "write", honoured_as="delegate", entitled=("issue",)),),
        "action added: write",
    ),
    (
        "token-passthrough",
        office(r.System("other"), r.Credential("token", audience=("other",))),
        "token>app",
        (granted("read", "write", "execute"),),
        "action added: execute",
    ),
    (
        "impersonating-exchange",
        office(*exchanged(), ticket("write")),
        "token>ticket",
        SECOND,
        "agent added: second",
    ),
    (
        "impersonating-exchange",
        office(*exchanged(), ticket("write")),
        "token>ticket",
        (ticket("write", "issue"),),
        "action added: issue",
    ),
    ("unpinned-federation", office(*exchanged(pinned=False)), "token>ticket", SECOND, "agent added: second"),
    (
        "shared-credential",
        office(*SECOND),
        "token",
        (r.Agent("third"), r.Hold("third", "token")),
        "agent added: third",
    ),
    (
        "shared-credential",
        office(*SECOND),
        "token",
        (granted("read", "write", "issue"),),
        "action added: issue",
    ),
    (
        "long-lived-credential",
        office(lives("unlimited")),
        "token",
        (RESTRICTED,),
        "risen from medium to high",
    ),
    (
        "long-lived-credential",
        office(lives("unlimited")),
        "token",
        (granted("admin"),),
        "actions added: execute, issue and admin",
    ),
    ("secret-at-rest", office(*KEY), "app>key", OPENS, "risen from medium to high"),
    ("secret-at-rest", office(*KEY), "app>key", SECOND, "agent added: second"),
    (
        "secret-at-rest",
        office(*KEY),
        "app>key",
        (r.Custody("app", "key", by=("read", "write")),),
        "action added: write",
    ),
    (
        "copied-secret",
        office(*TWICE, *OPENS),
        "key",
        (r.Grant("key", "far", ("read", "write")),),
        "action added",
    ),
    ("orphaned-credential", office(*SPARE), "spare", (r.Grant("spare", "app", ("admin",)),), "actions added"),
    ("human-identity-in-agent", office(human()), "bot>token", (granted("admin"),), "actions added"),
    (
        "person-uses-workload-identity",
        office(ANN, r.Hold("ann", "token")),
        "ann>token",
        (granted("admin"),),
        "actions added",
    ),
    (
        "environment-crossing",
        office(*CROSSES),
        "bot",
        (granted("write", "execute"),),
        "action added: execute",
    ),
    (
        "third-party-reach",
        office(HIRED, READS),
        "bot",
        (granted("read", "write"),),
        "risen from medium to high",
    ),
    ("third-party-reach", office(HIRED), "bot", (granted("read", "write", "issue"),), "action added: issue"),
    (
        "shared-memory",
        office(*homes("office", "prod")),
        "memory",
        (r.Agent("third"), r.Hold("third", "reads")),
        "agent added: third",
    ),
    (
        "carried-words",
        words(),
        "notes",
        (r.Agent("second", kind="ai-agent"), r.Hold("second", "pen")),
        "agent added: second",
    ),
    ("untraceable-step", office(app("none")), "app", SECOND, "agent added: second"),
    ("untraceable-step", office(app("none")), "app", (granted("admin"),), "actions added"),
    ("untraceable-step", office(app("identity"), FOR_ANN), "app", SECOND, "agent added: second"),
    (
        "unapproved-reach",
        office(r.Intent("bot", "app", ("read",)), granted("read", "write")),
        "bot",
        (granted("read", "write", "execute"),),
        "action added: execute",
    ),
]


AS_MUCH = [
    # a longer lifetime, another copy, another system: the same severity, agents and actions
    ("long-lived-credential", office(lives("100d")), "token", (lives("unlimited"),)),
    (
        "copied-secret",
        office(*TWICE, *OPENS),
        "key",
        (r.System("third", zone="office"), r.Custody("third", "key")),
    ),
    (
        "third-party-reach",
        office(HIRED),
        "bot",
        (r.System("other", zone="prod", sensitivity="restricted"), r.Grant("token", "other", ("read",))),
    ),
]


@pytest.mark.parametrize(("rule", "snapshot", "subject", "more"), AS_MUCH)
def test_it_stays_accepted_where_only_other_things_are_named(rule, snapshot, subject, more):
    before, acceptance = accepted_as_it_is(snapshot, rule, subject)
    after = merged(records_of(snapshot), [*more, acceptance])
    (now,) = [each for each in findings(after, rule) if each.subject == subject]
    assert now.message != before.message
    assert not now.accepted.open


def accepted_as_it_is(snapshot, rule, subject):
    """The finding, and an acceptance of all that it says."""
    (finding,) = [each for each in findings(snapshot, rule) if each.subject == subject]
    return finding, accept(
        rule=rule,
        subject=subject,
        severity=finding.severity,
        agents=finding.agents or None,
        actions=finding.actions or None,
    )


def records_of(snapshot):
    return [
        record
        for table in (
            "zone",
            "system",
            "agent",
            "credential",
            "hold",
            "grant",
            "custody",
            "exchange",
            "delegation",
            "trigger",
            "intent",
            "checkpoint",
        )
        for record in snapshot.table(table).values()
    ]


@all_rows(("rule", "snapshot", "subject", "added", "because"), MORE)
def test_what_was_accepted_is_open_again_when_there_is_more_of_it(rule, snapshot, subject, added, because):
    _, acceptance = accepted_as_it_is(snapshot, rule, subject)
    before = merged(records_of(snapshot), [acceptance])
    (finding,) = [each for each in findings(before, rule) if each.subject == subject]
    assert not finding.accepted.open
    assert finding.accepted.because == ""
    after = merged(records_of(snapshot), [acceptance, *added])
    (finding,) = [each for each in findings(after, rule) if each.subject == subject]
    assert finding.accepted.open
    assert because in finding.accepted.because


@all_rows(
    ("rule", "snapshot", "subject"),
    [
        *{(rule, subject): (rule, snapshot, subject) for rule, snapshot, subject, _, _ in MORE}.values(),
        ("approval-fatigue", office(r.Checkpoint("c", **MANY, rate=51)), "c"),
        ("retired-agent-access", office(r.Agent("bot", status="retired")), "bot"),
    ],
)
def test_it_holds_through_its_last_day_only(rule, snapshot, subject):
    _, acceptance = accepted_as_it_is(snapshot, rule, subject)
    for until, is_open in ((TODAY, False), (TODAY - timedelta(days=1), True)):
        accepted = merged(records_of(snapshot), [replace(acceptance, until=until)])
        (finding,) = [each for each in findings(accepted, rule) if each.subject == subject]
        assert finding.accepted.open is is_open


def test_every_rule_that_can_have_more_of_it_is_in_the_table():
    from meshmodel.analysis.rules import RULES

    # What these are about is one checkpoint, one agent or one flow: it is there or it is not.
    single = {
        "approval-fatigue",
        "retired-agent-access",
        "checkpoint-does-not-count",
        "toxic-flow",
        "advisory-limit",
    }
    elsewhere = {"missing-checkpoint", "self-approved-checkpoint"}
    assert {rule.id for rule in RULES} == {rule for rule, *_ in MORE} | single | elsewhere
