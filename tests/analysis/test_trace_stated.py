"""What an event states, the person behind a token, limited delegations and outsiders' words in a trace."""

from dataclasses import replace

from meshmodel.model import records as r
from meshmodel.model.events import Event
from tests.analysis.test_trace import DESK, TICKETS, WRITE, bot, told, verdicts

VAULT = [
    *DESK,
    r.System("vault", zone="shop", kind="secrets-manager"),
    r.Credential("vault-key"),
    r.Credential("key", identity="svc-loader", on_behalf_of="ann"),
    r.Hold("bot", "vault-key"),
    r.Grant("vault-key", "vault", ("read",)),
    r.Grant("key", "orders", ("write",)),
    r.Custody("wiki", "key"),
    r.Custody("vault", "key"),
]


def test_what_an_event_states_comes_before_what_was_inferred_earlier():
    read, fetched = bot(1, "token", "wiki"), bot(2, "vault-key", "vault", yields="key")
    used = bot(3, "key", "orders", "write")
    traced = told([], [read, used, fetched, replace(used, number=4, time=104.0)], base=VAULT)
    assert [(t.yielded.system, t.yielded.event) for t in (traced[1], traced[3])] == [
        ("wiki", 1),
        ("vault", 2),
    ]
    # Nor does a later read that could have yielded it too come before it.
    again = told(
        [], [fetched, replace(read, number=3, time=103.0), replace(used, number=4, time=104.0)], base=VAULT
    )
    assert again[-1].yielded.system == "vault"
    # And it counts for what was due: handing out by the vault is guarded, by the wiki it is not.
    guard = r.Checkpoint("vend", "policy-decision", "custody", "vault", "key")
    first = told([guard], [TICKETS, read, fetched, replace(used, number=6, time=106.0)], base=VAULT)[-1]
    assert (first.recheck, first.checkpoints) == ("unrecorded", ("vend",))


def test_what_an_event_states_comes_before_a_relation():
    held = r.Hold("bot", "key")
    used = bot(3, "key", "orders", "write")
    assert told([held], [used], base=VAULT)[0].yielded.how == "held"
    fetched = bot(2, "vault-key", "vault", yields="key")
    assert told([held], [fetched, used], base=VAULT)[1].yielded.system == "vault"


def test_the_person_behind_a_token_is_named():
    named = told([], [bot(1, "key", "orders", "write"), bot(2, "token", "wiki")], base=VAULT)
    assert [each.on_behalf_of for each in named] == ["ann", None]
    (by_identity,) = told([], [Event(1, 1.0, "bot", identity="svc-loader")], base=VAULT)
    assert by_identity.on_behalf_of == "ann"
    # Two that it can have been, on behalf of different persons: nobody is guessed.
    other = [r.Credential("other", identity="svc-loader", on_behalf_of="ben"), r.Hold("bot", "other")]
    (either,) = told(other, [Event(1, 1.0, "bot", identity="svc-loader")], base=VAULT)
    assert either.on_behalf_of is None


SERVER = [
    *DESK,
    r.Agent("server", kind="service"),
    r.Credential("server-key"),
    r.Credential("given"),
    r.Hold("server", "server-key"),
    r.Grant("server-key", "files", ("read", "write")),
    r.Grant("given", "files", ("read",)),
    r.Delegation("bot", "server", only=("files:read",), passes=("given",)),
]


def server(number, credential, action):
    return Event(number, 100.0 + number, "server", credential, system="files", action=action)


def test_what_is_done_within_a_limited_delegation_stands_at_the_second_agent():
    read, passed = told([], [server(1, "server-key", "read"), server(2, "given", "read")], base=SERVER)
    assert (read.agent, read.yielded.how, read.unexplained, read.notes) == ("server", "held", (), ())
    assert (passed.yielded.how, passed.yielded.by) == ("passed", "bot")
    # The one that sets it to work has no credential of it in hand.
    (as_bot,) = told([], [bot(1, "server-key", "files")], base=SERVER)
    assert as_bot.unexplained == ("the model has no way by which bot comes to server-key as itself",)


def test_what_no_limit_allows_is_noted():
    (written,) = told([], [server(1, "server-key", "write")], base=SERVER)
    assert written.notes == ("no agent may have server do this: its calls are limited to files:read",)
    # Somebody else may have it do anything; and without anybody to set it to work it does what it likes.
    free = r.Delegation("worker", "server")
    assert told([free], [server(1, "server-key", "write")], base=SERVER)[0].notes == ()
    alone = [each for each in SERVER if not isinstance(each, r.Delegation)]
    assert told([], [server(1, "server-key", "write")], base=alone)[0].notes == ()
    # A limit that is asked of a model is no limit.
    asked = [
        replace(each, kind="ai-agent") if each == r.Agent("server", kind="service") else each
        for each in SERVER
    ]
    assert told([], [server(1, "server-key", "write")], base=asked)[0].notes == ()


def test_outsiders_words_act_within_a_zone():
    write = r.Grant("file-key", "wiki", ("write",))
    traced = told([write], [TICKETS, bot(3, "file-key", "wiki", "write")])[-1]
    assert (traced.recheck, traced.crossing.source, traced.crossing.severity) == (
        "missing",
        "tickets",
        "medium",
    )
    # Not into what is typed, nor from where nobody put words.
    base = [replace(each, typed=True) if each == r.System("wiki", zone="desk") else each for each in DESK]
    assert told([write], [TICKETS, bot(3, "file-key", "wiki", "write")], base=base)[-1].recheck == "none-due"
    assert told([write], [bot(3, "file-key", "wiki", "write")])[-1].recheck == "none-due"


def test_an_intent_excuses_no_words_of_outsiders():
    intent = r.Intent("bot", "files", ("write",), from_=("tickets", "wiki"))
    wiki = bot(2, "token", "wiki")
    assert verdicts([intent], [TICKETS, WRITE]) == ["none-due", "missing"]
    no_home = [replace(each, home=None) if each == DESK[9] else each for each in DESK]
    assert told([intent], [wiki, WRITE], base=no_home)[-1].recheck == "approved"
