"""A system into which agents carry what outsiders said: the harm counts where it acts."""

from functools import partial

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.results import FindingText
from meshmodel.analysis.rules.base import Case, Cases, Rule, highlighted, titles
from meshmodel.model.records import Snapshot


def _find(engine: Engine) -> Cases:
    mesh, heard = engine.mesh, engine.reaches.heard
    for number, name in enumerate(mesh.systems):
        if heard[number] and not mesh.untrusted[number]:
            agents = mesh.names(engine.reaches.carrying(number))
            tell = partial(_finding_text, engine.snapshot, name, agents)
            yield Case(name, "low", tell, agents, ("write",))


def _finding_text(snapshot: Snapshot, system: str, agents: tuple[str, ...]) -> FindingText:
    who = f"{titles(snapshot, 'agent', agents)} can carry outsiders' words"
    who = who if agents else "Outsiders' words come"
    message = f"{who} into {snapshot.system[system].title}: whoever reads it hears them"
    return FindingText(message, (("system", system), *highlighted("agent", agents)))


RULE = Rule(
    id="carried-words",
    severity="low",
    detects="Agents that outsiders' words steer can carry them into a system, and nobody is asked on the way",
    remedy="Place a decision on the way in, let it hold only checked values (typed), or let others write it",
    cites="ASI06:2026; ASI01:2026; T1 (Agentic threats 1.1); SP 800-53 AC-4; AISVS v1.0-C8.2.3; "
    "AISVS v1.0-C9.3.6; ATLAS AML.T0080; ATLAS AML.T0099; CWE-1427",
    false_positives="What is written is validated against closed sets: mark the system as typed",
    find=_find,
)
