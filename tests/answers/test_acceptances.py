"""What accepting a finding states, as typed, as a sentence says it, and in words."""

from dataclasses import replace
from datetime import date

from meshmodel.analysis.analysis import analyse
from meshmodel.answers.acceptances import what_is_accepted, with_scopes
from meshmodel.edits.edit import Edit, Put, Remove
from meshmodel.edits.notes import typed_acceptance
from meshmodel.model.records import Acceptance
from meshmodel.store.load import load
from tests.edits.models import MODELS

FINDING = analyse(load(MODELS / "support-agent.toml")).findings[0]
KEY = FINDING.rule, FINDING.subject
BARE = typed_acceptance(KEY, {"by": "Ada", "reason": "a pilot", "until": "2027-01-31"})


def test_typed_values_are_an_acceptance() -> None:
    assert Acceptance(*KEY, "a pilot", "Ada", date(2027, 1, 31)) == BARE


def test_a_new_acceptance_in_an_edit_states_what_the_finding_is_now() -> None:
    removal = Remove("agent", "x")
    edit = with_scopes(Edit("accept", (removal, Put(BARE))), [FINDING])
    stated = replace(BARE, severity=FINDING.severity, agents=FINDING.agents, actions=FINDING.actions)
    assert edit == Edit("accept", (removal, Put(stated)))
    assert with_scopes(edit, []) == edit, "what is stated already stays"
    assert with_scopes(Edit("other", (removal,)), [FINDING]) == Edit("other", (removal,))


def test_the_dialog_tells_a_finding_with_its_scope_or_the_acceptance_of_one_that_is_gone() -> None:
    words = what_is_accepted(FINDING)
    assert words.startswith(f"{FINDING.message}\naccepted as {FINDING.severity}; agents support-bot")
    assert what_is_accepted(BARE) == (
        f"{FINDING.title}: {FINDING.subject}\naccepted by Ada until 2027-01-31: a pilot"
    )
