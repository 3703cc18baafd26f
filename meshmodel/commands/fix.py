"""``meshmodel fix``: the fewest checkpoints that leave nothing uncontrolled, and adding them."""

import argparse
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from meshmodel.commands.models import (
    AnswerPrinter,
    Subparsers,
    add_json,
    add_models,
    add_view,
    for_each,
    load,
    seconds,
    view_of,
)
from meshmodel.commands.output import answer, style
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.source import Source
from meshmodel.model.stop import Stop
from meshmodel.model.text import one_line

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis
    from meshmodel.analysis.fix.results import CurvePoint, Fix
    from meshmodel.edits.edit import Edit
    from meshmodel.model.snapshot import Snapshot

State = Literal["planned", "enforced"]


def add(commands: Subparsers) -> None:
    """Declare the command and its arguments."""
    parser = commands.add_parser(
        "fix",
        help="find the fewest checkpoints that leave no crossing uncontrolled",
        description="Find a smallest set of steps to guard so that no crossing is uncontrolled and no flow "
        "toxic, and among the smallest one that guards the fewest stored secrets and interrupts the fewest "
        "declared intents. The text also names what a checkpoint does not mend. The answer is proven, or "
        "says what it could prove until the deadline (exit status 2). --apply adds them: to a model file "
        "as one edit that undo takes back; an interchange file is replaced as a whole, in its canonical "
        "form, without its comments.",
        allow_abbrev=False,
    )
    add_models(parser)
    parser.add_argument(
        "--deadline", type=seconds, metavar="SECONDS", help="how long it may take (default: no limit)"
    )
    add_view(parser)
    parser.add_argument(
        "--curve", action="store_true", help="show too what 1, 2, 3, … checkpoints close at best"
    )
    parser.add_argument(
        "--apply", choices=("planned", "enforced"), metavar="STATE", help="add them, planned or enforced"
    )
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Answer for every model; 2 if time was over before everything was proven.

    Raises:
        MeshmodelError: ``--apply`` with several models.
    """
    if arguments.apply and len(arguments.models) > 1:
        raise MeshmodelError("--apply changes one model at a time; name one")
    printer = AnswerPrinter(arguments.models)

    def fix(source: Source) -> int:
        fix_run = _FixRun(source, arguments)
        if arguments.json:
            answer(fix_run.json())
        else:
            printer.say(source, fix_run.text())
        return 0 if fix_run.complete else 2

    return for_each(arguments.models, fix)


class _FixRun:
    """The minimum fix of one model, and whether it was applied."""

    def __init__(self, source: Source, arguments: argparse.Namespace) -> None:
        self.source = source
        self.arguments = arguments
        self.state: State | None = arguments.apply
        self.applied = False
        self.lost = ""
        if self.state is None:
            self._search(load(source))
        else:
            self._search_and_apply(self.state)

    def _search(self, snapshot: "Snapshot") -> None:
        from meshmodel.analysis.analysis import analyse
        from meshmodel.answers.fix_state import in_order

        arguments = self.arguments
        self.analysis: Analysis = analyse(snapshot, view=view_of(arguments))
        begun = time.monotonic()
        self.fix: Fix = in_order(self.analysis.minimum_fix(deadline=arguments.deadline))
        self.curve: Sequence[CurvePoint] | None = None
        if arguments.curve:
            left = arguments.deadline
            if left is not None:
                left = max(0.0, left - (time.monotonic() - begun))
            self.curve = self.analysis.closing_curve(deadline=left, fix=self.fix)
        self.complete = self.fix.optimal and (self.curve is None or all(point.exact for point in self.curve))

    def _search_and_apply(self, state: State) -> None:
        from meshmodel.commands.rewrite import change
        from meshmodel.edits.checkpoints import add_checkpoints

        def edit_of(snapshot: "Snapshot") -> "Edit | None":
            self._search(snapshot)
            return add_checkpoints(snapshot, self.fix.checkpoints, state) if self._is_to_apply() else None

        self.lost = change(self.source, edit_of)

    def _is_to_apply(self) -> bool:
        """Whether to apply the fix: only if it is proven to be smallest; keeps the answer in ``applied``."""
        self.applied = self.fix.optimal and bool(self.fix.checkpoints)
        return self.applied

    def json(self) -> dict[str, object]:
        """The machine-readable answer."""
        from meshmodel.answers.fix import fix_json

        return fix_json(
            self.fix, self.curve, applied=self.state if self.applied else None, complete=self.complete
        )

    def text(self) -> str:
        """The answer for people."""
        from meshmodel.answers.blocks import Section
        from meshmodel.answers.fix import fix_blocks
        from meshmodel.answers.fix_advice import alternatives
        from meshmodel.answers.fix_state import Fixing
        from meshmodel.answers.painters import text_of, titled
        from meshmodel.answers.work import standing_findings

        stop = Stop(self.arguments.deadline, None)
        known = Fixing(
            self.analysis,
            self.fix,
            better=alternatives(self.analysis.engine, self.fix.checkpoints, stop),
            standing=standing_findings(self.analysis, self.fix),
            curve=None if self.curve is None else tuple(self.curve),
        )
        blocks = [*titled(self.analysis.snapshot, fix_blocks(known, self.fix), self.analysis.view)]
        if (outcome := self._outcome()) is not None:
            blocks.append(Section(outcome, look=""))
        return text_of(blocks, style())

    def _outcome(self) -> str | None:
        if self.state is None or not self.fix.before:
            return None
        name = one_line(self.source, limit=1_000)
        if not self.applied:
            from meshmodel.edits.checkpoints import NOT_PROVEN

            return f"{name}: nothing was added, since {NOT_PROVEN}; give it more time"
        some = "1 step has" if self.fix.cost == 1 else f"{self.fix.cost} steps have"
        article = "an" if self.state == "enforced" else "a"
        later = "; it counts once it is enforced" if self.state == "planned" else ""
        return f"{name}: {some} {article} {self.state} checkpoint now{later}{self.lost}"
