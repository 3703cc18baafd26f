"""A secret that lies where it was not made to lie."""

from functools import partial

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.nodes import CONFIDENTIAL
from meshmodel.analysis.results import Told
from meshmodel.analysis.rules.base import Case, Cases, Rule, can, relation, titles
from meshmodel.model.actions import NUMBER
from meshmodel.model.records import Custody
from meshmodel.model.snapshot import Snapshot


def _find(engine: Engine) -> Cases:
    mesh, systems, credentials = engine.mesh, engine.snapshot.system, engine.snapshot.credential
    private = mesh.graph.gather([each.sensitivity >= CONFIDENTIAL for each in mesh.traits for _ in range(5)])
    managers = {each.id for each in systems.values() if each.kind == "secrets-manager"}
    for (system, credential), each in engine.snapshot.custody.items():
        number = mesh.credential.get(credential)
        if number is None or each.how != "stores" or system in managers or credentials[credential].is_bound:
            continue
        by, first = each.obtained_by, mesh.access(system, 0)
        agents = mesh.names(engine.reaches.reaching(*(first + NUMBER[action] for action in by)))
        tell, grave = partial(_told, engine.snapshot, each, agents), private[mesh.first_credential + number]
        yield Case(f"{system}>{credential}", "high" if grave else "medium", tell, agents, by)


def _told(snapshot: Snapshot, custody: Custody, agents: tuple[str, ...]) -> Told:
    credential, system = snapshot.credential[custody.credential], snapshot.system[custody.system]
    also = f"; {titles(snapshot, 'agent', agents)} can" if agents else ""
    return Told(
        f"{credential.title} lies in {system.title}, for whoever can {can(custody.obtained_by)} it{also}",
        relation("custody", (system.id, credential.id), agents),
    )


RULE = Rule(
    id="secret-at-rest",
    severity="high if what follows from it includes a confidential or restricted system, else medium",
    detects="A bearer credential is stored in a system that is no secrets manager",
    remedy="Delete the copy and issue a new one; keep it in a secrets manager, bind it, or use federation",
    cites="NHI2:2025; ATT&CK T1552; CWE-522; CWE-798; steerable agents: AISVS v1.0-C9.5.4; "
    "MCP servers: AISVS v1.0-C10.2.3; ATLAS AML.T0055; ATLAS AML.T0083; ATLAS AML.T0098; "
    "knowledge bases: ATLAS AML.T0082; ATT&CK T1552.001",
    false_positives="It is kept there encrypted, with a key that nobody who gets at it can use",
    find=_find,
)
