"""A finding in one row: its message where that fits, else its title."""

from meshmodel.analysis.results import Finding
from meshmodel.model.text import shorten, width


def headline(finding: Finding, cells: int) -> str:
    """What a finding says in at most so many cells."""
    message = finding.message
    return message if width(message) <= cells else shorten(finding.headline, cells)
