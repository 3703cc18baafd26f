"""``meshmodel trace``: explains observed events by the model."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from meshmodel.commands.models import Subparsers, add_model, add_view, load, view_of
from meshmodel.commands.output import answer, say, style
from meshmodel.commands.progress import Progress
from meshmodel.logs.formats import LOG_FORMATS
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from meshmodel.analysis.trace_records import Tally, TracedEvent


def add(commands: Subparsers) -> None:
    """Declare the command and its arguments."""
    parser = commands.add_parser(
        "trace",
        help="lay a log of what happened on the model, event by event",
        description="Lay observed events on the model. For each: which identity was active, which system "
        "yielded its credential, and whether privilege should have been rechecked and was. What the model "
        "cannot explain is said. The log is read once and as it comes, however long it is; a terminal shows "
        "each second how far that has come.",
        epilog="Exit status: 0 the log was read to its end, whatever it shows; 2 the call was wrong, or the "
        "log could not be read on: what was told before is then marked as incomplete.",
        allow_abbrev=False,
    )
    add_model(parser)
    parser.add_argument("events", type=Path, metavar="EVENTS", help="the log; - is standard input")
    parser.add_argument(
        "--format", dest="form", choices=LOG_FORMATS, help="what kind of log (default: by its name)"
    )
    parser.add_argument(
        "--map",
        type=Path,
        metavar="FILE.toml",
        help="what the names in the log of a real system mean",
    )
    add_view(parser)
    parser.add_argument(
        "--json", action="store_true", help="answer for programs: a JSON document for each event, on one line"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Answer event by event; the last line says whether that was all."""
    from meshmodel.analysis.analysis import analyse
    from meshmodel.analysis.trace_records import Tally
    from meshmodel.logs.events import read_events
    from meshmodel.logs.mapping import read_map

    if str(arguments.model) == str(arguments.events) == "-":
        raise MeshmodelError("MODEL and EVENTS are both standard input; name a file for one")
    snapshot = load(arguments.model)
    mapper = None if arguments.map is None else read_map(arguments.map, snapshot)
    events = read_events(arguments.events, arguments.form, mapper)
    tally = Tally()
    analysis = analyse(snapshot, view=view_of(arguments))
    title = f"{one_line(snapshot.about.name or 'A model without a name', limit=200)}, as {analysis.view}"
    show, end = _json() if arguments.json else _text(title)
    try:
        with Progress(lambda: f"reading {one_line(arguments.events)}: {tally.events:,} events") as progress:
            for traced in analysis.trace(events):
                tally.add(traced)
                with progress.aside():
                    show(traced)
    except MeshmodelError:
        if tally.events:  # else nothing was told that could look like all there is
            end(tally, False)
        raise
    except (Exception, KeyboardInterrupt):
        end(tally, False)
        raise
    end(tally, True)
    return 0


def _json() -> "tuple[Callable[[TracedEvent], None], Callable[[Tally, bool], None]]":
    from meshmodel.answers.trace import summary_json, trace_json

    return (
        lambda traced: answer(trace_json(traced)),
        lambda tally, complete: answer(summary_json(tally, complete=complete)),
    )


def _text(title: str) -> "tuple[Callable[[TracedEvent], None], Callable[[Tally, bool], None]]":
    from meshmodel.answers.blocks import Paragraph
    from meshmodel.answers.painters import text_of
    from meshmodel.answers.trace import event_blocks, is_outside, outside_words, summary_blocks, time_of

    look = style()
    heading = [look.paint(title, "strong"), ""]
    outside = 0

    def folded() -> None:
        nonlocal outside
        if outside:
            say(text_of([Paragraph(outside_words(outside), indent=7)], look))
            outside = 0

    def show(traced: "TracedEvent") -> None:
        nonlocal outside
        while heading:  # only once there is something to tell
            say(heading.pop(0))
        if is_outside(traced):
            outside += 1
            return
        folded()
        time, text = time_of(traced.event), text_of(event_blocks(traced), look)
        number = look.paint(f"{traced.event.number:>5}", "muted")
        say(f"{number}  {time}{text.replace(' ' * (7 + len(time)), '', 1)}")

    def end(tally: "Tally", complete: bool) -> None:
        folded()
        say(f"\n{text_of(summary_blocks(tally, complete=complete), look)}")

    return show, end
