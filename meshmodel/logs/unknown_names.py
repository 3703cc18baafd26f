"""The names in logs that neither a map nor the model knows, each once, with how often it comes and when."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from meshmodel.logs.formats import LogFormat
from meshmodel.logs.listed_names import listed_name
from meshmodel.logs.mapping import LogRecord, Mapper
from meshmodel.model.events import Event
from meshmodel.model.records import Snapshot
from meshmodel.model.text import one_line

TABLES: Final = (
    *("identity", "resource", "action", "session"),
    *("agent", "credential", "principal", "system", "checkpoint"),
)
"""The tables of a map, and the keys of events of our own form, in the order in which they are told."""
_MOST: Final = 10_000
"""So many names are kept; of further ones the records are counted."""
_MOST_BESIDE: Final = 20
"""So many of the names that stand beside a listed one are kept, to compare them with the model."""


@dataclass(slots=True)
class UnknownName:
    """A name that nothing knows.

    Attributes:
        table: of the map in which a rule for it would stand; of a log of our own form the key of the event.
        name: the one that is listed, with ``*`` where it stands for several; empty if none can be told.
        records: how many have it.
        first, last: the time of the earliest and of the latest of them.
        logs: the names of the logs.
        other_names: what the log has for the same thing, the listed name among them.
    """

    table: str
    name: str
    records: int = 0
    first: float | None = None
    last: float | None = None
    logs: dict[str, None] = field(default_factory=dict)
    other_names: dict[str, None] = field(default_factory=dict)

    def add(self, log: str, time: float | None, names: tuple[str, ...]) -> None:
        """Count a record that has it."""
        self.records += 1
        self.logs.setdefault(log)
        if time is not None:
            self.first = time if self.first is None else min(self.first, time)
            self.last = time if self.last is None else max(self.last, time)
        for each in names:
            if len(self.other_names) < _MOST_BESIDE:
                self.other_names.setdefault(each)


class UnknownNames:
    """Collects them from the records of logs.

    Attributes:
        left_out: records with names beyond the most that are kept.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        """Arguments: the model."""
        self._snapshot = snapshot
        self._principals = {each.principal for each in snapshot.credential.values()}
        self._found: dict[tuple[str, str], UnknownName] = {}
        self.left_out = 0

    def add(self, log: str, form: LogFormat, mapper: Mapper, record: LogRecord, time: float | None) -> None:
        """Take the names of a record of a real system's log.

        Args:
            log: its name.
            form: its form.
            mapper: the rules that are for it.
            record: in the names of the log.
            time: of the record, by the clock that counts.
        """
        for table, names in mapper.unknown(record):
            self._count(table, listed_name(form, table, names), log, time, names)

    def add_event(self, log: str, event: Event) -> None:
        """Take what an event of our own form names and the model has not."""
        for table, name in _named(event):
            known = self._principals if table == "principal" else self._snapshot.table(table)
            if name is not None and name not in known:
                self._count(table, name, log, event.time, (name,))

    def _count(self, table: str, name: str, log: str, time: float | None, names: tuple[str, ...]) -> None:
        name = one_line(name, 2_000)
        row = self._found.get((table, name))
        if row is None:
            if len(self._found) >= _MOST:
                self.left_out += 1
                return
            row = self._found[table, name] = UnknownName(table, name)
        row.add(log, time, names)

    def rows(self) -> list[UnknownName]:
        """All that were found: by table, those of most records first."""
        return sorted(
            self._found.values(), key=lambda each: (TABLES.index(each.table), -each.records, each.name)
        )


def _named(event: Event) -> Iterator[tuple[str, str | None]]:
    yield from (("agent", event.agent), ("credential", event.credential), ("principal", event.identity))
    yield from (("system", event.system), ("checkpoint", event.checkpoint))
    yield from (("credential", event.yields), ("credential", event.revokes))
