"""All ways to an access against a brute reading: take things away, or add them, one by one."""

from dataclasses import replace
from itertools import combinations, product

import pytest

from meshmodel.analysis.analysis import analyse
from meshmodel.answers.ways_sentences import ways_sentences
from meshmodel.model import records as r
from meshmodel.model.vocabulary import ACTIONS
from tests.analysis.meshes_by_hand import pipeline, support
from tests.analysis.walking import Walking, original
from tests.reference.builders import hubs
from tests.reference.mesh import bare, closure
from tests.reference.random_models import few_and_many, random_model, snapshot_of

ORDER = ("hold", "grant", "custody", "exchange", "delegation", "trigger", "hearing", "hosting")
TABLES = ("zone", "system", "agent", "credential", *ORDER[:6])


class Brute:
    """The ways that an answer is about, as naive steps, some of which can be left out."""

    def __init__(self, walking, explanation):
        self.reading = reading = walking.reading
        agent, source = explanation.agent, explanation.source
        self.target, action = explanation.system, explanation.action
        self.start, self.steps = walking.starts(explanation), walking.steps
        if explanation.state == "uncontrolled":
            self.steps = walking.open_steps(explanation)
            doors = reading.open_doors(agent, source, self.target, action)
            bad = {d for d in doors if not reading.is_approved(agent, source, self.target, action, d)}
        else:
            bad = None
        self.steps = [step for step in self.steps if step.enters not in self.start]
        self.goals = {("access", self.target, action), ("access", self.target, "admin")}
        leaving = {s.leaves for s in self.steps if s.kind == "implies" and s.enters in self.goals}
        self.doors = {
            s
            for s in self.steps
            if s.kind == "grant"
            and (bad is None or s.leaves in bad)
            and (s.enters in self.goals or (s.enters in leaving and s.enters[0] == "copy"))
        }

    def is_way(self, without=(), gone=None):
        """Whether there is a way but for these relations and this element."""
        left = [
            s
            for s in self.steps
            if (key(s) not in without or s.enters[0] == "stray")
            and gone not in (original(s.leaves), original(s.enters))
        ]
        known = closure(left, {each for each in self.start if each != gone})
        return any(s in self.doors and s.leaves in known for s in left)

    def relations(self):
        keys = {key(s) for s in self.steps if s.kind != "implies"}
        return sorted(keys, key=lambda k: (ORDER.index(k[0]), *k[1:]))


def key(step):
    return None if step.kind == "implies" else (step.kind, *step.key)


def nodes_of(element, actions):
    table, _, name = element.partition(":")
    if table == "system":
        return [("access", name, action) for action in actions]
    return [("cred" if table == "credential" else table, name)]


def answers(snapshot):
    analysis = analyse(snapshot)
    for agent in snapshot.agent:
        for system in snapshot.system:
            yield analysis.all_ways(agent, system)


def check_ways(walking, ways):
    brute = Brute(walking, ways.explanation)
    assert brute.is_way()
    single = [each for each in brute.relations() if not brute.is_way({each})]
    assert sorted(ways.single) == sorted(single)
    nodes = {original(end) for step in brute.steps for end in step[1:3]}
    nodes.discard(("agent", ways.explanation.agent))
    passed = {node for each in ways.through for node in nodes_of(*each)}
    assert passed - brute.goals == {n for n in nodes if not brute.is_way(gone=n)} - brute.goals
    check_cut(brute, ways.single, ways.cut)
    check_who_is_asked(walking, brute, ways)


def check_cut(brute, single, cut):
    assert bool(single) != bool(cut)
    assert single or not brute.is_way(set(cut))
    candidates = brute.relations()
    has_sessions = any("session" in (step.leaves[0], step.enters[0]) for step in brute.steps)
    if single or has_sessions or (len(cut) > 3 and len(candidates) > 14):
        return
    for size in range(2, len(cut)):
        assert all(brute.is_way(set(each)) for each in combinations(candidates, size)), cut


def check_who_is_asked(walking, brute, ways):
    explanation, reading = ways.explanation, walking.reading
    nodes, counting = reading.unchecked(brute.start)
    if explanation.state is None:
        assert ways.unasked == (("access", explanation.system, explanation.action) in nodes)
    else:
        asked = explanation.agent, explanation.source, explanation.system, explanation.action
        doors = reading.open_doors(*asked)
        assert ways.unasked == bool(doors)
        meant = {bare(each)[1] for each in doors if reading.is_approved(*asked, each)}
        bad = {bare(each)[1] for each in doors if not reading.is_approved(*asked, each)}
        assert {d.credential for d in ways.doors if d.intended} >= meant - bad
    after = closure(brute.steps, brute.start)
    before = closure(
        [s._replace(leaves=s.enters, enters=s.leaves) for s in brute.steps], {s.leaves for s in brute.doors}
    )
    on_ways = [
        s for s in brute.steps if s.leaves in after & before and (s.enters in before or s in brute.doors)
    ]
    standing = {
        (k.id, key(s)) for k in reading.meeting if k.id in counting for s in on_ways if reading.covers(k, s)
    }
    assert {each for each in ways.standing if each[1][0] != "boundary"} == standing


@few_and_many(2, 48)
def test_what_every_way_passes_and_what_cuts_them_all(drawn):
    for seed, flavour in drawn:
        check_model(random_model(seed, 4 + seed % 2, flavour))


def check_model(snapshot):
    walking = Walking(snapshot)
    for ways in answers(snapshot):
        if ways.explanation.steps:
            check_ways(walking, ways)
        else:
            assert not ways.single + ways.cut


def test_a_checkpoint_on_another_action_of_the_last_grant_does_not_stand_on_the_ways():
    both = r.Grant("file-key", "files", ("read", "write"))
    gates = [
        r.Checkpoint(f"ask-{x}", "policy-decision", "grant", "file-key", "files", actions=(x,))
        for x in ("read", "write")
    ]
    ways = analyse(support(both, *gates)).all_ways("bot", "files", "read")
    assert ways.standing == (("ask-read", ("grant", "file-key", "files")),)
    assert [each.actions for each in ways.doors] == [("read",)]
    assert not ways.unasked


def test_what_an_intent_covers_is_no_end_of_the_ways_of_an_uncontrolled_crossing():
    other = [r.Credential("spare"), r.Grant("spare", "files", ("read",)), r.Custody("tickets", "spare")]
    mesh = support(r.Intent("bot", "files", ("read",)), *other)
    ways = analyse(mesh).all_ways("bot", "files", source="home")
    assert [(each.credential, each.intended) for each in ways.doors] == [("spare", False), ("file-key", True)]
    assert "Intended, and so not counted: file-key (read)." in ways_sentences(mesh, ways)
    assert ("custody", "tickets", "spare") in ways.single


def test_a_door_is_intended_though_a_way_to_a_copy_of_it_is_guarded():
    """Only open doors are approved: what a server does with the same key is asked, and counts for nothing."""
    server = [r.Agent("store", kind="service"), r.Hold("store", "file-key")]
    limit = r.Delegation("bot", "store", only=("files:read",))
    gate = r.Checkpoint("gate", "policy-decision", "delegation", "bot", "store")
    mesh = support(r.Intent("bot", "files", ("read",)), *server, limit, gate)
    ways = analyse(mesh).all_ways("bot", "files", "read", "home")
    assert ways.explanation.state == "approved"
    assert [(each.credential, each.intended) for each in ways.doors] == [("file-key", True)]


@pytest.mark.parametrize("exposed", [False, True])
def test_openings_are_not_complete_where_a_relation_can_let_outsiders_write(exposed):
    """A key that is read in an exposed system carries words to what its grants write."""
    ways = analyse(pipeline(r.System("site", exposed=exposed))).all_ways("coder", "site")
    assert not ways.explanation.steps
    assert ways.openings_complete != exposed


def test_a_boundary_that_decides_stands_on_the_ways():
    gate = r.Checkpoint("gate", "policy-decision", "boundary", "helpdesk", "cloud", decided_at="files")
    ways = analyse(support(gate)).all_ways("bot", "files")
    assert not ways.unasked
    assert ways_sentences(support(gate), ways)[-1] == (
        "Effective checkpoints on them: gate, on the boundary from Help desk to Cloud. Every path passes one."
    )


def test_what_a_boundary_closes_is_no_way_of_an_open_crossing():
    gate = r.Checkpoint("gate", "policy-decision", "boundary", "helpdesk", "cloud", decided_at="files")
    beyond = (r.Agent("server"), r.Credential("its-key"), r.Hold("server", "its-key"))
    granted = (r.Grant("its-key", "files", ("read",)), r.Delegation("bot", "server"))
    ways = analyse(support(gate, *beyond, *granted)).all_ways("bot", "files")
    assert ways.single == (
        ("delegation", "bot", "server"),
        ("hold", "server", "its-key"),
        ("grant", "its-key", "files"),
    )
    assert [door.credential for door in ways.doors] == ["its-key"]
    assert ways.standing == ()


def test_a_relation_that_several_sessions_use_is_cut_once():
    """Two servers set a third one to work, each for words from itself: both ways use its one key."""
    servers = [r.Agent(each, kind="service") for each in ("one", "two", "store")]
    limits = [r.Delegation("bot", each, only=None, returns="values") for each in ("one", "two")]
    inner = [r.Delegation(each, "store", returns="words") for each in ("one", "two")]
    outer = [r.Delegation("bot", "store", only=("files:write",))]
    kept = [
        r.Credential("store-key"),
        r.Hold("store", "store-key"),
        r.Grant("store-key", "files", ("write",)),
    ]
    ways = analyse(support(*servers, *limits, *inner, *outer, *kept)).all_ways(
        "bot", "files", "write", "home"
    )
    assert ways.single == (("hold", "store", "store-key"), ("grant", "store-key", "files"))
    copied = [r.Credential("other"), r.Hold("store", "other"), r.Grant("other", "files", ("write",))]
    both = analyse(support(*servers, *limits, *inner, *outer, *kept, *copied)).all_ways(
        "bot", "files", "write", "home"
    )
    assert both.single == ()
    assert both.cut == (("grant", "other", "files"), ("grant", "store-key", "files"))


def all_single_relations(snapshot):
    """Every relation that could be added to a model, each with the record that says so."""
    s = snapshot
    for a, c in product(s.agent, s.credential):
        if (a, c) not in s.hold:
            yield ("hold", (a, None), (c, None)), r.Hold(a, c)
    for c, t, x in product(s.credential, s.system, ACTIONS):
        known = s.grant.get((c, t))
        if known is None or x not in known.actions:
            yield ("grant", (c, None), (t, x)), r.Grant(c, t, (*(known.actions if known else ()), x))
    for t, x, c in product(s.system, ACTIONS, s.credential):
        known = s.custody.get((t, c))
        bound = s.credential[c].is_bound
        how = "issues" if bound or known is None else known.how
        by = () if known is None or how != known.how else known.obtained_by
        if x not in by or bound:
            yield ("custody", (t, x), (c, None)), r.Custody(t, c, how, tuple({*by, x}))
    for c, d in product(s.credential, repeat=2):
        if c != d and (c, d) not in s.exchange:
            yield ("exchange", (c, None), (d, None)), r.Exchange(c, d)
    for a, b in product(s.agent, repeat=2):
        if a != b:
            known = s.delegation.get((a, b), r.Delegation(a, b))
            yield ("delegation", (a, None), (b, None)), replace(known, only=None, returns="words")
    for t, a in product(s.system, s.agent):
        if (t, a) not in s.trigger:
            yield ("trigger", (t, "write"), (a, None)), r.Trigger(t, a)
        yield ("hosting", (t, "execute"), (a, None)), replace(s.agent[a], runs_on=t)


def with_records(snapshot, *more):
    """The same with other records, and without intents and checkpoints, which play no part in reach."""
    records = {
        (type(each), r.key_of(each)): each for table in TABLES for each in snapshot.table(table).values()
    }
    return snapshot_of([*(records | {(type(each), r.key_of(each)): each for each in more}).values()])


def silent(snapshot):
    """The same without outsiders and limits: nothing arises by itself."""
    systems = [replace(each, untrusted_input=False, exposed=False) for each in snapshot.system.values()]
    limits = [replace(each, only=None, returns="words") for each in snapshot.delegation.values()]
    return with_records(snapshot, *systems, *limits)


def reaching(snapshot, system):
    """The agents that reach a system."""
    mesh = Walking(snapshot).reading.mesh
    return {a for a in mesh.agents if any(n[:2] == ("access", system) for n in mesh.effective(a))}


@pytest.mark.slow
@few_and_many(2, 12)
def test_single_relations_that_are_listed_open_a_way_and_no_other_does_unless_that_is_said(drawn):
    complete = 0
    for seed, flavour in drawn:
        for snapshot in map((with_records, silent)[seed % 2], [random_model(seed, 2, flavour)]):
            complete += check_openings(snapshot)
    assert complete


def ends(elements):
    return [(each.partition(":")[2], action) for each, actions in elements for action in actions or (None,)]


def check_openings(snapshot):
    unreached = [ways for ways in answers(snapshot) if not ways.explanation.steps]
    added = {each: with_records(snapshot, record) for each, record in all_single_relations(snapshot)}
    opened = {s: {each: reaching(model, s) for each, model in added.items()} for s in snapshot.system}
    for ways in unreached:
        agent, system = ways.explanation.agent, ways.explanation.system
        listed = [
            (opening.relation, *both)
            for opening in ways.openings
            for both in product(ends(opening.from_), ends(opening.to))
        ]
        assert len(listed) == len(set(listed)) == sum(each.number for each in ways.openings)
        opens = {each for each, agents in opened[system].items() if agent in agents}
        assert set(listed) <= opens
        if ways.openings_complete:
            assert set(listed) == opens
        else:
            left_out = "Not listed: relations that open a path only"
            assert ways_sentences(snapshot, ways)[-1].startswith(left_out)
    return sum(ways.openings_complete for ways in unreached)


def test_what_lies_between_is_told_where_many_agents_hear_a_system():
    """A way over hubs is one trigger step: they are in no answer."""
    mesh = with_records(hubs(), r.System("safe"))
    ways = analyse(mesh).all_ways("last", "safe")
    assert ("agent:a2-0", ()) not in ways.reaches
    beyond = analyse(mesh).all_ways("a0-0", "safe")
    assert {("agent:a1-0", ()), ("agent:last", ()), ("system:vault", ("write",))} <= {*beyond.reaches}
    assert not beyond.openings_complete


@few_and_many(2, 12)
def test_what_is_out_of_use_and_alone_closes_a_way_is_told(drawn):
    for seed, flavour in drawn:
        check_blocked(random_model(seed, 4, flavour))


def check_blocked(snapshot):
    changes = {
        ("revoked", each.id, None): replace(each, status="active")
        for each in snapshot.credential.values()
        if not each.is_active
    }
    changes |= {
        ("retired", each.id, None): replace(each, status="active")
        for each in snapshot.agent.values()
        if not each.is_active
    }
    changes |= {
        ("bound", each.credential, each.system): replace(each, how="issues", by=each.obtained_by)
        for each in snapshot.custody.values()
        if each.how == "stores" and snapshot.credential[each.credential].is_bound
    }
    changed = {each: with_records(snapshot, record) for each, record in changes.items()}
    opened = {s: {each: reaching(model, s) for each, model in changed.items()} for s in snapshot.system}
    for ways in answers(snapshot):
        if not ways.explanation.steps:
            agent, system = ways.explanation.agent, ways.explanation.system
            assert {*ways.blocked} == {each for each, agents in opened[system].items() if agent in agents}
