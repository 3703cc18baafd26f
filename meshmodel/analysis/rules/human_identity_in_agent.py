"""A machine that signs in as a person."""

from functools import partial
from typing import Final

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.results import FindingText
from meshmodel.analysis.rules.base import Case, Cases, Rule, held_by, holding
from meshmodel.model.records import Credential

PERSONAL: Final = {
    "personal-access-token": "a personal access token",
    "session-cookie": "a session cookie",
}
"""Kinds that stand for a person, whatever else is said of them."""


def _find(engine: Engine) -> Cases:
    """Being handed it by a delegation is holding it: the system that it is shown sees no difference."""
    mesh, snapshot = engine.mesh, engine.snapshot
    personal = {each.id for each in snapshot.credential.values() if _is_personal(each)}
    for agent, credential in holding(mesh, personal) if personal else ():
        if not snapshot.agent[agent].is_person:
            tell = partial(_finding_text, engine, agent, credential)
            yield Case(f"{agent}>{credential}", "high", tell, (agent,), mesh.granted(credential))


def _is_personal(each: Credential) -> bool:
    return each.kind in PERSONAL or (each.subject == "human" and each.on_behalf_of is None)


def _finding_text(engine: Engine, agent: str, credential: str) -> FindingText:
    record = engine.snapshot.credential[credential]
    name, why = engine.snapshot.agent[agent].title, PERSONAL.get(record.kind or "", "a person's own sign-in")
    return FindingText(
        f"{name} uses {record.title}, {why}.",
        held_by(engine.mesh, agent, credential),
        f"Give {name} its own identity, or a token that names both.",
        named=(f"{name} with {record.title}",),
        more="Logs show the person.",
    )


RULE = Rule(
    id="human-identity-in-agent",
    title="Agent acts as a person",
    why="The person is blamed, and the rights are too wide.",
    severity="high",
    detects="An agent uses a person's own sign-in, such as a personal access token or a session cookie",
    remedy="Give the agent its own identity, or a token that names both.",
    cites="ASI03:2026; SP 800-53 AU-10; T9 (Agentic threats 1.1); AISVS v1.0-C9.4.1; AISVS v1.0-C9.5.2; "
    "ATLAS AML.T0091.000; session cookies: ATLAS AML.T0091.001; ATT&CK T1550",
    false_positives=("The account is that of a machine, and only the kind of credential is for people",),
    find=_find,
)
