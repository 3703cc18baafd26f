"""What is analysed after an edit, and what need not be."""

from dataclasses import replace

import pytest

from meshmodel.api import analyse
from meshmodel.app.analysis_service import AnalysisService
from meshmodel.app.presentation import both_analyses
from meshmodel.edits.edit import Put, Remove, apply_edit, edit
from meshmodel.interchange import read_file
from meshmodel.model.records import Agent, System
from meshmodel.model.stop import Task
from meshmodel.store.examples import example


class Counted:
    """Jobs that are done at once, counted."""

    number = 0
    is_cancelled = False

    def run(self, group, work, on_done, on_error):
        assert group == "analysis"
        self.number += 1
        task = Task()
        task.tell = on_done
        if self.is_cancelled:
            task.cancel()
        try:
            answer = work(task)
        except ValueError as error:
            on_error(str(error))
        else:
            on_done(answer)

    def drop(self, group):
        assert group == "analysis"


@pytest.fixture
def jobs():
    return Counted()


@pytest.fixture
def failures():
    return []


@pytest.fixture
def service(jobs, failures):
    snapshot = read_file(example("support-agent").path)
    made = AnalysisService(jobs, snapshot, lambda _: None, failures.append)
    made.analyse()
    jobs.number = 0
    return made


def put(service, *records):
    service.edited(apply_edit(service.snapshot, edit("an edit", [Put(record) for record in records])), "edit")
    service.analyse()


def plan(service):
    """Put a checkpoint that is planned."""
    checkpoint = read_file(example("federated-release").path).checkpoint
    grant = next(iter(service.snapshot.grant.values()))
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
    put(service, planned)


def any_system(service) -> System:
    return next(iter(service.snapshot.system.values()))


def test_where_nothing_is_planned_both_readings_are_one(service):
    assert service.results.designed is service.results.built
    plan(service)
    assert service.results.designed is not service.results.built
    assert (service.results.built.view, service.results.designed.view) == ("built", "designed")


def test_what_no_answer_depends_on_is_not_analysed_again(service, jobs):
    known = service.results.built, service.results.designed
    put(service, replace(any_system(service), at=(4, 2)))
    assert service.is_current
    assert (service.results.built, service.results.designed) == known
    assert jobs.number == 0


@pytest.mark.parametrize("change", [{"name": "other"}, {"owner": "somebody"}, {"sensitivity": "public"}])
def test_whatever_else_changes_is_analysed(service, jobs, change):
    put(service, replace(any_system(service), at=(4, 2), **change))
    assert jobs.number == 1
    assert service.results.built.snapshot is service.snapshot


def test_what_is_moved_before_the_panels_are_ready_has_them_made_still(service, jobs):
    service.results = replace(service.results, facts=None)
    put(service, replace(any_system(service), at=(4, 2)))
    assert jobs.number == 1
    assert service.results.facts is not None


def test_a_new_element_and_one_that_goes_are_analysed(service, jobs):
    put(service, Agent("new", at=(1, 1)))
    assert jobs.number == 1
    service.edited(apply_edit(service.snapshot, edit("remove", [Remove("agent", "new")])), "edit")
    service.analyse()
    assert jobs.number == 2


def test_other_words_are_said_of_the_sets_that_are_known(service, monkeypatch):
    plan(service)
    results = service.results
    monkeypatch.setattr("meshmodel.analysis.analysis.analyse", None)
    put(service, replace(any_system(service), name="Another name", owner="Somebody", description="Said anew"))
    now = service.results
    assert now.built.engine.starts is results.built.engine.starts
    assert now.designed.engine.starts is results.designed.engine.starts
    for each, view in ((now.built, "built"), (now.designed, "designed")):
        fresh = analyse(service.snapshot, view=view)
        assert [told(found) for found in each.findings] == [told(found) for found in fresh.findings]
        assert each.questions == fresh.questions
        assert each.explain() == fresh.explain()
    assert any("Another name" in each.message for each in now.built.findings)


def told(finding):
    return finding, finding.message, finding.about, finding.remedy


def test_an_analysis_is_given_up_between_its_parts_once_it_is_cancelled(service, jobs, monkeypatch):
    parts = []
    stages = both_analyses._stages

    def counted(of):
        for number, part in enumerate(stages(of)):
            parts.append(number)
            yield part

    monkeypatch.setattr(both_analyses, "_stages", counted)
    jobs.is_cancelled = True
    put(service, System("first"))
    assert not service.is_current
    assert parts == [0]


def test_a_failure_is_said_and_what_was_known_is_no_answer(service, failures, monkeypatch):
    def fails(*_, **__):
        raise ValueError("no luck")

    monkeypatch.setattr("meshmodel.analysis.analysis.analyse", fails)
    put(service, System("first"))
    assert failures == ["no luck"]
    assert service.results is None
    assert service.before is None
