"""``python -m tests.benchmarks [--json [FILE]]``: how fast the program is.

Prints a table: each measurement beside something comparable in the same run, where there is such a
thing; then the same as JSON. Nothing is judged: the machine decides the times, and the ratios are what
to look at. Where there are many agents, searches of other libraries are made for some of them.
"""

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from meshmodel.analysis.analysis import analyse
from meshmodel.app.presentation.lenses import facts_of
from meshmodel.canvas.draw import draw
from meshmodel.canvas.scene import Options
from meshmodel.interchange import read_file
from meshmodel.store.examples import example, examples
from meshmodel.store.store import Store
from tests.benchmarks import scale
from tests.benchmarks.keys import told_after, waited
from tests.benchmarks.measuring import PROGRAM, Row, process_seconds, seconds, until_it_shows
from tests.benchmarks.meshes import clustered
from tests.benchmarks.workshop import workshop

DEADLINE = 10
"""Seconds after which a fix that is not proven is told as that."""


def start(folder: Path) -> Iterator[Row]:
    model = folder / "start.mesh"
    Store.create(model, read_file(example("support-agent").path)).close()
    runner = (sys.executable, "-m", "tests.benchmarks.starting")
    yield Row(
        "start to a drawn workbench, in a terminal",
        until_it_shows((PROGRAM, "open", model), b"Attachments"),
        {"start to an empty Textual app": until_it_shows(runner, b"nothing else")},
    )


def drawings() -> Iterator[Row]:
    """The drawing of 1,000 elements, all zones open, made anew."""
    snapshot = clustered(1_400, 2_700, dense=True, seed=1)
    facts = facts_of(analyse(snapshot))
    options = Options(width=120, height=30)
    drawing = draw(snapshot, facts, options, None)
    what = f"drawing of {snapshot.elements:,} elements again, all zones open"
    yield Row(what, seconds(lambda: draw(snapshot, facts, options, drawing)))


def hands() -> Iterator[Row]:
    """How long a hand waits at the workbench: 95 keys of 100, as far as the terminal answers at all."""
    measured = (
        ("edit to header, 700 elements, 95 of 100", lambda: told_after(700, 20)),
        ("key while 10,000 elements are analysed, 95 of 100", lambda: waited(10_000, 6)[0]),
    )
    for what, work in measured:
        try:
            times = work()
        except TimeoutError:
            times = []
        if len(times) > 1:
            yield Row(what, statistics.quantiles(times, n=20)[-1])
        else:
            yield Row(f"{what}: NOT MEASURED", 0.0)


def fixes() -> Iterator[Row]:
    """The minimum fix, to its proven optimum or the deadline."""
    meshes = {each.name: read_file(each.path) for each in examples()}
    meshes["200 agents, 2,600 steps"] = workshop()
    for name, snapshot in meshes.items():
        analysis = analyse(snapshot)
        _ = analysis.summary
        fix = analysis.minimum_fix(deadline=DEADLINE)
        proven = "proven" if fix.optimal else f"at least {fix.lower_bound}"
        taken = seconds(lambda snapshot=snapshot: analyse(snapshot).minimum_fix(deadline=DEADLINE), 3)
        yield Row(f"minimum fix of {name}: {fix.cost}, {proven}", taken)


def checks() -> Iterator[Row]:
    """``meshmodel check`` of a worked example, start included."""
    nothing = process_seconds((sys.executable, "-c", "pass"))
    slowest = max(process_seconds((PROGRAM, "check", each.path), 3) for each in examples())
    yield Row("check of the slowest worked example, process time", slowest, {"Python doing nothing": nothing})


def main() -> None:
    """Measure all, print as it goes."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument(
        "--json", nargs="?", const="-", metavar="FILE", help="write JSON alone, there or here"
    )
    asked = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as name:
        for measured in (scale.scales(), fixes(), start(Path(name)), drawings(), hands(), checks()):
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
