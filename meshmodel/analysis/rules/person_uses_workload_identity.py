"""A person who signs in as a machine."""

from functools import partial

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.results import FindingText
from meshmodel.analysis.rules.base import Case, Cases, Rule, held_by, holding


def _find(engine: Engine) -> Cases:
    mesh, snapshot = engine.mesh, engine.snapshot
    workload = {each.id for each in snapshot.credential.values() if each.subject == "workload"}
    for agent, credential in holding(mesh, workload) if mesh.persons else ():
        if snapshot.agent[agent].is_person:
            tell = partial(_finding_text, engine, agent, credential)
            yield Case(f"{agent}>{credential}", "medium", tell, (agent,), mesh.granted(credential))


def _finding_text(engine: Engine, agent: str, credential: str) -> FindingText:
    record = engine.snapshot.credential[credential]
    return FindingText(
        f"{engine.snapshot.agent[agent].title} can sign in as {record.principal} with {record.title}: no log "
        "tells the person from the workload",
        held_by(engine.mesh, agent, credential),
    )


RULE = Rule(
    id="person-uses-workload-identity",
    severity="medium",
    detects="A person holds a credential that authenticates a workload",
    remedy="Let people sign in as themselves, with more rights for a limited time where they need them",
    cites="NHI10:2025; SP 800-53 AU-10",
    false_positives="The credential is that of a person, and its subject is not drawn yet: mark it as human",
    find=_find,
)
