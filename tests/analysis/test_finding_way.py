"""The way of a finding: one row for each rule, and what holds of every way."""

from itertools import product

import pytest

from meshmodel.analysis.analysis import analyse
from meshmodel.analysis.rules import RULES
from meshmodel.analysis.rules.base import verb
from meshmodel.model import records as r
from meshmodel.model.vocabulary import ACTIONS
from tests.analysis.rules.drawing import TODAY, findings, office
from tests.analysis.walking import Walking
from tests.reference.random_models import FLAVOURS, few_and_many, random_model

LEDGER = r.System("ledger", zone="dev", sensitivity="restricted")
HELPER = (r.Agent("helper", kind="service", home="office"), r.Delegation("bot", "helper", ("token",)))


def ask(step, start, end, **fields):
    return r.Checkpoint("ask", "human-approval", step, start, end, **fields)


EXCHANGED = (
    r.Credential("other"),
    r.Exchange("token", "other", semantics="impersonation", pinned=False),
    LEDGER,
    r.Grant("other", "ledger", ("write",)),
)
KEPT = (
    r.System("disk", zone="office", kind="code-repository"),
    r.System("mail", zone="office"),
    r.Grant("token", "disk", ("read",)),
    r.Credential("other"),
    r.Custody("disk", "other"),
    r.Custody("mail", "other"),
    LEDGER,
    r.Grant("other", "ledger", ("write",)),
)
TOKEN = "hold bot>token"
APP = "grant token>app"
# The rule, a mesh, and the way of its first finding: agent, state, steps.
TABLE = [
    ("missing-checkpoint", office(), "bot", "uncontrolled", [TOKEN, APP]),
    (
        "toxic-flow",
        office(
            r.Agent("bot", kind="ai-agent", home="office"),
            r.System("inbox", zone="office", untrusted_input=True),
            r.Grant("token", "inbox", ("read",)),
            r.System("site", zone="dev", sensitivity="public"),
            r.Grant("token", "site", ("write",)),
        ),
        "bot",
        "uncontrolled",
        [TOKEN, "grant token>site"],
    ),
    # its words are carried by a limited tool, and what is written into the memory steers the bot
    (
        "advisory-limit",
        office(r.Agent("helper"), r.Delegation("bot", "helper", ("token",), only=("app:read",))),
        "bot",
        "uncontrolled",
        ["delegation bot>helper", "hold helper>token", APP],
    ),
    (
        "carried-words",
        office(
            r.Agent("bot", kind="ai-agent", home="office"),
            r.System("inbox", zone="office", untrusted_input=True),
            r.Grant("token", "inbox", ("read",)),
        ),
        "bot",
        "uncontrolled",
        [TOKEN, APP],
    ),
    # reading is intended, and writing is not
    (
        "unapproved-reach",
        office(r.Intent("bot", "app", ("read",)), r.Agent("bot", kind="service")),
        "bot",
        None,
        [TOKEN, APP],
    ),
    (
        "checkpoint-does-not-count",
        office(*EXCHANGED, ask("exchange", "token", "other", state="planned")),
        "bot",
        "uncontrolled",
        [TOKEN, "exchange token>other", "grant other>ledger"],
    ),
    # the power over the decision, not what is decided
    (
        "self-approved-checkpoint",
        office(
            r.System("desk", zone="dev"),
            r.Grant("token", "desk", ("read", "write")),
            ask("grant", "token", "app", decided_at="desk"),
        ),
        "bot",
        "uncontrolled",
        [TOKEN, "grant token>desk"],
    ),
    ("coarse-checkpoint", office(ask("hold", "bot", "token")), "bot", "controlled", [TOKEN, APP]),
    ("approval-fatigue", office(ask("hold", "bot", "token", rate=99)), "bot", "controlled", [TOKEN, APP]),
    (
        "delegation-not-honoured",
        office(
            r.Credential("token", on_behalf_of="ann"),
            r.Grant("token", "app", ("read", "write"), honoured_as="principal"),
            ask("grant", "token", "app"),
        ),
        "bot",
        "controlled",
        [TOKEN, APP],
    ),
    (
        "lost-delegation",
        office(
            r.System("app", zone="prod", sensitivity="confidential", partitioned=True),
            r.Agent("staff", kind="person"),
            r.Delegation("staff", "bot"),
        ),
        "bot",
        "uncontrolled",
        [TOKEN, APP],
    ),
    (
        "token-passthrough",
        office(*HELPER),
        "bot",
        "uncontrolled",
        ["delegation bot>helper", "hold helper>token", APP],
    ),
    (
        "token-passthrough",
        office(r.System("other"), r.Credential("token", audience=("other",))),
        "bot",
        "uncontrolled",
        [TOKEN, APP],
    ),
    (
        "impersonating-exchange",
        office(*EXCHANGED),
        "bot",
        "uncontrolled",
        [TOKEN, "exchange token>other", "grant other>ledger"],
    ),
    (
        "unpinned-federation",
        office(*EXCHANGED),
        "bot",
        "uncontrolled",
        [TOKEN, "exchange token>other", "grant other>ledger"],
    ),
    (
        "shared-credential",
        office(r.Agent("clerk", kind="person"), r.Hold("clerk", "token")),
        "bot",
        "uncontrolled",
        [TOKEN, APP],
    ),
    # a person has no crossings, and comes there all the same
    (
        "long-lived-credential",
        office(r.Credential("token", lifetime="unlimited"), r.Agent("bot", kind="person")),
        "bot",
        None,
        [TOKEN, APP],
    ),
    (
        "secret-at-rest",
        office(*KEPT),
        "bot",
        "uncontrolled",
        [TOKEN, "grant token>disk", "custody disk>other", "grant other>ledger"],
    ),
    # it is found in the second place only
    (
        "copied-secret",
        office(*KEPT, r.Grant("token", "mail", ("read",)), without=[("grant", ("token", "disk"))]),
        "bot",
        "uncontrolled",
        [TOKEN, "grant token>mail", "custody mail>other", "grant other>ledger"],
    ),
    ("orphaned-credential", office(without=[("hold", ("bot", "token"))]), None, None, []),
    ("retired-agent-access", office(r.Agent("bot", status="retired")), None, None, []),
    (
        "human-identity-in-agent",
        office(r.Credential("token", kind="personal-access-token")),
        "bot",
        "uncontrolled",
        [TOKEN, APP],
    ),
    (
        "person-uses-workload-identity",
        office(r.Agent("bot", kind="person"), r.Credential("token", subject="workload")),
        "bot",
        None,
        [TOKEN, APP],
    ),
    # to production, not to where things are tried
    (
        "environment-crossing",
        office(r.System("trial", zone="dev"), r.Grant("token", "trial", ("read",))),
        "bot",
        "uncontrolled",
        [TOKEN, APP],
    ),
    (
        "third-party-reach",
        office(r.Agent("bot", kind="service", home="office", vendor="them")),
        "bot",
        "uncontrolled",
        [TOKEN, APP],
    ),
    (
        "shared-memory",
        office(
            r.System("app", zone="prod", kind="agent-memory"),
            r.Agent("clerk", kind="person", home="dev"),
            r.Hold("clerk", "token"),
        ),
        "bot",
        "uncontrolled",
        [TOKEN, APP],
    ),
    (
        "untraceable-step",
        office(r.System("app", zone="prod", audit="none")),
        "bot",
        "uncontrolled",
        [TOKEN, APP],
    ),
]


def ends(step):
    return f"{step.step} {step.from_.partition(':')[2]}>{step.to.partition(':')[2]}"


@pytest.mark.parametrize(("rule", "mesh", "agent", "state", "steps"), TABLE, ids=[row[0] for row in TABLE])
def test_the_way_of_a_finding(rule, mesh, agent, state, steps):
    told = analyse(mesh, today=TODAY).explain_finding(findings(mesh, rule)[0])
    if agent is None:
        assert told is None
    else:
        assert (told.agent, told.state, [ends(each) for each in told.steps]) == (agent, state, steps)


def test_every_rule_is_in_the_table():
    assert {row[0] for row in TABLE} == {rule.id for rule in RULES}


@pytest.mark.parametrize(
    ("rule", "source", "action"),
    [
        ("unapproved-reach", None, "write"),
        ("toxic-flow", "app", "write"),
    ],
)
def test_the_way_is_the_one_that_the_rule_is_about(rule, source, action):
    mesh = next(row[1] for row in TABLE if row[0] == rule)
    told = analyse(mesh, today=TODAY).explain_finding(findings(mesh, rule)[0])
    assert (told.source, told.action) == (source, action)


def names(finding, told, snapshot):
    """Whether the way has to do with what the finding is about."""
    first, _, second = finding.subject.partition(">")
    nodes = {each.partition(":")[2] for step in told.steps for each in (step.from_, step.to)}
    if finding.rule in ("checkpoint-does-not-count", "approval-fatigue"):
        checkpoint = snapshot.checkpoint[first]
        if checkpoint.step == "boundary":
            zones = snapshot.system[told.system].domain, snapshot.agent[told.agent].home
            source = zones[1] if told.source is None else snapshot.system[told.source].domain
            return (source, zones[0]) == (checkpoint.from_, checkpoint.to)
        return f"{checkpoint.step} {checkpoint.from_}>{checkpoint.to}" in [ends(each) for each in told.steps]
    if finding.rule == "self-approved-checkpoint":
        return told.agent in finding.agents
    if finding.rule == "secret-at-rest":
        return first in nodes
    if second:
        return any(ends(step).endswith(f" {first}>{second}") for step in told.steps)
    if first in snapshot.agent:
        return told.agent == first and (not finding.actions or told.action in finding.actions)
    return first in nodes


@few_and_many(1, 12)
def test_every_way_is_one_and_is_about_its_finding(drawn):
    told_of = set()
    for seed, flavour in drawn:
        told_of |= check_findings(random_model(seed, 6, flavour))
    assert len(told_of) > 10


def check_findings(snapshot):
    analysis, walking, told_of = analyse(snapshot, today=TODAY), Walking(snapshot), set()
    for finding in analysis.findings:
        told = analysis.explain_finding(finding)
        if told is None:
            assert finding.rule not in ("missing-checkpoint", "toxic-flow", "unapproved-reach"), finding
            continue
        told_of.add(finding.rule)
        is_open = told.state == "uncontrolled"
        steps = walking.open_steps(told) if is_open else walking.steps
        assert ("access", told.system, told.action) in walking.ends(told, steps)
        assert names(finding, told, snapshot), finding
        assert told.agent in (finding.agents or (told.agent,))
        if finding.rule == "missing-checkpoint":
            assert (told.state, told.severity) == ("uncontrolled", finding.severity)
    return told_of


def by_hand(analysis, finding):
    """The crossings through a door one by one: by agent its actions, and the systems of the same zone that it
    comes from; whether any comes from another zone.
    """
    listing, mesh, tables = analysis.listing, analysis.listing.mesh, analysis.snapshot
    credential, system = finding.subject.split(">")
    does, near, elsewhere = {}, set(), False
    for agent in range(len(mesh.agents)):
        for coming in listing.sources(agent):
            for number, action in enumerate(ACTIONS):
                access = 5 * mesh.system[system] + number
                doors = listing.open_doors(coming, access) if listing.crosses(coming, access) else ()
                if any(mesh.name(node) == credential and not approved for node, approved in doors):
                    does.setdefault(mesh.agents[agent], []).append(action)
                    came = listing.home(coming.agent) if coming.source < 0 else mesh.zone[coming.source]
                    if came == tables.system[system].domain:
                        near.add(tables.system[mesh.systems[coming.source]].title)
                    else:
                        elsewhere = True
    return {agent: set(actions) for agent, actions in does.items()}, near, elsewhere


def said(finding, snapshot):
    """By agent the actions that the sentence of a missing checkpoint joins it with."""
    differing = finding.message.rpartition(". No checkpoint decides")[0].rpartition(". ")[2]
    if " can reach " not in finding.message:
        return {agent: set(finding.actions) for agent in finding.agents}
    title = {snapshot.agent[each].title: each for each in finding.agents}
    words = {verb(action, third=False): action for action in ACTIONS}
    parts = [each.partition(" can ") for each in differing.split("; ")]
    return {title[who]: set(map(words.get, listed(what))) for some, _, what in parts for who in listed(some)}


def listed(words):
    return words.replace(" and ", ", ").split(", ")


def test_a_missing_checkpoint_says_who_does_what_and_comes_from_where_as_does_the_way_shown():
    seen = set()
    for flavour, seed in product(FLAVOURS, range(8)):
        analysis = analyse(random_model(seed, 5, flavour), today=TODAY)
        systems = analysis.snapshot.system
        for finding in (each for each in analysis.findings if each.rule == "missing-checkpoint"):
            does, near, elsewhere = by_hand(analysis, finding)
            assert said(finding, analysis.snapshot) == does, finding.message
            assert ("another zone" in finding.message) is elsewhere
            assert ("in the same zone" in finding.message) is bool(near)
            assert all(each in finding.message for each in near)
            way = analysis.explain_finding(finding)
            assert way.action in does[way.agent]
            is_near = way.source is not None and systems[way.source].domain == systems[way.system].domain
            assert systems[way.source].title in near if is_near else elsewhere
            seen |= {len(set(map(frozenset, does.values()))) > 1, (is_near, elsewhere)}
    assert {True, False, (False, True), (True, True), (True, False)} <= seen
