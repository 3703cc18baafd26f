"""One secret kept in several places."""

from collections import defaultdict
from collections.abc import Iterator
from functools import partial

from meshmodel.analysis.results import Told
from meshmodel.analysis.rules.base import Case, Facts, Rule
from meshmodel.analysis.rules.phrases import lit, titles
from meshmodel.model.snapshot import Snapshot


def _find(facts: Facts) -> Iterator[Case]:
    """Secrets managers and bound credentials too: each copy must be found when it is to be changed."""
    keeping: defaultdict[str, list[str]] = defaultdict(list)
    for custody in facts.snapshot.custody.values():
        if custody.how == "stores" and custody.credential in facts.mesh.credential:
            keeping[custody.credential].append(custody.system)
    for name, systems in keeping.items():
        if len(systems) > 1:
            tell = partial(_told, facts.snapshot, name, systems)
            yield Case(name, "medium", tell, actions=facts.granted[name])


def _told(snapshot: Snapshot, credential: str, systems: list[str]) -> Told:
    systems = sorted(systems)
    return Told(
        f"{snapshot.credential[credential].title} is kept in {titles(snapshot, 'system', systems)}: whoever "
        "changes it must find every copy",
        (
            ("credential", credential),
            *(("custody", (each, credential)) for each in systems[:2]),
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
    find=_find,
)
