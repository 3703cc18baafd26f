"""The answers of ``trace``: each observed event explained by the model, as JSON Lines and as text."""

from collections.abc import Iterator

from meshmodel.analysis.attribution import Yielded
from meshmodel.analysis.rules.base import verb
from meshmodel.analysis.trace import Crossed, Tally, TracedEvent, Verdict
from meshmodel.answers.blocks import Answer
from meshmodel.answers.style import Style, counted, wrap
from meshmodel.model.events import Event, time_text
from meshmodel.model.text import one_line

FORMAT = "meshmodel-trace/1"

_SUMMARY: dict[Verdict, tuple[str, str, str]] = {
    "missing": ("✖", "where a decision was due and the model has no checkpoint", "high"),
    "unrecorded": ("✖", "where a decision was due and none is recorded", "high"),
    "stale": ("✖", "where the decision was recorded before the last read that it must follow", "high"),
    "reused": ("✖", "where the decision had been used for an earlier action", "medium"),
    "unknown": ("?", "that cannot be judged", "medium"),
    "recorded": ("◆", "where the decision that was due is recorded", "good"),
    "approved": ("◇", "crossing as intended", "good"),
}


def trace_answer(traced: TracedEvent) -> Answer:
    """``meshmodel-trace/1``: one event."""
    event, yielded, crossing, decision = traced.event, traced.yielded, traced.crossing, traced.decision
    return {
        "format": FORMAT,
        "event": event.number,
        "id": event.id,
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


def summary_answer(tally: Tally, *, complete: bool) -> Answer:
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


class TraceText:
    """What ``trace`` prints, event by event; events of which a map names nothing are only counted."""

    def __init__(self, style: Style) -> None:
        self.style = style
        self._outside = 0

    def lines(self, traced: TracedEvent) -> Iterator[str]:
        """The lines of one event: who did what as whom, where the credential came from, and any decision."""
        event = traced.event
        if len(event.unmapped) > 1 and traced.agent is None and traced.identity is None and not event.system:
            self._outside += 1
            return
        yield from self._folded()
        style = self.style
        time = "" if event.time is None else f"{time_text(event.time)}  "
        number = style.paint(f"{event.number:>5}", "muted")
        begin, *more = wrap(_event_words(traced), style, "         ", f"       {' ' * len(time)}")
        yield f"{number}  {time}{style.paint(begin.lstrip(), 'strong')}"
        yield from (style.paint(line, "strong") for line in more)
        came = None if traced.credential is None else _origin_words(traced.credential, traced.yielded)
        if came is not None:
            yield from wrap(came, style, "         ", "       ")
        judged = _recheck_words(traced)
        if judged is not None:
            glyph, text, look = judged
            for line in wrap(text, style, "         ", f"       {style.drawn(glyph)} "):
                yield style.paint(line, look)
        for note in traced.notes:
            yield from wrap(note, style, "         ", f"       {style.drawn('·')} ")
        for reason in traced.unexplained:
            for line in wrap(reason, style, "         ", "       ? "):
                yield style.paint(line, "medium")

    def summary(self, tally: Tally, *, complete: bool) -> Iterator[str]:
        """The last lines."""
        yield from self._folded()
        style = self.style
        yield ""
        yield style.paint(f"{counted(tally.events, 'event')} laid on the model", "strong")
        for verdict, (glyph, said, look) in _SUMMARY.items():
            if tally.rechecks[verdict]:
                number = counted(tally.rechecks[verdict], "action")
                yield style.paint(f"  {style.drawn(glyph)} {number} {said}", look)
        if tally.unexplained:
            explained = (
                f"{counted(tally.unexplained, 'event')} that the model does not explain, whole or in part"
            )
            yield style.paint(f"  ? {explained}", "medium")
        if not complete:
            yield style.paint(
                f"  INCOMPLETE: the log could not be followed past event {tally.events}; "
                "what comes after it is not told",
                "high",
            )

    def _folded(self) -> Iterator[str]:
        if self._outside:
            number, self._outside = self._outside, 0
            said = f"{counted(number, 'event')} of which the map names neither who nor where"
            yield f"       {self.style.drawn('·')} {said}"


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


def _recheck_words(traced: TracedEvent) -> tuple[str, str, str] | None:
    """Whether the event needed a decision and got one: glyph, words and look; ``None`` if none was due."""
    crossing, verdict = traced.crossing, traced.recheck
    if verdict == "none-due":
        return None
    if crossing is None:
        return "?", "whether a decision was due cannot be told", "medium"
    source = _source(crossing)
    due = " or ".join(traced.checkpoints)
    name, number = traced.decision or ("", 0)
    match verdict:
        case "recorded":
            return "◆", f"crosses from {source}: {name} decided (event {number})", "good"
        case "approved":
            return "◇", f"crosses from {source}, as intended: no decision was due", "good"
        case "reused":
            used = f"{name} decided (event {number}), but for an earlier action; each needs its own"
            return "✖", f"crosses from {source}: {used}", "medium"
        case "stale":
            return "✖", f"crosses from {source}: {name} decided (event {number}) before that read", "high"
        case "unrecorded":
            return "✖", f"crosses from {source}: a decision of {due} was due, and none is recorded", "high"
        case "missing":
            said = "a decision was due, and the model has no checkpoint there"
            return "✖", f"crosses from {source}: {said}, {crossing.severity}", crossing.severity or "high"
        case _:
            return "?", f"crosses from {source}: whether a decision was due cannot be told", "medium"


def _source(crossing: Crossed) -> str:
    if crossing.source is None:
        return "home"
    return crossing.source if crossing.event is None else f"{crossing.source} (event {crossing.event})"
