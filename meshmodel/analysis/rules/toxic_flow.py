"""Private data, outsiders' words and a way out in the hands of one agent."""

from collections.abc import Iterator

from meshmodel.analysis.rules.base import MOST_LIT, Case, Facts, Rule, joined
from meshmodel.analysis.steps import ALL_ACTIONS, Mesh
from meshmodel.model.records import Key


def _systems(mesh: Mesh, accesses: int) -> tuple[list[str], str]:
    """The systems of these accesses as far as a finding lights them, and all of them in words."""
    found: list[str] = []
    rest = accesses
    while rest and len(found) < MOST_LIT:
        first = ((rest & -rest).bit_length() - 1) // 5
        found.append(mesh.systems[first])
        rest &= ~(ALL_ACTIONS << 5 * first)
    more = 0
    for action in range(5):
        more |= rest >> action & mesh.read
    records = mesh.snapshot.system
    total = len(found) + more.bit_count()
    if total > 5:
        names = [records[each].title for each in sorted(found)[:3]]
        return found, f"{', '.join(names)} and {total - 3} more"
    return found, joined(records[each].title for each in sorted(found))


def _told(mesh: Mesh, words: int, private: int, out: int) -> tuple[str, tuple[tuple[str, Key], ...]]:
    """One flow in words, the agent left out, and its systems; many agents have the same."""
    heard, steering = _systems(mesh, words)
    secret, read = _systems(mesh, private)
    ways, shown = _systems(mesh, out)
    message = (
        f"hears outsiders through {steering}, reads {read}, and can carry it out through {shown}; "
        "nobody is asked on the way"
    )
    return message, tuple(("system", each) for each in dict.fromkeys([*heard, *secret, *ways]))


def _cases(facts: Facts) -> Iterator[Case]:
    engine, snapshot, mesh = facts.engine, facts.snapshot, facts.engine.mesh
    exposed = 0
    for number, system in enumerate(mesh.systems):
        if snapshot.system[system].is_exposed:
            exposed |= ALL_ACTIONS << 5 * number
    told: dict[tuple[int, int, int], tuple[str, tuple[tuple[str, Key], ...]]] = {}
    for traveller in engine.travellers:
        row = engine.alone[traveller.id].row
        private = row & mesh.above[1]
        out = row & exposed
        words = (row & mesh.read | mesh.triggered_by.get(traveller.node, 0)) & mesh.untrusted
        if not (private and out and words):
            continue
        flow = words, private & mesh.read, out
        known = told.get(flow)
        if known is None:
            known = told[flow] = _told(mesh, *flow)
        message, systems = known
        yield Case(
            subject=traveller.id,
            severity="critical",
            message=f"{snapshot.agent[traveller.id].title} {message}",
            about=(("agent", traveller.id), *systems),
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
