"""``meshmodel check``: missing checkpoints, other findings and open questions.

For pipelines: SARIF, annotations, and a baseline of known findings.
"""

import argparse
import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from pathlib import Path
from textwrap import indent
from typing import TYPE_CHECKING, Literal

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
from meshmodel.commands.output import complain, say_commands, say_in_pieces, style
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.open_file import real_path
from meshmodel.model.source import Source
from meshmodel.model.text import one_line
from meshmodel.model.vocabulary import SEVERITIES, Severity

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis
    from meshmodel.analysis.results import Finding
    from meshmodel.answers.baseline import Comparison, FindingKey, KnownFinding
    from meshmodel.answers.sarif import LocatedFinding
    from meshmodel.model.records import Acceptance, Key, Snapshot


def add_gate(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument(
        "--sarif", type=Path, metavar="FILE", help="write the open findings as SARIF 2.1.0 for code scanning"
    )
    parser.add_argument(
        "--with-accepted",
        action="store_true",
        help="write accepted findings, and those of the baseline, to the SARIF file too",
    )
    parser.add_argument(
        "--annotations",
        action="store_true",
        help="print the worst open findings as annotations of a GitHub workflow too",
    )
    parser.add_argument(
        "--baseline",
        type=Path,
        metavar="FILE",
        help="do not fail for findings that it has, unless one gained an action, agent, source or severity",
    )
    parser.add_argument(
        "--write-baseline",
        type=Path,
        metavar="FILE",
        help="write the findings there as the baseline; without --baseline, none of them fails",
    )


class Gate:
    """What ``check`` found, model by model, and the files that are written of it."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        """Read the baseline.

        Args:
            arguments: of the command.

        Raises:
            MeshmodelError: the baseline cannot be read, a file would replace what is still needed, or an
                option does not go with another.
        """
        self._arguments = arguments
        self._results: list[LocatedFinding] = []
        self._annotated: list[LocatedFinding] = []
        self._failures: list[str] = []
        self._found: dict[str, dict[FindingKey, KnownFinding]] = {}
        self._baseline: dict[str, dict[FindingKey, KnownFinding]] | None = None
        if arguments.with_accepted and arguments.sarif is None:
            raise MeshmodelError("--with-accepted is about the SARIF file: add --sarif FILE")
        if arguments.annotations and arguments.json:
            raise MeshmodelError("--annotations and --json both want standard output: leave one out")
        _check_targets(arguments)
        if arguments.baseline is not None:
            from meshmodel.answers.baseline import read_baseline
            from meshmodel.interchange.reader import file_content

            self._baseline = read_baseline(file_content(arguments.baseline), str(arguments.baseline))

    def watched(self, check: Callable[[Source], int]) -> Callable[[Source], int]:
        """A check of one model whose failure is kept for the SARIF file."""

        def run(source: Source) -> int:
            try:
                return check(source)
            except Exception as error:
                self._failures.append(f"{one_line(source, 400)}: not checked: {one_line(error, 1_000)}")
                raise

        return run

    def compare(self, source: Source, analysis: "Analysis") -> "Comparison | None":
        """The findings of a model beside the baseline; ``None`` without one."""
        if self._baseline is None and self._arguments.write_baseline is None:
            return None
        from meshmodel.answers.baseline import compare, known_findings

        now = self._found[source.posix] = known_findings(analysis)
        if self._baseline is None:
            return compare(now, now)
        return compare(self._baseline.get(source.posix, {}), now)

    def take(self, source: Source, analysis: "Analysis", comparison: "Comparison | None") -> None:
        """Keep the findings of a model for the SARIF file and the annotations."""
        if self._arguments.sarif is None and not self._arguments.annotations:
            return
        from meshmodel.answers.causes import is_accepted
        from meshmodel.answers.sarif import located

        known = comparison.known if comparison is not None else frozenset()
        states = None
        if self._baseline is not None and comparison is not None:
            states = {**dict.fromkeys(comparison.known, "unchanged")}
            states |= dict.fromkeys(comparison.reopened, "updated")
        for each in located(analysis.findings, source.path, self._lines(source, analysis), states):
            is_open = not is_accepted(each.finding) and (each.finding.rule, each.finding.subject) not in known
            if is_open or self._arguments.with_accepted:
                self._results.append(each)
            if is_open and self._arguments.annotations:
                self._annotated.append(each)

    def _lines(self, source: Source, analysis: "Analysis") -> "Mapping[tuple[str, Key], int]":
        from meshmodel.store.load import is_model_file

        if is_model_file(source):
            return {}
        from meshmodel.interchange.error_lines import record_lines
        from meshmodel.interchange.reader import file_content

        text = file_content(source.path).decode("utf-8-sig")
        return record_lines(text, analysis.snapshot)

    def write(self) -> None:
        """Print the annotations, and write the files; raises MeshmodelError where one cannot be written."""
        if self._annotated:
            from meshmodel.answers.annotations import annotations

            say_commands(annotations(self._annotated))
        if self._arguments.sarif is not None:
            self._write_sarif()
        if self._arguments.write_baseline is not None:
            if self._failures:
                raise MeshmodelError("no baseline was written: not every model could be checked")
            from meshmodel.answers.baseline import baseline_text
            from meshmodel.model.atomic_file import replace_file

            replace_file(self._arguments.write_baseline, baseline_text(self._found).encode())

    def _write_sarif(self) -> None:
        import json

        from meshmodel import __version__
        from meshmodel.answers.sarif import MOST_SHOWN, sarif_log
        from meshmodel.model.atomic_file import replace_file

        if len(self._results) > MOST_SHOWN:
            complain(
                f"{one_line(self._arguments.sarif)}: has {len(self._results):,} results; "
                f"GitHub shows {MOST_SHOWN:,} of them, the most severe first"
            )
        log = sarif_log(self._results, __version__, self._failures)
        replace_file(self._arguments.sarif, f"{json.dumps(log, indent=1, ensure_ascii=False)}\n".encode())


def _check_targets(arguments: argparse.Namespace) -> None:
    """Refuse to write over a model or a baseline, or both files into one, before anything is computed."""
    from meshmodel.answers.targets import refuse_to_lose_work

    sarif, baseline = arguments.sarif, arguments.write_baseline
    for path, what in ((sarif, "SARIF"), (baseline, "a baseline")):
        if path is None:
            continue
        if str(path) == "-":
            raise MeshmodelError("-: standard output has the answer; name a file")
        refuse_to_lose_work(path, what)
    if sarif is not None and real_path(sarif) in {
        real_path(each) for each in (baseline, arguments.baseline) if each is not None
    }:
        raise MeshmodelError(f"{one_line(sarif)}: is named for SARIF and as a baseline; name two files")


def counting(findings: "Iterable[Finding]", comparison: "Comparison | None") -> "Sequence[Finding]":
    """The findings that may fail: those that a baseline does not have, or that got worse."""
    known = comparison.known if comparison is not None else frozenset()
    return [each for each in findings if (each.rule, each.subject) not in known]


def add(commands: Subparsers) -> None:
    """Declare the command and its arguments."""
    parser = commands.add_parser(
        "check",
        help="show missing checkpoints, other findings and open questions",
        description="Show where an agent acts across a trust boundary and no checkpoint decides, what else "
        "is wrong, and which questions are open. Exit status 1 if a finding is at or above --fail-on.",
    )
    add_models(parser)
    add_view(parser)
    parser.add_argument("--paths", dest="crossings", action="store_true", help="list every path too")
    parser.add_argument("--crossings", action="store_true", help=argparse.SUPPRESS)  # the older name
    parser.add_argument(
        "--standards", action="store_true", help="list the standards that each finding follows from"
    )
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

    def check(source: Source) -> int:
        from meshmodel.analysis.analysis import analyse

        snapshot = load(source)
        analysis = analyse(snapshot, view=view_of(arguments))
        planned = any(each.state == "planned" for each in snapshot.checkpoint.values())
        unmatched = _unmatched(analysis, planned=planned)
        comparison = gate.compare(source, analysis)
        failing = failing_findings(counting(analysis.findings, comparison), arguments.fail_on)
        if arguments.json:
            from meshmodel.answers.check import check_json

            say_in_pieces(check_json(analysis, crossings=arguments.crossings, baseline=comparison))
            say_in_pieces("\n")
            if unmatched:
                complain(f"{one_line(source)}: {_unmatched_line(unmatched, analysis)}")
        else:
            from meshmodel.answers.check import Verdict, check_blocks, check_end, size_words
            from meshmodel.answers.painters import text_of, titled

            designed = None
            if planned and not arguments.as_designed:
                designed = analyse(snapshot, view="designed").summary
            look = style()
            blocks = check_blocks(
                analysis,
                crossings=look.columns if arguments.crossings else None,
                designed=designed,
                unmatched=unmatched,
                kindless=_kindless(source, snapshot),
                baseline=comparison,
                standards=arguments.standards,
            )
            verdict = Verdict(len(failing), arguments.fail_on)
            blocks = chain(blocks, check_end(analysis, _in_a_shell(source), verdict, look.columns))
            text = text_of(titled(snapshot, blocks, analysis.view, size_words(analysis.summary)), look)
            # GitHub takes what begins a line for a command: with annotations no text of the model does.
            printer.say(source, indent(text, " ") if arguments.annotations else text)
        gate.take(source, analysis, comparison)
        return 1 if failing else 0

    status = for_each(arguments.models, gate.watched(check))
    gate.write()
    return status


def _kindless(source: Source, snapshot: "Snapshot") -> "list[str]":
    """The active agents of an interchange file that are steerable for want of a kind.

    Earlier versions took them for not steerable. Migration states that in model files; interchange files have
    no version that would tell.
    """
    from meshmodel.store.load import is_model_file

    if is_model_file(source):
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


def failing_findings(
    findings: "Iterable[Finding]", fail_on: 'Severity | Literal["never"]'
) -> "Sequence[Finding]":
    """The findings at or above that severity that are open: not accepted, or no longer."""
    if fail_on == "never":
        return []
    from meshmodel.answers.causes import open_findings

    return open_findings(findings, fail_on)


def _in_a_shell(source: Source) -> str:
    """A model as a shell takes it; empty where it came by standard input."""
    return "" if str(source) == "-" else shlex.quote(one_line(source, 1_000))
