"""Private data, outsiders' words and a way out in the hands of one agent."""

from collections.abc import Iterator

from meshmodel.analysis.rules.base import Case, Facts, Rule, joined
from meshmodel.analysis.steps import ALL_ACTIONS, Mesh

_MOST_LIT = 50
"""Of more systems than this the finding lights the first ones: there can be thousands."""


def _systems(mesh: Mesh, accesses: int) -> tuple[list[str], str]:
    """The systems of these accesses as far as a finding lights them, and all of them in words."""
    found: list[str] = []
    rest = accesses
    while rest and len(found) < _MOST_LIT:
        first = ((rest & -rest).bit_length() - 1) // 5
        found.append(mesh.systems[first])
        rest &= ~(ALL_ACTIONS << 5 * first)
    more = 0
    for action in range(5):
        more |= rest >> action & mesh.read
    records = mesh.snapshot.system
    total = len(found) + more.bit_count()
    names = [records[each].title for each in sorted(found)]
    if total > 5:
        return found, f"{', '.join(names[:3])} and {total - 3} more"
    return found, joined(names)


def _cases(facts: Facts) -> Iterator[Case]:
    engine, snapshot, mesh = facts.engine, facts.snapshot, facts.engine.mesh
    exposed = 0
    for number, system in enumerate(mesh.systems):
        if snapshot.system[system].is_exposed:
            exposed |= ALL_ACTIONS << 5 * number
    for traveller in engine.travellers:
        row = engine.alone[traveller.id].row
        private = row & mesh.above[1]
        out = row & exposed
        words = (row & mesh.read | mesh.triggered_by.get(traveller.node, 0)) & mesh.untrusted
        if not (private and out and words):
            continue
        secret, read = _systems(mesh, private & mesh.read)
        ways, shown = _systems(mesh, out)
        heard, steering = _systems(mesh, words)
        yield Case(
            subject=traveller.id,
            severity="critical",
            message=(
                f"{snapshot.agent[traveller.id].title} hears outsiders through "
                f"{steering}, reads {read}, and can carry it out through {shown}; "
                "nobody is asked on the way"
            ),
            about=(
                ("agent", traveller.id),
                *(("system", each) for each in dict.fromkeys([*heard, *secret, *ways])),
            ),
            agents=(traveller.id,),
        )


RULE = Rule(
    id="toxic-flow",
    severity="critical",
    detects=(
        "Without being asked, one agent reads outsiders' words (or is triggered by them), reads "
        "confidential data, "
        "and reaches a system that outsiders can see"
    ),
    remedy=(
        "Take one of the three away from the agent, or give it to a second one: outsiders' "
        "words, the confidential "
        "data, or the way out; or place a decision before one of them"
    ),
    references=(
        "ASI01:2026",
        "ASI02:2026",
        "ATLAS AML.T0051",
        "ATLAS AML.T0086",
        "SP 800-53 AC-4",
    ),
    false_positives=(
        "What is marked as exposed shows outsiders nothing that the agent controls: not even an address"
    ),
    cases=_cases,
)
