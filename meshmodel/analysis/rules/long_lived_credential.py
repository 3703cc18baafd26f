"""A credential that is valid for too long."""

from functools import partial
from typing import Final

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.results import FindingText
from meshmodel.analysis.rules.base import Case, Cases, Rule, highlighted, titles
from meshmodel.model.records import Credential, Snapshot

LONGEST: Final = 90 * 86_400
"""Seconds: 90 days are short enough, a second more is not."""
_UNITS: Final = {"s": "second", "m": "minute", "h": "hour", "d": "day"}


def _find(engine: Engine) -> Cases:
    """An unknown lifetime is a question, not a finding."""
    mesh, systems = engine.mesh, engine.snapshot.system
    for each in engine.snapshot.credential.values():
        if each.is_active and (each.lifetime_seconds or 0) > LONGEST:
            opened, grave = [grant.system for grant in mesh.grants_of[each.id]], False
            if not (each.is_bound or each.attested):
                restricted = [name for name in opened if systems[name].sensitivity == "restricted"]
                opened, grave = restricted or opened, bool(restricted)
            tell = partial(_finding_text, engine.snapshot, each, opened, grave)
            yield Case(each.id, "high" if grave else "medium", tell, (), mesh.granted(each.id))


def _finding_text(snapshot: Snapshot, credential: Credential, opened: list[str], grave: bool) -> FindingText:
    lifetime, more = str(credential.lifetime), ""
    lives = f"is valid {lifetime[:-1]} {_UNITS[lifetime[-1]]}s"
    lives = "never expires" if lifetime == "unlimited" else lives
    if grave:
        more = f"Whoever copies it can use {titles(snapshot, 'system', opened)}."
    elif credential.is_bound:
        more = "It is bound to its key or host."
    places = (("credential", credential.id), *highlighted("system", opened))
    name = str(credential.title)
    return FindingText(f"{name} {lives}.", places, named=(name,), more=more)


RULE = Rule(
    id="long-lived-credential",
    title="Long-lived credential",
    why="A leak stays useful.",
    severity="medium; high if it is an unattested bearer credential that opens a restricted system",
    detects="A credential never expires, or is valid for more than 90 days",
    remedy="Issue a credential that lives minutes or hours to an attested workload. Until then, renew it "
    "within 90 days.",
    cites="NHI7:2025; NHI4:2025; SP 800-53 IA-5; SP 800-53 IA-9; AISVS v1.0-C9.4.3; AISVS v1.0-C5.1.2; "
    "ATLAS AML.T0012",
    false_positives=("It is renewed on each use, so that the model states the longest that it could live",),
    find=_find,
)
