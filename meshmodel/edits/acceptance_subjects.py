"""Rewrites the subject of an acceptance when something that it names gets another id.

See ``docs/semantics.md#findings-questions-and-acceptances``.
"""

from collections.abc import Container

from meshmodel.model.records import Acceptance
from meshmodel.model.rule_cards import CARDS


def renamed_subject(
    acceptance: Acceptance, kind: str, old: str, new: str, delegations: Container[tuple[str, str]]
) -> str:
    """The subject of an acceptance after an element or a checkpoint got another id.

    Args:
        acceptance: of any rule; the subject of an unknown rule is returned unchanged.
        kind: the table of what was renamed.
        old: its id before.
        new: its id now.
        delegations: the keys of the delegations, before those were renamed.
    """
    parts = tuple(acceptance.subject.split(">"))
    card = CARDS.get(acceptance.rule)
    kinds = () if card is None else card.subject
    if card is not None and not kinds and len(parts) == 2:
        kinds = ("agent", "agent") if (parts[0], parts[1]) in delegations else ("credential", "system")
    if len(kinds) != len(parts):
        return acceptance.subject
    return ">".join(
        new if part == old and each == kind else part for part, each in zip(parts, kinds, strict=True)
    )
