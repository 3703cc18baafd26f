"""The closed and open word lists of the semantics (``docs/semantics.md``)."""

from collections.abc import Iterable
from typing import Final, Literal

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

ACTIONS: Final[tuple[Action, ...]] = ("read", "write", "execute", "issue", "admin")
SENSITIVITIES: Final[tuple[Sensitivity, ...]] = ("public", "internal", "confidential", "restricted")
INTEGRITIES: Final[tuple[Integrity, ...]] = ("low", "medium", "high", "critical")
AUDITS: Final[tuple[Audit, ...]] = ("none", "identity", "identity-and-subject")
SUBJECTS: Final[tuple[Subject, ...]] = ("workload", "human")
BINDINGS: Final[tuple[Binding, ...]] = ("bearer", "dpop", "mtls", "host")
HONOURED_AS: Final[tuple[HonouredAs, ...]] = ("principal", "delegate")
HOWS: Final[tuple[How, ...]] = ("stores", "issues")
RETURNS: Final[tuple[Returns, ...]] = ("words", "values")
NOTE_KINDS: Final[tuple[NoteKind, ...]] = ("note", "assumption", "question", "action")
NOTE_STATES: Final[tuple[NoteState, ...]] = ("open", "done")
EXCHANGE_SEMANTICS: Final[tuple[ExchangeSemantics, ...]] = ("delegation", "impersonation")
CHECKPOINT_STEPS: Final[tuple[CheckpointStep, ...]] = (
    "hold",
    "grant",
    "custody",
    "exchange",
    "delegation",
    "trigger",
    "hearing",
    "hosting",
    "boundary",
)
FRESHNESSES: Final[tuple[Freshness, ...]] = ("per-action", "per-session", "cached")
CHECKPOINT_STATES: Final[tuple[CheckpointState, ...]] = ("enforced", "planned", "advisory")
SEVERITIES: Final[tuple[Severity, ...]] = ("low", "medium", "high", "critical")

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
