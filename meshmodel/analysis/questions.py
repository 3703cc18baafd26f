"""What the drawing does not say yet, one row an element; and open notes of kind question.

See ``docs/semantics.md#findings-questions-and-acceptances``.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.graph import bits, once_and_again
from meshmodel.analysis.results import Answerable, Question
from meshmodel.analysis.rules.base import deeds, limits
from meshmodel.model.records import Agent, Credential, System

_DAY: Final = 86_400
"""Seconds."""
_OWNER: Final = "Who owns it?"
_LIFETIME: Final = "How long is it valid?"
_LOG: Final = "What does its log record: nothing, the identity, or also the person?"
ROUTINE: Final = frozenset({_OWNER, _LIFETIME, _LOG})
"""What is asked of nearly every element of a new drawing; no answer opens or closes a path."""


def questions(engine: Engine) -> Iterator[Question]:
    """The questions about all active elements, by element."""
    mesh, tables = engine.mesh, engine.snapshot
    zones, beyond = _in_one_zone(engine), _beyond_limits(engine)
    intended = {each.agent for each in tables.intent.values()}
    for name in mesh.agents:
        agent, zone = tables.agent[name], zones.get(name)
        home = tables.zone.get(agent.home or "")
        is_external = agent.is_person and home is not None and home.environment == "external"
        unmeant = agent.is_steerable and name not in intended
        yield from _row(
            f"agent:{name}",
            agent,
            "In which zone does it work (its home zone)?" if agent.home is None else "",
            Answerable("It lives outside: is it one of yours?", ("agent", name)) if is_external else "",
            "" if zone is None else f"It reaches only {zone}: is {zone} really one trust zone?",
            "What is it meant to do (it can be prompt-injected)?" if unmeant else "",
            *beyond.get(name, ()),
        )
    yield from _of_credentials(engine)
    for name in mesh.systems:
        system = tables.system[name]
        yield from _row(
            f"system:{name}",
            system,
            "How sensitive is it (counted as internal)?" if system.sensitivity is None else "",
            "" if system.audit else _LOG,
        )
    for note in sorted(tables.note.values(), key=lambda each: (each.about or "", each.id)):
        if (note.kind, note.state) == ("question", "open"):
            yield Question(f"note:{note.id}", (note.text,))


def _of_credentials(engine: Engine) -> Iterator[Question]:
    """The questions about all active credentials."""
    mesh, tables = engine.mesh, engine.snapshot
    held = {mesh.name(credential) for _, credential in mesh.steps["hold"]}
    unkept = held.difference(credential for _, credential in tables.custody)
    lying = {each.credential for each in tables.custody.values() if each.how == "stores"}
    keyless = {each for each in lying if tables.credential[each].is_bound} - held
    for name in mesh.credentials:
        credential = tables.credential[name]
        seconds = credential.lifetime_seconds
        unsaid = [
            Answerable(_honours(tables.system[each.system].title, subject), ("grant", (name, each.system)))
            for each in sorted(mesh.grants_of[name], key=lambda each: each.system)
            if (subject := credential.on_behalf_of) is not None and each.honoured_as is None
        ]
        lies = not (credential.is_bound or credential.attested) and (seconds is None or seconds > _DAY)
        yield from _row(
            f"credential:{name}",
            credential,
            _LIFETIME if seconds is None else "",
            "Where is it stored?" if lies and name in unkept else "",
            Answerable("It is stored and no agent holds it: who has its key?", ("credential", name))
            if name in keyless
            else "",
            *unsaid,
        )


def _honours(system: str, subject: str) -> str:
    return f"Does {system} apply the rights of {subject}, not those of an account of its own?"


def _row(element: str, record: Agent | Credential | System, *asks: str | Answerable) -> Iterator[Question]:
    """The questions about an element, if there are any; the empty ones are not asked."""
    owner = _OWNER if record.owner is None else ""
    asked = [each for each in (owner, *asks) if each]
    if asked:
        answerable = tuple(each for each in asked if isinstance(each, Answerable))
        yield Question(
            element, tuple(each if isinstance(each, str) else each.ask for each in asked), answerable
        )


def _in_one_zone(engine: Engine) -> dict[str, str]:
    """By agent that carries several identities, the title of the zone where all that it reaches lies."""
    mesh, full, zones = engine.mesh, engine.reaches.full, engine.snapshot.zone
    by_zone = defaultdict[str, int](int)
    for access in range(mesh.first_credential):
        by_zone[mesh.zone[access // 5]] |= full[access]
    anywhere, several = once_and_again(by_zone.values())
    meant = anywhere & ~several & once_and_again(engine.reaches.carriers(full).values())[1]
    named = {zone: zones[zone].title if zone in zones else zone for zone in by_zone}
    return {mesh.agents[each]: named[zone] for zone, some in by_zone.items() for each in bits(some & meant)}


def _beyond_limits(engine: Engine) -> dict[str, list[str]]:
    """By agent, what delegations limit it to that it does not reach itself."""
    mesh, own, found = engine.mesh, engine.reaches.own, dict[str, list[str]]()
    for (one, other), each in engine.snapshot.delegation.items():
        beyond = dict[str, int]()
        for system, mask in limits(each).items() if one in mesh.agent and other in mesh.agent else ():
            for action in bits(mask):
                if not own[mesh.access(system, action)] >> mesh.agent[other] & 1:
                    beyond[system] = beyond.get(system, 0) | 1 << action
        if beyond:
            title, what = engine.snapshot.agent[one].title, deeds(engine.snapshot, beyond)
            found.setdefault(other, []).append(f"{title} may have it {what}: with which credential?")
    return found
