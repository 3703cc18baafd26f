"""A secret that lies where it was not made to lie."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Final, TypeVar

from meshmodel.analysis.leading import leading_to
from meshmodel.analysis.reached import Reaching
from meshmodel.analysis.results import Told
from meshmodel.analysis.rules.base import Cases, Facts, Rule, Telling, can
from meshmodel.analysis.steps import ACTION_NUMBER
from meshmodel.model.records import Credential, Custody, System
from meshmodel.model.vocabulary import Action, Severity

Element = TypeVar("Element")

_MANAGER: Final = "secrets-manager"
_CREDENTIAL: Final = attrgetter("credential")
_SYSTEM: Final = attrgetter("system")


def _many(facts: Facts, custodies: Sequence[Custody]) -> Cases:
    """There can be thousands of them: nothing is looked up twice, and words can wait."""
    names, kept = list(map(_CREDENTIAL, custodies)), list(map(_SYSTEM, custodies))
    severity = _severities(facts, set(names))
    managers = {each.id for each in _records(facts.snapshot.system, set(kept)) if each.kind == _MANAGER}
    places = [
        place
        for place, (each, name, system) in enumerate(zip(custodies, names, kept, strict=True))
        if each.how == "stores" and name in severity and system not in managers
    ]
    credentials, systems = list(map(names.__getitem__, places)), list(map(kept.__getitem__, places))
    by = [custodies[place].obtained_by for place in places]
    who = _obtaining(facts, systems, by)
    told = Telling(
        _told, facts.elements("credential", credentials), facts.elements("system", systems), by, who
    )
    return Cases(
        list(map(">".join, zip(systems, credentials, strict=True))),
        list(map(severity.__getitem__, credentials)),
        told,
        [each.agents for each in who],
        by,
        places,
    )


def _records(table: Mapping[str, Element], names: Collection[str]) -> Iterable[Element]:
    """The records of these elements, and of more where it is quicker to go through all of them."""
    return table.values() if 4 * len(names) > len(table) else map(table.__getitem__, names)


def _obtaining(facts: Facts, systems: Sequence[str], by: Sequence[tuple[Action, ...]]) -> list[Reaching]:
    """For each of these systems the active agents that reach one of the actions there."""
    first = facts.engine.mesh.system_number
    numbers = {actions: ACTION_NUMBER[actions[0]] for actions in set(by)}
    who = facts.who.each(
        [5 * first[system] + numbers[actions] for system, actions in zip(systems, by, strict=True)]
    )
    if any(len(actions) > 1 for actions in numbers):
        for place, actions in enumerate(by):
            if len(actions) > 1:
                base = 5 * first[systems[place]]
                who[place] = facts.reaching(*[base + ACTION_NUMBER[each] for each in actions])
    return who


def _severities(facts: Facts, names: set[str]) -> dict[str, Severity]:
    """How bad it is that these credentials are found, of those that whoever finds them can use."""
    mesh = facts.engine.mesh
    private = facts.cached("private", lambda: mesh.at_level[2] | mesh.at_level[3])
    usable = {
        each.id: mesh.credential_node[each.id]
        for each in _records(facts.snapshot.credential, names)
        if each.is_active and not each.is_bound and each.id in names
    }
    leading = leading_to(facts.engine.effective, list(usable.values()), private)
    return {name: "high" if leads else "medium" for name, leads in zip(usable, leading, strict=True)}


def _told(credential: Credential, system: System, by: tuple[Action, ...], who: Reaching) -> Told:
    also = f"; {who.words} can" if who.agents else ""
    return Told(
        f"{credential.title} lies in {system.title}, for whoever can {can(by)} it{also}",
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
    near=frozenset({"reached", "private"}),
)
