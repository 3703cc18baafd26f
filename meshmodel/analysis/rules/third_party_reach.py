"""What a supplier's agent, or a supplier's system that steers one, comes to."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from functools import partial

from meshmodel.analysis.bitset import union
from meshmodel.analysis.results import Told
from meshmodel.analysis.rules.base import ACTING, Case, Facts, Rule, by_agent, doing, once_and_again
from meshmodel.analysis.rules.phrases import deeds, joined, lit, titles
from meshmodel.model.actions import actions_of


def _find(facts: Facts) -> Iterator[Case]:
    """Steered is whoever has a trigger step from the system: declared, or arising by what it reads."""
    led = _led(facts)
    if not led:
        return
    systems = defaultdict[str | None, list[int]](list)
    for system in facts.private:
        systems[facts.snapshot.system[facts.mesh.systems[system]].vendor].append(system)
    reached = {vendor: doing(facts.reaches.full, some) for vendor, some in systems.items()}
    sets = [0] * 5
    for action in range(5):
        anywhere, several = once_and_again(some[action] for some in reached.values())
        for vendor, agents in led.items():
            own = reached[vendor][action] if vendor in reached else 0
            sets[action] |= agents & (several | anywhere & ~own)
    for agent, mask in by_agent(sets, union(sets)):
        name = facts.mesh.agents[agent]
        tell = partial(_told, facts, agent)
        yield Case(name, "high" if mask & ACTING else "medium", tell, (name,), actions_of(mask))


def _led(facts: Facts) -> dict[str, int]:
    """By vendor the agents that it runs, or that a system of it triggers."""
    mesh, led = facts.mesh, defaultdict[str, int](int)
    for number, name in enumerate(mesh.agents):
        vendor = facts.snapshot.agent[name].vendor
        if vendor is not None:
            led[vendor] |= 1 << number
    for number, name in enumerate(mesh.systems):
        vendor = facts.snapshot.system[name].vendor
        if vendor is not None:
            led[vendor] |= mesh.words.triggered(number)
    return {vendor: agents for vendor, agents in led.items() if agents}


def _told(facts: Facts, agent: int) -> Told:
    snapshot, mesh = facts.snapshot, facts.mesh
    record = snapshot.agent[mesh.agents[agent]]
    through = [
        name
        for number, name in enumerate(mesh.systems)
        if snapshot.system[name].vendor is not None and mesh.words.triggered(number) >> agent & 1
    ]
    vendors = {str(snapshot.system[each].vendor) for each in through}
    every = vendors if record.vendor is None else vendors | {record.vendor}
    reached = facts.done(facts.reaches.full, agent, _of_others(facts, every))
    led = [] if record.vendor is None else [f"run by {record.vendor}"]
    if through and (not led or any(snapshot.system[each].vendor == record.vendor for each in reached)):
        led.append(f"steered through {titles(snapshot, 'system', through)} of {joined(sorted(vendors))}")
    return Told(
        f"{record.title}, {' and '.join(led)}, can {deeds(snapshot, reached)}",
        (("agent", record.id), *lit("system", through), *lit("system", reached)),
    )


def _of_others(facts: Facts, vendors: Collection[str]) -> list[int]:
    """The confidential and restricted systems that are not those of one of these vendors."""
    records, names = facts.snapshot.system, facts.mesh.systems
    return [each for each in facts.private if set(vendors) - {records[names[each]].vendor}]


RULE = Rule(
    id="third-party-reach",
    severity="medium; high if it acts there",
    detects="An agent that a vendor runs or steers reaches confidential systems other than its own",
    remedy="Narrow it to what was agreed with the vendor, decide about the rest, and know how to cut it off",
    references=("NHI3:2025", "ASI04:2026", "CSF 2.0 GV.SC-07"),
    false_positives="What it reaches lies with that supplier by contract anyway",
    find=_find,
)
