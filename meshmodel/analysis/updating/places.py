"""The grants of a reading, each at a place of its own that it keeps while others come and go."""

from collections.abc import Iterable, Mapping
from itertools import chain

from meshmodel.analysis.steps import action_mask
from meshmodel.analysis.updating.changes import Change
from meshmodel.model.records import Grant


class Places:
    """All grants by their places.

    Attributes:
        keys: the credential and the system of each, those of grants that are gone among them.
        granted: the actions of each as five bits; 0 where there is no grant any more.
        of: the places by credential.
    """

    __slots__ = ("granted", "keys", "of")

    def __init__(
        self, keys: list[tuple[str, str]], granted: list[int], of: dict[str, tuple[int, ...]]
    ) -> None:
        self.keys = keys
        self.granted = granted
        self.of = of

    @classmethod
    def among(cls, grants: Mapping[tuple[str, str], Grant], first: Iterable[tuple[str, str]]) -> "Places":
        """Places for these grants, by their keys, some of them first."""
        keys = list(dict.fromkeys(chain(first, grants)))
        masks = {actions: action_mask(actions) for actions in {each.actions for each in grants.values()}}
        of: dict[str, tuple[int, ...]] = {}
        for place, (credential, _) in enumerate(keys):
            of[credential] = (*of.get(credential, ()), place)
        return cls(keys, [masks[grants[key].actions] for key in keys], of)

    def at(self, credential: str, system: str) -> int | None:
        """The place of a grant, or ``None`` where there never was one."""
        for place in self.of.get(credential, ()):
            if self.keys[place][1] == system:
                return place
        return None

    def after(self, changes: Iterable[Change]) -> "Places":
        """The places after changes of grants; these stay as they are."""
        keys, granted, of = self.keys, self.granted, self.of
        for key, _, grant in changes:
            if granted is self.granted:
                granted = granted.copy()
            credential, system = str(key[0]), str(key[1])
            place = self.at(credential, system)
            if place is None:
                if keys is self.keys:
                    keys, of = keys.copy(), of.copy()
                of[credential] = (*of.get(credential, ()), len(keys))
                keys.append((credential, system))
                granted.append(action_mask(grant.actions))
            else:
                granted[place] = 0 if grant is None else action_mask(grant.actions)
        return Places(keys, granted, of)
