# ruff: noqa: E501 - one command is one line of the table
"""The words of the field by which help and palette find a command, beside its own; ``meshmodel help`` too."""

from collections.abc import Mapping
from typing import Final

CONCEPTS: Final[Mapping[str, str]] = {
    "about": "title of the model, owner of the model",
    "accept": "risk acceptance, waive, suppress, ignore, false positive, exception, tolerate",
    "add": "create, insert, zone, trust boundary, trust zone, MCP server, tool, skill, service account, principal, API key, user, human",
    "arrange": "tidy, layout, align, fit",
    "checkpoint": "control, gate, approval, human in the loop, HITL, PDP, PEP, authorization, policy check, guard",
    "compare": "drift, what changed, git, diff, difference",
    "compromise": "blast radius, breach, impact, stolen, incident, leaked, lateral movement",
    "connect": "link, wire, arrow, data flow, relation, line",
    "delete": "remove, erase",
    "export": "save as, picture, image, svg, diagram, pdf, word, document, management, CISO, ticket, jira, share",
    "edit": "comment, remark, annotate, add a note, attribute, property, sensitivity, rotate, lifetime, owner",
    "find": "search, look for",
    "findings": "risk, threat, vulnerability, weakness, issue, problem, STRIDE, prompt injection, memory poisoning, lethal trifecta, toxic flow, exfiltration, data leak, attack",
    "fix": "mitigation, mitigate, remediate, remediation, countermeasure, choke point, quick win, priority, what first, cost, effort, trade-off, plan, approvals a day",
    "fold": "group, collapse, expand",
    "guard": "apply the fix, apply the plan, mitigate all",
    "help": "documentation, manual, shortcuts, how to",
    "import": "load, Terraform, Kubernetes, MCP configuration, Claude, Cursor, discover, inventory, scan",
    "intend": "intended use, allowed, by design, expected, approve access",
    "journal": "history, versions, changelog, audit trail",
    "lens": "trust boundary, trust boundaries, show boundaries, highlight, filter the drawing",
    "move": "drag, place, position",
    "offboard": "leaver, decommission, retire, deprovision, revoke, rotate a secret",
    "outsider": "external attacker, internet, anonymous",
    "quick_line": "sentence, command line, type a model",
    "questions": "todo, unknown, assumption, open question, gap",
    "reach": "least privilege, excess rights, overprivileged, access review, permissions, entitlements, who can, matrix, confused deputy, deputy",
    "rename": "label, title",
    "round": "guided review, workshop, meeting, facilitate, agenda",
    "rule": "standard, OWASP, NIST, MITRE, CWE, compliance, reference",
    "signs": "legend, icon, symbol, glossary, meaning",
    "theme": "colour, color, dark, contrast, appearance",
    "trace": "audit, forensics, SIEM, replay, log file, unused, dormant, observed",
    "undo": "revert, back out",
    "view": "planned, to be, target, with planned checkpoints",
    "why": "attack path, kill chain, exploit, explain, pivot, lateral movement",
    "zoom_out": "zoom to fit, whole, overview",
}
"""By the id of a command, what else people call what it does."""
SAME: Final[Mapping[str, tuple[str, ...]]] = {
    "check": ("findings", "questions", "rule"),
    "compromise": ("compromise", "outsider"),
    "diff": ("compare",),
    "drift": ("compare",),
    "explain": ("why",),
    "export": ("export",),
    "fix": ("fix", "checkpoint", "guard"),
    "import": ("import",),
    "offboard": ("offboard",),
    "plan": ("fix",),
    "reach": ("reach",),
    "report": ("export",),
    "round": ("round",),
    "rules": ("rule", "findings"),
    "scan": ("import",),
    "trace": ("trace",),
    "used": ("trace",),
}
"""By command the commands of the workbench that answer the same, and so are called the same."""
MORE: Final[Mapping[str, str]] = {
    "check": "CI, pipeline, exit code, build gate, SARIF, baseline",
    "reach": "who has access, access matrix",
    "serve": "share, collaborate, together, browser",
    "used": "unused access, dormant access",
}
"""By command what else it is called."""
