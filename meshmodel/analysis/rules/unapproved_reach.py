"""An agent with declared intents that reaches more than they say."""

from collections import defaultdict
from functools import partial

from meshmodel.analysis.bitset import bits, union
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.graph import Reach
from meshmodel.analysis.results import FindingText
from meshmodel.analysis.rules.base import (
    Case,
    Cases,
    Rule,
    by_agent,
    deeds,
    doing,
    done,
    grants_into,
    highlighted,
)
from meshmodel.model.actions import ACTING, action_mask, actions_of, expand_admin


def _find(engine: Engine) -> Cases:
    """Where an intent comes from plays no part: what is approved is the action on the system."""
    mesh, allowed, intended = engine.mesh, defaultdict[int, int](int), 0
    for intent in engine.snapshot.intent.values():
        if intent.agent in mesh.agent:
            agent = 1 << mesh.agent[intent.agent]
            intended |= agent
            for action in bits(expand_admin(action_mask(intent.actions))):
                allowed[mesh.access(intent.system, action)] |= agent
    accesses = enumerate(engine.reaches.full[: mesh.first_credential] if intended else ())
    beyond = [some & intended & ~allowed.get(access, 0) for access, some in accesses]
    grave = union(doing(beyond, mesh.private, ACTING)) if intended else 0
    for number, mask in by_agent([union(beyond[action::5]) for action in range(5)]):
        name, tell = mesh.agents[number], partial(_finding_text, engine, number, beyond)
        yield Case(name, "high" if grave >> number & 1 else "medium", tell, (name,), actions_of(mask))


def _finding_text(engine: Engine, agent: int, beyond: Reach) -> FindingText:
    mesh, snapshot, name = engine.mesh, engine.snapshot, engine.mesh.agents[agent]
    does = done(mesh, beyond, agent, range(len(mesh.systems)))
    return FindingText(
        f"{snapshot.agent[name].title} is meant for less: it can also {deeds(snapshot, does)}",
        (("agent", name), *grants_into(mesh, engine.reaches.full, agent, does), *highlighted("system", does)),
    )


RULE = Rule(
    id="unapproved-reach",
    severity="high if it acts on a confidential or restricted system, else medium",
    detects="An agent has intents, and reaches systems or actions that none of them names",
    remedy="Narrow the grants, or what it finds on the way, to what is intended; or declare the rest",
    cites="NHI5:2025; ASI03:2026; SP 800-53 AC-6; CSF 2.0 PR.AA-05; CWE-269; AISVS v1.0-C9.5.1; "
    "AISVS v1.0-C5.2.1; ATLAS AML.T0053; ATLAS AML.M0026; ATLAS AML.M0037; LLM03:2026",
    false_positives="The intents are not complete yet: declare the paths that were approved since",
    find=_find,
)
