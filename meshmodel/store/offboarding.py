"""The steps of an offboarding as one edit, so that one undo brings everything back.

What can be drawn is done: the agent is retired; what only it could present is revoked; its holds, the
copies at rest, its delegations, triggers and intents go, with the checkpoints on them. That a secret was
rotated cannot be drawn, since a drawing has no secrets: the credential stays, nothing leads from the
agent or a deleted copy to it any more, and the label of the edit, which the journal keeps with its time,
names it as still to be rotated.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from meshmodel.model.errors import MeshmodelError
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.text import one_line
from meshmodel.store.edits import Change, Edit, Put, Remove, edit

_NAMED = 5
"""So many credentials to rotate are named in the label."""


class Plan(Protocol):
    """What is to be done, by plain keys; ``analysis.offboarding.Offboarding`` is one."""

    @property
    def agent(self) -> str:
        """Who goes."""

    @property
    def revoke(self) -> Sequence[str]:
        """The credentials to revoke."""

    @property
    def rotated(self) -> Sequence[str]:
        """The credentials to rotate, which are only noted."""

    @property
    def deleted(self) -> Sequence[tuple[str, str]]:
        """The custody relations to remove."""


def offboard(snapshot: Snapshot, plan: Plan) -> Edit:
    """One undoable edit that does what a plan says.

    Args:
        snapshot: the model as it is now; what the plan names and is there no more is passed over, and
            whatever relations the agent has now go.
        plan: what is to be done.

    Raises:
        MeshmodelError: the agent is not there any more, or nothing is left to be done.
    """
    agent = snapshot.agent.get(plan.agent)
    if agent is None:
        raise MeshmodelError(f"there is no agent {one_line(plan.agent)} to offboard")
    changes: list[Change] = []
    if agent.is_active:
        changes.append(Put(replace(agent, status="retired")))
    revoked = [name for name in plan.revoke if name in snapshot.credential]
    revoked = [name for name in revoked if snapshot.credential[name].is_active]
    changes += [Put(replace(snapshot.credential[name], status="revoked")) for name in revoked]
    changes += [Remove("hold", key) for key in sorted(snapshot.hold) if key[0] == agent.id]
    changes += [Remove("custody", key) for key in plan.deleted if key in snapshot.custody]
    changes += [Remove("delegation", key) for key in sorted(snapshot.delegation) if agent.id in key]
    changes += [Remove("trigger", key) for key in sorted(snapshot.trigger) if key[1] == agent.id]
    changes += [Remove("intent", key) for key in sorted(snapshot.intent) if key[0] == agent.id]
    if not changes:
        raise MeshmodelError(f"agent {agent.id} is retired and has nothing left; there is nothing to do")
    return edit(_label(agent.id, revoked, list(plan.rotated)), changes)


def _label(agent: str, revoked: list[str], rotated: list[str]) -> str:
    said = f"offboard {agent}"
    if revoked:
        said += f", revoke {len(revoked)}"
    if rotated:
        more = f" and {len(rotated) - _NAMED} more" if len(rotated) > _NAMED else ""
        said += f", still to rotate: {', '.join(rotated[:_NAMED])}{more}"
    return said
