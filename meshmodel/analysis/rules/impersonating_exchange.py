"""An exchange after which nobody can tell who acts."""

from collections.abc import Iterator
from functools import partial

from meshmodel.analysis.bitset import union
from meshmodel.analysis.results import Told
from meshmodel.analysis.rules.base import ACTING, Case, Facts, Rule
from meshmodel.analysis.rules.phrases import relation, titles
from meshmodel.model.actions import actions_of
from meshmodel.model.records import Exchange


def _find(facts: Facts) -> Iterator[Case]:
    """Acting is anything but reading that follows from the new credential, and some agent comes so far."""
    for each in facts.snapshot.exchange.values():
        if each.semantics != "impersonation":
            continue
        steps = facts.mesh.ends("exchange", each.from_, each.to)
        after = {step: facts.following[step[1]] & ACTING for step in steps}
        agents = facts.names(facts.reaching(*(leaves for (leaves, _), mask in after.items() if mask)))
        if agents:
            tell = partial(_told, facts, each, agents)
            actions = actions_of(union(after.values()))
            yield Case(f"{each.from_}>{each.to}", "medium", tell, agents, actions)


def _told(facts: Facts, exchange: Exchange, agents: tuple[str, ...]) -> Told:
    snapshot = facts.snapshot
    before, after = (snapshot.credential[each] for each in (exchange.from_, exchange.to))
    return Told(
        f"{titles(snapshot, 'agent', agents)} can act as {after.principal} after the exchange of "
        f"{before.title}, and no log can tell who did",
        relation("exchange", (before.id, after.id), agents),
    )


RULE = Rule(
    id="impersonating-exchange",
    severity="medium",
    detects="A credential is exchanged by impersonation, and an agent acts with what it got",
    remedy="Exchange by delegation, so that the new credential names the actor beside the subject",
    references=("SP 800-53 AU-10", "T8 (Agentic threats 1.1)", "ASI03:2026"),
    false_positives="The token service logs who exchanged what, and its log can be joined with others",
    find=_find,
)
