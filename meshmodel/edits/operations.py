"""Makes the edits of keys and of gestures on the canvas. Pure: snapshot in, edit out."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from meshmodel.edits.checkpoint_places import checkpoint_id
from meshmodel.edits.edit import Change, Edit, Put, Remove, edit
from meshmodel.model.errors import InvalidModelError
from meshmodel.model.records import (
    RECORD_TYPES,
    Agent,
    Checkpoint,
    Credential,
    Element,
    Intent,
    Record,
    Reference,
    Slot,
    Snapshot,
    System,
    Zone,
)
from meshmodel.model.schema import STEP_ENDS
from meshmodel.model.vocabulary import ELEMENT_TABLES as ELEMENT_TABLES  # noqa: PLC0414  # for gestures

Step = tuple[str, str, str]
"""Where a checkpoint can sit: the kind of step, and its two ends."""


def words_for(reference: Reference) -> str:
    """A record in labels and messages: ``grant file-key > files``."""
    table, key = reference
    return f"{table} {key}" if isinstance(key, str) else f"{table} {key[0]} > {key[1]}"


def step_of(reference: Reference | None) -> Step | None:
    """The step that a reference names, or ``None`` where it names something else."""
    if reference is None or not isinstance(reference[1], tuple) or reference[0] not in STEP_ENDS:
        return None
    return reference[0], reference[1][0], reference[1][1]


def removal(snapshot: Snapshot, reference: Reference) -> Edit:
    """The edit that deletes a record; with an element its relations go.

    Raises:
        InvalidModelError: there is no record behind it that could be deleted.
    """
    table, key = reference
    label = f"delete {words_for(reference)}"
    if table == "hosting" and isinstance(key, tuple):
        agent = snapshot.agent.get(key[1])
        if agent is not None and agent.runs_on == key[0]:
            return edit(label, [Put(replace(agent, runs_on=None))])
    if table == "hold" and isinstance(key, tuple) and key not in snapshot.hold:
        return edit(label, _stop_passing(snapshot, key))
    if table == "hearing":
        raise InvalidModelError(
            f"{words_for(reference)}: follows from what the agent reads: untrusted content comes there; "
            "end that reading, or say that the agent is not steerable"
        )
    if table == "about" or snapshot.get(table, key) is None:
        raise InvalidModelError(f"{words_for(reference)}: is not there to be deleted")
    return edit(label, [Remove(table, key)])


def _stop_passing(snapshot: Snapshot, key: tuple[str, str]) -> list[Change]:
    agent, credential = key
    changes: list[Change] = []
    for each in snapshot.delegation.values():
        if each.to == agent and credential in (each.passes or ()):
            rest = tuple(one for one in each.passes or () if one != credential)
            changes.append(Put(replace(each, passes=rest or None)))
    if not changes:
        raise InvalidModelError(f"hold {agent} > {credential}: is not there to be deleted")
    return changes


def placement(snapshot: Snapshot, step: Step) -> tuple[Edit, Reference]:
    """The edit that puts a policy decision for every action on a step or a boundary.

    Args:
        snapshot: the model.
        step: its kind and its ends; boundary ends are zones or ``system:ID``.

    Returns:
        The edit, and the checkpoint that it makes.
    """
    kind, start, end = step
    name = checkpoint_id(snapshot, "policy-decision", end)
    checkpoint = Checkpoint(
        id=name,
        kind="policy-decision",
        step=kind,  # type: ignore[arg-type]  # a word of STEP_ENDS, as step_of made sure
        from_=start,
        to=end,
        state="enforced",
        decided_at=_gateway(snapshot) if kind == "boundary" else None,
    )
    label = f"place policy-decision on {kind} {start} > {end}"
    return edit(label, [Put(checkpoint)]), ("checkpoint", name)


def _gateway(snapshot: Snapshot) -> str | None:
    """The API gateway at which a boundary's checkpoint decides; ``None`` unless the model has just one."""
    gateways = [each.id for each in snapshot.system.values() if each.kind == "api-gateway"]
    return gateways[0] if len(gateways) == 1 else None


def declaration(intent: Intent) -> Edit:
    """The edit that declares an intent; it replaces one of the same agent and system."""
    label = f"intend {intent.agent} may {', '.join(intent.actions)} {intent.system}"
    return edit(label, [Put(intent)])


def arrangement(snapshot: Snapshot) -> Edit | None:
    """The edit that removes every position, so that all is laid out anew; ``None`` if none was set."""
    changes = [
        Put(replace(record, at=None))
        for table in ELEMENT_TABLES
        for record in snapshot.table(table).values()
        if record.at is not None
    ]
    return edit("arrange", changes) if changes else None


def only_grant(snapshot: Snapshot, reference: Reference) -> Step | None:
    """The one grant of a credential, or ``None`` where it has several or none."""
    grants = [key for key in snapshot.grant if key[0] == reference[1]] if reference[0] == "credential" else []
    return ("grant", *grants[0]) if len(grants) == 1 else None


# Moving by slot


def at_slot(record: Record, zone: str | None, slot: Slot) -> Element | None:
    """The element at another slot, and in another lane: a system then lies there, an agent has its home
    there, a zone changes only its own place. ``None`` for what has no slot.
    """
    if isinstance(record, System):
        return replace(record, zone=zone, at=slot)
    if isinstance(record, Agent):
        return replace(record, home=zone, at=slot)
    if isinstance(record, Credential):
        return replace(record, at=slot)
    if isinstance(record, Zone):
        return replace(record, at=(record.at[0] if record.at else 0, slot[1]))
    return None


def lane_places(snapshot: Snapshot, lanes: Iterable[str], folded: AbstractSet[str]) -> list[Change]:
    """The changes that give every zone its place among the lanes, and say whether it is folded.

    All zones get one, so that the order is the same wherever the model is opened.

    Args:
        snapshot: the model.
        lanes: the keys of all lanes from the top: zones, ``system:ID``, or ``""``; unknown ones are left out.
        folded: the zones that are drawn as one card.
    """
    known = [
        key
        for key in lanes
        if not key or key in snapshot.zone or key.removeprefix("system:") in snapshot.system
    ]
    zones = [
        replace(snapshot.zone[key], at=(int(key in folded), number))
        for number, key in enumerate(known)
        if key in snapshot.zone
    ]
    return [Put(zone) for zone in zones if zone != snapshot.zone[zone.id]]


def lane_move(
    snapshot: Snapshot, lanes: Sequence[str], folded: AbstractSet[str], moved: Zone
) -> list[Change]:
    """The changes that move the lane of a zone to the order in its slot; the other arguments as above."""
    rest = [key for key in lanes if key != moved.id]
    order = moved.at[1] if moved.at else len(rest)
    return lane_places(snapshot, [*rest[:order], moved.id, *rest[order:]], folded)


def without_slot(record: Record) -> Record:
    """The record as it is wherever it lies on the canvas."""
    return replace(record, at=None) if isinstance(record, Element) else record


def move_label(snapshot: Snapshot, reference: Reference, moved: Record) -> str:
    """The label of a move: the zone or home that it changes, else the new position."""
    before = snapshot.get(*reference)
    slot = getattr(moved, "at", None) or (0, 0)
    text = f"move {words_for(reference)}"
    if isinstance(before, System) and isinstance(moved, System) and before.zone != moved.zone:
        return f"{text} from {before.zone or 'a zone of its own'} into {moved.zone or 'a zone of its own'}"
    if isinstance(before, Agent) and isinstance(moved, Agent) and before.home != moved.home:
        return f"{text} home from {before.home or 'nowhere'} to {moved.home or 'nowhere'}"
    text = f"{text} to position {slot[1] + 1}"
    if isinstance(moved, Zone):
        return f"{text} from the top"
    column = slot[0] // 2 + 1  # odd numbers lie between two columns of agents and systems
    return (
        f"{text} in column {column}"
        if slot[0] % 2 == 0
        else f"{text} between columns {column} and {column + 1}"
    )


def exists(snapshot: Snapshot, reference: Reference) -> bool:
    """Whether there is such a record, or such a step that is drawn without one."""
    table, key = reference
    if table == "hosting" and isinstance(key, tuple):
        agent = snapshot.agent.get(key[1])
        return agent is not None and agent.runs_on == key[0]
    if table in {"hearing", "hold"} and isinstance(key, tuple):
        first, second = STEP_ENDS[table]
        return snapshot.get(first, key[0]) is not None and snapshot.get(second, key[1]) is not None
    return table in RECORD_TYPES and snapshot.get(table, key) is not None


def zone_of(snapshot: Snapshot, reference: Reference | None) -> str | None:
    """The zone that an element lies in or is at home in, or the zone itself."""
    match None if reference is None else snapshot.get(*reference):
        case Zone() as zone:
            return zone.id
        case System() as system:
            return system.zone
        case Agent() as agent:
            return agent.home
        case _:
            return None


def placed_since(before: Snapshot, now: Snapshot, step: Step) -> str | None:
    """The checkpoint on a step that one model has and an earlier one has not."""
    for each in now.checkpoint.values():
        if (each.step, each.from_, each.to) == step and each.id not in before.checkpoint:
            return each.id
    return None


def title_of(snapshot: Snapshot, reference: Reference) -> str:
    """The name of an element, or the words for a relation."""
    record = snapshot.get(*reference) if reference[0] in ELEMENT_TABLES else None
    if isinstance(record, Zone | System | Agent | Credential):
        return record.title
    return words_for(reference)


def described(snapshot: Snapshot, reference: Reference) -> str:
    """What a record is called in a line: its kind and its name."""
    title = title_of(snapshot, reference)
    return title if isinstance(reference[1], tuple) else f"{reference[0]} {title}"
