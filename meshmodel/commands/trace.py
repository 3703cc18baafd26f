"""``meshmodel trace``: explains observed events by the model."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from meshmodel.commands.logs import add_logs, load_with_logs, logs_of, progress_text
from meshmodel.commands.models import Subparsers, add_model, add_view, is_same_file, view_of
from meshmodel.commands.output import answer, say, style, write_out
from meshmodel.commands.progress import ProgressLine
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.secrets import shortened
from meshmodel.model.text import no_such, one_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from meshmodel.analysis.analysis import Analysis
    from meshmodel.analysis.trace_records import TracedEvent
    from meshmodel.answers.trace import TraceSummary

TRACE_FORMS: Final = ("md", "html")


def add(commands: Subparsers) -> None:
    """Declare the command and its arguments."""
    parser = commands.add_parser(
        "trace",
        help="replay logs on the model, event by event",
        description="Replay observed events on the model. Of each it says which identity acted, which "
        "system gave the credential and by which steps. It says whether a checkpoint should have decided, "
        "and whether one did. What the model cannot explain is said. Several logs are merged by time; "
        "standard input alone is followed as it comes. A terminal shows each second how far that has come.",
        epilog="Exit status: 0 the logs were read to their end, whatever they show; 2 the call was wrong, "
        "or a log could not be read on: the answer is then marked as incomplete.",
    )
    add_model(parser)
    add_logs(parser)
    parser.add_argument("--session", metavar="NAME", help="show only this session; all events are replayed")
    parser.add_argument(
        "--agent", metavar="ID", help="show only what this agent did; all events are replayed"
    )
    add_view(parser)
    form = parser.add_mutually_exclusive_group()
    form.add_argument(
        "--json", action="store_true", help="answer for programs: a JSON document for each event, on one line"
    )
    form.add_argument(
        "--to",
        choices=TRACE_FORMS,
        help="write the page of an incident, for a responder",
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="FILE",
        help="where to write the page of --to (default: standard output)",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Answer event by event; the last line says whether that was all."""
    from meshmodel.analysis.analysis import analyse
    from meshmodel.answers.trace import TraceSummary

    snapshot = load_with_logs(arguments)
    _refuse_to_replace(arguments)
    if arguments.agent is not None and arguments.agent not in snapshot.agent:
        raise MeshmodelError(no_such("agent", arguments.agent, snapshot.agent))
    logs = logs_of(arguments, snapshot)
    analysis = analyse(snapshot, view=view_of(arguments))
    tracer = analysis.tracer()
    summary = TraceSummary(logs.read, tracer.sessions)
    form = _form(arguments, analysis, summary)
    try:
        with ProgressLine(lambda: progress_text(logs, summary.laid)) as progress:
            for event in logs.events():
                traced = tracer.lay(event)
                form.lay(traced)
                if summary.add(traced, is_shown=_is_wanted(traced, arguments)):
                    with progress.aside():
                        form.show(traced)
    except MeshmodelError:
        if summary.laid:  # else nothing was told that could look like all there is
            form.end(summary, False)
        raise
    except (Exception, KeyboardInterrupt) as stop:
        if arguments.output is None:
            form.end(summary, False)
        elif isinstance(stop, KeyboardInterrupt):
            how = str(stop).partition(":")[0] or "interrupted"
            raise KeyboardInterrupt(f"{how}: {one_line(arguments.output)} is not written") from None
        raise
    summary.unused_rules = logs.unused_rules
    form.end(summary, not logs.problem)
    if logs.problem:
        raise MeshmodelError(logs.problem)
    return 0


def _refuse_to_replace(arguments: argparse.Namespace) -> None:
    """Refuse to write where a model or what is read stands: there would be no copy of it."""
    from meshmodel.answers.targets import refuse_to_lose_work

    output: Path | None = arguments.output
    if output is None:
        return
    if arguments.to is None:
        raise MeshmodelError(f"-o is for --to {', '.join(TRACE_FORMS)}; say which, or leave it out")
    refuse_to_lose_work(output, arguments.to)
    read = [arguments.model.path, *arguments.logs, *(path for _, path in arguments.formed), arguments.map]
    if any(each is not None and is_same_file(output, each) for each in read):
        raise MeshmodelError(f"{one_line(output)}: is read here, and would be lost; name another file")


class _EventOutput(NamedTuple):
    """What shows an event, what ends the answer, and what takes each event, whether it is shown or not."""

    show: "Callable[[TracedEvent], None]"
    end: "Callable[[TraceSummary, bool], None]"
    lay: "Callable[[TracedEvent], None]" = lambda _: None


def _form(arguments: argparse.Namespace, analysis: "Analysis", summary: "TraceSummary") -> _EventOutput:
    if arguments.json:
        return _json(analysis)
    if arguments.to is not None:
        return _page(arguments, analysis)
    return _text(analysis, summary)


def _is_wanted(traced: "TracedEvent", arguments: argparse.Namespace) -> bool:
    """Whether an event is of the session and the agent that were asked for."""
    session = traced.event.session
    if arguments.session is not None and (
        session is None or arguments.session not in {session, shortened(session)}
    ):
        return False
    return arguments.agent is None or traced.agent == arguments.agent


def _json(analysis: "Analysis") -> _EventOutput:
    """A document for each event, and at the end the counts and what to revoke."""
    from meshmodel.analysis.incident import Revocations
    from meshmodel.answers.trace import summary_json, trace_json

    revocations = Revocations(analysis)

    def show(traced: "TracedEvent") -> None:
        revocations.show(traced)
        answer(trace_json(traced))

    def end(summary: "TraceSummary", complete: bool) -> None:
        answer(summary_json(summary, revocations.rows(), complete=complete))

    return _EventOutput(show, end, revocations.lay)


def _page(arguments: argparse.Namespace, analysis: "Analysis") -> _EventOutput:
    """The page of an incident, which is written once all events are laid."""
    from hashlib import sha256

    from meshmodel.analysis.incident import SHOWN, Incident
    from meshmodel.answers.report.html import html
    from meshmodel.answers.report.incident import TraceRequest, incident_page
    from meshmodel.answers.report.markdown import markdown

    wanted = (("session", arguments.session), ("agent", arguments.agent))
    part = ", ".join(f"{name} {one_line(each)}" for name, each in wanted if each is not None)
    digest = "" if arguments.map is None else sha256(arguments.map.read_bytes()).hexdigest()
    incident = Incident(analysis)
    laid = TraceRequest(arguments.begin, arguments.until, digest, part, view_of(arguments))

    def end(summary: "TraceSummary", complete: bool) -> None:
        if len(incident.shown) > SHOWN:
            raise MeshmodelError(
                f"there are more than {SHOWN:,} events to tell on a page; choose some with --from, --until, "
                "--session or --agent"
            )
        made = incident_page(analysis.snapshot, incident, summary, laid, complete=complete)
        written = html(made) if arguments.to == "html" else markdown(made, "")
        _write(written.encode(), arguments.output)

    return _EventOutput(incident.show, end, incident.lay)


def _write(content: bytes, output: Path | None) -> None:
    if output is None:
        write_out(content, binary=False)
        return
    from meshmodel.model.atomic_file import replace_file

    replace_file(output, content)


def _text(analysis: "Analysis", summary: "TraceSummary") -> _EventOutput:
    from meshmodel.analysis.incident import Revocations
    from meshmodel.answers import trace as words
    from meshmodel.answers.blocks import Paragraph
    from meshmodel.answers.painters import text_of
    from meshmodel.model.phrases import VIEWS

    look, text, revocations = style(), words.TraceText(analysis.snapshot, summary), Revocations(analysis)
    name = analysis.snapshot.about.name or "A model without a name"
    title = f"{one_line(name, limit=200)}, {VIEWS[analysis.view]}"
    begun = False
    outside = 0

    def folded() -> None:
        nonlocal outside
        if outside:
            say(text_of([Paragraph(words.outside_words(outside), indent=7)], look))
            outside = 0

    def show(traced: "TracedEvent") -> None:
        nonlocal outside, begun
        revocations.show(traced)
        if not begun:  # only once there is something to tell
            head = text_of(summary.head(), look)
            say(f"{look.paint(title, 'strong')}\n{head}{chr(10) * bool(head)}")
            begun = True
        if words.is_outside(traced):
            outside += 1
            return
        folded()
        time, told = words.time_of(traced.event), text_of(text.event_blocks(traced), look)
        number = traced.event.number
        place = look.paint(f"{f'{number}{summary.letter_of(number)}':>5}", "muted")
        say(f"{place}  {time}{told.replace(' ' * (7 + len(time)), '', 1)}")

    def end(summary: "TraceSummary", complete: bool) -> None:
        folded()
        say(f"\n{text_of(words.summary_blocks(summary, text, revocations.rows(), complete=complete), look)}")

    return _EventOutput(show, end, revocations.lay)
