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
    return FindingText(
        f"{snapshot.agent[agent].title} is retired and still holds "
        f"{titles(snapshot, 'credential', credentials)}",
        (("agent", agent), *highlighted("credential", credentials)),
    )


RULE = Rule(
    id="retired-agent-access",
    severity="high",
    detects="A retired agent still holds an active credential",
    remedy="Revoke what it alone held, and change what it shared with others",
    cites="NHI1:2025; SP 800-53 AC-2; ATLAS AML.T0012; ATLAS AML.M0027",
    false_positives="What it holds was changed since and is no longer valid: delete the hold",
    find=_find,
)
