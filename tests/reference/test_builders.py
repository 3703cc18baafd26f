"""The models made by hand are valid, and show what they are for."""

from meshmodel.model.validation import check_snapshot
from tests.reference import builders
from tests.reference.minimum_fix import best_fix, minimum_cost
from tests.reference.random_models import random_model
from tests.reference.reading import Reading


def heard(model):
    return [s for s, _ in Reading(model).heard()]


def states(model):
    return [crossing.state for crossing in Reading(model).crossings_and_missing()[0]]


def test_all_are_valid():
    for _, model in builders.by_hand():
        check_snapshot(model)
    for seed in range(20):
        check_snapshot(builders.decided_everywhere(random_model(seed, 5, "words"), seed))
        check_snapshot(builders.decided_hearing(random_model(seed, 5, "words"), seed))


def test_words_go_from_hub_to_hub():
    all_memories = ["memory-0", "memory-1", "memory-2", "vault", "web"]
    assert heard(builders.hubs()) == all_memories
    assert heard(builders.hubs(typed=1)) == ["memory-0", "web"]
    assert heard(builders.hubs(decided=1)) == ["memory-0", "web"]
    assert heard(builders.hubs(decided=1, decided_at="web")) == all_memories


def test_decisions_on_what_arises_by_itself():
    found = 0
    for seed in range(20):
        model = builders.decided_hearing(random_model(seed, 5, "words"), seed)
        reading = Reading(model)
        counting = reading.for_the_outsider[1]
        found += sum(k.id in counting for k in model.checkpoint.values())
    assert found >= 10


def test_one_decision_where_the_words_come_in():
    # The browser is triggered by the web and writes from zone to zone: that grant mends everything.
    fix = best_fix(Reading(builders.outsider_in_the_proof()))
    assert fix.steps == (("grant", "note", "memory"),)
    # Where outsiders have power over the decision that is there, one more is due.
    decided_by_outsiders = builders.outsider_in_the_proof(decided_at="web")
    assert minimum_cost(Reading(decided_by_outsiders)) == 1
    assert minimum_cost(Reading(builders.outsider_in_the_proof(decided_at="hook-0"))) == 0


def test_an_approval_that_depends_on_words():
    assert "uncontrolled" in states(builders.approval_on_words())
    decided = states(builders.approval_on_words(decided_at="hook-0"))
    assert "approved" in decided
    assert "uncontrolled" not in decided


def test_power_over_a_boundary():
    late, early = builders.power_over_a_boundary(), builders.power_over_a_boundary(after_a_read=False)
    crossings = Reading(late).crossings_and_missing()[0]
    to_target = {(c.source, c.state) for c in crossings if c.target == "target"}
    assert to_target == {
        (None, "controlled"),
        ("source", "uncontrolled"),
        ("gate", "controlled"),
    }
    crossings = Reading(early).crossings_and_missing()[0]
    assert {c.state for c in crossings if c.target == "target"} == {"uncontrolled"}


def test_many_starts_differ():
    reading = Reading(builders.many_starts())
    unchecked = {
        reading.unchecked(reading.start_of(agent, source))
        for agent in reading.acting_agents()
        for source in reading.sources(agent)
    }
    assert len(unchecked) > 20
