"""Who approves at checkpoints: persons or systems of the model; of others point 4 proves little.

See ``docs/semantics.md#effective-checkpoints``. What is often drawn wrong there is told where it is drawn
(``docs/workbench.md``).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from meshmodel.model.records import Agent, Credential, Hold, Reference, Snapshot, System
from meshmodel.model.text import first_few

WHY_ASKED: Final = (
    "No person and no system of the model is called so, "
    "so nothing shows whether an agent could approve itself"
)


def known_approvers(snapshot: Snapshot) -> Iterator[str]:
    """The names that approvers can have: persons, identities that persons hold, systems; perhaps twice."""
    yield from approver_names(
        snapshot.agent.values(),
        snapshot.system.values(),
        snapshot.credential.values(),
        snapshot.hold.values(),
    )


def approver_names(
    agents: Iterable[Agent],
    systems: Iterable[System],
    credentials: Iterable[Credential],
    holds: Iterable[Hold],
) -> Iterator[str]:
    """As ``known_approvers``, of the tables of a model while it is edited."""
    persons = sorted((each for each in agents if each.kind == "person"), key=lambda each: each.id)
    for person in persons:
        yield from filter(None, (person.id, person.name))
    people = {each.id for each in persons}
    held = {each.credential for each in holds if each.agent in people}
    yield from sorted(each.principal for each in credentials if each.id in held)
    for system in sorted(systems, key=lambda each: each.id):
        yield from filter(None, (system.id, system.name))


def why_no_approver(snapshot: Snapshot, name: str) -> str | None:
    """Why something cannot approve, and what to write before, in a line; ``None`` where it can."""
    if name in known_approvers(snapshot):
        return None
    agent = next((each for each in snapshot.agent.values() if name in {each.id, each.name}), None)
    others = (each for each in snapshot.credential.values() if name in {each.id, each.name, each.principal})
    if agent is not None:
        said = f"{name} is an agent, and approvers are persons or systems. A person? Write: {name} is person"
    elif next(others, None) is not None:
        said = f"{name} is a credential, and approvers are persons or systems. Name who holds it"
    else:
        said = f"no person or system is called {name}. Write first: {name} is person"
    return said


def approving_agents(snapshot: Snapshot) -> Mapping[str, tuple[Reference, ...]]:
    """By checkpoint, the agents that are called like one of its approvers, or hold its identity."""
    asked = {key: each.approvers for key, each in snapshot.checkpoint.items() if each.approvers}
    called = defaultdict[str | None, list[Reference]](list)
    for agent in snapshot.agent.values() if asked else ():
        called[agent.id].append(("agent", agent.id))
        called[agent.name].append(("agent", agent.id))
    for holder, credential in snapshot.hold if asked else ():
        called[snapshot.credential[credential].principal].append(("agent", holder))
    return {
        key: tuple(dict.fromkeys(agent for each in approvers for agent in called.get(each, ())))
        for key, approvers in asked.items()
    }


def doubts(snapshot: Snapshot) -> Iterator[str]:
    """What is perhaps drawn wrong, a sentence each: persons that are strangers, approvers that are none."""
    for agent in snapshot.agent.values():
        zone = snapshot.zone.get(agent.home or "")
        if agent.kind == "person" and zone is not None and zone.environment == "external":
            yield (
                f"{agent.title} is a person at home in {zone.title}, which is external. "
                "No rule judges what people do: model a stranger with an account as a service"
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
