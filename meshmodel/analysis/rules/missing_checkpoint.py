"""A door: somebody comes from elsewhere and acts, and nobody is asked (section 6)."""

from collections.abc import Sequence

from meshmodel.analysis.reached import Reaching
from meshmodel.analysis.results import Door, Told
from meshmodel.analysis.rules.base import Cases, Facts, Rule, Telling, can
from meshmodel.model.records import Credential, System


def _many(facts: Facts, doors: Sequence[Door]) -> Cases:
    """There can be ten thousand of them: words can wait."""
    credentials, systems, actions, agents, severities = zip(*doors, strict=True) if doors else ((),) * 5
    told = Telling(
        _told,
        facts.elements("credential", credentials),
        facts.elements("system", systems),
        doors,
        facts.named(agents),
    )
    subjects = list(map(">".join, zip(credentials, systems, strict=True)))
    return Cases(subjects, severities, told, agents, actions, range(len(doors)))


def _told(credential: Credential, system: System, door: Door, who: Reaching) -> Told:
    opened, key = system.title, credential.title
    identity = "" if credential.identity is None else f" as {credential.identity}"
    return Told(
        f"{who.words} can {can(door.actions)} {opened}{identity}, coming from another zone with {key}, and "
        "nobody is asked",
        (
            ("grant", (door.credential, door.system)),
            ("credential", door.credential),
            ("system", door.system),
            *who.lit,
        ),
        f"Place a decision for each action on {key} > {opened}, made where no agent has power; or declare "
        "the path intended, where no outsider's words come along it",
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
    many=_many,
    near=frozenset(),
)
