"""What a credential opens by its own grants."""

from functools import lru_cache

from meshmodel.analysis.rules.base import Facts
from meshmodel.analysis.steps import actions_of, implied_mask
from meshmodel.model.vocabulary import Action


def granted_actions(facts: Facts, credential: str) -> tuple[Action, ...]:
    """The actions that its grants allow anywhere, admin as all five, in the order of section 2."""
    mask = 0
    for grant in facts.relations.at("grant", "credential").get(credential, ()):
        mask |= _implied(grant.actions)
    return actions_of(mask)


_implied = lru_cache(maxsize=1_000)(implied_mask)
"""There are few sets of actions, and many grants."""
