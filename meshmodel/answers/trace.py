"""The answers of ``trace``: each observed event explained by the model, as JSON Lines and as blocks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from meshmodel.analysis.incident import ToRevoke
from meshmodel.analysis.rules.base import verb
from meshmodel.analysis.session_states import SESSIONS, SessionStates
from meshmodel.analysis.trace_records import (
    Acquisition,
    CredentialState,
    Possession,
    Run,
    TraceCounts,
    TracedEvent,
    Verdict,
)
from meshmodel.answers.blocks import Answer, Paragraph, Section, fields_json
from meshmodel.answers.lines import Look
from meshmodel.answers.measures import named_in, title_in
from meshmodel.model.events import Event, time_text
from meshmodel.model.records import Snapshot
from meshmodel.model.secrets import shortened
from meshmodel.model.text import counted, first_few, name_list, one_line

if TYPE_CHECKING:
    from meshmodel.logs.mapping import MapRule
    from meshmodel.logs.several import ReadLog

FORMAT = "meshmodel-trace/2"
_TOLD: Final = 50_000
"""So many chains are kept as told, and so many actions as done; then they begin anew."""
_TWICE: Final = 5.0
"""Seconds within which two logs may tell one act."""
_OFTEN: Final = 5
"""So often it may be by chance."""
_RULES: Final = 5
"""So many rules of a map are named."""

_SUMMARY: Final[dict[Verdict, tuple[str, str, Look]]] = {
    "missing": ("✖", "had no checkpoint where one is needed", "high"),
    "unrecorded": ("✖", "had a checkpoint, and no decision is recorded", "high"),
    "stale": ("✖", "had a decision from before the last read", "high"),
    "reused": ("✖", "had a decision that an earlier action had used", "medium"),
    "unknown": ("?", "cannot be judged", "medium"),
    "recorded": ("◆", "had the decision of a checkpoint", "good"),
    "approved": ("✓", "went as intended", "good"),
}


_STATES: Final[dict[CredentialState, tuple[str, str, Look]]] = {
    "revoked": ("✖", "with a credential that had been taken back", "high"),
    "expired": ("✖", "with a credential whose lifetime was over", "medium"),
    "unseen": ("·", "with a credential whose issue no event shows", "muted"),
}


@dataclass(slots=True)
class TraceSummary:
    """What came of a trace, kept while it runs.

    Attributes:
        logs: those that are read.
        sessions: the states of the sessions.
        tally: the counts of the events that are shown.
        laid: how many events there were.
        unused_rules: the rules of the map that no record used, once the logs were read to their end.
    """

    logs: "Sequence[ReadLog]"
    sessions: SessionStates
    tally: TraceCounts = field(default_factory=TraceCounts)
    laid: int = 0
    unused_rules: "Sequence[MapRule]" = ()
    _log_of: bytearray = field(default_factory=bytearray)
    _numbers: dict[str | None, int] = field(default_factory=dict)
    _done: dict[tuple[Run, str | None, str | None], tuple[float, str | None]] = field(default_factory=dict)
    _twice: dict[tuple[str, str], int] = field(default_factory=dict)
    _sessions_of: dict[str, dict[str | None, tuple[bool, bool]]] = field(default_factory=dict)

    def add(self, traced: TracedEvent, *, is_shown: bool) -> bool:
        """Count one event; whether it is shown."""
        self.laid += 1
        if len(self.logs) > 1:
            if not self._numbers:
                self._numbers = {each.file.name: at for at, each in enumerate(self.logs)}
            self._log_of.append(self._numbers.get(traced.event.log, 0))
        if traced.agent is not None:
            event = traced.event
            by_log = self._sessions_of.setdefault(traced.agent, {})
            named, unnamed = by_log.get(event.log, (False, False))
            by_log[event.log] = named or event.session is not None, unnamed or event.session is None
        if len(self.logs) > 1:
            self._compare(traced)
        if is_shown:
            self.tally.add(traced)
        return is_shown

    def _compare(self, traced: TracedEvent) -> None:
        """Count what two logs may both tell: the same done at about the same time."""
        event = traced.event
        if event.time is None or not traced.is_done:
            return
        key = traced.run, event.system, event.action
        time, log = self._done.get(key, (-_TWICE, event.log))
        if log != event.log and event.time - time < _TWICE:
            both = min(str(log), str(event.log)), max(str(log), str(event.log))
            self._twice[both] = self._twice.get(both, 0) + 1
        if len(self._done) >= _TOLD:
            self._done.clear()
        self._done[key] = event.time, event.log

    def letter_of(self, number: int) -> str:
        """The letter of the log of an event, by its number; empty if there is one log."""
        return log_letter(self._log_of[number - 1]) if 0 < number <= len(self._log_of) else ""

    def head(self) -> Iterator[Paragraph]:
        """A line for each of several logs, with its letter."""
        if len(self.logs) > 1:
            for at, each in enumerate(self.logs):
                yield Paragraph(f"{log_letter(at)}: {log_words(each)}", "muted", hang=3)

    @property
    def warnings(self) -> list[str]:
        """What makes sessions less than they seem."""
        found = []
        if self.sessions.forgotten:
            found.append(
                f"{counted(self.sessions.forgotten, 'session')} forgotten: there were more than {SESSIONS:,}"
            )
        for agent, logs in sorted(self._sessions_of.items()):
            named = [log or "" for log, (has, _) in logs.items() if has]
            never = [log or "" for log, (has, _) in logs.items() if not has]
            if named and never:
                found.append(
                    f"{one_line(agent)} has sessions in {', '.join(sorted(named))}, and none in "
                    f"{', '.join(sorted(never))}: what was there is not known in its sessions"
                )
        found += [
            f"{one} and {other} have the same {count} times within {_TWICE:.0f} seconds: if both tell one "
            "act, let the map ignore it in one of them"
            for (one, other), count in sorted(self._twice.items())
            if count > _OFTEN
        ]
        return found


def trace_json(traced: TracedEvent) -> Answer:
    """``meshmodel-trace/2``: one event."""
    event = traced.event
    return {
        "format": FORMAT,
        "event": event.number,
        "log": event.log,
        "id": _handle(event.id),
        "time": _time(event.time),
        "agent": traced.agent,
        "session": _handle(event.session),
        "credential": traced.credential,
        "token": _handle(event.token),
        **fields_json(traced, "credential_state", "identity", "on_behalf_of"),
        "logged_on_behalf_of": event.on_behalf_of,
        **fields_json(event, "system", "action"),
        "outcome": "refused" if event.refused else "done",
        "yields": event.yields,
        "yields_token": _handle(event.yields_token),
        "revokes": event.revokes,
        "yielded": fields_json(traced.yielded),
        "authority": [_link_json(each) for each in traced.authority.links()] if traced.authority else [],
        "crossing": fields_json(traced.crossing, "source", "event", "severity"),
        **fields_json(traced, "recheck", "checkpoints"),
        "decision": _decided_json(traced.decision),
        "refusal": _decided_json(traced.refusal),
        **fields_json(traced, "unexplained", "notes"),
    }


def _decided_json(decided: tuple[str, int] | None) -> Answer | None:
    return None if decided is None else {"checkpoint": decided[0], "event": decided[1]}


def _handle(handle: str | None) -> str | None:
    return None if handle is None else shortened(handle)


def _time(time: float | None) -> str | None:
    return None if time is None else time_text(time)


def _link_json(link: Possession) -> Answer:
    yielded = link.yielded or Acquisition(None)
    identity = {"identity": link.record.principal, "on_behalf_of": link.record.on_behalf_of}
    return {"credential": link.way.credential, **identity, **fields_json(yielded)}


def summary_json(summary: TraceSummary, revoke: Sequence[ToRevoke], *, complete: bool) -> Answer:
    """``meshmodel-trace/2``: the last document, which alone says that the logs were read to their end."""
    tally = summary.tally
    return {
        "format": FORMAT,
        "summary": {
            "events": tally.events,
            "laid": summary.laid,
            "logs": [log_json(each) for each in summary.logs],
            "recheck": dict(tally.rechecks),
            "credential_state": dict(tally.credential_states),
            "unexplained": tally.unexplained,
            "notes": tally.notes,
            "forgotten_sessions": summary.sessions.forgotten,
            "warnings": summary.warnings,
            "revoke": [_revoke_json(each) for each in revoke],
            **unused_json(summary.unused_rules),
        },
        "complete": complete,
    }


def unused_json(rules: "Sequence[MapRule]") -> Answer:
    """The rules of a map that no record used, if there are any, as a part of an answer."""
    return {"unused_rules": fields_json(tuple(rules))} if rules else {}


def _revoke_json(each: ToRevoke) -> Answer:
    yielded = None if each.link is None else each.link.yielded
    return {
        **fields_json(each, "credential", "why", "event"),
        "yielded": fields_json(yielded),
        "revoked": each.revoked,
        "ended": _time(each.ended),
        "others": list(each.others),
    }


def log_json(log: "ReadLog") -> Answer:
    """A log that was read, with what tells whether it is the same again."""
    return {
        "log": log.file.name,
        **fields_json(log, "form", "sha256", "size", "events", "in_sessions", "ignored"),
        "first": _time(log.first),
        "last": _time(log.last),
        "shift": log.file.shift,
        "complete": not log.problem,
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


class TraceText:
    """Tells events in text: numbers with the letter of their log, and each chain of credentials once."""

    def __init__(self, snapshot: Snapshot, summary: TraceSummary | None = None) -> None:
        """Arguments: the model, which names what it has; of what logs the events are, if of several."""
        self.snapshot = snapshot
        self._letter_of = (lambda _: "") if summary is None else summary.letter_of
        self._told: dict[tuple[Run, str], Possession] = {}

    def name(self, table: str, key: str | None, unknown: str) -> str:
        """What people call an element; ``unknown`` where none is named."""
        return unknown if key is None else title_in(self.snapshot, table, key)

    def event_blocks(self, traced: TracedEvent) -> Iterator[Paragraph]:
        """One event: who did what with which identity, where the credential came from, and any decision."""
        before = len(time_of(traced.event))
        yield Paragraph(self.event_words(traced), "strong", 7 + before, 2 - before)
        if traced.credential is not None:
            yield Paragraph(self._origin_words(traced, traced.credential), indent=7, hang=2)
        judged = self.recheck_words(traced)
        if judged is not None:
            yield Paragraph(judged[0], judged[1], indent=7, hang=2)
        for note in traced.notes:
            yield Paragraph(f"· {note}", indent=7, hang=2)
        for reason in traced.unexplained:
            yield Paragraph(f"? {reason}", "medium", indent=7, hang=2)

    def _origin_words(self, traced: TracedEvent, credential: str) -> str:
        """Where a credential came from; the whole chain where it is first presented in a session."""
        link = traced.authority
        words = f"with {title_in(self.snapshot, 'credential', credential)}{self._came(traced.yielded)}"
        if link is None or link.before is None:
            return words
        key = traced.run, credential
        if self._told.get(key) is link:
            return words
        if len(self._told) >= _TOLD:
            self._told.clear()
        self._told[key] = link
        chain = [
            f"{self.name('credential', each.way.credential, '')}{_person(each)}{self._came(each.yielded)}"
            for each in link.before.links()
        ]
        return " ← ".join([words, *chain])

    def _came(self, yielded: Acquisition | None) -> str:
        """How a credential came, after its name."""
        if yielded is None:
            return ""
        seen = "" if yielded.event is None else f" in event {yielded.event}{self._letter_of(yielded.event)}"
        match yielded.how:
            case "held":
                return " (its own)"
            case "passed":
                return f", handed over by {self.name('agent', yielded.by, 'an agent that calls it')}"
            case "exchange":
                place = "" if yielded.system is None else f" at {self.name('system', yielded.system, '')}"
                return f", got for {self.name('credential', yielded.by, 'another')}{place}{seen}"
            case _:
                return f", got from {self.name('system', yielded.system, 'a system')}{seen}"

    def _event(self, number: int | None) -> str:
        """An event before, in brackets; empty if none shows it."""
        return "" if number is None else f" (event {number}{self._letter_of(number)})"

    def recheck_words(self, traced: TracedEvent) -> tuple[str, Look] | None:
        """Whether a checkpoint had to decide and did, and how that looks; ``None`` if none had to."""
        crossing, verdict = traced.crossing, traced.recheck
        sign, _, look = _SUMMARY.get(verdict, ("", "", "muted"))
        if verdict == "none-due":
            return None
        if crossing is None or verdict == "unknown":
            return f"{sign} whether a checkpoint had to decide is not known", look
        due = " or ".join(traced.checkpoints)
        name, number = traced.decision or traced.refusal or ("", 0)
        source = self.name("system", crossing.source, "")
        read = f" {source} was read{self._event(crossing.event)}" if source else ""
        level = "" if crossing.severity is None else f"{crossing.severity.upper()}: "
        match verdict:
            case _ if traced.refusal is not None:
                name, number = traced.refusal
                said = f"{level}{name} refused{self._event(number)}, and it was done all the same"
            case "recorded":
                said = f"{name} decided{self._event(number)}"
            case "approved":
                said = "intended use: no checkpoint is needed"
            case "reused":
                said = f"{level}{name} decided{self._event(number)} for an earlier action; each needs its own"
            case "stale":
                said = f"{level}{name} decided{self._event(number)} before{read or ' it was triggered'}"
            case "unrecorded":
                said = f"{level}{due} had to decide{read and f' after{read}'}, and no decision is recorded"
            case _:
                said = f"{level}no checkpoint decides{read and f' after{read}'}"
                look = crossing.severity or look
        return f"{sign} {said}", look

    def event_words(self, traced: TracedEvent) -> str:
        """Who did what, with which identity, in which session."""
        event = traced.event
        who = self.name("agent", traced.agent, "somebody")
        if event.action is None and event.checkpoint is not None:
            decided = "refused" if event.refused else "decided"
            return f"{one_line(event.checkpoint)} {decided} for {who}"
        did = "acts on" if event.action is None else verb(event.action)
        where = self.name("system", event.system, "an unknown system")
        whom = "" if traced.identity is None else f" as {one_line(traced.identity)}"
        whom += "" if traced.on_behalf_of is None else f" on behalf of {one_line(traced.on_behalf_of)}"
        refused = ", and is refused" if event.refused else ""
        session = "" if event.session is None else f" [{shortened(event.session)}]"
        return f"{who} {did} {where}{whom}{refused}{_decided(event)}{session}"

    def revoke_words(self, each: ToRevoke) -> tuple[str, str, str]:
        """Why a credential is to be revoked, whether it is valid still, and who needs a new one first."""

        def at(number: int | None) -> str:
            return "" if number is None else f" in event {number}{self._letter_of(number)}"

        link, where = each.link, at(each.event)
        match each.why:
            case "unknown":
                why = f"somebody unknown used it{where}"
            case "taken":
                why = f"taken from {self.name('system', link and link.way.system, 'a system')}{where}"
            case "ended":
                why = f"still accepted after its end{where}"
            case "issued":
                by = self.name("credential", link and (link.way.by or link.way.presented), "")
                by = f" for {by}" if by else ""
                why = f"issued{by}{where}"
            case "endless":
                why = "it never ends by itself"
                if link is not None and link.way.how is None:
                    why += ", and nothing shows how it came"
            case _:
                why = "whoever has the first can get it"
        state = "still valid, as far as the logs show"
        if each.revoked is not None:
            state = f"not valid: revoked{at(each.revoked)}"
        elif each.ended is not None:
            state = f"not valid: ended by itself at {time_text(each.ended)}"
        return (
            why,
            state,
            name_list([self.name("agent", other, "") for other in each.others]) or "nobody else",
        )


def log_letter(number: int) -> str:
    """The letter of a log, by its place: A, B, … Z, AA, AB, …"""
    return (log_letter(number // 26 - 1) if number >= 26 else "") + chr(ord("A") + number % 26)


def log_words(log: "ReadLog") -> str:
    """A log in a line: its name, form, events and times."""
    words = f"{log.file.name}, {log.form}, {counted(log.events, 'event')}"
    if log.first is not None and log.last is not None:
        words += f", {time_text(log.first)} to {time_text(log.last)}"
    if log.file.shift:
        words += f", shifted by {log.file.shift:+g} s"
    if log.in_sessions < log.events:
        words += f", {log.in_sessions:,} of them in sessions" if log.in_sessions else ", none in a session"
    return words + ignored_words(log)


def ignored_words(log: "ReadLog") -> str:
    """How many records the map leaves out of a log, to be put behind others."""
    return f", {counted(log.ignored, 'record')} left out by the map" if log.ignored else ""


def unused_words(rules: "Sequence[MapRule]") -> str:
    """That no record used these rules of a map; empty if there are none."""
    named = first_few([f"[[{each.table}]] {each.number} ({each.match})" for each in rules], _RULES)
    return f"no record uses {counted(len(rules), 'rule')} of the map: {named}" if rules else ""


def summary_blocks(
    summary: TraceSummary, text: TraceText, revoke: Sequence[ToRevoke] = (), *, complete: bool
) -> Iterator[Section]:
    """The counts of all events shown, whether the logs were followed to their end, and what to revoke."""
    tally = summary.tally
    lines = [
        Paragraph(f"{sign} {counted(tally.rechecks[verdict], 'action')} {words}", look, hang=2)
        for verdict, (sign, words, look) in _SUMMARY.items()
        if tally.rechecks[verdict]
    ]
    lines += [
        Paragraph(f"{sign} {counted(tally.credential_states[state], 'action')} {words}", look, hang=2)
        for state, (sign, words, look) in _STATES.items()
        if tally.credential_states[state]
    ]
    if tally.unexplained:
        events = counted(tally.unexplained, "event")
        lines.append(
            Paragraph(f"? {events} that the model does not explain, whole or in part", "medium", hang=2)
        )
    ignored = sum(each.ignored for each in summary.logs)
    if ignored:
        lines.append(Paragraph(f"· {counted(ignored, 'record')} left out, as the map says", "muted", hang=2))
    if summary.unused_rules:
        lines.append(Paragraph(f"? {unused_words(summary.unused_rules)}", "medium", hang=2))
    lines += [Paragraph(f"· {each}", hang=2) for each in summary.warnings]
    if not complete:
        lines.append(Paragraph(incomplete_words(summary), "high", hang=2))
    shown = f", {tally.events:,} of them shown" if tally.events < summary.laid else ""
    yield Section(f"{counted(summary.laid, 'event')}{shown}", lines, indent=2)
    if revoke:
        yield Section("What to revoke, in order", list(_revoke_lines(revoke, text)), indent=2)


def _revoke_lines(found: Sequence[ToRevoke], text: TraceText) -> Iterator[Paragraph]:
    for number, each in enumerate(found, 1):
        why, state, others = text.revoke_words(each)
        first = f"; {others} needs a new one first" if each.others else ""
        name, id_ = named_in(text.snapshot, "credential", each.credential)
        yield Paragraph(f"{number}. {name}: {why}; {state}{first}{id_}", hang=3)


def incomplete_words(summary: TraceSummary) -> str:
    """That the logs were not read to their end."""
    cut = [each.file.name for each in summary.logs if each.problem]
    if cut:
        return f"INCOMPLETE: {', '.join(cut)} could not be read to the end; what comes after it is not told"
    until = f"the log could not be followed past event {summary.laid}"
    return f"INCOMPLETE: {until}; what comes after it is not told"


def _decided(event: Event) -> str:
    return "" if event.checkpoint is None else f", decided by {one_line(event.checkpoint)}"


def _person(link: Possession) -> str:
    person = link.record.on_behalf_of
    return "" if person is None else f" on behalf of {person}"
