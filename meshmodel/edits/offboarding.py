"""Carries out an offboarding as one edit, so that one undo takes all of it back.

- Agents that leave are retired. Their holds, delegations, triggers and intents are removed, and the
  checkpoints on these.
- Credentials that only they could present, or that act for the person, are revoked; copies at rest are
  deleted.
- Whoever leaves owns nothing and approves nothing any more. A checkpoint that loses its last approver becomes
  planned.
- A rotation cannot be drawn, since a model has no secrets: the credential stays, and the label of the edit,
  which the journal keeps with its time, names it as still to be rotated.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from meshmodel.edits.edit import Change, Edit, Put, Remove, edit
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.records import Snapshot
from meshmodel.model.text import first_few, one_line

_NAMED = 5
"""So many credentials to rotate are named in the label."""


class Approval(Protocol):
    """An approver that a checkpoint loses."""

    @property
    def checkpoint(self) -> str:
        """Its id."""

    @property
    def left(self) -> tuple[str, ...]:
        """Its other approvers."""


class OffboardingSteps(Protocol):
    """What is to be done, by plain keys; ``analysis.offboarding.Offboarding`` is one."""

    @property
    def who(self) -> str:
        """Who goes, as ``kind:name``."""

    @property
    def agents(self) -> Sequence[str]:
        """The agents that go."""

    @property
    def revoke(self) -> Sequence[str]:
        """The credentials to revoke."""

    @property
    def rotated(self) -> Sequence[str]:
        """The credentials to rotate, which are only noted."""

    @property
    def deleted(self) -> Sequence[tuple[str, str]]:
        """The custody relations to remove."""

    @property
    def owned(self) -> Sequence[str]:
        """What loses its owner, as ``kind:ID``."""

    @property
    def approvals(self) -> Sequence[Approval]:
        """The approvers that checkpoints lose."""


def offboard(snapshot: Snapshot, plan: OffboardingSteps) -> Edit:
    """One undoable edit that does what a plan says.

    Args:
        snapshot: the model as it is now; what the plan names and is there no more is passed over, and
            whatever relations the agents have now go.
        plan: what is to be done.

    Raises:
        MeshmodelError: an agent is not there any more, or nothing is left to be done.
    """
    missing = [each for each in plan.agents if each not in snapshot.agent]
    if missing:
        raise MeshmodelError(f"there is no agent {one_line(missing[0])} to offboard")
    revoked = [name for name in plan.revoke if name in snapshot.credential]
    revoked = [name for name in revoked if snapshot.credential[name].is_active]
    changes = _elements(snapshot, plan, revoked) + _approvals(snapshot, plan) + _relations(snapshot, plan)
    kind, _, name = plan.who.partition(":")
    if not changes:
        left = "is retired and has nothing left" if kind == "agent" else "has nothing left"
        raise MeshmodelError(f"{kind} {one_line(name)} {left}; there is nothing to do")
    return edit(_label(name if kind == "agent" else f"{kind} {name}", revoked, plan.rotated), changes)


def _elements(snapshot: Snapshot, plan: OffboardingSteps, revoked: Sequence[str]) -> list[Change]:
    """What becomes of elements: their status and their owner, each in one change."""
    changed: dict[tuple[str, str], dict[str, object]] = {}
    for agent in plan.agents:
        if snapshot.agent[agent].is_active:
            changed["agent", agent] = {"status": "retired"}
    for name in revoked:
        changed["credential", name] = {"status": "revoked"}
    for element in plan.owned:
        table, _, key = element.partition(":")
        record = snapshot.table(table).get(key)
        if record is not None and record.owner == plan.who.partition(":")[2]:
            changed.setdefault((table, key), {})["owner"] = None
    return [Put(replace(snapshot.table(table)[key], **new)) for (table, key), new in changed.items()]


def _relations(snapshot: Snapshot, plan: OffboardingSteps) -> list[Change]:
    """The relations that go."""
    agents = set(plan.agents)
    changes: list[Change] = [Remove("hold", key) for key in sorted(snapshot.hold) if key[0] in agents]
    changes += [Remove("custody", key) for key in plan.deleted if key in snapshot.custody]
    changes += [Remove("delegation", key) for key in sorted(snapshot.delegation) if agents & set(key)]
    changes += [Remove("trigger", key) for key in sorted(snapshot.trigger) if key[1] in agents]
    return changes + [Remove("intent", key) for key in sorted(snapshot.intent) if key[0] in agents]


def _approvals(snapshot: Snapshot, plan: OffboardingSteps) -> list[Change]:
    """Checkpoints without the approvers that go; one without any other is planned from then on."""
    changes: list[Change] = []
    for name, left in {each.checkpoint: each.left for each in plan.approvals}.items():
        checkpoint = snapshot.checkpoint.get(name)
        if checkpoint is None:
            continue
        if left and set(left) < set(checkpoint.approvers or ()):
            changes.append(Put(replace(checkpoint, approvers=left)))
        elif not left and checkpoint.state == "enforced":
            changes.append(Put(replace(checkpoint, state="planned")))
    return changes


def _label(who: str, revoked: Sequence[str], rotated: Sequence[str]) -> str:
    said = f"offboard {one_line(who)}"
    if revoked:
        said += f", revoke {len(revoked)}"
    if rotated:
        said += f", still to rotate: {first_few(rotated, _NAMED)}"
    return said
