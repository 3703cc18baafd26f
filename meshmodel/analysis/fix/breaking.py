"""Which measures break what a violation rests on: its steps, and what holds guarded or not.

Asks break only the steps that they guard. Drops and limits also break what is so guarded or not: that a
system is a source, that outsiders' words come to it, that an agent can be instructed, that two systems belong
to several persons. A proof has the measures that break each part of it, and holds whatever else is done.
"""

from collections.abc import Callable, Sequence
from copy import copy

from meshmodel.analysis.bitset import bits
from meshmodel.analysis.checkpoints import Checkpoints
from meshmodel.analysis.fix.measures import Measures, Name
from meshmodel.analysis.fix.search import NOTHING, Proof, Search
from meshmodel.analysis.graph import Step
from meshmodel.analysis.mesh import Mesh
from meshmodel.analysis.steps import Relation
from meshmodel.model.actions import ADMIN, READ, WRITE
from meshmodel.model.vocabulary import ACTIONS


class Known:
    """The steps of a mesh, and what breaks them, whatever is guarded.

    Attributes:
        mesh: the mesh, where some drops and limits may have been made.
        after: by node those that steps lead to.
        measures: their numbers.
        checkpoints: those that can count.
    """

    def __init__(self, mesh: Mesh, checkpoints: Checkpoints, measures: Measures) -> None:
        self.mesh, self.measures, self.checkpoints = mesh, measures, checkpoints
        self.after: Sequence[Sequence[int]] = [self.mesh.after(node) for node in range(self.mesh.size)]
        self._of: dict[tuple[Step, int], Proof] = {}
        self._searches: dict[object, Search] = {}
        self._ways: dict[tuple[int, str, int], Proof] = {}
        self._words: dict[tuple[str, int], Proof] = {}

    def relation(self, step: Step, access: int | None = None) -> Proof:
        """The measures that break a step; none break what admin implies.

        Args:
            step: the step.
            access: of a grant of admin, what it opens that it implies: it may open that still, by less.
        """
        mesh, key = self.mesh, (step, step[1] if access is None else access)
        if key not in self._of:
            relation = mesh.relation(*step)
            is_implied = relation[0] == "implies"
            self._of[key] = NOTHING if is_implied else self._breaking(relation, *key)
        return self._of[key]

    def _breaking(self, relation: Relation, step: Step, access: int) -> Proof:
        measures, (kind, one, other) = self.measures, relation
        found = measures.ask(relation)
        if not measures.changing:
            return found
        match kind:
            case "grant":
                return found | self._losing(relation, step, access)
            case "hold":
                return found | self._unheld(step[0], one, other)
            case "custody" | "exchange":
                return found | measures.of(Name("drop", kind, one, other))
            case "delegation" if not self.mesh.snapshot.delegation[one, other].only:
                return found | measures.limit(one, other)
            case "hearing":
                return found | self._hears(step[1] - self.mesh.first_agent, self.mesh.system[one])
        return found

    def _losing(self, relation: Relation, step: Step, access: int) -> Proof:
        """The drops by which a grant step does not open an access unasked.

        Without admin, checkpoints on what is left of its grant guard what they did not guard before; and what
        a session may do that is limited to admin is gone with it.
        """
        mesh, (_, one, other) = self.mesh, relation
        granted, action = mesh.original(step[1]) % 5, mesh.original(access) % 5
        is_all = action == ADMIN
        if not is_all and "admin" in mesh.snapshot.grant[one, other].actions:
            copies = mesh.sessions.copies.get(step[0])
            on_it = set(self.checkpoints.guards.get(step, ()))
            more = any(
                (each.step, each.from_, each.to) == relation
                and number not in on_it
                and (each.actions is None or {ACTIONS[action], "admin"} & {*each.actions})
                for number, each in enumerate(self.checkpoints.records)
            )
            left_out = copies is not None and not copies.allow(other, action)
            is_all = more or (granted == ADMIN and access < mesh.first_credential and left_out)
        some = ACTIONS if is_all else ACTIONS[action : action + 1]
        return self.measures.of(*(Name("drop", "grant", one, other, each) for each in some))

    def _unheld(self, holder: int, agent: str, credential: str) -> Proof:
        """The drop of a hold; or, without one, of one pass."""
        mesh, session = self.mesh, self.mesh.sessions.by_node.get(holder)
        if (agent, credential) in mesh.snapshot.hold:
            return self.measures.of(Name("drop", "hold", agent, credential))
        rows = mesh.delegations if session is None else [session.delegation]
        return min(
            (
                self.measures.of(Name("drop", "pass", f"{each.from_}>{each.to}", credential))
                for each in rows
                if each.to == agent and credential in (each.passes or ())
            ),
            key=len,
        )

    # What holds guarded or not, so that only drops and limits break it

    def readable(self, agent: int, system: int) -> Proof:
        """What breaks that an agent can read a system as a source."""
        if not self.measures.changing:
            return NOTHING
        return self._way(agent, "readable", 5 * system + READ)

    def _way(self, agent: int, how: str, access: int) -> Proof:
        """What breaks the way of an agent to an access, by the steps of one graph, guarded or not."""
        key, mesh = (agent, how), self.mesh
        if key not in self._searches:
            steps = copy(self)
            if how == "readable":
                steps.after = [self._as_source(node) for node in range(len(self.after))]
            else:
                steps.after = mesh.words.graph_of(agent, is_tools=how == "tools").successors
            self._searches[key] = Search(steps, None, [mesh.first_agent + agent])
        way = agent, how, access
        if way not in self._ways:
            self._ways[way] = self.measures.changes(self._searches[key].path(access))
        return self._ways[way]

    def _as_source(self, node: int) -> Sequence[int]:
        """The nodes after one; what is written into a typed system starts nobody who reads it as a source."""
        mesh = self.mesh
        if node < mesh.first_credential and node % 5 == WRITE and mesh.traits[node // 5].typed:
            return [each for each in self.after[node] if each < mesh.first_agent]
        return self.after[node]

    def words(self, system: int) -> Proof:
        """What breaks that outsiders' words come to a system."""
        return self._rests(("system", system), self._carried)

    def instructed(self, agent: int) -> Proof:
        """What breaks that an agent can be instructed."""
        mesh = self.mesh
        is_told = not self.measures.changing or mesh.words.delegating >> agent & 1
        return NOTHING if is_told else self._rests(("agent", agent), self._steered)

    def _rests(self, key: tuple[str, int], why: Callable[[int], Proof]) -> Proof:
        if not self.measures.changing:
            return NOTHING
        if key not in self._words:
            self._words[key] = why(key[1])
        return self._words[key]

    def _carried(self, system: int) -> Proof:
        mesh = self.mesh
        if mesh.untrusted[system]:
            return NOTHING
        write, rounds = 5 * system + WRITE, mesh.words.rounds
        first = next(number for number, (systems, _) in enumerate(rounds) if system in systems)
        if first:
            agent = next(bits(rounds[first - 1][1] & mesh.words.writers[system]))
            return self._rests(("agent", agent), self._steered) | self._way(agent, "tools", write)
        steps = copy(self)
        steps.after = mesh.own_graph.successors
        lying = Search(steps, None, [each for each in mesh.outside if each % 5 == READ])
        return self.measures.changes(lying.path(write))

    def _steered(self, agent: int) -> Proof:
        mesh, rounds = self.mesh, self.mesh.words.rounds
        first = next(number for number, (_, steered) in enumerate(rounds) if steered >> agent & 1)
        systems, before = rounds[first][0], rounds[first - 1][1] if first else 0
        ways = [self.words(each) for each in systems if mesh.words.drawn.get(each, 0) >> agent & 1]
        ways += [self._hears(agent, each) for each in systems if mesh.words.hearing.get(each, 0) >> agent & 1]
        ways += [
            self._rests(("agent", mesh.agent[each.from_]), self._steered)
            for each in mesh.delegations
            if mesh.agent[each.to] == agent
            and before >> mesh.agent[each.from_] & 1
            and mesh.steerable >> agent & 1
        ]
        return min(ways, key=len)

    def _hears(self, agent: int, system: int) -> Proof:
        """What breaks that an agent hears a system."""
        how = "calm" if self.mesh.untrusted[system] else "tools"
        return self._way(agent, how, 5 * system + READ) | self.words(system)

    def several(self, source: int, target: int) -> Proof:
        """What breaks that two systems do not belong to one person, or a single one to one or none."""
        mesh, snapshot = self.mesh, self.mesh.snapshot
        names = {mesh.systems[source], mesh.systems[target]}
        if not self.measures.changing or not all(snapshot.system[each].partitioned for each in names):
            return NOTHING
        ways: dict[str | None, Proof] = {}
        for name in sorted(names):
            for each in mesh.grants_on[name]:
                actions = ACTIONS[:ADMIN] if each.actions[0] == "admin" else each.actions[:1]
                way = min(
                    (self.measures.of(Name("drop", "grant", each.credential, name, x)) for x in actions),
                    key=len,
                )
                who = snapshot.credential[each.credential].on_behalf_of
                ways[who] = min(ways.get(who, way), way, key=len)
        if None in ways and source != target:
            return ways[None]
        return NOTHING.union(*sorted(ways.values(), key=len)[:2])
