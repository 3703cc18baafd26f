"""The way back from an edit: the stations that the manual names are those that run."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import meshmodel
from meshmodel.app import jobs
from meshmodel.app.analysis_service import AnalysisService
from meshmodel.app.session import Session
from meshmodel.app.state import WorkbenchState
from meshmodel.app.workbench import screen
from meshmodel.app.workbench.painted_state import PaintedState
from meshmodel.app.workbench.screen import Workbench
from meshmodel.edits.edit import Remove, edit
from tests.app.desk import desk

MANUAL = Path(meshmodel.__file__).parent / "docs" / "architecture.md"
CLASSES = {each.__name__: each for each in (Session, Workbench, AnalysisService)}
MOST = 5


def named() -> list[str]:
    """The stations that the manual names, in their order."""
    section = MANUAL.read_text(encoding="utf-8").partition("## An edit")[2].partition("\n## ")[0]
    return re.findall(r"^\| `(\w+\.\w+)` \|", section, re.MULTILINE)


async def test_an_edit_comes_back_by_the_stations_that_the_manual_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stations = named()
    assert 0 < len(stations) <= MOST
    inside: list[str] = []
    passed: list[str] = []
    taken: list[tuple[str, str]] = []
    begun: list[str] = []

    def watched(name: str, run: Callable[..., Any]) -> Callable[..., Any]:
        def within(*arguments: Any, **options: Any) -> Any:
            passed.append(name)
            inside.append(name)
            try:
                return run(*arguments, **options)
            finally:
                inside.pop()

        return within

    def update(context: PaintedState, **changes: Any) -> None:
        of_the_edit = {"snapshot", "built", "facts"} & {*changes}
        taken.extend((inside[-1] if inside else "elsewhere", each) for each in of_the_edit)
        changed(context, **changes)

    def run(of: jobs.Jobs, group: str, *arguments: Any, **options: Any) -> Any:
        begun.append(group)
        return begin(of, group, *arguments, **options)

    changed, begin = PaintedState.update, jobs.Jobs.run
    for name in stations:
        kind, _, method = name.partition(".")
        monkeypatch.setattr(CLASSES[kind], method, watched(name, getattr(CLASSES[kind], method)))
    monkeypatch.setattr(screen, "TOGETHER", 60.0)
    async with desk(tmp_path) as it:
        await it.computed()
        monkeypatch.setattr(PaintedState, "update", update)
        monkeypatch.setattr(jobs.Jobs, "run", run)
        shown: list[WorkbenchState] = []

        def hear(state: WorkbenchState) -> None:
            shown.append(state)

        it.bench.watch(it.bench, "state", hear, init=False)
        passed.clear()
        before = it.model
        it.bench.context.apply(edit("remove", [Remove("grant", ("file-sas", "attachments"))]), on=before)
        await it.computed()
        after = it.model
    assert [*dict.fromkeys(reversed(passed))][::-1] == stations, "each, and the last time in this order"
    assert {*taken} == {(stations[1], "snapshot"), (stations[3], "built"), (stations[3], "facts")}
    assert begun[0] == "analysis"
    assert not {*begun} - {"analysis", "ready", "squeezed"}, "the last two are of the drawing that is shown"
    of_the_edit = [each.is_current for each in shown if each.snapshot is after]
    assert of_the_edit
    assert all(of_the_edit), "panels are painted with the analysis, and not before"
