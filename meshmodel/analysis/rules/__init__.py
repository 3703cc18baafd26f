"""The rules of section 9: one file each, listed here in the order of the page."""

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

RULES: Final[tuple[Rule, ...]] = (
    missing_checkpoint.RULE,
    toxic_flow.RULE,
    unapproved_reach.RULE,
    checkpoint_does_not_count.RULE,
    self_approved_checkpoint.RULE,
    coarse_checkpoint.RULE,
    advisory_limit.RULE,
    carried_words.RULE,
    approval_fatigue.RULE,
    delegation_not_honoured.RULE,
    token_passthrough.RULE,
    impersonating_exchange.RULE,
    unpinned_federation.RULE,
    shared_credential.RULE,
    long_lived_credential.RULE,
    secret_at_rest.RULE,
    copied_secret.RULE,
    orphaned_credential.RULE,
    retired_agent_access.RULE,
    human_identity_in_agent.RULE,
    person_uses_workload_identity.RULE,
    environment_crossing.RULE,
    third_party_reach.RULE,
    shared_memory.RULE,
    untraceable_step.RULE,
)

__all__ = ["RULES", "Case", "Rule"]
