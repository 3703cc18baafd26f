"""Events of several logs in one order: by time, equal times by the order of the logs, and in each its own.

They are kept packed, so that a million take some 60 MB: what repeats is kept once, and handles as one text.
"""

from array import array
from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import pairwise
from typing import Final, NamedTuple

from meshmodel.model.errors import MeshmodelError
from meshmodel.model.events import Event
from meshmodel.model.vocabulary import Action

EVENTS_LIMIT: Final = 5_000_000
"""More events are refused: they are all kept until they are in order."""
_GAP: Final = "\0"
"""Between the handles of one event: no value of a log has it."""


class _Row(NamedTuple):
    """What events have in common that differ in time, session and handles only."""

    log: str | None
    is_untimed: bool
    agent: str | None
    credential: str | None
    identity: str | None
    system: str | None
    action: Action | None
    checkpoint: str | None
    refused: bool
    yields: str | None
    unmapped: tuple[str, ...]
    revokes: str | None
    on_behalf_of: str | None
    lifetime: float | None


class EventTable:
    """Events of several logs, packed."""

    def __init__(self) -> None:
        self._times, self._shapes, self._sessions, self._ends = array("d"), array("I"), array("I"), array("Q")
        self._handles = bytearray()
        self._numbers: dict[tuple[object, ...], int] = {}
        self._rows: list[_Row] = []
        self._session_numbers: dict[str | None, int] = {None: 0}
        self._session_names: list[str | None] = [None]
        self._logs: list[range] = []

    def __len__(self) -> int:
        return len(self._times)

    def add(self, events: Iterable[Event]) -> None:
        """Take the events of one more log, in its order; those that came before something is raised are kept.

        An event without a time goes with the latest one before it in its log.
        """
        begin, latest = len(self._times), 0.0
        try:
            for event in events:
                time = latest if event.time is None else event.time
                latest = max(latest, time)
                self._add(event, time)
        finally:
            self._logs.append(range(begin, len(self._times)))

    def _add(self, event: Event, time: float) -> None:
        if len(self._times) == EVENTS_LIMIT:
            raise MeshmodelError(f"there are more than {EVENTS_LIMIT:,} events; lay a part of their time")
        row = (
            event.log,
            event.time is None,
            event.agent,
            event.credential,
            event.identity,
            event.system,
            event.action,
            event.checkpoint,
            event.refused,
            event.yields,
            event.unmapped,
            event.revokes,
            event.on_behalf_of,
            event.lifetime,
        )
        shape = self._numbers.get(row)
        if shape is None:
            shape = self._numbers[row] = len(self._rows)
            self._rows.append(_Row._make(row))
        session = self._session_numbers.get(event.session)
        if session is None:
            session = self._session_numbers[event.session] = len(self._session_names)
            self._session_names.append(event.session)
        self._times.append(time)
        self._shapes.append(shape)
        self._sessions.append(session)
        if event.token is not None or event.yields_token is not None:
            handles = (event.id or "", event.token or "", event.yields_token or "")
            self._handles += _GAP.join(handles).encode("utf-8", "surrogatepass")
        elif event.id is not None:
            self._handles += event.id.encode("utf-8", "surrogatepass")
        self._ends.append(len(self._handles))

    def events(self) -> Iterator[Event]:
        """All events in their order, numbered anew from 1."""
        for number, place in enumerate(self._order(), 1):
            yield self._event(number, place)

    def _order(self) -> Iterator[int]:
        time = self._times.__getitem__
        orders: list[Iterable[int]] = []
        for places in self._logs:
            if places and time(places[0]) > time(places[-1]):
                places = places[::-1]  # noqa: PLW2901  # the newest comes first, at equal times too
            is_sorted = all(time(one) <= time(next_) for one, next_ in pairwise(places))
            orders.append(places if is_sorted else array("I", sorted(places, key=time)))
        return iter(orders[0]) if len(orders) == 1 else merge(*orders, key=time)

    def _event(self, number: int, place: int) -> Event:
        (
            log,
            is_untimed,
            agent,
            credential,
            identity,
            system,
            action,
            checkpoint,
            refused,
            yields,
            unmapped,
            revokes,
            person,
            lifetime,
        ) = self._rows[self._shapes[place]]
        begin, end = self._ends[place - 1] if place else 0, self._ends[place]
        handles = self._handles[begin:end].decode("utf-8", "surrogatepass") if end > begin else ""
        token = yields_token = None
        if _GAP in handles:
            handles, token, yields_token = handles.split(_GAP)
        return Event(
            number,
            None if is_untimed else self._times[place],
            agent,
            credential,
            identity,
            system,
            action,
            checkpoint,
            refused,
            yields,
            handles or None,
            unmapped,
            self._session_names[self._sessions[place]],
            revokes,
            person,
            log,
            token or None,
            yields_token or None,
            lifetime,
        )
