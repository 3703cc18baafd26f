"""The mesh compiled to a directed graph of small integers (section 3).

Nodes are numbered: first the accesses, five to a system in the order of the actions, the systems
sorted by zone so that the accesses of a zone lie together; then the active credentials; then the
active agents. A set of nodes is a Python integer with one bit a node.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain, count
from operator import attrgetter
from typing import TYPE_CHECKING, Final

from meshmodel.analysis.closure import union
from meshmodel.analysis.results import StepKind
from meshmodel.model.records import System
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.vocabulary import ACTIONS, SENSITIVITIES, Action

if TYPE_CHECKING:
    from meshmodel.analysis.arrays import Arrays
    from meshmodel.analysis.compiling import Compiled

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
DRIVING_KINDS: Final[tuple[StepKind, ...]] = ("delegation", "trigger", "hosting")
"""The steps that enter an agent."""
DIRECT_KINDS: Final[tuple[StepKind, ...]] = ("hold", "grant", "implies")
HELD_KINDS: Final[tuple[StepKind, ...]] = ("hold", "exchange")

ACTION_NUMBER: Final = {action: number for number, action in enumerate(ACTIONS)}

FREE: Final = 24
"""So many numbers are left free after the systems, the credentials and the agents."""

Pair = tuple[int, int]
"""A step: the node it leaves and the node it enters; the two determine its kind."""


def successor_lists(size: int, steps: Iterable[Pair]) -> list[Sequence[int]]:
    """For each node the nodes that steps enter from it; where there are none it is always the same."""
    found: dict[int, list[int]] = {}
    for leaves, enters in steps:
        if leaves in found:
            found[leaves].append(enters)
        else:
            found[leaves] = [enters]
    successors: list[Sequence[int]] = [()] * size
    for leaves, after in found.items():
        successors[leaves] = after
    return successors


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
    return implied(action_mask(actions))


def implied(mask: int) -> int:
    """A set of five bits with the actions that admin stands for."""
    return ALL_ACTIONS if mask >> ADMIN & 1 else mask


def actions_of(mask: int) -> tuple[Action, ...]:
    """The actions of a set of five bits, in the order of section 2."""
    return _ACTION_SETS[mask]


_ACTION_SETS: Final = tuple(
    tuple(action for number, action in enumerate(ACTIONS) if mask >> number & 1) for mask in range(32)
)


def without(mask: int, others: int) -> int:
    """The bits that are set here and not there.

    The complement of a wide number is another wide one, with a sign: to do without it takes a fifth of the
    time.
    """
    return mask ^ mask & others


def bits(mask: int) -> Iterator[int]:
    """The numbers of the bits that are set, lowest first."""
    if not mask:
        return
    count = mask.bit_count()
    if count <= _FEW:
        yield from _few(mask)
        return
    size = mask.bit_length() // 8 + 1
    if count * 16 < size:
        # Most of it is empty.
        content = mask.to_bytes(size + -size % _PART, "little")
        for first in [at for at in range(0, size, _PART) if content[at : at + _PART] != _EMPTY]:
            for bit in _few(int.from_bytes(content[first : first + _PART], "little")):
                yield 8 * first + bit
        return
    # Long stretches may be empty: what most sets have belongs to one part of the mesh.
    for found in _STRETCH.finditer(mask.to_bytes(size, "little")):
        base = 8 * found.start()
        for byte in found.group():
            if byte:
                for bit in _BYTE_BITS[byte]:
                    yield base + bit
            base += 8


def _few(mask: int) -> Sequence[int]:
    """The same of few bits: from the highest on, so that no number is wider than what is left."""
    found = []
    while mask:
        bit = mask.bit_length() - 1
        mask ^= 1 << bit
        found.append(bit)
    found.reverse()
    return found


class Few:
    """A few bits that lie near to one another, to be looked for in wide sets."""

    __slots__ = ("_first", "_near", "_those")

    def __init__(self, some: int) -> None:
        """Argument: a set of these bits."""
        self._first = max((some & -some).bit_length() - 1, 0)
        self._near = some >> self._first
        self._those: dict[int, tuple[int, ...]] = {}

    def among(self, mask: int) -> bool:
        """Whether any of these is in a set."""
        return bool(mask >> self._first & self._near)

    def those(self, mask: int) -> tuple[int, ...]:
        """The numbers of those that are in a set, lowest first."""
        here = mask >> self._first & self._near
        known = self._those.get(here)
        if known is None:
            known = self._those[here] = tuple([self._first + bit for bit in bits(here)])
        return known

    def out_of(self, mask: int) -> int:
        """A set without these: itself where it has none of them."""
        here = mask >> self._first & self._near
        return mask ^ here << self._first if here else mask


_FEW: Final = 32
"""So many bits are taken off one by one."""
_PART: Final = 64
"""So many bytes are looked at together."""
_EMPTY: Final = bytes(_PART)
_STRETCH: Final = re.compile(rb"[^\0].{0,63}", re.DOTALL)
"""Bytes from one on that has a bit."""
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

    _compiled: "Compiled | None" = None

    def __init__(self, snapshot: Snapshot, before: "Mesh | None" = None) -> None:
        """Arguments: the model; and the mesh of one of which it may have tables, which are not compiled
        again: its elements, all of them or none, and its relations, each kind by itself.
        """
        self.snapshot = snapshot
        known = None if before is None else before._same(snapshot)  # noqa: SLF001 - another one of these
        if before is not None and known is not None:
            for name in _NUMBERED:
                setattr(self, name, getattr(before, name))
        else:
            self._number_all()
        from meshmodel.analysis.compiling import compiled  # which needs what is here

        found = compiled(self, known)
        self.steps: Mapping[StepKind, Sequence[Pair]] = found.steps
        self.declared_triggers = found.declared
        self._compiled = found

    def _same(self, snapshot: Snapshot) -> "Compiled | None":
        """What it was compiled to, where a model has the same elements."""
        if all(getattr(snapshot, each) is getattr(self.snapshot, each) for each in _ELEMENTS):
            return self._whole()
        return None

    def _number_all(self) -> None:
        snapshot = self.snapshot
        by_zone: defaultdict[str, list[System]] = defaultdict(list)
        for record in snapshot.system.values():
            by_zone[record.domain].append(record)
        self._number(
            [each for zone in sorted(by_zone) for each in sorted(by_zone[zone], key=attrgetter("id"))],
            sorted([each.id for each in snapshot.credential.values() if each.is_active]),
            sorted([each.id for each in snapshot.agent.values() if each.is_active]),
        )

    def _number(self, records: Sequence[System], credentials: list[str], agents: list[str]) -> None:
        """Number the nodes: systems by zone and id, active credentials, and active agents."""
        self.systems = [record.id for record in records]
        self.credentials = credentials
        self.agents = agents
        self.system_number = dict(zip(self.systems, count()))
        self.first_credential = 5 * (len(self.systems) + FREE)
        self.first_agent = self.first_credential + len(self.credentials) + FREE
        self.size = self.first_agent + len(self.agents) + FREE
        self.late: tuple[int, ...] = ()
        self.credential_node = dict(zip(self.credentials, count(self.first_credential)))
        self.agent_node = dict(zip(self.agents, count(self.first_agent)))

        self.zone_of = [record.domain for record in records]
        levels = [_LEVEL[record.sensitivity] for record in records]
        self.sensitivity = levels
        self.access = (1 << self.first_credential) - 1
        self.read = self.access // ALL_ACTIONS
        self.acting = self.access ^ self.read
        self.zone_mask: dict[str, int] = {}
        first = 0
        for zone, number in Counter(self.zone_of).items():
            after = first + 5 * number
            self.zone_mask[zone] = (1 << after) - (1 << first)
            first = after
        self.level_read = [_reads(levels, level) for level in range(4)]
        self.at_level = [reads * ALL_ACTIONS for reads in self.level_read]
        self.lone = _reads([record.zone is None for record in records], 1)
        self.untrusted = _reads([record.untrusted_input for record in records], 1)
        _, internal, confidential, restricted = self.level_read
        self.above = [internal | confidential | restricted, confidential | restricted, restricted, 0]

    def access_node(self, system: str, action: int) -> int:
        """The node of an access: a system's id and the number of an action."""
        return 5 * self.system_number[system] + action

    def first_systems(self, accesses: int, most: int) -> list[str]:
        """The systems of these accesses by zone and id; of more than ``most`` the first ones."""
        found: list[int] = []
        late = [number for number in self.late if accesses >> 5 * number & ALL_ACTIONS]
        for number in late:
            accesses &= ~(ALL_ACTIONS << 5 * number)
        before = -1
        for node in bits(accesses):
            number = node // 5
            if number != before:
                if len(found) == most:
                    break
                found.append(number)
                before = number
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

    def successors(self, kinds: Iterable[StepKind]) -> list[Sequence[int]]:
        """The same where nothing is added: made in half the time, for most nodes lead nowhere."""
        if kinds is STEP_ORDER and (compiled := self._whole()) is not None:
            return compiled.ahead
        return successor_lists(self.size, chain.from_iterable(self.steps[kind] for kind in kinds))

    @property
    def arrays(self) -> "Arrays | None":
        """All steps, where there are very many and much is reached."""
        compiled = self._whole()
        return None if compiled is None else compiled.arrays

    def _whole(self) -> "Compiled | None":
        """What it was compiled to, as long as that is what it is."""
        compiled = self._compiled
        return compiled if compiled is not None and compiled.steps is self.steps else None

    def kind(self, leaves: int, enters: int) -> StepKind:
        """The kind of a step, which its two ends determine."""
        if leaves >= self.first_agent:
            return "delegation" if enters >= self.first_agent else "hold"
        if leaves >= self.first_credential:
            return "exchange" if enters >= self.first_credential else "grant"
        if enters >= self.first_agent:
            return "trigger" if leaves % 5 == WRITE else "hosting"
        return "custody" if enters >= self.first_credential else "implies"

    @cached_property
    def triggered_by(self) -> dict[int, int]:
        """For agents the systems that trigger them, by their read accesses."""
        entered: dict[int, list[int]] = {}
        for leaves, enters in self.steps["trigger"]:
            if leaves in entered:
                entered[leaves].append(enters)
            else:
                entered[leaves] = [enters]
        # Places with outsiders' words steer many agents, all of them mostly the same ones.
        many: dict[int, list[int]] = {}
        triggering: dict[int, int] = {}
        for leaves, agents in entered.items():
            if len(agents) > _SEVERAL:
                for agent in agents:
                    if agent in many:
                        many[agent].append(leaves - WRITE)
                    else:
                        many[agent] = [leaves - WRITE]
        alike: dict[tuple[int, ...], int] = {}
        for agent, reads in many.items():
            key = tuple(reads)
            if key not in alike:
                alike[key] = union(reads)
            triggering[agent] = alike[key]
        for leaves, agents in entered.items():
            if len(agents) <= _SEVERAL:
                read = 1 << leaves - WRITE
                for agent in agents:
                    before = triggering.get(agent)
                    triggering[agent] = read if before is None else before | read
        return triggering

    def triggered_from(self, reads: int) -> int:
        """The nodes of the agents that one of these systems triggers, by their read accesses."""
        return union([enters for leaves, enters in self.steps["trigger"] if reads >> leaves - WRITE & 1])


_ELEMENTS: Final = ("system", "credential", "agent")
_NUMBERED: Final = (
    *("systems", "credentials", "agents", "system_number", "credential_node", "agent_node", "late"),
    *("first_credential", "first_agent", "size", "zone_of", "sensitivity", "access", "read", "acting"),
    *("zone_mask", "level_read", "at_level", "lone", "untrusted", "above"),
)
"""What follows from the elements alone."""
_SEVERAL: Final = 6
"""A place that steers so many agents steers mostly the same ones as other such places."""
_LEVEL: Final[dict[str | None, int]] = {None: 1, **{each: n for n, each in enumerate(SENSITIVITIES)}}
"""The number of a sensitivity; unknown is computed as internal."""


def _reads(values: Sequence[int], chosen: int) -> int:
    """The read accesses of the systems with a value, which come in the order of their numbers."""
    digits = bytes(values)[::-1].translate(_ONE_OF[chosen])
    # Five bits for each.
    return int(digits or b"0", 32)


_ONE_OF: Final = tuple(
    bytes(ord("1" if value == chosen else "0") for value in range(256)) for chosen in range(4)
)
