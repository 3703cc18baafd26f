"""An agent that is gone, and whose credentials are not."""

from functools import partial

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.results import FindingText
from meshmodel.analysis.rules.base import Case, Cases, Rule, grouped, highlighted, titles
from meshmodel.model.records import Snapshot


def _find(engine: Engine) -> Cases:
    """By hold relations: what a delegation would hand over, nobody hands to who is retired."""
    mesh, holds = engine.mesh, engine.snapshot.hold
    held = grouped((a, c) for a, c in holds if a not in mesh.agent and c in mesh.credential)
    for agent, credentials in held.items():
        yield Case(
            agent, "high", partial(_finding_text, engine.snapshot, agent, sorted(credentials)), (agent,)
        )


def _finding_text(snapshot: Snapshot, agent: str, credentials: list[str]) -> FindingText:
    name, holds = snapshot.agent[agent].title, titles(snapshot, "credential", credentials)
    return FindingText(
        f"{name} is retired and still holds {holds}.",
        (("agent", agent), *highlighted("credential", credentials)),
        f"Revoke {holds}, or rotate what {name} shared with others.",
        named=(str(name),),
    )


RULE = Rule(
    id="retired-agent-access",
    title="Retired agent still has access",
    why="Forgotten access is found by attackers first.",
    severity="high",
    detects="A retired agent still holds an active credential",
    remedy="Revoke what it alone held, and rotate what it shared.",
    cites="NHI1:2025; SP 800-53 AC-2; ATLAS AML.T0012; ATLAS AML.M0027",
    false_positives=("The credential was rotated since: delete the hold",),
    find=_find,
)
