"""One secret kept in several places."""

from functools import partial

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.results import FindingText
from meshmodel.analysis.rules.base import Case, Cases, Rule, grouped, highlighted, titles
from meshmodel.model.records import Snapshot


def _find(engine: Engine) -> Cases:
    """Secrets managers and bound credentials too: each copy must be found when it is to be changed."""
    mesh, custodies = engine.mesh, engine.snapshot.custody.values()
    keeping = grouped((each.credential, each.system) for each in custodies if each.how == "stores")
    for name, systems in keeping.items():
        if len(systems) > 1 and name in mesh.credential:
            yield Case(
                name, "medium", partial(_finding_text, engine.snapshot, name, systems), (), mesh.granted(name)
            )


def _finding_text(snapshot: Snapshot, credential: str, systems: list[str]) -> FindingText:
    systems = sorted(systems)
    copies = (("custody", (each, credential)) for each in systems[:2])
    return FindingText(
        f"{snapshot.credential[credential].title} is stored in {titles(snapshot, 'system', systems)}.",
        (("credential", credential), *copies, *highlighted("system", systems)),
        named=(str(snapshot.credential[credential].title),),
    )


RULE = Rule(
    id="copied-secret",
    title="Secret has several copies",
    why="Rotation misses one.",
    severity="medium",
    detects="A credential is stored in two or more systems",
    remedy="Keep one copy and fetch it.",
    cites="NHI2:2025; NHI9:2025; SP 800-53 IA-5; MCP servers: AISVS v1.0-C10.2.3; ATLAS AML.T0055",
    false_positives=("These are replicas of one store that change together: model them as one system",),
    find=_find,
)
