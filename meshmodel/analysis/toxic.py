"""Toxic flows: an agent that outsiders' words move reads confidential data, and a door out is open.

See ``docs/rules.md``.

The rule and the minimum fix share this definition. An access counts for an agent that, alone as the start,
comes there unchecked (``reaches.alone``), and a read only for one that also can read the system as a source
(``reads``). One system may play several parts.
"""

from collections import defaultdict
from collections.abc import Iterator

from meshmodel.analysis.crossing import carries_out, source_of
from meshmodel.analysis.reach import Reaches
from meshmodel.model.vocabulary import READ


def reads(reaches: Reaches, system: int) -> int:
    """The agents that read a system unchecked, and can read it as a source."""
    read = 5 * system + READ
    return reaches.alone.reach[read] & reaches.readable[read]


def told_apart(reaches: Reaches) -> list[list[int]]:
    """The systems that are confidential or above, those together that leave by the same ways."""
    found, mesh = defaultdict[tuple[object, ...], list[int]](list), reaches.mesh
    for system in mesh.private:
        found[mesh.traits[system].person, system if system in mesh.impersonal else None].append(system)
    return list(found.values())


def ways_out(reaches: Reaches, system: int) -> Iterator[int]:
    """The accesses, on any system, that carry out what is read in a system that is confidential or above.

    What one subject of a partitioned system put there may go back, unless others put there too.
    """
    mesh = reaches.mesh
    source = source_of(mesh.traits[system], moves=False)
    for target, traits in enumerate(mesh.traits):
        if target != system or system not in mesh.impersonal:
            for action in range(5):
                if carries_out(source, traits, action):
                    yield 5 * target + action
