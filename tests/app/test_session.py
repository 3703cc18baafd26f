"""What a session computes after an edit, and what it need not."""

from dataclasses import replace

import pytest

from meshmodel.api import analyse
from meshmodel.app import session as session_module
from meshmodel.app.session import Session
from meshmodel.edits.edit import Put, Remove, edit
from meshmodel.interchange import read_file
from meshmodel.model.records import Agent, Note, System
from meshmodel.store.examples import example
from meshmodel.store.store import Store


@pytest.fixture
def session(tmp_path):
    path = tmp_path / "agent.mesh"
    Store.create(path, read_file(example("support-agent").path)).close()
    opened = Session.open(path)
    opened.analysed(opened.analyse())
    yield opened
    opened.close()


def put(session, *records):
    session.apply(edit("an edit", [Put(record) for record in records]))


def plan(session):
    """Put a checkpoint that is planned."""
    checkpoint = read_file(example("federated-release").path).checkpoint
    grant = next(iter(session.snapshot.grant.values()))
    planned = replace(
        next(iter(checkpoint.values())),
        id="planned",
        step="grant",
        from_=grant.credential,
        to=grant.system,
        actions=None,
        state="planned",
        decided_at=None,
        approvers=None,
    )
    put(session, planned)


def any_system(session) -> System:
    return next(iter(session.snapshot.system.values()))


def test_where_nothing_is_planned_both_readings_are_one(session):
    assert session.designed is session.built
    plan(session)
    session.analysed(session.analyse())
    assert session.designed is not session.built
    assert (session.built.view, session.designed.view) == ("built", "designed")


def test_what_no_answer_depends_on_is_not_analysed_again(session):
    known = session.built, session.designed
    put(session, replace(any_system(session), at=(4, 2)), Note("a", "said in the workshop"))
    assert not session.is_analysed
    results = session.unaffected()
    assert results is not None
    session.analysed(results)
    assert session.is_analysed
    assert (session.built, session.designed) == known


@pytest.mark.parametrize("change", [{"name": "other"}, {"owner": "somebody"}, {"sensitivity": "public"}])
def test_whatever_else_changes_is_analysed(session, change):
    put(session, replace(any_system(session), at=(4, 2), **change))
    assert session.unaffected() is None
    session.analysed(session.analyse())
    assert session.built.snapshot is session.snapshot


def test_a_new_element_and_one_that_goes_are_analysed(session):
    put(session, Agent("new", at=(1, 1)))
    assert session.unaffected() is None
    session.analysed(session.analyse())
    session.apply(edit("remove", [Remove("agent", "new")]))
    assert session.unaffected() is None


def test_other_words_are_said_of_the_sets_that_are_known(session, monkeypatch):
    plan(session)
    session.analysed(session.analyse())
    monkeypatch.setattr("meshmodel.api.analyse", None)
    named = replace(any_system(session), name="Another name", owner="Somebody", description="Said anew")
    put(session, named)
    before = session.built.engine.starts, session.designed.engine.starts
    session.analysed(session.analyse())
    assert (session.built.engine.starts, session.designed.engine.starts) == before
    for each, view in ((session.built, "built"), (session.designed, "designed")):
        fresh = analyse(session.snapshot, view=view)
        assert [told(found) for found in each.findings] == [told(found) for found in fresh.findings]
        assert each.questions == fresh.questions
        assert each.explain() == fresh.explain()
    assert any("Another name" in each.message for each in session.built.findings)


def told(finding):
    return finding, finding.message, finding.about, finding.remedy


def test_an_analysis_is_given_up_between_its_parts_once_the_model_is_another(session, monkeypatch):
    parts = []
    stages = session_module._stages

    def edited(of):
        for number, part in enumerate(stages(of)):
            parts.append(number)
            if number == 1:
                put(session, Agent("new"))
            yield part

    monkeypatch.setattr(session_module, "_stages", edited)
    put(session, System("first"))
    assert session.analyse() is None
    assert parts == [0, 1]


def test_an_analysis_is_given_up_once_the_file_is_closed(session):
    put(session, System("first"))
    session.close()
    assert session.analyse() is None
