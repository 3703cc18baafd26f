"""One or several logs, read whole and brought into one order; or one that is followed as it comes."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from meshmodel.logs.events import form_of_content, format_of, read_events, read_records
from meshmodel.logs.formats import OWN_FORMATS, LogFormat
from meshmodel.logs.mapping import LogRecord, Mapper, MapRule
from meshmodel.logs.merge import EventTable
from meshmodel.logs.record_values import LAST
from meshmodel.logs.streams import EventsError
from meshmodel.logs.unknown_names import UnknownNames
from meshmodel.model.errors import MeshmodelError, RequestError
from meshmodel.model.events import Event
from meshmodel.model.open_file import open_file
from meshmodel.model.records import Snapshot
from meshmodel.model.text import one_line


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
class LogRead:
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
        self.table, self.read = EventTable(), list[LogRead]()

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

    def _collect(self, read: LogRead, found: UnknownNames) -> None:
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

    def _opened(self, file: LogFile) -> tuple[LogRead, Iterator[Event]]:
        read = self._begun(file)
        mapper = None if read.form in OWN_FORMATS and len(self._files) > 1 else self._mapper

        def ignored(time: float | None) -> None:
            read.ignored += time is None or self._window.has(time + file.shift)

        return read, read_events(file.path, read.form, mapper, ignored)

    def _begun(self, file: LogFile) -> LogRead:
        form = file.form or (format_of(file.path) if file.is_stream else form_of_content(file.path))
        self.read.append(LogRead(file, form))
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
