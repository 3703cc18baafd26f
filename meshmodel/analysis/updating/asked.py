"""The questions after an edit: those about what it concerns anew, the others as they were."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.questions import (
    asked_of_agent,
    asked_of_credential,
    asked_of_system,
    in_one_zone,
    questions,
)
from meshmodel.analysis.results import Question
from meshmodel.analysis.updating.concerned import Kept
from meshmodel.analysis.updating.engines import Moved


@dataclass(frozen=True, slots=True)
class Asked:
    """The questions of one reading.

    Attributes:
        questions: all of them by element.
        elements: the elements, in the same order.
    """

    questions: tuple[Question, ...]
    elements: list[str]

    def after(self, kept: Kept, moved: Moved) -> "Asked":
        """The questions after an edit; these stay as they are."""
        if moved.changes.of("zone"):
            return ask(kept.engine)
        found, elements = list(self.questions), self.elements.copy()
        for element, asks in _again(kept, moved):
            place = bisect_left(elements, element)
            there = place < len(elements) and elements[place] == element
            if not asks:
                if there:
                    del elements[place], found[place]
            elif there:
                found[place] = Question(element, asks)
            else:
                elements.insert(place, element)
                found.insert(place, Question(element, asks))
        return Asked(tuple(found), elements)


def ask(engine: Engine) -> Asked:
    """All questions, from scratch."""
    found = questions(engine)
    return Asked(found, [each.element for each in found])


def _again(kept: Kept, moved: Moved) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What is asked now of all that an edit concerns."""
    engine, changes = kept.engine, moved.changes
    snapshot, mesh = engine.snapshot, engine.mesh
    agents = set(moved.told)
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
    component = engine.effective.component
    zones: dict[int, str | None] = {}  # of a component all members reach the same
    for agent in agents:
        asks: tuple[str, ...] = ()
        if agent in mesh.agent_node:
            intended = bool(kept.related.of("intent", "agent", agent))
            place = component[mesh.agent_node[agent]]
            if place not in zones:
                zones[place] = in_one_zone(engine, agent)
            asks = asked_of_agent(snapshot, snapshot.agent[agent], zones[place], intended=intended)
        yield f"agent:{agent}", asks
