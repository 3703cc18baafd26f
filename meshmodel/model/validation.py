"""Checks records and whole models against ``docs/interchange.md``, with the fields of ``schema.SCHEMA``.

Three layers: ``check_value`` for one value of one field, ``normalise`` for all values of a record
(it also gives the one canonical form: lists sorted, defaults left out), ``References`` for what a
record names in its model. ``check_snapshot`` puts them together.

Decisions where the semantics leave room:

- ``home`` in the ``from`` of an intent always means the agent's home, also where a system has that id.
- An empty text is refused: leave the key out.
- ``agents`` of an acceptance tell what was accepted then, so they need not exist any more.
- A default that was stated is left out (an ``identity`` equal to the id, ``exposed`` equal to whether
  it is public, ``exposed_requests`` equal to what ``exposed`` and the kind give, ``integrity`` equal to
  what the sensitivity gives, ``steerable`` equal to what the kind gives, ``by`` equal to what ``how`` gives).
"""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final, TypeVar

from meshmodel.model.errors import InvalidModelError
from meshmodel.model.note_subject import NoteSubject, note_subject
from meshmodel.model.records import RECORD_TYPES, TABLES, Checkpoint, Key, Record, Snapshot, key_of, table_of
from meshmodel.model.schema import SCHEMA, STEP_ENDS
from meshmodel.model.secrets import HIDDEN, looks_like_secret
from meshmodel.model.stop import check_current
from meshmodel.model.values import (
    CONVERTERS,
    REQUIRED,
    SHORTEST_SECRET_IN_ID,
    RefusedValueError,
    check_value,
    quote,
)
from meshmodel.model.vocabulary import (
    INTEGRITIES,
    PRIVATE_REQUEST_KINDS,
    SENSITIVITIES,
    STEERABLE_KINDS,
)

__all__ = [
    "References",
    "RefusedError",
    "check_records",
    "check_snapshot",
    "check_value",
    "drop_derived",
    "find_conflict",
    "label_of",
    "normalise",
    "with_actual_step",
]

AnyRecord = TypeVar("AnyRecord", bound=Record)

_GUARDED_ACTIONS: Final = ("grant", "custody", "boundary")


class RefusedError(InvalidModelError):
    """A record that a model cannot take.

    Attributes:
        table: its table.
        label: the table and the key of the record, for people.
        field: the key of the field, or ``None`` where the whole record is meant.
        reason: why.
    """

    def __init__(self, table: str, label: str, field: str | None, reason: str) -> None:
        super().__init__(f"{label}, key {quote(field)}: {reason}" if field else f"{label}: {reason}")
        self.table = table
        self.label = label
        self.field = field
        self.reason = reason


def label_of(table: str, key: Key) -> str:
    """How a record is named in an error: its table and its key."""
    if table == "about":
        return "the model"
    if isinstance(key, str):
        return f"{table} {quote(key)}"
    return f"{table} {quote(key[0])} > {quote(key[1])}"


def _safe_label(record: Record, refused: object) -> str:
    """How a record is named in an error about a value: an id that was made of a secret is hidden."""
    table, key = table_of(record), key_of(record)
    made_of = _alphanumeric(str(key))[:SHORTEST_SECRET_IN_ID]
    long = isinstance(key, str) and len(made_of) == SHORTEST_SECRET_IN_ID
    if long and made_of in _alphanumeric(str(refused)) and looks_like_secret(str(refused)):
        return f"{table} {HIDDEN}"
    return label_of(table, key)


def _alphanumeric(text: str) -> str:
    return "".join(filter(str.isalnum, text.lower()))


# One record --------------------------------------------------------------------------------------


def drop_derived(table: str, values: dict[str, Any]) -> None:
    """Delete values that equal the default that follows from the record's other fields, in place.

    Args:
        table: the table of the record.
        values: canonical, by attribute.
    """
    if table == "credential":
        if values.get("identity") == values["id"]:
            del values["identity"]
    elif table == "system":
        exposed = values.get("exposed")
        public = values.get("sensitivity") == "public"
        if exposed is not None and exposed == public:
            del values["exposed"]
        requests = values.get("exposed_requests")
        seen = values.get("exposed", public) and values.get("kind") not in PRIVATE_REQUEST_KINDS
        if requests is not None and requests == seen:
            del values["exposed_requests"]
        by_sensitivity = INTEGRITIES[SENSITIVITIES.index(values.get("sensitivity") or "internal")]
        if values.get("integrity") == by_sensitivity:
            del values["integrity"]
    elif table == "agent":
        steerable = values.get("steerable")
        if steerable is not None and steerable == (values.get("kind") in STEERABLE_KINDS):
            del values["steerable"]
    elif table == "custody":
        by = values.get("by")
        if by == (("issue",) if values.get("how") == "issues" else ("read",)):
            del values["by"]


def find_conflict(table: str, values: Mapping[str, Any]) -> tuple[str, str] | None:
    """Find fields of one record that contradict one another.

    Args:
        table: the table of the record.
        values: canonical, by attribute.

    Returns:
        The key of the field and the reason; ``None``: there is no contradiction.
    """
    if table in {"exchange", "delegation"}:
        if values["from_"] == values["to"]:
            return "to", f"joins {quote(values['to'])} to itself"
    elif table == "checkpoint":
        if values["from_"] == values["to"] and values["step"] in {"exchange", "delegation", "boundary"}:
            return "to", f"joins {quote(values['to'])} to itself"
        if values.get("actions") is not None and values["step"] not in _GUARDED_ACTIONS:
            return "actions", f"has no meaning on a {values['step']} step: leave the key out"
    elif table == "zone":
        slot = values.get("at")
        if slot is not None and slot[0] not in {0, 1}:
            return "at", "of a zone is its lane: [0, order], or [1, order] where it is folded"
    return None


def normalise(record: AnyRecord) -> AnyRecord:
    """The one canonical form of a record: lists sorted, defaults left out.

    Raises:
        InvalidModelError: a value that its field cannot take.
    """
    table = table_of(record)
    values: dict[str, Any] = {}
    for key, (attribute, convert) in CONVERTERS[table].items():
        value = getattr(record, attribute)
        if value is None:
            continue
        try:
            values[attribute] = convert(value)
        except RefusedValueError as error:
            raise RefusedError(table, _safe_label(record, value), key, str(error)) from None
    for key, attribute in REQUIRED[table]:
        if attribute not in values:
            raise RefusedError(table, label_of(table, key_of(record)), key, "is missing")
    problem = find_conflict(table, values)
    if problem:
        raise RefusedError(table, label_of(table, key_of(record)), *problem)
    drop_derived(table, values)
    made: AnyRecord = RECORD_TYPES[table](**values)
    return made


class References:
    """Checks that the elements and relations that records name are in one snapshot."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._tables: dict[str, Mapping[Any, Any]] = {name: snapshot.table(name) for name in TABLES}
        self._passed: frozenset[tuple[str, str]] | None = None

    def check(self, table: str, record: Any) -> None:
        """Refuse a record that names what does not exist; raises InvalidModelError."""
        for problem in self.problems(table, record):
            raise RefusedError(table, label_of(table, key_of(record)), *problem)

    def problems(self, table: str, record: Any) -> Iterator[tuple[str, str]]:
        """The key and the reason of each name in a record that names nothing, or no step."""
        if table == "checkpoint":
            yield from self._checkpoint_problems(record)
            return
        for key, attribute, target in _SINGLE_REFERENCES[table]:
            value = getattr(record, attribute)
            if value is not None and value not in self._tables[target]:
                yield key, f"there is no {target} {quote(value)}"
        for key, attribute, target in _REFERENCE_LISTS[table]:
            values = getattr(record, attribute)
            if values is not None:
                present = self._tables[target]
                for value in values:
                    if value not in present and not (value == "home" and table == "intent"):
                        yield key, f"there is no {target} {quote(value)}"
        if table == "delegation":
            for value in record.only or ():
                system = value.partition(":")[0]
                if system not in self._tables["system"]:
                    yield "only", f"there is no system {quote(system)}"
        elif table == "note" and record.about is not None:
            yield from self._subject_problems(note_subject(record.about))

    def _subject_problems(self, subject: NoteSubject) -> Iterator[tuple[str, str]]:
        unknown = [(target, id_) for target, id_ in subject.elements if id_ not in self._tables[target]]
        for target, id_ in unknown:
            yield "about", f"there is no {target} {quote(str(id_))}"
        if subject.step and not unknown and not self.has_step(*subject.step):
            yield "about", f"there is no {subject.table} from {' to '.join(map(quote, subject.ids))}"

    def _checkpoint_problems(self, record: Checkpoint) -> Iterator[tuple[str, str]]:
        tables, is_step = self._tables, True
        if record.decided_at is not None and record.decided_at not in tables["system"]:
            yield "decided_at", f"there is no system {quote(record.decided_at)}"
        ends = (record.from_, record.to)
        for key, end, target in zip(("from", "to"), ends, STEP_ENDS[record.step], strict=True):
            if record.step == "boundary":
                problem = self._boundary_problem(end)
            else:
                problem = None if end in tables[target] else f"there is no {target} {quote(end)}"
            if problem:
                is_step = False
                yield key, problem
        if is_step and not self.supports(record):
            yield "step", f"there is no {record.step} from {quote(ends[0])} to {quote(ends[1])}"

    def _boundary_problem(self, end: str) -> str | None:
        systems: Mapping[str, Any] = self._tables["system"]
        if not end.startswith("system:"):
            return None if end in self._tables["zone"] else f"there is no zone {quote(end)}"
        system = systems.get(end.removeprefix("system:"))
        if system is None:
            return f"there is no system {quote(end.removeprefix('system:'))}"
        if system.zone is not None:
            return f"system {quote(system.id)} is in zone {quote(system.zone)}: name the zone"
        return None

    def supports(self, checkpoint: Checkpoint) -> bool:
        """Whether the step on which the checkpoint sits exists; its ends must exist."""
        return self.has_step(checkpoint.step, checkpoint.from_, checkpoint.to)

    def has_step(self, step: str, start: str, end: str) -> bool:
        """Whether there is a step between two elements that exist."""
        match step:
            case "hold":
                return (start, end) in self._tables["hold"] or (start, end) in self._passed_credentials()
            case "hosting":
                return bool(self._tables["agent"][end].runs_on == start)
            case "hearing" | "boundary":
                return True
            case _:
                return (start, end) in self._tables[step]

    def _passed_credentials(self) -> frozenset[tuple[str, str]]:
        if self._passed is None:
            self._passed = frozenset(
                (delegation.to, credential)
                for delegation in self._snapshot.delegation.values()
                for credential in delegation.passes or ()
            )
        return self._passed


_REFERRING_FIELDS: Final = {
    name: [field for field in table.fields if field.refers and (name, field.key) != ("acceptance", "agents")]
    for name, table in SCHEMA.items()
    if name != "checkpoint"
}
_SINGLE_REFERENCES: Final[Mapping[str, tuple[tuple[str, str, str], ...]]] = {
    name: tuple((f.key, f.attribute, f.refers[0]) for f in fields if f.type == "reference")
    for name, fields in _REFERRING_FIELDS.items()
}
_REFERENCE_LISTS: Final[Mapping[str, tuple[tuple[str, str, str], ...]]] = {
    name: tuple((f.key, f.attribute, f.refers[0]) for f in fields if f.type == "references")
    for name, fields in _REFERRING_FIELDS.items()
}


def with_actual_step(checkpoint: Checkpoint, triggers: Container[tuple[str, str]]) -> Checkpoint:
    """The checkpoint as it is read and written: on hearing, where its trigger is not drawn.

    What the system says then reaches the agent only as words that it reads
    (``docs/semantics.md#effective-checkpoints``).

    Args:
        checkpoint: of any model; its ends need not exist.
        triggers: the ends of the triggers that are drawn.
    """
    if checkpoint.step == "trigger" and (checkpoint.from_, checkpoint.to) not in triggers:
        return replace(checkpoint, step="hearing")
    return checkpoint


# One model ---------------------------------------------------------------------------------------


def check_snapshot(snapshot: Snapshot) -> None:
    """Refuse a whole model that the semantics refuse; raises InvalidModelError (``docs/interchange.md``)."""
    check_records(
        snapshot, (("about", ""), *((name, key) for name in TABLES for key in snapshot.table(name)))
    )


def check_records(snapshot: Snapshot, keys: Iterable[tuple[str, Key]]) -> None:
    """Refuse these records of a model, as ``check_snapshot`` does; raises InvalidModelError."""
    references = References(snapshot)
    for table, key in keys:
        check_current()
        record = snapshot.table(table)[key]
        made = normalise(record)
        if key_of(made) != key:
            raise RefusedError(table, label_of(table, key), None, "is filed under a key that is not its own")
        references.check(table, made)
