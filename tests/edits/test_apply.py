from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshmodel.edits.edit import Put, Remove, Rename, apply_edit, difference, edit, unused_id
from meshmodel.model import records
from meshmodel.model.errors import InvalidModelError
from meshmodel.model.records import TABLES, Snapshot
from meshmodel.model.validation import check_snapshot
from tests.rows import all_rows
from tests.store.sample import SAMPLE, random_edit
from tests.store.snapshots import snapshots


def changed(snapshot, *changes):
    return apply_edit(snapshot, edit("test", changes))


def model(*given):
    return changed(Snapshot(), *map(Put, given))


PAIR = (
    records.Agent("a"),
    records.Agent("b"),
    records.Credential("c"),
    records.System("s"),
    records.System("t"),
    records.Zone("z"),
)


@pytest.mark.slow
@given(snapshots(), st.randoms(use_true_random=False))
def test_any_edit_leaves_a_valid_model_and_the_one_before_as_it_was(before, some):
    copy = {name: dict(before.table(name)) for name in TABLES}
    for _ in range(4):
        try:
            after = apply_edit(before, random_edit(some, before))
        except InvalidModelError:  # some of the random edits are meant to be refused
            continue
        check_snapshot(after)
        forth = difference(before, after)
        assert replay(before, forth) == after
        assert replay(after, tuple((t, k, new, old) for t, k, old, new in forth)) == before
    assert {name: dict(before.table(name)) for name in TABLES} == copy


def replay(snapshot, entries):
    tables = {name: dict(snapshot.table(name)) for name in ("about", *TABLES)}
    for table, key, _, record in entries:
        if record is None:
            del tables[table][key]
        else:
            tables[table][key] = record
    about = tables.pop("about")[""]
    return Snapshot(about=about, **tables)


@pytest.mark.slow
@given(snapshots(), st.data())
def test_renaming_there_and_back_changes_nothing(before, data):
    names = [
        (t, key)
        for t in ("zone", "system", "agent", "credential", "checkpoint", "note")
        for key in before.table(t)
    ]
    if not names:
        return
    table, old = data.draw(st.sampled_from(names))
    if old == "home" and table == "system":
        return
    after = changed(before, Rename(table, old, "other"))
    check_snapshot(after)
    assert old not in after.table(table)
    back = changed(after, Rename(table, "other", old))
    principals = {c.id: c.principal for c in before.credential.values()}
    assert {c.id: c.principal for c in back.credential.values()} == principals
    assert back == before or table == "credential"


def test_an_element_takes_its_relations_and_leaves_lists_and_fields():
    before = model(
        *PAIR,
        records.Agent("e", home="z", runs_on="s"),
        records.Credential("d", audience=("s",)),
        records.Hold("a", "c"),
        records.Grant("c", "s", ("read",)),
        records.Exchange("c", "d", at="s"),
        records.Delegation("a", "b", ("c", "d")),
        records.Intent("a", "t", ("read",), ("home", "s")),
        records.Intent("b", "t", ("read",), ("s",)),
        records.Checkpoint("k", "policy-decision", "grant", "c", "s"),
        records.Checkpoint("l", "policy-decision", "hold", "a", "c", decided_at="s"),
        records.Checkpoint("m", "policy-decision", "hosting", "s", "e"),
    )
    after = changed(before, Remove("system", "s"), Remove("zone", "z"))
    assert after.agent["e"] == records.Agent("e")
    assert after.credential["d"].audience is None
    assert after.exchange["c", "d"].at is None
    assert list(after.intent) == [("a", "t")]
    assert after.intent["a", "t"].from_ == ("home",)
    assert not after.grant
    assert list(after.checkpoint) == ["l"]
    assert after.checkpoint["l"].decided_at is None
    gone = changed(after, Remove("credential", "c"))
    assert gone.delegation["a", "b"].passes == ("d",)
    assert not gone.hold
    assert not gone.exchange
    assert not gone.checkpoint


LIMITED = (
    *PAIR,
    records.Credential("d"),
    records.Delegation("a", "b", only=("s:read", "s:write", "t:read")),
    records.Delegation("b", "a", ("c",), only=("s:read",)),
    records.Checkpoint("k", "policy-decision", "delegation", "b", "a"),
    records.Checkpoint("h", "policy-decision", "hold", "a", "c"),
    records.Note("n", "why?", "system:s"),
    records.Note("o", "and this?", "system:t"),
    records.Note("p", "the model"),
    records.Note("q", "the zone of that id", "zone:z"),
)


def test_a_limit_outlives_a_system_only_where_it_still_limits():
    after = changed(model(*LIMITED), Remove("system", "s"))
    assert after.delegation == {("a", "b"): records.Delegation("a", "b", only=("t:read",))}
    assert not after.checkpoint  # both were on what is gone: the delegation, and what it passed
    assert changed(after, Remove("system", "t")).delegation == {}


def test_notes_go_with_what_they_are_about():
    after = changed(model(*LIMITED), Remove("system", "s"))
    assert list(after.note) == ["o", "p", "q"]
    assert list(changed(after, Remove("zone", "z")).note) == ["o", "p"]
    assert after.note["p"] == records.Note("p", "the model")


def test_limits_and_notes_follow_a_new_id():
    after = changed(model(*LIMITED), Rename("system", "s", "u"), Rename("zone", "z", "s"))
    assert after.delegation["a", "b"].only == ("t:read", "u:read", "u:write")
    assert after.delegation["b", "a"].only == ("u:read",)
    assert [note.about for note in after.note.values()] == ["system:u", "system:t", None, "zone:s"]
    assert list(after.checkpoint) == ["k", "h"]
    assert changed(after, Rename("note", "n", "m")).note["m"] == records.Note("m", "why?", "system:u")
    both = changed(model(*LIMITED), Rename("agent", "a", "x"))
    assert both.delegation["x", "b"].only == ("s:read", "s:write", "t:read")


@all_rows(
    ("relation", "step", "ends"),
    [
        (records.Hold("a", "c"), "hold", ("a", "c")),
        (records.Grant("c", "s", ("read",)), "grant", ("c", "s")),
        (records.Custody("s", "c"), "custody", ("s", "c")),
        (records.Delegation("a", "b"), "delegation", ("a", "b")),
        (records.Trigger("s", "a"), "trigger", ("s", "a")),
    ],
)
def test_a_relation_takes_its_checkpoint(relation, step, ends):
    note = records.Note("n", "why?", f"{step}:{ends[0]}>{ends[1]}")
    before = model(*PAIR, relation, records.Checkpoint("k", "policy-decision", step, *ends), note)
    assert before.checkpoint
    assert before.note
    after = changed(before, Remove(step, ends))
    assert not after.checkpoint
    assert not after.note


def test_a_note_is_about_a_step_as_long_as_there_is_one():
    passed = records.Delegation("b", "a", ("c",))
    notes = [
        records.Note("h", "x", "hold:a>c"),
        records.Note("g", "x", "grant:c>s:read"),
        records.Note("r", "x", "hosting:s>a"),
        records.Note("w", "x", "hearing:s>a"),
    ]
    held, granted = records.Hold("a", "c"), records.Grant("c", "s", ("read",))
    pair = [each for each in PAIR if each != records.Agent("a")]
    before = model(*pair, records.Agent("a", runs_on="s"), held, passed, granted, *notes)
    assert list(changed(before, Remove("hold", ("a", "c"))).note) == ["h", "g", "r", "w"]
    assert list(changed(before, Remove("hold", ("a", "c")), Put(replace(passed, passes=None))).note) == [
        "g",
        "r",
        "w",
    ]
    assert list(changed(before, Put(records.Agent("a"))).note) == ["h", "g", "w"]
    renamed = changed(
        before, Rename("agent", "a", "x"), Rename("credential", "c", "d"), Rename("system", "s", "u")
    )
    abouts = [each.about for each in renamed.note.values()]
    assert abouts == ["hold:x>d", "grant:d>u:read", "hosting:u>x", "hearing:u>x"]
    assert not changed(before, Remove("agent", "a"), Remove("credential", "c")).note


def test_a_checkpoint_on_what_is_read_needs_the_two_elements_and_nothing_else():
    asked = records.Checkpoint("k", "human-approval", "hearing", "s", "a")
    before = model(*PAIR, records.Trigger("s", "a"), asked)
    assert changed(before, Remove("trigger", ("s", "a"))).checkpoint == {"k": asked}
    assert changed(before, Rename("system", "s", "u")).checkpoint["k"].from_ == "u"
    assert changed(before, Rename("agent", "a", "x")).checkpoint["k"].to == "x"
    assert not changed(before, Remove("system", "s")).checkpoint
    assert not changed(before, Remove("agent", "a")).checkpoint


def test_a_checkpoint_put_on_a_trigger_that_is_not_drawn_sits_on_hearing():
    asked = records.Checkpoint("k", "human-approval", "trigger", "s", "a")
    heard = records.Checkpoint("k", "human-approval", "hearing", "s", "a")
    assert changed(model(*PAIR), Put(asked)).checkpoint == {"k": heard}
    drawn = changed(model(*PAIR), Put(asked), Put(records.Trigger("s", "a")))
    assert drawn.checkpoint == {"k": asked}
    later = changed(model(*PAIR, heard), Put(records.Trigger("s", "a")))
    assert later.checkpoint == {"k": heard}
    moved = changed(model(*PAIR), Put(asked), Rename("system", "s", "u"))
    assert moved.checkpoint["k"] == records.Checkpoint("k", "human-approval", "hearing", "u", "a")


def test_a_checkpoint_on_a_hold_stays_while_the_credential_is_held_or_passed():
    before = model(
        *PAIR,
        records.Hold("b", "c"),
        records.Delegation("a", "b", ("c",)),
        records.Checkpoint("k", "policy-decision", "hold", "b", "c"),
    )
    passed = changed(before, Remove("hold", ("b", "c")))
    assert passed.checkpoint
    assert not changed(passed, Put(records.Delegation("a", "b"))).checkpoint
    assert not changed(passed, Remove("delegation", ("a", "b"))).checkpoint
    assert changed(before, Remove("delegation", ("a", "b"))).checkpoint


def test_moving_what_a_checkpoint_sits_on_takes_it_along():
    before = model(
        *PAIR,
        records.Agent("e", runs_on="s"),
        records.Checkpoint("k", "policy-decision", "hosting", "s", "e"),
        records.Checkpoint("l", "policy-decision", "boundary", "z", "system:t"),
    )
    assert list(changed(before, Put(records.Agent("e", runs_on="t"))).checkpoint) == ["l"]
    assert list(changed(before, Put(records.System("t", zone="z"))).checkpoint) == ["k"]
    assert changed(before, Rename("system", "t", "u")).checkpoint["l"].to == "system:u"


def test_a_default_identity_follows_its_id_unless_others_share_it():
    approved = records.Checkpoint("k", "human-approval", "hold", "a", "c", approvers=("c", "lead"))
    before = model(*PAIR, records.Hold("a", "c"), approved)
    after = changed(before, Rename("credential", "c", "x"))
    assert after.credential["x"].identity is None
    assert after.checkpoint["k"].approvers == ("lead", "x")
    assert after.checkpoint["k"].to == "x"
    shared = changed(before, Put(records.Credential("d", identity="c")), Rename("credential", "c", "x"))
    assert shared.credential["x"].identity == "c"
    assert shared.checkpoint["k"].approvers == ("c", "lead")
    assert changed(before, Rename("credential", "c", "lead")).credential["lead"].identity == "c"


def test_acceptances_follow_a_new_id():
    after = changed(SAMPLE, Rename("agent", "bot", "robot"))
    accepted = after.acceptance["toxic-flow", "robot"]
    assert (accepted.subject, accepted.agents) == ("robot", ("robot",))


@all_rows(
    ("change", "words"),
    [
        (Put(records.Hold("x", "c")), ['hold "x" > "c"', '"agent"', 'no agent "x"']),
        (Put(records.Agent("A")), ['agent "A"', '"id"', "is not an id"]),
        (Put(records.Grant("c", "s", ())), ['grant "c" > "s"', '"actions"', "empty list"]),
        (Put(records.Agent("a", name="x\x1b")), ["control character"]),
        (Put(records.Delegation("a", "b", only=("q:read",))), ['"only"', 'no system "q"']),
        (Put(records.Delegation("a", "b", only=("s",))), ['"only"', "no system:action"]),
        (Put(records.Note("n", "x", "agent:z")), ['note "n"', '"about"', 'no agent "z"']),
        (Put(records.Note("n", "x", "z")), ['note "n"', '"about"', "no element"]),
        (Put(records.Note("n", "x", "hold:a>c>s")), ['note "n"', '"about"', "is not an id"]),
        (Put(records.Note("n", "x", "custody:s>q")), ['note "n"', '"about"', 'no credential "q"']),
        (Put(records.Note("n", "x", "custody:s>c")), ['note "n"', '"about"', 'no custody from "s" to "c"']),
        (Put(records.Note("n", "x", "hold:a>c:read")), ['"about"', "only that of a grant"]),
        (Put(records.Note("n", "x", "grant:c>s:fly")), ['"about"', "names no action", "read, write"]),
        (Put(records.Note("n", "x", "boundary:z>z")), ['"about"', "no element"]),
        (Rename("note", "n", "m"), ['note "n"', "none to rename"]),
        (Remove("agent", "x"), ['agent "x"', "none to remove"]),
        (Remove("about", ""), ["is no table"]),
        (Rename("agent", "x", "y"), ['agent "x"', "none to rename"]),
        (Rename("agent", "a", "b"), ['agent "a"', '"b" is taken']),
        (Rename("agent", "a", "B"), ["is not an id"]),
        (Rename("hold", "a", "b"), ["has no ids"]),
        (Rename("system", "t", "home"), ["would mean the agent's home", 'intent "a" > "s"']),
    ],
)
def test_a_refused_edit_says_what_and_why(change, words):
    before = model(*PAIR, records.Intent("a", "s", ("read",), ("t",)))
    with pytest.raises(InvalidModelError) as caught:
        changed(before, Put(records.Agent("q")), change)
    for word in words:
        assert word in str(caught.value)
    assert "q" not in before.agent


@all_rows(
    ("wish", "ident"),
    [
        ("Ticket Token", "ticket-token"),
        ("Straße Köln!", "strasse-koln"),
        ("票務", "piaowu"),
        ("支付 agent 2", "zhifu-agent-2"),
        ("платёжный агент", "platezhnyy-agent"),
        ("Łódź e\u0301te\u0301", "lodz-ete"),
        ("🤖", "agent"),
        ("--x--", "x"),
        ("taken", "taken-2"),
        ("y" * 90, "y" * 64),
    ],
)
def test_an_unused_id_from_a_name(wish, ident):
    before = model(records.Agent("taken"))
    assert unused_id(before, "agent", wish) == ident
    changed(before, Put(records.Agent(unused_id(before, "agent", wish))))
