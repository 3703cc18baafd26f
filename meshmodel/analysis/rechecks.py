"""Where a decision was due for an observed action, and which checkpoints of the model it could have been.

For one agent, one source that it has read, and one credential with which it acts: whether that is a
crossing (section 6), and the checkpoints in the way. In the way is what counts for the start and sits on
the grant step, on the boundary, or on a step by which the credential was come by after the source.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from meshmodel.analysis.approvals import approvals
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.entering import severity_number, severity_word
from meshmodel.analysis.spreading import Spreader
from meshmodel.analysis.steps import ACTION_NUMBER, ADMIN, READ, Pair, bits
from meshmodel.analysis.unchecked import Unchecked
from meshmodel.model.records import Grant
from meshmodel.model.vocabulary import SENSITIVITIES, Action, Severity


@dataclass(frozen=True, slots=True)
class Obtained:
    """How an agent was seen to come by a credential.

    Attributes:
        system: the system that handed it out.
        event: the number of the event in which it did.
        steps: the step by which, in each of the forms that it may have had.
        credential: the one with which the agent acted there; ``None`` where that is not known.
        actions: what it did there, as bits.
        exchanged: whether it was an exchange of that credential.
    """

    system: str
    event: int
    steps: tuple[Pair, ...]
    credential: str | None
    actions: int
    exchanged: bool = False


@dataclass(frozen=True, slots=True)
class Due:
    """What was due when an agent acted after reading one source.

    Attributes:
        once: the checkpoints in the way that decide about this very action (on the grant or boundary).
        before: those on the way to the credential.
        approved: whether an intent excuses that there is none.
        severity: of the crossing where there is none.
    """

    once: frozenset[str]
    before: frozenset[str]
    approved: bool
    severity: Severity


class Rechecks:
    """Answers for one model in one view; what it keeps is bounded by the model."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.mesh = engine.mesh
        self.spreader = Spreader(engine)
        self._approvals = approvals(engine)
        self._exchanging = {(each.from_, each.at) for each in engine.snapshot.exchange.values()}
        self._grants: dict[tuple[str, str, Action], list[Pair]] = {}
        self._dropped: dict[tuple[str, str | None], int] = {}
        self._alone: dict[str, Unchecked] = {}

    def due(
        self,
        agent: str,
        source: str | None,
        credential: str,
        target: str,
        action: Action,
        obtained: dict[str, Obtained],
    ) -> Due | None:
        """What was due; ``None`` where that is no crossing.

        Args:
            agent: an active agent but a person.
            source: a system that it read, or that triggers it; ``None`` for home.
            credential: an active credential that it presented.
            target: the system on which it acted.
            action: what it did.
            obtained: how it was seen to come by credentials.
        """
        if not self.crosses(agent, source, target, action):
            return None
        if self.exchanges(credential, target, action) and not self.grants(credential, target, action):
            return None  # an exchange is no access; what guards it is due when its yield is presented
        once, before = self._in_the_way(agent, source, credential, target, action, obtained)
        ids = self.engine.candidates.ids
        return Due(
            frozenset(ids[number] for number in bits(once)),
            frozenset(ids[number] for number in bits(before)),
            self._approved(agent, source, credential, target, action),
            self._severity(agent, source, credential, target, action),
        )

    def crosses(self, agent: str, source: str | None, target: str, action: Action) -> bool:
        """Whether an action after reading a source is a crossing (section 6)."""
        systems, home = self.engine.snapshot.system, self.engine.snapshot.agent[agent].home
        left = home if source is None else systems[source].domain
        entered = systems[target].domain
        if left is None or left == entered:
            return False
        if entered != home:
            return True
        if source is None or action == "read":
            return False
        lower = self._level(target) < self._level(source)
        return lower or systems[source].untrusted_input

    def _level(self, system: str) -> int:
        return SENSITIVITIES.index(self.engine.snapshot.system[system].computed_sensitivity)

    def grants(self, credential: str, system: str, action: Action) -> list[Pair]:
        """The grant steps by which a credential opens an access, itself or as part of admin."""
        grant = self.engine.snapshot.grant.get((credential, system))
        node = self.mesh.credential_node.get(credential)
        if node is None or grant is None:
            return []
        key = credential, system, action
        if key not in self._grants:
            self._grants[key] = self._grant_steps(node, grant, action)
        return self._grants[key]

    def exchanges(self, credential: str, system: str, action: Action) -> bool:
        """Whether a system issues another credential for this one."""
        return action == "issue" and (credential, system) in self._exchanging

    def _grant_steps(self, node: int, grant: Grant, action: Action) -> list[Pair]:
        first = self.mesh.access_node(grant.system, READ)
        names = {action, "admin"} & set(grant.actions)
        return [
            (node, first + (ADMIN if name == "admin" else ACTION_NUMBER[action])) for name in sorted(names)
        ]

    def _in_the_way(
        self,
        agent: str,
        source: str | None,
        credential: str,
        target: str,
        action: Action,
        obtained: dict[str, Obtained],
    ) -> tuple[int, int]:
        candidates = self.engine.candidates
        if not candidates.ids:
            return 0, 0
        counting = ~self._dropped_for(agent, source)
        once = self._guards(self.grants(credential, target, action), counting)
        systems = self.engine.snapshot.system
        left = self.engine.snapshot.agent[agent].home if source is None else systems[source].domain
        for boundary in candidates.boundaries:
            if (boundary.zone_from, boundary.zone_to) == (left, systems[target].domain):
                covered = boundary.actions >> ACTION_NUMBER[action] & 1
                once |= (1 << boundary.number if covered else 0) & counting
        return once, self._on_the_way(agent, source, credential, obtained, counting)

    def _on_the_way(
        self, agent: str, source: str | None, credential: str, obtained: dict[str, Obtained], counting: int
    ) -> int:
        """The checkpoints on the steps by which a credential was come by, back to the source."""
        mesh = self.mesh
        found = 0
        node = mesh.agent_node[agent]
        current: str | None = credential
        passed: set[str] = set()
        while current is not None and current in mesh.credential_node and current not in passed:
            passed.add(current)
            held = (node, mesh.credential_node[current])
            if held[1] in self.engine.holds(node):
                return found | self._guards([held], counting)
            way = obtained.get(current)
            if way is None:
                return found
            found |= self._guards(way.steps, counting)
            if way.exchanged:
                current = way.credential
                continue
            if way.system == source:
                return found
            if way.credential is None:
                return found
            for number in bits(way.actions):
                grants = self.grants(way.credential, way.system, _ACTION[number])
                found |= self._guards(grants, counting)
            current = way.credential
        return found

    def _guards(self, steps: Iterable[Pair], counting: int) -> int:
        """The checkpoints on a step that may have had several forms; none if one form is unguarded."""
        found = 0
        for step in steps:
            here = self.engine.candidates.guards.get(step, 0) & counting
            if not here:
                return 0
            found |= here
        return found

    def _dropped_for(self, agent: str, source: str | None) -> int:
        """The checkpoints over which the start has power, as bits."""
        key = agent, source
        known = self._dropped.get(key)
        if known is None:
            known = self._dropped[key] = self._unchecked(agent, source).dropped
        return known

    def _unchecked(self, agent: str, source: str | None) -> Unchecked:
        """What a start reaches unasked: the agent, with the read of the source where it can read it."""
        node, guarding = self.mesh.agent_node[agent], self.engine.guarding
        alone = self._alone.get(agent)
        if alone is None:
            alone = self._alone[agent] = guarding.alone(node)
        if source is None:
            return alone
        read = self.mesh.access_node(source, READ)
        if alone.row >> read & 1 or not self.engine.effective.row(node) >> read & 1:
            return alone
        return guarding.together(alone, read, guarding.baseline.row(read))

    def _approved(self, agent: str, source: str | None, credential: str, target: str, action: Action) -> bool:
        mesh = self.mesh
        node = mesh.credential_node[credential]
        for each in self._approvals.get(agent, ()):
            if (
                each.system == mesh.system_number[target]
                and each.actions >> ACTION_NUMBER[action] & 1
                and each.credentials >> node & 1
                and (each.home if source is None else each.sources >> mesh.access_node(source, READ) & 1)
            ):
                return True
        return False

    def _severity(
        self, agent: str, source: str | None, credential: str, target: str, action: Action
    ) -> Severity:
        mesh, systems = self.mesh, self.engine.snapshot.system
        floor = 0
        if source is not None and systems[target].is_exposed and self._level(source) > 1:
            floor = self._level(source) + 1 + self._is_steered(agent)
        node = mesh.agent_node[agent]
        number = severity_number(
            self._level(target),
            untrusted=source is not None and systems[source].untrusted_input,
            picked_up=mesh.credential_node[credential] not in self.engine.holds(node),
            read=action == "read",
            floor=floor,
        )
        return severity_word(number)

    def _is_steered(self, agent: str) -> bool:
        """Whether any of its sources has untrusted input."""
        return bool(self.engine.sources_of(self.mesh.agent_node[agent]) & self.mesh.untrusted)


_ACTION: dict[int, Action] = {number: action for action, number in ACTION_NUMBER.items()}
