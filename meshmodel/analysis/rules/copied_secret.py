"""One secret kept in several places."""

from collections.abc import Iterator
from functools import partial

from meshmodel.analysis.reached import FEW, lit, told
from meshmodel.analysis.results import Told
from meshmodel.analysis.rules.base import Case, Facts, Rule
from meshmodel.analysis.rules.granted import granted_actions
from meshmodel.model.records import Credential, System


def _of(facts: Facts, credential: Credential) -> Iterator[Case]:
    """Secrets managers and bound credentials too: each copy must be found when it is to be changed."""
    custodies = facts.related("custody", "credential", credential.id)
    if len(custodies) < 2 or not credential.is_active:
        return
    systems = [each.system for each in custodies if each.how == "stores"]
    if len(systems) < 2:
        return
    some = tuple([facts.snapshot.system[each] for each in systems[:FEW]])
    told = partial(_told, credential, systems, some)
    yield Case(credential.id, "medium", told, (), granted_actions(facts, credential.id))


def _among(facts: Facts) -> list[Credential]:
    records = facts.snapshot.credential
    return [records[each] for each in facts.relations.shared("custody", "credential")]


def _told(credential: Credential, systems: list[str], some: tuple[System, ...]) -> Told:
    return Told(
        f"{credential.title} is kept in {told([each.title for each in some], len(systems))}: whoever "
        "changes it must find every copy",
        (
            ("credential", credential.id),
            *(("custody", (each, credential.id)) for each in systems[:2]),
            *lit("system", systems),
        ),
    )


RULE = Rule(
    id="copied-secret",
    severity="medium",
    detects="A credential is stored in two or more systems",
    remedy="Keep it in one place from which it is fetched, or give each place a credential of its own",
    references=("NHI2:2025", "NHI9:2025", "SP 800-53 IA-5"),
    false_positives="The places are replicas of one store that are changed together: draw them as one system",
    per="credential",
    of=_of,
    among=_among,
    near=frozenset(),
)
