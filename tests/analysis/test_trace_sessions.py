"""Sessions, lifetimes, instances and logs in a trace: what is said of them, in words."""

from dataclasses import replace

from meshmodel.analysis import session_states
from meshmodel.analysis.analysis import analyse
from meshmodel.model import records as r
from meshmodel.model.events import Event, seconds_text
from tests.analysis.test_trace import DESK, FILES, TICKETS, WRITE, bot, decision, told
from tests.reference.random_models import snapshot_of
from tests.rows import all_rows

LASTING = [replace(each, lifetime="5m") if each == r.Credential("role") else each for each in DESK]
SWAP = bot(1, "file-key", "sts", "issue")


def role(number, time, **more):
    return Event(number, time, "bot", "role", system="orders", action="write", **more)


def test_what_another_session_read_and_decided_is_none_of_this_one():
    one, other = replace(TICKETS, session="one"), replace(WRITE, session="two")
    assert [each.recheck for each in told([FILES], [one, other])] == ["none-due", "unrecorded"]  # from home
    assert told([FILES], [one, other])[1].crossing.source is None
    asked = [one, decision(3, session="one"), replace(WRITE, session="one"), replace(other, number=6)]
    assert [each.recheck for each in told([FILES], asked)[2:]] == ["recorded", "unrecorded"]


def test_a_credential_past_its_lifetime_says_since_when():
    in_time, late = role(2, 401.0), role(3, 500.0)
    traced = told([], [SWAP, in_time, late, replace(late, number=4, refused=True)], base=LASTING)
    assert [each.credential_state for each in traced] == [None, None, "expired", "expired"]
    assert traced[2].unexplained == ("role ended 1m 39s before: it lasts 5m from event 1 on",)
    assert traced[3].unexplained == ()  # refused as it should be
    assert traced[3].notes == ("refused: role ended 1m 39s before: it lasts 5m from event 1 on",)
    again = told([], [SWAP, replace(SWAP, number=2, time=450.0), late], base=LASTING)
    assert again[-1].credential_state is None
    elsewhere = told([], [replace(SWAP, session="one"), late], base=LASTING)
    assert elsewhere[-1].credential_state == "unseen"


def test_where_the_log_grants_another_lifetime_both_are_told():
    given = replace(SWAP, yields="role", lifetime=3_600.0)
    traced = told([], [given, role(2, 500.0)], base=LASTING)
    assert traced[0].notes == ("the log grants 1h to role, the model says 5m",)
    assert traced[1].unexplained == (
        "role ended 1m 39s before: it lasts 5m as the model says, 1h as the log says, from event 1 on",
    )
    assert told([], [replace(given, lifetime=300.0)], base=LASTING)[0].notes == ()


def test_an_issue_that_nothing_shows_is_told_once_in_a_session():
    held = [
        replace(each, lifetime="1h") if each.id == "token" else each for each in DESK if hasattr(each, "id")
    ]
    base = [*held, *(each for each in DESK if not hasattr(each, "id"))]
    events = [bot(1, "token", "wiki"), bot(2, "token", "wiki"), bot(3, "token", "wiki", session="two")]
    traced = told([], events, base=base)
    assert [each.credential_state for each in traced] == ["unseen"] * 3
    line = "no event before shows when token was issued; it lasts 1h"
    assert [each.notes for each in traced] == [(line,), (), (line,)]


def test_what_was_taken_back_is_gone_in_every_session_until_it_is_handed_out_again_there():
    taken = Event(2, 102.0, "clerk", revokes="role")
    traced = told([], [SWAP, taken, role(3, 103.0), role(4, 104.0, session="two")])
    assert [each.credential_state for each in traced[2:]] == ["revoked", "revoked"]
    assert traced[2].unexplained == ("role was revoked in event 2, so it should have been refused",)
    asked_again = told([], [SWAP, taken, replace(role(3, 103.0), refused=True)])[-1]
    assert (asked_again.unexplained, asked_again.notes) == ((), ("refused: role was revoked in event 2",))
    again = told([], [SWAP, taken, replace(SWAP, number=3, time=103.0), role(4, 104.0)])
    assert again[-1].credential_state is None
    refused = told([], [SWAP, replace(taken, refused=True), role(3, 103.0)])
    assert refused[-1].credential_state is None
    (unknown,) = told([], [replace(taken, revokes="none")])
    assert "the model has no credential none" in unknown.unexplained


def test_a_use_finds_the_issue_of_its_own_instance():
    first = replace(SWAP, session="one", yields="role", yields_token="a")
    second = replace(SWAP, number=2, time=102.0, session="two", yields="role", yields_token="b")
    used = [role(3, 103.0, token="a"), role(4, 104.0, token="b"), role(5, 105.0, token="c", session="two")]
    traced = told([], [first, second, *used])
    assert [each.yielded and each.yielded.event for each in traced[2:]] == [1, 2, None]
    # Somebody else with it is told.
    stolen = Event(3, 103.0, "worker", "role", system="orders", action="write", token="a")
    assert "this very role was handed out to bot in event 1" in told([], [first, stolen])[-1].notes


def test_the_chain_is_that_of_its_time_and_ends_where_it_comes_back():
    refresh = r.Exchange("role", "file-key", at="sts")
    swapped = [SWAP, bot(2, "role", "sts", "issue", yields="file-key"), replace(SWAP, number=3, time=103.0)]
    link = told([refresh], [*swapped, role(4, 104.0)])[-1].authority
    assert [(each.way.credential, each.moment and each.moment.number) for each in link.links()] == [
        ("role", 3),
        ("file-key", 2),
    ]


def test_another_person_than_the_model_knows_is_told():
    base = [replace(each, on_behalf_of="ann") if each == r.Credential("role") else each for each in DESK]
    (ben,) = told([], [role(1, 101.0, on_behalf_of="ben")], base=base)
    assert ben.unexplained == ("on behalf of ben, says the log; of ann, says the model",)
    (ann,) = told([], [role(1, 101.0, on_behalf_of="ann")], base=base)
    assert ann.unexplained == ()


@all_rows(
    ("apart", "log", "is_close"), [(1.0, "b", True), (1.9, "b", True), (2.0, "b", False), (1.0, "a", False)]
)
def test_an_order_of_two_logs_that_decides_is_told(apart, log, is_close):
    read = replace(TICKETS, time=100.0, log="a")
    other = Event(1, 1.0, "clerk", log="b")  # there are two logs
    asked = replace(decision(3), time=100.0 + apart, log=log)
    (_, _, _, traced) = told([FILES], [other, read, asked, replace(WRITE, time=110.0, log="a")])
    line = f"hangs on the order of events 2 and 3, in two logs {seconds_text(apart)} apart"
    assert (line in traced.notes) == is_close
    assert traced.recheck == "recorded"


def test_the_session_that_was_longest_without_an_event_is_forgotten_and_said_so(monkeypatch):
    monkeypatch.setattr(session_states, "SESSIONS", 2)
    tracer = analyse(snapshot_of([*DESK, FILES])).tracer()
    read = [replace(TICKETS, number=n, session=s) for n, s in enumerate(("one", "two", "one", "three"), 1)]
    for each in read:
        assert tracer.lay(each).notes == ()
    kept = tracer.lay(replace(WRITE, session="one"))
    forgotten = tracer.lay(replace(WRITE, session="two"))
    assert (kept.crossing.source, forgotten.crossing.source) == ("tickets", None)
    assert forgotten.notes == (
        "what was before in this session of bot is forgotten: since then there were 2 others",
    )
    assert tracer.sessions.forgotten == 2


@all_rows(
    ("seconds", "text"),
    [(0.25, "0.25s"), (59.0, "59s"), (60.0, "1m"), (3_600.0, "1h"), (99.4, "1m 39s"), (90_061.0, "1d 1h")],
)
def test_durations_in_words(seconds, text):
    assert seconds_text(seconds) == text
