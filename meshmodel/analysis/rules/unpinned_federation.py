"""A trust condition that more than one workload meets."""

from functools import partial

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.results import FindingText
from meshmodel.analysis.rules.base import Case, Cases, Rule, relation
from meshmodel.model.records import Exchange, Reference, Snapshot


def _find(engine: Engine) -> Cases:
    """Others than those drawn meet the condition, so it holds whether or not an agent here comes to it."""
    for (one, other), each in engine.snapshot.exchange.items():
        steps = engine.mesh.ends("exchange", one, other)
        if not each.pinned and other in engine.mesh.credential:
            agents = engine.mesh.names(engine.reaches.reaching(*(leaves for leaves, _ in steps)))
            yield Case(
                f"{one}>{other}", "high", partial(_finding_text, engine.snapshot, each, agents), agents
            )


def _finding_text(snapshot: Snapshot, exchange: Exchange, agents: tuple[str, ...]) -> FindingText:
    ends, at = (exchange.from_, exchange.to), exchange.at
    before, after = (snapshot.credential[each].title for each in ends)
    where = "" if at is None else f" at {snapshot.system[at].title}"
    places: tuple[Reference, ...] = () if at is None else (("system", at),)
    return FindingText(
        f"Any workload that matches the trust condition for {before} gets {after}{where}.",
        (*relation("exchange", ends, agents), *places),
        named=(before, after),
    )


RULE = Rule(
    id="unpinned-federation",
    title="Federation trusts too much",
    why="A lookalike gets in.",
    severity="high",
    detects="The trust condition of an exchange does not name one exact workload",
    remedy="Pin the full subject, branch or namespace.",
    cites="NHI6:2025; CWE-863; AISVS v1.0-C5.1.2; ATLAS AML.T0012",
    false_positives=("A condition outside the model, such as an organization's policy, narrows it",),
    find=_find,
)
