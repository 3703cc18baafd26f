"""Every row that the worked examples give, as a reviewer judges it.

A row is what ``check`` and the workbench show: the severity, rule and subject of a finding, and what is
folded under it. The verdict is one word: *right* where something must be done or accepted, *noisy*
where the row is true and tells a reviewer nothing new. What is *missing* stands below: what a reviewer of
the larger designs would ask about, and no row says.
"""

D = "missing-checkpoint"

REVIEWS = {
    "support-agent": [
        # The files of all customers, for whoever writes a ticket.
        ("high", D, "file-sas>attachments", (), "right"),
    ],
    "code-agent": [
        (
            "critical",
            D,
            "deploy-key>cluster",
            (("high", "environment-crossing", "code-agent"),),
            "right",
        ),
        # Each of these is to be done by itself: renew the key, take it out of the pipeline, narrow the token.
        ("high", "long-lived-credential", "deploy-key", (), "right"),
        ("high", "secret-at-rest", "pipeline-secrets>deploy-key", (), "right"),
        ("high", "unapproved-reach", "code-agent", (), "right"),
    ],
    "workflow-broker": [
        (
            "high",
            D,
            "user-token>payroll",
            (
                ("high", "delegation-not-honoured", "user-token>payroll"),
                ("medium", "untraceable-step", "payroll"),
            ),
            "right",
        ),
        ("high", "token-passthrough", "clerk>broker", (), "right"),
        (
            "medium",
            D,
            "user-token>ledger",
            (
                ("high", "delegation-not-honoured", "user-token>ledger"),
                ("medium", "untraceable-step", "ledger"),
            ),
            "right",
        ),
    ],
    "agent-chain": [
        (
            "critical",
            D,
            "execution-token>payments",
            (
                ("high", "unapproved-reach", "analyst"),
                ("high", "unapproved-reach", "orchestrator"),
                ("high", "unapproved-reach", "retriever"),
            ),
            "right",
        ),
        ("high", D, "analysis-token>warehouse", (), "right"),
    ],
    "token-leak": [
        ("high", "long-lived-credential", "warehouse-key", (), "right"),
        ("high", D, "cloud-key>bucket", (("medium", "unapproved-reach", "chat-service"),), "right"),
        ("high", D, "warehouse-key>warehouse", (), "right"),
        ("high", "secret-at-rest", "bucket>warehouse-key", (), "right"),
        ("high", "secret-at-rest", "crm>cloud-key", (), "right"),
        ("high", "third-party-reach", "chat-service", (), "right"),
        ("medium", "long-lived-credential", "cloud-key", (), "right"),
        ("medium", "long-lived-credential", "refresh-token", (), "right"),
        ("medium", D, "refresh-token>crm", (), "right"),
    ],
    "federated-release": [],
    "coding-agent-mcp": [
        ("critical", D, "browser-session>web", (), "right"),
        ("critical", D, "forge-pat>issues", (), "right"),
        (
            "critical",
            D,
            "forge-pat>private-code",
            (("medium", "checkpoint-does-not-count", "push-approval"),),
            "right",
        ),
        ("critical", "toxic-flow", "coding-agent", (), "right"),
        # The server writes into issues, which steer the agent: the same flow, seen from its other end.
        ("critical", "toxic-flow", "repository-server", (), "noisy"),
        ("high", "human-identity-in-agent", "repository-server>forge-pat", (), "right"),
        ("high", D, "chat-access>chat", (), "right"),
        (
            "high",
            D,
            "workspace-session>laptop",
            (("medium", "approval-fatigue", "command-approval"),),
            "right",
        ),
        ("high", "secret-at-rest", "laptop>forge-pat", (), "right"),
        ("high", "third-party-reach", "chat-server", (), "right"),
        # Production stands behind two decisions, but the chat and the staging cluster do not.
        ("high", "unapproved-reach", "coding-agent", (), "right"),
        ("medium", "long-lived-credential", "chat-refresh", (), "right"),
        ("medium", "long-lived-credential", "forge-pat", (), "right"),
        ("medium", D, "workspace-session>agent-notes", (), "right"),
    ],
    "finance-orchestrator": [
        ("critical", D, "ledger-key>ledger", (), "right"),
        (
            "critical",
            D,
            "ledger-key>suppliers",
            (
                ("high", "unapproved-reach", "matcher"),
                ("high", "unapproved-reach", "orchestrator"),
                ("medium", "checkpoint-does-not-count", "bank-detail-approval"),
            ),
            "right",
        ),
        ("high", "long-lived-credential", "ledger-key", (), "right"),
        ("high", D, "finder-token>contracts", (), "right"),
        ("high", D, "matcher-svid>vault", (), "right"),
        (
            "high",
            "retired-agent-access",
            "credit-pilot",
            (("medium", "orphaned-credential", "credit-key"),),
            "right",
        ),
        (
            "high",
            "secret-at-rest",
            "job-settings>ledger-key",
            (("medium", "copied-secret", "ledger-key"),),
            "right",
        ),
        # True, but the treasurer decides on each payment that follows.
        ("medium", "checkpoint-does-not-count", "plan-approval", (), "noisy"),
        # On hardware and attested; to be accepted until the bank takes shorter ones.
        ("medium", "long-lived-credential", "bank-certificate", (), "right"),
        # Revoking it, which another row asks for, ends this one too.
        ("medium", "long-lived-credential", "credit-key", (), "noisy"),
        ("medium", D, "orchestrator-token>case-memory", (), "right"),
        ("medium", D, "reader-token>case-memory", (), "right"),
    ],
    "crm-assistant-gateway": [
        ("critical", D, "assistant-svid>chat", (), "right"),
        (
            "critical",
            D,
            "billing-token>billing",
            (
                ("high", "delegation-not-honoured", "billing-token>billing"),
                ("high", "unapproved-reach", "assistant"),
                ("medium", "untraceable-step", "billing"),
            ),
            "right",
        ),
        ("critical", "toxic-flow", "assistant", (), "right"),
        ("high", "environment-crossing", "night-job", (), "right"),
        ("high", D, "assistant-svid>conversation-memory", (), "right"),
        ("high", "secret-at-rest", "job-server>job-key", (), "right"),
        ("high", "unpinned-federation", "colleague-session>billing-token", (), "right"),
        ("medium", "impersonating-exchange", "colleague-session>billing-token", (), "right"),
        ("medium", "long-lived-credential", "job-key", (), "right"),
        ("medium", D, "colleague-session>gateway", (), "right"),
        ("medium", "person-uses-workload-identity", "release-operator>operator-key", (), "right"),
        ("medium", "shared-memory", "help-articles", (), "right"),
        ("medium", "untraceable-step", "exports", (), "right"),
        ("low", D, "assistant-svid>help-articles", (), "right"),
        ("low", D, "job-key>trial-crm", (), "right"),
    ],
}

# What the README says, under "Where it says less than the truth", of each kind.
MISSING = {
    "coding-agent-mcp": {
        "words-kept": "What strangers wrote and the agent noted acts again in its next task",
    },
    "finance-orchestrator": {
        "approved-data": "The treasurer decides on a payment to an account that the matcher can change "
        "before; that it can is one row, that the decision relies on it is none",
        "words-kept": "What an invoice says comes into the case memory, and from there to whoever reads it",
    },
    "crm-assistant-gateway": {
        "words-kept": "What a customer says is written into the CRM, where the night job takes it from",
    },
}
