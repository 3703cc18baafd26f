"""Toxic flows (section 9): outsiders' words, confidential data and a way out in the hands of one agent.

Used by the rule and by the minimum fix, so the definition lies here alone. ``toxic_agents`` says which agents
have one. Its parts are ``private_reads``, ``ways_out`` and ``heard_reads`` or ``open_triggers``: an access
counts for an agent that, alone as the start, comes there unchecked (``reaches.alone.reach[access]``), and a
read only for one that also can read the system as a source (``reads``). One system may play several parts.
"""

from collections import defaultdict
from collections.abc import Iterator

from meshmodel.analysis.bitset import once_and_again, union
from meshmodel.analysis.crossing import carries_out
from meshmodel.analysis.graph import Step
from meshmodel.analysis.mesh import Mesh
from meshmodel.analysis.nodes import CONFIDENTIAL
from meshmodel.analysis.reach import Reaches
from meshmodel.model.actions import READ, WRITE


def toxic_agents(reaches: Reaches) -> int:
    """The agents with a toxic flow, as bits."""
    mesh = reaches.mesh
    possible = mesh.words.instructed & ~mesh.persons
    told = union(agents for _, agents in hearers(reaches)) & possible
    return _leaking(reaches, told) if told else 0


def reads(reaches: Reaches, system: int) -> int:
    """The agents that read a system unchecked, and can read it as a source."""
    read = 5 * system + READ
    return reaches.alone.reach[read] & reaches.readable[read]


def private_reads(mesh: Mesh) -> Iterator[int]:
    """The reads of systems that are confidential or above."""
    for system, traits in enumerate(mesh.traits):
        if traits.sensitivity >= CONFIDENTIAL:
            yield 5 * system + READ


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
        if mesh.words.triggered(read // 5) >> agent & 1:
            step = read - READ + WRITE, mesh.first_agent + agent
            if step not in reaches.checkpoints.guards or _opened(reaches, step):
                yield step


def _opened(reaches: Reaches, step: Step) -> bool:
    """Whether the outsider has power over all checkpoints on a guarded step."""
    return bool(reaches.checkpoints.opened(step, reaches.outsider.power))


def hearers(reaches: Reaches) -> Iterator[tuple[int, int]]:
    """The heard systems, each with the agents that outsiders' words come to there: that read it, or that it
    triggers.
    """
    mesh = reaches.mesh
    guarded: defaultdict[int, list[Step]] = defaultdict(list)
    for step in reaches.checkpoints.guards:
        if step[0] < mesh.first_credential and step[1] >= mesh.first_agent:
            guarded[step[0]].append(step)
    for read in heard_reads(reaches):
        system = read // 5
        triggered = mesh.words.triggered(system)
        for step in guarded.get(5 * system + WRITE, ()):
            if not _opened(reaches, step):
                triggered &= ~(1 << step[1] - mesh.first_agent)
        yield system, triggered | reads(reaches, system)


def _leaking(reaches: Reaches, possible: int) -> int:
    """Of some agents, those that read what is confidential or above and have a way out for it."""
    mesh, reach = reaches.mesh, reaches.alone.reach
    shown: defaultdict[str | None, int] = defaultdict(int)
    for target, traits in enumerate(mesh.traits):
        for action in range(5):
            if traits.exposes(action):
                shown[traits.person] |= reach[5 * target + action] & possible
    anywhere, several = once_and_again(shown.values())
    by_person: defaultdict[str | None, int] = defaultdict(int)
    for read in private_reads(mesh):
        by_person[reaches.as_source[read // 5].person] |= reads(reaches, read // 5) & possible
    # A way out to what belongs to the same person is none.
    return union(
        some & (anywhere if person is None else several | anywhere & ~shown.get(person, 0))
        for person, some in by_person.items()
    )
