"""A credential that still opens something, and that nobody uses."""

from collections.abc import Container, Iterator, Sequence
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
    nodes = facts.engine.mesh.credential_node
    reached = facts.reached.to_bytes(facts.engine.mesh.size // 8 + 1, "little")
    kept = _kept(facts, len(credentials))
    places = [
        place
        for place, each in enumerate(credentials)
        if each.id not in kept
        and (node := nodes.get(each.id)) is not None
        and not reached[node >> 3] >> (node & 7) & 1
    ]
    opened = _opened(facts, [credentials[place].id for place in places])
    places = [place for place in places if opened[credentials[place].id]]
    orphaned = list(map(credentials.__getitem__, places))
    subjects = [each.id for each in orphaned]
    systems = list(map(opened.__getitem__, subjects))
    return Cases(
        subjects,
        ["medium"] * len(subjects),
        Telling(_told, orphaned, systems, facts.first_elements("system", systems)),
        [()] * len(subjects),
        granted_actions_of(facts, subjects),
        places,
    )


def _kept(facts: Facts, number: int) -> Container[str]:
    """The credentials in custody, to be asked of so many."""
    if number <= _FEW_ASKED:
        return facts.relations.at("custody", "credential")
    return facts.relations.named("custody", "credential")


def _opened(facts: Facts, names: Sequence[str]) -> dict[str, list[str]]:
    """The systems that these credentials open, by id."""
    if len(names) <= _FEW_ASKED:
        return {
            each: [grant.system for grant in facts.related("grant", "credential", each)] for each in names
        }
    found: dict[str, list[str]] = {each: [] for each in names}
    for credential, system in [key for key in facts.snapshot.grant if key[0] in found]:
        found[credential].append(system)
    return {each: sorted(systems) for each, systems in found.items()}


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
