"""Background work: one job a group; what is replaced is not heard; stopping, failing, progress, resting."""

import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from weakref import ref

from textual import on
from textual.app import App
from textual.pilot import Pilot
from textual.screen import Screen
from textual.worker import Worker

from meshmodel.app import jobs as module
from meshmodel.app.jobs import NO_KEY, Jobs
from meshmodel.model.stop import Progress, Task, check_current


class Bench(Screen[None]):
    """A screen that has jobs."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[Mapping[str, str]] = []
        self.jobs = Jobs(self, self._tell)

    def _tell(self, running: Mapping[str, Progress]) -> None:
        self.told.append({group: each.text for group, each in running.items()})

    @on(Worker.StateChanged)
    def _changed(self, event: Worker.StateChanged) -> None:
        self.jobs.worker_changed(event)


@asynccontextmanager
async def bench() -> AsyncIterator[tuple[Bench, Pilot[None]]]:
    app: App[None] = App()
    screen = Bench()
    async with app.run_test() as pilot:
        await app.push_screen(screen)
        yield screen, pilot


async def rest(pilot: Pilot[None]) -> None:
    for _ in range(4):
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()


class Held:
    """Work that goes on until it is let through or asked to stop."""

    def __init__(self, answer: str) -> None:
        self.answer = answer
        self.begun, self.gate = threading.Event(), threading.Event()

    def __call__(self, task: Task) -> str:
        self.begun.set()
        while not self.gate.wait(0.005) and not task.is_cancelled():
            pass
        return self.answer + (" stopped" if task.is_cancelled() else "")


async def begun(held: Held, pilot: Pilot[None]) -> None:
    for _ in range(200):
        if held.begun.is_set():
            return
        await pilot.pause()
    raise AssertionError("it never begins")


async def test_an_answer_is_heard_in_the_thread_of_the_screen() -> None:
    async with bench() as (screen, pilot):
        heard: list[object] = []
        screen.jobs.run(
            "a",
            lambda _: threading.current_thread(),
            lambda ran: heard.extend((ran, threading.current_thread())),
        )
        await rest(pilot)
        assert heard[0] is not threading.main_thread()
        assert heard[1] is threading.main_thread()
        assert not screen.jobs.is_running("a")


async def test_parts_of_an_answer_are_heard_first_unless_nobody_wants_them_any_more() -> None:
    async with bench() as (screen, pilot):
        heard: list[tuple[str, bool, bool]] = []

        def work(task: Task) -> str:
            task.tell("a part")
            return "all of it"

        def hear(answer: str) -> None:
            heard.append((answer, threading.current_thread() is threading.main_thread(), is_wanted()))

        def is_wanted() -> bool:
            return screen.jobs.is_running("a")

        screen.jobs.run("a", work, hear)
        await rest(pilot)
        assert heard == [("a part", True, True), ("all of it", True, False)]
        screen.jobs.run("a", work, hear)
        screen.jobs.drop("a")
        await rest(pilot)
        assert len(heard) == 2


async def test_a_newer_job_of_the_group_replaces_the_one_that_runs_and_the_one_that_waits() -> None:
    async with bench() as (screen, pilot):
        heard: list[str] = []
        first, second, third = Held("first"), Held("second"), Held("third")
        screen.jobs.run("a", first, heard.append)
        await begun(first, pilot)
        screen.jobs.run("a", second, heard.append)
        screen.jobs.run("a", third, heard.append)
        third.gate.set()
        await rest(pilot)
        assert heard == ["third"]
        assert not second.begun.is_set()


async def test_groups_do_not_wait_for_one_another() -> None:
    async with bench() as (screen, pilot):
        heard: list[str] = []
        held, other = Held("held"), Held("other")
        other.gate.set()
        screen.jobs.run("a", held, heard.append)
        screen.jobs.run("b", other, heard.append)
        while heard != ["other"]:
            await pilot.pause()
        held.gate.set()
        await rest(pilot)
        assert heard == ["other", "held"]


async def test_what_is_stopped_still_answers_and_what_is_dropped_does_not() -> None:
    async with bench() as (screen, pilot):
        heard: list[str] = []
        for end in (screen.jobs.stop, screen.jobs.drop):
            held = Held(end.__name__)
            screen.jobs.run("a", held, heard.append)
            await begun(held, pilot)
            assert end("a")
            assert not end("a"), "it was asked already"
            await rest(pilot)
        assert heard == ["stop stopped"]
        assert not screen.jobs.stop("a")


async def test_a_failure_is_heard_in_one_line() -> None:
    def fails(_: Task) -> str:
        raise ValueError("no\nroom")

    async with bench() as (screen, pilot):
        heard: list[str] = []
        screen.jobs.run("a", fails, heard.append, lambda why: heard.append(f"failed: {why}"))
        await rest(pilot)
        assert len(heard) == 1
        assert heard[0].startswith("failed: no")
        assert "\n" not in heard[0]


async def test_of_titled_jobs_it_is_told_how_far_they_are(monkeypatch) -> None:
    monkeypatch.setattr(module, "TICK", 0.01)
    async with bench() as (screen, pilot):
        held = Held("held")
        task = screen.jobs.run("a", held, lambda _: None, title="counting")
        screen.jobs.run("b", lambda _: None, lambda _: None)
        assert screen.told[-1] == {"a": "counting: 0 s, Esc stops it"}
        task.progress_text = "3 of 7"
        while screen.told[-1].get("a") != "counting, 3 of 7: 0 s, Esc stops it":
            await pilot.pause(0.01)
        screen.jobs.stop("a")
        assert screen.told[-1] == {"a": "stopping counting"}
        await rest(pilot)
        assert screen.told[-1] == {}


async def test_once_closed_nothing_is_heard_or_begun() -> None:
    async with bench() as (screen, pilot):
        heard: list[str] = []
        held, late = Held("held"), Held("late")
        screen.jobs.run("a", held, heard.append)
        await begun(held, pilot)
        screen.jobs.close()
        screen.jobs.run("a", late, heard.append)
        await rest(pilot)
        assert heard == []
        assert not late.begun.is_set()


async def test_it_rests_while_a_key_is_handled(monkeypatch) -> None:
    monkeypatch.setattr(module, "LONGEST_REST", 60.0)
    async with bench() as (screen, pilot):
        held, heard = Held("held"), list[str]()

        def work(task: Task) -> str:
            answer = held(task)
            check_current()
            return answer

        screen.jobs.run("a", work, heard.append)
        await begun(held, pilot)
        NO_KEY.clear()
        held.gate.set()
        for _ in range(20):
            await pilot.pause()
        assert heard == []
        NO_KEY.set()
        await rest(pilot)
        assert heard == ["held"]


async def test_others_rest_while_a_drawing_is_made() -> None:
    async with bench() as (screen, pilot):
        drawing, other, heard = Held("drawn"), Held("analysed"), list[str]()

        def work(task: Task) -> str:
            answer = other(task)
            check_current()
            return answer

        screen.jobs.run("analysis", work, heard.append)
        await begun(other, pilot)
        screen.jobs.run("drawing", drawing, heard.append)
        await begun(drawing, pilot)
        other.gate.set()
        for _ in range(20):
            await pilot.pause()
        assert heard == []
        drawing.gate.set()
        await rest(pilot)
        assert heard == ["drawn", "analysed"]


async def test_what_rests_for_a_drawing_goes_on_though_the_screen_waits_for_it() -> None:
    async with bench() as (screen, pilot):
        drawing, other, heard, lock = Held("drawn"), Held("analysed"), list[str](), threading.Lock()

        def work(task: Task) -> str:
            with lock:  # as that of a property which is computed once
                answer = other(task)
                check_current()
            return answer

        screen.jobs.run("analysis", work, heard.append)
        await begun(other, pilot)
        screen.jobs.run("drawing", drawing, heard.append)
        await begun(drawing, pilot)
        other.gate.set()
        drawing.gate.set()
        taken = lock.acquire(timeout=20)
        screen.jobs.close()
        assert taken


async def test_it_goes_on_for_a_while_although_keys_keep_coming(monkeypatch) -> None:
    monkeypatch.setattr(module, "LONGEST_REST", 0.01)
    monkeypatch.setattr(module, "LEAST_WORK", 60.0)
    async with bench() as (screen, pilot):
        heard: list[bool] = []
        NO_KEY.clear()
        screen.jobs.run("a", lambda task: any(task.should_stop() for _ in range(100_000)), heard.append)
        await rest(pilot)
        NO_KEY.set()
        assert heard == [False]


async def test_what_is_dropped_ends_where_it_checks_deep_within() -> None:
    async with bench() as (screen, pilot):
        held, heard = Held("held"), list[object]()

        def work(task: Task) -> None:
            held(task)
            while True:
                check_current()

        screen.jobs.run("a", work, heard.append, heard.append)
        await begun(held, pilot)
        screen.jobs.drop("a")
        await rest(pilot)
        assert heard == []


async def test_nothing_keeps_what_was_computed() -> None:
    class Large:
        """Something that should not stay."""

    async with bench() as (screen, pilot):
        large = Large()
        known, heard = ref(large), list[bool]()
        screen.jobs.run("a", lambda _, it=large: it, lambda it: heard.append(it is known()))
        del large
        await rest(pilot)
        assert heard == [True]
        assert known() is None
