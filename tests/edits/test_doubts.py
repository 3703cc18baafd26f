"""What architects draw wrong is said where they draw it, and what jobs can read is asked."""

from meshmodel.analysis.analysis import analyse
from meshmodel.answers.questions import questions_of
from meshmodel.edits.doubts import doubts, job_answer, job_secrets
from meshmodel.edits.edit import apply_edit
from meshmodel.language import parse
from meshmodel.model.snapshot import Snapshot
from tests.language.test_parser import after

RUNNER = "bot > key > ci (ci-pipeline): execute; ci stores deploy-key; deploy-key > cluster: write"


def test_a_stranger_with_an_account_as_a_person_is_doubted_where_it_is_drawn() -> None:
    drawn = after("web is external; customer is person; customer home web", Snapshot())
    (said,) = doubts(drawn)
    assert "draw a stranger with an account as a service" in said
    assert (
        said in parse("customer is person", after("web is external; customer home web", Snapshot())).warnings
    )
    assert not [*doubts(after("web is external; customer is service; customer home web", Snapshot()))]
    assert not parse("bot > key > files", drawn).warnings, "only what the sentence brings"


def test_it_is_asked_whether_a_job_reads_the_secrets_that_are_stored_where_it_runs() -> None:
    drawn = after(RUNNER, Snapshot())
    (asked,) = [each for each in questions_of(analyse(drawn)) if each.element == "system:ci"][-1:]
    assert "Can a job on ci read the secrets stored there (deploy-key)?" in asked.asks
    for fine in ("key > ci: read, execute", "ci is saas", "ci issues deploy-key"):
        assert not job_secrets(after(fine, drawn))


def test_yes_lets_whoever_executes_there_obtain_them() -> None:
    drawn = after(RUNNER, Snapshot())
    assert not analyse(drawn).reaches("bot", "cluster")
    ((system, custodies),) = job_secrets(drawn).items()
    told = apply_edit(drawn, job_answer(drawn, system, custodies, can=True))
    assert told.custody["ci", "deploy-key"].by == ("read", "execute")
    assert analyse(told).reaches("bot", "cluster")
    assert not job_secrets(told)


def test_no_is_kept_and_not_asked_again_but_of_another_secret() -> None:
    drawn = after(RUNNER, Snapshot())
    ((system, custodies),) = job_secrets(drawn).items()
    told = apply_edit(drawn, job_answer(drawn, system, custodies, can=False))
    assert told.custody == drawn.custody
    assert not job_secrets(told)
    more = job_secrets(after("ci stores other", told))
    assert [each.credential for each in more["ci"]] == ["other"]
