"""All ways to an access against a brute reading: take things away, or add them, one by one."""

from dataclasses import replace
from itertools import combinations, product

import pytest

from meshmodel.analysis.analysis import analyse
from meshmodel.model import records as r
from meshmodel.model.vocabulary import ACTIONS
from tests.analysis.meshes_by_hand import support
from tests.analysis.naive import Naive
from tests.analysis.random_models import random_model, snapshot_of

ORDER = ("hold", "grant", "custody", "exchange", "delegation", "trigger", "hosting")


class Brute:
    """The ways that an answer is about, as naive steps, some of which can be left out."""

    def __init__(self, snapshot, explanation):
        naive = Naive(snapshot, "built")
        agent, source = explanation.agent, explanation.source
        target, action = explanation.system, explanation.action
        self.start = {("agent", agent)}
        self.steps = naive.steps
        read = ("access", source, "read")
        if explanation.state is not None and source is not None and read in naive.reached(agent):
            self.start.add(read)
        doors = [
            s for s in naive.steps if s[0] == "grant" and s[2][1] == target and s[2][2] in (action, "admin")
        ]
        if explanation.state == "uncontrolled":
            _, counting = naive.unchecked(agent, source)
            guards = [k for k in naive.meeting if k.id in counting]
            self.steps = {s for s in naive.steps if not any(naive.covers(k, s) for k in guards)}
            open_doors = naive.open_doors(agent, source, target, action)
            bad = {c for c in open_doors if not naive.approved(agent, source, target, action, c)}
            doors = [s for s in doors if s in self.steps and s[1][1] in bad]
        self.doors = {name(step) for step in doors}

    def is_way(self, without=(), gone=None):
        """Whether there is a way but for these relations and this node."""
        left = [s for s in self.steps if name(s) not in without and gone not in (s[1], s[2])]
        known = Naive.closure(Naive.graph(left), self.start - {gone})
        return any(s[0] == "grant" and name(s) in self.doors and s[1] in known for s in left)

    def relations(self):
        return sorted(
            {name(s) for s in self.steps if s[3] is not None}, key=lambda k: (ORDER.index(k[0]), *k[1:])
        )


def name(step):
    return None if step[3] is None else (step[0], *step[3])


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


@pytest.mark.parametrize("seed", range(40))
def test_what_every_way_passes_and_what_cuts_them_all(seed):
    snapshot = random_model(seed, 4)
    for ways in answers(snapshot):
        if not ways.explanation.steps:
            assert ways.cut is None
            continue
        brute = Brute(snapshot, ways.explanation)
        assert brute.is_way()
        single = [key for key in brute.relations() if not brute.is_way({key})]
        assert sorted(p.step for p in ways.through if p.step) == sorted(single)
        nodes = {end for step in brute.steps for end in step[1:3]}
        if len(brute.start) == 1:
            nodes -= brute.start
        passed = {node_of(p) for p in ways.through if p.element}
        ends = {("access", ways.explanation.system, x) for x in (ways.explanation.action, "admin")}
        assert passed - ends == {n for n in nodes if not brute.is_way(gone=n)} - ends
        check_cut(brute, ways.cut, single)


@pytest.mark.parametrize("seed", range(60))
def test_who_is_asked_on_the_ways(seed):
    snapshot = random_model(seed, 4)
    naive = Naive(snapshot, "built")
    for ways in answers(snapshot):
        told = ways.explanation
        if not told.steps:
            continue
        source = told.source if told.state is not None else None
        nodes, counting = naive.unchecked(told.agent, source)
        if told.state is None:
            assert ways.unasked == (("access", told.system, told.action) in nodes)
        else:
            open_doors = naive.open_doors(told.agent, source, told.system, told.action)
            assert ways.unasked == bool(open_doors)
            intended = {
                c for c in open_doors if naive.approved(told.agent, source, told.system, told.action, c)
            }
            assert {d.credential for d in ways.doors if d.intended} >= intended
        brute = Brute(snapshot, told)
        after = Naive.closure(Naive.graph(brute.steps), brute.start)
        ends = {s for s in brute.steps if name(s) in brute.doors and s[2][2] in (told.action, "admin")}
        turned = Naive.graph([(None, s[2], s[1]) for s in brute.steps])
        before = Naive.closure(turned, {s[1] for s in ends})
        on_ways = {s for s in brute.steps if s[1] in after and (s[2] in before or s in ends)}
        standing = {
            (k.id, name(s))
            for k in naive.meeting
            if k.id in counting
            for s in on_ways
            if s[1] in after & before and naive.covers(k, s)
        }
        assert {(e.checkpoint, e.step) for e in ways.standing if e.step[0] != "boundary"} == standing


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


def check_cut(brute, cut, single):
    assert not brute.is_way(set(cut.near_start))
    assert not brute.is_way(set(cut.near_target))
    assert len(cut.near_start) == len(cut.near_target) == cut.size
    if cut.size == 1:
        assert list(cut.steps) == single
        return
    assert single == []
    candidates = [key for key in brute.relations() if key[0] != "implies"]
    if cut.size > 2 and len(candidates) > 14:
        return
    for size in range(1, cut.size + 1):
        found = [each for each in combinations(candidates, size) if not brute.is_way(set(each))]
        if found:
            assert size == cut.size
            assert set(cut.steps) == {key for each in found for key in each}
            return
    raise AssertionError(cut)


def all_single_relations(snapshot):
    """Every relation that could be added to a model, each with the model that has it."""
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
            values = {f: getattr(s.agent[a], f) for f in r.Agent.__dataclass_fields__}
            yield ("runs_on", (t, "execute"), (a, None)), r.Agent(**values | {"runs_on": t})


def with_record(snapshot, record):
    tables = ("zone", "system", "agent", "credential", *ORDER[:6])
    records = [each for table in tables for each in snapshot.table(table).values()]
    return snapshot_of([*records, record])


def plain(snapshot):
    """The same without intents and checkpoints, which play no part in what is reached."""
    return with_records(snapshot)


def gullible(snapshot):
    """The same where outsiders write into every system and what agents read steers them all."""
    systems = [replace(each, untrusted_input=True) for each in snapshot.system.values()]
    agents = [replace(each, steerable=True) for each in snapshot.agent.values()]
    return with_records(snapshot, *systems, *agents)


def steering():
    """Somebody writes where another agent would be steered, if only it drove a third one that reads there."""
    return snapshot_of(
        [
            *(r.System("inbox", untrusted_input=True), r.System("host"), r.System("vault")),
            *(r.Agent("writer"), r.Agent("driver", steerable=True), r.Agent("reader")),
            *(r.Credential("pen"), r.Credential("shell"), r.Credential("key")),
            *(r.Hold("writer", "pen"), r.Hold("driver", "shell"), r.Hold("reader", "key")),
            *(r.Grant("pen", "inbox", ("write",)), r.Grant("shell", "host", ("execute",))),
            *(r.Grant("key", "inbox", ("read",)), r.Grant("key", "vault", ("read",))),
        ]
    )


def with_records(snapshot, *more):
    tables = ("zone", "system", "agent", "credential", *ORDER[:6])
    records = [each for table in tables for each in snapshot.table(table).values()]
    return snapshot_of([*records, *more])


MODELS = [steering(), *(change(random_model(seed, 2)) for seed in range(50) for change in (plain, gullible))]


@pytest.mark.parametrize("snapshot", MODELS)
def test_every_single_relation_that_opens_a_way_is_listed_and_no_other(snapshot):
    unreached = [ways for ways in answers(snapshot) if not ways.explanation.steps]
    added = [
        (key, Naive(with_records(snapshot, each), "built")) for key, each in all_single_relations(snapshot)
    ]
    for ways in unreached:
        agent, system = ways.explanation.agent, ways.explanation.system
        listed = [each for opening in ways.openings for each in opening.each()]
        assert len(listed) == len(set(listed)) == sum(each.number for each in ways.openings)
        opens = {
            key
            for key, naive in added
            if agent in naive.agents and any(n[:2] == ("access", system) for n in naive.reached(agent))
        }
        assert set(listed) == opens


def test_the_models_above_have_every_kind_of_opening():
    found = {
        (opening.relation, opening.steering)
        for snapshot in MODELS
        for ways in answers(snapshot)
        for opening in ways.openings
    }
    kinds = {*ORDER[:6], "runs_on"}
    assert {kind for kind, steering in found if not steering} == kinds
    assert {kind for kind, steering in found if steering} == kinds - {"trigger"}


@pytest.mark.parametrize("seed", range(40))
def test_what_is_out_of_use_on_ways_is_told_and_whether_it_is_so_alone(seed):
    snapshot = random_model(seed, 4)
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
    changed = {key: Naive(with_records(snapshot, each), "built") for key, each in changes.items()}
    for ways in answers(snapshot):
        if ways.explanation.steps:
            continue
        agent, system = ways.explanation.agent, ways.explanation.system
        alone = {(b.because, b.element, b.system) for b in ways.blocked if b.alone}
        assert alone == {
            key
            for key, naive in changed.items()
            if agent in naive.agents and any(n[:2] == ("access", system) for n in naive.reached(agent))
        }
