"""What a credential opens by its own grants."""

from collections.abc import Sequence
from typing import Final

from meshmodel.analysis.rules.base import Facts
from meshmodel.analysis.steps import actions_of, implied_mask
from meshmodel.model.vocabulary import Action

_FEW: Final = 100
"""Of so many credentials the grants are looked up one by one."""


def granted_actions(facts: Facts, credential: str) -> tuple[Action, ...]:
    """The actions that its grants allow anywhere, admin as all five, in the order of section 2."""
    return granted_actions_of(facts, (credential,))[0]


def granted_actions_of(facts: Facts, credentials: Sequence[str]) -> list[tuple[Action, ...]]:
    """The same of several active credentials."""
    if len(credentials) > _FEW:
        granted = facts.relations.granted
        return [actions_of(granted.get(each, 0)) for each in credentials]
    return [_granted(facts, each) for each in credentials]


def _granted(facts: Facts, credential: str) -> tuple[Action, ...]:
    mask = 0
    for grant in facts.relations.at("grant", "credential").get(credential, ()):
        mask |= implied_mask(grant.actions)
    return actions_of(mask)
