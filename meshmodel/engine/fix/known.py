"""What no checkpoint changes, worked out once for all proofs of a minimum fix."""

from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from meshmodel.engine.actions import READ, WRITE, action_mask, implied
from meshmodel.engine.engine import Engine
from meshmodel.engine.graph import Reach, Step
from meshmodel.engine.starts import HOME
from meshmodel.engine.steps import KINDS, Relation

Proof = frozenset[int]
"""Relations by their numbers, of which every fix guards at least one; or any set of them."""
NOTHING: Proof = frozenset()


class _Intent(NamedTuple):
    agent: int
    actions: int
    sources: frozenset[int]


class Known:
    """What no checkpoint changes.

    Attributes:
        carried: the systems that words may come to, but not first-hand.
        sources: all that can be one: home, those that are heard anyhow or never, and the carried ones last.
        after: by node those that steps lead to, without hubs.
        hearers: by write access from which hubs are entered, the agents that it triggers, as bits.
        names: the relations by number; they are numbered as they are met.
    """

    def __init__(self, engine: Engine) -> None:
        self.mesh = mesh = engine.mesh
        self.carried = {system for system in mesh.words.systems if not mesh.untrusted[system]}
        every = range(len(mesh.systems))
        self.sources = [HOME, *(s for s in every if s not in self.carried), *sorted(self.carried)]
        self.after = mesh.graph.successors[: mesh.size]
        self.hearers: dict[int, int] = {}
        for system, some in mesh.words.hearing.items():
            write = 5 * system + WRITE
            kept = [each for each in self.after[write] if each < mesh.size]
            if len(kept) < len(self.after[write]):
                self.after[write], self.hearers[write] = kept, some
        self.names: list[Relation] = []
        self._number: dict[Relation, int] = {}
        self._of: dict[Step, Proof] = {}
        self._reaches = engine.reaches

    def relation(self, step: Step) -> Proof:
        """The relation of a step as a set; an implies step has none."""
        found = self._of.get(step)
        if found is None:
            name = self.mesh.relation(*step)
            found = self._of[step] = NOTHING if name[0] == "implies" else frozenset((self.number(name),))
        return found

    def number(self, name: Relation) -> int:
        """The number of a relation."""
        if name not in self._number:
            self._number[name] = len(self.names)
            self.names.append(name)
        return self._number[name]

    def place(self, number: int) -> tuple[int, str, str]:
        """Where a relation stands in the order of section 3."""
        kind, from_, to = self.names[number]
        return KINDS.index(kind), from_, to

    def approved(self, source: int, access: int, credential: int) -> int:
        """The agents for which a credential would be an approved door, were the source not heard."""
        found = 0
        for intent in self._intents.get(access // 5, ()):
            if source in intent.sources and intent.actions >> access % 5 & 1:
                found |= 1 << intent.agent
        if not found:
            return 0
        reached = self._intended[self.mesh.original(credential)]
        return found & (reached | self._intended[credential] if access % 5 == READ else reached)

    @cached_property
    def _intended(self) -> Reach:
        reaches = self._reaches
        return reaches.intended(reaches.handed(self.mesh.agent_seeds()))

    @cached_property
    def _intents(self) -> dict[int, list[_Intent]]:
        """By target, what is declared of carried sources."""
        mesh, found = self.mesh, dict[int, list[_Intent]]()
        for intent in mesh.snapshot.intent.values():
            target = mesh.system[intent.system]
            if intent.agent in mesh.agent and mesh.traceable[target]:
                sources = frozenset(self._covered(intent.agent, intent.from_)) & self.carried
                actions = implied(action_mask(intent.actions))
                found.setdefault(target, []).append(_Intent(mesh.agent[intent.agent], actions, sources))
        return found

    def _covered(self, agent: str, from_: tuple[str, ...] | None) -> Iterator[int]:
        mesh = self.mesh
        home = mesh.snapshot.agent[agent].home
        for each in from_ or ("home",):
            if each != "home":
                yield mesh.system[each]
            elif home is not None:
                yield from (system for system, zone in enumerate(mesh.zone) if zone == home)
