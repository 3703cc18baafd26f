"""One or several logs, read whole and brought into one order; or one that is followed as it comes.

The order is by time, equal times by the order of the logs, and in each its own. Events are kept packed, so
that a million take some 60 MB: what repeats is kept once, and handles as one text.
"""

import hashlib
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import pairwise
from pathlib import Path
from typing import Final, NamedTuple

from meshmodel.logs.events import form_of_content, format_of, read_events, read_records
from meshmodel.logs.formats import OWN_FORMATS, LogFormat
from meshmodel.logs.mapping import LogRecord, Mapper, MapRule
from meshmodel.logs.record_values import LAST
from meshmodel.logs.streams import EventsError
from meshmodel.logs.unknown_names import UnknownNames
from meshmodel.model.errors import MeshmodelError, RequestError
from meshmodel.model.events import Event
from meshmodel.model.open_file import open_file
from meshmodel.model.records import Snapshot
from meshmodel.model.text import one_line
from meshmodel.model.vocabulary import Action

EVENTS_LIMIT: Final = 5_000_000
"""More events are refused: they are all kept until they are in order."""
_GAP: Final = "\0"
"""Between the handles of one event: no value of a log has it."""


class _EventGroup(NamedTuple):
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
        self._rows: list[_EventGroup] = []
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
            self._rows.append(_EventGroup._make(row))
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


class Window(NamedTuple):
    """The times between which events are taken, both included; ``None``: no limit."""

    begin: float | None = None
    end: float | None = None

    def has(self, time: float) -> bool:
        """Whether a time lies in it."""
        return (self.begin is None or time >= self.begin) and (self.end is None or time <= self.end)


@dataclass(frozen=True, slots=True)
class LogFile:
    """A log to be read: a file, its form where it is known, and seconds that its clock is to be put on."""

    path: Path
    form: LogFormat | None = None
    shift: float = 0.0

    @property
    def name(self) -> str:
        """What events, maps and shifts call it."""
        return one_line(self.path.name)

    @property
    def is_stream(self) -> bool:
        """Whether it can be read once and as it comes alone, such as standard input."""
        return str(self.path) == "-" or self.path.is_fifo()


@dataclass(slots=True)
class ReadLog:
    """A log that was read.

    Attributes:
        file: which one.
        form: of what kind it is.
        sha256, size: of the file as it is, packed or not; ``None`` of a stream.
        events: how many of them were taken.
        in_sessions: how many of them name a session.
        ignored: how many records of these times the map leaves out.
        first, last: the time of the earliest and of the latest.
        problem: why it could not be read to its end; empty where it was.
    """

    file: LogFile
    form: LogFormat
    sha256: str | None = None
    size: int | None = None
    events: int = 0
    in_sessions: int = 0
    ignored: int = 0
    first: float | None = None
    last: float | None = None
    problem: str = ""

    @property
    def is_mapped(self) -> bool:
        """Whether a map says what its names mean."""
        return self.form not in OWN_FORMATS

    def taken(self, events: Iterable[Event], window: Window) -> Iterator[Event]:
        """The events that lie in a window of time, by the shifted clock, each with the name of its log.

        One without a time is taken with the latest one before it.
        """
        shift, name, latest, is_all = self.file.shift, self.file.name, 0.0, window == Window()
        for event in events:
            time = event.time
            if time is not None:
                if shift:
                    event.time = time = min(max(time + shift, 0.0), LAST)
                latest = max(latest, time)
            if not is_all and not window.has(latest if time is None else time):
                continue
            if event.log is None:
                event.log = name
            self.events += 1
            if event.session is not None:
                self.in_sessions += 1
            if time is not None:
                if self.first is None or time < self.first:
                    self.first = time
                if self.last is None or time > self.last:
                    self.last = time
            yield event


def distinct_logs(files: Sequence[LogFile]) -> None:
    """Raise MeshmodelError if two logs have one name."""
    known: dict[str, LogFile] = {}
    for each in files:
        other = known.setdefault(each.name, each)
        if other is not each:
            both = f"{one_line(other.path)} and {one_line(each.path)}"
            raise MeshmodelError(f"{both}: two logs have the name {each.name}; rename one, or leave it out")


class Logs:
    """Logs that are laid on a model together.

    Attributes:
        table: their events, as far as they are read.
        read: those of which events came, in the order in which they were named.
    """

    def __init__(self, files: Sequence[LogFile], mapper: Mapper | None, window: Window) -> None:
        """Arguments: the logs, what the names in those of real systems mean, and the times that are wanted.

        Raises:
            MeshmodelError: two have one name.
        """
        distinct_logs(files)
        self._files, self._mapper, self._window = files, mapper, window
        self.table, self.read = EventTable(), list[ReadLog]()

    def events(self) -> Iterator[Event]:
        """The events of all logs in their order; a stream that stands alone is not sorted.

        Raises:
            MeshmodelError: a log cannot be read at all. Of one that cannot be read to its end the events
                before come, and ``problem`` says why; that of a stream is raised after them.
        """
        if len(self._files) == 1 and self._files[0].is_stream:
            read, events = self._opened(self._files[0])
            return self._numbered(read.taken(events, self._window))
        for file in self._files:
            self._read(file)
        return self.table.events()

    def unknown_names(self, snapshot: Snapshot) -> UnknownNames:
        """The names in the logs that neither the map nor the model knows, of each log in its order.

        Raises:
            MeshmodelError: a log cannot be read at all; ``problem`` says of one why it was not to its end.
        """
        found = UnknownNames(snapshot)
        for file in self._files:
            read = self._begun(file)
            try:
                self._collect(read, found)
            except EventsError as error:
                if not read.events:
                    raise
                read.problem = str(error)
        return found

    def _collect(self, read: ReadLog, found: UnknownNames) -> None:
        name, path, form = read.file.name, read.file.path, read.form
        if form in OWN_FORMATS:
            for event in read.taken(read_events(path, form), self._window):
                found.add_event(name, event)
            return
        mapper = (self._mapper or Mapper({})).of_log(form, one_line(path))
        current: list[LogRecord] = []

        def clocked() -> Iterator[Event]:
            for record in read_records(path, form):
                current[:] = [record]
                yield Event(0, record.time)

        for event in read.taken(clocked(), self._window):
            found.add(name, form, mapper, current[0], event.time)

    @property
    def problem(self) -> str:
        """Why the first of the logs that were not read to their end was not; empty where all were."""
        return next((each.problem for each in self.read if each.problem), "")

    @property
    def unused_rules(self) -> tuple[MapRule, ...]:
        """The rules of the map that no record used; empty where a log was not read to its end."""
        return () if self._mapper is None or self.problem else self._mapper.unused

    def _opened(self, file: LogFile) -> tuple[ReadLog, Iterator[Event]]:
        read = self._begun(file)
        mapper = None if read.form in OWN_FORMATS and len(self._files) > 1 else self._mapper

        def ignored(time: float | None) -> None:
            read.ignored += time is None or self._window.has(time + file.shift)

        return read, read_events(file.path, read.form, mapper, ignored)

    def _begun(self, file: LogFile) -> ReadLog:
        form = file.form or (format_of(file.path) if file.is_stream else form_of_content(file.path))
        self.read.append(ReadLog(file, form))
        return self.read[-1]

    def _numbered(self, events: Iterator[Event]) -> Iterator[Event]:
        for number, event in enumerate(events, 1):
            event.number = number
            yield event

    def _read(self, file: LogFile) -> None:
        read, events = self._opened(file)
        if not file.is_stream:
            read.sha256, read.size = _digest(file.path)
        try:
            self.table.add(read.taken(events, self._window))
        except EventsError as error:
            if not read.events:
                raise
            read.problem = str(error)


def _digest(path: Path) -> tuple[str, int]:
    """The SHA-256 of a file as it is, and its size in bytes."""
    try:
        with open_file(path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest(), file.tell()
    except OSError as error:
        raise MeshmodelError(f"{one_line(path)}: cannot be read: {error.strerror or error}") from None


def file_named(files: Sequence[LogFile], name: str) -> LogFile:
    """The log of a name or path; raises RequestError."""
    for each in files:
        if name in {each.name, str(each.path)}:
            return each
    names = ", ".join(each.name for each in files)
    raise RequestError("shift", f"{one_line(name)}: no log has this name; there are {names}")
