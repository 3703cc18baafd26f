"""A credential that still opens something, and that nobody uses."""

from collections.abc import Container, Iterator, Sequence
from operator import itemgetter
from typing import Final

from meshmodel.analysis.reached import lit, told
from meshmodel.analysis.results import Told
from meshmodel.analysis.rules.base import Cases, Facts, Rule, Telling
from meshmodel.analysis.rules.granted import granted_actions_of
from meshmodel.analysis.steps import bits
from meshmodel.model.records import Credential, System

_FEW_ASKED: Final = 10
"""The relations of so many credentials are looked up one by one."""


def _many(facts: Facts, credentials: Sequence[Credential]) -> Cases:
    """In custody is whatever a system stores or issues, bound or not, in somebody's reach or not."""
    mesh, nodes = facts.engine.mesh, facts.engine.mesh.credential_node
    reached = facts.reached.to_bytes(mesh.size // 8 + 1, "little")
    unused = {
        place: node
        for place, each in enumerate(credentials)
        if (node := nodes.get(each.id)) is not None and not reached[node >> 3] >> (node & 7) & 1
    }
    kept = _kept(facts, [credentials[place].id for place in unused])
    places, systems = list[int](), list[list[str]]()
    for place, node in unused.items():
        opened = {
            mesh.systems[each // 5]
            for each in facts.engine.effective.successors[node]
            if each < mesh.first_credential
        }
        if opened and credentials[place].id not in kept:
            places.append(place)
            systems.append(sorted(opened))
    orphaned = list(map(credentials.__getitem__, places))
    subjects = [each.id for each in orphaned]
    return Cases(
        subjects,
        ["medium"] * len(subjects),
        Telling(_told, orphaned, systems, facts.first_elements("system", systems)),
        [()] * len(subjects),
        granted_actions_of(facts, subjects),
        places,
    )


def _kept(facts: Facts, names: Sequence[str]) -> Container[str]:
    """Of these credentials those that are in custody, and perhaps others."""
    if len(names) <= _FEW_ASKED:
        return facts.relations.at("custody", "credential")
    return set(names).intersection(map(itemgetter(1), facts.snapshot.custody))


def _told(credential: Credential, systems: list[str], first: tuple[System, ...]) -> Told:
    return Told(
        f"{credential.title} opens {told([each.title for each in first], len(systems))}, but no active agent "
        "comes to it and no system keeps it",
        (("credential", credential.id), *lit("system", systems)),
    )


def _among(facts: Facts) -> Iterator[Credential]:
    mesh, records = facts.engine.mesh, facts.snapshot.credential
    first, nodes = mesh.first_credential, mesh.credential_node
    for place in bits(~facts.reached >> first & (1 << len(mesh.credentials)) - 1):
        name = mesh.credentials[place]
        # One that was gone for a while has another number than before.
        if nodes.get(name) == first + place:
            yield records[name]


RULE = Rule(
    id="orphaned-credential",
    severity="medium",
    detects="A credential is accepted somewhere, and no active agent reaches it and no system keeps it",
    remedy="Revoke it; or draw who uses it",
    references=("NHI1:2025", "SP 800-53 AC-2"),
    false_positives="Somebody outside the drawing uses it",
    per="credential",
    many=_many,
    among=_among,
    near=frozenset({"anybody"}),
)
