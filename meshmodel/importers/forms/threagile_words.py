"""The words of Threagile models, what they become, and values that YAML's merge key takes over."""

from collections.abc import Iterator, Sequence
from typing import Final

from meshmodel.importers.document import Node
from meshmodel.model.vocabulary import INTEGRITIES, SENSITIVITIES

SECTIONS: Final = ("technical_assets", "data_assets", "trust_boundaries", "shared_runtimes")
_CONFIDENTIALITY: Final = ("public", "internal", "restricted", "confidential", "strictly-confidential")
_INTEGRITY: Final = ("archive", "operational", "important", "critical", "mission-critical")
KINDS: Final = {
    "build-pipeline": "ci-pipeline",
    "data-lake": "data-warehouse",
    "gateway": "api-gateway",
    "hsm": "secrets-manager",
    "identity-store-database": "identity-provider",
    "identity-store-ldap": "identity-provider",
    "ldap-server": "identity-provider",
    "mail-server": "messaging",
    "sourcecode-repository": "code-repository",
    "stream-processing": "message-queue",
    "unknown-technology": None,
    "vault": "secrets-manager",
}
"""Kinds of systems by technology; other words are kept as they are."""
CREDENTIAL_KINDS: Final = {"credentials": "static-secret", "session-id": "session-cookie"}
"""Kinds of credentials by authentication; other words are kept as they are."""
END_USER: Final = ("end-user-identity-propagation", "enduser-identity-propagation")
OF_ASSET: Final = (
    "type", "usage", "size", "tags", "machine", "encryption", "availability", "justification_cia_rating",
    "multi_tenant", "redundant", "custom_developed_parts", "data_formats_accepted", "diagram_tweak_order",
    "internet", "used_as_client_by_human", "technology", "technologies", "owner", "description",
)  # fmt: skip
OF_LINK: Final = (
    "protocol", "tags", "vpn", "ip_filtered", "usage", "data_assets_sent", "data_assets_received",
    "diagram_tweak_weight", "diagram_tweak_constraint", "authorization", "readonly", "description",
)  # fmt: skip
OF_DATA: Final = (
    "description", "usage", "tags", "origin", "owner", "quantity", "availability", "justification_cia_rating",
)  # fmt: skip
OF_RUNTIME: Final = ("id", "description", "tags", "technical_assets_running")
HEADERS: Final = (
    "threagile_version", "title", "date", "author", "contributors", "management_summary_comment",
    "business_criticality", "business_overview", "technical_overview", "application_description",
    "tags_available", "questions",
)  # fmt: skip
RISKS: Final = (
    "abuse_cases", "security_requirements", "individual_risk_categories", "custom_risk_categories",
    "risk_tracking",
)  # fmt: skip
DISTINCT: Final = (
    *SECTIONS, *RISKS, "threagile_version", "includes", "tags_available", "business_criticality",
    "business_overview", "technical_overview", "management_summary_comment",
)  # fmt: skip
"""Parts of a model, one of which is in a file that is recognised by its parts."""
MARKS: Final = (
    "communication_links", "technical_assets_inside", "technical_assets_running", "justification_cia_rating",
)  # fmt: skip
"""Keys of entries that nothing else has."""


def is_part(key: str) -> bool:
    """Whether a key is that of a part of a model."""
    return key in (*DISTINCT, *HEADERS) or key.startswith("diagram_tweak_")


def sensitivity(found: Sequence[Node]) -> str | None:
    """The highest of some ratings of confidentiality, as our sensitivity."""
    return _level(found, _CONFIDENTIALITY, SENSITIVITIES)


def integrity(found: Sequence[Node]) -> str | None:
    """The highest of some ratings of integrity, as our integrity."""
    return _level(found, _INTEGRITY, INTEGRITIES)


def _level(found: Sequence[Node], words: Sequence[str], ours: Sequence[str]) -> str | None:
    """The highest of some ratings on a scale of five, by its rank on a scale of four, rounded."""
    ranks = [words.index(each.text) for each in found if each.text in words]
    return ours[(max(ranks) * 3 + 2) // 4] if ranks else None


def get(node: Node, key: str) -> Node:
    """The value under a key, or under it in what ``<<`` takes over."""
    found = node[key]
    for base in node["<<"].each() if not found else ():
        found = found or get(base, key)
    return found


def replaced(node: Node, beside: frozenset[str] = frozenset()) -> Iterator[Node]:
    """The values in what ``<<`` takes over that have another in their place."""
    names = beside | {key for key, _ in node.items()}
    for base in node["<<"].each():
        for key, value in base.items():
            if key != "<<" and key in names:
                yield value
        yield from replaced(base, names)
        names |= {key for key, _ in base.items()}
