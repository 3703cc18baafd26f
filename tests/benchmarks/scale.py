"""What a size costs: reach of all agents beside searches per agent, and the complete check.

All this is processor time: nothing here waits for anything.
"""

import gc
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence

import igraph
import networkx as nx
import numpy as np
import rustworkx as rx

from meshmodel.analysis.closure import forward, is_sparse
from meshmodel.analysis.pairs.reaching import Steps, grown, started
from meshmodel.analysis.steps import STEP_ORDER, Mesh, Pair
from meshmodel.api import Analysis, analyse
from meshmodel.model.snapshot import Snapshot
from meshmodel.store.edits import Remove, apply_edit, edit
from tests.benchmarks.measuring import ENVIRONMENT, Row
from tests.benchmarks.measuring import seconds as measured
from tests.benchmarks.meshes import clustered

SIZES = {14_000: 27_000, 33_000: 65_000, 160_000: 311_000}
"""Nodes in use, and steps between them."""

SAMPLE = 30
"""Where much is reached, searches are made for so many agents, and their time is taken as often as needed."""


def seconds(work: Callable[[], object], rounds: int = 5) -> float:
    """The median processor time of some work, which waits for nothing."""
    return measured(work, rounds, time.process_time)


def checked(analysis: Analysis) -> None:
    """Everything that a check tells: crossings counted by severity, doors, all rules, questions."""
    assert analysis.uncontrolled_by_severity
    assert analysis.summary.agents
    _ = analysis.doors, analysis.findings, analysis.questions


def everything(snapshot: Snapshot) -> Analysis:
    """The complete check of a loaded snapshot."""
    analysis = analyse(snapshot)
    checked(analysis)
    return analysis


def in_networkx(steps: Sequence[Pair], agents: Sequence[int]) -> int:
    graph = nx.DiGraph(steps)
    graph.add_nodes_from(agents)
    return sum(len(nx.descendants(graph, agent)) for agent in agents)


def in_rustworkx(steps: Sequence[Pair], agents: Sequence[int]) -> int:
    graph = rx.PyDiGraph()
    graph.add_nodes_from(range(max(map(max, steps)) + 1))
    graph.extend_from_edge_list(steps)
    return sum(len(rx.descendants(graph, agent)) for agent in agents)


def in_igraph(steps: Sequence[Pair], agents: Sequence[int]) -> int:
    size = max(map(max, steps)) + 1
    graph = igraph.Graph(size, steps, directed=True)
    return sum(len(found) - 1 for found in graph.neighborhood(agents, order=size, mode="out"))


def in_closure(mesh: Mesh) -> int:
    """As the program does: for all starts step by step where little is reached, else by rows of bits."""
    successors, agents = mesh.successors(STEP_ORDER), list(mesh.agent_node.values())
    if is_sparse(successors, agents):
        steps = Steps.of(successors)
        begin = started(steps.size, np.arange(len(agents)), np.array(agents))
        return len(grown(steps, begin[:0], begin)) - len(agents)
    closure = forward(successors)
    closure.prepare(agents)
    return sum(closure.row(agent).bit_count() - 1 for agent in agents)


SEARCHES: dict[str, Callable[[Sequence[Pair], Sequence[int]], int]] = {
    "networkx": in_networkx,
    "rustworkx": in_rustworkx,
    "igraph": in_igraph,
}


def searched(
    search: Callable[[Sequence[Pair], Sequence[int]], int],
    steps: Sequence[Pair],
    agents: Sequence[int],
    *,
    sampled: bool,
) -> float:
    """The seconds of a search for each agent, its graph made first."""
    if not sampled:
        return seconds(lambda: search(steps, agents), 1)
    few = agents[:: max(1, len(agents) // SAMPLE)]
    one, some = (seconds(lambda starts=starts: search(steps, starts), 1) for starts in (few[:1], few))
    return one + max(some - one, 0) / max(len(few) - 1, 1) * (len(agents) - 1)


def both(nodes: int, snapshot: Snapshot, kind: str) -> Iterator[Row]:
    """Reach of all agents, and the complete check, each beside searches per agent."""
    row = reach(nodes, snapshot, kind)
    yield row
    yield check(
        nodes, snapshot, kind, {what: each for what, each in row.besides.items() if "networkx" in what}
    )


def reach(nodes: int, snapshot: Snapshot, kind: str) -> Row:
    """Reach of all agents beside searches per agent."""
    mesh = Mesh(snapshot)
    steps = [step for pairs in mesh.steps.values() for step in pairs]
    agents = list(mesh.agent_node.values())
    few = agents[:20]
    closure = forward(mesh.successors(STEP_ORDER))
    expected = sum(closure.row(agent).bit_count() - 1 for agent in few)
    assert {search(steps, few) for search in SEARCHES.values()} == {expected}
    sampled = expected > 1_000 * len(few)
    some = f", measured for {SAMPLE} agents" if sampled else ""
    return Row(
        f"reach of all {len(agents):,} agents, {nodes:,} nodes, {kind}",
        seconds(lambda: in_closure(mesh)),
        {
            f"a search per agent in {name}{some}": searched(search, steps, agents, sampled=sampled)
            for name, search in SEARCHES.items()
        },
    )


def check(nodes: int, snapshot: Snapshot, kind: str, besides: dict[str, float]) -> Row:
    """The complete check."""
    summary = analyse(snapshot).summary
    agents = len(Mesh(snapshot).agent_node)
    return Row(
        f"complete check, {nodes:,} nodes, {SIZES[nodes]:,} steps, {kind}: {summary.crossings:,} crossings,"
        f" {summary.missing:,} doors, {agents:,} agents",
        seconds(lambda: everything(snapshot), 3),
        besides,
    )


def large(nodes: int) -> Row:
    """The complete check of a sparse mesh in a process of its own, and the memory that it takes."""
    command = (sys.executable, "-m", "tests.benchmarks.scale", str(nodes))
    start = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.PIPE, env=ENVIRONMENT, check=False)
    if done.returncode:
        what = (
            f"complete check, {nodes:,} nodes, sparse: NOT FINISHED (status {done.returncode}), ended after"
        )
        return Row(what, time.perf_counter() - start)
    found = json.loads(done.stdout)
    return Row(
        f"complete check, {nodes:,} nodes, {SIZES[nodes]:,} steps, sparse, processor time, at most"
        f" {found['peak'] / 2**30:.2f} GiB with the snapshot",
        found["seconds"],
        {"an edit after it": found["edit"], "a full check after that": found["again"]},
    )


def main() -> None:
    """Check one sparse mesh, again after an edit, and that once more from scratch; print the seconds and the
    most memory that this process took before the edit.
    """
    nodes = int(sys.argv[1])
    snapshot = clustered(nodes, SIZES[nodes], dense=False, seed=7)
    gc.disable()  # as the command does
    analysis, taken = timed(snapshot, None)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    edited = apply_edit(snapshot, edit("remove a hold", [Remove("hold", next(iter(snapshot.hold)))]))
    following, after = timed(edited, analysis)
    fresh, again = timed(edited, None)
    assert following.summary == fresh.summary
    print(json.dumps({"seconds": taken, "edit": after, "again": again, "peak": peak}))


def timed(snapshot: Snapshot, previous: Analysis | None) -> tuple[Analysis, float]:
    """The complete check, and its seconds of processor time: nothing in it waits for anything."""
    start = time.process_time()
    analysis = analyse(snapshot, previous=previous)
    checked(analysis)
    return analysis, time.process_time() - start


if __name__ == "__main__":
    main()
