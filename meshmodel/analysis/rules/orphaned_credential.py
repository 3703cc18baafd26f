"""A credential that still opens something, and that nobody uses."""

from collections.abc import Iterator
from functools import partial

from meshmodel.analysis.results import Told
from meshmodel.analysis.rules.base import Case, Facts, Rule
from meshmodel.analysis.rules.phrases import lit, titles


def _find(facts: Facts) -> Iterator[Case]:
    """In custody is whatever a system stores or issues, bound or not, in somebody's reach or not.

    Whoever reaches a copy of a credential has it from an agent that reaches the credential itself.
    """
    kept = {credential for _, credential in facts.snapshot.custody}
    reach, first = facts.reaches.full, facts.mesh.first_credential
    for number, name in enumerate(facts.mesh.credentials):
        if not reach[first + number] and name not in kept and facts.grants_of.get(name):
            yield Case(name, "medium", partial(_told, facts, name), actions=facts.granted[name])


def _told(facts: Facts, credential: str) -> Told:
    opened = sorted(each.system for each in facts.grants_of[credential])
    return Told(
        f"{facts.snapshot.credential[credential].title} opens {titles(facts.snapshot, 'system', opened)}, "
        "but no active agent comes to it and no system keeps it",
        (("credential", credential), *lit("system", opened)),
    )


RULE = Rule(
    id="orphaned-credential",
    severity="medium",
    detects="A credential is accepted somewhere, and no active agent reaches it and no system keeps it",
    remedy="Revoke it; or draw who uses it",
    references=("NHI1:2025", "SP 800-53 AC-2"),
    false_positives="Somebody outside the drawing uses it",
    find=_find,
)
