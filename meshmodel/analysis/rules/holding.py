"""What an agent can present: what it holds, and what a delegation hands it (section 3, hold steps)."""

from collections.abc import Iterator

from meshmodel.analysis.rules.base import Facts
from meshmodel.model.records import Agent, Credential, Key


def held_by(facts: Facts, agent: Agent) -> Iterator[tuple[Credential, tuple[str, Key]]]:
    """The active credentials of an active agent by id, each with the relation that gives it.

    Where it both holds one and is handed it, the holding is named.
    """
    if not agent.is_active:
        return
    snapshot = facts.snapshot
    found: dict[str, tuple[str, Key]] = {}
    for hold in facts.related("hold", "agent", agent.id):
        found[hold.credential] = "hold", (hold.agent, hold.credential)
    for delegation in facts.related("delegation", "to", agent.id):
        if delegation.passes and snapshot.agent[delegation.from_].is_active:
            for passed in delegation.passes:
                found.setdefault(passed, ("delegation", (delegation.from_, delegation.to)))
    for ident, relation in sorted(found.items()):
        credential = snapshot.credential[ident]
        if credential.is_active:
            yield credential, relation
