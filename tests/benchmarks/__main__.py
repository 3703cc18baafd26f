"""``python -m tests.benchmarks [--full] [--json [FILE]]``: how fast the program is.

Prints a table: each measurement beside something comparable in the same run, where there is such a
thing; then the same as JSON. Nothing is judged: the machine decides the times, and the ratios are what
to look at. Without ``--full`` it leaves out the largest meshes. Where much is reached, searches of other
libraries are made for some of the agents, which their rows say.
"""

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from itertools import count
from pathlib import Path

import networkx as nx

from meshmodel.analysis.steps import Mesh
from meshmodel.api import analyse
from meshmodel.app.session import Session
from meshmodel.canvas.draw import draw
from meshmodel.canvas.drawing import Drawing
from meshmodel.canvas.scene import Options
from meshmodel.exporters.compromise_answer import compromise_text
from meshmodel.exporters.style import Style
from meshmodel.model.records import Grant
from meshmodel.model.snapshot import Snapshot
from meshmodel.store.database import Store
from meshmodel.store.edits import Put, edit
from meshmodel.store.examples import example, examples
from meshmodel.store.interchange import read_file, write_file
from tests.analysis.crowds import crowded
from tests.benchmarks import editing, scale
from tests.benchmarks.measuring import PROGRAM, Row, process_seconds, seconds, until_it_shows
from tests.benchmarks.meshes import asked, bounded, clustered, decided, in_parts
from tests.benchmarks.workshop import workshop

NODES = 14_000
STEPS = scale.SIZES[NODES]


def networkx_seconds(snapshot: Snapshot) -> float:
    """networkx descendants per agent, the graph at hand."""
    mesh = Mesh(snapshot)
    graph = nx.DiGraph(step for steps in mesh.steps.values() for step in steps)
    graph.add_nodes_from(mesh.agent_node.values())
    return seconds(lambda: [nx.descendants(graph, agent) for agent in mesh.agent_node.values()], 1)


def compromises() -> Iterator[Row]:
    """What follows from an outsider's words, where every place steers every agent, in text."""
    snapshot = crowded(200, 200)
    analysis = analyse(snapshot)
    _ = analysis.summary

    def outsider() -> str:
        return compromise_text(snapshot, analysis.compromise("outsider"), "built", Style())

    steps = len(Mesh(snapshot).steps["trigger"])
    yield Row(
        f"compromise by an outsider, {steps:,} triggers",
        seconds(outsider),
        {"networkx descendants per agent": networkx_seconds(snapshot)},
    )


def start(folder: Path) -> Iterator[Row]:
    model = folder / "start.mesh"
    Store.create(model, read_file(example("support-agent").path)).close()
    runner = (sys.executable, "-m", "tests.benchmarks.starting")
    yield Row(
        "start to a drawn workbench, in a terminal",
        until_it_shows((PROGRAM, "open", model), b"Attachments"),
        {"start to an empty Textual app": until_it_shows(runner, b"nothing else")},
    )


def edits(folder: Path) -> Iterator[Row]:
    """What the workbench does for an edit: on disk, both readings of the model, the whole drawing."""
    for elements in (100, 1_000):
        snapshot = clustered(elements * 14 // 10, elements * 27 // 10, dense=True, seed=1)
        path = folder / f"{elements}.mesh"
        Store.create(path, snapshot).close()
        session = Session.open(path)
        session.analysed(session.analyse())
        session.make_ready()
        grant = next(iter(snapshot.grant.values()))
        number = count()

        def one(session: Session = session, grant: Grant = grant, number: Iterator[int] = number) -> None:
            changed = Grant(grant.credential, grant.system, grant.actions, f"scope {next(number)}")
            session.apply(edit("change a scope", [Put(changed)]))
            session.analysed(session.analyse())
            assert not session.can_be_readied

        def again(session: Session = session, drawn: Drawing | None = None) -> Drawing:
            options = Options(width=120, height=30)
            return draw(session.snapshot, session.facts("built"), options, drawn)

        besides = {"networkx descendants per agent": networkx_seconds(snapshot)}
        yield Row(f"edit to new findings, {snapshot.elements:,} elements", seconds(one), besides)
        drawing = again()
        lines = len(drawing.branches)
        yield Row(
            f"drawing it again, all zones open, {lines:,} lines",
            seconds(lambda again=again, drawing=drawing: again(drawn=drawing)),
            besides,
        )
        session.close()


def scales(meshes: dict[str, Snapshot], *, full: bool) -> Iterator[Row]:
    """Reach and the complete check of each size."""
    for kind, snapshot in meshes.items():
        yield from scale.both(NODES, snapshot, kind)
    if full:
        for kind in ("dense", "sparse"):
            snapshot = clustered(33_000, scale.SIZES[33_000], dense=kind == "dense", seed=7)
            yield from scale.both(33_000, snapshot, kind)
        yield scale.large(160_000)


def following(*, full: bool) -> Iterator[Row]:
    """Edits from one analysis to the next, where every agent reaches a tenth of the accesses."""
    for nodes in (NODES, 33_000) if full else (NODES,):
        found = editing.measured(
            in_parts(10, nodes, scale.SIZES[nodes], dense=True, seed=7), 30 if full else 3
        )
        whole = {"a full check": found.pop("full check")[0]}
        ready = found.pop(editing.READY)
        for sort in ("put", "remove", "change"):
            times = [each for name, some in found.items() if name.startswith(sort) for each in some]
            late = statistics.quantiles(times, n=20)[-1]
            yield Row(f"edit ({sort}) to new findings, 95 of 100, {nodes:,} nodes", late, whole)
        yield made_ready(ready, f"{nodes:,} nodes", whole)
        for kind in ("dense", "sparse"):
            yield slowest(nodes, kind)


def slowest(nodes: int, kind: str) -> Row:
    """The slowest of edits of every kind, where agents reach most, or little."""
    snapshot = clustered(nodes, scale.SIZES[nodes], dense=kind == "dense", seed=7)
    found = editing.measured(snapshot, 2)
    whole = {"a full check": found.pop("full check")[0]}
    ready = max(found.pop(editing.READY))
    times = [each for some in found.values() for each in some]
    some = f"the slowest of {len(times)} edits to new findings, {nodes:,} nodes, {kind}"
    return Row(some, max(times), {**whole, "making ready beside, the longest": ready})


def made_ready(times: list[float], what: str, besides: dict[str, float]) -> Row:
    """What is done beside, while nobody waits, so that edits follow: after opening, and where one edit bears
    on most.
    """
    return Row(f"made ready beside, {len(times) - 1} times, the longest, {what}", max(times), besides)


def decisions() -> Iterator[Row]:
    """Meshes with very many checkpoints: the complete check, and edits after it."""
    few = clustered(6_000, 11_700, dense=True, seed=7)
    usual = f"the same with {len(few.checkpoint):,} checkpoints"
    usually = scale.seconds(lambda: scale.everything(few), 3)
    for make, which in (
        (decided, "as a fix places them"),
        (asked, "on every hold"),
        (bounded, "between 30 zones"),
    ):
        snapshot = make(6_000, 11_700, seed=7)
        some = f"{snapshot.elements:,} elements, {len(snapshot.checkpoint):,} checkpoints {which}"
        taken = scale.seconds(lambda snapshot=snapshot: scale.everything(snapshot), 3)
        yield Row(f"complete check, {some}", taken, {usual: usually})
        found = editing.measured(snapshot, 1)
        whole = {"a full check": found.pop("full check")[0]}
        ready = found.pop(editing.READY)
        late = statistics.quantiles([each for times in found.values() for each in times], n=20)[-1]
        yield Row(f"edit to new findings, 95 of 100, {some}", late, whole)
        yield made_ready(ready, some, whole)


def fixes() -> Iterator[Row]:
    """The minimum fix, to its proven optimum."""
    meshes = {each.name: read_file(each.path) for each in examples()}
    meshes["200 agents, 2,600 steps"] = workshop()
    for name, snapshot in meshes.items():
        analysis = analyse(snapshot)
        _ = analysis.summary
        fix = analysis.minimum_fix()
        proven = "proven" if fix.optimal else f"at least {fix.lower_bound}"
        taken = seconds(lambda snapshot=snapshot: analyse(snapshot).minimum_fix(), 3)
        yield Row(f"minimum fix of {name}: {fix.cost}, {proven}", taken)


def checks(folder: Path, meshes: dict[str, Snapshot]) -> Iterator[Row]:
    load = "import sys, tomllib\nwith open(sys.argv[1], 'rb') as file: tomllib.load(file)"
    for kind, snapshot in meshes.items():
        path = folder / f"{kind}.toml"
        write_file(path, snapshot)
        yield Row(
            f"check of a file, {path.stat().st_size / 1e6:.1f} MB, {kind}, process time",
            process_seconds((PROGRAM, "check", path), 3),
            {"tomllib.load of it": process_seconds((sys.executable, "-c", load, path), 3)},
        )
    nothing = process_seconds((sys.executable, "-c", "pass"))
    slowest = max(process_seconds((PROGRAM, "check", each.path), 3) for each in examples())
    yield Row("check of the slowest worked example, process time", slowest, {"Python doing nothing": nothing})


def main() -> None:
    """Measure all, print as it goes."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("--full", action="store_true", help="all sizes")
    parser.add_argument(
        "--json", nargs="?", const="-", metavar="FILE", help="write JSON alone, there or here"
    )
    asked = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        meshes = {
            kind: clustered(NODES, STEPS, dense=kind == "dense", seed=7) for kind in ("dense", "sparse")
        }
        for measured in (
            scales(meshes, full=asked.full),
            following(full=asked.full),
            decisions(),
            fixes(),
            compromises(),
            start(folder),
            edits(folder),
            checks(folder, meshes),
        ):
            for row in measured:
                rows.append(row)
                print(row.told(), file=sys.stderr if asked.json == "-" else sys.stdout, flush=True)
    answer = json.dumps({"benchmarks": [{**asdict(row), "ratios": row.ratios} for row in rows]})
    if asked.json in (None, "-"):
        print(answer)
    else:
        Path(asked.json).write_text(answer + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
