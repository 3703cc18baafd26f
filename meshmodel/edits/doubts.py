"""What is drawn in a way that is often wrong, told where it is drawn.

See ``docs/workbench.md``.
"""

from collections.abc import Iterator

from meshmodel.edits.approvers import known_approvers
from meshmodel.model.records import Snapshot
from meshmodel.model.text import first_few


def doubts(snapshot: Snapshot) -> Iterator[str]:
    """What is perhaps drawn wrong, a sentence each: persons that are strangers, approvers that are none."""
    for agent in snapshot.agent.values():
        zone = snapshot.zone.get(agent.home or "")
        if agent.kind == "person" and zone is not None and zone.environment == "external":
            yield (
                f"{agent.title} is a person at home in {zone.title}, which is external. "
                "Nobody is asked what people do: draw a stranger with an account as a service"
            )
    asked = [each for each in snapshot.checkpoint.values() if each.approvers]
    known = {*known_approvers(snapshot)} if asked else set[str]()
    for checkpoint in asked:
        unknown = [each for each in checkpoint.approvers or () if each not in known]
        if unknown:
            named = first_few(unknown, 3)
            yield f"{named} approves at {checkpoint.id} and is no person or system of the model"


def new_doubts(before: Snapshot, after: Snapshot) -> list[str]:
    """The doubts that an edit brings."""
    known = set(doubts(before))
    return [each for each in doubts(after) if each not in known]
