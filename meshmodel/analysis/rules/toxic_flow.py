"""Private data, untrusted content and a way out in the hands of one agent."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cache, partial

from meshmodel.analysis.counting import Tally
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.graph import bits, union
from meshmodel.analysis.results import MOST_HIGHLIGHTED, FindingText
from meshmodel.analysis.rules.base import Case, Cases, Rule, highlighted, titles
from meshmodel.analysis.toxic import reads, told_apart, ways_out

_Systems = tuple[dict[int, list[int]], Tally]


def _find(engine: Engine) -> Cases:
    parts = cache(partial(_parts, engine))
    for agent in bits(engine.toxic):
        name = engine.mesh.agents[agent]
        yield Case(name, "critical", partial(_finding_text, engine, parts, agent), (name,))


def _by_agent(agents_of: Iterable[tuple[int, int]]) -> _Systems:
    """By agent the first of some systems, as many as a finding lights, and how many of the thousands."""
    first, count, left = defaultdict[int, list[int]](list), Tally(), -1
    for system, agents in agents_of:
        count.add(agents)
        for agent in bits(agents & left):
            first[agent].append(system)
            if len(first[agent]) == MOST_HIGHLIGHTED:
                left &= ~(1 << agent)
    return first, count


def _parts(engine: Engine) -> tuple[_Systems, ...]:
    """What moves each agent, what it reads, and where it carries that out."""
    reaches, private, shown = engine.reaches, dict[int, int](), defaultdict[int, int](int)
    for systems in told_apart(reaches):
        reading = {system: reads(reaches, system) for system in systems}
        readers, leaving = union(reading.values()), 0
        for out in ways_out(reaches, systems[0]):
            some = engine.doors.open_at(out) & readers
            shown[out // 5] |= some
            leaving |= some
        private.update((system, some & leaving) for system, some in reading.items())
    sources = engine.starts.readers
    moving = [(each, some & sources.get(each, 0)) for each, some in sorted(reaches.moving.items())]
    parts = moving, sorted(private.items()), sorted(shown.items())
    return tuple(_by_agent(each) for each in parts)


def _finding_text(engine: Engine, parts: Callable[[], tuple[_Systems, ...]], agent: int) -> FindingText:
    names = [[engine.mesh.systems[each] for each in first[agent]] for first, _ in parts()]
    through, what, where = (
        titles(engine.snapshot, "system", some, total=count.total(1 << agent))
        for some, (_, count) in zip(names, parts(), strict=True)
    )
    name = engine.mesh.agents[agent]
    title = engine.snapshot.agent[name].title
    return FindingText(
        f"{title} reads untrusted content in {through}, reads confidential data in {what} and can send it "
        f"out through {where}.",
        (("agent", name), *dict.fromkeys(place for each in names for place in highlighted("system", each))),
        named=(str(title),),
        more="No checkpoint is in between.",
    )


RULE = Rule(
    id="toxic-flow",
    title="Toxic flow (lethal trifecta)",
    why="One planted text can leak the data.",
    severity="critical",
    detects="An agent reads untrusted content and confidential data, and can send it out; no checkpoint "
    "is in "
    "between",
    remedy="Remove one of the three. Or move one to an agent that returns fixed values. Or put a checkpoint "
    "before one.",
    cites="ASI01:2026; ASI02:2026; ATLAS AML.T0051; ATLAS AML.T0086; SP 800-53 AC-4; AISVS v1.0-C9.3.5; "
    "AISVS v1.0-C9.3.6; AISVS v1.0-C7.3.3; ATLAS AML.T0085.001; ATLAS AML.M0030; LLM01:2026; CWE-1427",
    false_positives=(
        "What is marked as visible to outsiders shows them nothing of the agent's, not even an address",
    ),
    find=_find,
)
