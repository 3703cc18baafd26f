"""The nodes and the steps of a mesh: elements as small integers, and by kind pairs of them.

See ``docs/semantics.md#steps``.
"""

from collections.abc import Iterable
from functools import cached_property
from itertools import chain, compress
from typing import Final, NamedTuple

from meshmodel.analysis.graph import Graph, Step, bits, union
from meshmodel.model.records import Custody, Delegation, Grant, Intent, Snapshot
from meshmodel.model.stop import check_current
from meshmodel.model.vocabulary import (
    ADMIN,
    ALL,
    EXECUTE,
    INTEGRITIES,
    NUMBER,
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

        See ``docs/semantics.md#paths``.
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


KINDS: Final = (
    *("hold", "grant", "custody", "exchange", "delegation", "trigger", "hearing", "hosting", "implies"),
)
OWN: Final = ("hold", "grant", "custody", "exchange", "implies")
"""The steps that an agent does as itself; the others drive another one, which is then its deputy."""
Relation = tuple[str, str, str]
"""A kind of step, and the ids of the elements at its ends."""


class Steps(Nodes):
    """All steps that relations make, but those of sessions, which ``sessions`` adds.

    Attributes:
        steps: for each kind of step the pairs of nodes.
        origin: by node of a session, by stray and by ear, the node that it stands for.
        strays: by credential that is used outside its audience, the node that such uses leave.
        astray: these nodes, and their copies, which lead nobody to a decision.
        trusts: by exchange that is not pinned, its *trust*: a node between what fits and what it yields.
        named: by trust, or copy of one, the credential that its relation names.
        first_ear: where *ears* begin. An agent can be both started by a system and hear it, by steps with
            different checkpoints; so what is heard goes by way of a node that stands for the writing there.
        copying: by system, of each program that copies it the copying session, both by node.
        ears: by system that is heard by agents, its ear.
        answers: of somebody who has broken in, what is ``answering``; else none.
        copies: by step, the steps of sessions that stand for it.
        delegations, limited: all delegations between active agents, and the limited ones.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__(snapshot)
        self.origin: dict[int, int] = {}
        self.strays: dict[int, int] = {}
        self.astray = set[int]()
        self.trusts: dict[tuple[str, str], int] = {}
        self.named: dict[int, str] = {}
        self.copying: dict[int, dict[int | None, int]] = {}
        self.copies: dict[Step, list[Step]] = {}
        self.ears: dict[int, int] = {}
        self.answers: set[Step] = set()
        self.first_ear = self.size
        every = snapshot.delegation.values()
        self.delegations = [each for each in every if {each.from_, each.to} <= self.agent.keys()]
        self.limited = [each for each in self.delegations if each.returns == "values" or self.only(each)]
        self.steps: dict[str, list[Step]] = {kind: [] for kind in KINDS}
        self._add_holds()
        self._add_strays()
        self._add_grants()
        self._add_trusts()
        self._add_others()
        for kind in (
            "hold",
            "custody",
            "exchange",
        ):  # whoever comes to a credential can use it astray, unasked
            strayed = (step for step in self.steps[kind] if step[1] in self.strays)
            self.steps[kind] += [(leaves, self.strays[enters]) for leaves, enters in strayed]

    def only(self, delegation: Delegation) -> tuple[str, ...]:
        """What the second agent is limited to; nothing where no ``only`` counts: a limit asked of a model."""
        return () if self.snapshot.agent[delegation.to].is_steerable else delegation.only or ()

    def ends(self, kind: str, from_: str, to: str, mask: int = ALL) -> list[Step]:
        """The steps that a relation of this kind would have, whether it exists or not; copies included.

        Args:
            kind: of the step; a boundary has none.
            from_: the id of the element that it leaves.
            to: the id of the element that it enters.
            mask: the actions, as five bits, where the step has one.
        """
        leaves, enters = self._access_ends(kind, from_, to, mask)
        pairs = [(one, other) for one in leaves for other in enters if one is not None and other is not None]
        found = pairs + [copy for each in pairs for copy in self.copies.get(each, ())]
        # What is judged before it is read has started nobody unjudged either.
        return found + (self.ends("trigger", from_, to) if kind == "hearing" else [])

    def _access_ends(
        self, kind: str, from_: str, to: str, mask: int
    ) -> tuple[list[int | None], list[int | None]]:
        node = self.node
        some = [each for each in range(5) if mask >> each & 1]
        match kind:
            case "hold":
                return [node("agent", from_)], [node("credential", to)]
            case "grant":
                return [self._user(from_, to)], [self.access(to, each) for each in some]
            case "custody":
                return [self.access(from_, each) for each in some], [node("credential", to)]
            case "exchange":
                row = self.snapshot.exchange.get((from_, to))
                user = self._user(from_, None if row is None else row.at, exchanged=True)
                return [user, self.trusts.get((from_, to))], [node("credential", to)]
            case "delegation":
                return [node("agent", from_)], [node("agent", to)]
            case "trigger":
                return [self.access(from_, WRITE)], [node("agent", to)]
            case "hearing":
                s, agent = self.system[from_], node("agent", to)
                return [self.ears.get(s)], [agent, self.copying.get(s, {}).get(agent)]
            case "hosting":
                return [self.access(from_, EXECUTE)], [node("agent", to)]
            case _:
                return [], []

    def kind(self, leaves: int, enters: int) -> str:
        """The kind of a step, which its two ends determine; what is heard comes to an ear as if implied."""
        if leaves >= self.first_ear:
            return "hearing"
        if (leaves, enters) in self.answers:
            return "answer"
        if leaves in self.named or enters in self.named:
            return "exchange"
        leaves, enters = self.original(leaves), self.original(enters)
        if leaves >= self.first_agent:
            return "delegation" if enters >= self.first_agent else "hold"
        if leaves >= self.first_credential:
            return "exchange" if enters >= self.first_credential else "grant"
        if enters >= self.first_agent:
            return "trigger" if leaves % 5 == WRITE else "hosting"
        return "custody" if enters >= self.first_credential else "implies"

    def relation(self, leaves: int, enters: int) -> Relation:
        """The relation of a step: its kind, and the ids at its ends."""
        return self.kind(leaves, enters), self.name(leaves), self.name(enters)

    def original(self, node: int) -> int:
        """The node itself, or the one that a node of a session stands for."""
        return self.origin.get(node, node)

    def name(self, node: int) -> str:
        """The id of the element of a node."""
        if node in self.named:
            return self.named[node]
        node = self.original(node)
        if node >= self.first_agent:
            return self.agents[node - self.first_agent]
        if node >= self.first_credential:
            return self.credentials[node - self.first_credential]
        return self.systems[node // 5]

    def graph_of(self, *kinds: str) -> Graph:
        """The graph of the steps of some kinds."""
        return Graph(self.size, (step for kind in kinds for step in self.steps[kind]))

    def is_between(self, node: int) -> bool:
        """Whether to come to a node is no step yet: an ear, a hub or a trust."""
        return node >= self.first_ear or node in self.named

    def add_node(self, origin: int) -> int:
        """Make a node of a session, or a stray, which stands for another one."""
        self.origin[self.size] = self.original(origin)
        if origin in self.named:
            self.named[self.size] = self.named[origin]
        if origin in self.astray:
            self.astray.add(self.size)
        self.size = self.first_ear = self.size + 1
        return self.size - 1

    def add_ear(self, access: int) -> int:
        """Make the ear of a system, where there is none; what is heard there comes by an access."""
        if access // 5 not in self.ears:
            self.ears[access // 5] = self.size
            self.origin[self.size] = access
            self.size += 1
        return self.ears[access // 5]

    def add_copy(self, kind: str, original: Step, step: Step) -> None:
        """Add a step of a session that stands for an original one."""
        self.steps[kind].append(step)
        if step != original:
            self.copies.setdefault(original, []).append(step)

    def _add_holds(self) -> None:
        tables, agent, credential = self.snapshot, self.agent, self.credential
        holds = dict.fromkeys(tables.hold)
        for each in tables.delegation.values():
            if each.from_ in agent:
                holds |= dict.fromkeys((each.to, passed) for passed in each.passes or ())
        self.steps["hold"] = [
            (self.first_agent + agent[a], self.first_credential + credential[c])
            for a, c in holds
            if a in agent and c in credential
        ]

    def _user(self, credential: str, system: str | None, *, exchanged: bool = False) -> int | None:
        """The node that a use of a credential leaves; arguments as of ``is_astray``."""
        node = self.node("credential", credential)
        if node in self.strays and self.is_astray(credential, system, exchanged=exchanged):
            return self.strays[node]
        return node

    def _add_strays(self) -> None:
        tables = self.snapshot
        exchanging = ((each.from_, each.at, True) for each in tables.exchange.values())
        for credential, system, exchanged in (*((c, s, False) for c, s in tables.grant), *exchanging):
            node = self.node("credential", credential)
            if node is None or node in self.strays:
                continue
            if self.is_astray(credential, system, exchanged=exchanged):
                self.strays[node] = self.add_node(node)
                self.astray.add(self.strays[node])

    def _add_trusts(self) -> None:
        """Add what fits the condition of an exchange that names no single workload."""
        tables = self.snapshot
        for ends, each in tables.exchange.items():
            like = tables.credential[each.from_].kind
            if each.pinned or each.at is None or like is None or each.to not in self.credential:
                continue
            fitting = [
                node
                for node, c in enumerate(self.credentials, self.first_credential)
                if c != each.from_
                and tables.credential[c].kind == like
                and each.at in (tables.credential[c].audience or ())
            ]
            if fitting:
                trust = self.trusts[ends] = self.add_node(self.size)
                self.named[trust] = each.from_
                self.steps["exchange"] += [(node, trust) for node in fitting]

    def _add_grants(self) -> None:
        steps = self.steps["grant"]
        for (c, s), grant in self.snapshot.grant.items():
            check_current()
            if (leaves := self._user(c, s)) is not None:
                steps += [(leaves, self.access(s, NUMBER[action])) for action in grant.actions]
        for admin in {access for _, access in steps if access % 5 == ADMIN}:
            self.steps["implies"] += [(admin, admin - ADMIN + action) for action in range(ADMIN)]

    def _add_others(self) -> None:
        tables, limited = self.snapshot, {(each.from_, each.to) for each in self.limited}
        for (s, c), custody in tables.custody.items():
            if actions := self.yields(custody):
                enters, first = self.first_credential + self.credential[c], 5 * self.system[s]
                self.steps["custody"] += [(first + NUMBER[action], enters) for action in actions]
        for kind in ("exchange", "delegation", "trigger"):
            for key in tables.table(kind):
                if kind != "delegation" or key not in limited:
                    self.steps[kind] += self.ends(kind, *key)
        for agent in tables.agent.values():
            if agent.runs_on is not None:
                self.steps["hosting"] += self.ends("hosting", agent.runs_on, agent.id)

    # Who is told what to do

    @cached_property
    def askers(self) -> dict[int, int]:
        """By steerable agent those that ask it: that set it to work, and to which it answers in words."""
        found, number = dict[int, int](), self.agent
        for each in self.delegations:
            if each.returns == "words" and self.steerable >> number[each.to] & 1:
                found[number[each.to]] = found.get(number[each.to], 0) | 1 << number[each.from_]
        return found

    @cached_property
    def answering(self) -> list[Step]:
        """The steps by which agents that were broken into answer those that listen to them."""
        returning = (each for each in self.delegations if each.returns == "words")
        ends = ((self.agent[each.from_], self.agent[each.to]) for each in returning)
        return [(self.first_agent + b, self.first_agent + a) for a, b in ends if self.listening >> a & 1]

    @cached_property
    def listening(self) -> int:
        """The agents, but persons, that what they read or are answered can change, as bits."""
        return (self.steerable | union(self.askers.values())) & ~self.persons

    # What is meant

    @cached_property
    def intended(self) -> int:
        """The agents that have intents, as bits."""
        return union(1 << self.agent[agent] for agent, _ in self.snapshot.intent if agent in self.agent)

    @cached_property
    def covered(self) -> dict[int, int]:
        """By access the agents of which an intent covers it, wherever they come from, as bits."""
        found = dict[int, int]()
        for each in self.snapshot.intent.values():
            agent = 1 << self.agent[each.agent] if each.agent in self.agent else 0
            for access in self.covered_by(each):
                found[access] = found.get(access, 0) | agent
        return found

    def covered_by(self, intent: Intent) -> list[int]:
        """The accesses that an intent covers: its actions, and reading the systems that it names."""
        actions = bits(expand_admin(action_mask(intent.actions)))
        named = [each for each in intent.from_ or () if each != "home"]
        return [self.access(intent.system, x) for x in actions] + [self.access(each, READ) for each in named]
