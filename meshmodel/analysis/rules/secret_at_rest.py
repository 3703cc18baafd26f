"""A secret that lies where it was not made to lie."""

from collections.abc import Callable, Iterable, Mapping, Sequence
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
_FEWER: Final = 4
"""Where there are so many times fewer records than in a table, they are looked up."""
_READ: Final = ACTION_NUMBER["read"]
_CREDENTIAL: Final = attrgetter("credential")
_SYSTEM: Final = attrgetter("system")


def _many(facts: Facts, custodies: Sequence[Custody]) -> Cases:
    """There can be thousands of them: nothing is looked up twice, and words can wait."""
    snapshot = facts.snapshot
    severity = _severities(facts, _records(snapshot.credential, custodies, _CREDENTIAL))
    managers = {each.id for each in _records(snapshot.system, custodies, _SYSTEM) if each.kind == _MANAGER}
    places: list[int] = []
    stored: list[Custody] = []
    subjects: list[str] = []
    bad: list[Severity] = []
    # Each record is looked at once: there are so many that it takes long to come back to one.
    for place, each in enumerate(custodies):
        if each.how == "stores":
            credential, system = each.credential, each.system
            how_bad = severity.get(credential)
            if how_bad is not None and system not in managers:
                places.append(place)
                stored.append(each)
                subjects.append(f"{system}>{credential}")
                bad.append(how_bad)
    who = _obtaining(facts, stored)
    told = Telling(
        _told,
        facts.elements("credential", list(map(_CREDENTIAL, stored))),
        facts.elements("system", list(map(_SYSTEM, stored))),
        by := facts.column(attrgetter("obtained_by"), stored),
        who,
    )
    return Cases(subjects, bad, told, facts.column(attrgetter("agents"), who), by, places)


def _records(
    table: Mapping[str, Element], custodies: Sequence[Custody], end: Callable[[Custody], str]
) -> Iterable[Element]:
    """The records at one end of these, and more where it is quicker to go through all of them."""
    if _FEWER * len(custodies) > len(table):
        return table.values()
    return map(table.__getitem__, set(map(end, custodies)))


def _obtaining(facts: Facts, custodies: Sequence[Custody]) -> Sequence[Reaching]:
    """For each of these the active agents that reach one of the actions by which it yields a credential."""
    number = facts.engine.mesh.system_number

    def nodes(stored: Iterable[Custody]) -> list[Sequence[int]]:
        # There can be thousands of them, of most of which nothing is said: what is stored is read.
        return [
            (5 * number[each.system] + _READ,)
            if each.by is None
            else [5 * number[each.system] + ACTION_NUMBER[action] for action in each.by]
            for each in stored
        ]

    return facts.reaching_each(nodes, custodies)


def _severities(facts: Facts, credentials: Iterable[Credential]) -> dict[str, Severity]:
    """How bad it is that these credentials are found, of those that whoever finds them can use."""
    mesh = facts.engine.mesh
    private = facts.cached("private", lambda: mesh.at_level[2] | mesh.at_level[3])
    nodes = mesh.credential_node
    usable = {
        each.id: nodes[each.id] for each in credentials if each.id in nodes and each.binding == "bearer"
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
    near=frozenset({"named", "private"}),
)
