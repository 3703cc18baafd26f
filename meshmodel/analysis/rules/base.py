"""What a rule is, and what it asks (section 9)."""

from collections import defaultdict
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, NamedTuple, cast

from meshmodel.analysis.bitset import bits, union
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.graph import Reach
from meshmodel.analysis.nodes import CONFIDENTIAL
from meshmodel.analysis.results import Door, Place, Told
from meshmodel.analysis.rules.phrases import MOST_LIT
from meshmodel.model.actions import ALL, action_mask, actions_of, implied
from meshmodel.model.records import Delegation, Grant
from meshmodel.model.vocabulary import ACTIONS, Action, Severity

ACTING: Final = 0b11110
"""All actions but read, as five bits."""
PRIVATE: Final = 1 << 5
"""Beside five actions: whether there is a confidential or restricted system among those that follow."""


class Case(NamedTuple):
    """One place where a rule holds.

    Attributes:
        subject: as section 9 names it for the rule.
        severity: of this case.
        tell: puts it in words, once somebody reads them.
        agents, actions: what an acceptance of it would accept.
    """

    subject: str
    severity: Severity
    tell: Callable[[], Told]
    agents: tuple[str, ...] = ()
    actions: tuple[Action, ...] = ()


class Facts:
    """What rules ask: the sets of one engine, and its missing checkpoints.

    Attributes:
        engine, doors: these.
        snapshot, mesh, reaches: those of the engine.
    """

    def __init__(self, engine: Engine, doors: Sequence[Door]) -> None:
        self.engine, self.doors = engine, doors
        self.snapshot, self.mesh, self.reaches = engine.snapshot, engine.mesh, engine.reaches
        self._named: dict[int, tuple[str, ...]] = {}

    def names(self, agents: int) -> tuple[str, ...]:
        """The ids of a set of agents, sorted; many findings have the same."""
        if agents not in self._named:
            self._named[agents] = self.mesh.names(agents)
        return self._named[agents]

    def reaching(self, *nodes: int) -> int:
        """The agents that effectively reach one of these nodes."""
        return union(self.reaches.full[node] for node in nodes)

    def using(self, grant: Grant, mask: int) -> int:
        """The agents that can use the grant of an active credential for any of some actions.

        Args:
            grant: it.
            mask: the actions as five bits; in a session only those count that may leave it.
        """
        mesh, reach = self.mesh, self.reaches.full
        node = mesh.first_credential + mesh.credential[grant.credential]
        agents = reach[node] if mask else 0
        for copy in mesh.sessions.copies_of.get(node, ()):
            if any(mesh.sessions.copies[copy].allow(grant.system, action) for action in bits(mask)):
                agents |= reach[copy]
        return agents

    @cached_property
    def grants_of(self) -> Mapping[str, Sequence[Grant]]:
        """The grants by active credential."""
        found: defaultdict[str, list[Grant]] = defaultdict(list)
        for grant in self.snapshot.grant.values():
            if grant.credential in self.mesh.credential:
                found[grant.credential].append(grant)
        return found

    @cached_property
    def grants_on(self) -> Mapping[str, Sequence[Grant]]:
        """The grants of active credentials by system."""
        found: defaultdict[str, list[Grant]] = defaultdict(list)
        for grants in self.grants_of.values():
            for grant in grants:
                found[grant.system].append(grant)
        return found

    @cached_property
    def granted(self) -> Mapping[str, tuple[Action, ...]]:
        """By credential the actions that its grants allow anywhere, admin as all five."""
        masks = {each.actions: implied(action_mask(each.actions)) for each in self.snapshot.grant.values()}
        found = dict.fromkeys(self.snapshot.credential, 0)
        for each in self.snapshot.grant.values():
            found[each.credential] |= masks[each.actions]
        return {credential: actions_of(mask) for credential, mask in found.items()}

    def holding(self, credentials: Container[str]) -> Iterator[tuple[str, str]]:
        """Which active agents hold some credentials, or are handed them by a delegation."""
        mesh = self.mesh
        for agent, credential in mesh.steps["hold"]:
            if agent not in mesh.origin and mesh.name(credential) in credentials:
                yield mesh.name(agent), mesh.name(credential)

    def hold_of(self, agent: str, credential: str) -> Place:
        """The relation by which an agent has a credential in hand."""
        if (agent, credential) in self.snapshot.hold:
            return "hold", (agent, credential)
        return next(
            ("delegation", key)
            for key, each in self.snapshot.delegation.items()
            if each.to == agent and each.from_ in self.mesh.agent and credential in (each.passes or ())
        )

    @cached_property
    def following(self) -> Sequence[int]:
        """By node what follows from it, guarded or not: the acting actions, and ``PRIVATE``."""
        mesh = self.mesh
        own = [
            (1 << access % 5) & ACTING | (PRIVATE if self.is_private[access // 5] else 0)
            for access in range(mesh.first_credential)
        ]
        return mesh.graph.gather(own + [0] * (len(mesh.graph.successors) - len(own)))

    @cached_property
    def is_private(self) -> Sequence[bool]:
        """By system, whether it is confidential or restricted."""
        return [traits.sensitivity >= CONFIDENTIAL for traits in self.mesh.traits]

    @cached_property
    def in_zone(self) -> Mapping[str, Sequence[int]]:
        """The systems by zone."""
        found: defaultdict[str, list[int]] = defaultdict(list)
        for system, zone in enumerate(self.mesh.zone):
            found[zone].append(system)
        return found

    @cached_property
    def private(self) -> Sequence[int]:
        """The systems that are confidential or restricted."""
        return [system for system, private in enumerate(self.is_private) if private]

    def done(self, reach: Reach, agent: int, systems: Iterable[int], mask: int = ALL) -> dict[str, int]:
        """What an agent reaches on some systems: by id the actions as five bits, where there are any.

        Args:
            reach: by node the agents that come there.
            agent: its number.
            systems: their numbers.
            mask: the actions that are asked for.
        """
        found = {}
        for system in systems:
            here = reach[5 * system : 5 * system + 5]
            reached = sum(1 << action for action, some in enumerate(here) if some >> agent & 1) & mask
            if reached:
                found[self.mesh.systems[system]] = reached
        return found

    def grants_into(self, reach: Reach, agent: int, done: Mapping[str, int]) -> tuple[Place, ...]:
        """The grants by which an agent does things; none where it does them on many systems.

        Args:
            reach: by node the agents that come there.
            agent: its number.
            done: by system the actions as five bits.
        """
        mesh, found = self.mesh, list[Place]()
        for system, mask in done.items() if len(done) <= MOST_LIT else ():
            for grant in sorted(self.grants_on.get(system, ()), key=lambda each: each.credential):
                node = mesh.first_credential + mesh.credential[grant.credential]
                nodes = node, *mesh.sessions.copies_of.get(node, ())
                if implied(action_mask(grant.actions)) & mask and any(reach[n] >> agent & 1 for n in nodes):
                    found.append(("grant", (grant.credential, system)))
        return tuple(found)


def limits(delegation: Delegation) -> dict[str, int]:
    """What an ``only`` names: by system the actions as five bits."""
    found: dict[str, int] = {}
    for each in delegation.only or ():
        system, _, action = each.rpartition(":")
        found[system] = found.get(system, 0) | 1 << ACTIONS.index(cast("Action", action))
    return found


def doing(reach: Reach, systems: Collection[int], mask: int = ALL) -> list[int]:
    """By action, the agents that do it on any of some systems.

    Args:
        reach: by node the agents that come there.
        systems: their numbers.
        mask: the actions that are asked for, as five bits.
    """
    return [
        union(reach[5 * system + action] for system in systems) if mask >> action & 1 else 0
        for action in range(5)
    ]


def by_agent(sets: Sequence[int], agents: int) -> Iterator[tuple[int, int]]:
    """Some agents, each with its actions as five bits.

    Args:
        sets: by action, the agents that do it.
        agents: those that are asked for.
    """
    for agent in bits(agents):
        yield agent, sum(1 << action for action, some in enumerate(sets) if some >> agent & 1)


def once_and_again(sets: Iterable[int]) -> tuple[int, int]:
    """What is in any of these sets, and what is in several."""
    anywhere = several = 0
    for some in sets:
        several |= anywhere & some
        anywhere |= some
    return anywhere, several


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of section 9.

    Attributes:
        id: its name.
        severity: what severity it gives, in words.
        detects: what it holds for.
        remedy: what to do.
        references: identifiers of standards, each with its year or version.
        false_positives: when a finding may be ignored.
        find: finds its cases.
    """

    id: str
    severity: str
    detects: str
    remedy: str
    references: tuple[str, ...]
    false_positives: str
    find: Callable[[Facts], Iterable[Case]] = field(repr=False, compare=False)
