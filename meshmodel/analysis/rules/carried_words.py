"""A system into which agents carry what outsiders said."""

from collections.abc import Iterator
from functools import partial

from meshmodel.analysis.results import Told
from meshmodel.analysis.rules.base import Case, Facts, Rule
from meshmodel.analysis.rules.phrases import lit, titles
from meshmodel.model.vocabulary import INTEGRITIES

_HIGH = INTEGRITIES.index("high")


def _find(facts: Facts) -> Iterator[Case]:
    mesh, heard = facts.mesh, facts.reaches.heard
    for number, name in enumerate(mesh.systems):
        if heard[number] and not mesh.untrusted[number]:
            agents = facts.names(facts.reaches.carrying(number))
            grave = mesh.traits[number].integrity >= _HIGH
            yield Case(
                name, "high" if grave else "medium", partial(_told, facts, name, agents), agents, ("write",)
            )


def _told(facts: Facts, system: str, agents: tuple[str, ...]) -> Told:
    who = (
        f"{titles(facts.snapshot, 'agent', agents)} can carry outsiders' words"
        if agents
        else "Outsiders' words come"
    )
    return Told(
        f"{who} into {facts.snapshot.system[system].title}: whoever reads it hears them",
        (("system", system), *lit("agent", agents)),
    )


RULE = Rule(
    id="carried-words",
    severity="high if the integrity of the system is high or critical, else medium",
    detects="Agents that outsiders' words steer can carry them into a system, and nobody is asked on the way",
    remedy="Place a decision on the way in, let it hold only checked values (typed), or let others write it",
    references=("ASI06:2026", "ASI01:2026", "T1 (Agentic threats 1.1)", "SP 800-53 AC-4"),
    false_positives="What is written is validated against closed sets: mark the system as typed",
    find=_find,
)
