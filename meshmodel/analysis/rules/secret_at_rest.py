"""A secret that lies where it was not made to lie."""

from collections.abc import Iterator

from meshmodel.analysis.rules.base import Case, Facts, Rule, can
from meshmodel.analysis.steps import ACTION_NUMBER
from meshmodel.model.records import Custody


def _of(facts: Facts, custody: Custody) -> Iterator[Case]:
    if custody.how != "stores":
        return
    snapshot, mesh = facts.snapshot, facts.engine.mesh
    system, credential = snapshot.system[custody.system], snapshot.credential[custody.credential]
    if system.kind == "secrets-manager" or credential.is_bound or not credential.is_active:
        return
    follows = facts.engine.effective.row(mesh.credential_node[credential.id])
    serious = follows & (mesh.at_level[2] | mesh.at_level[3])
    by = custody.obtained_by
    first = 5 * mesh.system_number[system.id]
    who = facts.reaching(*(first + ACTION_NUMBER[each] for each in by))
    also = f"; {who.words} can" if who.agents else ""
    yield Case(
        subject=f"{system.id}>{credential.id}",
        severity="high" if serious else "medium",
        message=f"{credential.title} lies in {system.title}, for whoever can {can(by)} it{also}",
        about=(
            ("custody", (system.id, credential.id)),
            ("credential", credential.id),
            ("system", system.id),
            *who.lit,
        ),
        agents=who.agents,
        actions=by,
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
