"""A checkpoint over whose decision an agent that meets it has power (section 5, point 4)."""

from collections.abc import Iterator

from meshmodel.analysis.engine import Traveller
from meshmodel.analysis.rules.base import Case, Facts, Rule, joined, titles
from meshmodel.analysis.rules.places import place_title, record_of
from meshmodel.analysis.steps import bits


def _meets(facts: Facts, traveller: Traveller, number: int) -> bool:
    """Whether the agent comes to the node that the step leaves, or has a crossing at the boundary."""
    engine, mesh = facts.engine, facts.engine.mesh
    row = engine.effective.row(traveller.node)
    if any(row >> leaves & 1 for leaves, _ in engine.candidates.covered[number]):
        return True
    for boundary in engine.candidates.boundaries:
        if boundary.number == number and boundary.zone_from != boundary.zone_to:
            here = mesh.zone_mask.get(boundary.zone_to, 0) & mesh.read * boundary.actions
            return bool(
                facts.counts.count(
                    traveller.sources & mesh.zone_mask.get(boundary.zone_from, 0),
                    boundary.zone_from == traveller.home,
                    traveller.home_mask,
                    traveller.reach & here,
                )
            )
    return False


def _cases(facts: Facts) -> Iterator[Case]:
    engine, snapshot = facts.engine, facts.snapshot
    found: dict[int, list[str]] = {}
    for traveller in engine.travellers:
        for number in bits(engine.alone[traveller.id].dropped):
            if _meets(facts, traveller, number):
                found.setdefault(number, []).append(traveller.id)
    for number, agents in sorted(found.items()):
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
                f"{titles(snapshot, 'agent', agents)} {power}, so {checkpoint.id} on "
                f"{place_title(snapshot, checkpoint)} is asked of the one who asks"
            ),
            about=(
                ("checkpoint", checkpoint.id),
                *decided,
                *record_of(snapshot, checkpoint),
                *(("agent", agent) for agent in agents),
            ),
            agents=tuple(agents),
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
)
