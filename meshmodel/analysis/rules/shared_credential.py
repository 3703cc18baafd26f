"""One credential in several hands."""

from collections import defaultdict
from collections.abc import Iterator
from functools import partial

from meshmodel.analysis.results import Told
from meshmodel.analysis.rules.base import Case, Facts, Rule
from meshmodel.analysis.rules.phrases import lit, titles
from meshmodel.model.snapshot import Snapshot


def _find(facts: Facts) -> Iterator[Case]:
    """Holding alone counts: what was handed over by a delegation is another rule's."""
    holders: defaultdict[str, list[str]] = defaultdict(list)
    for agent, credential in facts.snapshot.hold:
        if agent in facts.mesh.agent and credential in facts.mesh.credential:
            holders[credential].append(agent)
    for name, holding in holders.items():
        if len(holding) > 1:
            agents = tuple(sorted(holding))
            yield Case(
                name, "medium", partial(_told, facts.snapshot, name, agents), agents, facts.granted[name]
            )


def _told(snapshot: Snapshot, credential: str, agents: tuple[str, ...]) -> Told:
    return Told(
        f"{titles(snapshot, 'agent', agents)} share {snapshot.credential[credential].title}: nobody can tell "
        "them apart, and what one may do all may do",
        (
            ("credential", credential),
            *(("hold", (each, credential)) for each in agents[:2]),
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
    find=_find,
)
