"""Every row that the worked examples give, as a reviewer judges it.

A row is what ``check`` and the workbench show: the severity, rule and subject of a finding, and what is
folded under it. The verdict is one word: *right* where something must be done or accepted, *noisy*
where the row is true and tells a reviewer nothing new.
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
        ("medium", D, "analysis-token>warehouse", (), "right"),
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
    "answer-desk": [
        ("high", "delegation-not-honoured", "desk-token>tickets", (), "right"),
        ("high", D, "legacy-key>exports", (), "right"),
        ("high", D, "legacy-key>prices", (), "right"),
        ("high", D, "report-role>prices", (), "right"),
        ("high", D, "vault-token>vault", (), "right"),
        ("medium", "long-lived-credential", "assistant-key", (), "right"),
        ("medium", "long-lived-credential", "legacy-key", (), "right"),
        ("medium", "long-lived-credential", "restock-key", (), "right"),
        ("medium", "unapproved-reach", "assistant", (), "right"),
        # Nobody who is drawn reads it: whoever will has to know.
        ("low", "carried-words", "exports", (), "right"),
    ],
    "federated-release": [],
    "coding-agent-mcp": [
        (
            "critical",
            D,
            "forge-pat>private-code",
            (("low", "checkpoint-does-not-count", "push-approval"),),
            "right",
        ),
        ("critical", "toxic-flow", "coding-agent", (), "right"),
        ("high", "human-identity-in-agent", "repository-server>forge-pat", (), "right"),
        # Whoever serves the page sees the address that is asked for, with what the chat or the code held.
        ("high", D, "browser-session>web", (), "right"),
        # Production and staging stand behind a decision on each merge; what is posted in the chat does not.
        ("high", D, "chat-access>chat", (("high", "unapproved-reach", "coding-agent"),), "right"),
        ("high", D, "forge-pat>issues", (), "right"),
        (
            "high",
            D,
            "workspace-session>laptop",
            (("medium", "approval-fatigue", "command-approval"),),
            "right",
        ),
        ("high", "secret-at-rest", "laptop>forge-pat", (), "right"),
        ("high", "third-party-reach", "chat-server", (), "right"),
        ("medium", "long-lived-credential", "chat-refresh", (), "right"),
        ("medium", "long-lived-credential", "forge-pat", (), "right"),
        ("medium", D, "workspace-session>agent-notes", (), "right"),
        # What strangers wrote and the agent noted acts again in its next task.
        ("low", "carried-words", "agent-notes", (), "right"),
        # What a stranger wrote is posted and pushed on, and acts again on whoever reads there.
        ("low", "carried-words", "chat", (), "right"),
        # Its own machine: the rows beside it say the same of what others read.
        ("low", "carried-words", "laptop", (), "noisy"),
        ("low", "carried-words", "private-code", (), "right"),
    ],
    "finance-orchestrator": [
        # Whoever sends an invoice drives the whole settlement through the case memory.
        ("critical", D, "ledger-key>ledger", (("high", "unapproved-reach", "invoice-reader"),), "right"),
        (
            "critical",
            D,
            "ledger-key>suppliers",
            (
                ("high", "unapproved-reach", "orchestrator"),
                ("low", "checkpoint-does-not-count", "bank-detail-approval"),
                ("low", "unapproved-reach", "matcher"),  # the supplier master is in its own zone
            ),
            "right",
        ),
        ("high", "long-lived-credential", "ledger-key", (), "right"),
        ("high", D, "orchestrator-token>case-memory", (), "right"),
        ("high", D, "reader-token>case-memory", (), "right"),
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
        # On hardware and attested; to be accepted until the bank takes shorter ones.
        ("medium", "long-lived-credential", "bank-certificate", (), "right"),
        # Revoking it, which another row asks for, ends this one too.
        ("medium", "long-lived-credential", "credit-key", (), "noisy"),
        ("medium", D, "finder-token>contracts", (), "right"),
        # What an invoice says comes into the case memory, and from there to whoever reads it.
        ("low", "carried-words", "case-memory", (), "right"),
        # No row says that the treasurer's decision relies on bank details which can be changed before it.
        ("low", "carried-words", "suppliers", (), "right"),
        # True, but the treasurer decides on each payment that follows.
        ("low", "checkpoint-does-not-count", "plan-approval", (), "noisy"),
    ],
    "crm-assistant-gateway": [
        # The night job writes into the CRM, which the assistant reads.
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
        # Through the next row alone: what the colleague writes into the CRM the night job copies on.
        ("high", "environment-crossing", "colleague", (), "noisy"),
        # One key for production and its trial copy.
        ("high", "environment-crossing", "night-job", (), "right"),
        # The memory keeps customers apart, and believes the assistant which of them is meant.
        (
            "high",
            D,
            "assistant-svid>conversation-memory",
            (("medium", "lost-delegation", "assistant-svid>conversation-memory"),),
            "right",
        ),
        ("high", "secret-at-rest", "job-server>job-key", (), "right"),
        ("high", "unpinned-federation", "colleague-session>billing-token", (), "right"),
        ("medium", "long-lived-credential", "job-key", (), "right"),
        ("medium", D, "colleague-session>gateway", (), "right"),
        ("medium", "person-uses-workload-identity", "release-operator>operator-key", (), "right"),
        ("medium", "shared-memory", "help-articles", (), "right"),
        ("medium", "untraceable-step", "exports", (), "right"),
        ("low", "carried-words", "conversation-memory", (), "right"),
        # Exchanged as a delegation, as for the CRM, the log could tell.
        ("low", "impersonating-exchange", "colleague-session>billing-token", (), "right"),
        ("low", D, "assistant-svid>help-articles", (), "right"),
        # The trial copy alone is another zone: in the back office the job is at home.
        ("low", D, "job-key>trial-crm", (), "right"),
    ],
}
