"""Observed events from a log: JSON Lines and CSV of our own schema, or the log of a real system.

Our own schema has one event a line (or row) with these keys, all of them optional:

- ``time``: ISO 8601 (UTC where it names no zone), or seconds since 1970;
- ``agent``, ``credential``, ``identity``, ``system``, ``checkpoint``, ``yields``, ``revokes``: ids of the
  model, and the principal; ``action``: one of the five; ``outcome``: ``done`` (default) or ``refused``;
- ``lifetime``: seconds, of what was handed out;
- ``session``, ``token``, ``yields_token``, ``id``: any name; ``on_behalf_of``: a person; ``log``: of another
  log from which the event comes.

What looks like a secret is hidden as it is read, so that nothing tells it: no model has such a name. Handles
(``HANDLES``) often look so (hashes, key ids); they are kept whole, to be compared, and shortened where shown.

Event buses, collectors and diagnostic settings put envelopes around records of real systems. One holds the
record under one of the paths of ``PATHS``, as an object or as JSON text, which may hold several.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from itertools import islice
from pathlib import Path
from typing import IO, Any, Final, NoReturn

from meshmodel.logs.formats import LOG_FORMATS, OWN_FORMATS, RECORD_KEYS, LogFormat
from meshmodel.logs.mapping import LogRecord, Mapper
from meshmodel.logs.record_values import DURATION_LIMIT, seconds
from meshmodel.logs.streams import (
    Document,
    EventsError,
    documents,
    json_objects,
    line_objects,
    lines,
    open_log,
    refuse,
)
from meshmodel.model.errors import MeshmodelError, RequestError
from meshmodel.model.events import Event
from meshmodel.model.secrets import masked
from meshmodel.model.text import enumeration, one_line, unprintable
from meshmodel.model.vocabulary import ACTIONS, Action

KEYS: Final = (
    "time",
    "agent",
    "credential",
    "identity",
    "system",
    "action",
    "checkpoint",
    "outcome",
    "yields",
    "id",
    "session",
    "revokes",
    "on_behalf_of",
    "log",
    "token",
    "yields_token",
    "lifetime",
)
"""The keys of our own schema, and the columns of the CSV."""
HANDLES: Final = frozenset({"id", "session", "token", "yields_token"})
"""The keys whose values only say what is the same: never names of the model."""
_KEYS: Final = frozenset(KEYS)
_NAMES: Final = (
    "agent",
    "credential",
    "identity",
    "system",
    "action",
    "checkpoint",
    "outcome",
    "yields",
    "revokes",
    "on_behalf_of",
    "log",
)
"""The keys with names of the model, and of persons and logs, in the order in which ``Event`` has them."""
_Optional = str | None
_Head = tuple[_Optional, _Optional, _Optional, _Optional, Action | None, _Optional, bool, _Optional]
_Names = tuple[_Head, tuple[_Optional, _Optional, _Optional]]
"""The same once it is checked, those before and after the ``id`` of ``Event``."""
_KNOWN: Final[dict[tuple[object, ...], _Names]] = {}
"""By what events hold under these keys what that is once it is checked."""
_KNOWN_LIMIT: Final = 4_096
TEXT_LIMIT: Final = 2_000
"""The longest value of one key."""
_NO_COMMAS: Final = {";": "semicolons", "\t": "tabs", "|": "bars"}
"""Separators that other programs write instead of commas, with their names."""
_HELD: Final = 1_000
"""Events held back at most while none has a principal or target: the format may be wrong."""
_BEGIN: Final = 100
"""The first records that are kept to guess the right format from."""


Ignored = Callable[[float | None], None]
"""Takes the time of a record that the map leaves out."""


def format_of(path: Path) -> LogFormat:
    """The format of a log by the ending of its name; raises MeshmodelError for another ending."""
    suffixes = [each.lower() for each in path.suffixes if each.lower() != ".gz"]
    last = suffixes[-1] if suffixes else ""
    if last in {".jsonl", ".ndjson"}:
        return "jsonl"
    if last == ".csv":
        return "csv"
    if str(path) != "-" and (path.is_dir() or not path.exists()):
        why = "Is a directory" if path.is_dir() else "No such file or directory"
        raise MeshmodelError(f"{one_line(path)}: cannot be read: {why}")
    raise RequestError("form", f"{one_line(path)}: what kind of log is it? say {'|'.join(LOG_FORMATS)}")


def form_of_content(path: Path) -> LogFormat:
    """The format of a log that its first records fit, else that of its name; raises MeshmodelError.

    What is named as JSON Lines may be the log of a real system, an object a line.
    """
    named = None
    with suppress(RequestError):
        named = format_of(path)
    if named == "csv":
        return named
    name = one_line(path)
    could: list[LogFormat] = []
    with suppress(EventsError), open_log(path) as file, closing(documents(file, name)) as found:
        begin = list(islice(found, _BEGIN))
        could = [each for each in LOG_FORMATS if _could_be(each, begin, name)]
    if len(could) == 1:
        return could[0]
    return named or format_of(path)


def read_events(
    path: Path,
    form: LogFormat | None = None,
    mapper: Mapper | None = None,
    ignored: Ignored = lambda _: None,
) -> Iterator[Event]:
    """The events of a log, one by one, in its order.

    Args:
        path: a file, packed with gzip or not; ``-`` is standard input.
        form: what kind of log; by default as the name ends.
        mapper: what the names in the log of a real system mean; our own schema has none.
        ignored: takes the time of each record that the map leaves out.

    Raises:
        RequestError: the form is not known, does not go with the mapper, or, while reading, is not that
            of the log: then the events before say nothing.
        EventsError: while reading: one line that says where and why; the events before were good.
    """
    chosen = format_of(path) if form is None else form
    if chosen in OWN_FORMATS:
        if mapper is not None and mapper.is_of_file:
            raise RequestError("map", f"a log of the form {chosen} has the names of the model; leave it out")
        return _read(path, _json_lines if chosen == "jsonl" else _csv)
    if mapper is None:
        raise RequestError(
            "map", f"say what the names in a {chosen} log mean, in a TOML file (see meshmodel help logs)"
        )
    return _read(path, _foreign(chosen, mapper, ignored))


def read_records(path: Path, form: LogFormat) -> Iterator[LogRecord]:
    """The records of a real system's log in its own names, one by one; raises as ``read_events``."""
    name = one_line(path)
    begin: list[Document] = []
    names_subject = False
    with open_log(path) as file, closing(documents(file, name, RECORD_KEYS[form])) as found:
        for record in records_of(form, _remembering(found, begin), name):
            names_subject = names_subject or record.names_subject
            yield record
    if not names_subject and not _has_key(form, begin, name):
        _refuse_form(form, begin, name)


Reader = Callable[[IO[bytes], str], Iterator[Event]]


def _read(path: Path, reader: Reader) -> Iterator[Event]:
    with open_log(path) as file:
        yield from reader(file, one_line(path))


def _foreign(form: LogFormat, mapper: Mapper, ignored: Ignored) -> Reader:
    def read(file: IO[bytes], name: str) -> Iterator[Event]:
        with closing(documents(file, name, RECORD_KEYS[form])) as found:
            yield from _events(form, mapper.of_log(form, name), found, name, ignored)

    return read


def _events(
    form: LogFormat, mapper: Mapper, found: Iterable[Document], name: str, ignored: Ignored
) -> Iterator[Event]:
    begin: list[Document] = []
    # What could not be read is held back while nothing else came: it may not be told at all.
    held: list[Event] | None = []
    names_subject = fits = False
    try:
        for number, record in enumerate(records_of(form, _remembering(found, begin), name), 1):
            event = mapper.event(number, record)
            names_subject = names_subject or record.names_subject
            fits = names_subject and mapper.is_of_log
            if event is None:
                ignored(record.time)
                continue
            if held is None:
                yield event
                continue
            held.append(event)
            if fits or len(held) == _HELD:
                yield from held
                held = None
    except EventsError:
        yield from held or ()
        raise
    if not names_subject and (held != [] or not _has_key(form, begin, name)):
        _refuse_form(form, begin, name)
    if not fits and held != []:
        raise RequestError(
            "map", f"{name}: no rule of the map fits anything in it; the map may be for another log, or form"
        )


def records_of(form: LogFormat, found: Iterable[Document], name: str) -> Iterator[LogRecord]:
    """The records of a log in the names of its form."""
    from meshmodel.logs import cloudtrail, github_audit, kubernetes_audit, okta, otlp, vault_audit

    reading = {
        "cloudtrail": cloudtrail.records,
        "github-audit": github_audit.records,
        "kubernetes-audit": kubernetes_audit.records,
        "vault-audit": vault_audit.records,
        "otlp": otlp.records,
        "okta": okta.records,
    }
    return reading[form](unwrapped(found, name, RECORD_KEYS[form]))


def _has_key(form: LogFormat, begin: Sequence[Document], name: str) -> bool:
    """Whether a log without events is of a form all the same; so is one without anything."""
    key = RECORD_KEYS[form]
    return not begin or any(key in each for _, each in unwrapped(begin, name, key))


def _remembering(found: Iterable[Document], begin: list[Document]) -> Iterator[Document]:
    for each in found:
        if len(begin) < _BEGIN:
            begin.append(each)
        yield each


def _refuse_form(form: LogFormat, begin: Sequence[Document], name: str) -> NoReturn:
    """Raise that no record fits the format that was named, and which formats fit."""
    could = [each for each in LOG_FORMATS if each != form and _could_be(each, begin, name)]
    hint = f"it could be {' or '.join(could)}" if could else f"it may be none of {', '.join(LOG_FORMATS)}"
    raise RequestError(
        "form",
        f"{name}: nothing in it could be read as {form}: no record says who acted or on what as such a log "
        f"does; {hint}; name its form",
    )


def _could_be(form: LogFormat, begin: Sequence[Document], name: str) -> bool:
    if form == "csv":
        return False
    if form == "jsonl":
        return any(record and record.keys() <= set(KEYS) for _, record in begin)
    try:
        return any(each.names_subject for each in records_of(form, begin, name))
    except EventsError:
        return False


def _json_lines(file: IO[bytes], name: str) -> Iterator[Event]:
    for number, (line, values) in enumerate(line_objects(file, name), 1):
        yield event_of(number, values, name, f"line {line}")


def _csv(file: IO[bytes], name: str) -> Iterator[Event]:
    reader = csv.reader((text for _, text in lines(file, name)), strict=True)
    rows = _rows(reader, name)
    head = [cell.strip() for cell in next(rows, (0, []))[1]]
    if not head:
        refuse(name, "line 1", f"names no columns; begin with a row of names, such as {', '.join(KEYS[:6])}")
    between = next((each for each in _NO_COMMAS if len(head) == 1 and each in head[0]), None)
    if between is not None:
        refuse(name, "line 1", f"has {_NO_COMMAS[between]} between its columns; write commas there")
    for column in head:
        if column not in KEYS or head.count(column) > 1:
            _unknown(column, name, "line 1", "column")
    for number, (line, row) in enumerate(rows, 1):
        place = f"row {line}"
        if len(row) != len(head):
            refuse(name, place, f"has {len(row)} cells where the head has {len(head)}")
        yield event_of(number, {key: cell for key, cell in zip(head, row, strict=True) if cell}, name, place)


def _rows(reader: Any, name: str) -> Iterator[tuple[int, list[str]]]:
    number = 0
    while True:
        number += 1
        try:
            row = next(reader, None)
        except csv.Error as error:
            refuse(name, f"row {number}", f"is no CSV: {one_line(error)}")
        if row is None:
            return
        yield number, row


def event_of(number: int, values: Mapping[str, Any], name: str, place: str) -> Event:
    """An event of our own schema; raises EventsError with the place.

    Args:
        number: its place in the log.
        values: its keys; ``None`` is as if the key were left out.
        name: of the log.
        place: where it stands there.
    """
    if not values.keys() <= _KEYS:
        _unknown(next(key for key in values if key not in _KEYS), name, place, "key")
    get = values.get
    key = tuple(map(get, _NAMES))
    try:
        names = _KNOWN.get(key)
    except TypeError:  # a list or an object, which is refused
        names = None
    head, tail = names or _names(key, name, place)
    session, token, yields_token = get("session"), get("token"), get("yields_token")
    time, lifetime = get("time"), get("lifetime")
    if time is not None:
        try:
            time = seconds(time)
        except ValueError as error:
            refuse(name, f"{place}, key time", str(error))
    return Event(
        number,
        time,
        *head,
        _id(get("id"), name, place),
        (),
        None if session is None else _text(session, name, place, "session"),
        *tail,
        None if token is None else _text(token, name, place, "token"),
        None if yields_token is None else _text(yields_token, name, place, "yields_token"),
        None if lifetime is None else _lifetime(lifetime, name, place),
    )


def _names(values: Sequence[object], name: str, place: str) -> "_Names":
    """What an event names, which is remembered: most events name what others before did."""
    shown = {
        key: None if value is None else masked(_checked(value, name, f"{place}, key {key}"))
        for key, value in zip(_NAMES, values, strict=True)
    }
    action, outcome = shown["action"], shown["outcome"] or "done"
    if action is not None and action not in ACTIONS:
        refuse(
            name,
            f"{place}, key action",
            f"{one_line(action)} is no action; it is {enumeration(ACTIONS, 'or')}",
        )
    if outcome not in {"done", "refused"}:
        refuse(name, f"{place}, key outcome", f"{one_line(outcome)} is no outcome; it is done or refused")
    if len(_KNOWN) >= _KNOWN_LIMIT:
        _KNOWN.clear()
    agent, credential, identity, system, _, checkpoint, _, yields, *rest = shown.values()
    revokes, person, log = rest
    known = next((each for each in ACTIONS if each == action), None)
    head = agent, credential, identity, system, known, checkpoint, outcome == "refused", yields
    found = _KNOWN[tuple(values)] = head, (revokes, person, log)
    return found


def _id(value: object, name: str, place: str) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return one_line(value)
    return None if value is None else _text(value, name, place, "id")


def _lifetime(value: object, name: str, place: str) -> float:
    """A number of seconds, as a number or, from CSV, as text."""
    number = None
    with suppress(ValueError):
        number = (
            float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else None
        )
    if number is None or not 0 < number <= DURATION_LIMIT:
        refuse(name, f"{place}, key lifetime", "is no number of seconds above 0")
    return number


def _text(value: object, name: str, place: str, key: str) -> str:
    if type(value) is str and value.isprintable() and 0 < len(value) <= TEXT_LIMIT:
        return value
    return _checked(value, name, f"{place}, key {key}")


def _checked(value: object, name: str, place: str) -> str:
    if not isinstance(value, str):
        refuse(name, place, "is no text; write it in quotes")
    if not value:
        refuse(name, place, "is empty; leave the key out")
    if len(value) > TEXT_LIMIT:
        refuse(name, place, f"is longer than {TEXT_LIMIT} characters")
    wrong = unprintable(value)
    if wrong is not None:
        refuse(name, place, f"has {wrong}")
    return value


def _unknown(key: str, name: str, place: str, what: str) -> None:
    from difflib import get_close_matches

    if key in KEYS:
        refuse(name, place, f"names the {what} {key} twice")
    close = get_close_matches(key, KEYS, n=1)
    hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(KEYS)}"
    refuse(name, place, f"{one_line(masked(key)) or 'a name that is empty'} is no {what}; {hint}")


PATHS: Final = (
    ("CloudTrailEvent",),  # AWS: the answer of lookup-events
    ("detail",),  # AWS: events of EventBridge
    ("properties", "log"),  # Azure: resource logs of AKS
    ("protoPayload",),  # Google: entries of Cloud Logging
    ("message",),  # collectors, and events of CloudWatch Logs
)
"""Where an envelope holds a record."""
_KEPT: Final[tuple[str, ...]] = ("timestamp", "insertId")
"""Keys of an entry of Cloud Logging that its payload lacks."""
_DEPTH: Final = 4
"""Envelopes within each other, at most."""


def unwrapped(documents: Iterable[Document], name: str, key: str) -> Iterator[Document]:
    """The records in their order; an object that is no envelope is one.

    Args:
        documents: the objects of a log.
        name: of the log.
        key: a key of every record: an object that has it is no envelope.

    Raises:
        EventsError: the text of a record is no JSON.
    """
    for place, document in documents:
        if key in document:
            yield place, document
        else:
            for each in _inner(document, name, place, key, _DEPTH):
                yield place, each


def _inner(document: dict[str, Any], name: str, place: str, key: str, depth: int) -> Iterator[dict[str, Any]]:
    held = None if key in document or not depth else _held(document)
    if held is None:
        yield document
        return
    for each in json_objects(held, name, place) if isinstance(held, str) else [held]:
        kept = {key: document[key] for key in _KEPT if key in document}
        yield from _inner({**kept, **each}, name, place, key, depth - 1)


def _held(document: dict[str, Any]) -> str | dict[str, Any] | None:
    for path in PATHS:
        value: Any = document
        for key in path:
            value = value.get(key) if isinstance(value, dict) else None
        if isinstance(value, dict) or (isinstance(value, str) and value.lstrip().startswith("{")):
            return value
    return None
