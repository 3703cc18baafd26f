"""What single clauses of the text decide, each in a model of a few elements, by the naive reading."""

import pytest

from meshmodel.model import records as r
from tests.reference.builders import key
from tests.reference.random_models import snapshot_of
from tests.reference.reading import Reading
from tests.reference.rules import Rules

DECISION = "policy-decision"
ZONES = (r.Zone("here"), r.Zone("there"))


def reading(*records):
    return Reading(snapshot_of([*ZONES, *records]))


def bot(name="bot", kind="ai-agent", **more):
    return r.Agent(name, home="here", kind=kind, **more)


def place(name, zone="here", **more):
    return r.System(name, zone=zone, **more)


def reached(read, agent="bot"):
    """The credentials that it reaches."""
    return {node[1] for node in read.mesh.effective(agent) if node[0] == "cred"}


def hears(read, agent="bot"):
    """The systems that it hears."""
    return read.mesh.heard_by[agent]


def states(read, target, action):
    """The states of the crossings there, by source."""
    crossings = read.crossings_and_missing()[0]
    return {c.source: c.state for c in crossings if (c.target, c.action) == (target, action)}


@pytest.mark.parametrize(
    ("by", "yielding"),
    [
        (None, {"execute"}),
        (("read",), {"execute"}),
        (("read", "admin"), {"admin"}),
        (("read", "execute", "admin"), {"execute", "admin"}),
    ],
)
def test_who_runs_where_a_bound_key_lies_has_both(by, yielding):
    for action in ("read", "write", "execute", "issue", "admin"):
        read = reading(
            place("disk"),
            bot(),
            *key("bot", "login", disk=action),
            r.Credential("kept", binding="host"),
            r.Custody("disk", "kept", by=by),
        )
        obtains = action in yielding or (action == "admin" and "execute" in yielding)
        assert ("kept" in reached(read)) == obtains


def test_a_bound_key_that_is_issued_is_obtained_as_any_other():
    login = key("bot", "login", desk="issue")
    kept = (r.Credential("kept", binding="mtls"), r.Custody("desk", "kept", "issues"))
    assert "kept" in reached(reading(place("desk"), bot(), *login, *kept))


def thief(store_kind=None, holder_status="active", *more):
    """A bot that may take, from a store, the key by which web is read."""
    return reading(
        place("web", untrusted_input=True),
        place("store", kind=store_kind),
        bot(),
        bot("holder", "service", status=holder_status),
        *key("bot", "login", store="read"),
        *key("holder", "web-key", web="read"),
        r.Custody("store", "web-key"),
        *more,
    )


def test_what_others_hold_is_taken_only_by_theft():
    assert "web" not in hears(thief())
    assert "web" in hears(thief("secrets-manager"))
    assert "web" in hears(thief(None, "retired"))
    assert "web" in hears(thief(None, "active", r.Hold("bot", "web-key")))
    assert "web-key" in reached(thief())


def test_a_pass_by_an_active_agent_is_a_hold():
    for status, heard in (("active", set()), ("retired", {"web"})):
        read = reading(
            place("web", untrusted_input=True),
            place("store"),
            bot(),
            bot("boss", "service", status=status),
            bot("helper", "service"),
            *key("bot", "login", store="read"),
            r.Credential("web-key"),
            r.Grant("web-key", "web", ("read",)),
            r.Custody("store", "web-key"),
            r.Delegation("boss", "helper", ("web-key",)),
        )
        assert hears(read) == {"store"} | heard


def test_a_program_takes_nothing_for_the_one_that_sets_it_to_work():
    program = (bot("program", "service"), r.Delegation("bot", "program"))
    records = (
        place("web", untrusted_input=True),
        place("store"),
        bot(),
        *program,
        *key("program", "login", store="read"),
        *key("holder", "web-key", web="read"),
        r.Custody("store", "web-key"),
    )
    assert "web" not in hears(reading(*records, bot("holder", "service")))
    assert "web" in hears(reading(*records, bot("holder", "service", status="retired")))


@pytest.mark.parametrize(("typed", "heard"), [(False, True), (True, False)])
def test_words_come_with_what_lies_open(typed, heard):
    read = reading(
        place("image", exposed=True),
        place("script", typed=typed),
        bot(),
        *key("bot", "fetch", script="read"),
        r.Credential("left"),
        r.Grant("left", "script", ("write",)),
        r.Custody("image", "left"),
    )
    assert (read.heard() == [("script", False)]) == heard
    steps = {step.key for step in read.mesh.steps if step.kind == "hearing"}
    assert (steps == {("script", "bot")}) == heard


def test_a_decision_on_a_trigger_that_is_not_drawn_judges_the_words():
    records = [place("web", untrusted_input=True), bot(), *key("bot", "fetch", web="read")]
    records.append(r.Checkpoint("judge", DECISION, "trigger", "web", "bot"))
    read = reading(*records)
    assert [read.step_of(k) for k in read.meeting] == ["hearing"]
    assert ("agent", "bot") not in read.for_the_outsider[0]
    drawn = reading(*records, r.Trigger("web", "bot"))
    assert [drawn.step_of(k) for k in drawn.meeting] == ["trigger"]
    assert ("agent", "bot") in drawn.for_the_outsider[0]


def test_who_has_a_server_writes_what_others_are_told():
    """The outsider starts the server, and who has it answers the bot, which asks a model beside it."""
    records = (
        place("web", untrusted_input=True),
        place("memory"),
        bot(kind="service"),
        bot("server", "service"),
        bot("model"),
        r.Delegation("bot", "server"),
        *key("bot", "note", memory="write"),
        r.Trigger("web", "server"),
    )
    assert reading(*records).heard() == [("web", True)]
    asking = r.Delegation("bot", "model")
    assert reading(*records, asking).heard() == [("memory", False), ("web", True)]
    judge = r.Checkpoint("judge", DECISION, "hearing", "web", "server")
    assert reading(*records, asking, judge).heard() == [("web", True)]


@pytest.mark.parametrize(
    ("typed", "action", "hears"),
    [(False, "write", True), (True, "write", False), (True, "admin", True), (False, "read", False)],
)
def test_who_has_broken_in_writes_what_others_take_for_their_own(typed, action, hears):
    read = reading(
        place("notes", typed=typed),
        bot(),
        *key("bot", "recall", notes="read"),
        *key("other", "login", notes=action),
        bot("other", "service"),
    )
    assert (("agent", "bot") in read.after_compromise("agent:other")[0]) == hears
    assert ("agent", "bot") not in read.mesh.effective("other")


@pytest.mark.parametrize(
    ("returns", "kind", "answered"),
    [("words", "ai-agent", True), ("values", "ai-agent", False), ("words", "workflow", False)],
)
def test_who_has_a_server_answers(returns, kind, answered):
    guard = r.Checkpoint("ask", DECISION, "delegation", "bot", "server")
    read = reading(
        bot(kind=kind), bot("server", "service"), r.Delegation("bot", "server", returns=returns), guard
    )
    assert (("agent", "bot") in read.after_compromise("agent:server")[0]) == answered


def test_who_has_the_store_itself_asks_nobody():
    read = reading(
        place("store"),
        bot(kind="workflow"),
        *key("bot", "login", store="read"),
        *(r.Credential(name) for name in ("kept", "issued")),
        r.Custody("store", "kept"),
        r.Custody("store", "issued", "issues", ("read",)),
        *(r.Checkpoint(f"ask-{name}", DECISION, "custody", "store", name) for name in ("kept", "issued")),
    )
    creds = {node[1] for node in read.after_compromise("system:store")[0] if node[0] == "cred"}
    assert creds == {"kept"}
    assert ("cred", "kept") not in read.after_compromise("agent:bot")[0]


def asking(*more, **desk):
    """A bot that asks, at a desk in another zone, for what others decide about."""
    return reading(
        place("desk", "there", **desk),
        place("files", sensitivity="restricted"),
        bot(),
        *key("bot", "files-key", files="read"),
        *key("bot", "ask", desk="issue"),
        *(r.Credential(name) for name in ("one", "two")),
        r.Custody("desk", "one", "issues"),
        r.Checkpoint("decide", DECISION, "custody", "desk", "one"),
        *more,
    )


def test_a_request_that_others_decide_about_has_done_nothing_yet():
    assert states(asking(), "desk", "issue") == {None: "controlled", "files": "controlled"}
    also_two = r.Custody("desk", "two", "issues")
    assert states(asking(also_two), "desk", "issue") == {None: "uncontrolled", "files": "uncontrolled"}
    by_reading = r.Custody("desk", "two")
    assert set(states(asking(by_reading), "desk", "issue").values()) == {"controlled"}


def test_a_request_that_everybody_sees_has_carried_it_out():
    assert set(states(asking(exposed=True), "desk", "issue").values()) == {"uncontrolled"}


def test_where_each_start_is_decided_the_start_is_no_source():
    records = [place("branch"), place("prod", "there"), bot(kind="workflow")]
    records += [*key("bot", "deploy", prod="write"), r.Trigger("branch", "bot")]
    assert states(reading(*records), "prod", "write") == {None: "uncontrolled", "branch": "uncontrolled"}
    approved = r.Checkpoint("run", DECISION, "trigger", "branch", "bot")
    assert states(reading(*records, approved), "prod", "write") == {None: "uncontrolled"}


@pytest.mark.parametrize(
    ("first", "second", "toxic"),
    [
        (None, None, []),
        ("ann", "ann", []),
        ("ann", "ben", ["bot"]),
        ("ann", None, ["bot"]),
    ],
)
def test_what_came_from_one_subject_goes_back_to_it(first, second, toxic):
    read = reading(
        place("mail", sensitivity="confidential", partitioned=True, exposed=True, untrusted_input=True),
        bot(),
        *(each for each in key("bot", "inbox", mail="read write") if not isinstance(each, r.Credential)),
        r.Credential("inbox", on_behalf_of=first),
        r.Credential("other", on_behalf_of=second),
        r.Grant("other", "mail", ("read",)),
    )
    assert read.toxic() == toxic


@pytest.mark.parametrize(
    ("zone", "decided_at", "toxic"),
    [
        ("here", "gate", []),  # from home
        ("there", "gate", ["bot"]),  # what the bot sends comes from elsewhere
        ("here", "vault", ["bot"]),  # who read the secret has power over it
        ("here", None, ["bot"]),
    ],
)
def test_a_gateway_stops_a_flow(zone, decided_at, toxic):
    read = reading(
        place("vault", "there", sensitivity="restricted"),
        place("mail", untrusted_input=True),
        r.System("gate"),
        r.System("web", exposed=True),
        bot(),
        *key("bot", "login", vault="read", mail="read", web="write"),
        r.Custody("vault", "gate-key"),
        r.Credential("gate-key"),
        r.Grant("gate-key", "vault", ("admin",)),
        r.Checkpoint("gateway", DECISION, "boundary", zone, "system:web", decided_at=decided_at),
    )
    assert read.toxic() == toxic


def lost(helper_kind="broker", on_behalf_of=None, **folders):
    """A person whom a broker helps through a helper, with a key of the helper's own."""
    records = [
        r.Agent("ann", kind="person"),
        bot("broker", "broker"),
        bot("helper", helper_kind),
        r.Delegation("ann", "broker"),
        r.Delegation("broker", "helper", returns="values"),
        place("folders", **folders),
        r.Credential("own-key", on_behalf_of=on_behalf_of),
        r.Hold("helper", "own-key"),
        r.Grant("own-key", "folders", ("read",)),
    ]
    return Rules(snapshot_of([*ZONES, *records])).lost_delegation()


def test_for_whom_it_acts_is_lost():
    folders = {"partitioned": True, "sensitivity": "restricted"}
    assert {key: each.severity for key, each in lost(**folders).items()} == {"own-key>folders": "high"}
    folders["sensitivity"] = "confidential"
    assert {key: each.severity for key, each in lost(**folders).items()} == {"own-key>folders": "medium"}
    assert lost(on_behalf_of="ann", **folders) == {}
    assert lost(helper_kind="person", **folders) == {}
    assert lost(partitioned=True) == lost(sensitivity="restricted") == {}


@pytest.mark.parametrize(
    ("kind", "exposed_requests", "seen"),
    [(None, None, True), ("saas", None, False), ("saas", True, True), ("mcp-server", None, True)],
)
def test_who_reads_is_seen_only_where_that_is_so(kind, exposed_requests, seen):
    read = reading(place("shop", kind=kind, sensitivity="public", exposed_requests=exposed_requests))
    assert read.exposes("shop", "read") == seen
    assert read.exposes("shop", "write")


def test_a_secret_that_everybody_can_read_is_critical():
    for exposed, expected in ((True, "critical"), (False, "medium")):
        store = place("image", exposed=exposed)
        found = Rules(snapshot_of([*ZONES, store, r.Credential("left"), r.Custody("image", "left")]))
        assert found.secret_at_rest()["image>left"].severity == expected
