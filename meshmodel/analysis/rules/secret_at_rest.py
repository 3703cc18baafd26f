"""A secret that lies where it was not made to lie."""

from collections.abc import Iterable, Sequence
from typing import Final

from meshmodel.analysis.leading import leading_to
from meshmodel.analysis.reached import Reaching
from meshmodel.analysis.results import Told
from meshmodel.analysis.rules.base import Cases, Facts, Rule, Telling, can
from meshmodel.analysis.steps import ACTION_NUMBER
from meshmodel.model.records import Credential, Custody, System
from meshmodel.model.vocabulary import Severity

_MANAGER: Final = "secrets-manager"


def _many(facts: Facts, custodies: Sequence[Custody]) -> Cases:
    """There can be thousands of them: nothing is looked up twice, and words can wait."""
    mesh, snapshot = facts.engine.mesh, facts.snapshot
    severity = _severities(facts, {each.credential for each in custodies})
    plain = {name for name in {each.system for each in custodies} if snapshot.system[name].kind != _MANAGER}
    places = [
        place
        for place, each in enumerate(custodies)
        if each.how == "stores" and each.system in plain and severity[each.credential]
    ]
    found = list(map(custodies.__getitem__, places))
    credentials, systems = [each.credential for each in found], [each.system for each in found]
    by = [each.obtained_by for each in found]
    opened = list(zip(systems, by, strict=True))
    several = list(set(opened))
    nodes = [
        tuple([5 * mesh.system_number[system] + ACTION_NUMBER[each] for each in actions])
        for system, actions in several
    ]
    known = dict(zip(several, facts.who.each(nodes), strict=True))
    who = list(map(known.__getitem__, opened))
    told = Telling(
        _told,
        list(map(snapshot.credential.__getitem__, credentials)),
        list(map(snapshot.system.__getitem__, systems)),
        found,
        who,
    )
    return Cases(
        [f"{system}>{credential}" for system, credential in zip(systems, credentials, strict=True)],
        [word for word in map(severity.__getitem__, credentials) if word],
        told,
        [each.agents for each in who],
        by,
        places,
    )


def _severities(facts: Facts, names: Iterable[str]) -> dict[str, Severity | None]:
    """How bad it is that these credentials are found; ``None`` where whoever finds one cannot use it."""
    mesh, records = facts.engine.mesh, facts.snapshot.credential
    private = facts.cached("private", lambda: mesh.at_level[2] | mesh.at_level[3])
    found: dict[str, Severity | None] = dict.fromkeys(names)
    nodes = {
        name: mesh.credential_node[name]
        for name in found
        if name in mesh.credential_node and not records[name].is_bound
    }
    leading = leading_to(facts.engine.effective, nodes.values(), private)
    found.update((name, "high" if node in leading else "medium") for name, node in nodes.items())
    return found


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
    many=_many,
    near=frozenset({"reached", "follows"}),
)
