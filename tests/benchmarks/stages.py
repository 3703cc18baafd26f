"""``python -m tests.benchmarks.stages``: where the time of a complete check goes, and what none can spare.

After the stages come parts of the work that any reading of the same mesh in this interpreter has: to read
each relation once, to find the strongly connected components of the three graphs whose reach differs (by
our own search, and by those of two libraries from the same steps), and to make the answers from columns
that are there already. Then, of edits, how much of the answers they change, and what it takes to make just
that.
"""

import argparse
import random
import statistics
import time
from collections.abc import Callable, Hashable, Iterator
from functools import partial
from itertools import repeat

import igraph
import rustworkx as rx

from meshmodel.analysis.closure import forward
from meshmodel.analysis.results import Columns, Door, Finding
from meshmodel.api import Analysis, analyse
from meshmodel.model.errors import InvalidModelError
from meshmodel.model.snapshot import TABLES, Snapshot
from meshmodel.store.edits import apply_edit
from tests.benchmarks.editing import EDITS, checked
from tests.benchmarks.meshes import clustered, in_parts
from tests.benchmarks.scale import SIZES, seconds

STAGES: dict[str, Callable[[Analysis], object]] = {
    "steps of all reach: components": lambda of: of._engine.effective,
    "the same without driving others": lambda of: of._engine.own,
    "the same with checkpoints in force": lambda of: of._engine.guarding,
    "unchecked reach of agents alone": lambda of: of._engine.alone,
    "agents with their sources": lambda of: of._engine.travellers,
    "who reaches what as themselves": lambda of: of._engine.own_carriers,
    "crossings by severity": lambda of: of.uncontrolled_by_severity,
    "crossings in all": lambda of: (of._counts.crossings, of._counts.approved),
    "doors": lambda of: of.doors,
    "findings": lambda of: of.findings,
    "questions": lambda of: of.questions,
}
"""What a check works out, one after the other: each finds what those before it left."""
_AT_ALL = "all"


def stages(snapshot: Snapshot, rounds: int) -> dict[str, float]:
    """The median seconds of each stage of the complete check."""
    found: dict[str, list[float]] = {}

    def timed(name: str, work: Callable[[], object]) -> object:
        start = time.process_time()
        made = work()
        found.setdefault(name, []).append(time.process_time() - start)
        return made

    def check() -> object:
        analysis = timed("relations to steps", lambda: analyse(snapshot))
        for name, work in STAGES.items():
            timed(name, lambda work=work: work(analysis))
        return analysis

    for _ in range(rounds):
        taken = seconds(check, 1)
        found.setdefault(_AT_ALL, []).append(taken)
    return {name: statistics.median(times) for name, times in found.items()}


def read(snapshot: Snapshot) -> int:
    """Look at each relation once: its ends as numbers."""
    number = {
        each: place
        for place, each in enumerate(
            (*snapshot.system, *snapshot.credential, *snapshot.agent, *snapshot.zone)
        )
    }
    known = 0
    for name in TABLES:
        for key in snapshot.table(name):
            if isinstance(key, tuple):
                known += (number.get(key[0], 0) << 32 | number.get(key[1], 0)) > 0
    return known


def unavoidable(snapshot: Snapshot) -> Iterator[tuple[str, float]]:
    """Parts of the work that any check has, and the seconds they take."""
    analysis = analyse(snapshot)
    checked(analysis)
    engine = analysis._engine
    graphs = [each.successors for each in (engine.effective, engine.own, engine.guarding.baseline)]
    steps = [[(node, each) for node, after in enumerate(graph) for each in after] for graph in graphs]

    def in_rustworkx() -> None:
        for pairs, graph in zip(steps, graphs, strict=True):
            made = rx.PyDiGraph()
            made.add_nodes_from(range(len(graph)))
            made.extend_from_edge_list(pairs)
            _ = [list(each) for each in rx.strongly_connected_components(made)]

    def in_igraph() -> None:
        for pairs, graph in zip(steps, graphs, strict=True):
            _ = igraph.Graph(len(graph), pairs, directed=True).connected_components("strong").membership

    yield "each relation looked at once", seconds(lambda: read(snapshot))
    yield "components of the three graphs", seconds(lambda: [forward(graph) for graph in graphs])
    yield "the same in rustworkx, the graphs made", seconds(in_rustworkx)
    yield "the same in igraph, the graphs made", seconds(in_igraph)
    made = seconds(lambda: answers(analysis.doors, analysis.findings))
    yield f"{len(analysis.doors):,} doors, {len(analysis.findings):,} findings from columns", made


def answers(doors: tuple[Door, ...], findings: tuple[Finding, ...]) -> None:
    """Make these again, all that is in them known, and put the findings in order."""
    Door.several(
        [each.credential for each in doors],
        [each.system for each in doors],
        [each.actions for each in doors],
        [each.agents for each in doors],
        [each.severity for each in doors],
    )
    subjects = [each.subject for each in findings]
    order = sorted(range(len(subjects)), key=subjects.__getitem__)
    columns = Columns(str, "", (), (), ())  # type: ignore[arg-type]  # never asked
    made = Finding.several(
        "rule", [each.severity for each in findings], subjects, columns, order, repeat(None)
    )
    tuple(made)


def told(finding: Finding) -> Hashable:
    """All that a finding tells but its words."""
    return (
        finding.rule,
        finding.severity,
        finding.subject,
        finding.agents,
        finding.actions,
        finding.accepted,
    )


def follow(after: Snapshot, analysis: Analysis, made: list[Analysis]) -> None:
    """Analyse a model after an edit, and keep what was made."""
    made.append(analyse(after, previous=analysis))
    checked(made[0])


def edits(snapshot: Snapshot, rounds: int) -> Iterator[tuple[str, int, int, float, float]]:
    """Of each kind of edit how many doors and findings came, went or changed, at the median; the seconds to
    new findings; and those to make no more than the new ones.
    """
    rng = random.Random(1)
    analysis = analyse(snapshot)
    checked(analysis)
    for name, (make, kind) in EDITS.items():
        found: list[tuple[int, int, float, float]] = []
        for _ in range(rounds):
            try:
                after = apply_edit(snapshot, make(rng, snapshot, kind))
            except InvalidModelError:
                continue
            following: list[Analysis] = []
            analysis.make_ready()
            taken = seconds(partial(follow, after, analysis, following), 1)
            doors = tuple(set(following[0].doors) - set(analysis.doors))
            before = set(map(told, analysis.findings))
            some = tuple(each for each in following[0].findings if told(each) not in before)
            least = seconds(lambda doors=doors, some=some: answers(doors, some), 3)
            found.append((len(doors), len(some), taken, least))
            snapshot, analysis = after, following[0]
        if found:
            yield name, *[statistics.median(each) for each in zip(*found, strict=True)]  # type: ignore[misc]  # they are four


def main() -> None:
    """Print the stages of one mesh."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.stages")
    parser.add_argument("--nodes", type=int, choices=list(SIZES), default=14_000)
    parser.add_argument("--mesh", choices=("tenth", "dense", "sparse"), default="dense")
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    steps = SIZES[asked.nodes]
    if asked.mesh == "tenth":
        snapshot = in_parts(10, asked.nodes, steps, dense=True, seed=7)
        print("edit                            doors  findings       ms   making just these")
        for name, doors, findings, taken, least in edits(snapshot, asked.rounds):
            times = f"{taken * 1e3:7.1f}             {least * 1e3:7.1f}"
            print(f"{name:30} {doors:6,.0f}    {findings:6,.0f}  {times}")
        return
    snapshot = clustered(asked.nodes, steps, dense=asked.mesh == "dense", seed=7)
    for name, taken in stages(snapshot, asked.rounds).items():
        print(f"{taken * 1e3:9.1f} ms  {name}")
    print("Of any check:")
    for name, taken in unavoidable(snapshot):
        print(f"{taken * 1e3:9.1f} ms  {name}")


if __name__ == "__main__":
    main()
