"""The events of a log that was laid on a model as a table: its columns, and what is in the cells."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from meshmodel.app.presentation.log_words import SIGNS, WORDS
from meshmodel.canvas.text import cells
from meshmodel.model.events import time_text
from meshmodel.model.secrets import shortened
from meshmodel.model.text import one_line, shorten_name

if TYPE_CHECKING:
    from meshmodel.analysis.trace_records import TracedEvent

COLUMNS = (
    ("event", 7),
    ("time", 21),
    ("decision", 16),
    ("identity active", 34),
    ("does", 30),
    ("yielded by", 26),
    ("crosses from", 20),
    ("checkpoint", 30),
    ("log", 18),
    ("session", 16),
)
"""The heads and widths of the table."""
LOG, SESSION = len(COLUMNS) - 2, len(COLUMNS) - 1
"""Of two columns that stand behind the time, where several logs or any session are told."""
_NARROW = 100
"""Below so many cells the time of the day is shown without the day, and what matters stands closer."""
_CLOSE = {"event": 6, "time": 9, "decision": 16, "identity active": 26, "does": 22}
_LEAST_WHO = 4
"""Cells of the name of who carries an identity from which on it can be read."""
_TIGHT = 75
"""Below so many cells only the identity is shown, and not who carries it: the rest is told beside."""
_CLOSEST = {"event": 6, "time": 9, "decision": 14, "identity active": 16, "does": 15}


def column_widths(room: int) -> list[int]:
    """The widths of the columns of a table of so many cells."""
    narrow = _CLOSEST if room < _TIGHT else _CLOSE if room < _NARROW else {}
    return [narrow.get(name, width) for name, width in COLUMNS]


def cells_of_event(traced: "TracedEvent", room: int = _NARROW) -> tuple[str, ...]:
    """The cells of one event, in the order of the columns.

    Args:
        traced: the event.
        room: the cells of the table.
    """
    event = traced.event
    time = "" if event.time is None else time_text(event.time)
    sign = SIGNS[traced.recheck]
    who = one_line(traced.agent or "somebody")
    identity = one_line(traced.identity or "unknown")
    did = f"{event.action or 'acts'}{' refused' if event.refused else ''}"
    does = f"{did} {one_line(event.system)}" if event.system else did
    active = f"{who} as {identity}"
    if room < _TIGHT:
        active = identity
    elif room < _NARROW:
        active = _active(who, identity)
    if event.system is None and event.action is None and event.checkpoint is not None:
        does = "refuses" if event.refused else "decides"
        active = f"for {who}"  # it acts as nobody: others decide about it
    yielded = traced.yielded
    came = ""
    if yielded is not None:
        came = yielded.system or yielded.by or yielded.how or ""
        came += f" (event {yielded.event})" if yielded.event is not None else ""
    crossing = traced.crossing
    source = "" if crossing is None else (crossing.source or "home")
    if traced.decision is not None:
        asked = f"{one_line(traced.decision[0])} (event {traced.decision[1]})"
    else:
        due = " or ".join(traced.checkpoints)
        asked = f"due: {due}" if due else one_line(event.checkpoint or "")
    word = "not explained" if traced.unexplained and traced.recheck == "none-due" else WORDS[traced.recheck]
    if traced.recheck == "none-due":
        sign = "?" if traced.unexplained else " "
    return (
        f"{event.number}",
        time[11:19] if room < _NARROW else time,
        f"{sign} {word}",
        active,
        does,
        came,
        source,
        asked,
        one_line(event.log or ""),
        one_line(shortened(event.session or "")),
    )


def columns_of(events: "Iterable[TracedEvent]") -> tuple[int, ...]:
    """The columns that are shown of some events: of log and session those that tell something."""
    logs: set[str | None] = set()
    has_sessions = False
    for each in events:
        logs.add(each.event.log)
        has_sessions = has_sessions or each.event.session is not None
    beside = (LOG,) * (len(logs) > 1) + (SESSION,) * has_sessions
    return (0, 1, *beside, *range(2, LOG))


def _active(who: str, identity: str) -> str:
    """Who as whom in a narrow column: the name of who carries it is cut rather than the identity."""
    room = _CLOSE["identity active"] - 1 - cells(f" as {identity}")
    return f"{shorten_name(who, room)} as {identity}" if room >= _LEAST_WHO else identity


def event_matches(traced: "TracedEvent", words: list[str]) -> bool:
    """Whether all words, without capitals, occur in what is said of an event."""
    said = (traced.on_behalf_of or "", *traced.unexplained, *traced.notes)
    text = " ".join((*cells_of_event(traced), *said)).casefold()
    return all(word in text for word in words)
