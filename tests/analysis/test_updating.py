"""What edits are followed with: components that fall apart, counts by what differs, subjects of findings."""

import contextlib
import random
from collections import Counter
from dataclasses import replace
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshmodel.analysis.closure import forward, union
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.relations import ENDS, Related
from meshmodel.analysis.rules import RULES
from meshmodel.analysis.steps import bits
from meshmodel.analysis.updating import fewer, losing
from meshmodel.analysis.updating.changes import Changes
from meshmodel.analysis.updating.closures import Followed
from meshmodel.analysis.updating.engines import keep, move
from meshmodel.analysis.updating.found import WITHIN
from meshmodel.api import analyse
from meshmodel.model import records as r
from meshmodel.model.errors import InvalidModelError
from meshmodel.store.edits import Edit, Put, Remove, Rename, apply_edit, edit
from tests.analysis.following import followed
from tests.analysis.random_edits import TODAY
from tests.analysis.random_models import random_model, snapshot_of
from tests.analysis.test_incremental import Emptying, answers, assert_equal
from tests.benchmarks.editing import EDITS
from tests.benchmarks.meshes import clustered

LIMITS = {
    "usual": (8, 300, 16),
    "large": (8, 1, 16),
    "few": (0, 1, 2),
    "many": (0, 1, 0),
    "all": (0, 300, 99),
}
"""More members than are large, more than are many, and how many nodes are few."""


@pytest.mark.parametrize("seed", range(12))
def test_candidates_that_followed_edits_are_put_together_as_others_are(seed):
    for analysis, _ in followed(seed):
        candidates = analysis._engine.candidates
        again = candidates.copy()
        again.weigh()
        assert candidates.controllable == again.controllable
        assert candidates.by_control == again.by_control
        assert candidates.numbers_by_node() == again.numbers_by_node()
        steps = {(leaves, each) for leaves, entered in candidates.entered.items() for each in entered}
        assert steps == candidates.guards.keys()
        assert candidates.left == sum(1 << leaves for leaves in candidates.entered)


MISSING = (10, 17, 38, 68, 101, 161, 199, 202, 223, 241, 265, 300, 341, 537)
"""Meshes in which there goes what others reach still, or what gives power, or on what something follows."""


TRIGGERED = (47, 102, 123)
"""Meshes in which triggers go though what triggered is read still."""


@pytest.mark.parametrize(
    ("seed", "triggers"), [*((each, 0) for each in MISSING), *((each, 4) for each in TRIGGERED)]
)
def test_what_agents_miss_is_taken_out_of_what_they_have_in_common(seed, triggers, monkeypatch):
    monkeypatch.setattr(losing, "_LARGE", 0)
    rng = random.Random(seed)
    snapshot = clustered(110, 220, dense=True, seed=seed, guarded=rng.choice((0.0, 0.1, 0.4)))
    kept = keep(Engine(snapshot, "built"), Related(snapshot))
    for _ in range(10):
        tables = ("system", "credential", "grant", "hold", "custody", "checkpoint")
        table = rng.choice((*tables, *["trigger"] * triggers))
        keys = sorted(snapshot.table(table))
        if not keys:
            continue
        snapshot = apply_edit(snapshot, Edit("remove", (Remove(table, rng.choice(keys)),)))
        moved = move(kept, Changes.between(kept.engine.snapshot, snapshot))
        kept = moved.kept
        missing_is_as_from_scratch(moved)


def missing_is_as_from_scratch(moved):
    """What is known of agents that an edit lets be, or that just miss something, beside that from scratch."""
    engine, mesh, snapshot = moved.kept.engine, moved.kept.engine.mesh, moved.kept.engine.snapshot
    there = union([*mesh.credential_node.values(), *mesh.agent_node.values()])
    there |= sum(31 << 5 * number for number in mesh.system_number.values())
    for agent in moved.missing:
        node, now = mesh.agent_node[agent], engine.traveller_of.get(agent)
        alone = engine.guarding.alone(node)
        assert engine.alone[agent].row | 1 << node == alone.row | 1 << node
        assert engine.alone[agent].dropped == alone.dropped
        assert set(engine.alone[agent].waiting) == set(alone.waiting)
        assert engine.alone[agent].leaving == alone.leaving
        begun = 1 << node
        for each in chain.from_iterable(engine.alone[agent].seeds):
            begun |= engine.guarding.baseline.row(each)
        assert begun & there == (alone.row | 1 << node) & there
        if now is not None:
            again = engine.traveller(snapshot.agent[agent], node)
            assert (now.sources, now.reach, now.steered) == (again.sources, again.reach, again.steered)
            assert now.home_mask == again.home_mask
            assert rows_of(now, there) == rows_of(again, there)


def test_what_agents_reach_is_told_where_a_checkpoint_comes_or_goes():
    told = Counter()
    for seed in range(12):
        rng = random.Random(seed)
        snapshot = clustered(110, 220, dense=True, seed=seed, guarded=rng.choice((0.1, 0.4)))
        kept = keep(Engine(snapshot, "built"), Related(snapshot))
        for number in range(16):
            step = rng.choice(("hold", "grant", "grant", "custody", "exchange", "delegation"))
            from_, to = rng.choice(sorted(snapshot.table(step)))
            # Of those that come to a system some have power over what is decided there.
            decided = rng.choice((None, rng.choice(sorted(snapshot.system)), to if step == "grant" else None))
            placed = r.Checkpoint(f"new-{number}", "policy-decision", step, from_, to, decided_at=decided)
            change = rng.choice((Put(placed), Remove("checkpoint", rng.choice(sorted(snapshot.checkpoint)))))
            snapshot = apply_edit(snapshot, edit("decide", [change]))
            before, moved = kept, move(kept, Changes.between(kept.engine.snapshot, snapshot))
            kept = moved.kept
            missing_is_as_from_scratch(moved)
            for agent in moved.missing:
                more = kept.engine.alone[agent].dropped.bit_count()
                told[type(change), more - before.engine.alone[agent].dropped.bit_count()] += 1
    # Agents without power over it, and with it.
    assert min(told[Put, 0], told[Put, 1], told[Remove, 0], told[Remove, -1]) > 10, told


@pytest.mark.parametrize("many", [-1, 3, 200])
def test_crossings_are_counted_by_what_agents_come_to_otherwise(many, monkeypatch):
    monkeypatch.setattr(fewer, "_MANY", many)
    lost = gained = 0
    for seed in range(3):
        rng = random.Random(seed)
        snapshot = clustered(240, 480, dense=True, seed=seed, guarded=rng.choice((0.0, 0.1, 0.4)))
        analysis = analyse(snapshot)
        before = analysis.summary
        for _ in range(15):
            make, kind = EDITS[rng.choice(sorted(EDITS))]
            with contextlib.suppress(InvalidModelError, IndexError, ValueError):
                edited = apply_edit(snapshot, make(rng, snapshot, kind))
                # Half of them are taken back.
                for each in (edited, snapshot) if rng.randrange(2) else (edited,):
                    analysis = analyse(each, previous=analysis)
                    summary = analysis.summary
                    assert summary == analyse(each).summary
                    lost += summary.crossings < before.crossings
                    gained += summary.crossings > before.crossings
                    before, snapshot = summary, each
    assert min(lost, gained) > 5


class Telling(Emptying):
    """Whoever comes to a component is told at once what that reaches no more, as in large models."""

    def __init__(self):
        super().__init__()
        self.large, losing._LARGE = losing._LARGE, 0

    def teardown(self):
        losing._LARGE = self.large


Telling.TestCase.settings = Emptying.TestCase.settings
TestTelling = Telling.TestCase


def rows_of(traveller, there):
    """What the start of each source reaches, itself and the agent aside."""
    found = {}
    for group in traveller.groups:
        for source in [*bits(group.sources), *([-1] if group.home else [])]:
            row = group.unchecked.row & there & ~(1 << traveller.node)
            found[source] = found.get(source, 0) | row & ~(1 << source if source >= 0 else 0)
    return found


HARD = (30, 128, 1792)
"""Graphs in which components are joined to which steps lead from others that were asked for before; and one
in which a part that falls off has the name of a component that missed something before it was joined.
"""


@pytest.mark.parametrize("limits", LIMITS)
def test_a_closure_that_follows_its_graph_is_that_of_the_graph(limits, monkeypatch):
    for name, value in zip(("_LARGE", "_MANY", "_FEW"), LIMITS[limits], strict=True):
        monkeypatch.setattr(losing, name, value)
    for seed in HARD:
        follow_a_graph(seed)
    given(seed=st.integers(0, 2**32))(follow_a_graph)()


def follow_a_graph(seed):
    rng = random.Random(seed)
    size = rng.randrange(2, 26)
    steps = {(rng.randrange(size), rng.randrange(size)) for _ in range(rng.randrange(4 * size))}
    steps = {(one, other) for one, other in steps if one != other}
    followed = Followed.of(closure := forward(successors(size, steps)), closure.successors)
    for _ in range(6):
        known = [followed.row(node) for node in range(size)]
        gone = set(rng.sample(sorted(steps), min(len(steps), rng.randrange(7))))
        come = {(rng.randrange(size), rng.randrange(size)) for _ in range(rng.randrange(4))}
        come = {(one, other) for one, other in come - steps if one != other}
        steps = steps - gone | come
        before, followed = followed, followed.copy()
        first = set(rng.sample(sorted(gone), rng.randrange(len(gone) + 1))) if rng.randrange(2) else set()
        followed.follow(first, ())
        followed.follow(gone - first, come)
        scratch = forward(successors(size, steps))
        rows = [scratch.row(node) for node in range(size)]
        assert [followed.row(node) for node in range(size)] == rows
        assert [before.row(node) for node in range(size)] == known
        assert followed.changed or not followed.parted
        assert followed.changed >= {node for node in range(size) if rows[node] != known[node]}
        for node in set(range(size)) - followed.odd if followed.less else ():
            assert rows[node] == known[node] & ~followed.less
        matters = rng.randrange(1 << size)
        assert followed.differing(before, set(range(size)), matters) == {
            node for node in range(size) if (rows[node] ^ known[node]) & matters
        }
        assert [followed.is_cycle(followed.component[node]) for node in range(size)] == [
            scratch.is_cycle(scratch.component[node]) for node in range(size)
        ]
        for asked in range(size):
            leading = {node for node in range(size) if rows[node] >> asked & 1}
            assert set(followed.leading([asked])) == leading
        columns = followed.columns({node: 1 << node for node in range(0, size, 2)})
        assert [columns[followed.component[node]] for node in range(size)] == [
            sum(1 << each for each in range(0, size, 2) if rows[each] >> node & 1) for node in range(size)
        ]


def successors(size, steps):
    """For each node the nodes after it."""
    return [[other for one, other in sorted(steps) if one == node] for node in range(size)]


@given(seed=st.integers(0, 2**32))
def test_the_subject_of_a_local_finding_is_its_record_or_begins_with_it(seed):
    local = {rule.id: rule.per for rule in RULES if rule.of is not None and rule.per is not None}
    snapshot = random_model(seed, 8)
    analysis = analyse(snapshot, today=TODAY)
    subjects = [(each.rule, each.subject) for each in analysis.findings]
    assert len(set(subjects)) == len(subjects)
    for rule, subject in subjects:
        if rule in WITHIN:
            assert subject.partition(">")[0] in snapshot.table(local[rule])
        elif local.get(rule) == "door":
            assert tuple(subject.split(">")) in snapshot.grant
        elif rule in local:
            ends = tuple(subject.split(">"))
            assert (subject if len(ends) == 1 else ends) in snapshot.table(local[rule])


def test_relations_may_be_asked_for_while_an_edit_is_followed():
    """As another thread does that still reads what was there before."""
    snapshot = random_model(1, 8)
    related = Related(snapshot)
    related.at("hold", "agent")

    class Asking(dict):
        def __contains__(self, table):
            for each, ends in ENDS.items():
                related.at(each, ends[0])
            return super().__contains__(table)

    after = related.after(snapshot, Asking(hold=[]))
    assert after.at("hold", "agent") == related.at("hold", "agent")


def test_sources_in_a_zone_that_is_called_otherwise_are_still_in_one_zone():
    """Groups of sources that look the same mean something else."""
    snapshot = random_model(70, 26)
    analysis = analyse(snapshot, today=TODAY)
    answers(analysis)
    put = Put(replace(snapshot.system["s1"], owner="somebody"))
    for change in (put, Rename("zone", "z0", "other")):
        snapshot = apply_edit(snapshot, Edit("change", (change,)))
        analysis = analyse(snapshot, today=TODAY, previous=analysis)
        assert_equal(analysis, analyse(snapshot, today=TODAY))


def test_a_checkpoint_comes_that_is_on_no_step_where_another_one_goes():
    """Who has power over the one that comes is known, though it matters only once there is the step."""
    records = [
        *map(r.System, ("gate", "files")),
        r.Agent("ann", kind="service"),
        *(r.Credential(each) for each in ("key", "other")),
        r.Credential("bound", binding="mtls"),
        r.Hold("ann", "key"),
        r.Grant("key", "gate", ("write",)),
        r.Custody("gate", "other"),
        r.Custody("files", "bound"),
        r.Grant("other", "files", ("read",)),
        r.Checkpoint("stays", "policy-decision", "custody", "gate", "other"),
        r.Checkpoint("goes", "policy-decision", "grant", "other", "files"),
    ]
    comes = r.Checkpoint("comes", "policy-decision", "custody", "files", "bound", decided_at="gate")
    before = snapshot_of(records)
    after = apply_edit(before, Edit("both", (Put(comes), Remove("checkpoint", "goes"))))
    kept = keep(Engine(before, "built"), Related(before))
    moved = move(kept, Changes.between(before, after))
    dropped = moved.kept.engine.alone["ann"].dropped
    assert [moved.kept.engine.candidates.ids[number] for number in bits(dropped)] == ["comes"]


def test_who_gets_the_identity_of_an_approver_has_power_over_the_checkpoint():
    snapshot = clustered(110, 220, dense=True, seed=1)
    one, other = sorted(snapshot.credential)[:2]
    approver = snapshot.credential[one].principal
    placed = r.Checkpoint("new", "policy-decision", "grant", *max(snapshot.grant), approvers=(approver,))
    kept = keep(Engine(snapshot, "built"), Related(snapshot))
    for change in (
        Put(placed),
        Put(replace(snapshot.credential[other], identity=approver)),
        Put(replace(snapshot.credential[one], status="revoked")),
        Put(snapshot.credential[other]),
    ):
        snapshot = apply_edit(snapshot, Edit("change", (change,)))
        kept = move(kept, Changes.between(kept.engine.snapshot, snapshot)).kept
        control = kept.engine.candidates.control[kept.numbers["new"]]
        nodes = kept.engine.mesh.credential_node
        approving = {each.id for each in snapshot.credential.values() if each.principal == approver}
        assert set(bits(control)) == {nodes[each] for each in approving & nodes.keys()}


def test_a_system_where_credentials_are_exchanged_is_called_otherwise():
    snapshot = random_model(21, 27)
    analysis = analyse(snapshot, today=TODAY)
    answers(analysis)
    places = {each.at for each in snapshot.exchange.values() if each.at is not None and not each.pinned}
    assert places
    for place in sorted(places):
        put = Put(replace(snapshot.system[place], name="Other"))
        snapshot = apply_edit(snapshot, Edit("rename", (put,)))
        analysis = analyse(snapshot, today=TODAY, previous=analysis)
        assert_equal(analysis, analyse(snapshot, today=TODAY))


@given(
    stretches=st.lists(st.tuples(st.integers(0, 5_000), st.integers(1, 300), st.integers(1, 3)), max_size=4)
)
def test_bits_are_found_wherever_there_are_stretches_of_them(stretches):
    chosen = {each for first, size, every in stretches for each in range(first, first + size, every)}
    assert list(bits(sum(1 << each for each in chosen))) == sorted(chosen)
