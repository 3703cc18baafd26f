"""``python -m tests.benchmarks``: how fast the program is, beside something comparable each time.

Prints a table, then the same as JSON. Nothing is judged: the machine decides the times, and the
ratios are what to look at.
"""

import json
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path

import networkx as nx

from meshmodel.analysis.steps import Mesh
from meshmodel.api import analyse
from meshmodel.app.session import Session
from meshmodel.canvas.draw import draw
from meshmodel.canvas.drawing import Drawing
from meshmodel.canvas.scene import Options
from meshmodel.model.records import Grant
from meshmodel.model.snapshot import Snapshot
from meshmodel.store.database import Store
from meshmodel.store.edits import Put, edit
from meshmodel.store.examples import example, examples
from meshmodel.store.interchange import read_file, write_file
from tests.benchmarks.measuring import PROGRAM, process_seconds, seconds, until_it_shows
from tests.benchmarks.meshes import clustered

NODES, STEPS = 14_000, 27_000


@dataclass(frozen=True)
class Row:
    """One measurement: what was done, beside what, and how many times the one takes of the other."""

    what: str
    seconds: float
    beside: str
    beside_seconds: float

    @property
    def ratio(self) -> float:
        return self.seconds / self.beside_seconds

    @property
    def told(self) -> str:
        if self.ratio < 0.5:
            return f"{1 / self.ratio:,.0f} times faster"
        return f"{self.ratio:.2f} times"


def step_graph(snapshot: Snapshot) -> tuple[nx.DiGraph, list[int]]:
    """The step graph, and the nodes of its agents."""
    mesh = Mesh(snapshot)
    graph = nx.DiGraph(step for steps in mesh.steps.values() for step in steps)
    agents = list(mesh.agent_node.values())
    graph.add_nodes_from(agents)
    return graph, agents


def descendants(graph: nx.DiGraph, agents: list[int]) -> int:
    return sum(len(nx.descendants(graph, agent)) for agent in agents)


def everything(snapshot: Snapshot) -> None:
    """What ``check`` and ``reach`` need, crossings counted and not listed."""
    analysis = analyse(snapshot)
    assert analysis.summary.agents
    _ = analysis.doors, analysis.findings, analysis.questions


def start(folder: Path) -> Iterator[Row]:
    model = folder / "start.mesh"
    Store.create(model, read_file(example("support-agent").path)).close()
    runner = (sys.executable, "-m", "tests.benchmarks.starting")
    yield Row(
        "start to a drawn workbench, in a terminal",
        until_it_shows((PROGRAM, "open", model), b"Attachments"),
        "start to an empty Textual app",
        until_it_shows(runner, b"nothing else"),
    )


def edits(folder: Path) -> Iterator[Row]:
    """What the workbench does for an edit: on disk, both readings of the model, the whole drawing."""
    for elements in (100, 1_000):
        snapshot = clustered(elements * 14 // 10, elements * 27 // 10, dense=True, seed=1)
        path = folder / f"{elements}.mesh"
        Store.create(path, snapshot).close()
        session = Session.open(path)
        grant = next(iter(snapshot.grant.values()))
        number = count()

        def one(session: Session = session, grant: Grant = grant, number: Iterator[int] = number) -> None:
            changed = Grant(grant.credential, grant.system, grant.actions, f"scope {next(number)}")
            session.apply(edit("change a scope", [Put(changed)]))
            session.analysed(session.analyse())

        def again(session: Session = session, drawn: Drawing | None = None) -> Drawing:
            options = Options(width=120, height=30)
            return draw(session.snapshot, session.facts("built"), options, drawn)

        graph, agents = step_graph(snapshot)
        networkx = seconds(lambda graph=graph, agents=agents: descendants(graph, agents), 1)
        beside = "networkx descendants per agent"
        yield Row(f"edit to new findings, {snapshot.elements:,} elements", seconds(one), beside, networkx)
        drawing = again()
        lines = len(drawing.branches)
        yield Row(
            f"drawing it again, all zones open, {lines:,} lines",
            seconds(lambda again=again, drawing=drawing: again(drawn=drawing)),
            beside,
            networkx,
        )
        session.close()


def analyses(meshes: dict[str, Snapshot]) -> Iterator[Row]:
    for kind, snapshot in meshes.items():
        graph, agents = step_graph(snapshot)
        size = f"{graph.number_of_nodes():,} nodes, {graph.number_of_edges():,} steps"
        reached = descendants(graph, agents[:50]) // 50
        yield Row(
            f"full analysis, {size}, {kind} ({reached:,} nodes in an agent's reach)",
            seconds(lambda snapshot=snapshot: everything(snapshot), 3),
            f"networkx descendants per agent ({len(agents):,})",
            seconds(lambda graph=graph, agents=agents: descendants(graph, agents), 1),
        )


def checks(folder: Path, meshes: dict[str, Snapshot]) -> Iterator[Row]:
    load = "import sys, tomllib\nwith open(sys.argv[1], 'rb') as file: tomllib.load(file)"
    for kind, snapshot in meshes.items():
        path = folder / f"{kind}.toml"
        write_file(path, snapshot)
        yield Row(
            f"check of a file, {path.stat().st_size / 1e6:.1f} MB, {kind}, process time",
            process_seconds((PROGRAM, "check", path), 3),
            "tomllib.load of it, process time",
            process_seconds((sys.executable, "-c", load, path), 3),
        )
    nothing = process_seconds((sys.executable, "-c", "pass"))
    slowest = max(process_seconds((PROGRAM, "check", each.path), 3) for each in examples())
    yield Row("check of the slowest worked example, process time", slowest, "Python doing nothing", nothing)


def main() -> None:
    """Measure all, print as it goes."""
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        meshes = {
            kind: clustered(NODES, STEPS, dense=kind == "dense", seed=7) for kind in ("dense", "sparse")
        }
        for measured in (start(folder), edits(folder), analyses(meshes), checks(folder, meshes)):
            for row in measured:
                rows.append(row)
                print(f"{row.what}\n    {row.seconds * 1000:10,.1f} ms")
                print(
                    f"    {row.beside_seconds * 1000:10,.1f} ms  {row.beside}\n    {row.told:>13}", flush=True
                )
    print(json.dumps({"benchmarks": [{**asdict(row), "ratio": row.ratio} for row in rows]}))


if __name__ == "__main__":
    main()
