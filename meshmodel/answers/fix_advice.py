"""Remedies that may be better than a checkpoint of a fix, each tried by analysing the changed model."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from itertools import chain
from typing import Final, Literal, NamedTuple

from meshmodel.analysis.bitset import bits, union
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.results import StepKey
from meshmodel.model.actions import action_mask, actions_of, expand_admin
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.stop import Stop
from meshmodel.model.vocabulary import ACTIONS

_EACH: Final = 100_000
"""Remedies are tried only if checkpoints times nodes are at most this many."""
_RECORDS: Final = ("agent-memory", "data-warehouse", "database", "knowledge-base", "message-queue")
"""The kinds of systems that can be limited to values of closed sets; a free text stays one."""


class Alternative(NamedTuple):
    """What may be better than a checkpoint of a fix.

    Attributes:
        kind: a narrower grant, a limited delegation or a typed system that closes as much beside the others;
            or that the checkpoint asks before outsiders' text is read.
        words: what to say beside the checkpoint.
    """

    kind: Literal["grant", "only", "typed", "reading"]
    words: str


def alternatives(
    engine: Engine, steps: Collection[StepKey], stop: Stop
) -> Mapping[StepKey, tuple[Alternative, ...]]:
    """By checkpoint of a fix, the remedies that may be better; those left when time is over are missing.

    Args:
        engine: what is to be fixed.
        steps: the fix: together they leave nothing open.
        stop: when to give up.
    """
    found: dict[StepKey, tuple[Alternative, ...]] = {}
    for step in steps if len(steps) * engine.mesh.size <= _EACH else ():
        others, some = [each for each in steps if each != step], list[Alternative]()
        for alternative, changed in chain(*(of(engine, step) for of in (_narrower, _records, _limited))):
            if stop():
                return found
            guarded = Engine(changed, engine.view).guarding(others)
            if not guarded.doors.missing and not guarded.toxic:
                some.append(alternative)
        reads = step[0] == "grant" and "read" in engine.snapshot.grant[step[1:]].actions
        if reads and engine.reaches.heard[engine.mesh.system[step[2]]]:
            said = f"outsiders' text is read from {step[2]}, which is rarely what a reviewer wants"
            some.append(Alternative("reading", f"asks before {said}"))
        found[step] = tuple(some)
    return found


_Changed = Iterator[tuple[Alternative, Snapshot]]
"""Remedies, each with the model changed by it."""


def _narrower(engine: Engine, step: StepKey) -> _Changed:
    """A grant without the actions that no intent uses, if any who come to it have intents."""
    snapshot, mesh = engine.snapshot, engine.mesh
    grant = snapshot.grant.get(step[1:]) if step[0] == "grant" else None
    if grant is None:
        return
    agents = mesh.names(engine.reaches.reaching(*mesh.nodes_of(grant.credential)))
    intents = [each for each in snapshot.intent.values() if each.agent in agents]
    used = union(expand_admin(action_mask(each.actions)) for each in intents if each.system == grant.system)
    granted = expand_admin(action_mask(grant.actions))
    if intents and granted & ~used:
        kept, table = actions_of(granted & used), dict(snapshot.grant)
        del table[step[1:]]
        if kept:
            table[step[1:]] = replace(grant, actions=kept)
        what, why = (f"only {', '.join(kept)}", "uses more") if kept else ("nothing", "uses it")
        said = f"closed as well where {grant.credential} grants {what} on {grant.system}: no intent {why}"
        yield Alternative("grant", said), replace(snapshot, grant=table)


def _records(engine: Engine, step: StepKey) -> _Changed:
    """A system that holds only values of closed sets."""
    kind, one, other = step
    system = engine.snapshot.system.get({"grant": other, "trigger": one, "hearing": one}.get(kind, ""))
    if system is not None and not system.typed and system.kind in _RECORDS:
        table = {**engine.snapshot.system, system.id: replace(system, typed=True)}
        said = f"closed as well where {system.id} holds only values of closed sets (typed)"
        yield Alternative("typed", said), replace(engine.snapshot, system=table)


def _limited(engine: Engine, step: StepKey) -> _Changed:
    """A delegation to a program that does only what is intended."""
    snapshot, mesh, reach = engine.snapshot, engine.mesh, engine.reaches.full
    for ends, delegation in snapshot.delegation.items():
        one, other = ends
        held = (other, step[1]) in snapshot.hold or step[1] in (delegation.passes or ())
        here = step == ("delegation", *ends) or (step[0] == "grant" and held)
        if not here or mesh.only(delegation) or snapshot.agent[other].is_steerable or other not in mesh.agent:
            continue
        only = tuple(
            f"{system}:{ACTIONS[action]}"
            for (agent, system), intent in sorted(snapshot.intent.items())
            for action in bits(expand_admin(action_mask(intent.actions)))
            if agent == one and reach[mesh.access(system, action)] >> mesh.agent[other] & 1
        )
        if only:
            table = {**snapshot.delegation, ends: replace(delegation, only=only)}
            said = f"closed as well where {other} does for {one} only what is intended: {', '.join(only)}"
            yield Alternative("only", said), replace(snapshot, delegation=table)
