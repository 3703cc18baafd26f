"""Proves what a policy stub that was filled in closes in a model (``docs/policy.md#the-policy-stub``).

What ``docs/policy.md#the-policy-stub`` leaves open is read like this:

- A ``require`` is filled where its ``kind`` is; its decision lies on the grant step of each of its
  credentials, once where several tables state the same one.
- A ``deny`` is enforceable where the stub says so and the model agrees.
- A stub may be stricter than the model (``deny`` where the model says ``require`` or ``allow``); where it
  lets more through it no longer fits. What it denies and the model no longer reaches is done.
- The digest tells that the model was changed; whether the stub fits is found by comparing each access.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from meshmodel.analysis.analysis import analyse
from meshmodel.analysis.results import Crossing
from meshmodel.edits.edit import Change, Put, Remove, apply_edit, edit, free_id
from meshmodel.edits.ids import id_of
from meshmodel.exporters.policies.drift import Drift, ModelAccesses, drift_of, keys_of
from meshmodel.exporters.policies.facts import PolicyFacts
from meshmodel.exporters.policies.model_names import digest
from meshmodel.exporters.policies.stub_reader import Stub, StubTable
from meshmodel.exporters.policies.words import Wording
from meshmodel.model.records import Checkpoint, Snapshot
from meshmodel.model.vocabulary import ADMIN, Action, action_mask, actions_of, expand_admin


class Narrowed(NamedTuple):
    """A grant that loses actions; with none left it is removed."""

    credential: str
    system: str
    taken: tuple[Action, ...]
    left: tuple[Action, ...]


class Unenforceable(NamedTuple):
    """A denial that the target cannot enforce, and where it could be, in words."""

    agent: str
    system: str
    actions: tuple[Action, ...]
    credentials: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What a stub does to a model, and what is left then.

    Attributes:
        same_digest: whether the stub was made of this very model.
        drift: what no longer fits.
        unfilled: the tables ``require`` for which no kind of decision was chosen.
        checkpoints: the decisions that the stub adds to the model.
        narrowed: the grants that lose actions.
        unenforceable: the denials that close nothing.
        after: the model with these checkpoints and grants.
        left: its crossings that are uncontrolled as designed.
    """

    same_digest: bool
    drift: tuple[Drift, ...]
    unfilled: tuple[StubTable, ...]
    checkpoints: tuple[Checkpoint, ...]
    narrowed: tuple[Narrowed, ...]
    unenforceable: tuple[Unenforceable, ...]
    after: Snapshot
    left: tuple[Crossing, ...]

    @property
    def is_proven(self) -> bool:
        """Whether the stub fits, and nothing is left uncontrolled."""
        return not self.drift and not self.left


def verify(stub: Stub, snapshot: Snapshot) -> Verification:
    """Compare a stub with a model, do what it says, and compute what is left as designed.

    Args:
        stub: as it was read.
        snapshot: the model.
    """
    facts = PolicyFacts(analyse(snapshot, view="designed"))
    model = ModelAccesses(snapshot, facts)
    denied, unenforceable = _denials(stub, model)
    narrowed = tuple(_narrowed(snapshot, denied))
    gone = {(each.credential, each.system) for each in narrowed if not each.left}
    checkpoints = tuple(_checkpoints(stub, snapshot, gone))
    changes: list[Change] = []
    for each in narrowed:
        key = each.credential, each.system
        changes.append(
            Put(replace(snapshot.grant[key], actions=each.left)) if each.left else Remove("grant", key)
        )
    changes += map(Put, checkpoints)
    after = apply_edit(snapshot, edit("apply a policy stub", changes))
    crossings = analyse(after, view="designed").crossings()
    return Verification(
        stub.digest == digest(snapshot),
        drift_of(stub, model),
        tuple(each for each in stub.tables if each.kind == "require" and not each.decision),
        checkpoints,
        narrowed,
        unenforceable,
        after,
        tuple(each for each in crossings if each.state == "uncontrolled"),
    )


_Denied = dict[tuple[str, str], int]
"""By grant, the actions that are denied, as five bits."""


def _denials(stub: Stub, model: ModelAccesses) -> tuple[_Denied, tuple[Unenforceable, ...]]:
    """What enforceable denials take from grants; the denials of what is reached that close nothing."""
    words = Wording(model.facts)
    denied: _Denied = defaultdict(int)
    found: dict[tuple[str, str, tuple[str, ...], str], list[Action]] = {}
    for table in stub.tables:
        for key in keys_of(table) if table.kind == "deny" else ():
            access = model.at.get(key)
            if access is None:
                continue
            others = model.facts.others(access)
            if table.enforceable and not others:
                for credential in table.credentials:
                    denied[credential, table.system] |= action_mask((key[2],))
                continue
            told = {"enforceable": not others, "via": model.facts.via(access), "system": table.system}
            at = table.agent, table.system, table.credentials, words.denied(access, told)
            found.setdefault(at, []).append(key[2])
    return denied, tuple(
        Unenforceable(agent, system, tuple(actions), credentials, reason)
        for (agent, system, credentials, reason), actions in found.items()
    )


def _narrowed(snapshot: Snapshot, denied: _Denied) -> Iterator[Narrowed]:
    """The grants that lose something: ``admin`` with any action, since it implies all of them."""
    for key in sorted(denied.keys() & snapshot.grant.keys()):
        before = action_mask(snapshot.grant[key].actions)
        left = expand_admin(before) & ~denied[key]
        if left == expand_admin(before):
            continue
        left &= ~(1 << ADMIN)
        yield Narrowed(*key, actions_of(expand_admin(before) & ~left), actions_of(left))


def _checkpoints(stub: Stub, snapshot: Snapshot, gone: set[tuple[str, str]]) -> Iterator[Checkpoint]:
    """The decisions of the filled tables that the model does not have yet, one on each grant step."""
    taken = set(snapshot.checkpoint)
    known = {replace(each, id="", description=None, rate=None) for each in snapshot.checkpoint.values()}
    for table in stub.tables:
        fits = table.decided_at in ("", *snapshot.system)
        for credential in table.credentials if table.decision and fits else ():
            step = credential, table.system
            if step not in snapshot.grant or step in gone:
                continue
            made = Checkpoint(
                "",
                table.decision,
                "grant",
                *step,
                freshness=table.freshness,
                state=table.state,
                decided_at=table.decided_at or None,
            )
            if made not in known:
                known.add(made)
                name = free_id(id_of(f"{table.decision}-{table.system}"), taken)
                taken.add(name)
                yield replace(made, id=name)
