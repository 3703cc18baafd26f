import os
import random
from collections import Counter
from dataclasses import replace
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meshmodel.analysis import bulk, severities
from meshmodel.analysis.analysis import analyse
from meshmodel.analysis.spreads import HOME, enters_home, severity_of, source_class, target_kind
from meshmodel.model import records as r
from meshmodel.model.vocabulary import SEVERITIES
from tests.analysis.random_models import random_model, snapshot_of
from tests.benchmarks.meshes import clustered

EXAMPLES = int(os.environ.get("MESHMODEL_EXAMPLES", "300"))


def spiced(nodes, steps, seed, **options):
    """A larger mesh in which agents that are alike meet boundaries, intents, and systems of all kinds."""
    rng = random.Random(seed)
    plain = clustered(nodes, steps, seed=seed, **options)
    zones = [f"part-{number}" for number in range(3 + nodes // 50)]
    systems, agents = sorted(plain.system), sorted(plain.agent)
    found = [r.Zone(each) for each in zones]
    found += [
        replace(
            each,
            zone=rng.choice(zones) if rng.random() < 0.85 else None,
            untrusted_input=rng.random() < 0.05,
            exposed=rng.choice((None, True)),
            audit=rng.choice((None, None, "none")),
        )
        for each in plain.system.values()
    ]
    found += [replace(each, home=rng.choice((*zones, None))) for each in plain.agent.values()]
    for number in range(rng.choice((0, 2, 6))):
        one, other = rng.sample(zones, 2)
        found.append(
            r.Checkpoint(
                f"boundary-{number}",
                kind="policy-decision",
                step="boundary",
                from_=one,
                to=other,
                actions=rng.choice((None, ("read",), ("write", "execute"))),
                decided_at=rng.choice(systems),
            )
        )
    for _ in range(rng.choice((0, 3, 12))):
        from_ = rng.choice((None, ("home",), tuple(rng.sample(systems, 3))))
        actions = rng.choice((("read",), ("read", "write"), ("admin",)))
        found.append(r.Intent(rng.choice(agents), rng.choice(systems), actions, from_=from_))
    tables = {}
    for each in found:
        name = type(each).__name__.lower()
        tables.setdefault(name, dict(getattr(plain, name)))[r.key_of(each)] = each
    return replace(plain, **tables)


def counted(snapshot, many, together=2_048, view="built"):
    with (
        patch.object(severities, "MANY", many),
        patch.object(severities, "SHARE", 10**9),
        patch.object(bulk, "_TOGETHER", together),
    ):
        return analyse(snapshot, view=view).uncontrolled_by_severity


def listed(analysis):
    found = Counter(each.severity for each in analysis.crossings() if each.severity is not None)
    return {severity: found[severity] for severity in SEVERITIES}


@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
)
@given(
    st.integers(0, 2**48),
    st.integers(1, 7),
    st.sampled_from(["built", "designed"]),
    st.sampled_from([0, 10**6]),
    st.sampled_from([1, 2_048]),
)
def test_severities_are_counted_as_they_are_listed(seed, size, view, many, together):
    # How many pairs are many decides how they are counted, never what is counted.
    snapshot = random_model(seed, size)
    assert counted(snapshot, many, together, view) == listed(analyse(snapshot, view=view))


@pytest.mark.parametrize("seed", [0, 1, 13, 18, 21, 33, 34, 37, 38, 52])
def test_severities_where_boundaries_and_intents_meet_agents_that_are_alike(seed):
    snapshot = spiced(120, 240, seed, dense=True, guarded=0.2)
    expected = listed(analyse(snapshot))
    assert counted(snapshot, 0) == counted(snapshot, 0, 3) == counted(snapshot, 10**9) == expected


@pytest.mark.parametrize(("seed", "guarded"), [(0, 0.1), (1, 0.1), (2, 0.1), (3, 0.2), (7, 0.2)])
def test_severities_of_many_agents_that_are_alike(seed, guarded):
    """What agents share is counted once: as if each were counted for itself, as above."""
    for snapshot in (
        clustered(400, 800, dense=True, seed=seed, guarded=guarded),
        spiced(400, 800, seed, dense=True, guarded=guarded),
    ):
        one_by_one = counted(snapshot, 10**9)
        assert one_by_one == counted(snapshot, 0)
        assert sum(one_by_one.values()) == analyse(snapshot).summary.uncontrolled > 1000


@pytest.mark.parametrize("seed", [1, 2])
def test_severities_where_no_agent_is_at_home_anywhere(seed):
    mesh = clustered(300, 600, dense=True, seed=seed, guarded=0.1)
    snapshot = replace(mesh, agent={each.id: replace(each, home=None) for each in mesh.agent.values()})
    expected = listed(analyse(snapshot))
    assert sum(expected.values())
    assert counted(snapshot, 0) == counted(snapshot, 0, 3) == counted(snapshot, 10**9) == expected


@pytest.mark.parametrize(("agents", "systems"), [(300, 2), (2, 300)])
def test_severities_where_more_are_alike_than_a_byte_counts(agents, systems):
    elements = [r.Zone("one"), r.Zone("other"), r.Credential("key"), r.System("far", zone="other")]
    elements.append(r.Grant("key", "far", ("write",)))
    for number in range(systems):
        elements.append(r.System(f"near-{number}", zone="one"))
        elements.append(r.Grant("key", f"near-{number}", ("read",)))
    for number in range(agents):
        elements += [r.Agent(f"agent-{number}", home="one"), r.Hold(f"agent-{number}", "key")]
    # From home and from each system near it.
    expected = dict.fromkeys(SEVERITIES, 0) | {"low": agents * (systems + 1)}
    snapshot = snapshot_of(elements)
    assert counted(snapshot, 0) == counted(snapshot, 10**9) == expected


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        # The sensitivity of the target, and one more for outsiders' words and for what was picked up.
        ((0, False, False), (1, False, True, False), "low"),
        ((0, True, False), (1, False, True, False), "medium"),
        ((0, True, False), (1, False, True, True), "high"),
        ((0, True, False), (2, False, True, True), "critical"),
        # No more than high where it is read, or below confidential.
        ((0, True, False), (3, False, False, True), "high"),
        ((0, True, False), (3, False, True, False), "critical"),
        # What is carried to where outsiders see it.
        ((2, False, False), (0, True, False, False), "high"),
        ((2, False, True), (0, True, False, False), "critical"),
        ((3, False, False), (0, True, False, False), "critical"),
        ((2, False, True), (0, False, False, False), "low"),
        ((1, False, True), (0, True, False, False), "low"),
    ],
)
def test_the_severity_of_a_class_of_sources_and_a_kind_of_accesses(source, target, expected):
    level, untrusted, steered = source
    goal, exposed, acting, picked = target
    kind = target_kind(goal, exposed=exposed, acting=acting) + picked
    assert severity_of(source_class(level, untrusted=untrusted, steered=steered), kind) == expected


def test_what_is_a_crossing_at_home():
    reading, acting = (target_kind(1, exposed=False, acting=each) for each in (False, True))
    higher, same = (source_class(level, untrusted=False, steered=False) for level in (2, 1))
    words = source_class(0, untrusted=True, steered=False)
    assert [enters_home(each, acting) for each in (higher, same, words, HOME)] == [True, False, True, False]
    assert not any(enters_home(each, reading) for each in (higher, same, words, HOME))
