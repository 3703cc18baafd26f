"""One credential in several hands."""

from collections.abc import Iterator

from meshmodel.analysis.reached import lit
from meshmodel.analysis.rules.base import Case, Facts, Rule, titles
from meshmodel.analysis.rules.granted import granted_actions
from meshmodel.model.records import Credential


def _of(facts: Facts, credential: Credential) -> Iterator[Case]:
    """Holding alone counts: what was handed over by a delegation is another rule's."""
    if not credential.is_active:
        return
    holds = facts.related("hold", "credential", credential.id)
    if len(holds) < 2:
        return
    snapshot = facts.snapshot
    agents = tuple(sorted(each.agent for each in holds if snapshot.agent[each.agent].is_active))
    if len(agents) < 2:
        return
    yield Case(
        subject=credential.id,
        severity="medium",
        message=(
            f"{titles(snapshot, 'agent', agents)} share {credential.title}: nobody can tell them apart, and "
            "what one may do all may do"
        ),
        about=(
            ("credential", credential.id),
            *(("hold", (each, credential.id)) for each in agents[:2]),
            *lit("agent", agents),
        ),
        agents=agents,
        actions=granted_actions(facts, credential.id),
    )


RULE = Rule(
    id="shared-credential",
    severity="medium",
    detects="Two or more agents hold the same credential",
    remedy="Give each agent a credential of its own, with no more than it needs",
    references=("NHI9:2025", "SP 800-53 AC-2", "SP 800-53 AU-10"),
    false_positives="The agents are instances of one workload: draw them as one agent",
    per="credential",
    of=_of,
    near=frozenset(),
)
