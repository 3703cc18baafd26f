"""A secret that is stored outside a secrets manager."""

from functools import partial

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.graph import bits, union
from meshmodel.analysis.results import FindingText
from meshmodel.analysis.rules.base import Case, Cases, Rule, can, relation, titles
from meshmodel.analysis.steps import CONFIDENTIAL
from meshmodel.model.records import Custody, Snapshot
from meshmodel.model.vocabulary import NUMBER, Severity


def _find(engine: Engine) -> Cases:
    mesh, systems, credentials = engine.mesh, engine.snapshot.system, engine.snapshot.credential
    lying = [
        each
        for each in engine.snapshot.custody.values()
        if each.how == "stores" and systems[each.system].kind != "secrets-manager"
        if each.credential in mesh.credential and not credentials[each.credential].is_bound
    ]
    grave = _leading_to_private(engine, {each.credential for each in lying})
    for each in lying:
        by, first = each.obtained_by, mesh.access(each.system, 0)
        agents = mesh.names(engine.reaches.reaching(*(first + NUMBER[action] for action in by)))
        severity: Severity = "high" if each.credential in grave else "medium"
        severity = "critical" if systems[each.system].is_exposed else severity
        tell = partial(_finding_text, engine.snapshot, each, agents)
        yield Case(f"{each.system}>{each.credential}", severity, tell, agents, by)


def _leading_to_private(engine: Engine, credentials: set[str]) -> set[str]:
    """Of some credentials, those whose unchecked closure includes a confidential or restricted system."""
    if not credentials:
        return set()
    mesh, intruding = engine.mesh, engine.reaches.intruder
    private = [int(each.sensitivity >= CONFIDENTIAL) for each in mesh.traits for _ in range(5)]
    leading = intruding.graph.gather(private)
    found = {each for each in credentials if any(leading[node] for node in mesh.in_hand(each))}
    # Of the others, what follows by guarded steps over which there is power.
    others = sorted(credentials - found) if intruding.openable else []
    seeds = {node: 1 << number for number, each in enumerate(others) for node in mesh.in_hand(each)}
    reach = intruding.unchecked(seeds).reach
    more = union(some for some, is_private in zip(reach, private, strict=False) if is_private)
    return found | {others[number] for number in bits(more)}


def _finding_text(snapshot: Snapshot, custody: Custody, agents: tuple[str, ...]) -> FindingText:
    credential, system = snapshot.credential[custody.credential], snapshot.system[custody.system]
    also = f"{titles(snapshot, 'agent', agents)} can." if agents else ""
    return FindingText(
        f"Whoever can {can(custody.obtained_by)} {system.title} gets {credential.title}.",
        relation("custody", (system.id, credential.id), agents),
        named=(f"{credential.title} in {system.title}",),
        more=also,
    )


RULE = Rule(
    id="secret-at-rest",
    title="Secret outside a secrets manager",
    why="A reader becomes the credential's identity.",
    severity="critical if outsiders can see the system; high if the credential leads, unchecked, to a "
    "confidential or restricted system; otherwise medium",
    detects="A bearer credential is stored in a system that is not a secrets manager",
    remedy="Delete this copy and issue a new credential. Keep it in a secrets manager, bind it to a "
    "workload, "
    "or use federation.",
    cites="NHI2:2025; ATT&CK T1552; CWE-522; CWE-798; steerable agents: AISVS v1.0-C9.5.4; "
    "MCP servers: AISVS v1.0-C10.2.3; ATLAS AML.T0055; ATLAS AML.T0083; ATLAS AML.T0098; "
    "knowledge bases: ATLAS AML.T0082; ATT&CK T1552.001",
    false_positives=("The copy is encrypted with a key that no reader of the system can use",),
    find=_find,
)
