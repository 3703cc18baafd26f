"""A checkpoint over whose decision an agent that meets it has power (section 5, point 4)."""

from collections.abc import Iterable, Iterator

from meshmodel.analysis.checkpoints import Boundary
from meshmodel.analysis.engine import Traveller
from meshmodel.analysis.reached import Reaching
from meshmodel.analysis.rules.base import EVERYTHING, Case, Facts, Rule, joined
from meshmodel.analysis.rules.places import place_title, record_of
from meshmodel.analysis.steps import Pair, bits


def _met(facts: Facts) -> dict[int, int]:
    """The agents that meet a candidate and have power over it, as bits, for each one that has such:
    they come to the node that its step leaves, or have a crossing at its boundary.
    """
    engine = facts.engine
    found: dict[int, int] = {}
    alike: dict[tuple[int, int], int] = {}
    boundaries = {each.number: each for each in engine.candidates.boundaries}
    leaving = [_leaving(steps) for steps in engine.candidates.covered]
    every = 0
    for mask in leaving:
        every |= mask
    for place, traveller in enumerate(engine.travellers):
        dropped = engine.alone[traveller.id].dropped
        if dropped:
            key = engine.effective.row(traveller.node) & every, dropped
            alike[key] = alike.get(key, 0) | 1 << place
            for number, boundary in boundaries.items():
                if dropped >> number & 1 and _crosses(facts, traveller, boundary):
                    found[number] = found.get(number, 0) | 1 << place
    for (row, dropped), agents in alike.items():
        for number in bits(dropped):
            if row & leaving[number]:
                found[number] = found.get(number, 0) | agents
    return found


def _leaving(steps: Iterable[Pair]) -> int:
    mask = 0
    for leaves, _ in steps:
        mask |= 1 << leaves
    return mask


def _crosses(facts: Facts, traveller: Traveller, boundary: Boundary) -> bool:
    if boundary.zone_from == boundary.zone_to:
        return False
    mesh = facts.engine.mesh
    here = mesh.zone_mask.get(boundary.zone_to, 0) & mesh.read * boundary.actions
    return bool(
        facts.counts.count(
            traveller.sources & mesh.zone_mask.get(boundary.zone_from, 0),
            boundary.zone_from == traveller.home,
            traveller.home_mask,
            traveller.reach & here,
        )
    )


def _cases(facts: Facts) -> Iterator[Case]:
    engine, snapshot = facts.engine, facts.snapshot
    told: dict[int, Reaching] = {}
    for number, marks in sorted(_met(facts).items()):
        who = told.get(marks)
        if who is None:
            agents = sorted(engine.travellers[place].id for place in bits(marks))
            who = told[marks] = facts.who.these(tuple(agents))
        checkpoint = snapshot.checkpoint[engine.candidates.ids[number]]
        decided = () if checkpoint.decided_at is None else (("system", checkpoint.decided_at),)
        if checkpoint.approvers:
            power = f"can become its approver ({joined(checkpoint.approvers, last='or')})"
            if decided:
                power += f" or administer {snapshot.system[str(checkpoint.decided_at)].title}"
        else:
            power = f"can change what {snapshot.system[str(checkpoint.decided_at)].title} decides"
        yield Case(
            subject=checkpoint.id,
            severity="critical",
            message=(
                f"{who.words} {power}, so {checkpoint.id} on "
                f"{place_title(snapshot, checkpoint)} is asked of the one who asks"
            ),
            about=(
                ("checkpoint", checkpoint.id),
                *decided,
                *record_of(snapshot, checkpoint),
                *who.lit,
            ),
            agents=who.agents,
        )


RULE = Rule(
    id="self-approved-checkpoint",
    severity="critical",
    detects=(
        "An agent that meets a checkpoint carries its approver's identity, or can change the "
        "system that decides"
    ),
    remedy=(
        "Decide where no agent can write, execute or administer, by approvers whose credentials "
        "no agent reaches; "
        "or take the power away from the agent"
    ),
    references=("SP 800-53 AC-5", "ASI03:2026", "CWE-863"),
    false_positives=(
        "What the agent can write in the deciding system has no influence on decisions: name the approvers"
    ),
    cases=_cases,
    reads=EVERYTHING - {"acceptance", "doors"},
)
