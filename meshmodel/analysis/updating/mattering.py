"""What of records matters to findings: the elements at their ends, and if two differ in more than words."""

from collections.abc import Mapping
from typing import Any, Final

KINDS: Mapping[tuple[str, str], str] = {
    ("hold", "agent"): "agent",
    ("hold", "credential"): "credential",
    ("grant", "credential"): "credential",
    ("grant", "system"): "system",
    ("custody", "system"): "system",
    ("custody", "credential"): "credential",
    ("exchange", "from_"): "credential",
    ("exchange", "to"): "credential",
    ("delegation", "from_"): "agent",
    ("delegation", "to"): "agent",
    ("trigger", "system"): "system",
    ("trigger", "agent"): "agent",
    ("intent", "agent"): "agent",
    ("intent", "system"): "system",
}
"""The elements at the ends of relations."""


UNREAD: Final = frozenset({"at", "owner", "description"})
"""The fields of elements on which no finding depends."""


def differ(one: Any, other: Any) -> bool:
    """Whether two records of one table differ in what findings depend on."""
    return any(getattr(one, each) != getattr(other, each) for each in one.__slots__ if each not in UNREAD)
