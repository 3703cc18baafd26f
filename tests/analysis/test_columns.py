"""What is found by columns, of all records at once, is what each of them gives by itself."""

from contextlib import contextmanager, nullcontext
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meshmodel.analysis import questions, reached
from meshmodel.analysis.crossings import Counts
from meshmodel.analysis.doors import MissingCheckpoints
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.questions import asked_of_agent, in_one_zone
from meshmodel.analysis.relations import ENDS, Related
from meshmodel.analysis.results import Told
from meshmodel.analysis.rules import RULES, Case, Facts, orphaned_credential, several
from meshmodel.analysis.rules.base import Cases, Looked
from meshmodel.model import records as r
from tests.analysis.meshes_by_hand import support
from tests.analysis.random_models import random_model
from tests.benchmarks.meshes import clustered

some = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), database=None)
seeds, sizes = st.integers(0, 2**48), st.integers(1, 12)


def facts_of(snapshot):
    engine = Engine(snapshot, "built")
    return Facts(engine, MissingCheckpoints(engine).doors(), Counts(engine), Related(snapshot))


def told(cases):
    """Cases with their words, in order."""
    if isinstance(cases, Cases):
        words = [cases.told(place) for place in range(len(cases.subjects))]
        return sorted(zip(cases.subjects, cases.severities, words, cases.agents, cases.actions, strict=True))
    return sorted(
        (each.subject, each.severity, each.told if isinstance(each.told, Told) else each.told(), *each[3:])
        for each in map(Case._make, cases)
    )


def agree(snapshot, together=nullcontext):
    """Every rule finds in all records what it finds in each, and says which record a case is of.

    Args:
        snapshot: the model.
        together: makes a context in which all records are looked at.
    """
    facts, alone = facts_of(snapshot), facts_of(snapshot)
    for rule in RULES:
        if rule.per is None or rule.of is None:
            continue
        records = [record for _, record in facts.records(rule.per)]
        each = [list(rule.of(alone, record)) for record in records]
        with together():
            alike = told([case for cases in each for case in cases])
            assert told(rule.all_cases(facts)) == alike, rule.id
            assert told(rule.all_cases(replace(facts, anew=True))) == alike, rule.id
            if rule.many is not None:
                cases = rule.many(facts, records)
                assert [cases.subjects[cases.records.index(place)] for place in cases.records] == [
                    case.subject for cases in each for case in cases
                ], rule.id


@contextmanager
def everything_is_many():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(several, "_FEW", 0)
        patch.setattr(orphaned_credential, "_FEW_ASKED", 0)
        patch.setattr(reached, "_ASKED", 0)
        yield


@some
@given(seeds, sizes)
def test_rules_find_in_all_records_what_they_find_in_each(seed, size):
    agree(random_model(seed, size))


def test_rules_find_the_same_where_there_are_many():
    for seed in range(40):
        agree(random_model(seed, 10), everything_is_many)


def test_a_column_is_looked_up_place_by_place():
    asked = []
    column = Looked(lambda key: asked.append(key) or key.upper(), ["a", "b", "c"])
    assert len(column) == 3
    assert not asked
    assert (column[2], column[:2], list(column)) == ("C", ["A", "B"], ["A", "B", "C"])
    assert asked == ["c", "a", "b", "a", "b", "c"]


def test_findings_found_anew_keep_tables_and_others_keep_records():
    snapshot = random_model(3, 9)
    facts, name = facts_of(snapshot), next(iter(snapshot.credential))
    assert facts.elements("credential", [name]) == [snapshot.credential[name]]
    anew = replace(facts, anew=True).elements("credential", [name])
    assert isinstance(anew, Looked)
    assert list(anew) == [snapshot.credential[name]]


@some
@given(seeds, sizes)
def test_doors_are_found_in_all_grants_as_in_each(seed, size):
    snapshot = random_model(seed, size)
    engine = Engine(snapshot, "built")
    here = engine.mesh.credential_node
    grants = [snapshot.grant[key] for key in sorted(snapshot.grant) if key[0] in here]
    doors = MissingCheckpoints(engine)
    each = [MissingCheckpoints(engine).doors_at([grant])[0] for grant in grants]
    assert doors.doors_at(grants) == each
    assert list(doors.doors()) == [door for door in each if door is not None]
    for grant, door in zip(grants, each, strict=True):
        assert door is None or (door.credential, door.system) == (grant.credential, grant.system)


@pytest.mark.parametrize("dense", [True, False])
def test_doors_that_many_groups_find_open_are_found_in_all_grants_as_in_each(dense):
    snapshot = clustered(400, 900, dense=dense, seed=5)
    engine = Engine(snapshot, "built")
    doors = MissingCheckpoints(engine)
    grants = [snapshot.grant[key] for key in sorted(snapshot.grant)]
    found = [door for grant in grants if (door := doors.doors_at([grant])[0]) is not None]
    assert list(MissingCheckpoints(engine).doors()) == found
    assert len(found) > 50


@some
@given(seeds, sizes)
def test_questions_are_those_about_each_element(seed, size):
    snapshot = random_model(seed, size)
    engine = Engine(snapshot, "built")
    intended = {agent for agent, _ in snapshot.intent}
    expected = [
        *(
            (
                f"agent:{name}",
                asked_of_agent(
                    snapshot, snapshot.agent[name], in_one_zone(engine, name), intended=name in intended
                ),
            )
            for name in engine.mesh.agent_node
        ),
        *(
            (f"credential:{name}", questions.asked_of_credential(snapshot.credential[name]))
            for name in engine.mesh.credential_node
        ),
        *((f"system:{name}", questions.asked_of_system(each)) for name, each in snapshot.system.items()),
    ]
    found = [(each.element, each.asks) for each in questions.questions(engine)]
    assert found == sorted((element, asks) for element, asks in expected if asks)


@some
@given(seeds, sizes)
def test_relations_are_found_by_their_ends(seed, size):
    snapshot = random_model(seed, size)
    related = Related(snapshot)
    for table, ends in ENDS.items():
        for place, end in enumerate(ends):
            keys = sorted(snapshot.table(table))
            idents = {key[place] for key in keys}
            assert set(related.at(table, end)) == idents
            for each in idents:
                here = [key for key in keys if key[place] == each]
                assert related.of(table, end, each) == tuple(map(snapshot.table(table).get, here))
            assert related.of(table, end, "nobody") == ()


def assert_somebody_reaches(snapshot):
    engine = Engine(snapshot, "built")
    expected = 0
    for node in engine.mesh.agent_node.values():
        expected |= engine.effective.row(node)
    assert reached.Reached(Engine(snapshot, "built")).every == expected


@some
@given(seeds, sizes)
def test_what_somebody_reaches_is_what_each_agent_does(seed, size):
    assert_somebody_reaches(random_model(seed, size))


@pytest.mark.parametrize("others", range(8))
def test_what_somebody_reaches_is_all_that_follows_where_what_follows_leads_back_to_an_agent(others):
    # In a component that is not the largest one, whatever numbers its nodes have.
    ring = ("one", "two", "three", "four")
    assert_somebody_reaches(
        support(
            *map(r.Credential, ring),
            *map(r.Exchange, ring, (*ring[1:], ring[0])),
            *(r.Agent(f"another-{number}") for number in range(others)),
            r.Agent("boss"),
            r.Delegation("boss", "bot"),
            r.Agent("bot", runs_on="files"),
            r.Grant("file-key", "files", ("execute",)),
        )
    )


@pytest.mark.parametrize("dense", [True, False])
def test_what_somebody_reaches_is_what_each_agent_does_in_a_large_mesh(dense):
    for seed in range(8):
        assert_somebody_reaches(clustered(400, 900, dense=dense, seed=seed))
