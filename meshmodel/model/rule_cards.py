"""What is known of each rule without running it: what its subjects name, and under which row it is listed.

Edits rename subjects and reports fold findings of one cause; neither may know how a rule finds them. See
``docs/rules.md``.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

DOOR: Final = "missing-checkpoint"
"""The rule of missing checkpoints; other findings about the same grant are listed under its findings."""
BEYOND: Final = "unapproved-reach"
"""The rule of agents that reach more than is intended."""
CONTROLLED: Final = "self-approved-checkpoint"
"""The rule of checkpoints over which an agent that is asked has power."""


class RuleCard(NamedTuple):
    """One rule.

    Attributes:
        subject: the tables of the ids that its subjects join with ``>``.
        names_grants: whether its findings are about grants. Others are not asked: their words are made when
            first read.
        under: the rule under whose finding about the same credential it is listed: the remedy is the same.
        is_cheap: whether its remedy only takes something away, or turns on what is planned.
    """

    subject: tuple[str, ...]
    names_grants: bool = False
    under: str | None = None
    is_cheap: bool = False


CARDS: Final[Mapping[str, RuleCard]] = MappingProxyType(
    {
        DOOR: RuleCard(("credential", "system")),
        "toxic-flow": RuleCard(("agent",)),
        BEYOND: RuleCard(("agent",), names_grants=True, is_cheap=True),
        "checkpoint-does-not-count": RuleCard(("checkpoint",), names_grants=True, is_cheap=True),
        CONTROLLED: RuleCard(("checkpoint",), names_grants=True),
        "coarse-checkpoint": RuleCard(("agent",)),
        "advisory-limit": RuleCard(("agent", "agent")),
        "carried-words": RuleCard(("system",)),
        "approval-fatigue": RuleCard(("checkpoint",), names_grants=True),
        "delegation-not-honoured": RuleCard(("credential", "system"), names_grants=True),
        "lost-delegation": RuleCard(("credential", "system"), names_grants=True),
        # Its subject is a delegation, or a grant.
        "token-passthrough": RuleCard((), names_grants=True),
        "impersonating-exchange": RuleCard(("credential", "credential")),
        "unpinned-federation": RuleCard(("credential", "credential")),
        "shared-credential": RuleCard(("credential",)),
        "long-lived-credential": RuleCard(("credential",)),
        "secret-at-rest": RuleCard(("system", "credential"), is_cheap=True),
        # Whoever deletes the copy that lies about leaves no second one.
        "copied-secret": RuleCard(("credential",), under="secret-at-rest", is_cheap=True),
        # Whoever changes the credential of an agent that is gone leaves no orphan.
        "orphaned-credential": RuleCard(("credential",), under="retired-agent-access", is_cheap=True),
        "retired-agent-access": RuleCard(("agent",), is_cheap=True),
        "human-identity-in-agent": RuleCard(("agent", "credential")),
        "person-uses-workload-identity": RuleCard(("agent", "credential")),
        "environment-crossing": RuleCard(("agent",), names_grants=True),
        "third-party-reach": RuleCard(("agent",)),
        "shared-memory": RuleCard(("system",)),
        "untraceable-step": RuleCard(("system",), names_grants=True),
    }
)
"""The cards by the ids of the rules, in the order of ``docs/rules.md``."""
