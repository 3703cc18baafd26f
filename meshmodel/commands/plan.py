"""``meshmodel plan``: the cheapest measures after which nothing is open, and applying them."""

import argparse
import math
import time
from typing import TYPE_CHECKING, Final, Literal

from meshmodel.commands.models import Subparsers, add_json, add_model, add_view, load, seconds, view_of
from meshmodel.commands.output import answer, say, style
from meshmodel.model.measures import MEASURE_KINDS, MeasureKind
from meshmodel.model.source import Source
from meshmodel.model.stop import Stop
from meshmodel.model.text import one_line
from meshmodel.model.vocabulary import SEVERITIES

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis
    from meshmodel.analysis.fix.results import Plan, TradeOffPoint
    from meshmodel.edits.edit import Edit
    from meshmodel.model.measures import Measure
    from meshmodel.model.records import Snapshot

State = Literal["planned", "enforced"]


def add(commands: Subparsers) -> None:
    """Declare the command and its arguments."""
    parser = commands.add_parser(
        "plan",
        help="find the measures with the fewest decisions a day that close all unchecked paths",
        description="Find the cheapest measures that close all unchecked paths and toxic flows, while "
        "everything needed works as it does today. A measure adds a checkpoint, removes access or restricts "
        "a call. The price is decisions a day, from per_day of the intended uses. The answer is proven, or "
        "says what could be proven until the deadline (exit status 2). --keep and --never-ask may be given "
        "several times; a note of kind action with source plan does the same. --apply makes the plan: in a "
        "model file as one edit that undo takes back. An interchange file is replaced as a whole, in its "
        "canonical form, without its comments.",
    )
    add_model(parser)
    parser.add_argument(
        "--at-most",
        type=_decisions,
        metavar="N",
        help="leave the fewest paths unchecked with N decisions a day",
    )
    parser.add_argument(
        "--keep",
        action="append",
        default=[],
        metavar="RELATION",
        help="neither remove nor restrict it: grant:CREDENTIAL>SYSTEM:ACTION, hold:AGENT>CREDENTIAL, …",
    )
    parser.add_argument(
        "--never-ask",
        action="append",
        default=[],
        metavar="STEP",
        help="place no checkpoint there: hold:AGENT>CREDENTIAL, grant:CREDENTIAL>SYSTEM, …",
    )
    parser.add_argument(
        "--only",
        type=_kinds,
        default=MEASURE_KINDS,
        metavar="KINDS",
        help="checkpoint, remove, restrict, or some of them with commas (also: ask, drop, limit)",
    )
    parser.add_argument(
        "--level",
        choices=tuple(reversed(SEVERITIES)),
        help="close only what is of this severity or above",
    )
    parser.add_argument(
        "--plan-only", action="store_true", help="with --apply: without the free measures that close findings"
    )
    parser.add_argument(
        "--decided-by",
        choices=("people", "policy-check"),
        help="with --apply: who decides at all its checkpoints (default: people where that is stated to be "
        "up to 50 times a day, else a policy check)",
    )
    parser.add_argument(
        "--deadline", type=seconds, metavar="SECONDS", help="how long it may take (default: no limit)"
    )
    add_view(parser)
    parser.add_argument(
        "--curve", action="store_true", help="show also what fewer decisions a day leave unchecked"
    )
    parser.add_argument(
        "--apply",
        choices=("planned", "enforced"),
        metavar="STATE",
        help="make the plan, with planned or enforced checkpoints",
    )
    add_json(parser)
    parser.set_defaults(run=run)


def _decisions(text: str) -> float:
    """A number of decisions a day; none is one."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 <= number < math.inf:
        raise argparse.ArgumentTypeError(f"a number of decisions a day, 0 or above, not {one_line(text, 20)}")
    return number


def _kinds(text: str) -> tuple[MeasureKind, ...]:
    """Some kinds of measures, with commas between them."""
    alike = {"checkpoint": "ask", "remove": "drop", "restrict": "limit"}
    named = {alike.get(each.strip(), each.strip()) for each in text.split(",")}
    if not named <= set(MEASURE_KINDS):
        raise argparse.ArgumentTypeError(f"ask, drop, limit or some of them, not {one_line(text, 40)}")
    return tuple(each for each in MEASURE_KINDS if each in named)


def run(arguments: argparse.Namespace) -> int:
    """Answer; 2 if time was over before everything was proven."""
    plan_run = PlanRun(arguments.model, arguments)
    if arguments.json:
        answer(plan_run.json())
    else:
        say(plan_run.text())
    return 0 if plan_run.complete else 2


_NEXT: Final = {
    True: "Next: --apply planned or --apply enforced adds them. meshmodel plan weighs checkpoints against "
    "removals: it asks for the fewest decisions a day, and removes what nobody needs.",
    False: "Next: --apply planned or --apply enforced carries it out. meshmodel fix finds the fewest "
    "checkpoints, also where an intended use then waits for a decision.",
}
"""By whether it is a fix, what one can do with the answer, and what the other answer is for."""


class PlanRun:
    """The plan, or minimum fix, of one model, and whether it was applied."""

    def __init__(self, source: Source, arguments: argparse.Namespace, *, is_fix: bool = False) -> None:
        self.source, self.arguments, self.is_fix = source, arguments, is_fix
        self.state: State | None = arguments.apply
        self.applied = False
        self.made: tuple[Measure, ...] = ()
        self.lost = ""
        if self.state is None:
            self._search(load(source))
        else:
            from meshmodel.commands.rewrite import change

            self.lost = change(source, self._edit)

    def _search(self, snapshot: "Snapshot") -> None:
        from meshmodel.analysis.analysis import analyse
        from meshmodel.analysis.fix.results import FIX
        from meshmodel.answers.plan_advice import SECONDS, advice
        from meshmodel.answers.plan_options import plan_options
        from meshmodel.answers.plan_state import in_order

        asked = self.arguments
        options = (
            FIX
            if self.is_fix
            else plan_options(snapshot, asked.only, asked.keep, asked.never_ask, asked.level)
        )
        self.analysis: Analysis = analyse(snapshot, view=view_of(asked))
        self.options, at_most = options, None if self.is_fix else asked.at_most
        begun = time.monotonic()
        self.plan: Plan = in_order(
            self.analysis,
            self.analysis.cheapest_plan(options, at_most=at_most, deadline=asked.deadline),
        )
        self.trade_off: tuple[TradeOffPoint, ...] | None = None
        if not self.is_fix and asked.curve:
            left = asked.deadline
            if left is not None:
                left = max(0.0, left - (time.monotonic() - begun))
            whole = self.plan if at_most is None else None
            self.trade_off = self.analysis.trade_off(options, deadline=left, plan=whole)
        self.advice = advice(
            self.analysis, options, self.plan, Stop(min(asked.deadline or SECONDS, SECONDS), None)
        )
        self.complete = self.plan.optimal and all(point.optimal for point in self.trade_off or ())

    def _edit(self, snapshot: "Snapshot") -> "Edit | None":
        """Search, and the edit that makes the plan: only if it is proven to be the cheapest."""
        from meshmodel.edits.checkpoints import plan_edit

        self._search(snapshot)
        self.applied = self.plan.optimal and bool(self.plan.measures or self._completion)
        by = None if self.is_fix else self.arguments.decided_by
        self.made = (*self.plan.measures, *self._completion)
        return plan_edit(snapshot, self.made, self.arguments.apply, by) if self.applied else None

    @property
    def _completion(self) -> "tuple[Measure, ...]":
        """What is made with the plan."""
        return () if self.is_fix or self.arguments.plan_only else self.advice.completion

    def json(self) -> dict[str, object]:
        """The machine-readable answer."""
        from meshmodel.answers.plan import fix_json, plan_json

        applied = self.state if self.applied else None
        if self.is_fix:
            return fix_json(self.plan, applied=applied, complete=self.complete)
        return plan_json(self.plan, self.trade_off, self.advice, applied=applied, complete=self.complete)

    def text(self) -> str:
        """The answer for people."""
        from meshmodel.answers.blocks import Section
        from meshmodel.answers.painters import text_of, titled
        from meshmodel.answers.plan import plan_blocks
        from meshmodel.answers.plan_advice import SECONDS
        from meshmodel.answers.plan_state import PlanState, left_counts, standing_findings

        known = PlanState(
            self.analysis,
            self.options,
            self.plan,
            self.trade_off,
            standing_findings(self.analysis, self.plan),
            self.advice,
            left_counts(self.analysis, self.plan, Stop(SECONDS, None)) if self.is_fix else (),
            None if self.is_fix else self.arguments.at_most,
        )
        blocks = [*titled(self.analysis.snapshot, plan_blocks(known), self.analysis.view)]
        if self.is_fix and self.plan.measures and not known.left:
            blocks.append(
                Section("Not counted in time: the findings left after each checkpoint", look="warning")
            )
        if (outcome := self._outcome()) is not None:
            blocks.append(Section(outcome, look=""))
        elif self.plan.measures:
            blocks.append(Section(_NEXT[self.is_fix], look=""))
        return text_of(blocks, style())

    def _outcome(self) -> str | None:
        from meshmodel.answers.measures import count_words

        if self.state is None or not (self.plan.measures or self._completion):
            return None
        name = one_line(self.source, limit=1_000)
        if not self.applied:
            from meshmodel.edits.checkpoints import NOT_PROVEN

            return f"{name}: nothing was changed, since {NOT_PROVEN}; give it more time"
        later = "; a planned checkpoint counts once it is enforced" if self.state == "planned" else ""
        return f"{name}: {count_words(self.made)} made, checkpoints as {self.state}{later}{self.lost}"
