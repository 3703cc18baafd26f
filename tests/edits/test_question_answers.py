"""Each of the questions that yes or no answers is asked no more after one edit."""

import pytest

from meshmodel.analysis.analysis import analyse
from meshmodel.answers.questions import answerable, questions_of
from meshmodel.edits.edit import apply_edit
from meshmodel.edits.question_answers import answers_to, job_secrets
from meshmodel.model.records import Reference, Snapshot
from tests.language.test_parser import after

RUNNER = "bot > key > ci (ci-pipeline): execute; ci stores deploy-key; deploy-key > cluster: write"
PERSON = "web is external; customer is person; customer home web"
GRANT = "bot > obo > mail: read; obo > files: read; obo on behalf of ann"
BOUND = "ci stores token; token is dpop; token > files: read; bot is service; old is service, retired"


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


def asks_of(drawn: Snapshot, element: Reference) -> list[Reference]:
    """What the questions about an element that yes or no answers are about."""
    rows = [each for each in questions_of(analyse(drawn)) if each.element == ":".join(element)]
    assert all(each.ask in row.asks for row in rows for each in row.answerable)
    return [each.about for row in rows for each in row.answerable]


def test_a_person_outside_that_is_no_one_of_yours_is_a_service() -> None:
    drawn, customer = after(PERSON, Snapshot()), ("agent", "customer")
    assert asks_of(drawn, customer) == [customer]
    told = answered(drawn, customer)
    assert told.agent["customer"].kind == "service"
    assert told.agent["customer"].home == "web"
    assert not asks_of(told, customer)


def test_a_person_outside_that_is_one_of_yours_is_at_home_in_a_zone_of_yours() -> None:
    drawn = after(f"{PERSON}; office is corporate; shop is production", Snapshot())
    customer = "agent", "customer"
    answers = answers_to(drawn, customer)
    assert answers is not None
    assert [*answers.yes] == ["office", "shop"], "the external one is none of yours"
    told = answered(drawn, customer, "shop")
    assert (told.agent["customer"].kind, told.agent["customer"].home) == ("person", "shop")
    assert not asks_of(told, customer)


def test_where_no_zone_of_yours_is_drawn_its_home_is_asked_for() -> None:
    drawn, customer = after(PERSON, Snapshot()), ("agent", "customer")
    told = answered(drawn, customer, "")
    assert told.agent["customer"].home is None
    (asked,) = [each for each in questions_of(analyse(told)) if each.element == "agent:customer"]
    assert any("its home zone" in each for each in asked.asks)
    assert not asked.answerable


@pytest.mark.parametrize(("yes", "honoured_as"), [("files", "delegate"), (None, "principal")])
def test_each_grant_on_behalf_of_somebody_is_asked_about_on_its_own(
    yes: str | None, honoured_as: str
) -> None:
    drawn, obo = after(GRANT, Snapshot()), ("credential", "obo")
    files, mail = ("grant", ("obo", "files")), ("grant", ("obo", "mail"))
    assert asks_of(drawn, obo) == [files, mail]
    first = answerable(analyse(drawn), obo)
    assert first is not None
    assert first.ask == "Does files apply the rights of ann, not those of an account of its own?"
    told = answered(drawn, files, yes)
    assert told.grant["obo", "files"].honoured_as == honoured_as
    assert asks_of(told, obo) == [mail]
    assert answers_to(told, files) is None
    found = [each.subject for each in analyse(told).findings if each.rule == "delegation-not-honoured"]
    assert found == ([] if yes else ["obo>files"])


def test_who_has_the_key_of_a_bound_credential_holds_it() -> None:
    drawn, token = after(BOUND, Snapshot()), ("credential", "token")
    assert asks_of(drawn, token) == [token]
    answers = answers_to(drawn, token)
    assert answers is not None
    assert answers.no is None
    assert [*answers.yes] == ["bot"], "a retired agent holds nothing"
    told = answered(drawn, token, "bot")
    assert ("bot", "token") in told.hold
    assert not asks_of(told, token)
    assert analyse(told).reaches("bot", "files")
