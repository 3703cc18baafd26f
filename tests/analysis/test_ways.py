"""All ways to an access against a brute reading: take things away, or add them, one by one."""

from dataclasses import replace
from itertools import combinations, product

import pytest

from meshmodel.analysis.analysis import analyse
from meshmodel.model import records as r
from meshmodel.model.vocabulary import ACTIONS
from tests.analysis.meshes_by_hand import support
from tests.analysis.walking import Walking, original
from tests.reference.crossings import credential_at
from tests.reference.mesh import closure
from tests.reference.random_models import FLAVOURS, random_model, snapshot_of

ORDER = ("hold", "grant", "custody", "exchange", "delegation", "trigger", "hosting")
TABLES = ("zone", "system", "agent", "credential", *ORDER[:6])


class Brute:
    """The ways that an answer is about, as naive steps, some of which can be left out."""

    def __init__(self, walking, explanation):
        self.reading = reading = walking.reading
        agent, source = explanation.agent, explanation.source
        self.target, action = explanation.system, explanation.action
        self.start, self.steps = walking.starts(explanation), walking.steps
        self.bad = None
        if explanation.state == "uncontrolled":
            self.steps = walking.open_steps(explanation)
            doors = reading.open_doors(agent, source, self.target, action)
            self.meant = {d for d in doors if reading.is_approved(agent, source, self.target, action, d)}
        else:
            self.meant = set()
        self.steps = [step for step in self.steps if step.enters not in self.start]
        self.goals = {("access", self.target, action), ("access", self.target, "admin")}
        leaving = {s.leaves for s in self.steps if s.kind == "implies" and s.enters in self.goals}
        self.doors = {
            s
            for s in self.steps
            if s.kind == "grant"
            and s.leaves not in self.meant
            and (s.enters in self.goals or (s.enters in leaving and s.enters[0] == "copy"))
        }

    def is_way(self, without=(), gone=None):
        """Whether there is a way but for these relations and this element."""
        left = [
            s
            for s in self.steps
            if key(s) not in without and gone not in (original(s.leaves), original(s.enters))
        ]
        known = closure(left, {each for each in self.start if each != gone})
        return any(s in self.doors and s.leaves in known for s in left)

    def relations(self):
        keys = {key(s) for s in self.steps if s.kind != "implies"}
        return sorted(keys, key=lambda k: (ORDER.index(k[0]), *k[1:]))


def key(step):
    return None if step.kind == "implies" else (step.kind, *step.key)


def node_of(passed):
    table, _, element = passed.element.partition(":")
    if table == "system":
        return ("access", element, passed.action)
    return ("cred" if table == "credential" else table, element)


def answers(snapshot):
    analysis = analyse(snapshot)
    for agent in snapshot.agent:
        for system in snapshot.system:
            yield analysis.all_ways(agent, system)


def check_ways(walking, ways):
    brute = Brute(walking, ways.explanation)
    assert brute.is_way()
    single = [each for each in brute.relations() if not brute.is_way({each})]
    assert sorted(p.step for p in ways.through if p.step) == sorted(single)
    nodes = {original(end) for step in brute.steps for end in step[1:3]}
    if len(brute.start) == 1:
        nodes -= brute.start
    passed = {node_of(p) for p in ways.through if p.element}
    assert passed - brute.goals == {n for n in nodes if not brute.is_way(gone=n)} - brute.goals
    check_cut(brute, ways.cut, single)
    check_who_is_asked(walking, brute, ways)


def check_cut(brute, cut, single):
    assert not brute.is_way(set(cut.near_start))
    assert not brute.is_way(set(cut.near_target))
    assert len(cut.near_start) == len(cut.near_target) == cut.size
    if cut.size == 1:
        assert list(cut.steps) == single
        return
    assert single == []
    candidates = brute.relations()
    if cut.size > 2 and len(candidates) > 14:
        return
    for size in range(1, cut.size + 1):
        found = [each for each in combinations(candidates, size) if not brute.is_way(set(each))]
        if found:
            assert size == cut.size
            assert {*cut.near_start} in map(set, found)
            assert {*cut.near_target} in map(set, found)
            assert {*cut.steps} == {*cut.near_start, *cut.near_target}
            return
    raise AssertionError(cut)


def check_who_is_asked(walking, brute, ways):
    explanation, reading = ways.explanation, walking.reading
    nodes, counting = reading.unchecked(brute.start)
    if explanation.state is None:
        assert ways.unasked == (("access", explanation.system, explanation.action) in nodes)
    else:
        asked = explanation.agent, explanation.source, explanation.system, explanation.action
        doors = reading.open_doors(*asked)
        assert ways.unasked == bool(doors)
        meant = {credential_at(each)[1] for each in doors if reading.is_approved(*asked, each)}
        bad = {credential_at(each)[1] for each in doors if not reading.is_approved(*asked, each)}
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
    assert {(e.checkpoint, e.step) for e in ways.standing if e.step[0] != "boundary"} == standing


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_what_every_way_passes_and_what_cuts_them_all(flavour):
    for seed in range(8):
        check_model(random_model(seed, 4, flavour))


@pytest.mark.slow
@pytest.mark.parametrize("flavour", FLAVOURS)
def test_ways_of_many_models(flavour):
    for seed in range(100, 200):
        check_model(random_model(seed, 5, flavour))


def check_model(snapshot):
    walking = Walking(snapshot)
    for ways in answers(snapshot):
        if ways.explanation.steps:
            check_ways(walking, ways)
        else:
            assert ways.cut is None


def test_a_checkpoint_on_another_action_of_the_last_grant_does_not_stand_on_the_ways():
    both = r.Grant("file-key", "files", ("read", "write"))
    gates = [
        r.Checkpoint(f"ask-{x}", "policy-decision", "grant", "file-key", "files", actions=(x,))
        for x in ("read", "write")
    ]
    ways = analyse(support(both, *gates)).all_ways("bot", "files", "read")
    assert [each.checkpoint for each in ways.standing] == ["ask-read"]
    assert [(each.checkpoint, each.actions) for each in ways.doors] == [("ask-read", ("read",))]
    assert not ways.unasked


def test_what_an_intent_covers_is_no_end_of_the_ways_of_an_uncontrolled_crossing():
    other = [r.Credential("spare"), r.Grant("spare", "files", ("read",)), r.Custody("tickets", "spare")]
    ways = analyse(support(r.Intent("bot", "files", ("read",)), *other)).all_ways(
        "bot", "files", source="home"
    )
    assert [(each.credential, each.intended) for each in ways.doors] == [("spare", False), ("file-key", True)]
    assert "Not counted, since an intent covers it: Files accepts file-key (read)" in ways.sentences
    assert ("custody", "tickets", "spare") in ways.cut.steps


def test_a_boundary_that_decides_stands_on_the_ways():
    gate = r.Checkpoint("gate", "policy-decision", "boundary", "helpdesk", "cloud", decided_at="files")
    ways = analyse(support(gate)).all_ways("bot", "files")
    assert not ways.unasked
    assert ways.sentences[-1] == (
        "On them stands gate, on the boundary from Help desk to Cloud — and every way passes one"
    )


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
    assert ways.cut.size == 1
    assert ways.cut.steps == (("hold", "store", "store-key"), ("grant", "store-key", "files"))
    copied = [r.Credential("other"), r.Hold("store", "other"), r.Grant("other", "files", ("write",))]
    both = analyse(support(*servers, *limits, *inner, *outer, *kept, *copied)).all_ways(
        "bot", "files", "write", "home"
    )
    assert both.cut.size == 2
    assert ("hold", "store", "other") in both.cut.near_start or ("hold", "store", "other") in both.cut.steps


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
        how = ("issues" if bound else "stores") if known is None else known.how
        by = () if known is None else known.obtained_by
        if x not in by and not (bound and how == "stores"):
            yield ("custody", (t, x), (c, None)), r.Custody(t, c, how, (*by, x))
    for c, d in product(s.credential, repeat=2):
        if c != d and (c, d) not in s.exchange:
            yield ("exchange", (c, None), (d, None)), r.Exchange(c, d)
    for a, b in product(s.agent, repeat=2):
        if a != b and (a, b) not in s.delegation:
            yield ("delegation", (a, None), (b, None)), r.Delegation(a, b)
    for t, a in product(s.system, s.agent):
        if (t, a) not in s.trigger:
            yield ("trigger", (t, "write"), (a, None)), r.Trigger(t, a)
        if s.agent[a].runs_on is None:
            yield ("runs_on", (t, "execute"), (a, None)), replace(s.agent[a], runs_on=t)


def with_records(snapshot, *more):
    """The same with other records, and without intents and checkpoints, which play no part in reach."""
    records = {
        (type(each), r.key_of(each)): each for table in TABLES for each in snapshot.table(table).values()
    }
    return snapshot_of([*(records | {(type(each), r.key_of(each)): each for each in more}).values()])


def silent(snapshot):
    """The same without outsiders and limits: nothing arises by itself."""
    systems = [replace(each, untrusted_input=False) for each in snapshot.system.values()]
    limits = [replace(each, only=None, returns="words") for each in snapshot.delegation.values()]
    return with_records(snapshot, *systems, *limits)


def reaching(snapshot, system):
    """The agents that reach a system."""
    mesh = Walking(snapshot).reading.mesh
    return {a for a in mesh.agents if any(n[:2] == ("access", system) for n in mesh.effective(a))}


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_single_relations_that_are_listed_open_a_way_and_no_other_does_unless_that_is_said(flavour):
    complete = 0
    for seed in range(12):
        for snapshot in map((with_records, silent)[seed % 2], [random_model(seed, 2, flavour)]):
            complete += check_openings(snapshot)
    assert complete


def check_openings(snapshot):
    unreached = [ways for ways in answers(snapshot) if not ways.explanation.steps]
    added = {each: with_records(snapshot, record) for each, record in all_single_relations(snapshot)}
    opened = {s: {each: reaching(model, s) for each, model in added.items()} for s in snapshot.system}
    for ways in unreached:
        agent, system = ways.explanation.agent, ways.explanation.system
        listed = [
            (opening.relation, *ends)
            for opening in ways.openings
            for ends in product(opening.from_, opening.to)
        ]
        assert len(listed) == len(set(listed)) == sum(each.number for each in ways.openings)
        opens = {each for each, agents in opened[system].items() if agent in agents}
        assert set(listed) <= opens
        if ways.openings_complete:
            assert set(listed) == opens
        else:
            assert ways.sentences[-1].startswith("Not listed: relations that open a way only")
    return sum(ways.openings_complete for ways in unreached)


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_what_is_out_of_use_or_limited_on_ways_is_told_and_whether_it_is_so_alone(flavour):
    for seed in range(12):
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
    changes |= {
        ("limited", f"{each.from_}>{each.to}", None): replace(each, only=None, returns="words")
        for each in snapshot.delegation.values()
    }
    changed = {each: with_records(snapshot, record) for each, record in changes.items()}
    opened = {s: {each: reaching(model, s) for each, model in changed.items()} for s in snapshot.system}
    for ways in answers(snapshot):
        if not ways.explanation.steps:
            agent, system = ways.explanation.agent, ways.explanation.system
            alone = {(b.because, b.element, b.system) for b in ways.blocked if b.alone}
            assert alone == {each for each, agents in opened[system].items() if agent in agents}
