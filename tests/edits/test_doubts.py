"""What architects draw wrong is said where they draw it."""

from meshmodel.edits.approvers import doubts
from meshmodel.language import parse
from meshmodel.model.records import Snapshot
from tests.language.test_parser import after


def test_a_stranger_with_an_account_as_a_person_is_doubted_where_it_is_drawn() -> None:
    drawn = after("web is external; customer is person; customer home web", Snapshot())
    (said,) = doubts(drawn)
    assert "model a stranger with an account as a service" in said
    assert (
        said in parse("customer is person", after("web is external; customer home web", Snapshot())).warnings
    )
    assert not [*doubts(after("web is external; customer is service; customer home web", Snapshot()))]
    assert not parse("bot > key > files", drawn).warnings, "only what the sentence brings"
