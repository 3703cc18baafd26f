"""What follows from a compromise: a naive reading on random models, and meshes by hand."""

from pathlib import Path

import pytest

from meshmodel.analysis.analysis import analyse
from meshmodel.analysis.compromise import Spread
from meshmodel.analysis.results import CannotStartError
from meshmodel.answers.compromise import compromise_blocks, compromise_json
from meshmodel.answers.painters import text_of
from meshmodel.answers.style import Style
from meshmodel.interchange import read_file
from meshmodel.model import records as r
from tests.analysis.crowds import crowded
from tests.analysis.walking import original
from tests.reference.mesh import bare
from tests.reference.random_models import few_and_many, random_model, snapshot_of
from tests.reference.reading import Reading, all_starts
from tests.rows import all_rows

TOKEN_LEAK = Path(__file__).parents[2] / "models" / "token-leak.toml"
NAMES = {"cred": "credential", "agent": "agent", "access": "system"}


def check_on(seed, flavour, view):
    """The naive reading agrees about every start of one random model."""
    snapshot = random_model(seed, 5, flavour)
    reading, analysis = Reading(snapshot, view), analyse(snapshot, view=view)
    for start in all_starts(snapshot):
        expected = reading.compromise(start)
        if expected.get("refused"):
            with pytest.raises(CannotStartError):
                analysis.compromise(start)
            continue
        found = analysis.compromise(start)
        answer = compromise_json(found)
        assert answer == {"format": "meshmodel-compromise/1", **expected}
        nodes = reading.starts_of(start)
        free, counting = reading.after_compromise(start)
        steps = reading.mesh.steps_of_compromise
        assert set(found.controlled) == {k.id for k in reading.meeting} - set(counting)
        stopped = [s for s in steps if s.leaves in free and s.enters not in free]
        guarding = [k for k in reading.meeting if k.id in counting]
        copying = {node[:2] for node in free if node[0] == "copying"}
        plain = [s for s in stopped if bare(s.enters) == s.enters and s.enters[:2] not in copying]
        assert set(found.holding) <= {k.id for k in guarding for s in stopped if reading.covers(k, s)}
        # Sessions with the same limits share copies, and programs sessions: another one may reach them.
        assert set(found.holding) >= {k.id for k in guarding for s in plain if reading.covers(k, s)}
        assert set(found.limited) == {(node[2], node[1]) for node in free if node[0] == "session"}
        check_origins(found, reading, nodes)
        check_held_back(found)
        check_steps(found, reading.open_to(start, counting), free, snapshot)


@pytest.mark.parametrize("view", ["built", "designed"])
@few_and_many(2, 40)
def test_a_naive_reading_agrees_on_random_models(drawn, view):
    for seed, flavour in drawn:
        check_on(seed, flavour, view)


def element(node):
    node = original(node)
    return f"{NAMES[node[0]]}:{node[1]}"


def check_origins(found, reading, starts):
    """Each origin is a step of the model from something that is reached too, and none is missing."""
    elements = {f"agent:{a}" for a in found.all.agents} | {f"credential:{c}" for c in found.all.credentials}
    assert {each.element for each in found.origins} == elements
    assert len(found.origins) == len(elements)
    free = {f"agent:{a}" for a in found.unchecked.agents}
    free |= {f"credential:{c}" for c in found.unchecked.credentials}
    assert {each.element for each in found.origins if each.unchecked} == free
    steps = {
        (s.kind, f"credential:{s.key[0]}" if s.kind == "exchange" else element(s.leaves), element(s.enters))
        for s in reading.mesh.steps_of_compromise
        if s.enters[0] in {"agent", "cred"}
    }
    for each in found.origins:
        if each.step is not None:
            assert (each.step, each.from_, each.element) in steps
    begun = {element(node) for node in starts if node[0] != "access"}
    assert {each.element for each in found.origins if each.step is None} == begun


def check_held_back(found):
    """All without the unchecked part."""
    free, behind = found.unchecked, found.held_back
    assert set(behind.agents) == set(found.all.agents) - set(free.agents)
    assert set(behind.credentials) == set(found.all.credentials) - set(free.credentials)
    accesses = [
        {(system, action) for system, actions in spread.systems for action in actions}
        for spread in (found.all, free, behind)
    ]
    assert accesses[2] == accesses[0] - accesses[1]
    assert all(actions for _, actions in behind.systems)
    for listed in (behind.agents, behind.credentials, behind.systems):
        assert list(listed) == sorted(listed)


def check_steps(found, open_steps, free, snapshot):
    """Those nobody is asked at, of relations or with a checkpoint; of sessions too."""
    judged = {(k.from_, k.to) for k in snapshot.checkpoint.values() if k.step == "hearing"}
    assert found.steps == {
        (s.kind, *s.key)
        for s in open_steps
        if s.kind not in {"implies", "answer"} and s.leaves in free and s.enters[0] != "stray"
        if s.kind != "hearing" or s.key in judged
    }


def test_where_every_place_steers_every_agent_only_relations_are_its_steps():
    snapshot = crowded(agents=200, systems=200)
    found = analyse(snapshot).compromise("outsider")
    text = text_of(compromise_blocks(snapshot, found, "built"), Style())
    assert len(found.unchecked.agents) == 200
    assert found.held_back == Spread((), (), ())
    assert "200 agents driven from there" in text
    assert {each.from_ for each in found.origins if each.element.startswith("agent:")} == {"system:s000"}
    assert {kind for kind, _, _ in found.steps} == {"hold", "grant"}


def test_the_steps_of_one_element_are_told_in_the_order_of_the_page():
    snapshot = snapshot_of(
        [
            r.System("s"),
            r.Agent("a"),
            r.Agent("b", kind="service"),
            *(r.Credential(each) for each in ("x", "y", "z")),
            r.Hold("a", "z"),
            r.Hold("a", "y"),
            r.Delegation("a", "b", passes=("x",)),
            r.Exchange("z", "x"),
        ]
    )
    origins = analyse(snapshot).compromise("agent:a").origins
    assert [(each.element, each.from_) for each in origins] == [
        ("agent:a", None),
        ("credential:y", "agent:a"),
        ("credential:z", "agent:a"),
        ("agent:b", "agent:a"),
        ("credential:x", "credential:z"),
    ]


LIMITED = [
    r.System("files"),
    r.System("vault"),
    r.Agent("bot", kind="ai-agent"),
    r.Agent("server", kind="service"),
    r.Credential("server-key"),
    r.Credential("bot-key"),
    r.Credential("deep"),
    r.Hold("server", "server-key"),
    r.Hold("bot", "bot-key"),
    r.Grant("server-key", "files", ("read", "write", "admin")),
    r.Grant("server-key", "vault", ("read",)),
    r.Custody("vault", "deep"),
    r.Custody("files", "deep", by=("write",)),
    r.Delegation("bot", "server", only=("files:read",)),
]


def test_what_a_limited_delegation_uses_is_not_in_hand_but_what_it_does_counts():
    snapshot = snapshot_of(LIMITED)
    found = analyse(snapshot).compromise("agent:bot")
    assert found.unchecked == Spread(("bot",), ("bot-key",), (("files", ("read",)),))
    assert found.limited == (("server", "bot"),)
    assert ("grant", "server-key", "files") in found.steps
    text = text_of(compromise_blocks(snapshot, found, "built"), Style())
    assert "server  for bot only, within a limit: it hands out no credential" in text
    alone = analyse(snapshot).compromise("agent:server")
    assert alone.unchecked.credentials == ("bot-key", "deep", "server-key"), (
        "it answers the bot what it likes"
    )
    assert alone.limited == (("server", "bot"),)


CARRIED = [
    r.System("inbox", untrusted_input=True),
    r.System("memory"),
    r.System("table", typed=True),
    r.Agent("reader", kind="ai-agent"),
    r.Agent("second", kind="ai-agent"),
    r.Agent("clerk", kind="person"),
    r.Credential("in"),
    r.Credential("out"),
    r.Hold("reader", "in"),
    r.Hold("reader", "out"),
    r.Hold("second", "out"),
    r.Hold("clerk", "out"),
    r.Grant("in", "inbox", ("read",)),
    r.Grant("out", "memory", ("read", "write")),
    r.Grant("out", "table", ("write",)),
]


def test_who_carries_outsiders_words_is_named():
    analysis = analyse(snapshot_of(CARRIED))
    # The second reads what the first wrote, so it is steered too, and may write it on.
    assert analysis.carried_by("memory") == ("reader", "second")
    assert analysis.carried_by("inbox") == analysis.carried_by("table") == analysis.carried_by("none") == ()


def test_nobody_carries_what_a_checkpoint_stops_on_the_way():
    asked = r.Checkpoint("ask", "human-approval", "hearing", "inbox", "reader")
    analysis = analyse(snapshot_of([*CARRIED, asked]))
    assert [each.system for each in analysis.heard] == ["inbox"]
    assert analysis.carried_by("memory") == ()


def test_every_carrier_writes_there_and_is_where_the_outsider_comes_unasked():
    carried = 0
    for seed in range(60):
        snapshot = random_model(seed, 5, "words")
        reading, analysis = Reading(snapshot), analyse(snapshot)
        free = {original(node) for node in reading.for_the_outsider[0]}
        for system, first_hand in reading.heard():
            expected = {
                a
                for a in reading.mesh.agents
                if ("agent", a) in free and ("access", system, "write") in reading.mesh.own(a)
                if not reading.mesh.is_person(a)
            }
            assert analysis.carried_by(system) == (() if first_hand else tuple(sorted(expected)))
            carried += not first_hand and bool(expected)
    assert carried > 10


def test_a_checkpoint_on_what_copies_holds_nothing_back_that_is_written_anyway():
    """The program copies from the feed to the notes by the key at which is asked; with another one it writes
    there unasked.
    """
    records = [
        r.System("feed", untrusted_input=True),
        r.System("notes"),
        r.Agent("loader", kind="service"),
        r.Agent("clerk", kind="ai-agent"),
        *(r.Credential(each) for each in ("load", "note")),
        r.Hold("loader", "load"),
        r.Hold("clerk", "note"),
        r.Grant("load", "feed", ("read",)),
        r.Grant("load", "notes", ("write",)),
        r.Grant("note", "feed", ("read",)),
        r.Grant("note", "notes", ("write",)),
        r.Checkpoint("ask", "policy-decision", "grant", "load", "notes"),
    ]
    found = analyse(snapshot_of(records)).compromise("outsider")
    assert found.unchecked.systems == (("feed", ("read", "write")), ("notes", ("write",)))
    assert (found.holding, found.held_back) == ((), Spread((), (), ()))


def test_a_leaked_token_leads_to_the_warehouse():
    found = analyse(read_file(TOKEN_LEAK)).compromise("credential:refresh-token")
    assert found.unchecked.credentials == ("cloud-key", "refresh-token", "warehouse-key")
    assert [system for system, _ in found.unchecked.systems] == ["bucket", "crm", "warehouse"]
    assert [(each.element, each.from_) for each in found.origins] == [
        ("credential:refresh-token", None),
        ("credential:cloud-key", "system:crm"),
        ("credential:warehouse-key", "system:bucket"),
    ]
    assert ("custody", "crm", "cloud-key") in found.steps
    assert found.held_back.systems == ()


@all_rows(
    ("start", "line"),
    [
        ("robot:bot", "robot:bot: a compromise starts at agent:ID, credential:ID, system:ID or outsider"),
        ("", ": a compromise starts at agent:ID, credential:ID, system:ID or outsider"),
        ("agent:chat-servise", "the model has no agent chat-servise; did you mean agent:chat-service?"),
        ("system:\x1b[2J", "the model has no system \\x1b[2J; it has bucket, crm, warehouse"),
        ("credential:", "the model has no credential ; it has cloud-key, refresh-token, warehouse-key"),
    ],
)
def test_what_is_no_start_is_refused_in_one_line(start, line):
    with pytest.raises(CannotStartError) as refused:
        analyse(read_file(TOKEN_LEAK)).compromise(start)
    assert str(refused.value) == line


def test_what_is_dead_is_no_start():
    snapshot = snapshot_of([r.Agent("gone", status="retired"), r.Credential("dead", status="revoked")])
    for start, what in (("agent:gone", "retired"), ("credential:dead", "revoked")):
        with pytest.raises(CannotStartError, match=f"is {what}, so nothing starts from it"):
            analyse(snapshot).compromise(start)
