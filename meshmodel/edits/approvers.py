"""Approvers of checkpoints that nothing else in the model names: then point 4 of section 5 proves little."""

from collections.abc import Iterator
from typing import Final

from meshmodel.model.records import Checkpoint
from meshmodel.model.snapshot import Snapshot

WHY_ASKED: Final = (
    "No credential has this identity and no person this name, "
    "so nothing shows whether an agent could approve itself"
)


def known_approvers(snapshot: Snapshot) -> Iterator[str]:
    """The names that approvers can have: persons, then identities of credentials; each once or more."""
    for agent in snapshot.agent.values():
        if agent.kind == "person":
            yield agent.id
            if agent.name:
                yield agent.name
    for credential in snapshot.credential.values():
        yield credential.principal


def unknown_approvers(snapshot: Snapshot, checkpoint: Checkpoint) -> tuple[str, ...]:
    """The approvers of a checkpoint that no credential acts as and no person is called like."""
    if not checkpoint.approvers:
        return ()
    known = set(known_approvers(snapshot))
    return tuple(each for each in checkpoint.approvers if each not in known)


def unknown_words(approver: str) -> str:
    """What is said of an approver who is not known."""
    return f"approver {approver} is unknown: n{WHY_ASKED[1:]}"
