"""A limit that is asked of a model: nothing holds the agent to it."""

from collections.abc import Iterator
from functools import partial

from meshmodel.analysis.results import Told
from meshmodel.analysis.rules.base import Case, Facts, Rule, limits
from meshmodel.analysis.rules.phrases import deeds, lit, relation
from meshmodel.model.records import Delegation


def _find(facts: Facts) -> Iterator[Case]:
    for each in facts.snapshot.delegation.values():
        if not (each.only and each.from_ in facts.mesh.agent and each.to in facts.mesh.agent):
            continue
        if facts.snapshot.agent[each.to].is_steerable:
            agents = tuple(sorted((each.from_, each.to)))
            yield Case(f"{each.from_}>{each.to}", "medium", partial(_told, facts, each), agents)


def _told(facts: Facts, delegation: Delegation) -> Told:
    one, other = (facts.snapshot.agent[each] for each in (delegation.from_, delegation.to))
    named = limits(delegation)
    return Told(
        f"{one.title} may have {other.title} only {deeds(facts.snapshot, named)}, but {other.title} can be "
        "steered: nothing holds it to that limit",
        (*relation("delegation", (one.id, other.id)), *lit("system", named)),
    )


RULE = Rule(
    id="advisory-limit",
    severity="medium",
    detects="A delegation limits what an agent does that can be steered: a limit that is asked of a model",
    remedy="Enforce it outside the model: by credentials that allow no more, or by a program between",
    references=("ASI02:2026", "SP 800-207 tenet 6", "SP 800-53 AC-6"),
    false_positives="A program holds it to the limit: draw that as an agent that is not steerable",
    find=_find,
)
