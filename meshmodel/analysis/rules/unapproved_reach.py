"""An agent with declared intents that reaches more than they say."""

from functools import partial

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.graph import Reach, union
from meshmodel.analysis.results import FindingText
from meshmodel.analysis.rules.base import (
    Case,
    Cases,
    Rule,
    by_agent,
    deeds,
    doing,
    done,
    grant_deeds,
    grants_into,
    highlighted,
)
from meshmodel.model.vocabulary import ACTING, READ, Severity, actions_of


def _find(engine: Engine) -> Cases:
    """Where an intent comes from plays no part; what is decided each time is no excess."""
    mesh, reaches = engine.mesh, engine.reaches
    accesses = enumerate(reaches.alone.reach[: mesh.first_credential] if mesh.intended else ())
    beyond = [some & mesh.intended & ~mesh.covered.get(access, 0) for access, some in accesses]
    for read in range(READ, len(beyond), 5):
        beyond[read] &= reaches.readable[read]
    outside = [some & ~mesh.homes.get(mesh.zone[access // 5], 0) for access, some in enumerate(beyond)]
    abroad, grave = union(outside), union(doing(outside, mesh.private, ACTING)) if outside else 0
    for number, mask in by_agent([union(beyond[action::5]) for action in range(5)]):
        name, tell = mesh.agents[number], partial(_finding_text, engine, number, beyond)
        severity: Severity = "high" if grave >> number & 1 else "medium" if abroad >> number & 1 else "low"
        yield Case(name, severity, tell, (name,), actions_of(mask))


def _finding_text(engine: Engine, agent: int, beyond: Reach) -> FindingText:
    mesh, snapshot, name = engine.mesh, engine.snapshot, engine.mesh.agents[agent]
    does = done(mesh, beyond, agent, range(len(mesh.systems)))
    grants = grants_into(mesh, engine.reaches.full, agent, does)
    title = str(snapshot.agent[name].title)
    access = grant_deeds(snapshot, grants, does)
    return FindingText(
        f"{title} can also {deeds(snapshot, does)}.",
        (("agent", name), *grants, *highlighted("system", does)),
        f"Take {access} from {title}, or mark it as intended." if access else None,
        named=(title,),
    )


RULE = Rule(
    id="unapproved-reach",
    title="More access than intended",
    why="Unused rights are what attackers use.",
    severity="high if it acts on a confidential or restricted system outside its home zone; medium if it "
    "reaches anything else outside that zone; otherwise low",
    detects="An agent has intended uses, and can reach, unchecked, systems or actions that none of them "
    "covers",
    remedy="Remove this access, or mark it as intended.",
    cites="NHI5:2025; ASI03:2026; SP 800-53 AC-6; CSF 2.0 PR.AA-05; CWE-269; AISVS v1.0-C9.5.1; "
    "AISVS v1.0-C5.2.1; ATLAS AML.T0053; ATLAS AML.M0026; ATLAS AML.M0037; LLM03:2026",
    false_positives=("The intended uses are not complete yet: mark what was approved since",),
    find=_find,
)
