"""The page of an incident, for a responder: the worst event, what to revoke, what happened, what is unknown.

Its order is that of ``docs/logs.md#for-a-responder``.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from meshmodel.analysis.incident import Incident
from meshmodel.analysis.trace_records import (
    WRONG,
    Possession,
    Run,
    TracedEvent,
    Verdict,
    is_by_unknown,
    is_bypass,
    is_past_end,
    is_wrong,
)
from meshmodel.answers.blocks import Block, Facts, Heading, Paragraph, Table, plain
from meshmodel.answers.measures import named_in, title_in
from meshmodel.answers.report.tree import Report
from meshmodel.answers.trace import (
    TraceSummary,
    TraceText,
    ignored_words,
    incomplete_words,
    log_letter,
)
from meshmodel.answers.used import used_blocks
from meshmodel.exporters.diagram.compact import stamp
from meshmodel.model.events import SectionRemark, seconds_text, time_text
from meshmodel.model.phrases import VIEWS
from meshmodel.model.records import Snapshot
from meshmodel.model.secrets import shortened
from meshmodel.model.text import counted

_MOST: Final = 20
"""So many lines of one kind are told, and how many more there are."""
_GAPS: Final = 5
"""So many gaps of a log are told one by one."""
_MOST_EVENTS: Final = 2_000
"""So many events the timeline has."""
_UNASKED: Final[tuple[tuple[Verdict, str], ...]] = (
    ("missing", "The model has no checkpoint there"),
    ("unrecorded", "No decision is recorded"),
    ("stale", "The decision came before the last read"),
    ("reused", "A decision used twice"),
)


@dataclass(frozen=True, slots=True)
class TraceRequest:
    """How a trace was asked for.

    Attributes:
        begin, end: the times that were wanted.
        map_digest: the SHA-256 of the map; empty: there is none.
        part: what alone is shown, in words; empty: everything.
        view: of the model.
    """

    begin: float | None
    end: float | None
    map_digest: str
    part: str
    view: str


def incident_page(
    snapshot: Snapshot, incident: Incident, summary: TraceSummary, laid: TraceRequest, *, complete: bool
) -> Report:
    """The page.

    Args:
        snapshot: the model.
        incident: what the events show.
        summary: the logs, and how far they were read.
        laid: what was asked for.
        complete: whether the logs were read to their end.
    """
    title = f"{snapshot.about.name or 'A model without a name'}: what happened"
    page = _IncidentPage(snapshot, incident, summary, laid, complete)
    return Report.of(title, stamp(snapshot), (Heading(1, title), *page.blocks()))


class _IncidentPage:
    def __init__(
        self,
        snapshot: Snapshot,
        incident: Incident,
        summary: TraceSummary,
        laid: TraceRequest,
        complete: bool,
    ) -> None:
        self._snapshot, self._incident, self._summary = snapshot, incident, summary
        self._laid, self._complete, self._text = laid, complete, TraceText(snapshot, summary)
        self._sessions = incident.sessions

    def blocks(self) -> Iterator[Block]:
        if not self._complete:
            yield Paragraph(incomplete_words(self._summary), "lead")
        sections: tuple[tuple[str, Callable[[], Iterator[Block]]], ...] = (
            ("The worst", self._worst),
            ("What to revoke, in order", self._revoke),
            ("Timeline", self._timeline),
            ("What is wrong, by kind", self._by_kind),
            ("What the logs cannot tell", self._unknown),
            ("Used and never used", self._used),
            ("What was read", self._logs),
        )
        for title, blocks in sections:
            yield Heading(2, title)
            yield from blocks()

    def _logs(self) -> Iterator[Block]:
        laid = self._laid
        yield Facts.of(
            ("Model", f"{stamp(self._snapshot)}, {VIEWS[laid.view]}"),
            ("Map", f"sha256:{laid.map_digest}" if laid.map_digest else None),
            ("From", _time(laid.begin)),
            ("Until", _time(laid.end)),
            ("Shown", laid.part),
            ("Times", "UTC"),
            ("Events", f"{self._summary.laid:,}"),
        )
        rows = []
        for number, each in enumerate(self._summary.logs):
            letter = f"{log_letter(number)}: " if len(self._summary.logs) > 1 else ""
            state = "cut" if each.problem else "whole"
            size = "" if each.size is None else f"{each.size:,}"
            shift = f", shifted by {each.file.shift:+g} s" if each.file.shift else ""
            name = f"{letter}{each.file.name}, {each.form}{shift}, {state}{ignored_words(each)}"
            rows.append((name, f"{each.events:,}", _time(each.first), _time(each.last), size, each.sha256))
        yield Table.of(("Log", "Events", "First", "Last", "Bytes", "SHA-256"), (26, 8, 17, 17, 10, 22), rows)
        gaps = tuple(each for log in self._incident.logs for each in self._gaps(log))
        if gaps:
            yield Table.items(gaps)

    def _gaps(self, log: str) -> Iterator[str]:
        found = self._incident.gaps(log)
        for each in found[:_GAPS]:
            apart, usual = seconds_text(each.end - each.begin), seconds_text(each.usual)
            times = f"from {time_text(each.begin)} to {time_text(each.end)}"
            yield f"{log}: nothing for {apart}, {times}; usual is {usual}"
        if len(found) > _GAPS:
            yield f"{log}: {len(found) - _GAPS:,} shorter gaps of more than 10 times the usual"

    def _worst(self) -> Iterator[Block]:
        """The worst event: who did what with which identity, what is wrong, and how the credential came."""
        traced, unjudged = self._incident.worst, len(self._incident.unjudged)
        if traced is None:
            yield Paragraph("Nothing is wrong, as far as the logs show.")
        else:
            when = self._when(traced)
            said = [f"{when[0].upper()}{when[1:]} {self._text.event_words(traced)}", *self._wrong(traced)]
            sentences = [f"{each[0].upper()}{each[1:]}" for each in said]
            chain = [] if traced.authority is None else [*traced.authority.links()][::-1]
            yield Paragraph(". ".join(sentences) + ".", "lead")
            if chain:
                yield Paragraph(" ".join(f"{self._came(each)}." for each in chain))
            others = len(self._incident.wrong) - 1
            if others:
                yield Paragraph(f"{counted(others, 'more event')} with something wrong: see below.")
        if unjudged:
            yield Paragraph(f"{counted(unjudged, 'session')} cannot be judged.")

    def _wrong(self, traced: TracedEvent) -> Iterator[str]:
        """What is wrong with an event."""
        if is_by_unknown(traced):
            yield "no active agent of the model could have done this"
        if is_past_end(traced):
            name = self._text.name("credential", traced.credential, "it")
            yield f"{name} had ended, and was still accepted"
        if is_bypass(traced):
            yield "it went past a checkpoint"
        judged = self._text.recheck_words(traced)
        if judged is not None and traced.recheck in WRONG:
            yield judged[0].lstrip("✖ ")

    def _came(self, link: Possession) -> str:
        way, name = link.way, self._text.name("credential", link.way.credential, "")
        when = (
            ""
            if link.moment is None
            else f"At {time_text(link.moment.time)} (event {self._place(link.moment.number)}) "
        )
        who, where = (
            self._text.name("agent", way.agent, "somebody"),
            self._text.name("system", way.system, ""),
        )
        match way.how:
            case "held":
                return f"{who} holds {name}"
            case "passed":
                return (
                    f"{self._text.name('agent', way.by, 'an agent that calls it')} hands over {name} to {who}"
                )
            case "custody":
                return f"{when}{where or 'a system'} handed out {name} to {who}"
            case "exchange":
                other = self._text.name("credential", way.by, "another")
                return f"{when}{who} got {name} for {other}{f' at {where}' if where else ''}"
            case _:
                return f"{who} had {name}, and nothing shows whence"

    def _timeline(self) -> Iterator[Block]:
        left = _MOST_EVENTS
        if not self._sessions:
            yield Paragraph("No session has something wrong.")
        untold = 0
        for (agent, session), events in self._sessions.items():
            if left:
                named = "events without a session" if session is None else f"session {shortened(session)}"
                yield Heading(3, f"{self._text.name('agent', agent, 'somebody')}, {named}")
                yield self._table(events[:left])
            untold += max(0, len(events) - left)
            left = max(0, left - len(events))
        if untold:
            yield Paragraph(f"{counted(untold, 'more event')} of such sessions; --session shows one alone.")
        unjudged = self._incident.unjudged - set(self._sessions)
        fine = {each.run for each in self._incident.shown} - unjudged - set(self._sessions)
        yield from self._counts("Sessions that cannot be judged", unjudged)
        yield from self._counts("Sessions in which nothing is wrong", fine)

    def _counts(self, title: str, runs: set[Run]) -> Iterator[Block]:
        """How many events the agents have in some sessions."""
        found = Counter(each.run for each in self._incident.shown if each.run in runs)
        agents: dict[str, list[int]] = {}
        for (agent, _), number in found.items():
            agents.setdefault(self._text.name("agent", agent, "somebody"), []).append(number)
        if agents:
            yield Heading(3, title)
            yield Table.items(
                tuple(
                    f"{who}: {counted(sum(each), 'event')} in {counted(len(each), 'session')}"
                    for who, each in agents.items()
                )
            )

    def _table(self, events: Sequence[TracedEvent]) -> Table:
        """Events; what the record says stands apart from what is concluded."""
        rows = []
        for each in events:
            event = each.event
            _, *concluded = self._text.event_blocks(each)
            mark = "✖ " if is_wrong(each) else ""
            record = "" if event.id is None else f", record {shortened(event.id)}"
            rows.append(
                (
                    f"{mark}{self._place(event.number)}",
                    _time(event.time),
                    f"{self._text.event_words(each)}{record}",
                    "; ".join(block.line for block in concluded),
                )
            )
        return Table.of(
            ("Event", "Time", "What happened", "What follows by the model"), (8, 16, 34, 42), rows
        )

    def _revoke(self) -> Iterator[Block]:
        found = self._incident.revocations.rows()
        if not found:
            yield Paragraph("Nothing was taken, as far as the logs show.")
            return
        yield Table.of(
            ("Credential", "Why", "State", "Who needs a new one first"),
            (24, 32, 22, 22),
            (
                (
                    f"{number}. {''.join(named_in(self._snapshot, 'credential', each.credential))}",
                    *self._text.revoke_words(each),
                )
                for number, each in enumerate(found, 1)
            ),
        )

    def _by_kind(self) -> Iterator[Block]:
        wrong = self._incident.wrong
        refused = [each for each in wrong if each.refusal]
        parts = [
            ("By somebody whom the model does not know", [each for each in wrong if is_by_unknown(each)]),
            ("Refused, and done all the same", refused),
        ]
        for verdict, title in _UNASKED:
            parts.append((title, [each for each in wrong if each.recheck == verdict and not each.refusal]))
        parts.append(("A checkpoint bypassed", [each for each in wrong if is_bypass(each)]))
        parts.append(("A credential used after its end", [each for each in wrong if is_past_end(each)]))
        if not any(events for _, events in parts):
            yield Paragraph("A checkpoint decided wherever one had to, as far as the logs show.")
        for title, events in parts:
            if events:
                yield Heading(3, title)
                yield Table.items(_some([f"{self._when(each)} {self._asked(each)}" for each in events]))

    def _asked(self, traced: TracedEvent) -> str:
        return ": ".join([self._text.event_words(traced), *self._wrong(traced)])

    def _unknown(self) -> Iterator[Block]:
        lines = _some([f"{what}: {counted(often, 'event')}" for what, often in self._remarks().most_common()])
        known = (*self._mapped(), *self._without_log(), *self._summary.warnings)
        yield Table.items((*map(plain, known), *lines) or ("Nothing was found that they leave open.",))

    def _remarks(self) -> Counter[str]:
        """What is said of events because logs, map or model leave it open."""
        found: Counter[str] = Counter()
        for each in self._incident.shown:
            lines = (*each.unexplained, *each.notes)
            found.update(line for line in lines if not isinstance(line, SectionRemark))
        return found

    def _mapped(self) -> Iterator[str]:
        """Agents that the map alone names: no credential or identity ties them to the model."""
        mapped = {each.file.name for each in self._summary.logs if each.is_mapped}
        found = Counter(
            each.event.log
            for each in self._incident.shown
            if each.event.log in mapped
            and each.event.agent
            and not (each.event.credential or each.event.identity)
        )
        for log, often in sorted(found.items(), key=str):
            yield f"{counted(often, 'event')} of {log}: who acted is known from the map alone"

    def _without_log(self) -> Iterator[str]:
        """Systems on the ways of what is wrong of which no event tells, or that keep no audit trail."""
        systems: set[str] = set()
        for each in self._incident.wrong:
            links = () if each.authority is None else each.authority.links()
            found = (
                each.event.system,
                each.crossing and each.crossing.source,
                *(link.way.system for link in links),
            )
            systems.update(name for name in found if name is not None and name in self._snapshot.system)
        for name in sorted(systems):
            title = title_in(self._snapshot, "system", name)
            if name not in self._incident.seen:
                yield f"{title} is on the path, and no log has an event of it"
            if self._snapshot.system[name].audit == "none":
                yield f"{title} is on the path, and keeps no audit trail, as the model says"

    def _used(self) -> Iterator[Block]:
        cut = [each.file.name for each in self._summary.logs if each.problem]
        yield from used_blocks(self._incident.used.result(), cut)

    def _when(self, traced: TracedEvent) -> str:
        time = traced.event.time
        place = f"event {self._place(traced.event.number)}"
        return f"in {place}" if time is None else f"at {time_text(time)} ({place})"

    def _place(self, number: int) -> str:
        return f"{number}{self._summary.letter_of(number)}"


def _some(lines: Sequence[str]) -> tuple[str, ...]:
    more = len(lines) - _MOST
    return (*map(plain, lines[:_MOST]), *([f"and {more:,} more"] if more > 0 else []))


def _time(time: float | None) -> str | None:
    return None if time is None else time_text(time)
