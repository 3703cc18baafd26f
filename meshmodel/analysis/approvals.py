"""What intents can excuse (section 6): open doors whose use was approved by design."""

from dataclasses import dataclass

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.intents import intent_sources
from meshmodel.analysis.steps import implied_mask
from meshmodel.model.records import Intent


@dataclass(frozen=True, slots=True)
class Approval:
    """What an intent can excuse: actions on one system, for sources, by credentials in hand.

    Attributes:
        system: the number of the system.
        actions: the actions as five bits.
        sources: the sources it names that have no untrusted input, by their read accesses.
        home: whether it names home.
        credentials: the nodes that the agent reaches by hold and exchange steps.
    """

    system: int
    actions: int
    sources: int
    home: bool
    credentials: int


def approvals(engine: Engine) -> dict[str, list[Approval]]:
    """For each agent what its intents can excuse, where the target can tell who did it."""
    found: dict[str, list[Approval]] = {}
    for intent in engine.intents():
        approval = approval_of(engine, intent)
        if approval is not None:
            found.setdefault(intent.agent, []).append(approval)
    return found


def approval_of(engine: Engine, intent: Intent) -> Approval | None:
    """What one intent can excuse; ``None`` where the agent is retired or the target tells nothing."""
    mesh, snapshot = engine.mesh, engine.snapshot
    if intent.agent not in mesh.agent_node or snapshot.system[intent.system].audit == "none":
        return None
    sources, home = intent_sources(mesh, snapshot, intent)
    return Approval(
        mesh.system_number[intent.system],
        implied_mask(intent.actions),
        sources & ~mesh.untrusted,
        home,
        engine.held.row(mesh.agent_node[intent.agent]),
    )
