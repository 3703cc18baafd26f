"""Events laid on small models: every verdict, and everything that the model cannot explain."""

import gc
from dataclasses import replace
from pathlib import Path

import pytest

from meshmodel.analysis.analysis import analyse
from meshmodel.analysis.trace_records import TraceCounts
from meshmodel.interchange import read_file
from meshmodel.model import records as r
from meshmodel.model.events import Event, time_text
from tests.reference.random_models import snapshot_of
from tests.rows import all_rows

MODELS = Path(__file__).parents[2] / "models"

DESK = [
    r.Zone("desk"),
    r.Zone("cloud"),
    r.Zone("shop"),
    r.System("tickets", zone="desk", untrusted_input=True),
    r.System("wiki", zone="desk"),
    r.System("files", zone="cloud", sensitivity="confidential"),
    r.System("logs", zone="cloud"),
    r.System("orders", zone="shop", sensitivity="restricted"),
    r.System("sts", zone="cloud"),
    r.Agent("bot", kind="ai-agent", home="desk"),
    r.Agent("clerk", kind="person", home="desk"),
    r.Agent("worker"),
    r.Agent("gone", status="retired"),
    r.Credential("token", identity="svc-desk"),
    r.Credential("file-key", identity="svc-files"),
    r.Credential("log-key", identity="svc-files"),
    r.Credential("order-key"),
    r.Credential("found"),
    r.Credential("role"),
    r.Credential("lonely", identity="nobody"),
    r.Credential("dead", status="revoked"),
    r.Hold("bot", "token"),
    r.Hold("bot", "file-key"),
    r.Hold("bot", "log-key"),
    r.Hold("clerk", "file-key"),
    r.Hold("worker", "order-key"),
    r.Grant("token", "tickets", ("read", "write")),
    r.Grant("token", "wiki", ("read",)),
    r.Grant("file-key", "files", ("read", "write")),
    r.Grant("log-key", "logs", ("read",)),
    r.Grant("log-key", "files", ("read",)),
    r.Grant("order-key", "orders", ("read", "write")),
    r.Grant("found", "orders", ("read",)),
    r.Grant("role", "orders", ("write",)),
    r.Custody("files", "found"),
    r.Exchange("file-key", "role", at="sts"),
    r.Trigger("orders", "worker"),
]
FILES = r.Checkpoint("ask", "human-approval", "grant", "file-key", "files")


def bot(number, credential, system, action="read", **more):
    return Event(number, 100.0 + number, "bot", credential, system=system, action=action, **more)


def decision(number, checkpoint="ask", **more):
    return Event(number, 100.0 + number, "bot", checkpoint=checkpoint, **more)


def told(extra, events, view="built", base=DESK):
    return list(analyse(snapshot_of([*base, *extra]), view=view).trace(events))


def verdicts(extra, events, view="built"):
    return [each.recheck for each in told(extra, events, view)]


TICKETS, WRITE = bot(2, "token", "tickets"), bot(5, "file-key", "files", "write")


@all_rows(
    ("extra", "events", "expected"),
    [
        ([], [TICKETS, WRITE], ["none-due", "missing"]),
        ([FILES], [TICKETS, WRITE], ["none-due", "unrecorded"]),
        ([FILES], [decision(1), TICKETS, WRITE], ["none-due", "none-due", "stale"]),
        ([FILES], [TICKETS, decision(3), WRITE], ["none-due", "none-due", "recorded"]),
        ([FILES], [TICKETS, replace(WRITE, checkpoint="ask")], ["none-due", "recorded"]),
        (
            [FILES],
            [TICKETS, decision(3), WRITE, replace(WRITE, number=6)],
            ["none-due"] * 2 + ["recorded", "reused"],
        ),
        ([FILES], [TICKETS, decision(3, refused=True), WRITE], ["none-due", "none-due", "unrecorded"]),
        ([FILES], [TICKETS, replace(WRITE, refused=True)], ["none-due", "none-due"]),
        # A read that was refused makes no source: the decision from before it still holds.
        ([FILES], [decision(1), replace(TICKETS, refused=True), WRITE], ["none-due", "none-due", "recorded"]),
        ([replace(FILES, state="planned")], [TICKETS, decision(3), WRITE], ["none-due"] * 2 + ["missing"]),
        ([replace(FILES, freshness="cached")], [TICKETS, decision(3), WRITE], ["none-due"] * 2 + ["missing"]),
        ([replace(FILES, actions=("read",))], [TICKETS, decision(3), WRITE], ["none-due"] * 2 + ["missing"]),
        # Another agent's decision is none of this one's.
        (
            [FILES],
            [TICKETS, Event(3, 103.0, "worker", checkpoint="ask"), WRITE],
            ["none-due", "none-due", "unrecorded"],
        ),
        # Whoever starts has power over the decision, so it does not count.
        (
            [replace(FILES, decided_at="tickets")],
            [TICKETS, decision(3), WRITE],
            ["none-due"] * 2 + ["missing"],
        ),
        (
            [r.Checkpoint("gate", "policy-decision", "boundary", "desk", "cloud", decided_at="sts")],
            [TICKETS, decision(3, "gate"), WRITE],
            ["none-due", "none-due", "recorded"],
        ),
        (
            [r.Checkpoint("gate", "policy-decision", "boundary", "cloud", "desk", decided_at="sts")],
            [TICKETS, decision(3, "gate"), WRITE],
            ["none-due", "none-due", "missing"],
        ),
        # A decision on holding the key serves every use after the read.
        (
            [r.Checkpoint("hold", "just-in-time-access", "hold", "bot", "file-key")],
            [TICKETS, decision(3, "hold"), WRITE, replace(WRITE, number=6)],
            ["none-due", "none-due", "recorded", "recorded"],
        ),
        ([r.Intent("bot", "files", ("write",))], [WRITE], ["approved"]),
        ([r.Intent("bot", "files", ("write",))], [TICKETS, WRITE], ["none-due", "missing"]),
        ([], [Event(1, 1.0, "clerk", "file-key", system="files", action="read")], ["none-due"]),
    ],
)
def test_whether_somebody_was_asked(extra, events, expected):
    assert verdicts(extra, events) == expected


def test_as_designed_a_planned_checkpoint_is_due():
    planned = replace(FILES, state="planned")
    assert verdicts([planned], [TICKETS, WRITE], view="designed") == ["none-due", "unrecorded"]


def test_a_grant_of_admin_beside_a_guarded_one_needs_no_decision():
    grant = r.Grant("file-key", "files", ("write", "admin"))
    guarded = replace(FILES, actions=("write",))
    base = [each for each in DESK if each != r.Grant("file-key", "files", ("read", "write"))]
    assert told([grant, guarded], [TICKETS, WRITE], base=base)[-1].recheck == "missing"


def test_a_guard_on_handing_out_is_due_for_sources_before_it_alone():
    guard = r.Checkpoint("vend", "policy-decision", "custody", "files", "found")
    way = [bot(1, "log-key", "files"), bot(2, "found", "orders")]
    first = told([guard], way)[-1]
    assert (first.recheck, first.crossing.source) == ("unrecorded", "files")
    open_grant = told([], way)[-1]
    assert (open_grant.recheck, open_grant.crossing.source) == ("missing", "files")
    # On the way to the files there is a guard: due after the tickets, not after the files themselves.
    asked = replace(FILES, from_="log-key")
    after = told(
        [asked], [TICKETS, replace(way[0], number=3, time=103.0), replace(way[1], number=4, time=104.0)]
    )
    assert (after[-1].recheck, after[-1].crossing.source) == ("missing", "files")


def test_what_was_written_starts_the_agent():
    written = Event(2, 102.0, "bot", "role", system="orders", action="write")
    worker = Event(3, 103.0, "worker", "order-key", system="files", action="read")
    grant = r.Grant("order-key", "files", ("read",))
    guard = r.Checkpoint("ask", "human-approval", "grant", "order-key", "files")
    early = Event(1, 101.0, "worker", checkpoint="ask")
    assert verdicts([grant, guard], [early, worker])[-1] == "recorded"
    traced = told([grant, guard], [early, written, worker])[-1]
    assert (traced.recheck, traced.crossing.source, traced.crossing.event) == ("stale", "orders", 2)


def test_the_credential_comes_from_where_it_was_seen():
    events = [
        bot(1, "file-key", "files"),
        bot(2, "found", "orders"),
        bot(3, "file-key", "sts", "issue"),
        bot(4, "role", "orders", "write"),
    ]
    traced = told([], events)
    assert [(t.yielded.how, t.yielded.by, t.yielded.system, t.yielded.event) for t in traced] == [
        ("held", None, None, None),
        ("custody", None, "files", 1),
        ("held", None, None, None),
        ("exchange", "file-key", "sts", 3),
    ]
    assert not any(t.unexplained or t.notes for t in traced)
    assert traced[1].identity == "found"


def test_a_credential_that_nothing_shows_being_handed_out_is_noted():
    (traced,) = told([], [bot(1, "found", "orders")])
    assert traced.yielded is None
    assert traced.notes == (
        "no event before shows how bot came by found: in the model it is stored in files",
    )
    (traced,) = told([], [bot(1, "role", "orders", "write")])
    assert traced.notes[0].endswith("in the model it is exchanged for file-key at sts")


def test_a_refusal_where_the_model_has_a_grant_is_noted():
    (traced,) = told([], [bot(1, "token", "wiki", refused=True)])
    assert traced.notes == ("refused, though the model lets token open wiki for read",)


def test_an_exchange_is_no_access_and_its_guard_is_due_when_the_yield_is_presented():
    exchange = r.Checkpoint("swap", "downscoped-token-exchange", "exchange", "file-key", "role")
    events = [
        bot(1, "token", "tickets"),
        bot(2, "file-key", "sts", "issue"),
        bot(3, "role", "orders", "write"),
    ]
    assert verdicts([exchange], events) == ["none-due", "none-due", "unrecorded"]
    events[1] = replace(events[1], checkpoint="swap")
    assert verdicts([exchange], events) == ["none-due", "none-due", "recorded"]


def test_what_the_log_says_was_handed_out_is_believed():
    given = bot(1, "file-key", "files", yields="role")
    traced = told([], [given, bot(2, "role", "orders", "write"), bot(3, "found", "orders")])
    assert (traced[1].yielded.system, traced[1].yielded.event) == ("files", 1)
    assert traced[2].yielded is None  # it said what was handed out, and that was not this


@all_rows(
    ("event", "lines"),
    [
        (Event(1, 1.0, "bott", "token", system="wiki", action="read"), ["the model has no agent bott"]),
        (
            Event(1, 1.0, "gone", "token", system="wiki", action="read"),
            ["gone is retired, so it should not act"],
        ),
        (
            Event(1, 1.0, system="wiki", action="read"),
            ["names neither an agent nor a credential nor an identity"],
        ),
        (
            Event(1, 1.0, credential="file-key", system="files", action="read"),
            ["names no agent, and file-key could be bot or clerk"],
        ),
        (
            Event(1, 1.0, identity="nobody", system="wiki", action="read"),
            [
                "names no agent, and none in the model comes to the identity nobody",
                "the model does not let lonely open wiki for read",
            ],
        ),
        (Event(1, 1.0, "bot", "nokey", system="wiki", action="read"), ["the model has no credential nokey"]),
        (
            Event(1, 1.0, "bot", "dead", system="wiki", action="read"),
            ["credential dead is revoked, so it should have been refused"],
        ),
        (
            Event(1, 1.0, "bot", "token", "svc-files", system="wiki", action="read"),
            ["token carries the identity svc-desk, not svc-files"],
        ),
        (
            Event(1, 1.0, "bot", identity="svc-files", system="files", action="read"),
            ["the credential with the identity svc-files can have been file-key or log-key"],
        ),
        (
            Event(1, 1.0, "bot", identity="root", system="files", action="read"),
            ["no credential of the model carries the identity root"],
        ),
        (
            Event(1, 1.0, "bot", identity="dead", system="files", action="read"),
            ["dead is revoked, so it should have been refused"],
        ),
        (
            Event(1, 1.0, "bot", "order-key", system="orders", action="read"),
            ["the model has no way by which bot comes to order-key as itself"],
        ),
        (
            Event(1, 1.0, "bot", "token", system="wiki", action="write"),
            ["the model does not let token open wiki for write"],
        ),
        (Event(1, 1.0, "bot", "token", system="wikki", action="read"), ["the model has no system wikki"]),
        (Event(1, 1.0, "bot", "token"), ["names no system and no action"]),
        (Event(1, 1.0, "bot", "token", system="wiki"), ["names no action"]),
        (
            Event(1, None, "bot", "token", system="wiki", action="read"),
            ["has no time; taken in the order of the log"],
        ),
        (Event(1, 1.0, "bot", checkpoint="asc"), ["the model has no checkpoint asc"]),
        # What was refused, and the model does not have either, needs no explanation.
        (Event(1, 1.0, "bot", "token", system="wiki", action="write", refused=True), []),
        (Event(1, 1.0, "bot", "dead", system="wiki", action="read", refused=True), []),
        # Nor does a decision that names where it was made.
        (Event(1, 1.0, "bot", "token", system="tickets", checkpoint="ask"), []),
        (
            Event(1, 1.0, "bot", "\x1b[2J", system="wiki", action="read"),
            ["the model has no credential \\x1b[2J"],
        ),
    ],
)
def test_what_the_model_cannot_explain_is_said(event, lines):
    (traced,) = told([FILES], [event])
    assert list(traced.unexplained) == lines


def test_an_intent_does_not_excuse_what_the_model_does_not_have():
    intent = r.Intent("bot", "logs", ("read", "write"))
    assert verdicts([intent], [bot(1, "log-key", "logs")]) == ["approved"]
    assert verdicts([intent], [bot(1, "log-key", "logs", "write")]) == ["unknown"]


def test_nothing_unexplained_is_called_missing_and_nothing_else_is_guessed():
    (alone,) = told([], [Event(1, 1.0, "bot", "order-key", system="files", action="read")])
    assert alone.recheck == "unknown"
    (ambiguous,) = told([FILES], [Event(1, 1.0, "bot", identity="svc-files", system="files", action="read")])
    assert (ambiguous.credential, ambiguous.identity, ambiguous.recheck) == (None, "svc-files", "unknown")
    # Where both come to the same, that is told all the same.
    (same,) = told([], [Event(1, 1.0, "bot", identity="svc-files", system="files", action="read")])
    assert (same.credential, same.recheck) == (None, "missing")


def test_two_systems_without_a_grant_are_not_taken_for_those_of_one_person():
    """What came from the one must not be seen by asking the other, where nobody's access is known."""
    records = [
        r.Zone("desk"),
        r.Agent("bot", kind="ai-agent", home="desk"),
        r.Credential("key"),
        r.Hold("bot", "key"),
        r.System("mail", zone="desk", sensitivity="restricted", partitioned=True, untrusted_input=True),
        r.System("search", zone="desk", sensitivity="confidential", partitioned=True, exposed_requests=True),
        r.Trigger("mail", "bot"),
    ]
    assert [each.recheck for each in told([], [bot(1, "key", "search")], base=records)] == ["unknown"]


def test_the_only_one_that_can_have_been_meant_is_taken():
    (traced,) = told([], [Event(1, 1.0, identity="svc-desk", system="wiki", action="read")])
    assert (traced.agent, traced.credential) == ("bot", "token")
    (traced,) = told([], [Event(1, 1.0, "bot", identity="svc-files", system="files", action="write")])
    assert traced.credential == "file-key"
    (traced,) = told([], [Event(1, 1.0, "bot", system="logs", action="read")])
    assert (traced.credential, traced.identity) == ("log-key", "svc-files")


def test_a_log_out_of_order_says_so_and_judges_nothing_by_it():
    events = [TICKETS, WRITE, replace(decision(3), number=6), replace(WRITE, number=7, time=104.0)]
    traced = told([FILES], events)
    assert [each.recheck for each in traced] == ["none-due", "unrecorded", "none-due", "unknown"]
    for each in traced[2:]:
        assert each.unexplained[0].startswith(
            "is earlier than event 5 of the same agent (1970-01-01T00:01:45Z)"
        )
    # What comes afterwards goes by the times: the decision at 103 was after the read at 102.
    later = replace(WRITE, number=8, time=110.0)
    assert told([FILES], [*events, later])[-1].recheck == "recorded"


def test_the_token_leak():
    events = [
        Event(1, 1.0, "chat-service", "refresh-token", system="crm", action="read"),
        Event(2, 2.0, identity="svc-export", system="bucket", action="read"),
        Event(3, 3.0, identity="svc-loader", system="warehouse", action="read"),
    ]
    tally = TraceCounts()
    found = []
    for traced in analyse(read_file(MODELS / "token-leak.toml")).trace(events):
        tally.add(traced)
        found.append((traced.agent, traced.identity, traced.yielded.system, traced.recheck))
    assert found == [
        ("chat-service", "chat-integration", None, "approved"),
        ("chat-service", "svc-export", "crm", "missing"),
        ("chat-service", "svc-loader", "bucket", "missing"),
    ]
    assert (tally.events, tally.unexplained, tally.rechecks["missing"]) == (3, 0, 2)


@pytest.mark.slow
def test_fifty_thousand_events_are_not_kept():
    """Names of the log that the model does not have come and go too."""
    alive = []

    def events():
        for number in range(1, 50_001):
            if number % 10_000 == 0:
                alive.append(len(gc.get_objects()))
            name = f"agent-{number}"
            if number % 3:
                yield Event(number, float(number), "bot", "file-key", system="files", action="write")
            else:
                yield Event(number, None, name, f"c{number}", name, name, "read", name, yields=name)

    for _ in analyse(snapshot_of([*DESK, FILES])).trace(events()):
        pass
    assert max(alive) - min(alive) < 100


def test_a_request_needs_no_decision_where_others_decide_what_is_handed_out():
    vault = [
        r.System("vault", zone="cloud"),
        r.Grant("token", "vault", ("issue",)),
        r.Custody("vault", "found", how="issues"),
    ]
    asked = r.Checkpoint("two-people", "human-approval", "custody", "vault", "found")
    asking = [bot(1, "token", "vault", "issue")]
    assert verdicts(vault, asking) == ["missing"]
    assert verdicts([*vault, asked], asking) == ["none-due"]


def test_times_are_told_in_utc():
    assert time_text(0) == "1970-01-01T00:00:00Z"
    assert time_text(1772354412.25) == "2026-03-01T08:40:12.250Z"
