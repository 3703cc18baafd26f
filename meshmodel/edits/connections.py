"""The relations that can connect two records, as offers that a dialog lists, and the edit of each.

Pure: :func:`offers` lists them, the usual one first, and :meth:`Offer.edit` makes the one edit.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from meshmodel.edits import relations
from meshmodel.edits.checkpoint_places import carried_by, ends, granted_to
from meshmodel.edits.draft import Draft, named_element
from meshmodel.edits.edit import Edit, unused_id
from meshmodel.model.records import Credential, Reference, Snapshot, System
from meshmodel.model.vocabulary import Action

Relation = Literal[
    "hold",
    "grant",
    "custody",
    "exchange",
    "delegation",
    "trigger",
    "hearing",
    "hosting",
    "intent",
    "open",
    "zone",
    "boundary",
]
"""What an offer adds; ``open`` adds a credential, a hold and a grant at once."""

Input = Literal["actions", "name", "passes", "sources", "exchanged", "checkpoint"]
"""What a person has to choose before the offer can be carried out."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One relation that can connect two records.

    Attributes:
        relation: what it makes.
        start: the id of the element that the relation leaves.
        end: the id of the element that it leads to.
        label: what it would do, in words.
        inputs: what has to be chosen first; ``checkpoint`` means: in the checkpoint dialog.
        actions: the actions chosen unless others are.
        name: the name of the new credential unless another is typed.
        at: the token service at which an exchange takes place, if any.
        how: for a custody: stores or issues.
        choices: for ``passes`` the credentials, and as ``system:action`` what the delegation can be limited
            to; for ``sources`` the systems and ``home``; for ``exchanged`` the credentials that can be the
            empty one of ``start`` and ``end``.
    """

    relation: Relation
    start: str
    end: str
    label: str
    inputs: tuple[Input, ...] = ()
    actions: tuple[Action, ...] = ()
    name: str = ""
    at: str | None = None
    how: Literal["stores", "issues"] = "stores"
    choices: tuple[str, ...] = field(default=())

    def edit(
        self,
        snapshot: Snapshot,
        *,
        actions: tuple[Action, ...] | None = None,
        name: str | None = None,
        chosen: Sequence[str] = (),
    ) -> Edit | None:
        """The edit that adds the relation; ``None`` if it is there already.

        Args:
            snapshot: the model.
            actions: the chosen actions, if ``inputs`` has them.
            name: the typed name of a new credential.
            chosen: the credentials passed and the accesses, the sources of an intent, or the other
                credentials of exchanges.

        Raises:
            InvalidModelError: the model refuses it.
        """
        draft = Draft(snapshot)
        _CARRY_OUT[self.relation](self, draft, actions or self.actions, (name or self.name).strip(), chosen)
        label = draft.preview[-1] if draft.preview and self.inputs else self.label
        return Edit(label, tuple(draft.changes)) if draft.changes else None

    def lacks(self, actions: Sequence[Action], chosen: Sequence[str]) -> str:
        """What has still to be chosen, in words; empty where this is enough."""
        if "actions" in self.inputs and not actions:
            return "switch on at least one action"
        return "switch on at least one credential" if "exchanged" in self.inputs and not chosen else ""

    def words_for(self, choice: str) -> str:
        """What one of ``choices`` means where it is chosen."""
        if "exchanged" in self.inputs:
            return "is exchanged for it" if self.end else "is the result"
        return "comes from" if "sources" in self.inputs else "only this" if ":" in choice else "passes"


def offers(snapshot: Snapshot, first: tuple[str, str], second: tuple[str, str]) -> tuple[Offer, ...]:
    """The relations that are possible from one element to another, the most usual first.

    Args:
        snapshot: the model.
        first: table and id of the element that the connection begins at.
        second: table and id of the one it leads to. Where only the other direction makes sense
            (a credential dragged to an agent), that is offered.

    Returns:
        The offers; empty for an element with itself, or if no relation joins the two kinds.
    """
    if first == second or snapshot.get(*first) is None or snapshot.get(*second) is None:
        return ()
    (from_table, start), (to_table, end) = first, second
    maker = _MAKERS.get((from_table, to_table))
    if maker is not None:
        return tuple(maker(snapshot, start, end))
    maker = _MAKERS.get((to_table, from_table))
    return () if maker is None else tuple(maker(snapshot, end, start))


def end_of(reference: Reference | None) -> Reference | None:
    """The element that a record stands for where a connection begins or ends.

    Args:
        reference: an element, or a relation that is drawn on the line of a credential.

    Returns:
        The element itself, or that credential; ``None`` for any other record.
    """
    match reference:
        case ("zone" | "system" | "agent" | "credential", _):
            return reference
        case ("grant", (str() as credential, _)) | ("hold" | "custody", (_, str() as credential)):
            return "credential", credential
        case _:
            return None


def _agent_credential(snapshot: Snapshot, start: str, end: str) -> Iterable[Offer]:
    if (start, end) not in snapshot.hold:
        yield Offer("hold", start, end, f"{start} holds {end}")


def _credential_system(snapshot: Snapshot, start: str, end: str) -> Iterable[Offer]:
    known = snapshot.grant.get((start, end))
    label = f"{start} opens {end}" if known is None else f"{start} opens {end}: other actions"
    yield Offer("grant", start, end, label, ("actions",), ("read",) if known is None else known.actions)
    yield from _exchanges_at(snapshot, start, end)
    yield from _system_credential(snapshot, end, start)


def _system_credential(snapshot: Snapshot, start: str, end: str) -> Iterable[Offer]:
    known = snapshot.custody.get((start, end))
    if known is None or known.how != "stores":
        yield Offer("custody", start, end, f"{start} stores {end}")
    if known is None or known.how != "issues":
        yield Offer("custody", start, end, f"{start} issues {end}", how="issues")


def _from_system_to_credential(snapshot: Snapshot, start: str, end: str) -> Iterable[Offer]:
    yield from _system_credential(snapshot, start, end)
    yield from _exchanges_at(snapshot, end, start)
    yield next(iter(_credential_system(snapshot, end, start)))


def _exchanges_at(snapshot: Snapshot, credential: str, system: str) -> Iterable[Offer]:
    """The exchanges of a credential, and those that yield it, at a system where credentials are exchanged."""
    exchanges = snapshot.exchange
    is_service = snapshot.system[system].kind == "token-service"
    new = unused_id(snapshot, "credential", f"{system[:56]}-token")
    if not is_service and all(each.at != system for each in exchanges.values()):
        return
    others = sorted(snapshot.credential.keys() - {credential})
    for start, end, words in (
        (credential, "", "is exchanged"),
        ("", credential, "is what others are exchanged for"),
    ):
        pairs = {other: (start or other, end or other) for other in others}
        free = tuple(
            other for other, pair in pairs.items() if pair not in exchanges or exchanges[pair].at is None
        )
        drawn = [other for other in free if pairs[other] in exchanges]
        for other in free if len(free) == 1 else drawn:
            first, second = pairs[other]
            yield Offer("exchange", first, second, f"{first} exchanges {second} at {system}", at=system)
        label = f"{credential} {words} at {system}"
        if len(free) > 1:
            yield Offer("exchange", start, end, label, ("exchanged",), at=system, choices=free)
        yield Offer("exchange", start, end, f"{label}: a new one", ("name",), name=new, at=system)


def _credentials(snapshot: Snapshot, start: str, end: str) -> Iterable[Offer]:
    for first, second in ((start, end), (end, start)):
        if (first, second) not in snapshot.exchange:
            label = f"{first} exchanges {second}"
            for key, system in sorted(snapshot.system.items()):
                if system.kind == "token-service":
                    yield Offer("exchange", first, second, f"{label} at {key}", at=key)
            yield Offer("exchange", first, second, label)


def _agents(snapshot: Snapshot, start: str, end: str) -> Iterable[Offer]:
    choices = (*carried_by(snapshot, start), *sorted(granted_to(snapshot, end)))
    known = snapshot.delegation.get((start, end))
    label = f"{start} delegates {end}" if known is None else f"{start} delegates {end}: other credentials"
    yield Offer("delegation", start, end, label, ("passes",) if choices else (), choices=choices)


def _system_agent(snapshot: Snapshot, start: str, end: str) -> Iterable[Offer]:
    if (start, end) not in snapshot.trigger:
        yield Offer("trigger", start, end, f"{start} triggers {end}")
    if snapshot.agent[end].runs_on != start:
        yield Offer("hosting", start, end, f"{start} hosts {end}")
    if end in ends(snapshot, "hearing", start):
        yield Offer("hearing", start, end, f"checkpoint on what {end} reads in {start}", ("checkpoint",))


def _agent_system(snapshot: Snapshot, start: str, end: str) -> Iterable[Offer]:
    name = relations.credential_for(snapshot, end)
    yield Offer("open", start, end, "new credential", ("actions", "name"), ("read",), name)
    for agent, credential in sorted(snapshot.hold):
        if agent == start:
            known = snapshot.grant.get((credential, end))
            yield Offer(
                "grant",
                credential,
                end,
                f"with {credential}" + ("" if known is None else ", as now"),
                ("actions",),
                ("read",) if known is None else known.actions,
            )
    opening = sorted(
        credential
        for credential, system in snapshot.grant
        if system == end and (start, credential) not in snapshot.hold
    )
    for credential in opening:
        yield Offer("hold", start, credential, f"hold {credential}, which opens {end}")
    yield _intent(snapshot, start, end)
    yield from _system_agent(snapshot, end, start)


def _intent(snapshot: Snapshot, start: str, end: str) -> Offer:
    known = snapshot.intent.get((start, end))
    others = ("home", *sorted(each for each in snapshot.system if each != end))
    actions: tuple[Action, ...] = ("read",) if known is None else known.actions
    label = f"{start} may use {end} (intended use)"
    return Offer("intent", start, end, label, ("actions", "sources"), actions, choices=others)


def _zones(_snapshot: Snapshot, start: str, end: str) -> Iterable[Offer]:
    yield Offer("boundary", start, end, f"checkpoint between {start} and {end}", ("checkpoint",))


def _system_zone(snapshot: Snapshot, start: str, end: str) -> Iterable[Offer]:
    system = snapshot.system[start]
    if system.zone != end:
        yield Offer("zone", f"system:{start}", end, f"{start} is in zone {end}")
    if system.zone is None:
        yield Offer(
            "boundary", f"system:{start}", end, f"checkpoint between {start} and {end}", ("checkpoint",)
        )


def _systems(snapshot: Snapshot, start: str, end: str) -> Iterable[Offer]:
    first, second = snapshot.system[start].domain, snapshot.system[end].domain
    if first != second:
        names = " and ".join(each.removeprefix("system:") for each in (first, second))
        yield Offer("boundary", first, second, f"checkpoint between {names}", ("checkpoint",))


def _agent_zone(snapshot: Snapshot, start: str, end: str) -> Iterable[Offer]:
    if snapshot.agent[start].home != end:
        yield Offer("zone", f"agent:{start}", end, f"{start} has its home zone {end}")


_MAKERS: Final = {
    ("agent", "credential"): _agent_credential,
    ("credential", "system"): _credential_system,
    ("system", "credential"): _from_system_to_credential,
    ("credential", "credential"): _credentials,
    ("agent", "agent"): _agents,
    ("system", "agent"): _system_agent,
    ("agent", "system"): _agent_system,
    ("zone", "zone"): _zones,
    ("system", "zone"): _system_zone,
    ("system", "system"): _systems,
    ("agent", "zone"): _agent_zone,
}

Actions = tuple[Action, ...]


def _hold(offer: Offer, draft: Draft, _actions: Actions, _name: str, _chosen: Sequence[str]) -> None:
    relations.hold(draft, offer.start, offer.end)


def _grant(offer: Offer, draft: Draft, actions: Actions, _name: str, _chosen: Sequence[str]) -> None:
    relations.grant(draft, offer.start, offer.end, actions)


def _custody(offer: Offer, draft: Draft, _actions: Actions, _name: str, _chosen: Sequence[str]) -> None:
    relations.custody(draft, offer.start, offer.end, offer.how, None)


def _exchange(offer: Offer, draft: Draft, _actions: Actions, name: str, chosen: Sequence[str]) -> None:
    others = chosen if "exchanged" in offer.inputs else ("",)
    for other in (_named_credential(draft, name),) if "name" in offer.inputs else others:
        relations.exchange(draft, offer.start or other, offer.end or other, offer.at)


def _delegation(offer: Offer, draft: Draft, _actions: Actions, _name: str, chosen: Sequence[str]) -> None:
    known = draft.snapshot.delegation.get((offer.start, offer.end))
    limit = {*((known and known.only) or ()), *(each for each in chosen if ":" in each)}
    passes = [each for each in chosen if ":" not in each]
    relations.delegation(
        draft, offer.start, offer.end, passes, **({"only": tuple(sorted(limit))} if limit else {})
    )


def _trigger(offer: Offer, draft: Draft, _actions: Actions, _name: str, _chosen: Sequence[str]) -> None:
    relations.trigger(draft, offer.start, offer.end)


def _hosting(offer: Offer, draft: Draft, _actions: Actions, _name: str, _chosen: Sequence[str]) -> None:
    draft.put(replace(draft.snapshot.agent[offer.end], runs_on=offer.start), offer.label)


def _intend(offer: Offer, draft: Draft, actions: Actions, _name: str, chosen: Sequence[str]) -> None:
    relations.intent(draft, offer.start, offer.end, actions, chosen)


def _open(offer: Offer, draft: Draft, actions: Actions, name: str, _chosen: Sequence[str]) -> None:
    credential = _named_credential(draft, name)
    relations.hold(draft, offer.start, credential)
    relations.grant(draft, credential, offer.end, actions)


def _named_credential(draft: Draft, name: str) -> str:
    """The id of the credential that is called so; a missing one is added."""
    known = draft.lookup("credential", name)
    if known is not None:
        return known
    record = named_element(draft.snapshot, "credential", name)
    assert isinstance(record, Credential)
    draft.put(record)
    return record.id


def _zone(offer: Offer, draft: Draft, _actions: Actions, _name: str, _chosen: Sequence[str]) -> None:
    table, _, key = offer.start.partition(":")
    if table == "system":
        record: System = draft.snapshot.system[key]
        draft.put(replace(record, zone=offer.end), offer.label)
    else:
        draft.put(replace(draft.snapshot.agent[key], home=offer.end), offer.label)


def _checkpoint(_offer: Offer, _draft: Draft, _actions: Actions, _name: str, _chosen: Sequence[str]) -> None:
    """A checkpoint is placed in its own dialog."""


_CARRY_OUT: Final = {
    "hold": _hold,
    "grant": _grant,
    "custody": _custody,
    "exchange": _exchange,
    "delegation": _delegation,
    "trigger": _trigger,
    "hosting": _hosting,
    "intent": _intend,
    "open": _open,
    "zone": _zone,
    "boundary": _checkpoint,
    "hearing": _checkpoint,
}
