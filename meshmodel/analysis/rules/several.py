"""Credentials that several elements have in the same way."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from meshmodel.analysis.rules.base import Facts
from meshmodel.model.records import Credential

_Relation = TypeVar("_Relation")


def several(
    credentials: Sequence[Credential],
    related: Mapping[str, Sequence[_Relation]],
    ends: Callable[[Sequence[_Relation]], Iterable[str]],
) -> tuple[list[int], list[tuple[str, ...]]]:
    """Which active credentials have two or more ends, by their places, and these, sorted.

    Args:
        credentials: those in question.
        related: the relations of each credential that has any, by its id.
        ends: the other ends of relations, as far as they count.
    """
    places: list[int] = []
    found: list[tuple[str, ...]] = []
    for place, credential in enumerate(credentials):
        known = related.get(credential.id, ())
        if len(known) > 1 and credential.status == "active":
            some = tuple(sorted(ends(known)))
            if len(some) > 1:
                found.append(some)
                places.append(place)
    return places, found


def with_several(facts: Facts, relation: str) -> list[Credential]:
    """The credentials with two or more relations of a kind, active or not."""
    records = facts.snapshot.credential
    return [records[each] for each in facts.relations.shared(relation, "credential")]
