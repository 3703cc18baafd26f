"""Rewrites the subject of an acceptance when something that it names gets another id.

See ``docs/semantics.md#findings-questions-and-acceptances``.
"""

from collections.abc import Container
from typing import Final

from meshmodel.model.records import Acceptance

SUBJECT_KINDS: Final[dict[str, tuple[str, ...]]] = {
    "missing-checkpoint": ("credential", "system"),
    "toxic-flow": ("agent",),
    "unapproved-reach": ("agent",),
    "checkpoint-does-not-count": ("checkpoint",),
    "self-approved-checkpoint": ("checkpoint",),
    "coarse-checkpoint": ("agent",),
    "advisory-limit": ("agent", "agent"),
    "carried-words": ("system",),
    "approval-fatigue": ("checkpoint",),
    "delegation-not-honoured": ("credential", "system"),
    "lost-delegation": ("credential", "system"),
    "impersonating-exchange": ("credential", "credential"),
    "unpinned-federation": ("credential", "credential"),
    "shared-credential": ("credential",),
    "long-lived-credential": ("credential",),
    "secret-at-rest": ("system", "credential"),
    "copied-secret": ("credential",),
    "orphaned-credential": ("credential",),
    "retired-agent-access": ("agent",),
    "human-identity-in-agent": ("agent", "credential"),
    "person-uses-workload-identity": ("agent", "credential"),
    "environment-crossing": ("agent",),
    "third-party-reach": ("agent",),
    "shared-memory": ("system",),
    "untraceable-step": ("system",),
}
"""By rule, the tables of the ids that its subjects join with ``>``; ``token-passthrough`` has two forms."""


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
    kinds = SUBJECT_KINDS.get(acceptance.rule, ())
    if acceptance.rule == "token-passthrough" and len(parts) == 2:
        kinds = ("agent", "agent") if (parts[0], parts[1]) in delegations else ("credential", "system")
    if len(kinds) != len(parts):
        return acceptance.subject
    return ">".join(
        new if part == old and each == kind else part for part, each in zip(parts, kinds, strict=True)
    )
