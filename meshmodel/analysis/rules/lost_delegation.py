"""An agent that works for people, and acts as itself where each of them has data of their own."""

from functools import partial

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.graph import bitset
from meshmodel.analysis.results import FindingText
from meshmodel.analysis.rules.base import Case, Cases, Rule, relation, titles
from meshmodel.analysis.steps import CONFIDENTIAL
from meshmodel.model.records import Grant, Snapshot
from meshmodel.model.vocabulary import SENSITIVITIES, Severity


def _find(engine: Engine) -> Cases:
    mesh, tables = engine.mesh, engine.snapshot
    working = _working_for_people(engine)
    reach = mesh.graph_of("hold", "exchange").spread(mesh.agent_seeds()) if working else []
    for name, grants in mesh.grants_of.items() if working else ():
        agents = mesh.names(reach[mesh.first_credential + mesh.credential[name]] & working)
        if not agents or tables.credential[name].on_behalf_of is not None:
            continue
        for grant in grants:
            sensitivity = SENSITIVITIES.index(tables.system[grant.system].computed_sensitivity)
            if tables.system[grant.system].partitioned and sensitivity >= CONFIDENTIAL:
                severity: Severity = "high" if sensitivity > CONFIDENTIAL else "medium"
                tell = partial(_finding_text, tables, grant, agents)
                yield Case(f"{name}>{grant.system}", severity, tell, agents, grant.actions)


def _working_for_people(engine: Engine) -> int:
    """The agents but persons to which a person delegates, itself or through such agents."""
    mesh = engine.mesh
    numbers = [(mesh.agent[each.from_], mesh.agent[each.to]) for each in mesh.delegations]
    found, before = mesh.persons, 0
    while found != before:
        before = found
        found |= bitset([other for one, other in numbers if before >> one & 1])
    return found & ~mesh.persons


def _finding_text(snapshot: Snapshot, grant: Grant, agents: tuple[str, ...]) -> FindingText:
    credential, system = snapshot.credential[grant.credential], snapshot.system[grant.system]
    s = "s" * (len(agents) == 1)
    return FindingText(
        f"{titles(snapshot, 'agent', agents)} work{s} for people but use{s} {system.title} with "
        f"{credential.title}, which belongs to none of them.",
        relation("grant", (credential.id, system.id), agents),
        f"Exchange the person's token for one on their behalf, and let {system.title} decide by the person.",
        named=(credential.title, system.title),
        more=f"{system.title} keeps people's data apart.",
    )


RULE = Rule(
    id="lost-delegation",
    title="User's identity is lost",
    why="One user can get another's data.",
    severity="high if the system is restricted, else medium",
    detects="An agent that works for people uses a credential of none of them, where people's data is kept "
    "apart",
    remedy="Exchange the person's token for one on their behalf, and let the system decide by the person.",
    cites="ASI03:2026; T3 (Agentic threats 1.1); CWE-441; CSF 2.0 PR.AA-04; AISVS v1.0-C9.5.2; "
    "AISVS v1.0-C5.2.2; ATLAS AML.M0027; ATLAS AML.M0028; LLM03:2026",
    false_positives=(
        "What it does there is the same for all, and nothing of one person's comes back",
        "Data is kept apart there by task, not by person",
    ),
    find=_find,
)
