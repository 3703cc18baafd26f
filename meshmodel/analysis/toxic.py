"""Toxic flows: outsiders' words, confidential data and a way out in the hands of one agent.

See ``docs/rules.md``.

The rule and the minimum fix share this definition. An access counts for an agent that, alone as the start,
comes there unchecked (``reaches.alone``), and a read only for one that also can read the system as a source
(``reads``). One system may play several parts. A checkpoint on a boundary stops a flow that leaves by it.
"""

from collections import defaultdict
from collections.abc import Iterator

from meshmodel.analysis.bitset import union
from meshmodel.analysis.crossing import carries_out
from meshmodel.analysis.graph import Step
from meshmodel.analysis.mesh import Mesh
from meshmodel.analysis.reach import Reaches
from meshmodel.model.actions import READ, WRITE


def toxic_agents(reaches: Reaches) -> int:
    """The agents with a toxic flow, as bits."""
    possible = reaches.mesh.words.instructed & ~reaches.mesh.persons
    told = union(agents for _, agents in hearers(reaches)) & possible
    if not told:
        return 0
    found = 0
    for systems in told_apart(reaches):
        readers = union(reads(reaches, system) for system in systems) & told & ~found
        if readers:
            found |= union(
                leaking(reaches, systems[0], access, readers) for access in ways_out(reaches, systems[0])
            )
    return found


def reads(reaches: Reaches, system: int) -> int:
    """The agents that read a system unchecked, and can read it as a source."""
    read = 5 * system + READ
    return reaches.alone.reach[read] & reaches.readable[read]


def private_reads(mesh: Mesh) -> Iterator[int]:
    """The reads of systems that are confidential or above."""
    return (5 * system + READ for system in mesh.private)


def told_apart(reaches: Reaches) -> list[list[int]]:
    """The systems that are confidential or above, those together that leave by the same ways."""
    found, mesh = defaultdict[tuple[object, ...], list[int]](list), reaches.mesh
    bounded = {each.zone_from for each in reaches.checkpoints.boundaries}
    for system in mesh.private:
        zone, itself = mesh.zone[system], system if system in mesh.impersonal else None
        found[reaches.as_source[system], zone if zone in bounded else None, itself].append(system)
    return list(found.values())


def ways_out(reaches: Reaches, system: int) -> Iterator[int]:
    """The accesses, on any system, that carry out what is read in a system that is confidential or above.

    What one subject of a partitioned system put there may go back, unless others put there too.
    """
    source, mesh = reaches.as_source[system], reaches.mesh
    for target, traits in enumerate(mesh.traits):
        if target != system or system not in mesh.impersonal:
            for action in range(5):
                if carries_out(source, traits, action):
                    yield 5 * target + action


def gateways(reaches: Reaches, system: int, access: int) -> Iterator[tuple[int, int]]:
    """The checkpoints that what is read in a system passes on a boundary on its way out by an access.

    Each by its number, with the agents for which it is on the way.
    """
    mesh, (target, action) = reaches.mesh, divmod(access, 5)
    for each in reaches.checkpoints.boundaries:
        if each.zone_to == mesh.zone[target] and each.actions >> action & 1:
            passing = -1 if each.zone_from == mesh.zone[system] else mesh.homes.get(each.zone_from, 0)
            yield each.number, passing


def leaking(reaches: Reaches, system: int, access: int, readers: int) -> int:
    """Of some agents that read a system, those that carry that out by an access, asked on no boundary."""
    alone, found = reaches.alone, reaches.alone.reach[access] & readers
    for number, passing in gateways(reaches, system, access) if found else ():
        found &= ~passing | alone.power[number]
    return found


def heard_reads(reaches: Reaches) -> Iterator[int]:
    """The reads of heard systems."""
    return (5 * system + READ for system, heard in enumerate(reaches.heard) if heard)


def open_starts(reaches: Reaches, agent: int) -> Iterator[Step]:
    """The trigger and hearing steps from heard systems to an agent that are unguarded for the outsider."""
    mesh = reaches.mesh
    for read in heard_reads(reaches):
        system = read // 5
        for leaves, entered in (
            (read - READ + WRITE, reaches.started),
            (mesh.ears.get(system, 0), reaches.unjudged),
        ):
            if entered.get(system, 0) >> agent & 1:
                yield leaves, mesh.first_agent + agent


def hearers(reaches: Reaches) -> Iterator[tuple[int, int]]:
    """Each heard system with a bit set of agents: those that read it, or that words there start or steer."""
    for read in heard_reads(reaches):
        system = read // 5
        told = reaches.started.get(system, 0) | reaches.unjudged.get(system, 0)
        yield system, told | reads(reaches, system)
