"""Which measures break what a violation rests on: its steps, and what holds guarded or not.

Asks break only the steps that they guard. Drops and limits also break what is so guarded or not: that a
system is a source, that outsiders' words come to it, that an agent hears it, that two systems belong to
several persons. A proof has the measures that break each part of it, and holds whatever else is done.
"""

from collections.abc import Sequence
from copy import copy
from functools import cached_property

from meshmodel.analysis.checkpoints import Checkpoints
from meshmodel.analysis.fix.measures import MeasureName, Measures
from meshmodel.analysis.fix.search import NOTHING, Proof, Search
from meshmodel.analysis.graph import Graph, Step
from meshmodel.analysis.mesh import Mesh
from meshmodel.analysis.steps import Relation
from meshmodel.model.vocabulary import ACTIONS, ADMIN, READ, WRITE


class StepBreaks:
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
        self._words: dict[int, Proof] = {}
        self._is_outside = False

    @cached_property
    def outside(self) -> "StepBreaks":
        """The same in the mesh of outsiders' words, where hearing needs no words to have come before."""
        made = StepBreaks(self.mesh.outsiders, self.checkpoints, self.measures)
        made._is_outside = True  # it is one of its own kind
        return made

    def relation(self, step: Step, access: int | None = None) -> Proof:
        """The measures that break a step; none break what admin implies.

        Args:
            step: the step.
            access: of a grant of admin, what it opens that it implies: it may open that still, by less.
        """
        mesh, key = self.mesh, (step, step[1] if access is None else access)
        if key not in self._of:
            relation = mesh.relation(*step)
            is_free = relation[0] in ("implies", "answer") or mesh.is_between(step[1])
            self._of[key] = NOTHING if is_free else self._breaking(relation, *key)
        return self._of[key]

    def _breaking(self, relation: Relation, step: Step, access: int) -> Proof:
        measures, (kind, one, other) = self.measures, relation
        asks = [] if step[1] in self.mesh.astray else [relation]
        if kind == "trigger" and self._can_be_heard(step[1] - self.mesh.first_agent, self.mesh.system[one]):
            asks.append(("hearing", one, other))
        found = measures.ask(*asks)
        if not measures.changing:
            return found
        match kind:
            case "grant":
                return found | self._losing(relation, step, access) | self._unnamed(step, access)
            case "hold":
                return found | self._unheld(step[0], one, other)
            case "custody" | "exchange":
                return found | measures.of(MeasureName("drop", kind, one, other))
            case "delegation" if not self.mesh.snapshot.delegation[one, other].only:
                return found | measures.limit(one, other)
            case "hearing":
                return found | self._hears(self.mesh.agent[other], self.mesh.system[one])
        return found

    def _can_be_heard(self, agent: int, system: int) -> bool:
        """Whether there is a step of hearing beside a trigger, for outsiders' words at least."""
        words, node = self.mesh.words, self.mesh.first_agent + agent
        is_heard = words.hears[system] >> agent & 1 or node in self.mesh.copying.get(system, {})
        return bool(is_heard) and system in words.told

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
        return self.measures.of(*(MeasureName("drop", "grant", one, other, each) for each in some))

    def _unnamed(self, step: Step, access: int) -> Proof:
        """The drop of the entry of an ``only`` by which an access leaves a session, admin with all of it.

        There is none where both admin and what it implies are named.
        """
        mesh, copies = self.mesh, self.mesh.sessions.copies.get(step[0])
        if copies is None or copies.limit is None or min(step[1], access) >= mesh.first_credential:
            return NOTHING
        name, leaving = mesh.systems[mesh.original(step[1]) // 5], {step[1] % 5}
        if step[1] >= mesh.first_credential:
            granted = mesh.original(step[1]) % 5
            leaving = {each for each in (granted, access % 5) if copies.allow(name, each)}
        if len(leaving) != 1:
            return NOTHING
        entry = f"{name}:{ACTIONS[leaving.pop()]}"
        return self.measures.of(MeasureName("drop", "only", ">".join(copies.limit), entry))

    def _unheld(self, holder: int, agent: str, credential: str) -> Proof:
        """The drop of a hold; or, without one, of one pass."""
        mesh, session = self.mesh, self.mesh.sessions.by_node.get(holder)
        if (agent, credential) in mesh.snapshot.hold:
            return self.measures.of(MeasureName("drop", "hold", agent, credential))
        rows = mesh.delegations if session is None else [session.delegation]
        return min(
            (
                self.measures.of(MeasureName("drop", "pass", f"{each.from_}>{each.to}", credential))
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
            steps.after = self._graph(agent, how).successors
            self._searches[key] = Search(steps, None, [mesh.first_agent + agent])
        way = agent, how, access
        if way not in self._ways:
            self._ways[way] = self.measures.changes(self._searches[key].path(access))
        return self._ways[way]

    def _graph(self, agent: int, how: str) -> Graph:
        words = self.mesh.words
        match how:
            case "readable":
                return words.calm
            case "own":
                return self.mesh.own_graph
            case _:
                return words.tools_of(agent)

    def own(self, agent: int, credential: int) -> Proof:
        """What breaks that an agent comes to a credential as itself; both by node."""
        is_fixed = not self.measures.changing
        return NOTHING if is_fixed else self._way(agent - self.mesh.first_agent, "own", credential)

    def _hears(self, agent: int, system: int) -> Proof:
        """What breaks that an agent hears a system, or copies it, and that words come there."""
        found = self._way(agent, "tools", 5 * system + READ)
        return found if self._is_outside else found | self._carried(system)

    def _carried(self, system: int) -> Proof:
        """What breaks that outsiders' words come to a system, guarded or not."""
        if self.mesh.untrusted[system]:
            return NOTHING
        if system not in self._words:
            carrying = Search(self.outside, None, self.mesh.outside)
            for each in self.mesh.words.systems:
                if not self.mesh.untrusted[each]:
                    self._words[each] = self.measures.changes(carrying.path(5 * each + WRITE))
        return self._words[system]

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
                    (
                        self.measures.of(MeasureName("drop", "grant", each.credential, name, x))
                        for x in actions
                    ),
                    key=len,
                )
                who = snapshot.credential[each.credential].on_behalf_of
                ways[who] = min(ways.get(who, way), way, key=len)
        if None in ways and source != target:
            return ways[None]
        return NOTHING.union(*sorted(ways.values(), key=len)[:2])
