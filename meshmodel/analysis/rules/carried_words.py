"""A system into which agents can copy untrusted content: the harm counts where it acts."""

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
    name, who = snapshot.system[system].title, titles(snapshot, "agent", agents)
    can_spread = (
        f"{who} can copy untrusted content into {name}" if agents else f"Untrusted content gets into {name}"
    )
    about = (("system", system), *highlighted("agent", agents))
    return FindingText(f"{can_spread}.", about, named=(name,), more=f"Agents that read {name} may follow it.")


RULE = Rule(
    id="carried-words",
    title="Untrusted content can spread",
    why="Poisoned memory outlives the attack.",
    severity="low",
    detects="Agents can copy untrusted content into a system, and no checkpoint is in between",
    remedy="Put a checkpoint before the write. Or accept fixed values only (typed). Or stop the agents from "
    "writing there.",
    cites="ASI06:2026; ASI01:2026; T1 (Agentic threats 1.1); SP 800-53 AC-4; AISVS v1.0-C8.2.3; "
    "AISVS v1.0-C9.3.6; ATLAS AML.T0080; ATLAS AML.T0099; CWE-1427",
    false_positives=("What is written is validated against closed sets: mark the system as typed",),
    find=_find,
)
