"""The standards that rules refer to, by their identifiers, with their titles."""

from collections.abc import Mapping
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
    # NIST CSF 2.0: its subcategories have texts and no titles; this is what they are about
    "CSF 2.0 PR.AA-04": "Identity assertions are protected, conveyed, and verified",
    "CSF 2.0 PR.AA-05": "Access permissions, entitlements, and authorizations",
    "CSF 2.0 GV.SC-07": "Supplier and third-party risks",
    "CSF 2.0 PR.PS-04": "Log records",
    # NIST SP 800-207, section 2.1
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
    # MITRE
    "ATT&CK T1552": "Unsecured Credentials",
    "ATLAS AML.T0051": "LLM Prompt Injection",
    "ATLAS AML.T0086": "Exfiltration via AI Agent Tool Invocation",
    # CWE
    "CWE-269": "Improper Privilege Management",
    "CWE-441": "Unintended Proxy or Intermediary ('Confused Deputy')",
    "CWE-522": "Insufficiently Protected Credentials",
    "CWE-613": "Insufficient Session Expiration",
    "CWE-798": "Use of Hard-coded Credentials",
    "CWE-862": "Missing Authorization",
    "CWE-863": "Incorrect Authorization",
    # Model Context Protocol
    "MCP authorization": "A server accepts only tokens that were issued for it, and passes none on",
}
"""The titles as the publications have them; where they have none, what the place is about."""
