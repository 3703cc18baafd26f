"""The smallest fix as lines of a list: the answer, with what can be done with it, and what is computed."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from meshmodel.answers.fix import Choice, State, fix_blocks
from meshmodel.answers.fix_state import Fixing
from meshmodel.answers.lines import Line, Words, note_row
from meshmodel.answers.painters import lines_of
from meshmodel.edits.checkpoints import NOT_PROVEN

if TYPE_CHECKING:
    from meshmodel.analysis.fix.results import Fix

STATES: Final[tuple[tuple[State, str], ...]] = (
    ("enforced", "it is there: counts as built"),
    ("planned", "it is to come: counts as designed"),
)


def fix_lines(fix: "Fix", fixing: Fixing, *, marks_open: bool, working: str = "") -> list[Line]:
    """The answer, and what can be done with it.

    Args:
        fix: the smallest, or the best that was found.
        fixing: what else is known of it.
        marks_open: whether the canvas marks what stays open.
        working: what is being computed, if anything.
    """
    first, *rest = fix_blocks(fixing, fix)
    if not fix.checkpoints:
        return [*lines_of([first, *rest])]
    return [
        *lines_of([first]),
        *_all(fix, marks_open=marks_open),
        *lines_of(rest),
        *_missing(fixing, working),
    ]


def _all(fix: "Fix", *, marks_open: bool) -> Iterator[Line]:
    yield note_row("canvas: ◈ guard here, ✖ open even then" if marks_open else "◈ on the canvas: guard here")
    if not fix.optimal:
        yield note_row(f"{NOT_PROVEN}; u takes back what is applied")
    for state, hint in STATES:
        words: Words = ("  apply all as ", ""), (state, "bold"), (f"  {hint}", "muted")
        yield Line(("all", state), words, Choice(fix.checkpoints, state), indent=4)


def _missing(fixing: Fixing, working: str) -> Iterator[Line]:
    """Why it is not said what fewer checkpoints close."""
    if fixing.problem or fixing.curve is None:
        yield note_row("what fewer checkpoints close")
        failed = fixing.problem and f"  could not be computed: {fixing.problem}"
        yield note_row(failed or working or "  stopped; F computes it again")
