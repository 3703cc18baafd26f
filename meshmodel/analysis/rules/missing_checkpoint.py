"""An agent acts across a trust boundary, and no checkpoint decides (``docs/semantics.md#paths``).

A sentence says of an agent that it acts with a credential only where the agent itself holds it, finds it, is
issued it or exchanges another for it. Others act through an agent that does.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from itertools import islice
from typing import Final, NamedTuple

from meshmodel.analysis.crossing import crosses_within
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.graph import bits, bitset, union
from meshmodel.analysis.results import Door, FindingText
from meshmodel.analysis.rules.base import FEW, Case, Cases, Rule, can, joined, relation, titles
from meshmodel.model.rule_cards import DOOR
from meshmodel.model.vocabulary import ISSUE, Action, action_mask, actions_of

Way = tuple[str, str]
"""``finds`` and a system, ``is issued`` and a system, or ``exchanges`` and a credential."""


class CredentialUsers(NamedTuple):
    """Who uses a grant, by how they come to its credential without a checkpoint.

    Attributes:
        holders: the agents that hold it, or come to it themselves.
        gains: of those that do not hold it how they come to it, and which come to it so.
        through: the agents that act through another one, by that other one; ``None``: not known which.
    """

    holders: tuple[str, ...]
    gains: tuple[tuple[tuple[Way, ...], tuple[str, ...]], ...]
    through: tuple[tuple[str | None, tuple[str, ...]], ...]


def access_of(engine: Engine, credential: str, names: tuple[str, ...]) -> CredentialUsers:
    """How the agents of a missing checkpoint come to its credential; the same for each system of both."""
    mesh, own = engine.mesh, engine.reaches.own_unchecked
    agents = bitset([mesh.agent[each] for each in names])
    nodes = mesh.in_hand(credential)
    having = union(own[node] for node in nodes)
    gains = _gains(engine, nodes, having & agents)
    return CredentialUsers(
        mesh.names(having & agents),
        tuple((ways, mesh.names(some)) for ways, some in gains.items() if ways),
        tuple((by, mesh.names(some)) for by, some in _through(engine, having, agents & ~having)),
    )


def _through(engine: Engine, having: int, others: int) -> Iterator[tuple[str | None, int]]:
    """Of other agents those that come to one that has the credential; each of them once."""
    mesh, reach = engine.mesh, engine.reaches.alone.reach
    for each in bits(having) if others else ():
        some = union(reach[node] for node in mesh.sessions_of(each)) & others
        if some:
            yield mesh.agents[each], some
            others &= ~some
    if others:
        yield None, others


def _gains(engine: Engine, nodes: list[int], agents: int) -> dict[tuple[Way, ...], int]:
    """Agents by the ways in which they come to a credential themselves; with no way: who holds it."""
    mesh, own, guards = engine.mesh, engine.reaches.own_unchecked, engine.checkpoints.guards
    entering = [(kind, leaves) for node in nodes for kind, leaves in engine.reaches.yielding.get(node, ())]
    held = bitset([leaves - mesh.first_agent for kind, leaves in entering if kind == "hold"])
    found: dict[tuple[Way, ...], int] = {(): agents & ~held} if agents & ~held else {}
    for kind, leaves in entering:
        if kind == "hold" or any((leaves, node) in guards for node in nodes):
            continue
        way, split = _way(engine, kind, leaves), dict[tuple[Way, ...], int]()
        for ways, before in found.items():
            more = ways if way in ways else (*ways, way)
            for key, some in ((more, before & own[leaves]), (ways, before & ~own[leaves])):
                if some:
                    split[key] = split.get(key, 0) | some
        found = split
    return found


def _way(engine: Engine, kind: str, leaves: int) -> Way:
    mesh = engine.mesh
    if kind == "custody":
        return ("is issued" if leaves % 5 == ISSUE else "finds"), mesh.systems[leaves // 5]
    return "exchanges", mesh.named.get(leaves) or mesh.name(leaves)


def access_sentences(engine: Engine, access: CredentialUsers, door: Door, does: str, where: str) -> list[str]:
    """Who can do what where, and how they come to that; in sentences.

    Args:
        engine: of the model.
        access: who uses its credential.
        door: a missing checkpoint.
        does: what they can do, in the words of ``can``.
        where: where they come from.
    """
    snapshot = engine.snapshot
    credential, system = snapshot.credential[door.credential], snapshot.system[door.system]
    identity = "" if credential.identity is None else f"as {credential.identity} "
    using, target = f", {identity}with {credential.title}", f"{does} {system.title}"
    sentences = []
    if access.holders:
        who, clause = titles(snapshot, "agent", access.holders), _gain_clause(engine, access)
        sentences.append(f"{who} can {target} {where}{using}{clause}.")
    for by, agents in access.through:
        who = titles(snapshot, "agent", agents)
        through = "through another agent" if by is None else f"through {snapshot.agent[by].title}"
        does_so = f"can do so {through}" if sentences else f"can {target} {through} {where}{using}"
        sentences.append(f"{who} {does_so}.")
    return sentences


def _gain_clause(engine: Engine, access: CredentialUsers) -> str:
    """How holders that were not given the credential come to it, as a relative clause."""
    parts = []
    for ways, agents in access.gains:
        is_all, is_one = len(agents) == len(access.holders), len(agents) == 1
        who = titles(engine.snapshot, "agent", agents)
        who = ("it" if is_one else "they") if is_all else who
        how = ways[0][0]
        places = [key for each, key in ways if each == how]
        table = "credential" if how == "exchanges" else "system"
        named, s = titles(engine.snapshot, table, places), "s" * is_one
        parts.append(
            {
                "finds": f"{who} find{s} in {named}",
                "is issued": f"{who} get{s} from {named}",
                "exchanges": f"{who} get{s} in exchange for {named}",
            }[how]
        )
    return f", which {joined(parts)}" if parts else ""


_NOUNS: Final[dict[Action, str]] = {"execute": "execution", "issue": "issued credential", "admin": "change"}
"""What an action is called, where its name is not its noun."""


def _find(engine: Engine) -> Cases:
    access = cache(partial(access_of, engine))
    for door in engine.missing:
        text = partial(_finding_text, engine, access, door)
        yield Case(door.subject, door.severity, text, door.agents, door.actions)


def _finding_text(
    engine: Engine, access: Callable[[str, tuple[str, ...]], CredentialUsers], door: Door
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
        named=(credential.title, system.title),
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
    false_positives=(
        "The access is intended: mark it so",
        "The target decides by itself: model that checkpoint",
        "The zones are one trust zone: model one",
    ),
    find=_find,
)
