"""A memory that mixes what different people, or agents of different zones, write and read."""

from collections.abc import Iterable
from functools import partial

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.results import FindingText
from meshmodel.analysis.rules.base import Case, Cases, Rule, highlighted, joined, titles
from meshmodel.model.vocabulary import READ, WRITE, action_mask, actions_of, expand_admin

_BOTH = 1 << READ | 1 << WRITE


def _find(engine: Engine) -> Cases:
    """Somebody writes and somebody reads, and the two differ: people or homes, as far as they are stated.

    Whoever has a credential can use it, whether or not an active agent reaches it here.
    """
    mesh, tables = engine.mesh, engine.snapshot
    for system in tables.system.values():
        if system.kind not in ("agent-memory", "knowledge-base") or system.partitioned:
            continue
        masks = {
            each.credential: expand_admin(action_mask(each.actions)) for each in mesh.grants_on[system.id]
        }
        whose = {name: whom for name in masks if (whom := tables.credential[name].on_behalf_of) is not None}
        using = {each: engine.reaches.full[mesh.access(system.id, each)] for each in (WRITE, READ)}
        people = _differing({whose[name] for name in whose if masks[name] >> each & 1} for each in using)
        homes = _differing({at for at, some in mesh.homes.items() if some & using[each]} for each in using)
        how = [f"Agents on behalf of {joined(people)}"] if people else []
        how += [f"{'agents' if how else 'Agents'} of {titles(tables, 'zone', homes)}"] if homes else []
        if how:
            agents = mesh.names(using[READ] | using[WRITE]) if homes else ()
            used = sorted(name for name in whose if people and masks[name] & _BOTH)
            who = " and ".join(how)
            message, more = f"{who} write and read {system.title}.", "One gets what another put in."
            about = ("system", system.id), *highlighted("credential", used), *highlighted("agent", agents)
            yield Case(
                system.id,
                "medium",
                partial(FindingText, message, about, more=more, named=(str(system.title),)),
                agents,
                actions_of(_BOTH),
            )


def _differing(sets: Iterable[set[str]]) -> list[str]:
    """All of them, sorted, if one who writes differs from one who reads."""
    writing, reading = sets
    return sorted(writing | reading) if writing and reading and len(writing | reading) > 1 else []


RULE = Rule(
    id="shared-memory",
    title="Shared memory mixes users",
    why="Private data leaks, and poisoned content spreads.",
    severity="medium",
    detects="A memory that is not partitioned is written and read for different people, or by agents of "
    "different zones",
    remedy="Partition it by person or task, or review content before it is shared.",
    cites="ASI06:2026; SP 800-53 AC-4; AISVS v1.0-C8.1.1; AISVS v1.0-C8.1.3; AISVS v1.0-C8.2.3; "
    "ATLAS AML.T0080.000; ATLAS AML.T0070; ATLAS AML.M0031; T1 (Agentic threats 1.1); LLM09:2026",
    false_positives=(
        "Content is reviewed before others read it, or all users may instruct one another's agents",
    ),
    find=_find,
)
