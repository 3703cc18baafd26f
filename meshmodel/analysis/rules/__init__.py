"""The rules of ``docs/rules.md``: one file each, listed here in the order of the page."""

from typing import Final

from meshmodel.analysis.rules import (
    advisory_limit,
    approval_fatigue,
    carried_words,
    checkpoint_does_not_count,
    coarse_checkpoint,
    copied_secret,
    delegation_not_honoured,
    environment_crossing,
    human_identity_in_agent,
    impersonating_exchange,
    long_lived_credential,
    lost_delegation,
    missing_checkpoint,
    orphaned_credential,
    person_uses_workload_identity,
    retired_agent_access,
    secret_at_rest,
    self_approved_checkpoint,
    shared_credential,
    shared_memory,
    third_party_reach,
    token_passthrough,
    toxic_flow,
    unapproved_reach,
    unpinned_federation,
    untraceable_step,
)
from meshmodel.analysis.rules.base import Case, Rule

_MODULES: Final = (
    missing_checkpoint, toxic_flow, unapproved_reach, checkpoint_does_not_count, self_approved_checkpoint,
    coarse_checkpoint, advisory_limit, carried_words, approval_fatigue, delegation_not_honoured,
    lost_delegation, token_passthrough, impersonating_exchange, unpinned_federation, shared_credential,
    long_lived_credential, secret_at_rest, copied_secret, orphaned_credential, retired_agent_access,
    human_identity_in_agent, person_uses_workload_identity, environment_crossing, third_party_reach,
    shared_memory, untraceable_step,
)  # fmt: skip
RULES: Final[tuple[Rule, ...]] = tuple(each.RULE for each in _MODULES)
"""The rules in the order of ``docs/rules.md``."""

__all__ = ["RULES", "Case", "Rule"]
