"""What the model alone says of an observed event, whatever came before: found once for each kind of event."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

from meshmodel.analysis.attribution import Attribution, Relations
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.trace_records import ActionUse, CredentialWay
from meshmodel.model.events import Event
from meshmodel.model.vocabulary import ISSUE, action_mask, expand_admin

_KNOWN: Final = 20_000
"""So many kinds of events are kept."""


class EventShape(NamedTuple):
    """What the model alone says of an event, whatever came before; as in ``TracedEvent`` where not told.

    Attributes:
        active: the agent, if it is an active one of the model.
        names: the credentials that it can have been.
        known: the active ones of these.
        by_unknown: as in ``TracedEvent``.
        is_explained: whether each of them opens the access, and the agent comes to it.
        done: the bits of the actions that were done.
        ways: how credentials were handed out, as the event states or the model says.
        is_action: whether an action was done, on whatever system.
    """

    agent: str | None
    active: str | None
    is_person: bool
    access: int | None
    names: tuple[str, ...]
    known: tuple[str, ...]
    credential: str | None
    identity: str | None
    on_behalf_of: str | None
    by_unknown: bool
    is_explained: bool
    unexplained: tuple[str, ...]
    notes: tuple[str, ...]
    done: int
    ways: tuple[CredentialWay, ...]
    use: ActionUse | None
    is_action: bool


class EventShapes:
    """What the model alone says of events, found once for those that name the same of it."""

    def __init__(self, engine: Engine, relations: Relations) -> None:
        self.mesh, self.snapshot, self.relations = engine.mesh, engine.snapshot, relations
        self._known: dict[tuple[object, ...], EventShape] = {}
        self.yielding: defaultdict[str | None, list[tuple[Literal["custody", "exchange"], str, str, int]]] = (
            defaultdict(list)
        )
        for (system, to), custody in self.snapshot.custody.items():
            self.yielding[system].append(("custody", system, to, action_mask(self.mesh.yields(custody))))
        for (from_, to), exchange in self.snapshot.exchange.items():
            self.yielding[exchange.at].append(("exchange", from_, to, 1 << ISSUE))

    def of(self, event: Event) -> EventShape:
        """What the model alone says of an event."""
        key = (
            event.agent,
            event.credential,
            event.identity,
            event.system,
            event.action,
            event.refused,
            event.checkpoint is None,
            event.yields,
            not event.unmapped,
            _ends_itself(event),
        )
        shape = self._known.get(key)
        if shape is None:
            shape = self._shape(event)
            if self._names_only_known(event):  # what a log makes up comes and goes, and is not kept
                if len(self._known) >= _KNOWN:
                    self._known.clear()
                self._known[key] = shape
        return shape

    def _names_only_known(self, event: Event) -> bool:
        tables = self.snapshot
        named = (
            (event.agent, tables.agent),
            (event.credential, tables.credential),
            (event.yields, tables.credential),
            (event.system, tables.system),
            (event.identity, self.relations.carrying),
        )
        return all(name is None or name in table for name, table in named)

    def _shape(self, event: Event) -> EventShape:
        attribution, mesh = Attribution(self.relations, event), self.mesh
        acts, access, active = bool(event.system and event.action), attribution.access, attribution.active
        names = attribution.credentials() if acts or event.credential or event.identity else ()
        known = tuple(each for each in names if each in mesh.credential)
        records = [self.snapshot.credential[each] for each in names]
        principals, persons = {each.principal for each in records}, {each.on_behalf_of for each in records}
        credential = names[0] if len(names) == 1 else None
        is_done = acts and not event.refused
        done = expand_admin(1 << access % 5) if is_done and access is not None else 0
        return EventShape(
            attribution.agent,
            active,
            active is not None and self.snapshot.agent[active].is_person,
            access,
            names,
            known,
            credential,
            event.identity or (principals.pop() if len(principals) == 1 else None),
            persons.pop() if len(persons) == 1 else None,
            attribution.by_unknown and bool(names),
            self._is_explained(active, access, names),
            tuple(attribution.unexplained),
            tuple(attribution.notes),
            done,
            () if event.refused else tuple(self._ways(event, access, active, credential, done)),
            self._use(event, attribution, known, credential) if is_done and not _ends_itself(event) else None,
            event.action is not None and not event.refused,
        )

    def _is_explained(self, active: str | None, access: int | None, names: tuple[str, ...]) -> bool:
        opens, reaches = self.relations.opens, self.relations.reaches
        if active is None or access is None:
            return False
        return all(opens(each, access) and reaches(active, each) for each in names)

    def _ways(
        self, event: Event, access: int | None, active: str | None, credential: str | None, done: int
    ) -> Iterator[CredentialWay]:
        found: dict[str, CredentialWay] = {}
        for kind, from_, to, mask in self.yielding.get(event.system, ()) if done else ():
            by = from_ if kind == "exchange" else None
            steps = self.mesh.ends(kind, from_, to, mask & done) if mask & done else []
            if steps and by in (None, credential):
                found.setdefault(
                    to, CredentialWay(to, active, kind, by, event.system, access, credential, tuple(steps))
                )
        if event.yields is None:
            yield from found.values()
        elif event.yields in self.mesh.credential:
            here = CredentialWay(event.yields, active, "custody", None, event.system, access, credential)
            yield found.get(event.yields, here)._replace(stated=True)

    def _use(
        self, event: Event, attribution: Attribution, known: tuple[str, ...], credential: str | None
    ) -> ActionUse | None:
        access, active, relations = attribution.access, attribution.active, self.relations
        if access is None:
            return None
        is_granted = bool(known) and all(relations.grants(each, access) for each in known)
        return ActionUse(
            access,
            credential if is_granted else None,
            is_granted,
            not is_granted and any((each, access) in relations.exchanging for each in known),
            bool(event.agent or event.credential or event.identity),
            is_granted and active is not None and not self.snapshot.agent[active].is_person,
        )


def _ends_itself(event: Event) -> bool:
    """Whether a credential takes itself back, which is no use of what it is granted."""
    return event.revokes is not None and event.revokes == event.credential
