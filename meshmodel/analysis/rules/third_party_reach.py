"""What an agent that a vendor runs, or that a vendor's system starts, can reach."""

from collections import defaultdict
from collections.abc import Iterator
from functools import partial

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.graph import once_and_again
from meshmodel.analysis.results import FindingText
from meshmodel.analysis.rules.base import Case, Cases, Rule, by_agent, deeds, doing, done, highlighted, titles
from meshmodel.model.vocabulary import ACTING, actions_of


def _find(engine: Engine) -> Cases:
    mesh, led, private = engine.mesh, defaultdict[str, int](int), defaultdict[str | None, list[int]](list)
    for vendor, agents, _ in _leading(engine):
        led[vendor] |= agents
    for each in mesh.private if led else ():
        private[engine.snapshot.system[mesh.systems[each]].vendor].append(each)
    reached = {vendor: doing(engine.reaches.alone.reach, some) for vendor, some in private.items()}
    sets = [0] * 5
    for action in range(5):
        anywhere, several = once_and_again(some[action] for some in reached.values())
        for vendor, agents in led.items():
            own = reached[vendor][action] if vendor in reached else 0
            sets[action] |= agents & (several | anywhere & ~own)
    for agent, mask in by_agent(sets):
        name, tell = mesh.agents[agent], partial(_finding_text, engine, agent)
        yield Case(name, "high" if mask & ACTING else "medium", tell, (name,), actions_of(mask))


def _leading(engine: Engine) -> Iterator[tuple[str, int, str | None]]:
    """The vendors, each with agents that it runs, or that a system of it triggers, and this system."""
    mesh, tables = engine.mesh, engine.snapshot
    for number, name in enumerate(mesh.agents):
        if (vendor := tables.agent[name].vendor) is not None:
            yield vendor, 1 << number, None
    for number, name in enumerate(mesh.systems):
        if (vendor := tables.system[name].vendor) is not None:
            yield vendor, mesh.words.drawn.get(number, 0), name


def _finding_text(engine: Engine, agent: int) -> FindingText:
    mesh, tables, name = engine.mesh, engine.snapshot, engine.mesh.agents[agent]
    leading = [(vendor, by) for vendor, agents, by in _leading(engine) if agents >> agent & 1]
    vendors, through = {vendor for vendor, _ in leading}, [by for _, by in leading if by is not None]
    others = [each for each in mesh.private if vendors - {tables.system[mesh.systems[each]].vendor}]
    reached = done(mesh, engine.reaches.alone.reach, agent, others)
    led = [f"run by {vendor}" for vendor, by in leading if by is None]
    if through:
        starting = sorted({vendor for vendor, by in leading if by is not None})
        led.append(f"started through {titles(tables, 'system', through)} of {' and '.join(starting)}")
    return FindingText(
        f"{tables.agent[name].title}, {' and '.join(led)}, can {deeds(tables, reached)}.",
        (("agent", name), *highlighted("system", through), *highlighted("system", reached)),
        named=(str(tables.agent[name].title),),
    )


RULE = Rule(
    id="third-party-reach",
    title="Third party reaches confidential data",
    why="The vendor's breach is yours.",
    severity="high if it acts there; otherwise medium",
    detects="An agent that a vendor runs or starts reaches, unchecked, confidential systems that are not the "
    "vendor's",
    remedy="Reduce access to the contract, put a checkpoint before the rest, and know how to cut the vendor "
    "off.",
    cites="NHI3:2025; ASI04:2026; CSF 2.0 GV.SC-07; AISVS v1.0-C10.1.2; AISVS v1.0-C9.3.7; "
    "ATLAS AML.T0010.005; ATLAS AML.T0110; LLM04:2026; T17 (Agentic threats 1.1); ATT&CK T1199",
    false_positives=("What it reaches is with that vendor by contract anyway",),
    find=_find,
)
