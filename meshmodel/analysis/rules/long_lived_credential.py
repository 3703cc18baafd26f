"""A credential that is valid for longer than anybody looks at it."""

from collections.abc import Iterator
from typing import Final

from meshmodel.analysis.results import Told
from meshmodel.analysis.rules.base import Case, Facts, Rule, titles
from meshmodel.analysis.rules.granted import granted_actions
from meshmodel.model.records import Credential

LONGEST: Final = 90 * 86_400
"""Seconds: 90 days are short enough, a second more is not."""

_UNITS: Final = {"s": "second", "m": "minute", "h": "hour", "d": "day"}


def _lives(lifetime: str) -> str:
    if lifetime == "unlimited":
        return "never expires"
    return f"lives {lifetime[:-1]} {_UNITS[lifetime[-1]]}s"


def _of(facts: Facts, credential: Credential) -> Iterator[Case]:
    """An unknown lifetime is a question, not a finding."""
    seconds = credential.lifetime_seconds
    if credential.lifetime is None or seconds is None or seconds <= LONGEST or not credential.is_active:
        return
    snapshot = facts.snapshot
    message = f"{credential.title} {_lives(credential.lifetime)}"
    opened = [each.system for each in facts.related("grant", "credential", credential.id)]
    restricted = [each for each in opened if snapshot.system[each].computed_sensitivity == "restricted"]
    serious = bool(restricted) and not credential.is_bound and not credential.attested
    if serious:
        opens = titles(snapshot, "system", restricted)
        message += f", opens {opens} to whoever has it, and no workload attests to it"
    elif credential.is_bound:
        message += ", though it is bound to its key or host"
    yield Case(
        subject=credential.id,
        severity="high" if serious else "medium",
        told=Told(
            message=message,
            about=(
                ("credential", credential.id),
                *(("system", each) for each in (restricted if serious else opened)),
            ),
        ),
        actions=granted_actions(facts, credential.id),
    )


def _has_lifetime(credential: Credential) -> bool:
    return credential.lifetime is not None


RULE = Rule(
    id="long-lived-credential",
    severity="medium; high if it is an unattested bearer credential that opens a restricted system",
    detects="A credential never expires, or lives more than 90 days",
    remedy=(
        "Obtain it when it is needed, for minutes or hours, by an attested identity; until then renew it "
        "within 90 days"
    ),
    references=("NHI7:2025", "NHI4:2025", "SP 800-53 IA-5", "SP 800-53 IA-9"),
    false_positives="It is renewed on each use, so that what is written down is the longest it could live",
    per="credential",
    of=_of,
    worth=_has_lifetime,
    near=frozenset(),
)
