"""What intents excuse, for many agents at once (section 6)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from meshmodel.analysis.pairs.columns import Columns, Flags, Numbers, among, flags, found, numbers, places
from meshmodel.analysis.pairs.counting import (
    GOES_HOME,
    RANK_FROM_HOME,
    RANK_OF,
    Agents,
    sorts_of_accesses,
    sorts_of_sources,
)
from meshmodel.analysis.steps import Mesh, implied_mask
from meshmodel.model.records import Intent
from meshmodel.model.snapshot import Snapshot


def can_excuse(snapshot: Snapshot, intents: Iterable[Intent]) -> list[Intent]:
    """The intents of active agents to systems whose log can tell who did something, by agent."""
    agents, systems = snapshot.agent, snapshot.system
    some = [each for each in intents if agents[each.agent].is_active and systems[each.system].audit != "none"]
    return sorted(some, key=lambda each: each.agent)


class Intended:
    """Intents as columns, in the order of the numbers of their agents.

    Attributes:
        agent, system: their numbers.
        actions: the actions that they cover, as five bits.
        home: whether home is a source that they name.
        nearby: whether they name the systems in the home zone.
        named: the other systems that they name, each by the place of the intent and its number; sorted.
    """

    def __init__(self, mesh: Mesh, intents: Sequence[Intent]) -> None:
        records, systems = mesh.snapshot.agent, mesh.system_number
        self.systems = len(systems)
        self.agent = numbers([mesh.agent_node[each.agent] - mesh.first_agent for each in intents])
        self.system = numbers([systems[each.system] for each in intents])
        self.actions = numbers([implied_mask(each.actions) for each in intents])
        self.nearby = flags(each.from_ is None for each in intents)
        self.home = flags(
            records[each.agent].home is not None if each.from_ is None else "home" in each.from_
            for each in intents
        )
        self.named = np.sort(
            numbers(
                [
                    place * self.systems + systems[name]
                    for place, each in enumerate(intents)
                    for name in each.from_ or ()
                    if name != "home"
                ]
            )
        )


@dataclass(frozen=True, slots=True)
class Meant:
    """Accesses that are open for agents and that an intent covers, in order.

    Attributes:
        key: the agent and the access.
        owner, access: likewise.
        state: 2 if the credential of an open door was picked up, else 1.
        intent: the place of the intent.
    """

    key: Numbers
    owner: Numbers
    access: Numbers
    state: Numbers
    intent: Numbers


@dataclass(frozen=True, slots=True)
class Coming:
    """Sources from which there is a crossing to some accesses of agents; -1 for home.

    Attributes:
        place: the place of the access.
        source: the system.
        excused: whether an intent names it, and outsiders do not write there.
    """

    place: Numbers
    source: Numbers
    excused: Flags


def meant(intended: Intended, first: int, after: int, keys: Numbers, state: Numbers, size: int) -> Meant:
    """What is open for some agents and meant.

    Args:
        intended: all intents.
        first: the number of the first agent;
        after: the number after the last one.
        keys: what they reach, by the agent and the access, sorted;
        state: and the state of the doors there, 0 where none is open.
        size: the number of nodes.
    """
    begin, end = np.searchsorted(intended.agent, (first, after))
    place = np.arange(begin, end)
    key, intent = [], []
    for action in range(5):
        some = place[intended.actions[begin:end] >> action & 1 > 0]
        key.append((intended.agent[some] - first) * size + 5 * intended.system[some] + action)
        intent.append(some)
    wanted, intents = np.concatenate(key), np.concatenate(intent)
    where, there = found(wanted, keys)
    there[there] = state[where[there]] > 0
    order = np.flatnonzero(there)[np.argsort(wanted[there])]
    wanted = wanted[order]
    return Meant(wanted, *np.divmod(wanted, size), state[where[order]], intents[order])


def coming(columns: Columns, agents: Agents, intended: Intended, some: Meant) -> Coming:
    """The sources that come to what is meant."""
    order = np.argsort(agents.owner, kind="stable")
    counts = np.bincount(agents.owner, minlength=agents.number)
    begins = np.cumsum(counts) - counts
    place, where = places(begins[some.owner], counts[some.owner])
    source, intent = agents.source[order[where]], some.intent[place]
    home, zone = agents.home[some.owner[place]], columns.zone[source]
    excused = among(intent * intended.systems + source, intended.named)
    excused |= intended.nearby[intent] & (zone == home)
    excused &= ~columns.untrusted[source]
    target = columns.zone[some.access[place] // 5]
    allowed = GOES_HOME[sorts_of_sources(columns, source), sorts_of_accesses(columns, some.access[place], 0)]
    crosses = (zone != target) & ((target != home) | allowed)
    home = agents.home[some.owner]
    at = np.flatnonzero((home >= 0) & (home != columns.zone[some.access // 5]))
    return Coming(
        np.concatenate((place[crosses], at)),
        np.concatenate((source[crosses], np.full(len(at), -1))),
        np.concatenate((excused[crosses], intended.home[some.intent[at]])),
    )


def ranks_of(
    columns: Columns, agents: Agents, owner: Numbers, source: Numbers, access: Numbers, picked: Flags
) -> Numbers:
    """How severe crossings are; -1 for home as the source."""
    sort = sorts_of_accesses(columns, access, picked)
    ranks = RANK_OF[agents.steered[owner] * 1, sorts_of_sources(columns, source), sort]
    return np.where(source < 0, RANK_FROM_HOME[sort], ranks)
