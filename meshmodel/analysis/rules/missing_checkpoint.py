"""A door: somebody comes from elsewhere and acts, and nobody is asked (section 6)."""

from collections.abc import Iterator
from functools import partial

from meshmodel.analysis.bitset import bits, union
from meshmodel.analysis.crossing import crosses_within
from meshmodel.analysis.results import Door, Told
from meshmodel.analysis.rules.base import Case, Facts, Rule
from meshmodel.analysis.rules.phrases import can, relation, titles
from meshmodel.model.actions import action_mask


def _find(facts: Facts) -> Iterator[Case]:
    for door in facts.doors:
        yield Case(door.subject, door.severity, partial(_told, facts, door), door.agents, door.actions)


def _told(facts: Facts, door: Door) -> Told:
    snapshot = facts.snapshot
    credential, system = snapshot.credential[door.credential], snapshot.system[door.system]
    identity = "" if credential.identity is None else f" as {credential.identity}"
    return Told(
        f"{titles(snapshot, 'agent', door.agents)} can {can(door.actions)} {system.title}{identity}, coming "
        f"from {_where(facts, door)} with {credential.title}, and nobody is asked",
        relation("grant", (credential.id, system.id), door.agents),
        f"Place a decision for each action on {credential.title} > {system.title}, made where no agent has "
        "power; or declare the path intended, where no outsider's words can instruct the agent",
    )


def _where(facts: Facts, door: Door) -> str:
    """Where the agents come from: another zone, or systems of the same one."""
    engine, mesh = facts.engine, facts.mesh
    system, credential = mesh.system[door.system], mesh.first_credential + mesh.credential[door.credential]
    keys = {credential, *mesh.sessions.copies_of.get(credential, ())}.intersection(
        engine.doors.credentials(system)
    )
    elsewhere, near = False, set[int]()
    for action in bits(action_mask(door.actions)):
        starts = union(engine.doors.at(each, system, action)[1] for each in keys)
        outside = engine.arrivals.from_other_zones(system, action)
        elsewhere = elsewhere or bool(starts & outside)
        near |= set(_sources_near(facts, system, action, starts & ~outside))
    names = titles(facts.snapshot, "system", [mesh.systems[each] for each in sorted(near)])
    if not near:
        return "another zone"
    return f"another zone, or from {names} of the same zone," if elsewhere else f"{names} of the same zone"


def _sources_near(facts: Facts, system: int, action: int, starts: int) -> Iterator[int]:
    """The systems of a target's zone from which some starts have a crossing to it."""
    mesh, sources = facts.mesh, facts.engine.starts.sources
    for number in facts.in_zone[mesh.zone[system]] if starts else ():
        if number != system and sources.get(number, 0) & starts:
            source = facts.reaches.as_source[number]
            if crosses_within(source, mesh.traits[system], action):
                yield number


RULE = Rule(
    id="missing-checkpoint",
    severity=(
        "of the door: from the sensitivity of what is read or the integrity of what is acted on, outsiders' "
        "words, a credential picked up, and confidential data carried out"
    ),
    detects=(
        "A credential opens a system to whoever comes from another zone, or is led there by outsiders' words "
        "or with confidential data in the same one, and no fresh authorization decision is made there"
    ),
    remedy="Place a decision for each action on the grant, where no agent has power, or declare the intent",
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
        "The path is intended, in scope and traceable: declare an intent. The target decides by itself for "
        "each action: draw that decision as a checkpoint. The zones are one trust domain: put the systems in "
        "one"
    ),
    find=_find,
)
