"""An agent acts across a trust boundary, and no checkpoint decides (``docs/semantics.md#paths``)."""

from collections.abc import Callable, Iterable
from functools import cache, partial
from itertools import islice
from typing import Final

from meshmodel.analysis.crossing import crosses_within
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.graph import bits, union
from meshmodel.analysis.results import Door, FindingText
from meshmodel.analysis.rules.access import Access, access_of, access_sentences
from meshmodel.analysis.rules.base import FEW, Case, Cases, Rule, can, joined, relation, titles
from meshmodel.model.rule_cards import DOOR
from meshmodel.model.vocabulary import Action, action_mask, actions_of

_NOUNS: Final[dict[Action, str]] = {"execute": "execution", "issue": "issued credential", "admin": "change"}
"""What an action is called, where its name is not its noun."""


def _find(engine: Engine) -> Cases:
    access = cache(partial(access_of, engine))
    for door in engine.missing:
        text = partial(_finding_text, engine, access, door)
        yield Case(door.subject, door.severity, text, door.agents, door.actions)


def _finding_text(
    engine: Engine, access: Callable[[str, tuple[str, ...]], Access], door: Door
) -> FindingText:
    snapshot = engine.snapshot
    credential, system = snapshot.credential[door.credential], snapshot.system[door.system]
    opened = _unapproved(engine, door)
    does, each = _deeds(engine, door, opened)
    intended = " Or mark it as intended." if _can_be_intended(engine, door) else ""
    one = len(door.agents) == 1
    who, where = access(door.credential, door.agents), _where(engine, door, opened)
    message, *more = access_sentences(engine, who, door, does, where)
    may = f"No checkpoint decides whether {'it' if one else 'they'} may."
    return FindingText(
        message,
        relation("grant", (credential.id, system.id), door.agents),
        f"Require a decision for each {_nouns(door.actions)}: a policy check or a person's approval, "
        "enforced "
        f"where {titles(snapshot, 'agent', door.agents) if one else 'they'} cannot change it.{intended}",
        named=f"{credential.title} → {system.title}",
        more=" ".join([*more, *each, may]),
    )


def _nouns(actions: Iterable[Action]) -> str:
    """What each of some actions is called: ``read and write``."""
    return joined([_NOUNS.get(each, each) for each in actions])


def _unapproved(engine: Engine, door: Door) -> dict[int, int]:
    """By action, the starts for which the door is open and not approved."""
    mesh, doors, system = engine.mesh, engine.doors, engine.mesh.system[door.system]
    keys = set(mesh.nodes_of(door.credential)).intersection(doors.credentials(system))
    return {
        action: union(doors.at(each, system, action)[1] for each in keys)
        for action in bits(action_mask(door.actions))
    }


def _deeds(engine: Engine, door: Door, opened: dict[int, int]) -> tuple[str, list[str]]:
    """What all the agents can do; where they differ, that they reach it, and what each of them can do."""
    doing = {action: engine.doors.fold(starts) for action, starts in opened.items()}
    if len(set(doing.values())) == 1:
        return can(door.actions), []
    alike = {0: union(doing.values())}
    for action, agents in doing.items():
        halves = [(mask, 1 << action, some & agents, some & ~agents) for mask, some in alike.items()]
        alike = {mask | bit: does for mask, bit, does, _ in halves if does}
        alike |= {mask: others for mask, _, _, others in halves if others}
    each = [
        f"{_some(engine, agents)} can {can(actions_of(mask))}"
        for mask, agents in sorted(alike.items(), key=lambda pair: pair[1] & -pair[1])
    ]
    return "reach", [f"{'; '.join(each)}."]


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
        return "from another zone"
    names = titles(engine.snapshot, "system", [mesh.systems[each] for each in sorted(near)])
    after = f"after reading {names} in the same zone"
    return f"from another zone, or {after}" if elsewhere else after


RULE = Rule(
    id=DOOR,
    title="Missing checkpoint",
    why="A tricked agent acts freely here.",
    severity="that of its worst path: by the target, untrusted content, what is found and what can be "
    "sent out",
    detects="An agent acts across a trust boundary, or with untrusted content or private data, and no "
    "checkpoint decides",
    remedy="Require a decision for each action: a policy check or a person's approval, enforced where the "
    "agent cannot change it. Or mark the access as intended.",
    cites="ASI03:2026; NHI5:2025; NHI8:2025; SP 800-207 tenet 3; SP 800-207 tenet 6; CSF 2.0 PR.AA-05; "
    "SP 800-53 AC-3; SP 800-53 AC-4; SP 800-53 IA-11; CWE-862; AISVS v1.0-C9.5.6; AISVS v1.0-C9.5.1; "
    "MCP servers: AISVS v1.0-C10.2.5; ATLAS AML.T0053; LLM03:2026",
    false_positives="The access is intended: mark it so. The target decides by itself: model that "
    "checkpoint. The "
    "zones are one trust zone: model one",
    find=_find,
)
