"""One running workbench, as the tests see it."""

import re
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

from textual.geometry import Offset
from textual.pilot import Pilot
from textual.worker import WorkerError

from meshmodel.answers.causes import Counts, counts_of
from meshmodel.app import analysis_service, limits
from meshmodel.app.access import ANYONE
from meshmodel.app.app import MeshmodelApp
from meshmodel.app.config import Configuration
from meshmodel.app.workbench import screen
from meshmodel.app.workbench.screen import Workbench
from meshmodel.model.records import Reference, Snapshot
from meshmodel.store.load import load
from meshmodel.store.saved_state import State
from meshmodel.store.store import Store

MODELS = Path(__file__).parents[2] / "models"
SIZES = [(80, 24), (120, 40)]
"""Columns and rows; what holds in both hardly fails in a larger one."""


class Hand(Pilot[None]):
    """Presses keys and points, and waits for what follows: the analysis too, unless it is held back."""

    is_held = False

    async def press(self, *keys: str) -> None:
        await super().press(*keys)
        await self.pause()

    async def pause(self, delay: float | None = None) -> None:
        await super().pause(delay)
        for _ in range(200):
            benches = [each for each in self.app.screen_stack if isinstance(each, Workbench)]
            if not any(_is_held(each) or (not self.is_held and _is_computing(each)) for each in benches):
                return
            running = [each for each in self.app.workers if each.group == "analysis" and not each.is_finished]
            if running and not self.is_held:
                with suppress(WorkerError):
                    await self.app.workers.wait_for_complete(running)
            await super().pause()
        raise AssertionError("it is never analysed")


def _is_held(bench: Workbench) -> bool:
    return bench.context.is_held and not bench.is_left


def _is_computing(bench: Workbench) -> bool:
    if bench.is_left or bench.shown.problem:
        return False
    return bool(bench.shown.why_nothing) or not bench.analyses.is_current


class Desk:
    """One running workbench, as a test sees it."""

    def __init__(self, pilot: Hand, app: MeshmodelApp) -> None:
        self.pilot = pilot
        self.app = app

    @contextmanager
    def held(self, seconds: float = 0.001) -> Iterator[None]:
        """What follows an edit does not come before this ends; the edit is drawn after so many seconds."""
        gate, analyse = threading.Event(), analysis_service.analyse_both

        def held(*arguments: object) -> object:
            assert gate.wait(60)
            return analyse(*arguments)

        analysis_service.analyse_both = held
        screen.TOGETHER = screen.TOGETHER_ELSEWHERE = seconds
        self.pilot.is_held = True
        try:
            yield
        finally:
            self.pilot.is_held = False
            gate.set()
            analysis_service.analyse_both, screen.TOGETHER = analyse, limits.TOGETHER
            screen.TOGETHER_ELSEWHERE = limits.TOGETHER_ELSEWHERE

    @property
    def bench(self) -> Workbench:
        found = next(each for each in self.app.screen_stack if isinstance(each, Workbench))
        assert isinstance(found, Workbench)
        return found

    @property
    def model(self) -> Snapshot:
        return self.bench.session.snapshot

    @property
    def missing(self) -> int:
        assert self.bench.analyses.is_current
        assert self.bench.shown.built is not None
        return self.bench.shown.built.summary.missing

    @property
    def counts(self) -> Counts:
        """The findings and the unchecked paths of the model as built."""
        assert self.bench.analyses.is_current
        assert self.bench.shown.built is not None
        return counts_of(self.bench.shown.built)

    async def computed(self) -> None:
        """Wait until what is worked out beside has come, and what followed on it: the fix, what each step
        of it closes, and what fewer close.
        """
        await self.pilot.pause()
        for _ in range(100):
            running = [each for each in self.app.workers if not each.is_finished]
            if not running:
                return
            await self.app.workers.wait_for_complete(running)
            await self.pilot.pause()
        raise AssertionError("it is never worked out")

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def type(self, text: str) -> None:
        await self.press(*("space" if each == " " else each for each in text))

    async def sentence(self, text: str) -> None:
        await self.press(":")
        await self.type(text)
        await self.press("enter", "escape")

    async def select(self, *reference: object) -> None:
        self.bench.context.select(reference)
        await self.pilot.pause()

    def cell(self, reference: Reference, dx: int = 1, dy: int = 0) -> Offset:
        """A cell of a record, relative to the canvas."""
        canvas = self.bench.context.canvas
        assert canvas.drawing is not None
        box = canvas.drawing.box_of(reference)
        assert box is not None, f"{reference} is not drawn"
        dx = dx if dx >= 0 else box.width + dx
        return Offset(box.x + dx - canvas.scroll_offset.x, box.y + dy - canvas.scroll_offset.y)

    async def drag(self, start: Offset, end: Offset) -> None:
        """Down at one cell of the canvas, over to another, up."""
        middle = Offset((start.x + end.x) // 2, (start.y + end.y) // 2)
        await self.pilot.mouse_down("#canvas", offset=start)
        await self.pilot.hover("#canvas", offset=middle)
        await self.pilot.hover("#canvas", offset=end)
        await self.pilot.mouse_up("#canvas", offset=end)
        await self.pilot.pause()

    async def shows(self, text: str) -> None:
        """Wait until a text is on the screen; what is painted follows the model by a frame. Where it says for
        how long something is computed, any time will do.
        """
        wanted = re.compile(re.escape(text).replace(r":\ 0\ s,", r":\ \d+\ s,"))
        for _ in range(200):
            if wanted.search(self.screen_text()):
                return
            await self.pilot.pause()
        raise AssertionError(f"{text!r} is not on the screen:\n{self.screen_text()}")

    def screen_text(self) -> str:
        """What is on the screen."""
        strips = self.app.screen._compositor.render_strips(self.app.screen.size)
        return "\n".join("".join(segment.text for segment in strip) for strip in strips)


Open = Callable[..., object]


@asynccontextmanager
async def desk(
    folder: Path,
    model: str | Snapshot | Path | None = "support-agent",
    size: tuple[int, int] = (120, 40),
    **options: object,
) -> AsyncIterator[Desk]:
    if isinstance(model, Path):
        path = model
    else:
        path = folder / "mesh.mesh"
        if not path.exists():
            snapshot = load(MODELS / f"{model}.toml") if isinstance(model, str) else model
            Store.create(path, snapshot).close()
    app = MeshmodelApp(
        path,
        configuration=options.pop("configuration", Configuration()),
        state=State(folder / "state.json"),
        is_ascii=bool(options.pop("is_ascii", False)),
        access=options.pop("access", ANYONE),
        room=options.pop("room", None),
    )
    tooltips = bool(options.pop("tooltips", False))
    async with app.run_test(size=size, notifications=True, tooltips=tooltips):
        it = Desk(Hand(app), app)
        await it.pilot.pause()
        while app.is_opening:  # the lists that are not seen at first come right after the drawing
            await it.pilot.pause()
        yield it
        app.leave()
