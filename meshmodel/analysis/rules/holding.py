"""What an agent can present: what it holds, and what a delegation hands it (section 3, hold steps)."""

from collections.abc import Iterator

from meshmodel.analysis.rules.base import Facts
from meshmodel.model.records import Agent, Credential, Delegation, Key


def hands_on(delegation: Delegation) -> bool:
    """Whether the second agent is handed credentials of the first one."""
    return bool(delegation.passes)


def held_by(facts: Facts, agent: Agent) -> Iterator[tuple[Credential, tuple[str, Key]]]:
    """The active credentials of an active agent, each once, with the relation that gives it.

    Where it both holds one and is handed it, the holding is named.
    """
    if not agent.is_active:
        return
    credentials = facts.snapshot.credential
    holds = facts.related("hold", "agent", agent.id)
    for hold in holds:
        credential = credentials[hold.credential]
        if credential.is_active:
            yield credential, ("hold", (agent.id, credential.id))
    handing = [
        each
        for each in facts.related("delegation", "to", agent.id)
        if each.passes and facts.snapshot.agent[each.from_].is_active
    ]
    if handing:
        told = {each.credential for each in holds}
        for delegation in handing:
            for passed in delegation.passes:
                if passed not in told and credentials[passed].is_active:
                    told.add(passed)
                    yield credentials[passed], ("delegation", (delegation.from_, agent.id))
