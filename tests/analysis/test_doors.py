"""What doors ask of sources, and of groups of these that carry a credential beside the usual ones."""

import random

import pytest

from meshmodel.analysis import doors, marking
from meshmodel.analysis.analysis import analyse
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.entering import Features
from meshmodel.analysis.sources import features_of, likeness
from meshmodel.analysis.steps import WRITE
from meshmodel.model import records as r
from tests.analysis.random_models import random_model, snapshot_of


def two_places(*, target, second):
    """Whoever reads the first place finds four keys, and in the second place, that takes another decision,
    one of them once more.

    Args:
        target: the system that all keys open.
        second: the second place.
    """
    keys = ["key-0", "key-1", "key-2", "key-3"]
    return snapshot_of(
        [
            *map(r.Zone, ("home", "one", "other", "far")),
            r.System("first", zone="one", sensitivity="public", exposed=False),
            second,
            target,
            r.Agent("agent", kind="service", home="home"),
            r.Credential("token"),
            r.Hold("agent", "token"),
            *(r.Grant("token", each, ("read",)) for each in ("first", "second")),
            *(
                r.Checkpoint(f"k-{each}", "human-approval", "grant", "token", each)
                for each in ("first", "second")
            ),
            *map(r.Credential, keys),
            *(r.Custody("first", each) for each in keys),
            r.Custody("second", "key-3"),
            *(r.Grant(each, "target", ("write",)) for each in keys),
        ]
    )


@pytest.mark.parametrize("many", [-1, 1_000])
def test_those_who_come_anyway_may_come_with_other_words_or_secrets(many, monkeypatch):
    monkeypatch.setattr(doors, "MANY", many)
    target = r.System("target", zone="far", sensitivity="confidential", exposed=False)
    exposed = r.System("target", zone="far", sensitivity="public")
    words = r.System("second", zone="other", sensitivity="public", exposed=False, untrusted_input=True)
    secret = r.System("second", zone="other", sensitivity="confidential")
    same = r.System("second", zone="other", sensitivity="public", exposed=False)
    for here, second, usual, last in (
        (target, words, "high", "critical"),
        (target, same, "high", "high"),
        (exposed, secret, "low", "high"),
        (exposed, same, "low", "low"),
    ):
        found = {each.credential: each for each in analyse(two_places(target=here, second=second)).doors}
        assert {name: each.severity for name, each in found.items()} == {
            "key-0": usual,
            "key-1": usual,
            "key-2": usual,
            "key-3": last,
        }
        assert {each.agents for each in found.values()} == {("agent",)}


@pytest.mark.parametrize("steered", [False, True])
def test_sources_are_like_what_they_are_to_each_target(steered):
    chance = random.Random(7)
    for seed in range(60):
        mesh = Engine(random_model(seed, 4 + seed % 12), "built").mesh
        for _ in range(6):
            share = chance.choice((0.2, 0.5, 0.9))
            chosen = [each for each in mesh.system_number.values() if chance.random() < share]
            sources = sum(1 << 5 * each for each in chosen)
            outside, *inside = likeness(mesh, sources, steered=steered)
            for target in mesh.system_number.values():
                zone, level = mesh.zone_of[target], mesh.sensitivity[target]
                for home, told in ((None, outside), (zone, inside[level])):
                    access, at_home = 5 * target + WRITE, home == zone
                    asked = features_of(mesh, access, sources, home=False, at_home=at_home, steered=steered)
                    assert Features(*(each not in {None, zone} for each in told)) == asked


@pytest.mark.parametrize("few", [0, 2, 4])
def test_doors_by_columns_are_those_that_are_looked_at_one_by_one(few, monkeypatch):
    monkeypatch.setattr(marking, "_FEW", few)
    for seed in range(40):
        snapshot = random_model(seed, 8 + seed % 12)
        monkeypatch.setattr(doors, "MANY", 10**9)
        expected = analyse(snapshot).doors
        monkeypatch.setattr(doors, "MANY", -1)
        assert analyse(snapshot).doors == expected, seed


@pytest.mark.parametrize("many", [-1, 1_000])
def test_who_is_at_home_acts_with_words_that_others_who_read_have_not(many, monkeypatch):
    """A key opens a system to read and another to act; only who is at home there hears outsiders."""
    monkeypatch.setattr(doors, "MANY", many)
    ends = [("reader", "away", "quiet"), ("writer", "there", "loud")]
    snapshot = snapshot_of(
        [
            *map(r.Zone, ("away", "there", "far")),
            r.System("quiet", zone="far", sensitivity="public", exposed=False),
            r.System("loud", zone="far", sensitivity="restricted", exposed=False, untrusted_input=True),
            *(
                r.System(each, zone="there", sensitivity="internal", exposed=False)
                for each in ("book", "desk")
            ),
            r.Credential("key"),
            r.Grant("key", "book", ("read",)),
            r.Grant("key", "desk", ("read", "write")),
            *(r.Agent(agent, kind="service", home=home) for agent, home, _ in ends),
            *(r.Credential(f"{agent}-token") for agent, _, _ in ends),
            *(r.Grant(f"{agent}-token", source, ("read",)) for agent, _, source in ends),
            *(r.Hold(agent, each) for agent, _, _ in ends for each in ("key", f"{agent}-token")),
        ]
    )
    found = {door.system: door for door in analyse(snapshot).doors if door.credential == "key"}
    assert (found["book"].agents, found["book"].severity) == (("reader",), "low")
    assert (found["desk"].agents, found["desk"].severity) == (("reader", "writer"), "medium")
