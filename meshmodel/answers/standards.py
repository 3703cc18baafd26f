"""The standards that rules refer to, by their identifiers, with their titles."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

TITLES: Final[Mapping[str, str]] = {
    # OWASP Non-Human Identities Top 10
    "NHI1:2025": "Improper Offboarding",
    "NHI2:2025": "Secret Leakage",
    "NHI3:2025": "Vulnerable Third-Party NHI",
    "NHI4:2025": "Insecure Authentication",
    "NHI5:2025": "Overprivileged NHI",
    "NHI6:2025": "Insecure Cloud Deployment Configurations",
    "NHI7:2025": "Long-Lived Secrets",
    "NHI8:2025": "Environment Isolation",
    "NHI9:2025": "NHI Reuse",
    "NHI10:2025": "Human Use of NHI",
    # OWASP Top 10 for Agentic Applications
    "ASI01:2026": "Agent Goal Hijack",
    "ASI02:2026": "Tool Misuse and Exploitation",
    "ASI03:2026": "Identity and Privilege Abuse",
    "ASI04:2026": "Agentic Supply Chain Vulnerabilities",
    "ASI06:2026": "Memory & Context Poisoning",
    "ASI09:2026": "Human-Agent Trust Exploitation",
    # OWASP Agentic AI Threats
    "T1 (Agentic threats 1.1)": "Memory Poisoning",
    "T3 (Agentic threats 1.1)": "Privilege Compromise",
    "T8 (Agentic threats 1.1)": "Repudiation & Untraceability",
    "T9 (Agentic threats 1.1)": "Identity Spoofing & Impersonation",
    "T10 (Agentic threats 1.1)": "Overwhelming Human-in-the-Loop",
    "T17 (Agentic threats 1.1)": "Supply Chain Compromise",
    # OWASP Top 10 for LLM Applications
    "LLM01:2026": "Prompt Injection",
    "LLM03:2026": "Excessive Agency",
    "LLM04:2026": "Supply Chain",
    "LLM09:2026": "Vector and Embedding Weaknesses",
    # OWASP AISVS: its requirements have texts and no titles; this is what they are about
    "AISVS v1.0-C5.1.2": "Federated agents use short-lived, minimal, signed tokens",
    "AISVS v1.0-C5.2.1": "Allow-lists, default deny",
    "AISVS v1.0-C5.2.2": "Retrieval runs with the end user's rights",
    "AISVS v1.0-C5.2.5": "Decision point isolated from the agent",
    "AISVS v1.0-C7.3.3": "Model output triggers no outbound request",
    "AISVS v1.0-C8.1.1": "Namespaces of tenants",
    "AISVS v1.0-C8.1.3": "Scoped retrieval",
    "AISVS v1.0-C8.2.3": "Outputs enter trusted memory only with validated source",
    "AISVS v1.0-C9.2.2": "The approver sees all parameters",
    "AISVS v1.0-C9.2.8": "Approval bound to parameters, requester and context, used once",
    "AISVS v1.0-C9.2.9": "Keys that issue approvals are out of the agent's runtime",
    "AISVS v1.0-C9.3.5": "What handles untrusted data cannot call tools",
    "AISVS v1.0-C9.3.6": "Tool outputs kept apart from agent operations",
    "AISVS v1.0-C9.3.7": "Only approved resources",
    "AISVS v1.0-C9.4.1": "Each agent instance has its own identity",
    "AISVS v1.0-C9.4.2": "Actions bound to each step of the chain",
    "AISVS v1.0-C9.4.3": "Agent credentials rotate on schedule",
    "AISVS v1.0-C9.5.1": "Policy on tool and parameter values",
    "AISVS v1.0-C9.5.2": "The user's context travels in a scoped token and is enforced at every hop",
    "AISVS v1.0-C9.5.3": "The application or a policy engine decides, never the model",
    "AISVS v1.0-C9.5.4": "Secrets not in the model's view",
    "AISVS v1.0-C9.5.5": "Delegation between agents follows an explicit policy",
    "AISVS v1.0-C9.5.6": "Current policy asked again at each privileged action",
    "AISVS v1.0-C10.1.2": "Only approved MCP servers",
    "AISVS v1.0-C10.2.2": "Issuer, audience, expiry and scope validated",
    "AISVS v1.0-C10.2.3": "MCP servers keep no tokens",
    "AISVS v1.0-C10.2.5": "Each MCP call checked for tool and values",
    "AISVS v1.0-C10.2.7": "No token passed through",
    "AISVS v1.0-C10.3.5": "Sender-constrained MCP tokens",
    "AISVS v1.0-C12.1.1": "Interactions logged with their session",
    "AISVS v1.0-C12.4.2": "Approver, time, parameters and outcome logged",
    "AISVS v1.0-AC.8.1": "Agents cannot approve or deploy their own work",
    # NIST CSF 2.0: its subcategories have texts and no titles; this is what they are about
    "CSF 2.0 PR.AA-04": "Identity assertions are protected, conveyed, and verified",
    "CSF 2.0 PR.AA-05": "Access permissions, entitlements, and authorizations",
    "CSF 2.0 GV.SC-07": "Supplier and third-party risks",
    "CSF 2.0 PR.PS-04": "Log records",
    # NIST SP 800-207, chapter 2.1
    "SP 800-207 tenet 3": "Access to individual enterprise resources is granted on a per-session basis",
    "SP 800-207 tenet 6": (
        "All resource authentication and authorization are dynamic and strictly enforced before access "
        "is allowed"
    ),
    # NIST SP 800-53 Rev 5
    "SP 800-53 AC-2": "Account Management",
    "SP 800-53 AC-3": "Access Enforcement",
    "SP 800-53 AC-4": "Information Flow Enforcement",
    "SP 800-53 AC-5": "Separation of Duties",
    "SP 800-53 AC-6": "Least Privilege",
    "SP 800-53 AU-10": "Non-repudiation",
    "SP 800-53 AU-12": "Audit Record Generation",
    "SP 800-53 IA-5": "Authenticator Management",
    "SP 800-53 IA-9": "Service Identification and Authentication",
    "SP 800-53 IA-11": "Re-authentication",
    # MITRE ATT&CK; a technique below another is called by both titles
    "ATT&CK T1199": "Trusted Relationship",
    "ATT&CK T1550": "Use Alternate Authentication Material",
    "ATT&CK T1552": "Unsecured Credentials",
    "ATT&CK T1552.001": "Unsecured Credentials: Credentials In Files",
    # MITRE ATLAS
    "ATLAS AML.T0010.005": "AI Supply Chain Compromise: AI Agent Tool",
    "ATLAS AML.T0012": "Valid Accounts",
    "ATLAS AML.T0051": "LLM Prompt Injection",
    "ATLAS AML.T0053": "AI Agent Tool Invocation",
    "ATLAS AML.T0055": "Unsecured Credentials",
    "ATLAS AML.T0070": "RAG Poisoning",
    "ATLAS AML.T0080": "AI Agent Context Poisoning",
    "ATLAS AML.T0080.000": "AI Agent Context Poisoning: Memory",
    "ATLAS AML.T0081": "Modify AI Agent Configuration",
    "ATLAS AML.T0082": "RAG Credential Harvesting",
    "ATLAS AML.T0083": "Credentials from AI Agent Configuration",
    "ATLAS AML.T0085.001": "Data from AI Services: AI Agent Tools",
    "ATLAS AML.T0086": "Exfiltration via AI Agent Tool Invocation",
    "ATLAS AML.T0091.000": "Use Alternate Authentication Material: Application Access Token",
    "ATLAS AML.T0091.001": "Use Alternate Authentication Material: Web Session Cookie",
    "ATLAS AML.T0098": "AI Agent Tool Credential Harvesting",
    "ATLAS AML.T0099": "AI Agent Tool Data Poisoning",
    "ATLAS AML.T0110": "AI Agent Tool Poisoning",
    "ATLAS AML.M0024": "AI Telemetry Logging",
    "ATLAS AML.M0026": "Privileged AI Agent Permissions Configuration",
    "ATLAS AML.M0027": "Single-User AI Agent Permissions Configuration",
    "ATLAS AML.M0028": "AI Agent Tools Permissions Configuration",
    "ATLAS AML.M0029": "Human In-the-Loop for AI Agent Actions",
    "ATLAS AML.M0030": "Restrict AI Agent Tool Invocation on Untrusted Data",
    "ATLAS AML.M0031": "Memory Hardening",
    "ATLAS AML.M0032": "Segmentation of AI Agent Components",
    "ATLAS AML.M0037": "AI Agent Authority Expansion Controls",
    # CWE
    "CWE-269": "Improper Privilege Management",
    "CWE-441": "Unintended Proxy or Intermediary ('Confused Deputy')",
    "CWE-522": "Insufficiently Protected Credentials",
    "CWE-613": "Insufficient Session Expiration",
    "CWE-798": "Use of Hard-coded Credentials",
    "CWE-862": "Missing Authorization",
    "CWE-863": "Incorrect Authorization",
    "CWE-1427": "Improper Neutralization of Input Used for LLM Prompting",
    # Model Context Protocol: titles of sections
    "MCP authorization": "Access Token Privilege Restriction",
    "MCP 2026-07-28": "Token Handling",
}
"""The titles as the publications have them; where they have none, what the place is about."""
RELEASES: Final[Mapping[str, str]] = {
    "NHI": "OWASP Non-Human Identities Top 10, 2025",
    "ASI": "OWASP Top 10 for Agentic Applications 2026, of 2025-12-09",
    "LLM": "OWASP Top 10 for LLM Applications 2026, of 2026-08",
    "T": "OWASP Agentic AI: Threats and Mitigations, 1.1",
    "AISVS": "OWASP Artificial Intelligence Security Verification Standard, 1.0",
    "CSF": "NIST Cybersecurity Framework, 2.0",
    "SP 800-207": "NIST SP 800-207 Zero Trust Architecture, of 2020-08; its tenets (chapter 2.1)",
    "SP 800-53": "NIST SP 800-53, Revision 5",
    "ATT&CK": "MITRE ATT&CK, v19.2 of 2026-08-05",
    "ATLAS": "MITRE ATLAS, 2026.09",
    "CWE": "MITRE CWE, titles as in 4.14",
    "MCP": "Model Context Protocol, revision 2026-07-28, Authorization",
}
"""By how its identifiers begin, which release of a publication is meant."""

_ADDRESSES: Final[tuple[tuple[str, str], ...]] = (
    (r"CWE-(\d+)", "https://cwe.mitre.org/data/definitions/{0}.html"),
    (r"ATT&CK (T\d+)\.(\d+)", "https://attack.mitre.org/techniques/{0}/{1}/"),
    (r"ATT&CK (T\d+)", "https://attack.mitre.org/techniques/{0}/"),
    (r"ATLAS (AML\.T[\d.]+)", "https://atlas.mitre.org/techniques/{0}"),
    (r"ATLAS (AML\.M[\d.]+)", "https://atlas.mitre.org/mitigations/{0}"),
    (r"SP 800-53 .+", "https://doi.org/10.6028/NIST.SP.800-53r5"),
    (r"SP 800-207 .+", "https://doi.org/10.6028/NIST.SP.800-207"),
    (r"CSF 2\.0 .+", "https://doi.org/10.6028/NIST.CSWP.29"),
    (r"AISVS v1\.0-.+", "https://github.com/OWASP/AISVS/tree/94fbad5/1.0/en"),
    (r"NHI\d+:2025", "https://owasp.org/www-project-non-human-identities-top-10/2025/"),
    (r"MCP .+", "https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization"),
)
"""By how a reference reads the address of its source, where that is a stable one: an entry of its own, a
digital object identifier, or a release that is not changed."""


def address_of(reference: str) -> str:
    """Where a reference can be read; empty where no address of it is known to stay."""
    for pattern, address in _ADDRESSES:
        found = re.fullmatch(pattern, reference)
        if found is not None:
            return address.format(*found.groups())
    return ""


def titled(reference: str, about: str = "") -> str:
    """A reference with its title, and what a finding must be about to cite it, if it must."""
    title = f" {TITLES[reference]}" if reference in TITLES else ""
    return f"{reference}{title}{f' (where it is about {about})' if about else ''}"


def releases_of(references: Iterable[str]) -> tuple[str, ...]:
    """The releases that some references mean, in the order of ``RELEASES``."""
    beginnings = sorted(RELEASES, key=len, reverse=True)
    cited = {next((each for each in beginnings if name.startswith(each)), "") for name in references}
    return tuple(release for beginning, release in RELEASES.items() if beginning in cited)


def in_release_order(references: Iterable[str]) -> list[str]:
    """References in the order of ``TITLES``; those without a title last."""
    order = {name: place for place, name in enumerate(TITLES)}
    return sorted(references, key=lambda each: (order.get(each, len(order)), each))
