"""The way by which a finding comes about, rule by rule (sections 9 and 11)."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from meshmodel.analysis.checkpoints import steps_covered
from meshmodel.analysis.going import Chain, Going, Target
from meshmodel.analysis.results import Explanation, Finding
from meshmodel.analysis.rules.coarse_checkpoint import COARSE
from meshmodel.analysis.rules.environment_crossing import TRIED
from meshmodel.analysis.steps import (
    ADMIN,
    ALL_ACTIONS,
    EXECUTE,
    READ,
    WRITE,
    Pair,
    action_mask,
    bits,
    implied_mask,
)
from meshmodel.analysis.worst import Origins
from meshmodel.model.records import Checkpoint

if TYPE_CHECKING:
    from meshmodel.analysis.explain import Explaining

_ACTING: Final = ALL_ACTIONS & ~(1 << READ)
_POWER: Final = 1 << WRITE | 1 << EXECUTE | 1 << ADMIN
_FEW: Final = 50
"""So many agents of a finding are asked about one system."""


class Telling:
    """Finds the way of a finding: the worst there is among those that have to do with it."""

    def __init__(self, explaining: "Explaining") -> None:
        self.why = explaining
        self.engine = explaining.engine
        self.mesh = explaining.mesh
        self.snapshot = explaining.engine.snapshot
        self.going = Going(explaining)

    def tell(self, finding: Finding) -> Explanation | None:
        """The way, or ``None`` where nobody comes to what the finding is about."""
        way = _WAYS.get(finding.rule)
        return None if way is None else way(self, finding)

    # Sets of nodes, and chains of steps

    def custodies(self, system: str, credential: str, actions: int) -> Iterator[Chain]:
        """The custody steps by which a system yields a credential."""
        node = self.mesh.credential_node.get(credential)
        return ((each, node) for each in bits(self.going.at(system, actions)) if node is not None)

    def credentials(self, ids: Iterable[str]) -> Iterator[Chain]:
        """Credentials that are active, each as a chain of one node."""
        return ((self.mesh.credential_node[each],) for each in ids if each in self.mesh.credential_node)

    # Rules

    def of_door(self, finding: Finding) -> Explanation | None:
        """Through a grant: the agents and actions that the finding names."""
        credential, _, system = finding.subject.partition(">")
        return self.going.via_grant(credential, system, finding.agents, action_mask(finding.actions or None))

    def of_flow(self, finding: Finding) -> Explanation | None:
        """To what it reaches without being asked: what outsiders see rather than what is private, where both
        are equally bad. What only triggers it is not reached so.
        """
        agent, alone = finding.subject, self.engine.alone[finding.subject]
        systems = _about(finding, "system")
        systems.sort(key=lambda each: not self.snapshot.system[each].is_exposed)
        first = self.mesh.access_node
        targets = [(agent, each, alone.row >> first(each, 0) & ALL_ACTIONS) for each in systems]
        targets = [target for target in targets if target[2]]
        told = self.going.to(targets)
        if told is not None and told.state in {"uncontrolled", "approved"}:
            return told
        start, unguarded = [self.mesh.agent_node[agent]], self.why.paths.unguarded_for(alone)
        for _, system, actions in targets:  # no crossing is uncontrolled: a way on which nobody is asked
            for access in bits(self.going.at(system, actions)):
                path = self.why.paths.shortest(start, access, unguarded)
                if path is not None:
                    return self.why.reached(agent, path)
        return told

    def of_agent(self, finding: Finding, accesses: int, origins: Origins | None = None) -> Explanation | None:
        """To some accesses of the systems that the finding names; from somewhere, if there is a crossing."""
        first = self.mesh.access_node
        targets = [
            (finding.subject, each, accesses >> first(each, 0) & ALL_ACTIONS)
            for each in _about(finding, "system")
            if accesses >> first(each, 0) & ALL_ACTIONS
        ]
        told = None if origins is None else self.going.to(targets, origins)
        return told or self.going.to(targets)

    def of_beyond(self, finding: Finding) -> Explanation | None:
        """To what no intent of the agent names."""
        allowed = 0
        for intent in self.snapshot.intent.values():
            if intent.agent == finding.subject:
                allowed |= self.going.at(intent.system, implied_mask(intent.actions))
        return self.of_agent(finding, self.mesh.access & ~allowed)

    def of_environment(self, finding: Finding) -> Explanation | None:
        """To production; from where things are tried, if that is a crossing."""
        production = tried = 0
        for zone in self.snapshot.zone.values():
            mask = self.mesh.zone_mask.get(zone.id, 0)
            production |= mask if zone.environment == "production" else 0
            tried |= mask if zone.environment in TRIED else 0
        row = self.engine.alone[finding.subject].row
        home = self.snapshot.agent[finding.subject].home
        at_home = home is not None and self.snapshot.zone[home].environment in TRIED
        origins = Origins(tried & self.mesh.read, home=at_home)
        return self.of_agent(finding, row & production & self.mesh.acting, origins)

    def of_supplier(self, finding: Finding) -> Explanation | None:
        """To what is confidential; from what the supplier steers it through, if that is a crossing."""
        private = self.mesh.at_level[2] | self.mesh.at_level[3]
        supplied = 0
        for each in _about(finding, "system"):
            if self.snapshot.system[each].vendor is not None:
                supplied |= self.going.at(each, 1 << READ)
        steering = supplied & self.mesh.triggered_by.get(self.mesh.agent_node[finding.subject], 0)
        origins = Origins(steering, home=False) if steering else None
        return self.of_agent(finding, private & self.mesh.read * action_mask(finding.actions), origins)

    def of_coarse(self, finding: Finding) -> Explanation | None:
        """To what is acted on after a coarse decision, by a way on which nobody else decides."""
        agent, node = finding.subject, self.mesh.agent_node[finding.subject]
        unchecked = self.engine.alone[agent]
        unguarded = self.why.paths.unguarded_for(unchecked)

        def allowed(step: Pair) -> bool:
            return unguarded(step) or self.mesh.kind(*step) in COARSE

        worth = self.mesh.acting & (self.mesh.at_level[2] | self.mesh.at_level[3])
        wanted = self.engine.effective.row(node) & worth & ~unchecked.row
        for each in _about(finding, "system"):
            for access in bits(wanted & self.going.at(each)):
                path = self.why.paths.shortest([node], access, allowed)
                if path is None:
                    continue
                place = self.why.worst.place(agent, each, 1 << access % 5, Origins(0, home=True))
                if place is None or place[3].state != "controlled":
                    return self.why.reached(agent, path)
                return self.why.told(self.why.travellers.settled(agent), place, path)
        return None

    def of_system(self, finding: Finding) -> Explanation | None:
        """To the system, as the agents that the finding names; through what it names, if anything."""
        system, _, _ = finding.subject.partition(">")
        actions = action_mask(finding.actions)
        through = [key for table, key in finding.about if table == "grant" and isinstance(key, tuple)]
        if through:
            granted = [chain for key in through for chain in self.going.grants(*key)]
            return self.going.via(granted, finding.agents, self.going.at(system, actions & _ACTING))
        if finding.agents:
            return self.going.to((agent, system, actions) for agent in finding.agents[:_FEW])
        chains = self.credentials(_about(finding, "credential"))
        return self.going.via(chains, None, self.going.at(system, actions))

    def of_secret(self, finding: Finding) -> Explanation | None:
        """To what the secret opens, which is found on the way; else to where it lies."""
        system, _, credential = finding.subject.partition(">")
        chains = self.custodies(system, credential, action_mask(finding.actions))
        return self.going.via(chains, finding.agents) or self.of_system(finding)

    def of_copies(self, finding: Finding) -> Explanation | None:
        """To what the secret opens, which is found in one of the places."""
        kept = [
            chain
            for (system, credential), custody in sorted(self.snapshot.custody.items())
            if credential == finding.subject and custody.how == "stores"
            for chain in self.custodies(system, credential, action_mask(custody.obtained_by))
        ]
        return self.going.via(kept)

    def of_passing(self, finding: Finding) -> Explanation | None:
        """Of one agent that hands on a credential: through the other to what the credential opens."""
        # An agent may have the id of a credential, or of a system.
        if finding.about[0][0] == "grant":
            return self.of_door(finding)
        first, _, second = finding.subject.partition(">")
        agents, credentials = self.mesh.agent_node, self.mesh.credential_node
        passed = [credentials[each] for each in _about(finding, "credential")]
        return self.going.via([(agents[first], agents[second], each) for each in passed], [first])

    def of_exchange(self, finding: Finding) -> Explanation | None:
        """Through the exchange; to where somebody acts, if that is what it is about."""
        first, _, second = finding.subject.partition(">")
        nodes = self.mesh.credential_node
        onto = self.mesh.acting if finding.actions else None
        return self.going.via([(nodes[first], nodes[second])], finding.agents, onto)

    def of_credential(self, finding: Finding) -> Explanation | None:
        """Through a credential; to the systems that the finding names, if it names any."""
        chains = list(self.credentials([finding.subject]))
        named = 0
        for each in _about(finding, "system"):
            named |= self.going.at(each)
        agents = finding.agents or None
        return (self.going.via(chains, agents, named) if named else None) or self.going.via(chains, agents)

    def of_identity(self, finding: Finding) -> Explanation | None:
        """Through a credential in the hand of an agent."""
        agent, _, credential = finding.subject.partition(">")
        node = self.mesh.credential_node[credential]
        return self.going.via([(self.mesh.agent_node[agent], node)], [agent])

    def of_power(self, finding: Finding) -> Explanation | None:
        """To where an agent has power over a decision; else through the step that it is about."""
        checkpoint = self.snapshot.checkpoint[finding.subject]
        if checkpoint.decided_at is not None:
            power = 1 << ADMIN if checkpoint.approvers else _POWER
            unchecked: list[Target] = []
            for agent in finding.agents[:_FEW]:
                row = self.engine.alone[agent].row >> self.mesh.access_node(checkpoint.decided_at, 0)
                if row & power:
                    unchecked.append((agent, checkpoint.decided_at, row & power))
            if unchecked:
                return self.going.to(unchecked)
        if checkpoint.approvers:
            named = set(checkpoint.approvers)
            ids = [each.id for each in self.snapshot.credential.values() if each.principal in named]
            told = self.going.via(self.credentials(sorted(ids)), finding.agents)
            if told is not None:
                return told
        return self.of_checkpoint(finding)

    def of_checkpoint(self, finding: Finding) -> Explanation | None:
        """Through the step, or over the boundary, on which it sits."""
        checkpoint = self.snapshot.checkpoint[finding.subject]
        agents = finding.agents or None
        if checkpoint.step == "boundary":
            return self._over(checkpoint, agents or tuple(sorted(self.why.travellers)))
        exists = {number: set(after) for number, after in enumerate(self.engine.effective.successors)}
        steps = steps_covered(self.mesh, checkpoint, exists) or steps_covered(
            self.mesh, replace(checkpoint, actions=None), exists
        )
        if checkpoint.step == "grant":
            who = agents or sorted(self.mesh.agent_node)
            return self.going.via_grant(checkpoint.from_, checkpoint.to, who, ALL_ACTIONS)
        return self.going.via(steps, agents)

    def _over(self, checkpoint: Checkpoint, agents: Iterable[str]) -> Explanation | None:
        """The worst crossing over a boundary."""
        sources = self.mesh.zone_mask.get(checkpoint.from_, 0) & self.mesh.read
        inside = self.mesh.zone_mask.get(checkpoint.to, 0) & self.mesh.read * action_mask(checkpoint.actions)
        systems = sorted({self.mesh.systems[each // 5] for each in bits(inside)})
        for agent in agents:
            home = self.snapshot.agent[agent].home == checkpoint.from_
            reached = self.going.reach(agent) & inside
            if not reached:
                continue
            targets = [
                (agent, each, reached >> self.mesh.access_node(each, 0) & ALL_ACTIONS) for each in systems
            ]
            told = self.going.to([each for each in targets if each[2]], Origins(sources, home=home))
            if told is not None:
                return told
        return None


def _about(finding: Finding, table: str) -> list[str]:
    return list(dict.fromkeys(str(key) for each, key in finding.about if each == table))


_WAYS: Final[Mapping[str, Callable[[Telling, Finding], Explanation | None]]] = {
    "missing-checkpoint": Telling.of_door,
    "toxic-flow": Telling.of_flow,
    "unapproved-reach": Telling.of_beyond,
    "checkpoint-does-not-count": Telling.of_checkpoint,
    "self-approved-checkpoint": Telling.of_power,
    "coarse-checkpoint": Telling.of_coarse,
    "approval-fatigue": Telling.of_checkpoint,
    "delegation-not-honoured": Telling.of_door,
    "token-passthrough": Telling.of_passing,
    "impersonating-exchange": Telling.of_exchange,
    "unpinned-federation": Telling.of_exchange,
    "shared-credential": Telling.of_credential,
    "long-lived-credential": Telling.of_credential,
    "secret-at-rest": Telling.of_secret,
    "copied-secret": Telling.of_copies,
    "human-identity-in-agent": Telling.of_identity,
    "person-uses-workload-identity": Telling.of_identity,
    "environment-crossing": Telling.of_environment,
    "third-party-reach": Telling.of_supplier,
    "shared-memory": Telling.of_system,
    "untraceable-step": Telling.of_system,
}
"""How each rule is told. Orphaned credentials and retired agents have no way: nobody comes there."""
