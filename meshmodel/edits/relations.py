"""Adds relations between two elements to a draft, or changes those that are there."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from meshmodel.edits.draft import Draft
from meshmodel.edits.edit import unused_id
from meshmodel.model.phrases import listed
from meshmodel.model.records import (
    Credential,
    Custody,
    Delegation,
    Exchange,
    Grant,
    Hold,
    Intent,
    Snapshot,
    Trigger,
)
from meshmodel.model.vocabulary import Action


def credential_for(snapshot: Snapshot, system: str) -> str:
    """A free id for a new credential that opens a system: ``tickets-key``, ``tickets-key-2``, …"""
    return unused_id(snapshot, "credential", f"{system[:58]}-key")


def hold(draft: Draft, agent: str, credential: str) -> None:
    """The agent holds the credential."""
    draft.put(Hold(agent, credential))


def grant(draft: Draft, credential: str, system: str, actions: tuple[Action, ...]) -> None:
    """The system accepts the credential for just these actions; what else the grant says stays."""
    before = draft.snapshot.grant.get((credential, system))
    if before is None:
        draft.put(Grant(credential, system, actions))
    elif before.actions != actions:
        after = replace(before, actions=actions)
        draft.put(after, f"{credential} opens {system}: {listed(actions)} (so far {listed(before.actions)})")


def grant_new_credential(draft: Draft, agent: str, system: str, actions: tuple[Action, ...]) -> str:
    """Add a credential that the agent holds and the system accepts; returns its id."""
    credential = credential_for(draft.snapshot, system)
    draft.put(Credential(credential), f"new credential {credential}")
    hold(draft, agent, credential)
    grant(draft, credential, system, actions)
    return credential


def custody(draft: Draft, system: str, credential: str, how: str, by: tuple[Action, ...] | None) -> None:
    """Whoever performs one of ``by`` on the system obtains the credential."""
    before = draft.snapshot.custody.get((system, credential))
    record = Custody(system, credential, "issues" if how == "issues" else "stores", by)
    if before is not None and by is None and before.how == record.how:
        return
    draft.put(record)


def exchange(draft: Draft, start: str, end: str, at: str | None = None, words: Sequence[str] = ()) -> None:
    """Presenting one credential yields the other; ``words`` may say delegation, unpinned and the like."""
    record = draft.snapshot.exchange.get((start, end)) or Exchange(start, end)
    if at is not None:
        record = replace(record, at=at)
    for word in words:
        match word:
            case "delegation":
                record = replace(record, semantics="delegation")
            case "impersonation":
                record = replace(record, semantics="impersonation")
            case _:
                record = replace(record, pinned=word == "pinned")
    draft.put(record)


def delegation(draft: Draft, start: str, end: str, passes: Sequence[str] = (), **limits: Any) -> None:
    """The first agent sets the second to work, and passes it these credentials besides those so far.

    ``limits`` are new values of ``only`` and ``returns``; those left out stay.
    """
    record = replace(draft.snapshot.delegation.get((start, end)) or Delegation(start, end), **limits)
    if passes:
        record = replace(record, passes=tuple(sorted({*(record.passes or ()), *passes})))
    draft.put(record)


def trigger(draft: Draft, system: str, agent: str) -> None:
    """What is written into the system starts or steers the agent."""
    draft.put(Trigger(system, agent))


def intent(
    draft: Draft,
    agent: str,
    system: str,
    actions: tuple[Action, ...],
    sources: Sequence[str] = (),
    per_day: float | None = None,
) -> None:
    """The path was approved by design, for just these actions, coming from these sources.

    How often a day it is used stays as it was where nothing is said of it: it allows nothing.
    """
    known = draft.snapshot.intent.get((agent, system))
    if per_day is None and known is not None:
        per_day = known.per_day
    draft.put(Intent(agent, system, actions, tuple(sorted(set(sources))) or None, per_day))
