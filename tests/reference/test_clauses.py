"""What single clauses of the text decide, each in a model of a few elements, by the naive reading."""

from dataclasses import replace

import pytest

from meshmodel.model import records as r
from tests.reference import questions as kinds
from tests.reference.builders import key
from tests.reference.mesh import closure
from tests.reference.questions import Questions
from tests.reference.random_models import snapshot_of
from tests.reference.reading import Reading
from tests.reference.rules import Rules
from tests.rows import all_rows

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


@all_rows(
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


@all_rows(
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


@all_rows(
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


@all_rows(
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
    assert lost(**folders) == {"own-key>folders": "high"}
    folders["sensitivity"] = "confidential"
    assert lost(**folders) == {"own-key>folders": "medium"}
    assert lost(on_behalf_of="ann", **folders) == {}
    assert lost(helper_kind="person", **folders) == {}
    assert lost(partitioned=True) == lost(sensitivity="restricted") == {}


@all_rows(
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
        assert found.secret_at_rest()["image>left"] == expected


@pytest.mark.parametrize("binding", ["dpop", "mtls"])
def test_what_is_bound_to_a_key_is_useless_without_it(binding):
    for by, obtained in ((None, False), (("read", "write"), False), (("execute",), True)):
        read = reading(
            place("disk"),
            bot(),
            *key("bot", "login", disk="admin"),
            r.Credential("kept", binding=binding),
            r.Custody("disk", "kept", by=by),
        )
        assert ("kept" in reached(read)) == obtained


@all_rows(
    ("audience", "step", "unchecked"),
    [
        (None, "hold", {"desk": set(), "crm": set()}),
        (("crm",), "hold", {"desk": {"read"}, "crm": set()}),
        (("crm",), "grant", {"desk": set(), "crm": {"read"}}),
        (("crm", "desk"), "hold", {"desk": set(), "crm": set()}),
    ],
)
def test_who_decides_about_a_token_decides_about_its_audience(audience, step, unchecked):
    to = {"hold": ("bot", "token"), "grant": ("token", "desk")}[step]
    read = reading(
        place("crm"),
        place("desk"),
        bot(),
        r.Credential("token", audience=audience),
        r.Hold("bot", "token"),
        r.Grant("token", "crm", ("read",)),
        r.Grant("token", "desk", ("read",)),
        r.Checkpoint("ask", DECISION, step, *to),
    )
    row = {each["system"]: set(each["unchecked"]) for each in read.reach()[0]["reach"]}
    assert row == unchecked


@all_rows(
    ("audience", "kind", "at", "is_astray"),
    [
        ("idp", "identity-provider", "sts", True),
        ("idp", "token-service", "sts", True),
        ("idp", "saas", "sts", False),  # an issuer takes back its own tokens
        ("idp", "identity-provider", "idp", False),
        ("idp", "identity-provider", None, False),
    ],
)
def test_an_issuer_takes_what_was_made_for_another_astray(audience, kind, at, is_astray):
    read = reading(
        place("idp", kind=kind),
        place("sts", kind="token-service"),
        place("crm"),
        bot(),
        r.Credential("assertion", audience=(audience,)),
        r.Credential("token"),
        r.Hold("bot", "assertion"),
        r.Exchange("assertion", "token", at=at),
        r.Grant("token", "crm", ("read",)),
        r.Checkpoint("ask", DECISION, "hold", "bot", "assertion"),
    )
    assert (("access", "crm", "read") in read.unchecked({("agent", "bot")})[0]) == is_astray
    assert "token" in reached(read)


@all_rows(
    ("audience", "kind", "pinned", "fits"),
    [
        (("sts",), "oidc-federation", False, True),
        (("sts", "crm"), "oidc-federation", False, True),
        (("sts",), "oidc-federation", True, False),
        (("sts",), "jwt-svid", False, False),
        (("crm",), "oidc-federation", False, False),
        (None, "oidc-federation", False, False),
    ],
)
def test_a_trust_that_is_not_pinned_takes_every_credential_that_fits(audience, kind, pinned, fits):
    read = reading(
        place("sts"),
        place("crm"),
        bot(),
        r.Credential("named", kind="oidc-federation", status="revoked"),
        r.Credential("other", kind=kind, audience=audience),
        r.Credential("role"),
        r.Hold("bot", "other"),
        r.Exchange("named", "role", at="sts", pinned=pinned),
    )
    assert ("role" in reached(read)) == fits
    guard = r.Checkpoint("ask", DECISION, "exchange", "named", "role")
    guarded = Reading(replace(read.mesh.s, checkpoint={"ask": guard}))
    assert ("cred", "role") not in guarded.unchecked({("agent", "bot")})[0]


def copier(*more, typed=False, **feed):
    """A program that reads the web and writes the notes and the log, and a model that reads the notes."""
    return reading(
        place("web", untrusted_input=True),
        place("notes", typed=typed),
        place("log"),
        bot("feed", **{"kind": "workflow", **feed}),
        *key("feed", "pipe", web="read", notes="write", log="admin"),
        bot(),
        *key("bot", "recall", notes="read"),
        *more,
    )


def test_a_program_copies_where_it_is_meant_to():
    assert copier().heard() == [("log", False), ("notes", False), ("web", True)]
    intent = r.Intent("feed", "notes", ("write",), ("web",))
    assert copier(intent).heard() == [("notes", False), ("web", True)]
    assert copier(replace(intent, from_=("home",))).heard() == [("web", True)]
    assert copier(intent, typed=True).heard() == [("web", True)]
    assert copier(kind="person").heard() == [("web", True)]
    for started in (r.Trigger("web", "feed"), r.Delegation("bot", "feed", returns="values")):
        assert copier(started).mesh.copies == {}
    judged = r.Checkpoint("judge", DECISION, "hearing", "web", "feed")
    assert copier(judged).heard() == [("web", True)]


def test_what_a_program_copies_moves_who_reads_it():
    read = copier()
    assert read.moves("notes", "bot")
    assert not read.moves("web", "bot")
    assert not read.moves("web", "feed")
    nodes = closure(read.mesh.steps, {("access", "web", "write")})
    assert {n[1:] for n in nodes if n[0] == "access"} == {
        ("web", "write"),
        ("notes", "write"),
        ("notes", "read"),
        ("log", "write"),
    }
    assert ("agent", "feed") not in nodes


def test_a_program_that_asks_a_model_listens():
    records = [place("web", untrusted_input=True), bot("desk", "service"), *key("desk", "k", web="read")]
    model = [bot("model"), r.Delegation("desk", "model")]
    assert "desk" not in reading(*records).mesh.heard_by
    assert reading(*records, *model).moves("web", "desk")
    assert not reading(*records, bot("model"), r.Delegation("desk", "model", returns="values")).moves(
        "web", "desk"
    )


def test_what_is_judged_before_it_is_read_has_started_nobody_unjudged():
    records = [place("web", untrusted_input=True), bot(), *key("bot", "fetch", web="read")]
    records.append(r.Trigger("web", "bot"))
    assert reading(*records).moves("web", "bot")
    on_hearing = r.Checkpoint("judge", DECISION, "hearing", "web", "bot")
    assert not reading(*records, on_hearing).moves("web", "bot")
    assert reading(*records, replace(on_hearing, step="trigger")).moves("web", "bot")


def served(home, *more):
    """A bot whose key a server at that home holds too; a gateway lies between here and there."""
    return reading(
        place("crm", "there"),
        place("gate"),
        bot(),
        *key("bot", "k", crm="read write"),
        r.Agent("server", home=home, kind="service"),
        r.Hold("server", "k"),
        r.Checkpoint("gateway", DECISION, "boundary", "here", "there", ("write",), decided_at="gate"),
        *more,
    )


def test_what_they_send_passes_the_gateway_where_all_are_at_home():
    assert states(served("there"), "crm", "write") == {None: "controlled"}
    assert states(served("there"), "crm", "read") == {None: "uncontrolled"}
    set_to_work = r.Delegation("bot", "server", only=("gate:read",))
    assert states(served("there", set_to_work), "crm", "write")[None] == "uncontrolled"
    assert states(served("here", set_to_work), "crm", "write")[None] == "controlled"


@pytest.mark.parametrize(
    ("integrity", "state"), [("low", "approved"), ("medium", "approved"), ("high", "uncontrolled")]
)
def test_an_intent_answers_for_little_where_outsiders_may_cause_it(integrity, state):
    for untrusted, expected in ((True, state), (False, "approved")):
        read = reading(
            place("mail", untrusted_input=untrusted),
            place("crm", "there", integrity=integrity),
            bot(),
            *key("bot", "k", mail="read", crm="write"),
            r.Intent("bot", "crm", ("write",), ("mail", "home")),
        )
        assert states(read, "crm", "write") == {None: "approved", "mail": expected}


def test_an_intent_covers_reading_what_it_comes_from():
    read = reading(
        place("mail", "there"),
        place("archive", "there"),
        place("notes"),
        place("crm", "there"),
        bot(kind="workflow"),
        *key("bot", "k", mail="read", archive="read", notes="read", crm="write"),
        r.Intent("bot", "crm", ("write",), ("mail", "archive")),
    )
    assert states(read, "mail", "read") == {None: "approved", "notes": "uncontrolled"}
    assert states(read, "crm", "write") == {None: "uncontrolled", "notes": "uncontrolled"}


def asked(*records):
    return Questions(snapshot_of([*ZONES, *records])).questions()


def test_a_person_at_home_outside_is_asked_about():
    outside = r.Zone("partner", environment="external")
    for kind, home, expected in (
        ("person", "partner", True),
        ("person", "here", False),
        ("service", "partner", False),
    ):
        found = asked(outside, r.Agent("ann", kind=kind, home=home))
        assert (("agent:ann", kinds.EXTERNAL) in found) == expected


@all_rows(
    ("binding", "how", "held", "expected"),
    [
        ("dpop", "stores", False, True),
        ("host", "stores", False, True),
        ("bearer", "stores", False, False),
        ("mtls", "issues", False, False),
        ("mtls", "stores", True, False),
    ],
)
def test_what_lies_somewhere_without_its_key_is_asked_about(binding, how, held, expected):
    records = [place("disk"), bot(), r.Credential("kept", binding=binding), r.Custody("disk", "kept", how)]
    found = asked(*records, *[r.Hold("bot", "kept")] * held)
    assert (("credential:kept", kinds.KEY) in found) == expected


@pytest.mark.parametrize(
    ("honoured_as", "reported"), [(None, False), ("principal", True), ("delegate", False)]
)
def test_how_it_is_honoured_is_found_where_said_and_asked_where_not(honoured_as, reported):
    records = [
        place("crm"),
        r.Credential("token", on_behalf_of="ann"),
        r.Grant("token", "crm", ("read",), honoured_as=honoured_as),
    ]
    assert (("credential:token", kinds.HONOURED) in asked(*records)) == (honoured_as is None)
    assert bool(Rules(snapshot_of([*ZONES, *records])).delegation_not_honoured()) == reported
