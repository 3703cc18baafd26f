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
        work: what to do about one of its findings, in a line, to be filled with the names of its subject;
            empty: its name and its remedy say it.
    """

    subject: tuple[str, ...]
    names_grants: bool = False
    under: str | None = None
    is_cheap: bool = False
    work: str = ""


CARDS: Final[Mapping[str, RuleCard]] = MappingProxyType(
    {
        DOOR: RuleCard(("credential", "system")),
        "toxic-flow": RuleCard(
            ("agent",), work="Take from {0} untrusted content, confidential data, or the way out"
        ),
        BEYOND: RuleCard(("agent",), names_grants=True, is_cheap=True),
        "checkpoint-does-not-count": RuleCard(("checkpoint",), names_grants=True, is_cheap=True),
        CONTROLLED: RuleCard(
            ("checkpoint",),
            names_grants=True,
            work="Move the decision of {0} to where no agent can change it",
        ),
        "coarse-checkpoint": RuleCard(
            ("agent",), work="Decide each action of {0} at the system, not when it is called"
        ),
        "advisory-limit": RuleCard(
            ("agent", "agent"),
            work="Enforce what {0} lets {1} do: a narrower credential, or a program between",
        ),
        "carried-words": RuleCard(
            ("system",),
            work="Put a checkpoint before what agents write into {0}, or accept fixed values only",
        ),
        "approval-fatigue": RuleCard(
            ("checkpoint",), names_grants=True, work="Let a policy decide the routine cases of {0}"
        ),
        "delegation-not-honoured": RuleCard(("credential", "system"), names_grants=True),
        "lost-delegation": RuleCard(("credential", "system"), names_grants=True),
        # Its subject is a delegation, or a grant.
        "token-passthrough": RuleCard((), names_grants=True),
        "impersonating-exchange": RuleCard(
            ("credential", "credential"),
            work="Exchange {0} for {1} by delegation, with the actor in the token",
        ),
        "unpinned-federation": RuleCard(
            ("credential", "credential"),
            work="Pin who gets {1} for {0}: the full subject, branch or namespace",
        ),
        "shared-credential": RuleCard(
            ("credential",), work="Replace {0} by a credential for each agent that uses it"
        ),
        "long-lived-credential": RuleCard(
            ("credential",), work="Replace {0} by a credential that lives minutes or hours"
        ),
        "secret-at-rest": RuleCard(
            ("system", "credential"),
            is_cheap=True,
            work="Delete the copy of {1} in {0} and issue a new credential",
        ),
        # Whoever deletes the copy that lies about leaves no second one.
        "copied-secret": RuleCard(
            ("credential",), under="secret-at-rest", is_cheap=True, work="Keep one copy of {0} and fetch it"
        ),
        # Whoever changes the credential of an agent that is gone leaves no orphan.
        "orphaned-credential": RuleCard(
            ("credential",),
            under="retired-agent-access",
            is_cheap=True,
            work="Revoke {0}, or model who uses it",
        ),
        "retired-agent-access": RuleCard(("agent",), is_cheap=True),
        "human-identity-in-agent": RuleCard(
            ("agent", "credential"), work="Give {0} its own identity instead of {1}"
        ),
        "person-uses-workload-identity": RuleCard(
            ("agent", "credential"), work="Let {0} sign in as a person instead of with {1}"
        ),
        "environment-crossing": RuleCard(
            ("agent",),
            names_grants=True,
            work="Separate the credentials of {0} for production, or put a checkpoint before it",
        ),
        "third-party-reach": RuleCard(
            ("agent",), work="Reduce what {0} can reach to its contract, and put a checkpoint before the rest"
        ),
        "shared-memory": RuleCard(
            ("system",), work="Partition {0} by person or task, or review content before it is shared"
        ),
        "untraceable-step": RuleCard(
            ("system",),
            names_grants=True,
            work="Log identity and person in {0}, where no agent can change the log",
        ),
    }
)
"""The cards by the ids of the rules, in the order of ``docs/rules.md``."""
