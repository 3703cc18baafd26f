"""What agents start from in groups of shared rows, put together by what they have in common (section 6)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from meshmodel.analysis.products import taken_off
from meshmodel.analysis.situations import Common, Group, Situation
from meshmodel.analysis.spreads import Start
from meshmodel.analysis.steps import bits, without
from meshmodel.analysis.unchecked import Unchecked

_FEW: Final = 32
"""So many nodes are taken off one by one."""


@dataclass(slots=True, eq=False)
class Share:
    """A group of shared rows with all agents that have it.

    Attributes:
        start: its sources.
        nodes: what is reached from there.
        core: what is reached from there, too, and told by another one.
    """

    start: Start
    nodes: Sequence[int]
    core: Unchecked | None = None


def of_rests(situations: Mapping[Situation, int]) -> list[Share]:
    """The groups that agents have beside what they reach alone.

    Args:
        situations: what agents have in common, and which agents.
    """
    shared: dict[tuple[tuple[Group, ...], bool], int] = {}
    for situation, agents in situations.items():
        key = situation.rest, situation.steered
        if situation.rest:
            shared[key] = shared.get(key, 0) | agents
    having: dict[tuple[Group, bool], int] = {}
    for (rest, steered), agents in shared.items():
        for group in rest:
            having[group, steered] = having.get((group, steered), 0) | agents
    return [_share(group, steered, agents) for (group, steered), agents in having.items()]


def in_common(situations: Mapping[Situation, int]) -> list[Share]:
    """The groups that nearly all agents have, whoever reaches alone what follows there.

    Args:
        situations: what agents have in common, and which agents.
    """
    crowds: dict[tuple[Common, bool], int] = {}
    lacking: dict[tuple[Group, Common, bool], int] = {}
    for situation, agents in situations.items():
        common, steered = situation.common, situation.steered
        crowds[common, steered] = crowds.get((common, steered), 0) | agents
        for group in situation.lacking:
            lacking[group, common, steered] = lacking.get((group, common, steered), 0) | agents
    having: dict[tuple[Group, bool, int], int] = {}
    cores: dict[int, Unchecked] = {}
    for (common, steered), agents in crowds.items():
        core = 0
        if common.core is not None:
            core = id(common.core.unchecked)
            cores[core] = common.core.unchecked
        for group in common.groups:
            key = group, steered, core if group in common.beyond else 0
            some = without(agents, lacking.get((group, common, steered), 0))
            having[key] = having.get(key, 0) | some
    return [
        _share(group, steered, agents, cores.get(core)) for (group, steered, core), agents in having.items()
    ]


def _share(group: Group, steered: bool, agents: int, core: Unchecked | None = None) -> Share:
    start = Start(group.sources, False, steered, group.unchecked.dropped, agents)
    return Share(start, nodes_of(group.unchecked), core)


def nodes_of(unchecked: Unchecked) -> Sequence[int]:
    """The nodes in a row, in any order."""
    return taken_off(unchecked.row, _FEW) or tuple(bits(unchecked.row))


def reaching_alone(situations: Mapping[Situation, int], accesses: int) -> dict[int, int]:
    """For some accesses in what agents have in common the agents that reach them alone.

    Args:
        situations: what agents have in common, and which agents.
        accesses: the accesses.
    """
    found: dict[int, int] = {}
    for situation, agents in situations.items():
        if situation.common.groups:
            for access in bits(situation.twice & accesses):
                found[access] = found.get(access, 0) | agents
    return found
