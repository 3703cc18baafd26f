"""A credential that is valid for longer than anybody looks at it."""

from collections.abc import Iterator
from functools import partial
from typing import Final

from meshmodel.analysis.results import Told
from meshmodel.analysis.rules.base import Case, Facts, Rule
from meshmodel.analysis.rules.phrases import lit, titles
from meshmodel.model.records import Credential

LONGEST: Final = 90 * 86_400
"""Seconds: 90 days are short enough, a second more is not."""

_UNITS: Final = {"s": "second", "m": "minute", "h": "hour", "d": "day"}


def _find(facts: Facts) -> Iterator[Case]:
    """An unknown lifetime is a question, not a finding."""
    for each in facts.snapshot.credential.values():
        seconds = each.lifetime_seconds
        if seconds is not None and seconds > LONGEST and each.is_active:
            tell, actions = partial(_told, facts, each), facts.granted[each.id]
            yield Case(each.id, "high" if _is_grave(facts, each) else "medium", tell, actions=actions)


def _is_grave(facts: Facts, credential: Credential) -> bool:
    return not (credential.is_bound or credential.attested) and bool(_restricted(facts, credential))


def _restricted(facts: Facts, credential: Credential) -> list[str]:
    """The restricted systems that it opens."""
    opened, systems = facts.grants_of.get(credential.id, ()), facts.snapshot.system
    return [each.system for each in opened if systems[each.system].sensitivity == "restricted"]


def _told(facts: Facts, credential: Credential) -> Told:
    message = f"{credential.title} {_lives(str(credential.lifetime))}"
    systems = [each.system for each in facts.grants_of.get(credential.id, ())]
    if _is_grave(facts, credential):
        systems = _restricted(facts, credential)
        opens = titles(facts.snapshot, "system", systems)
        message += f", opens {opens} to whoever has it, and no workload attests to it"
    elif credential.is_bound:
        message += ", though it is bound to its key or host"
    return Told(message, (("credential", credential.id), *lit("system", systems)))


def _lives(lifetime: str) -> str:
    if lifetime == "unlimited":
        return "never expires"
    return f"lives {lifetime[:-1]} {_UNITS[lifetime[-1]]}s"


RULE = Rule(
    id="long-lived-credential",
    severity="medium; high if it is an unattested bearer credential that opens a restricted system",
    detects="A credential never expires, or lives more than 90 days",
    remedy="Obtain it for minutes or hours, by an attested identity; until then renew it within 90 days",
    references=("NHI7:2025", "NHI4:2025", "SP 800-53 IA-5", "SP 800-53 IA-9"),
    false_positives="It is renewed on each use, so that what is written down is the longest it could live",
    find=_find,
)
