"""What every agent reaches: for each node the agents that come there, as bits.

See ``docs/semantics.md#reach``.
"""

from collections.abc import Mapping
from functools import cached_property

from meshmodel.analysis.checkpoints import Checkpoints, UncheckedReach
from meshmodel.analysis.graph import Graph, Memberships, Reach, bits, bitset, union
from meshmodel.analysis.mesh import Mesh
from meshmodel.analysis.steps import OWN
from meshmodel.model.records import Grant
from meshmodel.model.vocabulary import READ, WRITE


class Reaches:
    """The reach of all active agents, each kind of it worked out when it is first asked for."""

    def __init__(self, mesh: Mesh, checkpoints: Checkpoints) -> None:
        self.mesh, self.checkpoints = mesh, checkpoints

    def guarding(self, checkpoints: Checkpoints) -> "Reaches":
        """The same with other checkpoints: what is reached by all steps stays as it is."""
        made = Reaches(self.mesh, checkpoints)
        for name in ("full", "readable", "own"):
            if name in self.__dict__:
                made.__dict__[name] = self.__dict__[name]
        return made

    @cached_property
    def full(self) -> Reach:
        """The effective reach: by all steps, guarded or not."""
        return self.mesh.graph.spread(self.mesh.agent_seeds())

    def reaching(self, *nodes: int) -> int:
        """The agents that effectively reach one of these nodes."""
        return union(self.full[node] for node in nodes)

    def using(self, grant: Grant, mask: int) -> int:
        """The agents that use the grant of an active credential for any of these actions.

        In a session only the actions count that may leave it.
        """
        agents, copies = 0, self.mesh.sessions.copies
        for node in self.mesh.nodes_of(grant.credential) if mask else ():
            session = copies.get(node)
            if session is None or any(session.allow(grant.system, action) for action in bits(mask)):
                agents |= self.full[node]
        return agents

    @cached_property
    def readable(self) -> Reach:
        """By all steps but triggers and hearing: what agents can read as a source."""
        mesh = self.mesh
        is_calm = not mesh.steps["trigger"] and not mesh.words.heard
        return self.full if is_calm else mesh.words.calm.spread(mesh.agent_seeds())

    @cached_property
    def alone(self) -> UncheckedReach:
        """By steps unguarded for the agent, alone as the start: its unchecked reach."""
        return self.checkpoints.unchecked(self.mesh.agent_seeds())

    @cached_property
    def own(self) -> Reach:
        """The own reach: as itself, by no deputy."""
        return self.mesh.own_graph.spread(self.mesh.agent_seeds())

    @cached_property
    def own_unchecked(self) -> Reach:
        """The own reach by steps that no checkpoint guards."""
        mesh, guards = self.mesh, self.checkpoints.guards
        if not guards:
            return self.own
        steps = (step for kind in OWN for step in mesh.steps[kind] if step not in guards)
        return Graph(mesh.size, steps).spread(mesh.agent_seeds())

    @cached_property
    def yielding(self) -> dict[int, list[tuple[str, int]]]:
        """By node of a credential the steps by which an agent comes to it: their kind and what they leave."""
        mesh, found = self.mesh, dict[int, list[tuple[str, int]]]()
        for kind in ("hold", "custody", "exchange"):
            for leaves, enters in mesh.steps[kind]:
                if leaves not in mesh.origin or leaves in mesh.named:
                    found.setdefault(enters, []).append((kind, leaves))
        return found

    def presenting(self, credential: str) -> int:
        """The agents that come to a credential as themselves; none where it is revoked."""
        node = self.mesh.node("credential", credential)
        return 0 if node is None else self.own[node]

    @cached_property
    def direct(self) -> Reach:
        """By hold, grant and implies steps alone."""
        return self.mesh.graph_of("hold", "grant", "implies").spread(self.mesh.agent_seeds())

    def handed(self, seeds: Mapping[int, int]) -> dict[int, int]:
        """By credential, or copy of one, the starts whose agent holds it.

        What a session holds that returns words is its caller's; of values no data comes back.

        Args:
            seeds: by node of an agent its starts.
        """
        mesh, found = self.mesh, dict[int, int]()
        callers = {
            node: mesh.node("agent", session.delegation.from_)
            for node, session in mesh.sessions.by_node.items()
            if not session.copies.values
        }
        for holder, credential in mesh.steps["hold"]:
            starts = seeds.get(callers.get(holder) or holder, 0)
            found[credential] = found[credential] | starts if credential in found else starts
        return found

    def picked_up(self, credential: int) -> int:
        """The agents that reach a credential by own steps but no hold step: they picked it up on the way."""
        return self.own[credential] & ~self._handed.get(credential, 0)

    @cached_property
    def _handed(self) -> dict[int, int]:
        return self.handed(self.mesh.agent_seeds())

    def intended(self, handed: Mapping[int, int]) -> Reach:
        """By node, the starts whose agent reaches it by hold and exchange steps alone.

        See ``docs/semantics.md#paths``, approved.

        Args:
            handed: by credential, or copy of one, the starts whose agent holds it.
        """
        return self.mesh.graph_of("exchange").spread(handed)

    @cached_property
    def intruder(self) -> Checkpoints:
        """The checkpoints in the mesh of somebody who has broken in (``Mesh.intruder``)."""
        return self.checkpoints.of(self.mesh.intruder)

    @cached_property
    def outsiders(self) -> Checkpoints:
        """The checkpoints in the mesh of outsiders' words (``Mesh.outsiders``)."""
        mesh = self.mesh.outsiders
        return self.intruder if mesh is self.mesh.intruder else self.checkpoints.of(mesh)

    @cached_property
    def outsider(self) -> UncheckedReach:
        """What the outsider reaches: one start (``docs/semantics.md#untrusted-content``)."""
        return self.outsiders.unchecked(dict.fromkeys(self.mesh.outside, 1))

    @cached_property
    def started(self) -> dict[int, int]:
        """By system the agents that it triggers by a step that is unguarded for the outsider."""
        return self._open("trigger", self.mesh.words.drawn)

    @cached_property
    def unjudged(self) -> dict[int, int]:
        """By system the agents that hear it by a step that is unguarded for the outsider."""
        return self._open("hearing", {each: self.mesh.words.hears[each] for each in self.mesh.words.heard})

    def _open(self, kind: str, entered: Mapping[int, int]) -> dict[int, int]:
        mesh, checkpoints, found = self.mesh, self.checkpoints, dict(entered)
        for step in checkpoints.guards:
            is_such = mesh.kind(*step) == kind and step[1] not in mesh.origin
            if is_such and not checkpoints.opened(step, self.outsider.power):
                found[mesh.original(step[0]) // 5] &= ~(1 << step[1] - mesh.first_agent)
        return found

    @cached_property
    def heard(self) -> list[bool]:
        """By system, whether it is heard (``docs/semantics.md#untrusted-content``)."""
        mesh = self.mesh
        reach = self.outsider.reach if mesh.outside else []
        return [
            mesh.untrusted[system] or (system in mesh.words.systems and reach[5 * system + WRITE] > 0)
            for system in range(len(mesh.systems))
        ]

    @cached_property
    def moving(self) -> dict[int, int]:
        """By heard system the agents that it moves, as bits (``docs/semantics.md#untrusted-content``)."""
        found, askers = dict[int, int](), self.mesh.askers
        asked = bitset(askers)
        for system, is_heard in enumerate(self.heard):
            told = self.started.get(system, 0) | self.unjudged.get(system, 0) if is_heard else 0
            if told:
                found[system] = told | union(askers[each] for each in bits(told & asked))
        return found

    def carrying(self, system: int) -> int:
        """The agents that carry outsiders' words to a system: those in the outsider's unchecked reach.

        Programs do so by the sessions in which they copy.
        """
        is_carried = self.heard[system] and not self.mesh.untrusted[system]
        agents = self.own[5 * system + WRITE] if is_carried else 0
        return agents & self._with_outsider & ~self.mesh.persons

    @cached_property
    def _with_outsider(self) -> int:
        """The agents in the unchecked reach of the outsider, or with a session there."""
        return bitset([agent for agent, some in self.mesh.present(self.outsider.reach).items() if some])

    @cached_property
    def ways_out(self) -> list[int]:
        """The accesses that expose a system, or act on one with untrusted input."""
        mesh = self.mesh
        return [
            5 * system + action
            for system, traits in enumerate(mesh.traits)
            for action in range(5)
            if traits.exposes(action) or (mesh.untrusted[system] and action != READ)
        ]

    def way_out(self, reach: Reach) -> int:
        """The starts with a way out; ``reach`` is their unchecked reach."""
        return union({id(reach[each]): reach[each] for each in self.ways_out}.values())

    @cached_property
    def accesses(self) -> Memberships:
        """By agent the accesses that it effectively reaches."""
        return self.accesses_in(self.full)

    def accesses_in(self, reach: Reach) -> Memberships:
        """By agent the accesses in a reach."""
        return Memberships([reach[access] for access in range(self.mesh.first_credential)])

    def carriers(self, reach: Reach) -> dict[str, int]:
        """By identity the agents that carry it: that reach one of its credentials, or a copy of one."""
        copies = self.mesh.sessions.copies_of
        return {
            identity: union(reach[each] for node in nodes for each in (node, *copies.get(node, ())))
            for identity, nodes in sorted(self.mesh.principals.items())
        }
