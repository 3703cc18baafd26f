"""What to do when somebody goes or a secret is rotated, and who that could be, as lines of lists."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from meshmodel.analysis.offboarding import everybody
from meshmodel.answers.lines import Line, Words, heading, note_row
from meshmodel.answers.painters import lines_of
from meshmodel.answers.rotation import plan_blocks
from meshmodel.model.records import Snapshot
from meshmodel.model.stop import Stopped
from meshmodel.model.text import one_line

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis
    from meshmodel.analysis.offboarding import Offboarding
    from meshmodel.analysis.rotation import RotationPlan

_GROUPS = {
    "agent": "agents that go",
    "person": "persons and groups that go",
    "vendor": "vendors that go",
    "credential": "credentials whose secret is rotated",
}


def plan_in_lines(
    analysis: "Analysis", who: str, *, is_cancelled: Callable[[], bool] = lambda: False
) -> "tuple[Offboarding | RotationPlan, list[Line]]":
    """What to do when somebody goes or a secret is rotated, and that in lines; any thread may ask.

    Args:
        analysis: of the model.
        who: as ``kind:name``.
        is_cancelled: asked now and then.

    Raises:
        Stopped: it was cancelled.
        MeshmodelError: there is none of that name.
    """
    plan = analysis.offboarding(who, cancelled=is_cancelled)
    lines = []
    for each in lines_of(plan_blocks(analysis.snapshot, plan)):
        if is_cancelled():
            raise Stopped
        lines.append(each)
    return plan, lines or [note_row("nothing to do")]


def who_lines(snapshot: Snapshot) -> Iterator[Line]:
    """Everybody who could go, and every credential that could be rotated, under headings; each leads to
    ``kind:name``.
    """
    title = ""
    for who in everybody(snapshot):
        kind, _, name = who.partition(":")
        if _GROUPS[kind] != title:
            title = _GROUPS[kind]
            yield heading(title)
        record = snapshot.table(kind).get(name) if kind in {"agent", "credential"} else None
        named = f"  {one_line(record.name)}" if record is not None and record.name else ""
        words: Words = (f"  {one_line(name)}", ""), (named, "muted")
        yield Line(who, words, who, indent=0, search=partial(_searched, f"{who}{named}"))


def _searched(text: str) -> tuple[str, str]:
    return text.casefold(), ""
