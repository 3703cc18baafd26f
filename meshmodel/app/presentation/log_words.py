"""What is said and lit of the events of a log that was laid on a model."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from meshmodel.canvas.text import cells
from meshmodel.model.events import time_text
from meshmodel.model.secrets import shortened
from meshmodel.model.text import counted, one_line, shorten_name

if TYPE_CHECKING:
    from meshmodel.analysis.trace_records import Possession, TraceCounts, TracedEvent, Verdict
    from meshmodel.analysis.used import ModelUse
    from meshmodel.app.state import OpenedEvent
    from meshmodel.model.records import Reference, Snapshot


_SETTLED: "Final[frozenset[Verdict]]" = frozenset({"none-due", "recorded", "approved"})


SIGNS: "Final[dict[Verdict, str]]" = {
    "none-due": " ",
    "recorded": "◆",
    "approved": "✓",
    "reused": "✖",
    "stale": "✖",
    "unrecorded": "✖",
    "missing": "✖",
    "unknown": "?",
}
"""The sign of each verdict; the word stands beside it."""


WORDS: "Final[dict[Verdict, str]]" = {
    "none-due": "none due",
    "recorded": "recorded",
    "approved": "intended",
    "reused": "reused",
    "stale": "stale",
    "unrecorded": "unrecorded",
    "missing": "missing",
    "unknown": "cannot tell",
}
"""What is said of the decision of an event, in a word or two."""


@dataclass(frozen=True, slots=True)
class LaidLog:
    """A log laid on the model.

    Attributes:
        events: those that are listed.
        tally: the counts of all.
        left_out: how many were counted and are not listed.
        problem: why it could not be read to its end; empty where it was.
        stopped: whether somebody stopped it before its end.
        used: what it shows of grants and intents.
    """

    events: "tuple[TracedEvent, ...]"
    tally: "TraceCounts"
    left_out: int
    problem: str = ""
    stopped: bool = False
    used: "ModelUse | None" = None

    @property
    def is_complete(self) -> bool:
        """Whether the log was followed to its end."""
        return not self.problem and not self.stopped


def needs_attention(traced: "TracedEvent") -> bool:
    """Whether somebody should look at an event: a decision is missing or stale, or something unexplained."""
    return traced.recheck not in _SETTLED or bool(traced.unexplained)


def incomplete_words(laid: LaidLog) -> str:
    """That it was not followed to its end, after which event and why; empty where it was."""
    if laid.is_complete:
        return ""
    why = "stopped" if laid.stopped else laid.problem
    return f"INCOMPLETE after event {laid.tally.events:,}: {why}"


def log_parts(
    name: str, laid: LaidLog | None, problem: str, working: str, *, is_of_this: bool
) -> tuple[list[str], str]:
    """What is said above the events of a log: all that makes them partial, and the counts.

    Args:
        name: of the file.
        laid: what was laid; ``None``: nothing yet.
        problem: why it could not be followed.
        working: how far that is while it is being followed.
        is_of_this: whether it was laid on the model and view in force.
    """
    partial, counts = list[str](), ""
    if problem:
        partial.append(f"{one_line(name)} could not be followed: {problem}")
    elif working:
        partial.append(working)
    elif laid is not None:
        if not laid.is_complete:
            partial.append(incomplete_words(laid))
        counts = f"{one_line(name)}: {summary_words(laid)}; b session, * chain, K names, E used"
    if laid is not None and not is_of_this:
        partial.append("of the model before the last edit, or in the other view: L lays it on this one")
    return partial, counts


def summary_words(laid: LaidLog) -> str:
    """What came of it: how many events there were, how many of them are not listed, and the counts of all."""
    events = counted(laid.tally.events, "event")
    if laid.left_out:
        events += f" ({laid.left_out:,} of them counted, not listed)"
    said = [events]
    said += [
        f"{number:,} {WORDS[verdict]}"
        for verdict, number in reversed(laid.tally.rechecks.items())
        if number and verdict != "none-due"
    ]
    if laid.tally.unexplained:
        said.append(f"{laid.tally.unexplained:,} not explained by the model")
    return ", ".join(said)


def highlighted_by_event(traced: "TracedEvent") -> "frozenset[Reference]":
    """The records that an event touched: who, with what, where, whence it came, and who was asked."""
    found: set[Reference] = set()
    agent, credential, system = traced.agent, traced.credential, traced.event.system
    for table, key in (("agent", agent), ("credential", credential), ("system", system)):
        if key is not None:
            found.add((table, key))
    if credential is not None and system is not None:
        found.add(("grant", (credential, system)))
    if agent is not None and credential is not None:
        found.add(("hold", (agent, credential)))
    yielded = traced.yielded
    if yielded is not None and yielded.system is not None and credential is not None:
        found |= {("system", yielded.system), ("custody", (yielded.system, credential))}
    if yielded is not None and yielded.by is not None and agent is not None and credential is not None:
        if yielded.how == "exchange":
            found |= {("credential", yielded.by), ("exchange", (yielded.by, credential))}
        else:
            found |= {("agent", yielded.by), ("delegation", (yielded.by, agent))}
    if traced.crossing is not None and traced.crossing.source is not None:
        found.add(("system", traced.crossing.source))
    if traced.decision is not None:
        found.add(("checkpoint", traced.decision[0]))
    return frozenset(found)


def highlighted_by_opened_event(opened: "OpenedEvent") -> "frozenset[Reference]":
    """What an open event touched, or the chain by which its credential came, or one link of it."""
    if opened.link is None:
        return highlighted_by_event(opened.event)
    links = chain_of(opened.event)
    chosen = links if opened.link == 0 else links[opened.link - 1 : opened.link]
    return frozenset(each for link in chosen for each in highlighted_by_link(link))


def chain_of(traced: "TracedEvent") -> "list[Possession]":
    """The links of the chain by which the credential of an event came, the nearest first."""
    return [] if traced.authority is None else list(traced.authority.links())


def highlighted_by_link(link: "Possession") -> "set[Reference]":
    """A credential, and what it came from and by."""
    way = link.way
    found: set[Reference] = {("credential", way.credential)}
    if way.system is not None:
        found |= {("system", way.system), ("custody", (way.system, way.credential))}
    if way.how == "exchange" and way.by is not None:
        found |= {("credential", way.by), ("exchange", (way.by, way.credential))}
    elif way.how == "passed" and way.by is not None and way.agent is not None:
        found |= {("agent", way.by), ("delegation", (way.by, way.agent))}
    elif way.how == "held" and way.agent is not None:
        found |= {("agent", way.agent), ("hold", (way.agent, way.credential))}
    return found


def link_words(links: "list[Possession]", number: int) -> str:
    """What is said of a link of a chain, or of all of it (0)."""
    if not number:
        return f"the chain: {' ← '.join(one_line(each.way.credential) for each in links)}; * lights its links"
    link = links[number - 1]
    yielded = link.yielded
    came = "nothing shows how it came"
    if yielded is not None:
        where = yielded.system or yielded.by
        came = {
            "held": "held",
            "passed": f"passed by {yielded.by}",
            "custody": f"handed out by {where}",
            "exchange": f"got for {yielded.by}",
        }[yielded.how or "held"]
        came += "" if yielded.event is None else f" (event {yielded.event})"
    return f"link {number} of {len(links)}: {link.way.credential} as {link.record.principal}, {came}"


def event_words(traced: "TracedEvent", snapshot: "Snapshot") -> list[str]:
    """One event: what happened, with which identity, from where, and whether a checkpoint decided."""
    from meshmodel.answers.trace import TraceText, is_outside, time_of

    number = traced.event.number
    if is_outside(traced):
        return [f"event {number}: the map names neither who nor where"]
    first, *rest = (one_line(each.line, limit=10_000) for each in TraceText(snapshot).event_blocks(traced))
    return [f"{number}  {time_of(traced.event)}{first}", *rest]


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
    """Who acts with which identity, in a narrow column: the name is cut rather than the identity."""
    room = _CLOSE["identity active"] - 1 - cells(f" as {identity}")
    return f"{shorten_name(who, room)} as {identity}" if room >= _LEAST_WHO else identity


def event_matches(traced: "TracedEvent", words: list[str]) -> bool:
    """Whether all words, without capitals, occur in what is said of an event."""
    said = (traced.on_behalf_of or "", *traced.unexplained, *traced.notes)
    text = " ".join((*cells_of_event(traced), *said)).casefold()
    return all(word in text for word in words)
