"""A door: somebody comes from elsewhere and acts, and nobody is asked (section 6)."""

from collections.abc import Iterator

from meshmodel.analysis.results import Door
from meshmodel.analysis.rules.base import Case, Facts, Rule, can


def _of(facts: Facts, door: Door) -> Iterator[Case]:
    credential, system = facts.snapshot.credential[door.credential], facts.snapshot.system[door.system]
    who = facts.who.these(door.agents)
    identity = "" if credential.identity is None else f" as {credential.identity}"
    yield Case(
        subject=door.subject,
        severity=door.severity,
        message=(
            f"{who.words} can {can(door.actions)} {system.title}{identity}, coming from another "
            f"zone with {credential.title}, and nobody is asked"
        ),
        remedy=(
            f"Place a decision for each action on {credential.title} > {system.title}, made where no agent "
            "has power; or declare the path intended, where no outsider's words come along it"
        ),
        about=(
            ("grant", (door.credential, door.system)),
            ("credential", door.credential),
            ("system", door.system),
            *who.lit,
        ),
        agents=door.agents,
        actions=door.actions,
    )


RULE = Rule(
    id="missing-checkpoint",
    severity=(
        "of the door: from the sensitivity of the system, outsiders' words, and a credential picked up"
    ),
    detects=(
        "A credential opens a system in another zone, and no fresh authorization decision is made there"
    ),
    remedy=(
        "Place a decision for each action on the grant, made where no agent has power, or declare the intent"
    ),
    references=(
        "ASI03:2026",
        "NHI5:2025",
        "NHI8:2025",
        "SP 800-207 tenet 3",
        "SP 800-207 tenet 6",
        "CSF 2.0 PR.AA-05",
        "SP 800-53 AC-3",
        "SP 800-53 AC-4",
        "SP 800-53 IA-11",
        "CWE-862",
    ),
    false_positives=(
        "The path is intended, in scope and traceable: declare an intent. The target decides by "
        "itself for each "
        "action: draw that decision as a checkpoint. The zones are one trust domain: put the "
        "systems in one"
    ),
    per="door",
    of=_of,
    near=frozenset(),
)
