"""What a credential opens by its own grants."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from meshmodel.analysis.rules.base import Facts
from meshmodel.analysis.steps import ADMIN, ALL_ACTIONS, actions_of, implied_mask
from meshmodel.model.vocabulary import Action

_FEW: Final = 100
"""Of so many credentials the grants are looked up one by one."""


def granted_actions(facts: Facts, credential: str) -> tuple[Action, ...]:
    """The actions that its grants allow anywhere, admin as all five, in the order of section 2."""
    return granted_actions_of(facts, (credential,))[0]


def granted_actions_of(facts: Facts, credentials: Sequence[str]) -> list[tuple[Action, ...]]:
    """The same of several active credentials."""
    if len(credentials) > _FEW:
        # All grants at once, in the graph.
        nodes = list(map(facts.engine.mesh.credential_node.__getitem__, credentials))
        masks = dict.fromkeys(nodes, 0)
        for leaves, enters in facts.engine.mesh.steps["grant"]:
            if leaves in masks:
                masks[leaves] |= 1 << enters % 5
        return [actions_of(ALL_ACTIONS if masks[node] >> ADMIN else masks[node]) for node in nodes]
    return [_granted(facts, each) for each in credentials]


def _granted(facts: Facts, credential: str) -> tuple[Action, ...]:
    mask = 0
    for grant in facts.relations.at("grant", "credential").get(credential, ()):
        mask |= _implied(grant.actions)
    return actions_of(mask)


_implied = lru_cache(maxsize=1_000)(implied_mask)
"""There are few sets of actions, and many grants."""
