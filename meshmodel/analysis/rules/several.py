"""Credentials that several elements have in the same way."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from meshmodel.analysis.relations import ENDS
from meshmodel.analysis.rules.base import Facts
from meshmodel.model.records import Credential

_FEW: Final = 100
"""The relations of so many credentials are looked up one by one."""


def several(
    facts: Facts, credentials: Sequence[Credential], relation: str, counts: Callable[[Any], bool]
) -> tuple[list[int], list[tuple[str, ...]]]:
    """Which active credentials have two or more ends, by their places, and these, sorted.

    Args:
        facts: the model as read.
        credentials: those in question.
        relation: ``hold`` or ``custody``: the other ends of these are meant.
        counts: whether such a relation counts.
    """
    found: dict[str, list[str]] = {each.id: [] for each in credentials if each.status == "active"}
    if len(credentials) > _FEW:
        for one, name in [key for key, each in facts.snapshot.table(relation).items() if counts(each)]:
            if name in found:
                found[name].append(one)
    else:
        related, end = facts.relations.at(relation, "credential"), ENDS[relation][0]
        for name, ends in found.items():
            ends += [getattr(each, end) for each in related.get(name, ()) if counts(each)]
    places, ordered = list[int](), list[tuple[str, ...]]()
    for place, credential in enumerate(credentials):
        known = found.get(credential.id, ())
        if len(known) > 1:
            places.append(place)
            ordered.append(tuple(sorted(known)))
    return places, ordered


def with_several(facts: Facts, relation: str) -> list[Credential]:
    """The credentials with two or more relations of a kind, active or not."""
    records = facts.snapshot.credential
    return [records[each] for each in facts.relations.shared(relation, "credential")]
