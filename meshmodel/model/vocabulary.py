"""The closed and open word lists of the semantics (``docs/semantics.md``).

Actions are also numbers from 0 to 4, and sets of them masks of five bits
(``docs/semantics.md#relations``).
"""

from collections.abc import Iterable, Mapping
from typing import Final, Literal, get_args

Action = Literal["read", "write", "execute", "issue", "admin"]
Sensitivity = Literal["public", "internal", "confidential", "restricted"]
Integrity = Literal["low", "medium", "high", "critical"]
Audit = Literal["none", "identity", "identity-and-subject"]
Subject = Literal["workload", "human"]
Binding = Literal["bearer", "dpop", "mtls", "host"]
HonouredAs = Literal["principal", "delegate"]
How = Literal["stores", "issues"]
Returns = Literal["words", "values"]
NoteKind = Literal["note", "assumption", "question", "action"]
NoteState = Literal["open", "done"]
ExchangeSemantics = Literal["delegation", "impersonation"]
CheckpointStep = Literal[
    "hold", "grant", "custody", "exchange", "delegation", "trigger", "hearing", "hosting", "boundary"
]
Freshness = Literal["per-action", "per-session", "cached"]
CheckpointState = Literal["enforced", "planned", "advisory"]
Severity = Literal["low", "medium", "high", "critical"]
View = Literal["built", "designed"]

ACTIONS: Final[tuple[Action, ...]] = get_args(Action)
SENSITIVITIES: Final[tuple[Sensitivity, ...]] = get_args(Sensitivity)
INTEGRITIES: Final[tuple[Integrity, ...]] = get_args(Integrity)
AUDITS: Final[tuple[Audit, ...]] = get_args(Audit)
SUBJECTS: Final[tuple[Subject, ...]] = get_args(Subject)
BINDINGS: Final[tuple[Binding, ...]] = get_args(Binding)
HONOURED_AS: Final[tuple[HonouredAs, ...]] = get_args(HonouredAs)
HOWS: Final[tuple[How, ...]] = get_args(How)
RETURNS: Final[tuple[Returns, ...]] = get_args(Returns)
NOTE_KINDS: Final[tuple[NoteKind, ...]] = get_args(NoteKind)
NOTE_STATES: Final[tuple[NoteState, ...]] = get_args(NoteState)
EXCHANGE_SEMANTICS: Final[tuple[ExchangeSemantics, ...]] = get_args(ExchangeSemantics)
CHECKPOINT_STEPS: Final[tuple[CheckpointStep, ...]] = get_args(CheckpointStep)
FRESHNESSES: Final[tuple[Freshness, ...]] = get_args(Freshness)
CHECKPOINT_STATES: Final[tuple[CheckpointState, ...]] = get_args(CheckpointState)
SEVERITIES: Final[tuple[Severity, ...]] = get_args(Severity)

DECISION_KINDS: Final = (
    "policy-decision",
    "human-approval",
    "step-up-authentication",
    "downscoped-token-exchange",
    "just-in-time-access",
    "cross-app-grant",
)
BINDING_KINDS: Final = ("sender-constraint", "audience-check", "re-attestation", "transaction-token")
CHECKPOINT_KINDS: Final = DECISION_KINDS + BINDING_KINDS

ELEMENT_TABLES: Final = ("zone", "system", "agent", "credential")
"""The tables of elements, in the order of the interchange file."""
RELATION_TABLES: Final = ("hold", "grant", "custody", "exchange", "delegation", "trigger", "intent")
"""Those of relations."""
ENVIRONMENTS: Final = ("production", "staging", "development", "corporate", "external")
SYSTEM_KINDS: Final = (
    "saas",
    "object-storage",
    "database",
    "data-warehouse",
    "code-repository",
    "ci-pipeline",
    "secrets-manager",
    "identity-provider",
    "token-service",
    "message-queue",
    "mcp-server",
    "api-gateway",
    "cloud-account",
    "kubernetes-cluster",
    "payment",
    "messaging",
    "deployment-target",
    "knowledge-base",
    "agent-memory",
    "browser",
    "other",
)
PRIVATE_REQUEST_KINDS: Final = frozenset(
    {"saas", "code-repository", "messaging", "knowledge-base", "database", "data-warehouse"}
)
"""The kinds of systems where outsiders do not see who reads, unless the model says so."""
AGENT_KINDS: Final = ("ai-agent", "orchestrator", "broker", "workflow", "service", "person")
STEERABLE_KINDS: Final = frozenset({"ai-agent", "orchestrator", None})
"""The kinds of agents that are steerable by default; ``None``: no kind is given."""
CREDENTIAL_KINDS: Final = (
    "api-key",
    "static-secret",
    "service-account-key",
    "ssh-key",
    "personal-access-token",
    "oauth-client-credentials",
    "oauth-user-delegated",
    "oauth-refresh-token",
    "exchanged-token",
    "oidc-federation",
    "x509-svid",
    "jwt-svid",
    "kubernetes-projected-token",
    "instance-role",
    "sas-token",
    "session-cookie",
    "mcp-environment-secret",
    "transaction-token",
    "biscuit",
    "macaroon",
    "other",
)


def highest(severities: Iterable[Severity]) -> Severity:
    """The highest of at least one severity."""
    return max(severities, key=SEVERITIES.index)


READ, WRITE, EXECUTE, ISSUE, ADMIN = range(5)
ALL: Final = 0b11111
"""All five actions."""
ACTING: Final = 0b11110
"""All but read."""
NUMBER: Final[Mapping[str, int]] = {action: number for number, action in enumerate(ACTIONS)}


def action_mask(actions: Iterable[Action] | None) -> int:
    """The mask of actions, admin not expanded; all five bits for ``None``."""
    return ALL if actions is None else sum(1 << NUMBER[each] for each in set(actions))


def expand_admin(mask: int) -> int:
    """The mask, or all five bits where it has admin: admin implies every action."""
    return ALL if mask >> ADMIN & 1 else mask


def actions_of(mask: int) -> tuple[Action, ...]:
    """The actions of a mask, in the order of ``ACTIONS``."""
    return _ACTIONS_OF[mask]


_ACTIONS_OF: Final = [
    tuple(action for number, action in enumerate(ACTIONS) if mask >> number & 1) for mask in range(ALL + 1)
]
