"""Private data, outsiders' words and a way out in the hands of one agent."""

from collections.abc import Callable, Sequence
from itertools import compress
from operator import attrgetter
from typing import Final

from meshmodel.analysis.reached import MOST_LIT
from meshmodel.analysis.results import Told
from meshmodel.analysis.rules.base import Cases, Facts, Rule, Telling, joined
from meshmodel.analysis.steps import ALL_ACTIONS, without
from meshmodel.model.records import Agent, Key, System

Flow = tuple[str, list[str], list[str], list[str]]
"""A flow in words, and its systems, as far as a finding lights them: where outsiders are heard, what is read,
and by what it goes out.
"""
_IS_EXPOSED: Final[Callable[[System], bool]] = attrgetter("is_exposed")


def _systems(facts: Facts, reads: int) -> tuple[list[str], str]:
    """Systems, by their read accesses, as far as a finding lights them, and all of them in words."""
    known: dict[int, tuple[list[str], str]] = facts.cached("systems told", dict)
    if reads in known:
        return known[reads]
    mesh, records = facts.engine.mesh, facts.snapshot.system
    total = reads.bit_count()
    found = mesh.first_systems(reads, MOST_LIT)
    names = [records[each].title for each in (sorted(found)[:3] if total > 5 else sorted(found))]
    words = f"{', '.join(names)} and {total - 3} more" if total > 5 else joined(names)
    known[reads] = found, words
    return found, words


def _flow(facts: Facts, row: int, words: int, exposed: int) -> Flow | None:
    """What comes of a row and outsiders' words, the agent left out; many agents have the same."""
    private, out = row & facts.engine.mesh.above[1], row & exposed
    if not (words and private and out):
        return None
    known: dict[tuple[int, int, int], Flow] = facts.cached("flows", dict)
    flow = known.get((words, private, out))
    if flow is not None:
        return flow
    heard, steering = _systems(facts, words)
    secret, read = _systems(facts, private)
    any_action = out | out >> 1 | out >> 2 | out >> 3 | out >> 4
    ways, shown = _systems(facts, any_action & facts.engine.mesh.read)
    message = (
        f"hears outsiders through {steering}, reads {read}, and can carry it out through {shown}; "
        "nobody is asked on the way"
    )
    flow = known[words, private, out] = message, heard, secret, ways
    return flow


def _touches(facts: Facts) -> list[str]:
    mesh = facts.engine.mesh
    words = mesh.untrusted | mesh.triggered_from(mesh.untrusted)
    exposed = ALL_ACTIONS * facts.reads(_IS_EXPOSED)
    return facts.touching(words, mesh.above[1], exposed, unchecked=True)


def _seen(facts: Facts) -> int:
    mesh = facts.engine.mesh
    return mesh.untrusted | mesh.above[1] | ALL_ACTIONS * facts.reads(_IS_EXPOSED)


def _many(facts: Facts, agents: Sequence[Agent]) -> Cases:
    engine, mesh = facts.engine, facts.engine.mesh
    exposed = ALL_ACTIONS * facts.reads(_IS_EXPOSED)
    matters = mesh.untrusted | mesh.above[1] | exposed
    nodes, untrusted = mesh.agent_node, mesh.untrusted
    there = [place for place, each in enumerate(agents) if each.id in nodes and not each.is_person]
    names = [agents[place].id for place in there]
    # Agents that begin with the same reach the same unchecked, themselves aside; of most others what matters
    # is the same.
    unchecked = list(map(engine.alone.__getitem__, names))
    begins = [id(each.seeds) for each in unchecked]
    rows = {key: each.row & matters for key, each in dict(zip(begins, unchecked, strict=True)).items()}
    firsts: dict[int, int] = {}
    usual: dict[int, Flow | None] = {}
    for key, row in rows.items():
        first = firsts.setdefault(row, key)
        usual[key] = _flow(facts, row, row & untrusted, exposed) if first == key else usual[first]
    found = list(map(usual.__getitem__, begins))
    unheard = {key: without(untrusted, row) for key, row in rows.items()}
    triggers = map(mesh.triggered_by.get, map(nodes.__getitem__, names))
    for number, (key, steering) in enumerate(zip(begins, triggers, strict=True)):
        if steering and (more := steering & unheard[key]):
            found[number] = _flow(facts, rows[key], rows[key] & untrusted | more, exposed)
    places = list(compress(there, found))
    speaking = list(map(agents.__getitem__, places))
    subjects = [each.id for each in speaking]
    return Cases(
        subjects,
        ["critical"] * len(subjects),
        Telling(_of_agent, speaking, list(filter(None, found))),
        [(each,) for each in subjects],
        [()] * len(subjects),
        places,
    )


def _of_agent(agent: Agent, flow: Flow) -> Told:
    message, heard, secret, ways = flow
    systems: list[tuple[str, Key]] = [("system", each) for each in dict.fromkeys([*heard, *secret, *ways])]
    return Told(f"{agent.title} {message}", (("agent", agent.id), *systems))


RULE = Rule(
    id="toxic-flow",
    severity="critical",
    detects=(
        "Without being asked, one agent reads outsiders' words (or is triggered by them), reads "
        "confidential data, "
        "and reaches a system that outsiders can see"
    ),
    remedy=(
        "Take one of the three away from the agent, or give it to a second one: outsiders' "
        "words, the confidential "
        "data, or the way out; or place a decision before one of them"
    ),
    references=(
        "ASI01:2026",
        "ASI02:2026",
        "ATLAS AML.T0051",
        "ATLAS AML.T0086",
        "SP 800-53 AC-4",
    ),
    false_positives=(
        "What is marked as exposed shows outsiders nothing that the agent controls: not even an address"
    ),
    per="agent",
    many=_many,
    near=frozenset({"reach"}),
    touches=_touches,
    seen=_seen,
)
