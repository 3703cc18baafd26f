"""A catalogue of usual parts: elements with their relations that are added as one edit.

Each is written in sentences of the quick line, in which ``it`` is what gets the name that is asked for.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from meshmodel.edits.checkpoint_places import checkpoint_id
from meshmodel.edits.clipboard import Fragment, paste
from meshmodel.edits.draft import ELEMENTS, new_element
from meshmodel.edits.edit import Change, Edit, Put, Remove, Rename, apply_edit, free_id, unused_id
from meshmodel.model.errors import InvalidModelError
from meshmodel.model.records import Agent, Reference, Slot, Snapshot, System
from meshmodel.model.schema import STEP_ENDS

IT: Final = "it"
_LONGEST: Final = 48
"""So much of an id stands before ``-token`` and the like: an id has at most 64 characters."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A part that can be added.

    Attributes:
        key: what it is called.
        what: what it is, in one line.
        asks: whose name is asked for.
        sentences: what it consists of; of ``it`` and all that begins with ``it-``, the ids follow the name.
        takes: in whose place an existing element can stand, by table.
    """

    key: str
    what: str
    asks: str
    sentences: str
    takes: Mapping[str, str] = field(default_factory=dict)


_AGENT: Final = {"agent": "assistant"}
ENTRIES: Final = (
    Entry(
        "mcp-server",
        "a tool server, limited to its tools",
        "the server",
        "assistant (ai-agent) > it (service) only it-data:read"
        " > it-secret (mcp-environment-secret) > it-data: read, write",
        {**_AGENT, "system": "it-data"},
    ),
    Entry(
        "token-exchange",
        "a user's token, exchanged for an API's",
        "the token service",
        "assistant (ai-agent) > it-user-token (oauth-user-delegated, human); it-user-token on behalf of user;"
        " it-user-token exchanges it-token at it delegation;"
        " it (token-service); it-token (exchanged-token) > it-api: read; it-token on behalf of user",
        {**_AGENT, "system": "it-api"},
    ),
    Entry(
        "human-approver",
        "is asked before a credential is used",
        "the person",
        "it (person); assistant (ai-agent) > it-approved-key > it-approved: write;"
        " ask human-approval by it on it-approved-key > it-approved",
        {**_AGENT, "credential": "it-approved-key", "system": "it-approved"},
    ),
    Entry(
        "ci-pipeline",
        "started by an agent, has a deploy key",
        "the pipeline",
        "assistant (ai-agent) > it-token > it (ci-pipeline): read, execute"
        " > it-deploy-key > it-target (deployment-target): write",
        {**_AGENT, "system": "it-target"},
    ),
    Entry(
        "vault",
        "its stored secret opens a database",
        "the vault",
        "assistant (ai-agent) > it-login > it (secrets-manager): read"
        " > it-secret (static-secret) > it-database (database): read, write",
        {**_AGENT, "system": "it-database"},
    ),
    Entry(
        "spiffe-workload",
        "a service with an attested X.509 SVID",
        "the service",
        "it (service) > it-svid (x509-svid, mtls, attested, 1h) > it-api: read;"
        " it-spire (identity-provider) issues it-svid",
        {"system": "it-api"},
    ),
    Entry(
        "memory",
        "one agent writes it, another reads it",
        "the memory",
        "assistant (ai-agent) > it-write-key > it (agent-memory): write;"
        " it-reader (ai-agent) > it-read-key > it: read",
        _AGENT,
    ),
)


def entry(key: str) -> Entry | None:
    """The entry that is called so."""
    return next((each for each in ENTRIES if each.key == key), None)


def addition(
    wanted: Entry,
    part: Snapshot,
    name: str,
    snapshot: Snapshot,
    connected_to: Reference | None = None,
    where: tuple[str | None, Slot | None] = (None, None),
    agent: str = "",
) -> tuple[Edit, Reference]:
    """The edit that adds an entry of the catalogue.

    Args:
        wanted: the entry.
        part: the model that its sentences describe.
        name: what ``it`` is called, as typed.
        snapshot: the model that it is added to.
        connected_to: an element or relation of that; its elements take the places of the entry for them.
        where: the zone of what is added, and where ``it`` is drawn; ``None``: where there is room.
        agent: the id of an agent that takes the place of the entry for one, or the name of a new one there;
            it counts where :func:`needs_agent`. Empty: a new one, called as in the sentences.

    Returns:
        The edit, and the element that has the name.

    Raises:
        InvalidModelError: the model refuses it, or several relations could be meant.
    """
    table = "agent" if IT in part.agent else "system"
    id_ = unused_id(snapshot, table, name)
    taken = _taken(wanted, snapshot, connected_to)
    if agent and needs_agent(wanted, snapshot, connected_to):
        taken |= {"agent": agent} if agent in snapshot.agent else {}
        part = _with_agent(wanted, part, agent, snapshot, id_)
    if "credential" in taken:  # who holds it is known already
        part = apply_edit(part, Edit("", (Remove("agent", wanted.takes["agent"]),)))
    for change in (*_in_place(wanted, taken, snapshot), *_renamed(wanted, taken, part, snapshot, table, id_)):
        part = apply_edit(part, Edit("", (change,)))
    named = frozenset(taken.items())
    zone, slot = where
    part = apply_edit(part, Edit("", tuple(_placed(part, named, snapshot, zone))))
    record = part.agent[id_] if table == "agent" else part.system[id_]
    record = replace(record, name=name if name != id_ else None, at=slot)
    part = apply_edit(part, Edit("", (Put(record), *_asked(part, snapshot, id_))))
    named |= {("zone", zone)} if zone else frozenset()
    return paste(Fragment(part, named), snapshot, f"add {wanted.key}:")[0], (table, id_)


def needs_agent(wanted: Entry, snapshot: Snapshot, connected_to: Reference | None) -> bool:
    """Whether an entry has a place for an agent that what it is connected with does not take.

    Raises:
        InvalidModelError: several relations could be meant.
    """
    return "agent" in wanted.takes and not {"agent", "credential"} & {*_taken(wanted, snapshot, connected_to)}


def _with_agent(wanted: Entry, part: Snapshot, name: str, snapshot: Snapshot, id_: str) -> Snapshot:
    """An entry with a new agent of that name in the place for one, unless that is an id of the model; ``id_``
    is what ``it`` will be called.
    """
    if name in snapshot.agent:
        return part
    new = free_id(unused_id(snapshot, "agent", name), {*snapshot.agent, id_})
    part = apply_edit(part, Edit("", (Rename("agent", wanted.takes["agent"], new),)))
    titled = replace(part.agent[new], name=name if name != new else None)
    return apply_edit(part, Edit("", (Put(titled),)))


def _taken(wanted: Entry, snapshot: Snapshot, connected_to: Reference | None) -> dict[str, str]:
    """The existing elements, by table, that stand in places of an entry."""
    if (
        connected_to is not None
        and connected_to[0] in {"credential", "hold"}
        and "credential" in wanted.takes
    ):
        used = connected_to[1] if connected_to[0] == "credential" else connected_to[1][1]
        opened = [key for key in snapshot.grant if key[0] == used]
        if len(opened) != 1:
            raise InvalidModelError(
                f"{wanted.key}: {used} opens {len(opened)} systems: select one of its grants"
            )
        connected_to = "grant", opened[0]
    ends: Iterable[tuple[str, str]] = ()
    if connected_to is not None and connected_to[0] in STEP_ENDS:
        ends = zip(STEP_ENDS[connected_to[0]], connected_to[1], strict=True)
    elif connected_to is not None:
        ends = [(connected_to[0], str(connected_to[1]))]
    found = {table: key for table, key in ends if table in wanted.takes and snapshot.get(table, key)}
    if "credential" in wanted.takes and not {"credential", "system"} <= found.keys():
        found = {table: key for table, key in found.items() if table == "agent"}
    return found


def _in_place(wanted: Entry, taken: Mapping[str, str], snapshot: Snapshot) -> Iterator[Change]:
    """Existing elements in the places of an entry: only their id, name and kind count."""
    for table, key in taken.items():
        place = wanted.takes[table]
        if place != key:
            yield Rename(table, place, key)
        there = snapshot.get(table, key)
        yield Put(new_element(table, key, getattr(there, "name", None)))


def _renamed(
    wanted: Entry, taken: Mapping[str, str], part: Snapshot, snapshot: Snapshot, table: str, id_: str
) -> Iterator[Change]:
    """New ids for all that is new: after the name, and not those that the model has."""
    principals = {each.principal for each in snapshot.credential.values()}
    for each in ELEMENTS:
        used = {*snapshot.table(each), *part.table(each)} | (principals if each == "credential" else set())
        if each == table:
            yield Rename(each, IT, id_)
            used.add(id_)
        for old in sorted(part.table(each)):
            if old == IT or (each in taken and old == wanted.takes[each]):
                continue
            new = id_[:_LONGEST] + old.removeprefix(IT) if old.startswith(f"{IT}-") else old
            if new != old or new in snapshot.table(each):
                new = free_id(new, used)
                used.add(new)
                yield Rename(each, old, new)


def _placed(
    part: Snapshot, named: frozenset[Reference], snapshot: Snapshot, zone: str | None
) -> Iterator[Change]:
    """Everything that is new lies in the zone."""
    if zone is None:
        return
    yield Put(new_element("zone", zone, snapshot.zone[zone].name))
    for each in (*part.system.values(), *part.agent.values()):
        if isinstance(each, System) and ("system", each.id) not in named:
            yield Put(replace(each, zone=zone))
        elif isinstance(each, Agent) and ("agent", each.id) not in named:
            yield Put(replace(each, home=zone))


def _asked(part: Snapshot, snapshot: Snapshot, id_: str) -> Iterator[Change]:
    """Checkpoints by ids of the model, approved by who has the name."""
    for each in part.checkpoint.values():
        new = checkpoint_id(snapshot, each.kind, each.to)
        yield Put(replace(each, approvers=(id_,) if each.approvers == (IT,) else each.approvers))
        if new != each.id:
            yield Rename("checkpoint", each.id, new)
