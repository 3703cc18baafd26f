"""Paints the screenshots in ``screenshots/`` from real runs of the program: PNG and SVG.

Run from the project: ``python -m tests.screenshots``. Boxes are unbroken since the PNG is painted from
the screen's own cells (``tests/paint.py``).
"""

import asyncio
import re
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Input

from meshmodel import cli
from meshmodel.api import analyse
from meshmodel.app.app import MeshmodelApp
from meshmodel.app.config import Configuration
from meshmodel.store.load import load
from meshmodel.store.saved_state import State
from meshmodel.store.store import Store
from tests.exporters.parts import render
from tests.paint import paint

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "screenshots"


@dataclass(frozen=True)
class Shot:
    """One screenshot: name, worked example, size, the keys pressed, the theme, the log that is followed."""

    name: str
    example: str
    size: tuple[int, int]
    keys: tuple[str, ...] = ()
    theme: str = "dark"
    log: str = ""


SHOTS = (
    Shot("workbench", "agent-chain", (120, 40)),
    Shot("witness", "code-agent", (120, 40), ("f",)),
    Shot("reach", "agent-chain", (120, 40), ("r",)),
    Shot("small", "support-agent", (80, 24), ("f", "escape")),
    Shot("light", "code-agent", (120, 40), ("f",), "light"),
    Shot("fix", "finance-orchestrator", (120, 40), ("F",)),
    Shot("plan", "coding-agent-mcp", (120, 40), ("F", "tab")),
    Shot("round", "crm-assistant-gateway", (120, 40), ("@",)),
    Shot("trace", "token-leak", (120, 40), ("down", "down"), log="token-leak.jsonl"),
    Shot("large", "federated-release", (200, 60), ("tab", "tab")),
)


DIAGRAMS = (
    ("support-agent", "support-agent", "structure"),
    ("agent-chain-missing", "agent-chain", "missing"),
    ("federated-release", "federated-release", "structure"),
)
"""Exported diagrams: the name of the picture, the worked example, the lens."""


async def take(shot: Shot, folder: Path) -> None:
    """Run the program and paint what it shows."""
    path = folder / f"{shot.name}.mesh"
    Store.create(path, load(ROOT / "models" / f"{shot.example}.toml")).close()
    state = State(folder / "state.json")
    app = MeshmodelApp(path, configuration=Configuration(theme=shot.theme), state=state, is_ascii=False)
    async with app.run_test(size=shot.size) as pilot:
        await settle(app, pilot)
        if shot.log:
            await pilot.press("L", "enter")
            app.screen.query_one("#text", Input).value = str(ROOT / "models" / shot.log)
            await pilot.press("enter", "enter")
            await settle(app, pilot)
        for key in shot.keys:
            await pilot.press(key)
            await settle(app, pilot)
        save(app, shot)
        app.leave()


async def settle(app: App[None], pilot: Pilot[None]) -> None:
    """Wait for what is worked out beside; one piece of work may begin another."""
    for _ in range(5):
        await app.workers.wait_for_complete()
        await pilot.pause()


def save(app: App[None], shot: Shot) -> None:
    """The screen as it is now, as PNG and as SVG."""
    ground = app.screen.styles.background
    strips = app.screen._compositor.render_strips(app.screen.size)
    picture = paint(strips, shot.size[0], (ground.r, ground.g, ground.b))
    picture.save(TARGET / f"{shot.name}.png", optimize=True)
    drawn = app.export_screenshot(title="meshmodel")
    drawn = re.sub(r"@font-face \{.*?\}", "", drawn, flags=re.DOTALL)  # a picture fetches nothing
    (TARGET / f"{shot.name}.svg").write_text(drawn, encoding="utf-8")


def export_diagrams() -> None:
    """The exported diagrams, as PNG and as SVG, by the same code as ``meshmodel export``."""
    for name, example, lens in DIAGRAMS:
        snapshot = load(ROOT / "models" / f"{example}.toml")
        analysis = analyse(snapshot)
        for to, dpi in (("png", 110), ("svg", None)):
            data = render(snapshot, analysis, to, lens=lens, dpi=dpi)
            (TARGET / f"{name}.{to}").write_bytes(data)
        sys.stdout.write(f"{name}\n")


def export_own_server() -> None:
    """What whoever starts ``meshmodel mcp`` as of the manual reaches by it, found by ``meshmodel scan``."""
    manual = (ROOT / "meshmodel" / "docs" / "mcp.md").read_text(encoding="utf-8")
    (configuration,) = re.findall(r"```json project/\.mcp\.json\n(.*?)```", manual, re.DOTALL)
    with tempfile.TemporaryDirectory() as folder:
        project, model = Path(folder, "project"), Path(folder, "project.toml")
        project.mkdir()
        (project / ".mcp.json").write_text(configuration, encoding="utf-8")
        if cli.main(["scan", str(project), "-o", str(model)]) != 0:
            raise SystemExit("the configuration of the manual was not read")
        snapshot = load(model)
    for to, dpi in (("png", 110), ("svg", None)):
        (TARGET / f"own-server.{to}").write_bytes(render(snapshot, analyse(snapshot), to, dpi=dpi))
    sys.stdout.write("own-server\n")


def main() -> int:
    """Take all screenshots."""
    TARGET.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for shot in SHOTS:
            asyncio.run(take(shot, Path(folder)))
            sys.stdout.write(f"{shot.name}\n")
    export_diagrams()
    export_own_server()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
