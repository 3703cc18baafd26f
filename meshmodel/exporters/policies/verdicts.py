"""What a policy engine is to answer for each (credential, system, action): the stub by credential.

The policy stub (``docs/policy.md#the-policy-stub``) sorts the accesses of each agent into three tables; an
engine is asked about one use of one credential. By credential the tables are read like this:

- Of an access in ``allow``, nothing more is asked, unless a checkpoint that meets points 1 to 3
  (``docs/semantics.md#effective-checkpoints``) lies on the grant step of this credential: the engine is
  where such a decision is looked at.
- Of an access in ``require``, a decision is asked for whichever of the agent's credentials opens it, its
  doors or not: nothing is let through unasked where the stub says that a decision is due.
- Of an access in ``deny`` nothing is let through, and so of all that is in no table.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

from meshmodel.analysis.analysis import Analysis
from meshmodel.exporters.policies.facts import PolicyFacts
from meshmodel.model.vocabulary import ACTIONS, Action, action_mask

Side = Literal["initiator", "target"]
"""Who asks the engine: one who knows all agents behind a request, or one who sees the credential alone."""
LONGEST: Final = 300_000
"""Milliseconds after which a decision is too old to be used: what it looked at may have changed."""

Verdict = Literal["free", "asked", "denied"]


class AccessVerdict(NamedTuple):
    """One (credential, system, action) that an active agent reaches.

    Attributes:
        credential, system, action: what is used, where, for what.
        free: the agents that may without a decision, by id.
        asked: those that may with one.
        denied: those that may not.
        persons: the persons who reach it too; people decide afresh (``docs/semantics.md#paths``).
    """

    credential: str
    system: str
    action: Action
    free: list[str]
    asked: list[str]
    denied: list[str]
    persons: list[str]

    @property
    def alike(self) -> Verdict | None:
        """The verdict of all who reach it, which a target can give; ``None`` where they differ."""
        groups: tuple[tuple[Verdict, list[str]], ...] = (
            ("free", self.free + self.persons),
            ("asked", self.asked),
            ("denied", self.denied),
        )
        given: list[Verdict] = [verdict for verdict, who in groups if who]
        return given[0] if len(given) == 1 else None


def policy_rules(analysis: Analysis) -> list[AccessVerdict]:
    """The rules of a model by credential, system and action, without those that only persons reach."""
    facts = PolicyFacts(analysis)
    mesh, decided = facts.mesh, _decided(analysis)
    found: dict[tuple[str, str, int], AccessVerdict] = {}
    for agent, name in enumerate(mesh.agents):
        if mesh.persons >> agent & 1:
            continue
        for access in facts.accesses(agent):
            for credential, agents in facts.credentials(access.node):
                if not agents >> agent & 1:
                    continue
                key = mesh.name(credential), access.system, access.action
                if key not in found:
                    persons = list(mesh.names(agents & mesh.persons))
                    found[key] = AccessVerdict(key[0], key[1], ACTIONS[access.action], [], [], [], persons)
                if access.denied:
                    found[key].denied.append(name)
                elif access.uncontrolled or key in decided:
                    found[key].asked.append(name)
                else:
                    found[key].free.append(name)
    return [found[key] for key in sorted(found)]


def _decided(analysis: Analysis) -> set[tuple[str, str, int]]:
    """The uses of credentials for which a checkpoint on their grant step is asked.

    See ``docs/semantics.md#effective-checkpoints``, points 1 to 3.
    """
    covered: defaultdict[tuple[str, str], int] = defaultdict(int)
    for each in analysis.engine.checkpoints.records:
        if each.step == "grant":
            covered[each.from_, each.to] |= action_mask(each.actions)
    return {
        (*key, action)
        for key, mask in covered.items()
        for action in _asked_for(mask, action_mask(analysis.snapshot.grant[key].actions))
    }


def _asked_for(covered: int, granted: int) -> Iterator[int]:
    """The actions for which a decision is asked; what only ``admin`` implies is asked for with it."""
    admin = len(ACTIONS) - 1
    for action in range(len(ACTIONS)):
        through_admin = covered >> admin & 1 and not granted >> action & 1
        if covered >> action & 1 or through_admin:
            yield action
