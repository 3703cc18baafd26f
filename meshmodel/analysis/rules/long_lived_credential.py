"""A credential that is valid for longer than anybody looks at it."""

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
    lives = "never expires" if lifetime == "unlimited" else f"lives {lifetime[:-1]} {_UNITS[lifetime[-1]]}s"
    if grave:
        more = (
            f", opens {titles(snapshot, 'system', opened)} to whoever has it, and no workload attests to it"
        )
    elif credential.is_bound:
        more = ", though it is bound to its key or host"
    places = (("credential", credential.id), *highlighted("system", opened))
    return FindingText(f"{credential.title} {lives}{more}", places)


RULE = Rule(
    id="long-lived-credential",
    severity="medium; high if it is an unattested bearer credential that opens a restricted system",
    detects="A credential never expires, or lives more than 90 days",
    remedy="Obtain it for minutes or hours, by an attested identity; until then renew it within 90 days",
    cites="NHI7:2025; NHI4:2025; SP 800-53 IA-5; SP 800-53 IA-9; AISVS v1.0-C9.4.3; AISVS v1.0-C5.1.2; "
    "ATLAS AML.T0012",
    false_positives="It is renewed on each use, so that what is written down is the longest it could live",
    find=_find,
)
