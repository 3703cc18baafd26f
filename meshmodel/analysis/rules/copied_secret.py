"""One secret kept in several places."""

from collections.abc import Sequence

from meshmodel.analysis.reached import lit, told
from meshmodel.analysis.results import Told
from meshmodel.analysis.rules.base import Cases, Facts, Rule, Telling
from meshmodel.analysis.rules.granted import granted_actions_of
from meshmodel.analysis.rules.several import several
from meshmodel.model.records import Credential, System


def _many(facts: Facts, credentials: Sequence[Credential]) -> Cases:
    """Secrets managers and bound credentials too: each copy must be found when it is to be changed."""
    places, keeping = several(
        facts,
        credentials,
        "custody",
        lambda custodies: (key for key, each in custodies.items() if each.how == "stores"),
    )
    copied = list(map(credentials.__getitem__, places))
    subjects = [each.id for each in copied]
    return Cases(
        subjects,
        ["medium"] * len(copied),
        Telling(_told, copied, keeping, facts.first_elements("system", keeping)),
        [()] * len(copied),
        granted_actions_of(facts, subjects),
        places,
    )


def _told(credential: Credential, systems: tuple[str, ...], some: tuple[System, ...]) -> Told:
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
    many=_many,
    near=frozenset(),
)
