"""Simpler remedies than a checkpoint of a fix, each tried out: a narrower grant, ``only``, ``typed``."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Final, Literal, NamedTuple

from meshmodel.analysis.bitset import bits
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.results import StepKey
from meshmodel.analysis.stopping import Stop
from meshmodel.analysis.toxic import toxic_agents
from meshmodel.model.actions import action_mask, actions_of, implied
from meshmodel.model.records import Grant
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.vocabulary import ACTIONS

_EACH: Final = 100_000
"""Checkpoints times nodes up to which it is looked for simpler remedies."""
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
    """For the checkpoints of a fix what may be better; nothing of those that there was no time for.

    Args:
        engine: what is to be fixed.
        steps: the fix: together they leave nothing open.
        stop: when to give up.
    """
    found: dict[StepKey, tuple[Alternative, ...]] = {}
    for step in steps if len(steps) * engine.mesh.size <= _EACH else ():
        others = [each for each in steps if each != step]
        some = []
        for changed, alternative in _candidates(engine, step):
            if stop():
                return found
            if changed is None or _is_closed(Engine(changed, engine.view).guarding(others)):
                some.append(alternative)
        found[step] = tuple(some)
    return found


def _is_closed(engine: Engine) -> bool:
    return not engine.doors.missing and not toxic_agents(engine.reaches)


def _candidates(engine: Engine, step: StepKey) -> Iterator[tuple[Snapshot | None, Alternative]]:
    """What could be done instead at a step, with the model in which it is done."""
    kind, one, other = step
    snapshot, mesh = engine.snapshot, engine.mesh
    if kind == "grant":
        yield from _narrower(engine, snapshot.grant[one, other])
    if kind in ("grant", "trigger"):
        system = snapshot.system[other if kind == "grant" else one]
        if not system.typed and system.kind in _RECORDS:
            changed = replace(snapshot, system={**snapshot.system, system.id: replace(system, typed=True)})
            said = f"closed as well where {system.id} holds only values of closed sets (typed)"
            yield changed, Alternative("typed", said)
    for ends, delegation in snapshot.delegation.items():
        is_held = kind == "grant" and ((ends[1], one) in snapshot.hold or one in (delegation.passes or ()))
        only = _used(engine, *ends) if (is_held or step == ("delegation", *ends)) else ()
        if only and not mesh.only(delegation) and not snapshot.agent[ends[1]].is_steerable:
            table = {**snapshot.delegation, ends: replace(delegation, only=only)}
            said = (
                f"closed as well where {ends[1]} does for {ends[0]} only what is intended: {', '.join(only)}"
            )
            yield replace(snapshot, delegation=table), Alternative("only", said)
    reads = kind == "grant" and "read" in snapshot.grant[one, other].actions
    if reads and engine.reaches.heard[mesh.system[other]]:
        said = f"asks before outsiders' text is read from {other}, which is rarely what a reviewer wants"
        yield None, Alternative("reading", said)


def _narrower(engine: Engine, grant: Grant) -> Iterator[tuple[Snapshot, Alternative]]:
    """A grant without the actions that no intent uses, if any who come to it have intents."""
    snapshot, mesh, used = engine.snapshot, engine.mesh, 0
    node = mesh.node("credential", grant.credential)
    agents = set(mesh.names(engine.reaches.full[node])) if node is not None else set()
    if not any(agent in agents for agent, _ in snapshot.intent):
        return
    for intent in snapshot.intent.values():
        if intent.agent in agents and intent.system == grant.system:
            used |= implied(action_mask(intent.actions))
    granted = implied(action_mask(grant.actions))
    kept = actions_of(granted & used)
    if not granted & ~used:
        return
    table = {key: each for key, each in snapshot.grant.items() if each is not grant}
    said = f"closed as well where {grant.credential} grants nothing on {grant.system}: no intent uses it"
    if kept:
        table[grant.credential, grant.system] = replace(grant, actions=kept)
        said = f"closed as well where {grant.credential} grants only {', '.join(kept)} on {grant.system}: "
        said += "no intent uses more"
    yield replace(snapshot, grant=table), Alternative("grant", said)


def _used(engine: Engine, agent: str, deputy: str) -> tuple[str, ...]:
    """What an agent's intents cover of what another agent reaches, as an ``only`` names it."""
    mesh = engine.mesh
    if agent not in mesh.agent or deputy not in mesh.agent:
        return ()
    reach, found = engine.reaches.full, list[str]()
    for (one, system), intent in sorted(engine.snapshot.intent.items()):
        for action in bits(implied(action_mask(intent.actions))) if one == agent else ():
            if reach[mesh.access(system, action)] >> mesh.agent[deputy] & 1:
                found.append(f"{system}:{ACTIONS[action]}")
    return tuple(sorted(found))
