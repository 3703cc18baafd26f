"""A limit in a prompt: nothing enforces it."""

from functools import partial

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.results import FindingText
from meshmodel.analysis.rules.base import Case, Cases, Rule, deeds, highlighted, limits, relation
from meshmodel.model.records import Delegation, Snapshot


def _find(engine: Engine) -> Cases:
    active, agents = engine.mesh.agent, engine.snapshot.agent
    for (one, other), each in engine.snapshot.delegation.items():
        if each.only and one in active and other in active and agents[other].is_steerable:
            tell = partial(_finding_text, engine.snapshot, each)
            yield Case(f"{one}>{other}", "low", tell, tuple(sorted((one, other))))


def _finding_text(snapshot: Snapshot, delegation: Delegation) -> FindingText:
    ends, named = (delegation.from_, delegation.to), limits(delegation)
    one, other = (snapshot.agent[each].title for each in ends)
    return FindingText(
        f"{one} limits {other} to {deeds(snapshot, named)}.",
        (*relation("delegation", ends), *highlighted("system", named)),
        f"Give {other} a credential that allows no more, or put a program between.",
        named=(one, other),
        more=f"But {other} can be prompt-injected, and nothing enforces the limit.",
    )


RULE = Rule(
    id="advisory-limit",
    title="Limit is not enforced",
    why="A prompt is not a control.",
    severity="low",
    detects="One agent limits what another may do, but the other can be prompt-injected and nothing enforces "
    "the limit",
    remedy="Give the second agent a credential that allows no more, or put a program between.",
    cites="ASI02:2026; SP 800-207 tenet 6; SP 800-53 AC-6; AISVS v1.0-C9.5.3; AISVS v1.0-C9.5.5; "
    "ATLAS AML.T0051; LLM03:2026",
    false_positives=("A program enforces the limit: model it as an agent of kind program",),
    find=_find,
    sample="""
format = "meshmodel/1"
[[system]]
id = "orders"
name = "Orders"
sensitivity = "confidential"
[[agent]]
id = "planner"
name = "Planner"
kind = "ai-agent"
[[agent]]
id = "helper"
name = "Helper"
kind = "ai-agent"
[[delegation]]
from = "planner"
to = "helper"
only = ["orders:write"]
""",
)
