"""Each of the questions that yes or no answers is asked no more after one edit."""

from meshmodel.analysis.analysis import analyse
from meshmodel.answers.questions import questions_of
from meshmodel.edits.edit import apply_edit
from meshmodel.edits.question_answers import answers_to, job_secrets
from meshmodel.model.records import Reference
from meshmodel.model.snapshot import Snapshot
from tests.language.test_parser import after

RUNNER = "bot > key > ci (ci-pipeline): execute; ci stores deploy-key; deploy-key > cluster: write"
PERSON = "web is external; customer is person; customer home web"
GRANT = "bot > obo on behalf of ann > mail: read; obo > files: read"
BOUND = "ci stores token; token is dpop; token > files: read; bot is service; old is service"


def answered(drawn: Snapshot, about: Reference, yes: str | None = None) -> Snapshot:
    answers = answers_to(drawn, about)
    assert answers is not None
    wanted = answers.no if yes is None else answers.yes[yes]
    assert wanted is not None
    return apply_edit(drawn, wanted)


def test_it_is_asked_whether_a_job_reads_the_secrets_that_are_stored_where_it_runs() -> None:
    drawn = after(RUNNER, Snapshot())
    (asked,) = [each for each in questions_of(analyse(drawn)) if each.element == "system:ci"]
    assert "Can a job on ci read the secrets stored there (deploy-key)?" in asked.asks
    assert "Who owns it?" in asked.asks, "one row an element"
    assert [each.about for each in asked.answerable] == [("system", "ci")]
    for fine in ("key > ci: read, execute", "ci is saas", "ci issues deploy-key"):
        assert not job_secrets(after(fine, drawn))


def test_yes_lets_whoever_executes_there_obtain_them() -> None:
    drawn = after(RUNNER, Snapshot())
    assert not analyse(drawn).reaches("bot", "cluster")
    told = answered(drawn, ("system", "ci"), "ci")
    assert told.custody["ci", "deploy-key"].by == ("read", "execute")
    assert analyse(told).reaches("bot", "cluster")
    assert not job_secrets(told)


def test_no_is_kept_and_not_asked_again_but_of_another_secret() -> None:
    drawn = after(RUNNER, Snapshot())
    told = answered(drawn, ("system", "ci"))
    assert told.custody == drawn.custody
    assert not job_secrets(told)
    more = job_secrets(after("ci stores other", told))
    assert [each.credential for each in more["ci"]] == ["other"]
