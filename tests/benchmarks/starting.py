"""What the benchmark starts: an empty Textual app, or the workbench; says when it is drawn, and ends.

python -m tests.benchmarks.starting empty
python -m tests.benchmarks.starting MODEL
"""

import asyncio
import os
import sys
from pathlib import Path

SIZE = (120, 40)


async def empty() -> None:
    from textual.app import App
    from textual.widgets import Static

    class Empty(App[None]):
        def compose(self):
            yield Static("empty")

    app = Empty()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        drawn()


async def workbench(path: Path) -> None:
    from meshmodel.app.application import MeshmodelApp
    from meshmodel.app.screens.workbench import Workbench

    app = MeshmodelApp(path)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, Workbench)
        await pilot.pause()
        assert screen.canvas.size.width
        drawn()


def drawn() -> None:
    """Say so and end at once: what comes after is not measured."""
    os.write(1, b"drawn\n")
    os._exit(0)


if __name__ == "__main__":
    asyncio.run(empty() if sys.argv[1] == "empty" else workbench(Path(sys.argv[1])))
