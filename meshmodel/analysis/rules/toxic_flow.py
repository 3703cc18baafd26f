"""Private data, outsiders' words and a way out in the hands of one agent."""

from collections.abc import Iterator

from meshmodel.analysis.rules.base import Case, Facts, Rule, titles
from meshmodel.analysis.steps import ALL_ACTIONS, Mesh, bits


def _systems(mesh: Mesh, accesses: int) -> list[str]:
    return sorted({mesh.systems[node // 5] for node in bits(accesses)})


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
        secret, ways, heard = (_systems(mesh, each) for each in (private, out, words))
        yield Case(
            subject=traveller.id,
            severity="critical",
            message=(
                f"{snapshot.agent[traveller.id].title} hears outsiders through "
                f"{titles(snapshot, 'system', heard)}, reads "
                f"{titles(snapshot, 'system', secret)}, and can carry it out through "
                f"{titles(snapshot, 'system', ways)}; nobody is asked on the way"
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
