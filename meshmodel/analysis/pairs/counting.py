"""Crossings counted by what their ends are like, for many agents at once (section 6).

A source is one of eight sorts: its level, and whether it has untrusted input; with whether its agent is
steered that is its class in ``spreads``. An access is one of 32: its level, whether it is exposed, whether
one acts there, and whether a door to it was picked up, as its kind there. How
many crossings there are between two sorts is a product of two tables by agents, less the same by
agents and zones.
"""

from dataclasses import dataclass

import numpy as np

from meshmodel.analysis.pairs.columns import Columns, Flags, Numbers, found, once
from meshmodel.analysis.spreads import HOME, enters_home, severity_of
from meshmodel.model.vocabulary import SEVERITIES, Severity

SOURCES = 8
ACCESSES = 32
RANKS = 5
"""Severities are numbered from 1."""


@dataclass(frozen=True, slots=True)
class Agents:
    """Some agents as columns.

    Attributes:
        home: the zone of each one's home; -1 for none.
        steered: whether any source has untrusted input.
        owner: for each source its agent.
        source: the system.
    """

    home: Numbers
    steered: Flags
    owner: Numbers
    source: Numbers

    @property
    def number(self) -> int:
        """How many there are."""
        return len(self.home)


def sorts_of_sources(columns: Columns, systems: Numbers) -> Numbers:
    """The sort of each system as a source."""
    return columns.level[systems] * 2 + columns.untrusted[systems]


def sorts_of_accesses(columns: Columns, accesses: Numbers, picked: Numbers | Flags | int) -> Numbers:
    """The sort of each access as a target."""
    systems = accesses // 5
    sorts = (columns.level[systems] * 2 + columns.exposed[systems]) * 2 + (accesses % 5 > 0)
    return sorts * 2 + picked


def _goes_home() -> Flags:
    """By sorts of sources and accesses: whether one crosses from a foreign source to home."""
    allowed = np.zeros((SOURCES, ACCESSES), dtype=np.bool_)
    for source, access in np.ndindex(SOURCES, ACCESSES):
        allowed[source, access] = enters_home(source << 1, access)
    return allowed


def _ranks() -> tuple[Numbers, Numbers]:
    """The severity of an open door: by whether the agent is steered and both sorts; and from home."""
    ranks = np.zeros((2, SOURCES, ACCESSES), dtype=np.int64)
    for steered, source, access in np.ndindex(2, SOURCES, ACCESSES):
        ranks[steered, source, access] = rank(severity_of(source << 1 | steered, access))
    home = np.array([rank(severity_of(HOME, access)) for access in range(ACCESSES)], dtype=np.int64)
    return ranks, home


def rank(severity: Severity) -> int:
    """The place of a severity among the four, from 1 on."""
    return SEVERITIES.index(severity) + 1


GOES_HOME = _goes_home()
RANK_OF, RANK_FROM_HOME = _ranks()


def _table(owner: Numbers, sort: Numbers, owners: int, sorts: int) -> Numbers:
    """How many of each sort each owner has."""
    return np.bincount(owner * sorts + sort, minlength=owners * sorts).reshape(owners, sorts)


def crossings(columns: Columns, agents: Agents, owner: Numbers, access: Numbers, sort: Numbers) -> Numbers:
    """How many crossings there are of each severity, by its rank, were the doors to these accesses open.

    Args:
        columns: the mesh.
        agents: the agents with their sources.
        owner: for each access its agent.
        access: the access.
        sort: its sort.
    """
    zone = columns.zone[access // 5]
    source_zone = columns.zone[agents.source]
    source_sort = sorts_of_sources(columns, agents.source)
    pairs = _products(
        agents.steered,
        _table(agents.owner, source_sort, agents.number, SOURCES),
        _table(owner, sort, agents.number, ACCESSES),
    )
    # Where both are in one zone there is no crossing.
    zones = len(columns.zones) + 1
    keys = agents.owner * zones + source_zone
    known = once(keys)
    sources = _table(np.searchsorted(known, keys), source_sort, len(known), SOURCES)
    there, same = found(owner * zones + zone, known)
    there, kinds = there[same], agents.steered[owner[same]] * ACCESSES + sort[same]
    for each in range(SOURCES):
        number = np.bincount(kinds, weights=sources[there, each], minlength=2 * ACCESSES)
        pairs[:, each] -= number.astype(np.int64).reshape(2, ACCESSES)
    # To what is at home some pairs are none.
    home = agents.home[owner] == zone
    foreign = agents.home[agents.owner] != source_zone
    back = _products(
        agents.steered,
        _table(agents.owner[foreign], source_sort[foreign], agents.number, SOURCES),
        _table(owner[home], sort[home], agents.number, ACCESSES),
    )
    pairs -= back * ~GOES_HOME
    counted = np.bincount(RANK_OF.ravel(), weights=pairs.ravel(), minlength=RANKS)
    abroad = ~home & (agents.home[owner] >= 0)
    counted += np.bincount(RANK_FROM_HOME[sort[abroad]], minlength=RANKS)
    return counted.astype(np.int64)


def _products(steered: Flags, sources: Numbers, accesses: Numbers) -> Numbers:
    """Pairs of a source and an access by steered agents and others, and by both sorts."""
    return np.stack([sources[some].T @ accesses[some] for some in (~steered, steered)])
