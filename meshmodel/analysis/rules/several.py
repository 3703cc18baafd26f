"""Credentials that several elements have in the same way."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from meshmodel.analysis.relations import ENDS
from meshmodel.analysis.rules.base import Facts
from meshmodel.model.records import Credential

Ends = tuple[str, str]
"""The key of a relation: an element and a credential."""

_FEW: Final = 100
"""The relations of so many credentials are looked up one by one."""


def several(
    facts: Facts,
    credentials: Sequence[Credential],
    relation: str,
    counted: Callable[[Iterable[tuple[Ends, Any]]], Iterable[Ends]],
) -> tuple[list[int], list[tuple[str, ...]]]:
    """Which active credentials have two or more ends, by their places, and these, sorted.

    Args:
        facts: the model as read.
        credentials: those in question.
        relation: ``hold`` or ``custody``: the other ends of these are meant.
        counted: the keys of those that count among such relations, which come with their keys.
    """
    found: dict[str, list[str]] = {each.id: [] for each in credentials if each.status == "active"}
    relations: Iterable[tuple[Ends, Any]]
    if len(credentials) > _FEW:
        relations = facts.snapshot.table(relation).items()
    else:
        there, end = facts.relations.at(relation, "credential"), ENDS[relation][0]
        relations = [((getattr(each, end), name), each) for name in found for each in there.get(name, ())]
    for one, name in counted(relations):
        if name in found:
            found[name].append(one)
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
