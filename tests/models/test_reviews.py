"""What a reviewer sees of every example: every row judged, one cause a row, few that tell nothing."""

import pytest

from meshmodel.answers.causes import fold
from meshmodel.api import analyse
from tests.models.meshes import NAMES, mesh
from tests.models.reviews import REVIEWS
from tests.rows import all_rows


def rows(name):
    return [
        (
            row.finding.severity,
            row.finding.rule,
            row.finding.subject,
            tuple((each.severity, each.rule, each.subject) for each in row.also),
        )
        for row in fold(analyse(mesh(name)).findings)
    ]


def test_every_example_was_reviewed():
    assert list(REVIEWS) == list(NAMES)


@all_rows("name", NAMES)
def test_the_rows_are_those_that_were_judged(name):
    assert rows(name) == [row[:4] for row in REVIEWS[name]]


def test_few_rows_tell_nothing_new():
    verdicts = [row[4] for each in REVIEWS.values() for row in each]
    assert set(verdicts) <= {"right", "noisy"}
    assert verdicts.count("noisy") * 15 <= len(verdicts)


@all_rows("name", NAMES)
def test_no_credential_and_system_are_told_of_in_two_rows(name):
    about = [
        subject if rule != "secret-at-rest" else ">".join(reversed(subject.split(">")))
        for _, rule, subject, _ in rows(name)
        if ">" in subject
        and rule in {"missing-checkpoint", "delegation-not-honoured", "lost-delegation", "secret-at-rest"}
    ]
    assert len(about) == len(set(about))


LARGER = NAMES[NAMES.index("coding-agent-mcp") :]


@pytest.mark.parametrize("name", LARGER)
def test_larger_designs_are_drawn_as_an_architect_fills_them_in(name):
    snapshot = mesh(name)
    elements = [
        each for table in ("zone", "system", "agent", "credential") for each in snapshot.table(table).values()
    ]
    assert 20 <= len(elements) <= 40
    assert all(each.name for each in elements)
    assert all(each.lifetime for each in snapshot.credential.values())
    assert all(each.audience for each in snapshot.credential.values())
    assert all(each.sensitivity and each.audit and each.kind for each in snapshot.system.values())
    assert all(each.home or not each.is_active for each in snapshot.agent.values())


def test_words_that_are_kept_and_carried_on_are_found():
    for name, system in (("coding-agent-mcp", "agent-notes"), ("finance-orchestrator", "case-memory")):
        assert system in {each.system for each in analyse(mesh(name)).heard if not each.first_hand}
        assert ("carried-words", system) in {(rule, subject) for _, rule, subject, _ in rows(name)}


@pytest.mark.parametrize("name", LARGER)
def test_larger_designs_are_neither_all_open_nor_all_closed(name):
    summary = analyse(mesh(name)).summary
    assert summary.approved
    assert summary.crossings > summary.uncontrolled + summary.approved
    assert summary.uncontrolled


def test_the_payment_of_the_finance_orchestrator_is_under_control():
    found = [each for each in analyse(mesh("finance-orchestrator")).crossings() if each.target == "payments"]
    assert found
    assert {each.state for each in found} == {"controlled"}


def test_as_designed_bank_details_are_too():
    built, designed = (
        {
            (each.system, action)
            for each in analyse(mesh("finance-orchestrator"), view=view).doors
            for action in each.actions
        }
        for view in ("built", "designed")
    )
    assert ("suppliers", "write") in built - designed
    assert designed < built


def test_the_way_through_the_gateway_is_under_control():
    found = [
        each
        for each in analyse(mesh("crm-assistant-gateway")).crossings()
        if (each.agent, each.target) == ("assistant", "crm")
    ]
    assert found
    assert {each.state for each in found} == {"controlled"}


def test_production_stands_behind_decisions_in_the_coding_agents_mesh():
    found = [
        each
        for each in analyse(mesh("coding-agent-mcp")).crossings()
        if each.target in {"cluster", "main-branch"}
    ]
    assert found
    assert {each.state for each in found} == {"controlled"}
