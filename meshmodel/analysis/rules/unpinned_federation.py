"""A trust condition that more than one workload meets."""

from collections.abc import Iterator
from functools import partial

from meshmodel.analysis.results import Place, Told
from meshmodel.analysis.rules.base import Case, Facts, Rule
from meshmodel.analysis.rules.phrases import relation
from meshmodel.model.records import Exchange


def _find(facts: Facts) -> Iterator[Case]:
    """Others than those drawn meet the condition, so it holds whether or not an agent here comes to it."""
    for each in facts.snapshot.exchange.values():
        steps = [] if each.pinned else facts.mesh.ends("exchange", each.from_, each.to)
        if steps:
            agents = facts.names(facts.reaching(*(leaves for leaves, _ in steps)))
            yield Case(f"{each.from_}>{each.to}", "high", partial(_told, facts, each, agents), agents)


def _told(facts: Facts, exchange: Exchange, agents: tuple[str, ...]) -> Told:
    snapshot = facts.snapshot
    before, after = (snapshot.credential[each].title for each in (exchange.from_, exchange.to))
    where = "" if exchange.at is None else f" at {snapshot.system[exchange.at].title}"
    at: tuple[Place, ...] = () if exchange.at is None else (("system", exchange.at),)
    return Told(
        f"Whatever resembles the workload behind {before} obtains {after}{where}: the trust condition does "
        "not name one exact workload",
        (*relation("exchange", (exchange.from_, exchange.to), agents), *at),
    )


RULE = Rule(
    id="unpinned-federation",
    severity="high",
    detects="The trust condition of an exchange does not name one exact workload",
    remedy="Pin the condition to one workload: its full subject, and its branch or namespace",
    references=("NHI6:2025", "CWE-863"),
    false_positives="A condition outside the drawing, such as a policy of the organization, narrows it",
    find=_find,
)
