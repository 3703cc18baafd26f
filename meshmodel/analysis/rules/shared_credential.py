"""One credential in several hands."""

from collections.abc import Sequence
from itertools import compress
from operator import itemgetter

from meshmodel.analysis.reached import lit, told
from meshmodel.analysis.results import Told
from meshmodel.analysis.rules.base import Cases, Facts, Rule, Telling
from meshmodel.analysis.rules.granted import granted_actions_of
from meshmodel.analysis.rules.several import several
from meshmodel.model.records import Agent, Credential


def _many(facts: Facts, credentials: Sequence[Credential]) -> Cases:
    """Holding alone counts: what was handed over by a delegation is another rule's."""
    active = facts.engine.mesh.agent_node
    places, holders = several(
        facts,
        credentials,
        "hold",
        lambda holds: compress(holds, map(active.__contains__, map(itemgetter(0), holds))),
    )
    shared = list(map(credentials.__getitem__, places))
    subjects = [each.id for each in shared]
    return Cases(
        subjects,
        ["medium"] * len(shared),
        Telling(_told, shared, holders, facts.first_elements("agent", holders)),
        holders,
        granted_actions_of(facts, subjects),
        places,
    )


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
    many=_many,
    near=frozenset(),
)
