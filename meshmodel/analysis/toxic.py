"""Toxic flows (section 9): outsiders' words, confidential data and a way out in the hands of one agent.

The rule and the minimum fix share this definition. An access counts for an agent that, alone as the start,
comes there unchecked (``reaches.alone``), and a read only for one that also can read the system as a source
(``reads``). One system may play several parts.
"""

from collections import defaultdict
from collections.abc import Iterator

from meshmodel.analysis.bitset import once_and_again, union
from meshmodel.analysis.crossing import carries_out
from meshmodel.analysis.graph import Step
from meshmodel.analysis.mesh import Mesh
from meshmodel.analysis.reach import Reaches
from meshmodel.model.actions import READ, WRITE


def toxic_agents(reaches: Reaches) -> int:
    """The agents with a toxic flow, as bits."""
    possible = reaches.mesh.words.instructed & ~reaches.mesh.persons
    told = union(agents for _, agents in hearers(reaches)) & possible
    return _leaking(reaches, told) if told else 0


def reads(reaches: Reaches, system: int) -> int:
    """The agents that read a system unchecked, and can read it as a source."""
    read = 5 * system + READ
    return reaches.alone.reach[read] & reaches.readable[read]


def private_reads(mesh: Mesh) -> Iterator[int]:
    """The reads of systems that are confidential or above."""
    return (5 * system + READ for system in mesh.private)


def ways_out(reaches: Reaches, system: int) -> Iterator[int]:
    """The accesses, on any system, that carry out what is read in a system that is confidential or above."""
    source = reaches.as_source[system]
    for target, traits in enumerate(reaches.mesh.traits):
        for action in range(5):
            if carries_out(source, traits, action):
                yield 5 * target + action


def heard_reads(reaches: Reaches) -> Iterator[int]:
    """The reads of heard systems."""
    return (5 * system + READ for system, heard in enumerate(reaches.heard) if heard)


def open_triggers(reaches: Reaches, agent: int) -> Iterator[Step]:
    """The trigger steps from heard systems to an agent that are unguarded for the outsider."""
    mesh = reaches.mesh
    for read in heard_reads(reaches):
        step = read - READ + WRITE, mesh.first_agent + agent
        if mesh.words.triggered(read // 5) >> agent & 1 and _is_open(reaches, step):
            yield step


def _is_open(reaches: Reaches, step: Step) -> bool:
    """Whether a step is unguarded for the outsider."""
    checkpoints = reaches.checkpoints
    return step not in checkpoints.guards or bool(checkpoints.opened(step, reaches.outsider.power))


def hearers(reaches: Reaches) -> Iterator[tuple[int, int]]:
    """Each heard system with a bit set of agents: those that read it, or that words there trigger."""
    mesh, closed = reaches.mesh, defaultdict[int, int](int)
    for leaves, enters in reaches.checkpoints.guards:
        is_trigger = leaves < mesh.first_credential and leaves % 5 == WRITE and enters >= mesh.first_agent
        if is_trigger and not _is_open(reaches, (leaves, enters)):
            closed[leaves // 5] |= 1 << enters - mesh.first_agent
    for read in heard_reads(reaches):
        system = read // 5
        yield system, mesh.words.triggered(system) & ~closed.get(system, 0) | reads(reaches, system)


def _leaking(reaches: Reaches, possible: int) -> int:
    """Of some agents, those that read what is confidential or above and have a way out for it."""
    mesh, reach = reaches.mesh, reaches.alone.reach
    shown, by_person = defaultdict[str | None, int](int), defaultdict[str | None, int](int)
    for target, traits in enumerate(mesh.traits):
        for action in range(5):
            if traits.exposes(action):
                shown[traits.person] |= reach[5 * target + action] & possible
    for system in mesh.private:
        by_person[reaches.as_source[system].person] |= reads(reaches, system) & possible
    anywhere, several = once_and_again(shown.values())
    # A way out to what belongs to the same person is none.
    return union(
        some & (anywhere if person is None else several | anywhere & ~shown.get(person, 0))
        for person, some in by_person.items()
    )
