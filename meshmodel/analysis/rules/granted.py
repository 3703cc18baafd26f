"""What a credential opens by its own grants."""

from collections.abc import Mapping, Sequence

from meshmodel.analysis.rules.base import Facts
from meshmodel.analysis.steps import actions_of, implied_mask
from meshmodel.model.records import Grant
from meshmodel.model.vocabulary import Action


def granted_actions(facts: Facts, credential: str) -> tuple[Action, ...]:
    """The actions that its grants allow anywhere, admin as all five, in the order of section 2."""
    mask = 0
    for grant in facts.relations.at("grant", "credential").get(credential, ()):
        mask |= implied_mask(grant.actions)
    return actions_of(mask)


def granted_actions_of(facts: Facts, credentials: Sequence[str]) -> Sequence[tuple[Action, ...]]:
    """The same of several active credentials."""
    if facts.anew:
        return facts.column(_Granted(facts.snapshot.grant), credentials)
    return [granted_actions(facts, each) for each in credentials]


class _Granted:
    """The same of any credential, worked out for all of them when it is first asked for."""

    def __init__(self, grants: Mapping[tuple[str, str], Grant]) -> None:
        self._grants: Mapping[tuple[str, str], Grant] | None = grants
        self._masks: dict[str, int] = {}

    def __call__(self, credential: str) -> tuple[Action, ...]:
        grants = self._grants
        if grants is not None:
            found: dict[str, int] = {}
            for (name, _), grant in grants.items():
                found[name] = found.get(name, 0) | implied_mask(grant.actions)
            # Last: another thread may ask meanwhile.
            self._masks, self._grants = found, None
        return actions_of(self._masks.get(credential, 0))
