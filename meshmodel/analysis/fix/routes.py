"""What agents need, by which routes they reach it today, and how often a day.

See ``docs/fix.md#the-plan``. No plan takes a route away; what passes a relation is what an ask there costs.
"""

from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction
from typing import Final, Literal, NamedTuple

from meshmodel.analysis.graph import Step, bits
from meshmodel.analysis.mesh import Mesh
from meshmodel.analysis.steps import KINDS, OWN, Relation
from meshmodel.model.records import Delegation, Intent
from meshmodel.model.vocabulary import ACTIONS, ADMIN, READ, Action, action_mask, expand_admin

THOUSANDTHS: Final = 1000
"""Decisions a day are counted in thousandths, so that sums of them are exact."""
Drawn = tuple[str, str, str, Action | None]
"""A relation (or a pass, from ``agent>agent``) and its ends; of a grant with one of its actions."""
_Means = Literal["all", "tools", "hand"]
_TIERS: Final = ("hold", "grant", "exchange", "implies", "delegation")


class _RouteStep(NamedTuple):
    """A step of a route: its relation, its nodes, and which action its order ends with."""

    kind: str
    one: str
    other: str
    step: Step
    action: int
    tier: int

    @property
    def order(self) -> tuple[int, str, str, int]:
        return KINDS.index(self.kind), self.one, self.other, self.action


class _Need(NamedTuple):
    """What is counted together: all that an intent needs, or one access of an agent without intents.

    Attributes:
        agent, system: whose it is, and where.
        intent: the intent; ``None``: the agent has none.
        relations: those on the routes.
        called: the agents that are set to work on the routes.
    """

    agent: str
    system: str
    intent: Intent | None
    relations: frozenset[Relation]
    called: frozenset[str]

    def is_done_for(self, other: "_Need") -> bool:
        """Whether it is the same work as what another agent needs, which sets this one to work for it."""
        both = self.intent is not None and other.intent is not None and self.system == other.system
        is_asked = self.agent in other.called and other.agent not in self.called
        return both and self.agent != other.agent and is_asked


class Routes:
    """The routes of all that is needed of a model.

    Attributes:
        needed: by active agent what it needs, as nodes.
        without_intents: the agents that need something without any intent.
        kept: the relations, and actions of grants, that routes use or by which an intent may be approved.
        per_day: by relation how often a day needed accesses pass it.
        passes: by relation those that do, as agent and system.
        unknown: by relation those intents that count there and do not say how often a day.
        passed: the delegations and triggers that routes pass, or by which they have a credential.
        only: by delegation that can be limited, what it can be limited to.
        entries: the entries of each ``only`` that counts that may go, as (delegation, ``system:action``).
    """

    def __init__(self, mesh: Mesh) -> None:
        self._mesh, self._snapshot = mesh, mesh.snapshot
        self.kept: set[Drawn] = set()
        self.per_day: defaultdict[Relation, Fraction] = defaultdict(Fraction)
        self.passes: defaultdict[Relation, set[tuple[str, str]]] = defaultdict(set)
        self.unknown: defaultdict[Relation, set[tuple[str, str]]] = defaultdict(set)
        self.passed: set[Relation] = set()
        self._needs: list[_Need] = []
        self._named: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        self.needed: dict[str, set[int]] = {each: set() for each in self._mesh.agents}
        self._through: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
        self._beyond: set[tuple[str, str]] = set()
        self._trees: dict[tuple[int, int, _Means], dict[int, tuple[int, _RouteStep] | None]] = {}
        self._routes: dict[tuple[int, int, _Means], frozenset[Relation]] = {}
        self._steps: dict[int, list[_RouteStep]] = {}
        intents = [each for each in self._snapshot.intent.values() if each.agent in self._mesh.agent]
        for intent in intents:
            self._need(intent)
        intended = {each.agent for each in intents}
        for agent in self._mesh.agents:
            if agent not in intended:
                for access in self._as_itself(agent):
                    self._pass(agent, [access], None)
        self.without_intents = tuple(a for a, some in self.needed.items() if some and a not in intended)
        self._count()
        self._start(intents)
        self.only = {
            ends: tuple(sorted(f"{self._mesh.systems[n // 5]}:{ACTIONS[n % 5]}" for n in some))
            for ends, some in self._through.items()
            if self._can_be_limited(*ends)
        }
        self.entries = {
            (f"{each.from_}>{each.to}", entry) for each in mesh.delegations for entry in self._needless(each)
        }

    # What is needed

    def _need(self, intent: Intent) -> None:
        """Route what an intent covers, and reading what it names as sources."""
        reached = self._tree(self._mesh.agent_node(intent.agent), 2)
        every = self._mesh.covered_by(intent)
        self._pass(intent.agent, [each for each in every if each in reached], intent)
        self._keep_approved(intent, every)

    def _as_itself(self, agent: str) -> list[int]:
        """What an agent reaches by own steps without theft."""
        queue = [self._mesh.agent_node(agent)]
        found = dict.fromkeys(queue)
        for node in queue:
            for each in self._after(node):
                if each.kind in OWN and each.step[1] not in found:
                    found[each.step[1]] = None
                    queue.append(each.step[1])
        return sorted(node for node in found if node < self._mesh.first_credential)

    def _pass(self, agent: str, accesses: list[int], intent: Intent | None) -> None:
        """Route what an agent needs."""
        self.needed[agent].update(accesses)
        system = self._mesh.systems[accesses[0] // 5] if intent is None else intent.system
        routes = (self._route(self._mesh.agent_node(agent), access) for access in accesses)
        relations = frozenset[Relation]().union(*routes)
        told = frozenset(other for kind, _, other in relations if kind == "delegation")
        self._needs.append(_Need(agent, system, intent, relations, told))

    def _count(self) -> None:
        """Count how often a day each relation is passed; the same work once."""
        at: defaultdict[Relation, list[_Need]] = defaultdict(list)
        for need in self._needs:
            for relation in need.relations:
                at[relation].append(need)
        for relation, needs in at.items():
            for need in needs:
                if not any(need.is_done_for(other) for other in needs):
                    self.per_day[relation] += Fraction(1) if need.intent is None else _often(need.intent)
                    self.passes[relation].add((need.agent, need.system))
                    if need.intent is not None and need.intent.per_day is None:
                        self.unknown[relation].add((need.agent, need.system))

    def _start(self, intents: list[Intent]) -> None:
        """Where an agent is started, its most frequent intent passes at least."""
        most: dict[str, Fraction] = {}
        for intent in intents:
            most[intent.agent] = max(_often(intent), most.get(intent.agent, Fraction(0)))
        for kind in ("trigger", "hosting"):
            for step in self._mesh.steps[kind]:
                relation = self._mesh.relation(*step)
                self.per_day[relation] = max(self.per_day[relation], most.get(relation[2], Fraction(0)))
                silent = (each for each in intents if each.agent == relation[2] and each.per_day is None)
                self.unknown[relation] |= {(each.agent, each.system) for each in silent}

    def _keep_approved(self, intent: Intent, accesses: list[int]) -> None:
        """Keep the holds, passes and exchanges by which an intent may be approved."""
        snapshot, mesh = self._snapshot, self._mesh
        wanted, covered = set[str](), set(accesses)
        for system in {each // 5 for each in accesses}:
            for each in mesh.grants_on[mesh.systems[system]]:
                opened = bits(expand_admin(action_mask(each.actions)))
                if not covered.isdisjoint(5 * system + action for action in opened):
                    wanted.add(each.credential)
        queue = list(wanted)
        for credential in queue:
            for from_, to in snapshot.exchange:
                fitting = self._fitting(from_, to) if to == credential else set()
                if fitting:
                    self.kept.add(("exchange", from_, to, None))
                    queue += fitting - wanted
                    wanted |= fitting
        programs = {to for from_, to in snapshot.delegation if from_ == intent.agent}
        who = {intent.agent} | {each for each in programs if not snapshot.agent[each].is_steerable}
        self.kept |= {("hold", a, c, None) for a, c in snapshot.hold if a in who and c in wanted}
        self.kept |= {
            ("pass", f"{each.from_}>{each.to}", c, None)
            for each in snapshot.delegation.values()
            if each.to in who
            for c in wanted.intersection(each.passes or ())
        }

    def _fitting(self, from_: str, to: str) -> set[str]:
        """The active credentials that an exchange takes."""
        mesh, trust = self._mesh, self._mesh.trusts.get((from_, to))
        fitting = {
            mesh.credentials[leaves - mesh.first_credential]
            for leaves, enters in mesh.steps["exchange"]
            if enters == trust and leaves < mesh.first_agent
        }
        return fitting | ({from_} & mesh.credential.keys())

    def _needless(self, delegation: Delegation) -> tuple[str, ...]:
        """The entries of an ``only`` that counts that may go; of all of them the last stays."""
        only = self._mesh.only(delegation)
        kept = set(self._named[delegation.from_, delegation.to])
        for intent in self._snapshot.intent.values() if only else ():
            if intent.agent == delegation.from_:
                covered = (divmod(each, 5) for each in self._mesh.covered_by(intent))
                kept |= {f"{self._mesh.systems[system]}:{ACTIONS[action]}" for system, action in covered}
        needless = tuple(each for each in only if each not in kept)
        return needless if len(needless) < len(only) else needless[:-1]

    # Routes

    def _after(self, node: int) -> list[_RouteStep]:
        """The steps from a node, but theft and hearing from systems that are not first-hand."""
        if node not in self._steps:
            self._steps[node] = list(self._leaving(node))
        return self._steps[node]

    def _leaving(self, node: int) -> Iterator[_RouteStep]:
        mesh, custody = self._mesh, self._snapshot.custody
        for leaves, enters in mesh.leaving(node):
            kind, one, other = mesh.relation(leaves, enters)
            tier = 0 if kind in _TIERS else 2
            if kind == "custody":
                if (one, other) in mesh.words.thefts:
                    continue
                tier = 0 if custody[one, other].how == "issues" else 1
            if kind == "hearing" and not mesh.untrusted[mesh.system[one]]:
                continue
            if kind == "implies" and node in mesh.origin and enters not in mesh.origin:
                continue
            action = mesh.original(enters) % 5 if kind in ("grant", "implies") else 0
            yield _RouteStep(kind, one, other, (node, enters), action, tier)
            # What a session does by a grant of admin leaves it in one step, which is a grant's.
            if kind == "grant" and enters in mesh.origin and action == ADMIN:
                for access in mesh.after(enters):
                    if access not in mesh.origin:
                        yield _RouteStep(kind, one, other, (node, access), action, tier)

    def _tree(self, begin: int, tier: int, means: _Means = "all") -> dict[int, tuple[int, _RouteStep] | None]:
        """By node that is reached by steps up to a tier, the last step of the first of its shortest paths.

        Args:
            begin: the node of an agent.
            tier: the highest of the steps.
            means: all steps, those of its tools, or what it has at hand.
        """
        key = begin, tier, means
        if key in self._trees:
            return self._trees[key]
        came: dict[int, tuple[int, _RouteStep] | None] = {begin: None}
        level = {begin: 0}
        while level:
            best: dict[int, tuple[tuple[int, tuple[int, str, str, int]], int, _RouteStep]] = {}
            for node, rank in level.items():
                for each in self._after(node):
                    enters = each.step[1]
                    if enters in came or each.tier > tier or not self._is_of(each, means):
                        continue
                    place = rank, each.order
                    if enters not in best or place < best[enters][0]:
                        best[enters] = place, node, each
            places = {place: rank for rank, place in enumerate(sorted({each[0] for each in best.values()}))}
            came |= {enters: (node, each) for enters, (_, node, each) in best.items()}
            level = {enters: places[place] for enters, (place, _, _) in best.items()}
        self._trees[key] = came
        return came

    def _is_of(self, taken: _RouteStep, means: _Means) -> bool:
        """Whether a step is one of some means."""
        if means == "hand":
            return taken.kind in ("hold", "exchange", "grant", "implies")
        if means == "tools" and taken.kind == "delegation":
            return not self._snapshot.agent[taken.other].is_steerable
        return means == "all" or taken.kind in OWN

    def _route(self, begin: int, access: int, means: _Means = "all") -> frozenset[Relation]:
        """The relations on the route of a needed access, which are kept."""
        key, mesh = (begin, access, means), self._mesh
        if key in self._routes:
            return self._routes[key]
        for tier in range(3):
            tree = self._tree(begin, tier, means)
            if access in tree:
                break
        path, node = list[_RouteStep](), access
        while (came := tree[node]) is not None:
            node, taken = came
            path.append(taken)
        path.reverse()
        found = {(each.kind, each.one, each.other) for each in path if each.kind != "implies"}
        self.passed |= {each for each in found if each[0] in ("delegation", "trigger")}
        session: tuple[str, str] | None = None
        for number, each in enumerate(path):
            self._keep(each, path[number + 1 :], access)
            enters = mesh.original(each.step[1])
            if each.step[1] in mesh.sessions.by_node:
                session = each.one, each.other
            elif session is not None and enters < mesh.first_credential:
                name = mesh.systems[enters // 5]
                self._named[session] |= {f"{name}:{ACTIONS[enters % 5]}", f"{name}:admin"}
            if each.step[1] not in mesh.origin:
                session = None
            if each.kind == "hearing":
                read, hears = mesh.access(each.one, READ), each.step[1] not in mesh.origin
                found |= self._route(mesh.agent_node(each.other), read, "tools" if hears else "hand")
        self._routes[key] = frozenset(found)
        return self._routes[key]

    def _keep(self, taken: _RouteStep, further: list[_RouteStep], access: int) -> None:
        """Keep what a step of a route uses."""
        mesh, (kind, one, other, (leaves, _), action, _) = self._mesh, taken
        match kind:
            case "grant":
                is_session = leaves in mesh.sessions.copies
                if action == ADMIN and further and further[0].kind == "implies" and not is_session:
                    action = further[0].action
                some = ACTIONS if action == ADMIN else ACTIONS[action : action + 1]
                self.kept |= {(kind, one, other, each) for each in some}
            case "hold" if (one, other) not in self._snapshot.hold:
                session = mesh.sessions.by_node.get(leaves)
                rows = mesh.delegations if session is None else [session.delegation]
                by = [each for each in rows if each.to == one and other in (each.passes or ())]
                self.kept |= {("pass", f"{each.from_}>{each.to}", other, None) for each in by}
                self.passed |= {("delegation", each.from_, each.to) for each in by}
            case "hold" | "exchange" | "custody":
                self.kept.add((kind, one, other, None))
            case "delegation":
                self._through[one, other].add(access)
                row = self._snapshot.delegation[one, other]
                first = further[0]
                is_its = first.kind == "hold" and (
                    (other, first.other) in self._snapshot.hold or first.other in (row.passes or ())
                )
                if not is_its or any(each.kind not in OWN for each in further):
                    self._beyond.add((one, other))

    def _can_be_limited(self, one: str, other: str) -> bool:
        """Whether all that passes a delegation is done by own steps of a program that is not limited yet."""
        row, agent = self._snapshot.delegation[one, other], self._snapshot.agent[other]
        is_program = not agent.is_steerable and not agent.is_person
        return is_program and row.returns == "words" and not row.only and (one, other) not in self._beyond


def _often(intent: Intent) -> Fraction:
    """How often a day an intent is used, in whole thousandths; once where it is not said."""
    often = 1.0 if intent.per_day is None else intent.per_day
    return max(Fraction(round(often * THOUSANDTHS), THOUSANDTHS), Fraction(1, THOUSANDTHS))
