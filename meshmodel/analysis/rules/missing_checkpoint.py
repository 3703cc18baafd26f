"""A door: somebody comes from elsewhere and acts, and nobody is asked (``docs/semantics.md#crossings``)."""

from functools import partial
from itertools import islice

from meshmodel.analysis.crossing import crosses_within
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.graph import bits, union
from meshmodel.analysis.results import Door, FindingText
from meshmodel.analysis.rules.base import FEW, Case, Cases, Rule, can, relation, titles
from meshmodel.model.rule_cards import DOOR
from meshmodel.model.vocabulary import action_mask, actions_of


def _find(engine: Engine) -> Cases:
    for door in engine.missing:
        yield Case(
            door.subject, door.severity, partial(_finding_text, engine, door), door.agents, door.actions
        )


def _finding_text(engine: Engine, door: Door) -> FindingText:
    snapshot = engine.snapshot
    credential, system = snapshot.credential[door.credential], snapshot.system[door.system]
    identity = "" if credential.identity is None else f" as {credential.identity}"
    intended = "; or declare each path through this grant intended" if _can_be_intended(engine, door) else ""
    opened = _unapproved(engine, door)
    does, each = _deeds(engine, door, opened)
    return FindingText(
        f"{titles(snapshot, 'agent', door.agents)} can {does} {system.title}{identity}, coming "
        f"from {_where(engine, door, opened)} with {credential.title}, and nobody is asked{each}",
        relation("grant", (credential.id, system.id), door.agents),
        f"Place a decision for each action on {credential.title} > {system.title}, made where no agent has "
        f"power{intended}",
    )


def _unapproved(engine: Engine, door: Door) -> dict[int, int]:
    """By action, the starts for which the door is open and not approved."""
    mesh, doors, system = engine.mesh, engine.doors, engine.mesh.system[door.system]
    keys = set(mesh.nodes_of(door.credential)).intersection(doors.credentials(system))
    return {
        action: union(doors.at(each, system, action)[1] for each in keys)
        for action in bits(action_mask(door.actions))
    }


def _deeds(engine: Engine, door: Door, opened: dict[int, int]) -> tuple[str, str]:
    """What all the agents can do; where they differ, that they reach it, and what each of them can do."""
    doing = {action: engine.doors.fold(starts) for action, starts in opened.items()}
    if len(set(doing.values())) == 1:
        return can(door.actions), ""
    alike = {0: union(doing.values())}
    for action, agents in doing.items():
        halves = [(mask, 1 << action, some & agents, some & ~agents) for mask, some in alike.items()]
        alike = {mask | bit: does for mask, bit, does, _ in halves if does}
        alike |= {mask: others for mask, _, _, others in halves if others}
    each = [
        f"{_some(engine, agents)} can {can(actions_of(mask))}"
        for mask, agents in sorted(alike.items(), key=lambda pair: pair[1] & -pair[1])
    ]
    return "reach", f": {'; '.join(each)}"


def _some(engine: Engine, agents: int) -> str:
    """What people call some agents."""
    first = [engine.mesh.agents[each] for each in islice(bits(agents), FEW)]
    return titles(engine.snapshot, "agent", first, total=agents.bit_count())


def _can_be_intended(engine: Engine, door: Door) -> bool:
    """Whether intents can approve all ways through a door."""
    mesh, doors, system = engine.mesh, engine.doors, engine.mesh.system[door.system]
    arriving = engine.arrivals.at(system)
    return mesh.traceable[system] and not any(
        doors.at(each, system, action)[1] & ~doors.can_be_meant(each, 5 * system + action, arriving[action])
        for each in set(mesh.nodes_of(door.credential)).intersection(doors.credentials(system))
        for action in bits(action_mask(door.actions))
    )


def _where(engine: Engine, door: Door, opened: dict[int, int]) -> str:
    """Where the agents come from: another zone, systems of the same one, or both."""
    mesh, arrivals, system = engine.mesh, engine.arrivals, engine.mesh.system[door.system]
    elsewhere, near = False, set[int]()
    for action, starts in opened.items():
        elsewhere = elsewhere or bool(starts & arrivals.from_other_zones(system, action))
        is_near = starts & arrivals.from_own_zone(system, action)
        for each in mesh.in_zone[mesh.zone[system]] if is_near else ():
            leading = (
                some
                for source, some in arrivals.as_sources(each)
                if crosses_within(source, mesh.traits[system], action)
            )
            if each != system and union(leading) & starts:
                near.add(each)
    if not near:
        return "another zone"
    names = titles(engine.snapshot, "system", [mesh.systems[each] for each in sorted(near)])
    return f"another zone, or from {names} of the same zone," if elsewhere else f"{names} of the same zone"


RULE = Rule(
    id=DOOR,
    severity="of the door: by the target, outsiders' words, and what is picked up or carried out",
    detects="Unasked, an agent acts that comes from another zone, or with outsiders' words or private data",
    remedy="Place a decision for each action on the grant, where no agent has power; or declare "
    "the intent, where the agents hold the credential, the target logs, and outsiders can cause little",
    cites="ASI03:2026; NHI5:2025; NHI8:2025; SP 800-207 tenet 3; SP 800-207 tenet 6; CSF 2.0 PR.AA-05; "
    "SP 800-53 AC-3; SP 800-53 AC-4; SP 800-53 IA-11; CWE-862; AISVS v1.0-C9.5.6; AISVS v1.0-C9.5.1; "
    "MCP servers: AISVS v1.0-C10.2.5; ATLAS AML.T0053; LLM03:2026",
    false_positives="The path is intended: declare it. The target decides by itself: draw that decision. The "
    "zones are one trust domain: draw one",
    find=_find,
)
