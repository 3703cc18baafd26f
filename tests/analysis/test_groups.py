"""The sources of agents in groups of shared rows, against whole rows for each."""

import os
import random
from dataclasses import replace
from functools import reduce
from operator import or_

import pytest

from meshmodel.analysis.analysis import analyse
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.steps import bits
from meshmodel.model import records as r
from tests.analysis.random_models import snapshot_of
from tests.analysis.sharing import sharing_model
from tests.benchmarks.meshes import clustered

EXAMPLES = int(os.environ.get("MESHMODEL_EXAMPLES", "400"))
"""How many small models agents share something in; thousands take a minute or two."""


def guarded_in_many_places(seed, size):
    """A mesh with checkpoints on steps of all kinds and on boundaries, and agents with power over many."""
    rng = random.Random(seed)
    plain = clustered(size, 2 * size, dense=rng.random() < 0.7, seed=seed, guarded=0)
    systems = sorted(plain.system)
    found = {}

    def add(step, from_, to, chance):
        if rng.random() < chance:
            decided_at = rng.choice(systems) if rng.random() < 0.8 else None
            found[f"check-{len(found)}"] = r.Checkpoint(
                f"check-{len(found)}", "policy-decision", step, from_, to, decided_at=decided_at
            )

    chance = rng.choice((0.1, 0.3, 0.6))
    for step in ("hold", "grant", "custody", "exchange", "delegation", "trigger"):
        for key in plain.table(step):
            add(step, *key, chance)
    zones = [f"zone-{number}" for number in range(4)]
    for one in zones:
        for other in zones:
            if one != other:
                add("boundary", one, other, rng.choice((0, 0.2)))
    places = {each.id: replace(each, zone=rng.choice(zones)) for each in plain.system.values()}
    return replace(
        plain,
        zone={each: r.Zone(each) for each in zones},
        system=places,
        checkpoint=found,
        agent={each.id: replace(each, home=rng.choice(zones)) for each in plain.agent.values()},
    )


def opened(engine, some, read):
    """What a start from a source reaches, and the doors that it finds open, with the boundaries that it
    has power over.
    """
    boundaries = sum(1 << each.number for each in engine.candidates.boundaries)
    guards, row, doors = engine.candidates.guards, 0, set()
    for group in some:
        unchecked = group.unchecked
        row |= unchecked.row
        for step in engine.mesh.steps["grant"]:
            if unchecked.row >> step[0] & 1 and not guards.get(step, 0) & ~unchecked.dropped:
                doors.add((step, unchecked.dropped & boundaries))
    return row & ~(1 << read), doors


def check(engine):
    row_of = engine.guarding.baseline.row
    credentials = -1 << engine.mesh.first_credential
    for traveller in engine.travellers:
        situation = traveller.situation
        shared = situation.common
        alone = engine.guarding.alone(traveller.node).row | 1 << traveller.node
        theirs = set(shared.groups).difference(situation.lacking)
        for group in (*traveller.groups, *theirs):
            begun = reduce(or_, [row_of(node) for part in group.unchecked.seeds for node in part], 0)
            core = shared.core.unchecked.row if group in shared.beyond else 0
            assert not begun & credentials & ~(group.unchecked.row | alone | core)
        for read in bits(traveller.sources):
            whole = [each for each in engine.exact(traveller) if each.sources >> read & 1]
            parts = [each for each in traveller.groups if each.sources >> read & 1]
            common = [each for each in theirs if each.sources >> read & 1]
            assert len(whole) == 1
            assert set(common) <= {*shared.beyond, shared.core} or len(common) == 1
            accesses = [each.unchecked.row & engine.mesh.access for each in parts]
            # What agents have in common may be in what they reach alone, and in nothing else.
            twice = accesses[0] if common and traveller.groups[0] in parts else 0
            accesses += [each.unchecked.row & engine.mesh.access & ~twice for each in common]
            assert sum(accesses) == reduce(or_, accesses)
            assert opened(engine, [*parts, *common], read) == opened(engine, whole, read)
            if common:
                assert parts[0] is traveller.groups[0]
                assert parts[0].unchecked is engine.guarding.alone(traveller.node)


SHARED = {
    "as it is": {},
    "little is much": {"groups._MUCH": 2},
    "much in common": {"groups._CROWD": 0, "groups._VAST": 0, "classes._FAR": -1, "classes._SHARE": 10**9},
    "much in common with most": {
        "groups._CROWD": 0,
        "groups._VAST": 0,
        "classes._FAR": -1,
        "classes._SHARE": 10**9,
        "sharing._FEW": 1000,
    },
    "no core": {
        "groups._CROWD": 0,
        "groups._VAST": 0,
        "classes._FAR": -1,
        "classes._SHARE": 10**9,
        "sharing._SEVERAL": 10**9,
    },
    "little in common": {
        "groups._CROWD": 0,
        "groups._VAST": 0,
        "classes._FAR": -1,
        "classes._SHARE": 10**9,
        "sharing._MUCH": 8,
    },
}


@pytest.mark.parametrize("constants", SHARED.values(), ids=SHARED)
@pytest.mark.parametrize(
    ("seed", "size"), [*((seed, 60 + 5 * seed) for seed in range(40)), (81, 150), (128, 150)]
)
def test_shared_rows_together_are_those_of_each_start(seed, size, constants, monkeypatch):
    for name, value in constants.items():
        monkeypatch.setattr(f"meshmodel.analysis.{name}", value)
    check(Engine(guarded_in_many_places(seed, size), "built"))


def test_shared_rows_where_agents_differ_in_one_thing_and_find_power():
    shared = 0
    for seed in range(EXAMPLES):
        engine = Engine(sharing_model(seed), "built")
        check(engine)
        shared += any(each.shared for each in engine.travellers)
    assert shared > EXAMPLES // 4


def decided(id_, step, from_, to, at=None):
    return r.Checkpoint(id_, "policy-decision", step, from_, to, decided_at=at)


def test_what_an_agent_has_already_is_opened_for_one_that_has_not():
    """Both have power over what guards the copy of a spare key, and both come there after they read the
    inbox; the first one holds the key anyway.
    """
    systems = ("inbox", "shelf", "desk", "gate", "safe", "first", "second", "far")
    elements = [r.Zone("zone"), *(r.System(each, zone="zone") for each in systems)]
    elements += [r.Credential(each) for each in ("common", "ticket", "found", "spare")]
    for agent in ("one", "other"):
        elements += [r.Agent(agent, home="zone"), r.Hold(agent, "common"), r.Hold(agent, "ticket")]
    elements += [
        r.Hold("one", "spare"),
        r.Grant("common", "desk", ("write",)),
        r.Grant("common", "far", ("admin",)),
        r.Grant("found", "shelf", ("read",)),
        r.Grant("found", "gate", ("write",)),
        r.Grant("spare", "safe", ("read",)),
        r.Custody("inbox", "found"),
        r.Custody("shelf", "spare"),
        decided("copied", "custody", "shelf", "spare", "desk"),
        decided("elsewhere", "grant", "common", "far", "gate"),
    ]
    for each in ("inbox", "first", "second"):
        elements += [r.Grant("ticket", each, ("read",)), decided(each, "grant", "ticket", each)]
    for each in ("first", "second"):
        elements.append(r.Custody(each, "common"))
    engine = Engine(snapshot_of(elements), "built")
    check(engine)
    assert all(each.shared for each in engine.travellers)


def with_power(system, action, *more):
    """Two agents read the inbox after they were asked, and find there what gives them power over the gate;
    the first one has power over another system anyway, by a key of its own.
    """
    systems = ("inbox", "shelf", "desk", "gate", "hatch", "safe", "first", "second", "far")
    elements = [r.Zone("zone"), *(r.System(each, zone="zone") for each in systems)]
    elements += [r.Credential(each) for each in ("common", "ticket", "found", "spare", "own")]
    for agent in ("one", "other"):
        elements += [r.Agent(agent, home="zone"), r.Hold(agent, "common"), r.Hold(agent, "ticket")]
    elements += [
        r.Hold("one", "own"),
        r.Grant("own", system, (action,)),
        r.Grant("common", "desk", ("write",)),
        r.Grant("common", "shelf", ("read",)),
        r.Grant("common", "far", ("admin",)),
        r.Grant("found", "gate", ("write",)),
        r.Grant("spare", "safe", ("read",)),
        r.Custody("inbox", "found"),
        r.Custody("shelf", "spare"),
        decided("elsewhere", "grant", "common", "far", "gate"),
        *more,
    ]
    for each in ("inbox", "first", "second"):
        elements += [r.Grant("ticket", each, ("read",)), decided(each, "grant", "ticket", each)]
    for each in ("first", "second"):
        elements.append(r.Custody(each, "common"))
    return Engine(snapshot_of(elements), "built")


def test_what_an_agent_has_power_over_already_is_opened_for_one_that_has_not():
    more = r.Grant("found", "hatch", ("write",)), decided("copied", "custody", "shelf", "spare", "hatch")
    check(with_power("hatch", "execute", *more))


def test_what_two_checkpoints_guard_is_opened_only_for_those_with_power_over_both():
    more = (
        decided("copied", "custody", "shelf", "spare", "gate"),
        decided("counted", "custody", "shelf", "spare", "hatch"),
    )
    check(with_power("hatch", "write", *more))


def test_what_opens_more_of_what_many_sources_lead_to_is_told_as_a_whole(monkeypatch):
    """From the inbox follows what does from other sources, too, and power over the gate, which guards a copy
    of a spare key there.
    """
    for name, value in SHARED["much in common"].items():
        monkeypatch.setattr(f"meshmodel.analysis.{name}", value)
    systems = ("inbox", "first", "second", "shelf", "desk", "gate", "safe")
    elements = [r.Zone("zone"), *(r.System(each, zone="zone") for each in systems)]
    elements += [r.Credential(each) for each in ("ticket", "common", "found", "spare")]
    for agent in ("one", "other"):
        elements += [r.Agent(agent, home="zone"), r.Hold(agent, "ticket")]
    for each in ("inbox", "first", "second"):
        elements += [r.Grant("ticket", each, ("read",)), decided(each, "grant", "ticket", each)]
        elements.append(r.Custody(each, "common"))
    elements += [
        r.Grant("common", "shelf", ("read",)),
        r.Grant("common", "desk", ("write",)),
        r.Grant("found", "gate", ("write",)),
        r.Grant("spare", "safe", ("read",)),
        r.Custody("inbox", "found"),
        r.Custody("shelf", "spare"),
        decided("copied", "custody", "shelf", "spare", "gate"),
    ]
    engine = Engine(snapshot_of(elements), "built")
    check(engine)
    assert all(each.situation.common.core is not None for each in engine.travellers)


APART = ((300, 600, False, 0.6, 9), (120, 260, False, 0.3, 46), (300, 600, True, 0.6, 57))
"""Meshes where an agent reaches alone what a group that it shares begins with, and others do not."""


@pytest.mark.parametrize(("nodes", "steps", "dense", "guarded", "seed"), APART)
def test_a_group_begins_with_nothing_but_what_its_row_or_the_agent_has(nodes, steps, dense, guarded, seed):
    engine = Engine(clustered(nodes, steps, dense=dense, seed=seed, guarded=guarded), "built")
    row_of = engine.guarding.baseline.row
    credentials = -1 << engine.mesh.first_credential
    for traveller in engine.travellers:
        alone = engine.guarding.alone(traveller.node).row | 1 << traveller.node
        for group in traveller.groups:
            begun = reduce(or_, [row_of(node) for part in group.unchecked.seeds for node in part], 0)
            assert not begun & credentials & ~(group.unchecked.row | alone)


@pytest.mark.parametrize(("nodes", "steps", "dense", "guarded", "seed"), APART)
def test_the_agents_of_a_door_have_uncontrolled_crossings_to_its_system(nodes, steps, dense, guarded, seed):
    analysis = analyse(clustered(nodes, steps, dense=dense, seed=seed, guarded=guarded))
    uncontrolled = {
        (each.agent, each.target) for each in analysis.crossings() if each.state == "uncontrolled"
    }
    assert all((agent, door.system) in uncontrolled for door in analysis.doors for agent in door.agents)
