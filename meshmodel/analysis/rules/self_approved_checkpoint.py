"""A checkpoint over whose decision an agent that meets it has power (section 5, point 4)."""

from collections.abc import Iterator

from meshmodel.analysis.results import Told
from meshmodel.analysis.rules.base import Case, Facts, Rule, joined
from meshmodel.analysis.rules.places import place_title, record_of
from meshmodel.model.records import Checkpoint


def _of(facts: Facts, checkpoint: Checkpoint) -> Iterator[Case]:
    agents = facts.meeting.agents(checkpoint.id)
    if not agents:
        return
    who, snapshot = facts.who.names.these(agents), facts.snapshot
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
        told=Told(
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
    per="checkpoint",
    of=_of,
    near=frozenset({"met"}),
)
