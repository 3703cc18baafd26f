"""An exchange after which nobody can tell who acts."""

from collections.abc import Iterator

from meshmodel.analysis.results import Told
from meshmodel.analysis.rules.base import Case, Facts, Rule
from meshmodel.analysis.steps import actions_of
from meshmodel.model.records import Exchange


def _of(facts: Facts, exchange: Exchange) -> Iterator[Case]:
    """Acting is anything but reading that follows from the new credential, and some agent comes so far."""
    if not _impersonates(exchange):
        return
    snapshot, mesh = facts.snapshot, facts.engine.mesh
    before, after = mesh.credential_node.get(exchange.from_), mesh.credential_node.get(exchange.to)
    if before is None or after is None or not facts.reached >> before & 1:
        return
    acting = facts.engine.effective.row(after) & mesh.acting
    if not acting:
        return
    every = 0
    for action in range(1, 5):
        if acting & mesh.read << action:
            every |= 1 << action
    who = facts.reaching(before)
    (first,) = mesh.first_systems(acting, 1)
    yield Case(
        subject=f"{exchange.from_}>{exchange.to}",
        severity="medium",
        told=Told(
            message=(
                f"{who.words} can act as {snapshot.credential[exchange.to].principal} "
                f"after the exchange of {snapshot.credential[exchange.from_].title}, and no log can tell "
                "who did"
            ),
            about=(
                ("exchange", (exchange.from_, exchange.to)),
                ("credential", exchange.from_),
                ("credential", exchange.to),
                ("system", first),
                *who.lit,
            ),
        ),
        agents=who.agents,
        actions=actions_of(every),
    )


def _impersonates(exchange: Exchange) -> bool:
    return exchange.semantics == "impersonation"


RULE = Rule(
    id="impersonating-exchange",
    severity="medium",
    detects="A credential is exchanged by impersonation, and an agent acts with what it got",
    remedy="Exchange by delegation, so that the new credential names the actor beside the subject",
    references=("SP 800-53 AU-10", "T8 (Agentic threats 1.1)", "ASI03:2026"),
    false_positives=(
        "The token service keeps who exchanged what, and its log can be joined with those of the systems"
    ),
    per="exchange",
    of=_of,
    worth=_impersonates,
    near=frozenset({"reached", "follows"}),
)
