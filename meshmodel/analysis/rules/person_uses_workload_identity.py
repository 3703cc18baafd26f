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
    name = engine.snapshot.agent[agent].title
    return FindingText(
        f"{name} can sign in as {record.principal} with {record.title}.",
        held_by(engine.mesh, agent, credential),
        named=(f"{name} with {record.title}",),
        more="Logs cannot tell the person from the workload.",
    )


RULE = Rule(
    id="person-uses-workload-identity",
    title="Person uses a service account",
    why="It bypasses personal controls.",
    severity="medium",
    detects="A person holds a credential of a workload",
    remedy="Let people sign in as themselves, and raise their rights for a limited time.",
    cites="NHI10:2025; SP 800-53 AU-10",
    false_positives=("The credential is a person's: set its subject to human",),
    find=_find,
)
