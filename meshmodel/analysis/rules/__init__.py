"""The rules of section 9: one file each, listed here in the order of the page."""

from typing import Final

from meshmodel.analysis.rules import (
    checkpoint_does_not_count,
    missing_checkpoint,
    self_approved_checkpoint,
    toxic_flow,
    unapproved_reach,
)
from meshmodel.analysis.rules.base import Case, Facts, Rule

RULES: Final[tuple[Rule, ...]] = (
    missing_checkpoint.RULE,
    toxic_flow.RULE,
    unapproved_reach.RULE,
    checkpoint_does_not_count.RULE,
    self_approved_checkpoint.RULE,
)

__all__ = ["RULES", "Case", "Facts", "Rule"]
