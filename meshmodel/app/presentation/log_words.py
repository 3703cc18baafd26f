"""What is said and lit of the events of a log that was laid on a model."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from meshmodel.model.text import counted, one_line

if TYPE_CHECKING:
    from meshmodel.analysis.trace_records import Link, Tally, TracedEvent, Verdict
    from meshmodel.analysis.used import Used
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
    tally: "Tally"
    left_out: int
    problem: str = ""
    stopped: bool = False
    used: "Used | None" = None

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


def chain_of(traced: "TracedEvent") -> "list[Link]":
    """The links of the chain by which the credential of an event came, the nearest first."""
    return [] if traced.authority is None else list(traced.authority.links())


def highlighted_by_link(link: "Link") -> "set[Reference]":
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


def link_words(links: "list[Link]", number: int) -> str:
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
    """One event in words: what happened, as whom, whence, and whether somebody was asked."""
    from meshmodel.answers.trace import TraceText, is_outside, time_of

    number = traced.event.number
    if is_outside(traced):
        return [f"event {number}: the map names neither who nor where"]
    first, *rest = (one_line(each.line, limit=10_000) for each in TraceText(snapshot).event_blocks(traced))
    return [f"{number}  {time_of(traced.event)}{first}", *rest]
