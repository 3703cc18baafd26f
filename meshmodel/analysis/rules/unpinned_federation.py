"""A trust condition that more than one workload meets."""

from collections.abc import Iterator

from meshmodel.analysis.results import Told
from meshmodel.analysis.rules.base import Case, Facts, Rule
from meshmodel.model.records import Exchange


def _of(facts: Facts, exchange: Exchange) -> Iterator[Case]:
    """Others than those drawn meet the condition, so it holds whether or not an agent here comes to it."""
    if exchange.pinned:
        return
    snapshot = facts.snapshot
    before, after = snapshot.credential[exchange.from_], snapshot.credential[exchange.to]
    if not (before.is_active and after.is_active):
        return
    where = "" if exchange.at is None else f" at {snapshot.system[exchange.at].title}"
    who = facts.reaching(facts.engine.mesh.credential_node[before.id])
    yield Case(
        subject=f"{before.id}>{after.id}",
        severity="high",
        told=Told(
            message=(
                f"Whatever resembles the workload behind {before.title} obtains {after.title}{where}: the "
                "trust condition does not name one exact workload"
            ),
            about=(
                ("exchange", (before.id, after.id)),
                ("credential", before.id),
                ("credential", after.id),
                *(() if exchange.at is None else (("system", exchange.at),)),
                *who.lit,
            ),
        ),
        agents=who.agents,
    )


def _is_loose(exchange: Exchange) -> bool:
    return not exchange.pinned


RULE = Rule(
    id="unpinned-federation",
    severity="high",
    detects="The trust condition of an exchange does not name one exact workload",
    remedy=(
        "Pin the condition to the one workload that needs it: its full subject, and the branch, environment "
        "or namespace that it runs in"
    ),
    references=("NHI6:2025", "CWE-863"),
    false_positives="A condition outside the drawing, such as a policy of the organization, narrows it",
    per="exchange",
    of=_of,
    worth=_is_loose,
    near=frozenset({"reached"}),
)
