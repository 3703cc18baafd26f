"""The answers of ``trace``: each observed event explained by the model, as JSON Lines and as blocks."""

from collections.abc import Iterator
from typing import Final

from meshmodel.analysis.rules.base import verb
from meshmodel.analysis.trace_records import Crossed, Tally, TracedEvent, Verdict, Yielded
from meshmodel.answers.blocks import Answer, Paragraph, Section
from meshmodel.answers.lines import Look
from meshmodel.model.events import Event, time_text
from meshmodel.model.secrets import shortened
from meshmodel.model.text import counted, one_line

FORMAT = "meshmodel-trace/1"

_SUMMARY: Final[dict[Verdict, tuple[str, str, Look]]] = {
    "missing": ("✖", "where a decision was due and the model has no checkpoint", "high"),
    "unrecorded": ("✖", "where a decision was due and none is recorded", "high"),
    "stale": ("✖", "where the decision was recorded before the last read that it must follow", "high"),
    "reused": ("✖", "where the decision had been used for an earlier action", "medium"),
    "unknown": ("?", "that cannot be judged", "medium"),
    "recorded": ("◆", "where the decision that was due is recorded", "good"),
    "approved": ("◇", "crossing as intended", "good"),
}


def trace_json(traced: TracedEvent) -> Answer:
    """``meshmodel-trace/1``: one event."""
    event, yielded, crossing, decision = traced.event, traced.yielded, traced.crossing, traced.decision
    return {
        "format": FORMAT,
        "event": event.number,
        "id": None if event.id is None else shortened(event.id),
        "time": None if event.time is None else time_text(event.time),
        "agent": traced.agent,
        "credential": traced.credential,
        "identity": traced.identity,
        "on_behalf_of": traced.on_behalf_of,
        "system": event.system,
        "action": event.action,
        "outcome": "refused" if event.refused else "done",
        "yielded": None
        if yielded is None
        else {"how": yielded.how, "by": yielded.by, "system": yielded.system, "event": yielded.event},
        "crossing": None
        if crossing is None
        else {"source": crossing.source, "event": crossing.event, "severity": crossing.severity},
        "recheck": traced.recheck,
        "checkpoints": list(traced.checkpoints),
        "decision": None if decision is None else {"checkpoint": decision[0], "event": decision[1]},
        "unexplained": list(traced.unexplained),
        "notes": list(traced.notes),
    }


def summary_json(tally: Tally, *, complete: bool) -> Answer:
    """``meshmodel-trace/1``: the last document, which alone says that the log was read to its end."""
    return {
        "format": FORMAT,
        "summary": {
            "events": tally.events,
            "recheck": dict(tally.rechecks),
            "unexplained": tally.unexplained,
            "notes": tally.notes,
        },
        "complete": complete,
    }


def is_outside(traced: TracedEvent) -> bool:
    """Whether it is an event of which a map names nothing; those are only counted."""
    event = traced.event
    return len(event.unmapped) > 1 and traced.agent is None and traced.identity is None and not event.system


def outside_words(number: int) -> str:
    """How many such events there were."""
    return f"· {counted(number, 'event')} of which the map names neither who nor where"


def time_of(event: Event) -> str:
    """When it was, with two blanks behind it; empty where that is not known."""
    return "" if event.time is None else f"{time_text(event.time)}  "


def event_blocks(traced: TracedEvent) -> Iterator[Paragraph]:
    """One event: who did what as whom, where the credential came from, and any decision."""
    before = len(time_of(traced.event))
    yield Paragraph(_event_words(traced), "strong", 7 + before, 2 - before)
    if traced.credential is not None:
        yield Paragraph(_origin_words(traced.credential, traced.yielded), indent=7, hang=2)
    judged = _recheck_words(traced)
    if judged is not None:
        yield Paragraph(judged[0], judged[1], indent=7, hang=2)
    for note in traced.notes:
        yield Paragraph(f"· {note}", indent=7, hang=2)
    for reason in traced.unexplained:
        yield Paragraph(f"? {reason}", "medium", indent=7, hang=2)


def summary_blocks(tally: Tally, *, complete: bool) -> Iterator[Section]:
    """The counts of all events, and whether the log was followed to its end."""
    said = [
        Paragraph(f"{sign} {counted(tally.rechecks[verdict], 'action')} {words}", look, hang=2)
        for verdict, (sign, words, look) in _SUMMARY.items()
        if tally.rechecks[verdict]
    ]
    if tally.unexplained:
        events = counted(tally.unexplained, "event")
        said.append(
            Paragraph(f"? {events} that the model does not explain, whole or in part", "medium", hang=2)
        )
    if not complete:
        until = f"the log could not be followed past event {tally.events}"
        said.append(Paragraph(f"INCOMPLETE: {until}; what comes after it is not told", "high", hang=2))
    yield Section(f"{counted(tally.events, 'event')} laid on the model", said, indent=2)


def _event_words(traced: TracedEvent) -> str:
    event = traced.event
    who = "somebody" if traced.agent is None else one_line(traced.agent)
    if event.action is None and event.checkpoint is not None:
        decided = "refused" if event.refused else "decided"
        return f"{one_line(event.checkpoint)} {decided} for {who}"
    did = "acts on" if event.action is None else verb(event.action)
    where = "an unknown system" if event.system is None else one_line(event.system)
    whom = "" if traced.identity is None else f" as {one_line(traced.identity)}"
    whom += "" if traced.on_behalf_of is None else f" on behalf of {one_line(traced.on_behalf_of)}"
    refused = ", and is refused" if event.refused else ""
    return f"{who} {did} {where}{whom}{refused}{_decided(event)}"


def _decided(event: Event) -> str:
    return "" if event.checkpoint is None else f", decided by {one_line(event.checkpoint)}"


def _origin_words(credential: str, yielded: Yielded | None) -> str:
    if yielded is None:
        return f"with {credential}"
    seen = "" if yielded.event is None else f" (event {yielded.event})"
    match yielded.how:
        case "held":
            return f"with {credential}, which it holds"
        case "passed":
            return f"with {credential}, passed by {yielded.by or 'an agent that sets it to work'}"
        case "exchange":
            place = "" if yielded.system is None else f" at {yielded.system}"
            return f"with {credential}, got for {yielded.by or 'another'}{place}{seen}"
        case "custody":
            return f"with {credential}, handed out by {yielded.system}{seen}"


def _recheck_words(traced: TracedEvent) -> tuple[str, Look] | None:
    """Whether the event needed a decision and got one, and how that looks; ``None`` if none was due."""
    crossing, verdict = traced.crossing, traced.recheck
    if verdict == "none-due":
        return None
    if crossing is None:
        return "? whether a decision was due cannot be told", "medium"
    due = " or ".join(traced.checkpoints)
    name, number = traced.decision or ("", 0)
    decided = f"{name} decided (event {number})"
    look: Look = _SUMMARY[verdict][2]
    match verdict:
        case "recorded":
            said = decided
        case "approved":
            return f"◇ crosses from {_source(crossing)}, as intended: no decision was due", look
        case "reused":
            said = f"{decided}, but for an earlier action; each needs its own"
        case "stale":
            said = f"{decided} before that read"
        case "unrecorded":
            said = f"a decision of {due} was due, and none is recorded"
        case "missing":
            said = f"a decision was due, and the model has no checkpoint there, {crossing.severity}"
            look = crossing.severity or look
        case _:
            said = "whether a decision was due cannot be told"
    return f"{_SUMMARY[verdict][0]} crosses from {_source(crossing)}: {said}", look


def _source(crossing: Crossed) -> str:
    if crossing.source is None:
        return "home"
    return crossing.source if crossing.event is None else f"{crossing.source} (event {crossing.event})"
