"""In a large model what is asked in a dialog is worked out beside: leaving ends it, nothing is stale."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from meshmodel.api import analyse
from meshmodel.app.dialogs import offboard as offboarding
from meshmodel.app.dialogs import why
from meshmodel.app.dialogs.offboard import OffboardingDialog
from meshmodel.app.dialogs.why import WhyDialog
from meshmodel.app.presentation.explanations import Asked
from meshmodel.app.widgets.row_list import RowList
from meshmodel.model.stop import Stopped
from tests.analysis.crowds import crowded
from tests.app.desk import Desk, desk

pytestmark = pytest.mark.slow

LARGE = crowded(agents=8, systems=300)


class Gate:
    """Holds back a function that is asked beside, until it is let through or cancelled."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, module: object, name: str) -> None:
        self.asked: list[object] = []
        self.threads: set[threading.Thread] = set()
        self.ended = threading.Event()
        self._open = threading.Event()
        inner = getattr(module, name)

        def held(analysis, asked, *rest, is_cancelled: Callable[[], bool] | None = None, **options):
            stop = is_cancelled or rest[-1]
            self.asked.append(asked)
            self.threads.add(threading.current_thread())
            while not self._open.wait(0.01):
                if stop():
                    self.ended.set()
                    raise Stopped
            if is_cancelled is not None:
                options["is_cancelled"] = is_cancelled
            return inner(analysis, asked, *rest, **options)

        monkeypatch.setattr(module, name, held)

    def open(self) -> None:
        self._open.set()


def listed(it: Desk) -> str:
    return "\n".join(row.content.plain for row in it.app.screen.query_one(RowList).shown_rows)


async def settled(it: Desk) -> None:
    for _ in range(4):
        await it.app.workers.wait_for_complete()
        await it.pilot.pause()


@pytest.mark.parametrize(
    ("module", "name", "key", "says"),
    [
        (why, "way_of", "w", "computing the path: 0 s, Esc goes back without it"),
        (why, "ways_in_words", "w", "computing all paths: 0 s, Esc goes back without them"),
        (offboarding, "plan_in_lines", "D", "computing what to do: 0 s, Esc goes back without it"),
    ],
)
async def test_what_a_dialog_asks_is_computed_beside_and_leaving_ends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: object, name: str, key: str, says: str
) -> None:
    gate = Gate(monkeypatch, module, name)
    async with desk(tmp_path, LARGE, size=(120, 40)) as it:
        await it.app.workers.wait_for_complete()
        await it.select("agent", "a001")
        await it.press(key)
        assert it.app.screen is not it.bench, "the dialog is there at once"
        await it.shows(says)
        assert threading.main_thread() not in gate.threads
        await it.press("escape")
        assert it.app.screen is it.bench
        await settled(it)
        assert gate.ended.is_set(), "and its thread has ended"


async def test_the_way_and_all_ways_follow(tmp_path: Path) -> None:
    async with desk(tmp_path, LARGE, size=(120, 40)) as it:
        await it.app.workers.wait_for_complete()
        await it.select("agent", "a001")
        await it.press("w")
        await settled(it)
        found = it.app.screen
        assert isinstance(found, WhyDialog)
        told = analyse(LARGE).explain("a001", found.asked.system)
        assert told is not None
        assert found.explanation == told
        assert found.ways
        assert "computing" not in listed(it)


async def test_what_was_asked_before_is_not_shown_as_what_is_asked_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(monkeypatch, why, "way_of")
    async with desk(tmp_path, LARGE, size=(120, 40)) as it:
        await it.app.workers.wait_for_complete()
        await it.select("agent", "a001")
        await it.press("w")
        found = it.app.screen
        assert isinstance(found, WhyDialog)
        found.ask(Asked("a002", "s005"))
        await it.pilot.pause()
        gate.open()
        await settled(it)
        assert found.explanation is not None
        assert (found.explanation.agent, found.explanation.system) == ("a002", "s005")
        assert gate.ended.is_set(), "what was asked before has ended"


async def test_the_plan_follows_and_is_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate(monkeypatch, offboarding, "plan_in_lines")
    async with desk(tmp_path, LARGE, size=(120, 40)) as it:
        await it.app.workers.wait_for_complete()
        await it.select("agent", "a001")
        await it.press("D")
        gate.open()
        await settled(it)
        assert isinstance(it.app.screen, OffboardingDialog), "read first"
        assert "key" in listed(it)
        await it.press("ctrl+s")
        assert it.app.screen is it.bench
        assert it.model.agent["a001"].status == "retired"


@pytest.mark.parametrize("leave", [False, True])
async def test_what_is_wanted_while_the_plan_is_computed_is_done_once_it_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, leave: bool
) -> None:
    gate = Gate(monkeypatch, offboarding, "plan_in_lines")
    async with desk(tmp_path, LARGE, size=(80, 24)) as it:
        await it.app.workers.wait_for_complete()
        await it.select("agent", "a001")
        await it.press("D", "ctrl+s")
        assert isinstance(it.app.screen, OffboardingDialog), "before it is known nothing is done"
        await it.shows("it is done as soon as that is known")
        if leave:
            await it.press("escape")
        gate.open()
        await settled(it)
        assert it.app.screen is it.bench
        assert (it.model.agent["a001"].status == "retired") is not leave


async def test_where_it_cannot_be_computed_it_is_said_that_nothing_was_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise ValueError("no luck")

    gate = Gate(monkeypatch, offboarding, "plan_in_lines")
    async with desk(tmp_path, LARGE, size=(80, 24)) as it:
        await it.app.workers.wait_for_complete()
        await it.select("agent", "a001")
        monkeypatch.setattr("meshmodel.api.Analysis.offboarding", fails)
        await it.press("D", "ctrl+s")
        gate.open()
        await it.shows("could not be computed: no luck")
        await it.shows("nothing was done")
        await it.press("ctrl+s")
        await it.shows("nothing was done")
        assert it.model.agent["a001"].status != "retired"


@pytest.mark.parametrize("ask", ["explain", "all_ways", "offboarding"])
def test_an_answer_that_nobody_wants_any_more_is_given_up_wherever_it_is(ask: str) -> None:
    analysis = analyse(LARGE)
    arguments = ("a001",) if ask == "offboarding" else ("a001", "s005")
    number = 0

    def counted() -> bool:
        nonlocal number
        number += 1
        return False

    assert getattr(analysis, ask)(*arguments, cancelled=counted) is not None
    assert number > 0
    for last in {0, number // 2, number - 1}:
        left = iter(range(last))
        with pytest.raises(Stopped):
            getattr(analysis, ask)(*arguments, cancelled=lambda left=left: next(left, None) is None)
