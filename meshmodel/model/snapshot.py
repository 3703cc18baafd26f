"""A model at one revision, in memory and immutable: the input of analysis and drawing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from meshmodel.model.records import (
    About,
    Acceptance,
    Agent,
    Checkpoint,
    Credential,
    Custody,
    Delegation,
    Exchange,
    Grant,
    Hold,
    Intent,
    Key,
    Note,
    Record,
    System,
    Trigger,
    Zone,
)
from meshmodel.model.vocabulary import ELEMENT_TABLES, RELATION_TABLES

TABLES: Final = (*ELEMENT_TABLES, *RELATION_TABLES, "checkpoint", "note", "acceptance")
"""The tables of a model in the fixed order of the interchange file (``docs/interchange.md``)."""

RECORD_TYPES: Final[Mapping[str, type[Any]]] = MappingProxyType(
    {
        "about": About,
        "zone": Zone,
        "system": System,
        "agent": Agent,
        "credential": Credential,
        "hold": Hold,
        "grant": Grant,
        "custody": Custody,
        "exchange": Exchange,
        "delegation": Delegation,
        "trigger": Trigger,
        "intent": Intent,
        "checkpoint": Checkpoint,
        "note": Note,
        "acceptance": Acceptance,
    }
)

_NAMES: Final = {kind: name for name, kind in RECORD_TYPES.items()}


def _empty() -> Mapping[Any, Any]:
    return MappingProxyType({})


class Touched(NamedTuple):
    """The change that an edit made to one table.

    Attributes:
        before: the table before the edit.
        after: the table after it.
        keys: all keys that were added or removed, or whose records may differ.
    """

    before: Mapping[Any, Any]
    after: Mapping[Any, Any]
    keys: frozenset[Any]


def table_of(record: Record) -> str:
    """The name of the table a record belongs to, as in the interchange file."""
    return _NAMES[type(record)]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One model: for every table a mapping from key to record.

    ``revision`` counts the edits of the store that it was read from. ``touched`` has for some tables the
    change that the last edit made. ``moved`` are the checkpoints that the file has on triggers that are not
    drawn, and that are read as ones on hearing. All three are ignored when snapshots are compared.
    """

    about: About = field(default_factory=About)
    zone: Mapping[str, Zone] = field(default_factory=_empty)
    system: Mapping[str, System] = field(default_factory=_empty)
    agent: Mapping[str, Agent] = field(default_factory=_empty)
    credential: Mapping[str, Credential] = field(default_factory=_empty)
    hold: Mapping[tuple[str, str], Hold] = field(default_factory=_empty)
    grant: Mapping[tuple[str, str], Grant] = field(default_factory=_empty)
    custody: Mapping[tuple[str, str], Custody] = field(default_factory=_empty)
    exchange: Mapping[tuple[str, str], Exchange] = field(default_factory=_empty)
    delegation: Mapping[tuple[str, str], Delegation] = field(default_factory=_empty)
    trigger: Mapping[tuple[str, str], Trigger] = field(default_factory=_empty)
    intent: Mapping[tuple[str, str], Intent] = field(default_factory=_empty)
    checkpoint: Mapping[str, Checkpoint] = field(default_factory=_empty)
    note: Mapping[str, Note] = field(default_factory=_empty)
    acceptance: Mapping[tuple[str, str], Acceptance] = field(default_factory=_empty)
    revision: int = field(default=0, compare=False)
    touched: Mapping[str, Touched] = field(default_factory=_empty, compare=False, repr=False)
    moved: frozenset[str] = field(default=frozenset(), compare=False, repr=False)

    def table(self, name: str) -> Mapping[Any, Any]:
        """The records of one table by key; ``about`` is a table of one record under ``""``."""
        if name == "about":
            return {"": self.about}
        return getattr(self, name)  # type: ignore[no-any-return]  # by name

    def get(self, table: str, key: Key) -> Record | None:
        """One record, or ``None``, as for a step that has no record of its own (hosting)."""
        return self.table(table).get(key) if table in RECORD_TYPES else None

    @property
    def elements(self) -> int:
        """How many zones, systems, agents and credentials there are."""
        return len(self.zone) + len(self.system) + len(self.agent) + len(self.credential)

    @property
    def open_questions(self) -> int:
        """How many notes ask something that is open: what they ask about is not drawn."""
        return sum((each.kind, each.state) == ("question", "open") for each in self.note.values())
