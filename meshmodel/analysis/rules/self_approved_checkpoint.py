"""A checkpoint over whose decision an agent that meets it has power (section 5, point 4)."""

from collections.abc import Iterator
from functools import partial

from meshmodel.analysis.bitset import bits, union
from meshmodel.analysis.checkpoints import Boundary
from meshmodel.analysis.crossing import HOME_SOURCE, Source, crosses_home
from meshmodel.analysis.results import Place, Told
from meshmodel.analysis.rules.base import Case, Facts, Rule
from meshmodel.analysis.rules.checkpoint_step import step_records, step_title
from meshmodel.analysis.rules.phrases import joined, lit, titles
from meshmodel.analysis.starts import HOME
from meshmodel.model.records import Checkpoint


def _find(facts: Facts) -> Iterator[Case]:
    """Steps of sessions carry the checkpoints of those that they stand for: meeting one there counts too."""
    checkpoints, power = facts.engine.checkpoints, facts.reaches.alone.power
    left: dict[int, set[int]] = {}
    for (leaves, _), numbers in checkpoints.guards.items():
        for number in numbers:
            left.setdefault(number, set()).add(leaves)
    boundaries = {each.number: each for each in checkpoints.boundaries}
    for number, record in enumerate(checkpoints.records):
        having = power[number] & ~facts.mesh.persons
        if not having:
            continue
        meeting = facts.reaching(*left.get(number, ()))
        if number in boundaries:
            meeting = _crossing(facts, boundaries[number])
        if having & meeting:
            agents = facts.names(having & meeting)
            yield Case(record.id, "critical", partial(_told, facts, record, agents), agents)


def _crossing(facts: Facts, boundary: Boundary) -> int:
    """The agents with a crossing at a boundary to an action that it covers."""
    mesh, readers = facts.mesh, facts.engine.starts.readers
    at_home = mesh.homes.get(boundary.zone_to, 0)
    coming: dict[Source, int] = {HOME_SOURCE: readers.get(HOME, 0) & mesh.homes.get(boundary.zone_from, 0)}
    for system, agents in readers.items():
        if system != HOME and mesh.zone[system] == boundary.zone_from:
            source = facts.reaches.as_source[system]
            coming[source] = coming.get(source, 0) | agents
    found, anyone = 0, union(coming.values()) & ~at_home
    for system in [number for number, zone in enumerate(mesh.zone) if zone == boundary.zone_to]:
        for action in bits(boundary.actions):
            target = mesh.traits[system]
            home = [some for source, some in coming.items() if crosses_home(source, target, action)]
            found |= facts.reaches.full[5 * system + action] & (anyone | union(home))
    return found


def _told(facts: Facts, checkpoint: Checkpoint, agents: tuple[str, ...]) -> Told:
    snapshot, at = facts.snapshot, checkpoint.decided_at
    title = None if at is None else snapshot.system[at].title
    if checkpoint.approvers:
        power = f"can become its approver ({joined(checkpoint.approvers, last='or')})"
        power += f" or administer {title}" if title else ""
    else:
        power = f"can change what {title} decides"
    decided: tuple[Place, ...] = () if at is None else (("system", at),)
    return Told(
        f"{titles(snapshot, 'agent', agents)} {power}, so {checkpoint.id} on "
        f"{step_title(snapshot, checkpoint)} is asked of the one who asks",
        (*step_records(snapshot, checkpoint), *decided, *lit("agent", agents)),
    )


RULE = Rule(
    id="self-approved-checkpoint",
    severity="critical",
    detects="An agent that meets a checkpoint has its approver's identity, or can change what decides",
    remedy="Decide where no agent writes, executes or administers, or by approvers beyond all agents' reach",
    references=("SP 800-53 AC-5", "ASI03:2026", "CWE-863"),
    false_positives="What the agent can write there has no influence on decisions: name the approvers",
    find=_find,
)
