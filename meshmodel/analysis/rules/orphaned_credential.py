"""A credential that still opens something, and that nobody uses."""

from functools import partial

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.results import FindingText
from meshmodel.analysis.rules.base import Case, Cases, Rule, highlighted, titles
from meshmodel.model.records import Snapshot


def _find(engine: Engine) -> Cases:
    """In custody is whatever a system stores or issues, bound or not, in somebody's reach or not."""
    mesh, kept = engine.mesh, {credential for _, credential in engine.snapshot.custody}
    for number, name in enumerate(mesh.credentials):
        # Who reaches a copy has it from an agent that reaches the credential itself.
        if not engine.reaches.full[mesh.first_credential + number] and name not in kept:
            opened = sorted(each.system for each in mesh.grants_of[name])
            if opened:
                yield Case(
                    name,
                    "medium",
                    partial(_finding_text, engine.snapshot, name, opened),
                    (),
                    mesh.granted(name),
                )


def _finding_text(snapshot: Snapshot, credential: str, opened: list[str]) -> FindingText:
    return FindingText(
        f"{snapshot.credential[credential].title} opens {titles(snapshot, 'system', opened)}, but no active "
        "agent reaches it and no system stores it.",
        (("credential", credential), *highlighted("system", opened)),
        named=(str(snapshot.credential[credential].title),),
    )


RULE = Rule(
    id="orphaned-credential",
    title="Orphaned credential",
    why="Nobody notices its abuse.",
    severity="medium",
    detects="A credential opens a system, but no active agent reaches it and no system stores or issues it",
    remedy="Revoke it, or model who uses it.",
    cites="NHI1:2025; SP 800-53 AC-2; ATLAS AML.M0027",
    false_positives=("Someone outside the model uses it",),
    find=_find,
)
