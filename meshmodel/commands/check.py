"""``meshmodel check``: missing checkpoints, other findings, and open questions."""

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path
from textwrap import indent
from typing import TYPE_CHECKING, Literal

from meshmodel.commands.gate import Gate, add_gate, counting
from meshmodel.commands.models import (
    AnswerPrinter,
    Subparsers,
    add_json,
    add_models,
    add_view,
    for_each,
    load,
    view_of,
)
from meshmodel.commands.output import complain, say_in_pieces, style
from meshmodel.model.text import one_line
from meshmodel.model.vocabulary import SEVERITIES, Severity

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis
    from meshmodel.analysis.results import Finding
    from meshmodel.model.records import Acceptance
    from meshmodel.model.snapshot import Snapshot


def add(commands: Subparsers) -> None:
    """Declare the command and its arguments."""
    parser = commands.add_parser(
        "check",
        help="show missing checkpoints, other findings and open questions",
        description="Show where an agent crosses a trust boundary and nobody decides, what else is wrong, "
        "and what the model does not say. Exit status 1 if there is a finding at or above --fail-on.",
        allow_abbrev=False,
    )
    add_models(parser)
    add_view(parser)
    parser.add_argument("--crossings", action="store_true", help="list every crossing too")
    parser.add_argument(
        "--fail-on",
        choices=(*SEVERITIES, "never"),
        default="medium",
        help="the lowest severity that fails (default: medium)",
    )
    add_json(parser)
    add_gate(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Answer for every model; 1 if something at or above ``--fail-on`` was found."""
    printer, gate = AnswerPrinter(arguments.models), Gate(arguments)

    def check(path: Path) -> int:
        from meshmodel.analysis.analysis import analyse

        snapshot = load(path)
        analysis = analyse(snapshot, view=view_of(arguments))
        planned = any(each.state == "planned" for each in snapshot.checkpoint.values())
        unmatched = _unmatched(analysis, planned=planned)
        comparison = gate.compare(path, analysis)
        if arguments.json:
            from meshmodel.answers.answers_json import check_json

            say_in_pieces(check_json(analysis, crossings=arguments.crossings, baseline=comparison))
            if unmatched:
                complain(f"{one_line(path)}: {_unmatched_line(unmatched, analysis)}")
        else:
            from meshmodel.answers.answers_text import check_text

            designed = None
            if planned and not arguments.as_designed:
                designed = analyse(snapshot, view="designed").summary
            text = check_text(
                analysis,
                style(),
                crossings=arguments.crossings,
                designed=designed,
                unmatched=unmatched,
                kindless=_kindless(path, snapshot),
                baseline=comparison,
            )
            # GitHub takes what begins a line for a command: with annotations no text of the model does.
            printer.say(path, indent(text, " ") if arguments.annotations else text)
        gate.take(path, analysis, comparison)
        return 1 if fails(counting(analysis.findings, comparison), arguments.fail_on) else 0

    status = for_each(arguments.models, gate.watched(check))
    gate.write()
    return status


def _kindless(path: Path, snapshot: "Snapshot") -> "list[str]":
    """The active agents of an interchange file that are steerable for want of a kind.

    Earlier versions took them for not steerable. Migration states that in model files; interchange files have
    no version that would tell.
    """
    from meshmodel.store.load import is_model_file

    if is_model_file(path):
        return []
    agents = sorted(snapshot.agent.values(), key=lambda each: each.id)
    return [each.id for each in agents if each.is_active and each.kind is None and each.is_steerable]


def _unmatched(analysis: "Analysis", *, planned: bool) -> "list[Acceptance]":
    """The acceptances that match no finding, neither as built nor as designed."""
    if not analysis.snapshot.acceptance:
        return []
    from meshmodel.answers.acceptances import unmatched_acceptances

    found = unmatched_acceptances([analysis])
    if found and planned:
        from meshmodel.analysis.analysis import analyse

        other = analyse(analysis.snapshot, view="built" if analysis.view == "designed" else "designed")
        found = unmatched_acceptances([analysis, other])
    return found


def _unmatched_line(unmatched: "Sequence[Acceptance]", analysis: "Analysis") -> str:
    """Acceptances without a finding in one line of standard error: the JSON answer has no key for them."""
    from meshmodel.answers.acceptances import unmatched_words

    more = f"; {len(unmatched) - 3} more, which check lists without --json" if len(unmatched) > 3 else ""
    told = "; ".join(unmatched_words(each, analysis) for each in unmatched[:3])
    some = "1 acceptance" if len(unmatched) == 1 else f"{len(unmatched)} acceptances"
    return f"{some} without a finding: {told}{more}"


def fails(findings: "Iterable[Finding]", fail_on: 'Severity | Literal["never"]') -> bool:
    """Whether a finding at or above that severity is open: not accepted, or no longer."""
    if fail_on == "never":
        return False
    from meshmodel.answers.causes import open_findings

    return bool(open_findings(findings, fail_on))
