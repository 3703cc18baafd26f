"""The questions after an edit: those about what it concerns anew, the others as they were."""

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import compress
from operator import attrgetter
from typing import Final

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.questions import (
    asked_of_agent,
    asked_of_credential,
    asked_of_system,
    first_zones,
    questions,
    those_in_one_zone,
)
from meshmodel.analysis.results import Question
from meshmodel.analysis.updating.chunks import Joined, Sorted
from meshmodel.analysis.updating.concerned import Kept
from meshmodel.analysis.updating.engines import Moved

_SITUATION: Final = attrgetter("situation")


@dataclass(frozen=True, slots=True)
class Asked:
    """The questions of one reading.

    Attributes:
        questions: all of them by element.
        found: the same, by their elements.
    """

    questions: Sequence[Question]
    found: Sorted[Question]

    @classmethod
    def of(cls, questions: Sequence[Question]) -> "Asked":
        """These questions, which are in order."""
        return cls(questions, Sorted.of([each.element for each in questions], list(questions)))

    def after(self, kept: Kept, moved: Moved) -> "Asked":
        """The questions after an edit; these stay as they are."""
        if moved.changes.of("zone"):
            return ask(kept.engine)
        changed = {element: asks for element, asks in _again(kept, moved) if self._asked_of(element) != asks}
        if not changed:
            return self
        asked = {element: Question(element, asks) for element, asks in changed.items() if asks}
        found = self.found.put(sorted(changed), asked)
        return Asked(Joined(found.lists), found)

    def _asked_of(self, element: str) -> tuple[str, ...]:
        question = self.found.get(element)
        return () if question is None else question.asks


def ask(engine: Engine) -> Asked:
    """All questions, from scratch."""
    return Asked.of(questions(engine))


def _in_several_zones(engine: Engine, agents: AbstractSet[str]) -> Iterable[str]:
    """Those of these agents that reach several zones: if they just miss something, nothing else is asked."""
    travellers = engine.traveller_of
    there = list(agents & travellers.keys())
    situations = list(map(_SITUATION, map(travellers.__getitem__, there)))
    same = list(map(id, situations))
    several = {
        key: len(first_zones(engine.mesh, each.reach)) > 1
        for key, each in dict(zip(same, situations, strict=True)).items()
    }
    return compress(there, map(several.__getitem__, same))


def _again(kept: Kept, moved: Moved) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What is asked now of all that an edit concerns."""
    engine, changes = kept.engine, moved.changes
    snapshot, mesh = engine.snapshot, engine.mesh
    agents = set(moved.told)
    agents.difference_update(_in_several_zones(engine, moved.missing))
    agents.update(str(key) for key, _, _ in changes.of("agent"))
    renamed = 0
    for key, one, other in changes.of("credential"):
        credential = snapshot.credential.get(str(key))
        active = credential is not None and credential.is_active
        yield f"credential:{key}", asked_of_credential(credential) if active and credential else ()
        if one is not None and other is not None and one.principal != other.principal:
            renamed |= 1 << mesh.credential_node.get(str(key), mesh.first_agent - 1)
    if renamed:
        agents.update(each for each, node in mesh.agent_node.items() if engine.effective.row(node) & renamed)
    for key, _, _ in changes.of("system"):
        system = snapshot.system.get(str(key))
        yield f"system:{key}", () if system is None else asked_of_system(system)
    there = agents & mesh.agent_node.keys()
    zones = those_in_one_zone(engine, there)
    intends = kept.related.at("intent", "agent")
    for agent in agents:
        asks: tuple[str, ...] = ()
        if agent in there:
            known, zone = snapshot.agent[agent], zones.get(agent)
            asks = asked_of_agent(snapshot, known, zone, intended=agent in intends)
        yield f"agent:{agent}", asks
