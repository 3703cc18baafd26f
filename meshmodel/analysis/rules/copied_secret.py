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
        f"{snapshot.credential[credential].title} is kept in {titles(snapshot, 'system', systems)}: whoever "
        "changes it must find every copy",
        (("credential", credential), *copies, *highlighted("system", systems)),
    )


RULE = Rule(
    id="copied-secret",
    severity="medium",
    detects="A credential is stored in two or more systems",
    remedy="Keep it in one place from which it is fetched, or give each place a credential of its own",
    cites="NHI2:2025; NHI9:2025; SP 800-53 IA-5; MCP servers: AISVS v1.0-C10.2.3; ATLAS AML.T0055",
    false_positives="The places are replicas of one store that are changed together: draw them as one system",
    find=_find,
)
