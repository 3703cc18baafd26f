"""The elements of a mesh as small integers, and what matters of each system (``docs/semantics.md``)."""

from collections.abc import Iterable
from functools import cached_property
from itertools import chain, compress
from typing import Final, NamedTuple

from meshmodel.model.records import Custody, Grant, Snapshot
from meshmodel.model.vocabulary import (
    INTEGRITIES,
    READ,
    SENSITIVITIES,
    WRITE,
    Action,
    action_mask,
    actions_of,
    expand_admin,
)

CONFIDENTIAL: Final = SENSITIVITIES.index("confidential")
_TRUTH: Final = bytes.maketrans(b"01", b"\0\1")
ISSUERS: Final = frozenset({"token-service", "identity-provider"})
"""The kinds of systems that take back the tokens that they issued."""
ANYBODY: Final = ""
"""The person to whom a partitioned system belongs on which no credential has a grant: any."""


class Traits(NamedTuple):
    """What matters of a system as the target of a crossing, its zone aside (``docs/semantics.md#severity``).

    Attributes:
        sensitivity, integrity: 0 to 3.
        typed: whether it holds only values of closed sets.
        person: to whom it belongs, as ``Nodes.person``.
        exposes_read, exposes_acting: whether reading it, and whether acting on it, exposes it.
    """

    sensitivity: int
    integrity: int
    typed: bool
    person: str | None
    exposes_read: bool
    exposes_acting: bool

    def exposes(self, action: int) -> bool:
        """Whether outsiders see what goes with an action."""
        return self.exposes_read if action == READ else self.exposes_acting


class Nodes:
    """The numbering of the nodes: five accesses a system, then active credentials, then active agents.

    Attributes:
        systems, credentials, agents: their ids by number, sorted.
        system, credential, agent: their numbers by id.
        first_credential, first_agent, size: where the nodes of each kind begin and end.
        zone: by system, the zone it lies in (or ``system:ID``).
        untrusted, traceable: by system, whether it has untrusted input, and any audit.
        traits: by system, what else matters of it.
        impersonal: the partitioned systems that are used on nobody's behalf.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.systems = sorted(snapshot.system)
        self.credentials = sorted(each.id for each in snapshot.credential.values() if each.is_active)
        self.agents = sorted(each.id for each in snapshot.agent.values() if each.is_active)
        self.first_credential = 5 * len(self.systems)
        self.first_agent = self.first_credential + len(self.credentials)
        self.size = self.first_agent + len(self.agents)
        self.system = {each: number for number, each in enumerate(self.systems)}
        self.credential = {each: number for number, each in enumerate(self.credentials)}
        self.agent = {each: number for number, each in enumerate(self.agents)}
        records = [snapshot.system[each] for each in self.systems]
        self.zone = [each.domain for each in records]
        self.untrusted = [each.untrusted_input for each in records]
        self.traceable = [each.audit != "none" for each in records]
        self._named: dict[int, tuple[str, ...]] = {}
        self.impersonal = set[int]()
        self.traits = [
            Traits(
                SENSITIVITIES.index(each.computed_sensitivity),
                INTEGRITIES.index(each.computed_integrity),
                each.typed,
                person,
                each.exposes_requests,
                each.is_exposed,
            )
            for each, person in zip(records, self._persons(), strict=True)
        ]

    def yields(self, custody: Custody) -> tuple[Action, ...]:
        """The actions by which a custody yields its credential (``docs/semantics.md#steps``).

        What merely stores a bound one yields it to those who run there, and so have its key or host too.
        """
        if custody.credential not in self.credential:
            return ()
        record = self.snapshot.credential[custody.credential]
        if custody.how == "stores" and record.is_bound:
            running = [each for each in custody.obtained_by if each in ("execute", "admin")]
            return tuple(running) or (("execute",) if record.binding == "host" else ())
        return custody.obtained_by

    def is_astray(self, credential: str, system: str | None, *, exchanged: bool = False) -> bool:
        """Whether a credential is used outside its audience (``docs/semantics.md#steps``).

        Args:
            credential: its id.
            system: where it is used; ``None``: not stated.
            exchanged: whether it is exchanged there, rather than granted something.
        """
        audience = self.snapshot.credential[credential].audience
        if audience is None or system is None or system in audience:
            return False
        return not exchanged or any(self.snapshot.system[each].kind in ISSUERS for each in audience)

    def _persons(self) -> Iterable[str | None]:
        """By system the one person to whom it belongs, if it belongs to one.

        See ``docs/semantics.md#crossings``.
        """
        tables = self.snapshot
        names: dict[str, set[str | None]] = {}
        for credential, system in tables.grant:
            if credential in self.credential and tables.system[system].partitioned:
                names.setdefault(system, set()).add(tables.credential[credential].on_behalf_of)
        for each in self.systems:
            if tables.system[each].partitioned:
                (first, *others) = names.get(each, {ANYBODY})
                yield None if others else first
                if first is None and not others:
                    self.impersonal.add(self.system[each])
            else:
                yield None

    @cached_property
    def alike(self) -> list[int]:
        """By system the first one that has the same zone and traits."""
        known: dict[tuple[str, Traits], int] = {}
        pairs = zip(self.zone, self.traits, strict=True)
        return [known.setdefault(pair, number) for number, pair in enumerate(pairs)]

    @cached_property
    def in_zone(self) -> dict[str, list[int]]:
        """By zone its systems."""
        found: dict[str, list[int]] = {}
        for number, zone in enumerate(self.zone):
            found.setdefault(zone, []).append(number)
        return found

    @cached_property
    def outside(self) -> list[int]:
        """Where an outsider starts, who writes, and looks at what lies open."""
        writes = [5 * number + WRITE for number, untrusted in enumerate(self.untrusted) if untrusted]
        custodies = self.snapshot.custody.values()
        yielding = {self.system[each.system] for each in custodies if "read" in self.yields(each)}
        return writes + [5 * each + READ for each in sorted(yielding) if self.traits[each].exposes_acting]

    @cached_property
    def private(self) -> list[int]:
        """The systems that are confidential or restricted."""
        return [number for number, each in enumerate(self.traits) if each.sensitivity >= CONFIDENTIAL]

    @cached_property
    def grants_of(self) -> dict[str, list[Grant]]:
        """By active credential its grants."""
        found: dict[str, list[Grant]] = {each: [] for each in self.credentials}
        for each in self.snapshot.grant.values():
            if each.credential in found:
                found[each.credential].append(each)
        return found

    @cached_property
    def grants_on(self) -> dict[str, list[Grant]]:
        """By system the grants of active credentials."""
        found: dict[str, list[Grant]] = {each: [] for each in self.systems}
        for each in chain.from_iterable(self.grants_of.values()):
            found[each.system].append(each)
        return found

    def granted(self, credential: str) -> tuple[Action, ...]:
        """The actions that an active credential opens anywhere, admin as all five."""
        every = chain.from_iterable(each.actions for each in self.grants_of[credential])
        return actions_of(expand_admin(action_mask(every)))

    def node(self, kind: str, id_: str) -> int | None:
        """The node of an agent or a credential; ``None`` if it is retired, revoked or absent."""
        if kind == "agent":
            number = self.agent.get(id_)
            return None if number is None else self.first_agent + number
        number = self.credential.get(id_)
        return None if number is None else self.first_credential + number

    def agent_node(self, id_: str) -> int:
        """The node of an active agent; raises ``KeyError`` if there is none."""
        return self.first_agent + self.agent[id_]

    def access(self, system: str, action: int) -> int:
        """The node of an action on a system."""
        return 5 * self.system[system] + action

    def agent_seeds(self) -> dict[int, int]:
        """Each agent as one bit, by its node: where a spread of all agents begins.

        One that has no relation is left out: it reaches nothing but itself, and the bits of very many
        would take memory by the square of their number.
        """
        return {self.first_agent + number: 1 << number for number in self.related}

    @cached_property
    def related(self) -> list[int]:
        """The agents from which or to which a step can lead, by number."""
        tables = self.snapshot
        named = set(chain.from_iterable(chain(tables.hold, tables.delegation, tables.trigger)))
        records = tables.agent
        return [
            number
            for number, each in enumerate(self.agents)
            if each in named or records[each].runs_on is not None
        ]

    def names(self, agents: int) -> tuple[str, ...]:
        """The ids of a set of agents, sorted; the same sets are asked for again and again."""
        if agents not in self._named:
            marks = f"{agents:b}"[::-1].encode().translate(_TRUTH)
            self._named[agents] = tuple(compress(self.agents, marks))
        return self._named[agents]

    @cached_property
    def homes(self) -> dict[str, int]:
        """By zone the agents whose home it is, as bits."""
        found: dict[str, int] = {}
        for number, each in enumerate(self.agents):
            home = self.snapshot.agent[each].home
            if home is not None:
                found[home] = found.get(home, 0) | 1 << number
        return found

    @cached_property
    def persons(self) -> int:
        """The agents that are persons, as bits."""
        records = self.snapshot.agent
        return sum(1 << number for number, each in enumerate(self.agents) if records[each].is_person)

    @cached_property
    def steerable(self) -> int:
        """The agents that what they read can change, as bits."""
        records = self.snapshot.agent
        return sum(1 << number for number, each in enumerate(self.agents) if records[each].is_steerable)

    @cached_property
    def principals(self) -> dict[str, list[int]]:
        """The nodes of the credentials of each identity."""
        found: dict[str, list[int]] = {}
        for number, each in enumerate(self.credentials):
            principal = self.snapshot.credential[each].principal
            found.setdefault(principal, []).append(self.first_credential + number)
        return found
