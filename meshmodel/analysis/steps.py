"""The mesh compiled to a directed graph of small integers (section 3).

Nodes are numbered: first the accesses, five to a system in the order of the actions, the systems
sorted by zone so that the accesses of a zone lie together; then the active credentials; then the
active agents. A set of nodes is a Python integer with one bit a node.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from meshmodel.analysis.closure import forward
from meshmodel.analysis.results import StepKind
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.vocabulary import ACTIONS, SENSITIVITIES, Action

READ: Final = 0
WRITE: Final = 1
EXECUTE: Final = 2
ADMIN: Final = 4
ALL_ACTIONS: Final = 0b11111

STEP_ORDER: Final[tuple[StepKind, ...]] = (
    "hold",
    "grant",
    "custody",
    "exchange",
    "delegation",
    "trigger",
    "hosting",
    "implies",
)
"""The kinds of steps in the order of the table in section 3, which breaks ties between witnesses."""

OWN_KINDS: Final[tuple[StepKind, ...]] = ("hold", "grant", "custody", "exchange", "implies")
DIRECT_KINDS: Final[tuple[StepKind, ...]] = ("hold", "grant", "implies")
HELD_KINDS: Final[tuple[StepKind, ...]] = ("hold", "exchange")

ACTION_NUMBER: Final = {action: number for number, action in enumerate(ACTIONS)}

FREE: Final = 24
"""So many numbers are left free after the systems, the credentials and the agents."""

Pair = tuple[int, int]
"""A step: the node it leaves and the node it enters; the two determine its kind."""


def action_mask(actions: Iterable[Action] | None) -> int:
    """The actions as a set of five bits, taken literally; all five where there are none named."""
    if actions is None:
        return ALL_ACTIONS
    mask = 0
    for action in actions:
        mask |= 1 << ACTION_NUMBER[action]
    return mask


def implied_mask(actions: Iterable[Action]) -> int:
    """The actions as a set of five bits, where admin stands for all five."""
    mask = action_mask(actions)
    return ALL_ACTIONS if mask >> ADMIN & 1 else mask


def actions_of(mask: int) -> tuple[Action, ...]:
    """The actions of a set of five bits, in the order of section 2."""
    return _ACTION_SETS[mask]


_ACTION_SETS: Final = tuple(
    tuple(action for number, action in enumerate(ACTIONS) if mask >> number & 1) for mask in range(32)
)


def bits(mask: int) -> Iterator[int]:
    """The numbers of the bits that are set, lowest first."""
    if not mask:
        return
    count = mask.bit_count()
    if count <= _FEW:
        while mask:
            lowest = mask & -mask
            mask ^= lowest
            yield lowest.bit_length() - 1
        return
    content = mask.to_bytes(mask.bit_length() // 8 + 1, "little")
    if count * 16 < len(content):
        for found in _SET_BYTE.finditer(content):
            base = 8 * found.start()
            for bit in _BYTE_BITS[content[found.start()]]:
                yield base + bit
        return
    base = 0
    for byte in content:
        if byte:
            for bit in _BYTE_BITS[byte]:
                yield base + bit
        base += 8


_FEW: Final = 6
"""So many bits are taken off one by one."""
_SET_BYTE: Final = re.compile(rb"[^\0]")
_BYTE_BITS: Final = tuple(tuple(bit for bit in range(8) if byte >> bit & 1) for byte in range(256))


class Mesh:
    """One snapshot as a step graph: the numbering of its nodes, its steps by kind, useful sets.

    Attributes:
        snapshot: what was compiled.
        systems, credentials, agents: the ids by number; only active credentials and agents. After an
            edit there may be some that are gone, and new ones out of order: ``system_number``,
            ``credential_node`` and ``agent_node`` have those that are there.
        first_credential, first_agent, size: where their nodes begin, and how many nodes there are;
            after those of each kind some are free for what an edit brings.
        late: the numbers of systems that are out of order.
        steps: the steps of each kind.
        zone_of: the zone of each system by its number (``system:ID`` for a zone of its own).
        zone_mask: the accesses of each zone.
        lone: the read accesses of systems that are a zone of their own.
        read, acting: all read accesses; all accesses with another action.
        untrusted: the read accesses of systems with untrusted input.
        sensitivity: 0 to 3 for each system; ``at_level[t]`` all accesses of systems at that level.
        above: by level, the read accesses of systems of a higher sensitivity.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        records = sorted(snapshot.system.values(), key=lambda s: (s.domain, s.id))
        self.systems = [record.id for record in records]
        self.credentials = sorted(each.id for each in snapshot.credential.values() if each.is_active)
        self.agents = sorted(each.id for each in snapshot.agent.values() if each.is_active)
        self.system_number = {each: number for number, each in enumerate(self.systems)}
        self.first_credential = 5 * (len(self.systems) + FREE)
        self.first_agent = self.first_credential + len(self.credentials) + FREE
        self.size = self.first_agent + len(self.agents) + FREE
        self.late: tuple[int, ...] = ()
        self.credential_node = {
            each: number for number, each in enumerate(self.credentials, self.first_credential)
        }
        self.agent_node = {each: number for number, each in enumerate(self.agents, self.first_agent)}

        self.zone_of = [record.domain for record in records]
        self.zone_mask: dict[str, int] = {}
        self.sensitivity = [SENSITIVITIES.index(record.computed_sensitivity) for record in records]
        self.at_level = [0, 0, 0, 0]
        self.lone = self.untrusted = 0
        for number, record in enumerate(records):
            block = ALL_ACTIONS << 5 * number
            self.zone_mask[record.domain] = self.zone_mask.get(record.domain, 0) | block
            self.at_level[self.sensitivity[number]] |= block
            if record.zone is None:
                self.lone |= 1 << 5 * number
            if record.untrusted_input:
                self.untrusted |= 1 << 5 * number
        self.access = (1 << self.first_credential) - 1
        self.read = self.access // ALL_ACTIONS
        self.acting = self.access ^ self.read
        levels = [self.read & level for level in self.at_level]
        self.above = [levels[1] | levels[2] | levels[3], levels[2] | levels[3], levels[3], 0]
        self.level_read = levels

        self.steps: dict[StepKind, list[Pair]] = {}
        self._compile()

    def access_node(self, system: str, action: int) -> int:
        """The node of an access: a system's id and the number of an action."""
        return 5 * self.system_number[system] + action

    def first_systems(self, accesses: int, most: int) -> list[str]:
        """The systems of these accesses by zone and id; of more than ``most`` the first ones."""
        found: list[int] = []
        late = [number for number in self.late if accesses >> 5 * number & ALL_ACTIONS]
        for number in late:
            accesses &= ~(ALL_ACTIONS << 5 * number)
        while accesses and len(found) < most:
            number = ((accesses & -accesses).bit_length() - 1) // 5
            found.append(number)
            accesses &= ~(ALL_ACTIONS << 5 * number)
        if late:
            found = sorted([*found, *late], key=lambda each: (self.zone_of[each], self.systems[each]))
        return [self.systems[number] for number in found[:most]]

    def adjacency(self, kinds: Iterable[StepKind]) -> list[list[int]]:
        """For each node the nodes that steps of these kinds enter from it."""
        successors: list[list[int]] = [[] for _ in range(self.size)]
        for kind in kinds:
            for leaves, enters in self.steps[kind]:
                successors[leaves].append(enters)
        return successors

    def kind(self, leaves: int, enters: int) -> StepKind:
        """The kind of a step, which its two ends determine."""
        if leaves >= self.first_agent:
            return "delegation" if enters >= self.first_agent else "hold"
        if leaves >= self.first_credential:
            return "exchange" if enters >= self.first_credential else "grant"
        if enters >= self.first_agent:
            return "trigger" if leaves % 5 == WRITE else "hosting"
        return "custody" if enters >= self.first_credential else "implies"

    def _compile(self) -> None:
        snapshot, agents, credentials = self.snapshot, self.agent_node, self.credential_node
        number = self.system_number
        holds = {
            (agents[each.agent], credentials[each.credential])
            for each in snapshot.hold.values()
            if each.agent in agents and each.credential in credentials
        }
        delegations: list[Pair] = []
        for passing in snapshot.delegation.values():
            if passing.from_ in agents and passing.to in agents:
                delegations.append((agents[passing.from_], agents[passing.to]))
                for passed in passing.passes or ():
                    if passed in credentials:
                        holds.add((agents[passing.to], credentials[passed]))
        grants: list[Pair] = []
        managed: list[int] = []
        for grant in snapshot.grant.values():
            node = credentials.get(grant.credential)
            if node is not None:
                first = 5 * number[grant.system]
                for action in grant.actions:
                    grants.append((node, first + ACTION_NUMBER[action]))
                    if action == "admin":
                        managed.append(first)
        custodies: list[Pair] = []
        for custody in snapshot.custody.values():
            node = credentials.get(custody.credential)
            if node is None:
                continue
            if custody.how == "stores" and snapshot.credential[custody.credential].is_bound:
                continue
            first = 5 * number[custody.system]
            custodies.extend((first + ACTION_NUMBER[action], node) for action in custody.obtained_by)
        self.steps = {
            "hold": sorted(holds),
            "grant": sorted(grants),
            "custody": sorted(custodies),
            "exchange": sorted(
                (credentials[each.from_], credentials[each.to])
                for each in snapshot.exchange.values()
                if each.from_ in credentials and each.to in credentials
            ),
            "delegation": sorted(delegations),
            "trigger": [],
            "hosting": sorted(
                (5 * number[each.runs_on] + EXECUTE, agents[each.id])
                for each in snapshot.agent.values()
                if each.is_active and each.runs_on is not None
            ),
            "implies": [
                (first + ADMIN, first + action) for first in sorted(set(managed)) for action in range(4)
            ],
        }
        triggers = {
            (5 * number[each.system] + WRITE, agents[each.agent])
            for each in snapshot.trigger.values()
            if each.agent in agents
        }
        self.declared_triggers = frozenset(triggers)
        triggers |= self._arising()
        self.steps["trigger"] = sorted(triggers)
        self.triggered_by: dict[int, int] = {}
        for leaves, enters in self.steps["trigger"]:
            read = 1 << (leaves - WRITE)
            self.triggered_by[enters] = self.triggered_by.get(enters, 0) | read

    def _arising(self) -> set[Pair]:
        """Triggers that arise by themselves: a steerable agent reads outsiders' words, by steps other
        than triggers (so that no such trigger is the reason of another).
        """
        steerable = [
            self.agent_node[each.id]
            for each in self.snapshot.agent.values()
            if each.is_active and each.is_steerable
        ]
        if not steerable or not self.untrusted:
            return set()
        kinds = [kind for kind in STEP_ORDER if kind != "trigger"]
        closure = forward(self.adjacency(kinds), self.untrusted)
        return {
            (read - READ + WRITE, agent)
            for agent in steerable
            for read in bits(closure.row(agent) & self.untrusted)
        }
