"""The step graph after an edit: the same numbers, other steps."""

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from meshmodel.analysis.relations import Related
from meshmodel.analysis.results import StepKind
from meshmodel.analysis.rules.holding import hands_on
from meshmodel.analysis.steps import (
    ACTION_NUMBER,
    ADMIN,
    ALL_ACTIONS,
    EXECUTE,
    WRITE,
    Mesh,
    Pair,
)
from meshmodel.analysis.updating.changes import Change, Changes
from meshmodel.analysis.updating.ordered import Ordered
from meshmodel.model.records import Agent, System
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.vocabulary import SENSITIVITIES

Place = tuple[StepKind, str, str]
"""Where steps are: the kind and the two elements, for implied steps twice the system."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A model with its relations in order and its graph."""

    snapshot: Snapshot
    related: Related
    mesh: Mesh


@dataclass(frozen=True, slots=True)
class Edited:
    """What an edit did to the graph.

    Attributes:
        mesh: the graph after it; triggers that arise by themselves are not yet in it.
        places: where steps may have changed.
        gone, come: the steps that are no more, and the new ones.
        systems, agents, credentials: the ids whose numbers are others now, or none.
        remade: the ids of systems that are in another zone, or in which something else counts.
        levels: the ids of systems that have another sensitivity, where the edit changed nothing else that
            counts; they are not remade.
    """

    mesh: Mesh
    places: frozenset[Place]
    gone: tuple[Pair, ...]
    come: tuple[Pair, ...]
    systems: frozenset[str]
    agents: frozenset[str]
    credentials: frozenset[str]
    remade: frozenset[str]
    levels: frozenset[str]

    @property
    def redrawn(self) -> bool:
        """Whether zones have other systems now, or systems other properties that count."""
        return bool(self.remade or self.levels)


def edited(mesh: Mesh, changes: Changes, before: Related, after: Related) -> Edited | None:
    """The graph after an edit, or ``None`` where there are no numbers left for what it brings.

    Args:
        mesh: the graph before.
        changes: what the edit changed.
        before: the relations before.
        after: the relations after.
    """
    draft = copy.copy(mesh)
    draft.snapshot = changes.after
    remade = {
        str(key) for key, one, other in changes.of("system") if _system_node(one) != _system_node(other)
    }
    systems = {
        each for each in remade if each not in changes.before.system or each not in changes.after.system
    }
    agents = {str(key) for key, one, other in changes.of("agent") if _is_node(one) != _is_node(other)}
    credentials = {
        str(key) for key, one, other in changes.of("credential") if _is_node(one) != _is_node(other)
    }
    if not _number(draft, changes, remade, agents, credentials):
        return None
    old = Reading(changes.before, before, mesh)
    new = Reading(changes.after, after, draft)
    places = frozenset(_places(changes, old, new, systems, agents, credentials))
    gone: dict[StepKind, set[Pair]] = {}
    come: dict[StepKind, set[Pair]] = {}
    for place in places:
        was, now = set(_steps_at(old, place)), set(_steps_at(new, place))
        if was != now:
            gone.setdefault(place[0], set()).update(was - now)
            come.setdefault(place[0], set()).update(now - was)
    steps = dict(mesh.steps)
    for kind, pairs in gone.items():
        if kind == "trigger":
            draft.declared_triggers = mesh.declared_triggers - pairs | come[kind]
        else:
            steps[kind] = Ordered.of(steps[kind]).after(pairs, come[kind])
    draft.steps = steps
    levels = remade if _only_levels(changes) else set()
    return Edited(
        draft,
        places,
        tuple(pair for kind, pairs in gone.items() if kind != "trigger" for pair in pairs),
        tuple(pair for kind, pairs in come.items() if kind != "trigger" for pair in pairs),
        frozenset(systems),
        frozenset(agents),
        frozenset(credentials),
        frozenset(remade - levels),
        frozenset(levels),
    )


def _system_node(record: System | None) -> object:
    if record is None:
        return None
    return record.domain, record.computed_sensitivity, record.untrusted_input


def _only_levels(changes: Changes) -> bool:
    """Whether nothing that counts is other than the sensitivity of systems."""
    return changes.tables.keys() == {"system"} and all(
        one is not None and other is not None and _but_for_level(one) == _but_for_level(other)
        for _, one, other in changes.of("system")
    )


def _but_for_level(record: System) -> object:
    return record.domain, record.untrusted_input, record.audit


def is_hosted(record: Agent) -> bool:
    """Whether an agent runs on a system."""
    return record.runs_on is not None


def _is_node(record: object) -> bool:
    return record is not None and bool(record.is_active)  # type: ignore[attr-defined]  # agent or credential


# Numbers ------------------------------------------------------------------------------------------


def _number(
    draft: Mesh, changes: Changes, systems: set[str], agents: set[str], credentials: set[str]
) -> bool:
    """Take the numbers of what is gone away, and give free ones to what came; whether there were any."""
    snapshot = changes.after
    if systems:
        draft.system_number = draft.system_number.copy()
        draft.systems = list(draft.systems)
        draft.zone_of, draft.sensitivity = list(draft.zone_of), list(draft.sensitivity)
        draft.zone_mask, draft.at_level = draft.zone_mask.copy(), list(draft.at_level)
        for each in systems:
            number = draft.system_number.pop(each, None)
            if number is not None:
                _forget_system(draft, number)
            record = snapshot.system.get(each)
            if record is not None:
                if number is None:
                    number = len(draft.systems)
                    if 5 * number >= draft.first_credential:
                        return False
                    draft.systems.append(each)
                    draft.zone_of.append("")
                    draft.sensitivity.append(0)
                _add_system(draft, record, number)
        levels = [draft.read & level for level in draft.at_level]
        draft.above = [levels[1] | levels[2] | levels[3], levels[2] | levels[3], levels[3], 0]
        draft.level_read = levels
    if credentials:
        draft.credential_node = draft.credential_node.copy()
        draft.credentials = list(draft.credentials)
        for each in credentials:
            if draft.credential_node.pop(each, None) is None:
                number = draft.first_credential + len(draft.credentials)
                if number >= draft.first_agent:
                    return False
                draft.credential_node[each] = number
                draft.credentials.append(each)
    if agents:
        draft.agent_node = draft.agent_node.copy()
        draft.agents = list(draft.agents)
        for each in agents:
            if draft.agent_node.pop(each, None) is None:
                number = draft.first_agent + len(draft.agents)
                if number >= draft.size:
                    return False
                draft.agent_node[each] = number
                draft.agents.append(each)
    return True


def _forget_system(draft: Mesh, number: int) -> None:
    block = ALL_ACTIONS << 5 * number
    zone = draft.zone_of[number]
    left = draft.zone_mask[zone] & ~block
    if left:
        draft.zone_mask[zone] = left
    else:
        del draft.zone_mask[zone]
    level = draft.sensitivity[number]
    draft.at_level[level] &= ~block
    draft.lone &= ~block
    draft.untrusted &= ~block


def _add_system(draft: Mesh, record: System, number: int) -> None:
    block = ALL_ACTIONS << 5 * number
    draft.system_number[record.id] = number
    if draft.zone_of[number] != record.domain and number not in draft.late:
        draft.late = (*draft.late, number)
    draft.zone_of[number] = record.domain
    draft.zone_mask[record.domain] = draft.zone_mask.get(record.domain, 0) | block
    level = SENSITIVITIES.index(record.computed_sensitivity)
    draft.sensitivity[number] = level
    draft.at_level[level] |= block
    if record.zone is None:
        draft.lone |= 1 << 5 * number
    if record.untrusted_input:
        draft.untrusted |= 1 << 5 * number


# Places -------------------------------------------------------------------------------------------


def _places(
    changes: Changes, old: Reading, new: Reading, systems: set[str], agents: set[str], credentials: set[str]
) -> Iterator[Place]:
    """Where steps may have come or gone."""
    for table in ("hold", "grant", "custody", "exchange", "delegation", "trigger"):
        for change in changes.of(table):
            yield from _at_relation(table, change)
    for key, one, other in changes.of("agent"):
        for record in (one, other):
            if record is not None and record.runs_on is not None:
                yield "hosting", record.runs_on, str(key)
    for key, one, other in changes.of("credential"):
        if one is not None and other is not None and one.is_bound != other.is_bound:
            for reading in (old, new):
                for custody in reading.related.of("custody", "credential", str(key)):
                    yield "custody", custody.system, custody.credential
    for reading in (old, new):
        for each in systems:
            yield from _at_system(reading, each)
        for each in agents:
            yield from _at_agent(reading, each)
        for each in credentials:
            yield from _at_credential(reading, each)


def _at_relation(table: str, change: Change) -> Iterator[Place]:
    key, *records = change
    one, other = str(key[0]), str(key[1])
    yield table, one, other  # type: ignore[misc]  # these tables are kinds of steps
    if table == "grant":
        yield "implies", other, other
    if table == "delegation":
        for record in records:
            for passed in () if record is None else record.passes or ():
                yield "hold", other, passed


def _at_system(reading: Reading, system: str) -> Iterator[Place]:
    yield "implies", system, system
    for grant in reading.related.of("grant", "system", system):
        yield "grant", grant.credential, system
    for custody in reading.related.of("custody", "system", system):
        yield "custody", system, custody.credential
    for trigger in reading.related.of("trigger", "system", system):
        yield "trigger", system, trigger.agent
    for agent in reading.related.chosen("agent", is_hosted).values():
        if agent.runs_on == system:
            yield "hosting", system, agent.id


def _at_agent(reading: Reading, agent: str) -> Iterator[Place]:
    related = reading.related
    for hold in related.of("hold", "agent", agent):
        yield "hold", agent, hold.credential
    for trigger in related.of("trigger", "agent", agent):
        yield "trigger", trigger.system, agent
    for delegation in (*related.of("delegation", "from_", agent), *related.of("delegation", "to", agent)):
        yield "delegation", delegation.from_, delegation.to
        for passed in delegation.passes or ():
            yield "hold", delegation.to, passed
    record = reading.snapshot.agent.get(agent)
    if record is not None and record.runs_on is not None:
        yield "hosting", record.runs_on, agent


def _at_credential(reading: Reading, credential: str) -> Iterator[Place]:
    related = reading.related
    for hold in related.of("hold", "credential", credential):
        yield "hold", hold.agent, credential
    for delegation in related.chosen("delegation", hands_on).values():
        if credential in delegation.passes:
            yield "hold", delegation.to, credential
    for grant in related.of("grant", "credential", credential):
        yield "grant", credential, grant.system
        yield "implies", grant.system, grant.system
    for custody in related.of("custody", "credential", credential):
        yield "custody", custody.system, credential
    for exchange in (*related.of("exchange", "from_", credential), *related.of("exchange", "to", credential)):
        yield "exchange", exchange.from_, exchange.to


# Steps --------------------------------------------------------------------------------------------


def _steps_at(reading: Reading, place: Place) -> Iterator[Pair]:
    """The steps at one place, but for triggers that arise by themselves (section 3)."""
    kind, one, other = place
    mesh, snapshot = reading.mesh, reading.snapshot
    agents, credentials = mesh.agent_node, mesh.credential_node
    match kind:
        case "hold":
            if one in agents and other in credentials and _holds(reading, one, other):
                yield agents[one], credentials[other]
        case "grant":
            grant = snapshot.grant.get((one, other))
            if grant is not None and one in credentials:
                for action in grant.actions:
                    yield credentials[one], mesh.access_node(other, ACTION_NUMBER[action])
        case "custody":
            custody = snapshot.custody.get((one, other))
            if custody is not None and other in credentials:
                if custody.how == "stores" and snapshot.credential[other].is_bound:
                    return
                for action in custody.obtained_by:
                    yield mesh.access_node(one, ACTION_NUMBER[action]), credentials[other]
        case "exchange":
            yield from _between(snapshot.exchange, credentials, one, other)
        case "delegation":
            yield from _between(snapshot.delegation, agents, one, other)
        case "trigger":
            if (one, other) in snapshot.trigger and other in agents:
                yield mesh.access_node(one, WRITE), agents[other]
        case "hosting":
            if other in agents and snapshot.agent[other].runs_on == one:
                yield mesh.access_node(one, EXECUTE), agents[other]
        case "implies":
            if one in mesh.system_number and any(
                "admin" in grant.actions and grant.credential in credentials
                for grant in reading.related.of("grant", "system", one)
            ):
                first = mesh.access_node(one, 0)
                yield from ((first + ADMIN, first + number) for number in range(ADMIN))


def _holds(reading: Reading, agent: str, credential: str) -> bool:
    return (agent, credential) in reading.snapshot.hold or any(
        credential in (delegation.passes or ()) and delegation.from_ in reading.mesh.agent_node
        for delegation in reading.related.of("delegation", "to", agent)
    )


def _between(
    relations: Mapping[tuple[str, str], object], nodes: Mapping[str, int], one: str, other: str
) -> Iterator[Pair]:
    if (one, other) in relations and one in nodes and other in nodes:
        yield nodes[one], nodes[other]
