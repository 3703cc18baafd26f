"""Makes and withdraws acceptances of findings. Pure.

See ``docs/semantics.md#findings-questions-and-acceptances``.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from meshmodel.edits.edit import Edit, Put, Remove
from meshmodel.model.records import Acceptance

USUAL_DAYS: Final = 90
"""For how long a finding is accepted unless another day is typed."""


def acceptance_edit(record: Acceptance) -> Edit:
    """The edit that accepts a finding."""
    return Edit(f"accept {record.rule} of {record.subject} until {record.until.isoformat()}", (Put(record),))


def withdrawal(rule: str, subject: str) -> Edit:
    """The edit that withdraws an acceptance."""
    label = f"withdraw the acceptance of {rule} of {subject}"
    return Edit(label, (Remove("acceptance", (rule, subject)),))


def first_values(before: Acceptance | None, today: date, by: str) -> dict[str, str]:
    """What a form begins with: ``by``, ``reason`` and ``until``.

    Args:
        before: what is to be changed; of that the day only while it is not over.
        today: the day (UTC).
        by: who accepted something last.
    """
    until = today + timedelta(days=USUAL_DAYS)
    if before is None:
        return {"by": by, "reason": "", "until": until.isoformat()}
    until = before.until if before.until >= today else until
    return {"by": before.by, "reason": before.reason, "until": until.isoformat()}


def typed_problem(values: Mapping[str, str], today: date) -> tuple[str, str] | None:
    """Which of the typed values (``by``, ``reason``, ``until``) does not do, and why; ``None``: all do."""
    for name, value in values.items():
        if not value:
            return name, f"{name}: needed"
    try:
        until = date.fromisoformat(values["until"])
    except ValueError:
        return "until", "until: a day like 2027-01-31"
    return ("until", "until: that day has passed already") if until < today else None


def typed_acceptance(key: tuple[str, str], values: Mapping[str, str]) -> Acceptance:
    """The acceptance of a rule's subject, of typed values in which :func:`typed_problem` finds nothing."""
    return Acceptance(*key, values["reason"], values["by"], date.fromisoformat(values["until"]))
