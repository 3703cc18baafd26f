"""What a session computes after an edit, and what it need not."""

from dataclasses import replace

import pytest

from meshmodel.analysis.analysis import Analysis, analyse
from meshmodel.app.session import AT_ONCE, MANY, Session, only_moved
from meshmodel.model.records import Agent, Grant, System
from meshmodel.store.database import Store
from meshmodel.store.edits import Put, edit
from meshmodel.store.examples import example
from meshmodel.store.interchange import read_file


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


def test_moved_cards_are_not_analysed_again(session):
    before = session.built
    put(session, replace(any_system(session), at=(4, 2)))
    assert not session.is_analysed
    assert session.is_analysed_soon
    session.analysed(session.analyse())
    assert session.is_analysed
    assert session.built is before


@pytest.mark.parametrize("change", [{"name": "other"}, {"owner": "somebody"}, {"sensitivity": "public"}])
def test_whatever_else_changes_is_analysed(session, change):
    before = session.built
    put(session, replace(any_system(session), at=(4, 2), **change))
    session.analysed(session.analyse())
    assert session.built is not before
    assert session.built.snapshot is session.snapshot


def test_only_the_places_of_cards_count_as_moves(session):
    first = session.snapshot
    assert only_moved(first, first)
    put(session, Agent("new", at=(1, 1)))
    assert not only_moved(first, session.snapshot)
    assert not only_moved(session.snapshot, first)
    second = session.snapshot
    grant = next(iter(second.grant.values()))
    put(session, Grant(grant.credential, grant.system, grant.actions, "another scope"))
    assert not only_moved(second, session.snapshot)


def test_what_was_made_ready_answers_the_same_and_edits_follow_it(session, monkeypatch):
    monkeypatch.setattr("meshmodel.app.session.AT_ONCE", 0)
    assert session.can_be_readied
    shown = session.built
    session.make_ready()
    assert not session.can_be_readied
    assert session.built is shown, "what is shown stays"
    follows = []
    real = Analysis.after

    def after(self, snapshot, today):
        follows.append(self)
        return real(self, snapshot, today)

    monkeypatch.setattr(Analysis, "after", after)
    put(session, Agent("new"))
    session.analysed(session.analyse())
    assert follows == [shown]
    assert session.built.findings == analyse(session.snapshot).findings
    assert not session.can_be_readied


def test_both_readings_are_made_ready(session, monkeypatch):
    monkeypatch.setattr("meshmodel.app.session.AT_ONCE", 0)
    plan(session)
    session.analysed(session.analyse())
    session.built.make_ready()
    assert session.can_be_readied, "one of two is not ready"
    session.make_ready()
    assert session.designed.is_ready


def test_an_edit_before_that_is_looked_at_from_scratch(session, monkeypatch):
    monkeypatch.setattr("meshmodel.app.session.AT_ONCE", 0)
    monkeypatch.setattr(Analysis, "after", None)
    assert not session.built.is_ready
    put(session, Agent("new"))
    assert session.analyse().seconds is None


def test_nobody_waits_for_an_analysis_from_scratch_because_the_edit_before_took_no_time(session, monkeypatch):
    monkeypatch.setattr("meshmodel.app.session.AT_ONCE", 0)
    monkeypatch.setattr("meshmodel.app.session.SOON", 10**9)
    session.make_ready()
    put(session, Agent("new"))
    session.analysed(session.analyse())
    put(session, Agent("newer"))
    assert session.is_analysed_soon
    # This edit bears on most agents: the next one cannot follow from it before it is made ready.
    monkeypatch.setattr("meshmodel.analysis.updating.following._FEW", -1_000_000)
    session.analysed(session.analyse())
    put(session, Agent("newest"))
    assert not session.is_analysed_soon
    assert session.analyse().seconds is None
    session.make_ready()
    assert session.is_analysed_soon


def test_it_is_made_ready_no_further_once_there_is_an_edit(session, monkeypatch):
    monkeypatch.setattr("meshmodel.app.session.AT_ONCE", 0)
    pieces = []
    real = Analysis.make_ready

    def make_ready(self, pause):
        def edited():
            pieces.append(len(pieces))
            if len(pieces) == 3:
                put(session, Agent("new"))
            pause()

        real(self, edited)

    monkeypatch.setattr(Analysis, "make_ready", make_ready)
    shown = session.built
    session.make_ready()
    assert pieces == [0, 1, 2]
    assert not shown.is_ready
    session.analysed(session.analyse())
    assert session.can_be_readied
    session.make_ready()
    assert session.built.is_ready
    assert "new" in session.built.snapshot.agent


def test_an_edit_of_very_many_records_is_analysed_anew(session):
    put(session, *(System(f"few-{number}") for number in range(MANY)))
    assert session.analyse().seconds is not None, "it follows from the analysis before"
    session.analysed(session.analyse())
    put(session, *(System(f"many-{number}") for number in range(MANY + 1)))
    results = session.analyse()
    assert results.seconds is None
    assert results.built.findings == analyse(session.snapshot).findings
    session.analysed(results)
    assert session.can_be_readied is (session.snapshot.elements > AT_ONCE)
    session.make_ready()
    put(session, System("one"))
    assert session.analyse().seconds is not None
