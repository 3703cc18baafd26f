"""One credential that several agents hold."""

from collections.abc import Sequence
from functools import partial
from typing import Final

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.results import FindingText
from meshmodel.analysis.rules.base import Case, Cases, Rule, grouped, highlighted, titles
from meshmodel.analysis.steps import CONFIDENTIAL
from meshmodel.model.records import Snapshot
from meshmodel.model.vocabulary import INTEGRITIES, READ

_HIGH: Final = INTEGRITIES.index("high")


def _find(engine: Engine) -> Cases:
    """Holding alone counts: what was handed over by a delegation is another rule's."""
    mesh, holds = engine.mesh, engine.snapshot.hold
    holders = grouped((c, a) for a, c in holds if a in mesh.agent and c in mesh.credential)
    grave = _opening_much(engine, [name for name, holding in holders.items() if len(holding) > 1])
    for name, holding in holders.items():
        if len(holding) > 1:
            agents = tuple(sorted(holding))
            yield Case(
                name,
                "medium" if name in grave else "low",
                partial(_finding_text, engine.snapshot, name, agents),
                agents,
                mesh.granted(name),
            )


def _opening_much(engine: Engine, credentials: Sequence[str]) -> set[str]:
    """Of some credentials those that open, as themselves, what is confidential or grave to act on."""
    mesh, found = engine.mesh, set[str]()
    if not credentials:
        return found
    grave = [
        int(each.sensitivity >= CONFIDENTIAL or (action != READ and each.integrity >= _HIGH))
        for each in mesh.traits
        for action in range(5)
    ]
    opened = mesh.own_graph.gather(grave)
    return {each for each in credentials if any(opened[node] for node in mesh.in_hand(each))}


def _finding_text(snapshot: Snapshot, credential: str, agents: tuple[str, ...]) -> FindingText:
    holds = (("hold", (each, credential)) for each in agents[:2])
    name = snapshot.credential[credential].title
    return FindingText(
        f"{titles(snapshot, 'agent', agents)} use {name}.",
        (("credential", credential), *holds, *highlighted("agent", agents)),
        named=(str(name),),
        more="Logs cannot tell them apart.",
    )


RULE = Rule(
    id="shared-credential",
    title="Shared credential",
    why="One leak exposes all.",
    severity="medium if it opens a confidential system or acts where the integrity is high; else low",
    detects="Two or more agents hold the same credential",
    remedy="Give each agent a credential of its own.",
    cites="NHI9:2025; SP 800-53 AC-2; SP 800-53 AU-10; AISVS v1.0-C9.4.1",
    false_positives=("The agents are instances of one workload: model them as one agent",),
    find=_find,
    sample="""
format = "meshmodel/1"
[[system]]
id = "approvals"
name = "Approvals"
[[agent]]
id = "planner"
name = "Planner"
kind = "ai-agent"
[[agent]]
id = "worker"
name = "Worker"
kind = "workflow"
[[credential]]
id = "approval-key"
name = "Approval key"
[[hold]]
agent = "planner"
credential = "approval-key"
[[hold]]
agent = "worker"
credential = "approval-key"
[[grant]]
credential = "approval-key"
system = "approvals"
actions = ["write"]
""",
)
