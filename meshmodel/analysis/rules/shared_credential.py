"""One credential in several hands."""

from collections.abc import Iterator
from functools import partial

from meshmodel.analysis.reached import FEW, lit, told
from meshmodel.analysis.results import Told
from meshmodel.analysis.rules.base import Case, Facts, Rule
from meshmodel.analysis.rules.granted import granted_actions
from meshmodel.model.records import Agent, Credential


def _of(facts: Facts, credential: Credential) -> Iterator[Case]:
    """Holding alone counts: what was handed over by a delegation is another rule's."""
    if not credential.is_active:
        return
    holds = facts.related("hold", "credential", credential.id)
    if len(holds) < 2:
        return
    snapshot = facts.snapshot
    agents = tuple([each.agent for each in holds if snapshot.agent[each.agent].is_active])
    if len(agents) < 2:
        return
    some = tuple([snapshot.agent[each] for each in agents[:FEW]])
    told = partial(_told, credential, agents, some)
    yield Case(credential.id, "medium", told, agents, granted_actions(facts, credential.id))


def _among(facts: Facts) -> list[Credential]:
    records = facts.snapshot.credential
    return [records[each] for each in facts.relations.shared("hold", "credential")]


def _told(credential: Credential, agents: tuple[str, ...], some: tuple[Agent, ...]) -> Told:
    return Told(
        f"{told([each.title for each in some], len(agents))} share {credential.title}: nobody can tell them "
        "apart, and what one may do all may do",
        (
            ("credential", credential.id),
            *(("hold", (each, credential.id)) for each in agents[:2]),
            *lit("agent", agents),
        ),
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
    among=_among,
    near=frozenset(),
)
