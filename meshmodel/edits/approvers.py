"""Who approves at checkpoints: where nothing else names them, point 4 proves little.

See ``docs/semantics.md#checkpoints-that-count``.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from meshmodel.model.records import Checkpoint, Reference
from meshmodel.model.snapshot import Snapshot

WHY_ASKED: Final = (
    "No credential has this identity and no person this name, "
    "so nothing shows whether an agent could approve itself"
)


def known_approvers(snapshot: Snapshot) -> Iterator[str]:
    """The names that approvers can have: persons, then identities of credentials; each once or more."""
    for _, agent in sorted(snapshot.agent.items()):
        if agent.kind == "person":
            yield agent.id
            if agent.name:
                yield agent.name
    yield from sorted(credential.principal for credential in snapshot.credential.values())


def unknown_approvers(snapshot: Snapshot, checkpoint: Checkpoint) -> tuple[str, ...]:
    """The approvers of a checkpoint that no credential acts as and no person is called like."""
    if not checkpoint.approvers:
        return ()
    known = set(known_approvers(snapshot))
    return tuple(each for each in checkpoint.approvers if each not in known)


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


def unknown_words(approver: str) -> str:
    """What is said of an approver who is not known."""
    return f"approver {approver} is unknown: n{WHY_ASKED[1:]}"
