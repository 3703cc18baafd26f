"""A secret that lies where it was not made to lie."""

from functools import partial

from meshmodel.analysis.reached import Reaching
from meshmodel.analysis.results import Told
from meshmodel.analysis.rules.base import Case, Facts, Rule, can
from meshmodel.analysis.steps import ACTION_NUMBER
from meshmodel.model.records import Credential, Custody, System
from meshmodel.model.vocabulary import Severity


def _of(facts: Facts, custody: Custody) -> tuple[Case, ...]:
    if custody.how != "stores":
        return ()
    # There can be thousands of them: nothing is looked up twice.
    engine = facts.engine
    mesh, snapshot = engine.mesh, engine.snapshot
    system, credential = snapshot.system[custody.system], snapshot.credential[custody.credential]
    node = mesh.credential_node.get(credential.id)
    if node is None or system.kind == "secrets-manager" or credential.is_bound:
        return ()
    private = facts.cached("private", lambda: mesh.at_level[2] | mesh.at_level[3])
    by = custody.obtained_by
    first = 5 * mesh.system_number[system.id]
    who = facts.who.named([first + ACTION_NUMBER[each] for each in by])
    severity: Severity = "high" if engine.effective.row(node) & private else "medium"
    told = partial(_told, credential, system, custody, who)
    return (Case(f"{system.id}>{credential.id}", severity, told, who.agents, by),)


def _told(credential: Credential, system: System, custody: Custody, who: Reaching) -> Told:
    also = f"; {who.words} can" if who.agents else ""
    return Told(
        f"{credential.title} lies in {system.title}, for whoever can {can(custody.obtained_by)} it{also}",
        (
            ("custody", (system.id, credential.id)),
            ("credential", credential.id),
            ("system", system.id),
            *who.lit,
        ),
    )


RULE = Rule(
    id="secret-at-rest",
    severity="high if what follows from it includes a confidential or restricted system, else medium",
    detects="A bearer credential is stored in a system that is no secrets manager",
    remedy=(
        "Delete the copy and issue a new credential; keep it in a secrets manager, bind it to a key or a "
        "host, or obtain it by federation"
    ),
    references=("NHI2:2025", "ATT&CK T1552", "CWE-522", "CWE-798"),
    false_positives="It is kept there encrypted, with a key that nobody who gets at it can use",
    per="custody",
    of=_of,
    near=frozenset({"reached", "follows"}),
)
