"""How agents come to the credential of a missing checkpoint, and this in sentences.

A sentence says of an agent that it acts with a credential only where the agent itself holds it, finds it, is
issued it or exchanges another for it. Others act through an agent that does.
"""

from collections.abc import Iterator
from typing import NamedTuple

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.graph import bits, bitset, union
from meshmodel.analysis.results import Door
from meshmodel.analysis.rules.base import joined, titles
from meshmodel.model.vocabulary import ISSUE

Way = tuple[str, str]
"""``finds`` and a system, ``is issued`` and a system, or ``exchanges`` and a credential."""


class Access(NamedTuple):
    """Who uses a grant, by how they come to its credential without a checkpoint.

    Attributes:
        holders: the agents that hold it, or come to it themselves.
        gains: of those that do not hold it how they come to it, and which come to it so.
        through: the agents that act through another one, by that other one; ``None``: not known which.
    """

    holders: tuple[str, ...]
    gains: tuple[tuple[tuple[Way, ...], tuple[str, ...]], ...]
    through: tuple[tuple[str | None, tuple[str, ...]], ...]


def access_of(engine: Engine, credential: str, names: tuple[str, ...]) -> Access:
    """How the agents of a missing checkpoint come to its credential; the same for each system of both."""
    mesh, own = engine.mesh, engine.reaches.own_unchecked
    agents = bitset([mesh.agent[each] for each in names])
    nodes = mesh.in_hand(credential)
    having = union(own[node] for node in nodes)
    gains = _gains(engine, nodes, having & agents)
    return Access(
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


def access_sentences(engine: Engine, access: Access, door: Door, does: str, where: str) -> list[str]:
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


def _gain_clause(engine: Engine, access: Access) -> str:
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
