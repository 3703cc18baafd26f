"""A secret that lies where it was not made to lie."""

from collections.abc import Iterator
from functools import partial

from meshmodel.analysis.results import Told
from meshmodel.analysis.rules.base import PRIVATE, Case, Facts, Rule
from meshmodel.analysis.rules.phrases import can, relation, titles
from meshmodel.model.actions import NUMBER
from meshmodel.model.records import Custody


def _find(facts: Facts) -> Iterator[Case]:
    mesh, tables = facts.mesh, facts.snapshot
    managers = {each.id for each in tables.system.values() if each.kind == "secrets-manager"}
    for (system, credential), custody in tables.custody.items():
        number = mesh.credential.get(credential)
        if (
            number is not None
            and custody.how == "stores"
            and system not in managers
            and not tables.credential[credential].is_bound
        ):
            by, grave = custody.obtained_by, facts.following[mesh.first_credential + number] & PRIVATE
            first = mesh.access(system, 0)
            agents = facts.names(facts.reaching(*(first + NUMBER[action] for action in by)))
            tell = partial(_told, facts, custody, agents)
            yield Case(f"{system}>{credential}", "high" if grave else "medium", tell, agents, by)


def _told(facts: Facts, custody: Custody, agents: tuple[str, ...]) -> Told:
    snapshot = facts.snapshot
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
    references=("NHI2:2025", "ATT&CK T1552", "CWE-522", "CWE-798"),
    false_positives="It is kept there encrypted, with a key that nobody who gets at it can use",
    find=_find,
)
