"""In a large model what is asked in a dialog is worked out beside: leaving ends it, nothing is stale."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from meshmodel.api import analyse
from meshmodel.app.dialogs import offboard as offboarding
from meshmodel.app.dialogs import why
from meshmodel.app.dialogs.offboard import OffboardingDialog
from meshmodel.model.stop import Stopped
from tests.analysis.crowds import crowded
from tests.app.desk import desk

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
        await it.computed()
        assert gate.ended.is_set(), "and its thread has ended"


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
        await it.computed()
        assert it.app.screen is it.bench
        assert (it.model.agent["a001"].status == "retired") is not leave


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
