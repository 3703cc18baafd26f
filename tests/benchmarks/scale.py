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
import rustworkx as rx

from meshmodel.analysis.analysis import Analysis, analyse
from meshmodel.analysis.graph import Step
from meshmodel.analysis.mesh import Mesh
from meshmodel.model.records import Snapshot
from tests.benchmarks.measuring import ENVIRONMENT, Row
from tests.benchmarks.measuring import seconds as measured
from tests.benchmarks.meshes import clustered, decided

SIZES = {140: 270, 1_000: 1_930, 3_000: 5_800, 14_000: 27_000}
"""Nodes in use, and steps between them: about 100, 700, 2,100 and 10,000 elements."""
SAMPLE = 30
"""Where much is reached, searches are made for so many agents, and their time is taken as often as needed."""


def seconds(work: Callable[[], object], rounds: int = 5) -> float:
    """The median processor time of some work, which waits for nothing."""
    return measured(work, rounds, time.process_time)


def check(snapshot: Snapshot) -> Analysis:
    """The complete check of a loaded snapshot: summary, doors and findings."""
    analysis = analyse(snapshot)
    _ = analysis.summary, analysis.doors, analysis.findings
    return analysis


def reach_of_all(snapshot: Snapshot) -> object:
    """What every agent reaches, the mesh made first."""
    mesh = Mesh(snapshot)
    return mesh.graph.spread(mesh.agent_seeds())


def steps_of(snapshot: Snapshot) -> tuple[list[Step], list[int]]:
    """All steps of a mesh, drawn or arising by themselves, and the nodes of its agents."""
    mesh = Mesh(snapshot)
    steps = [(leaves, enters) for leaves, after in enumerate(mesh.graph.successors) for enters in after]
    return steps, [mesh.first_agent + number for number in range(len(mesh.agents))]


def in_networkx(steps: Sequence[Step], agents: Sequence[int]) -> object:
    graph = nx.DiGraph(steps)
    graph.add_nodes_from(agents)
    return [nx.descendants(graph, agent) for agent in agents]


def in_rustworkx(steps: Sequence[Step], agents: Sequence[int]) -> object:
    graph = rx.PyDiGraph()
    graph.add_nodes_from(range(max(map(max, steps)) + 1))
    graph.extend_from_edge_list(steps)
    return [rx.descendants(graph, agent) for agent in agents]


def in_igraph(steps: Sequence[Step], agents: Sequence[int]) -> object:
    size = max(map(max, steps)) + 1
    graph = igraph.Graph(size, steps, directed=True)
    return graph.neighborhood(agents, order=size, mode="out")


SEARCHES: dict[str, Callable[[Sequence[Step], Sequence[int]], object]] = {
    "networkx": in_networkx,
    "rustworkx": in_rustworkx,
    "igraph": in_igraph,
}


def searched(
    search: Callable[[Sequence[Step], Sequence[int]], object], steps: Sequence[Step], agents: Sequence[int]
) -> float:
    """The seconds of a search for each agent, its graph made first; many agents are sampled."""
    few = agents[:: max(1, len(agents) // SAMPLE)]
    one, some = (seconds(lambda starts=starts: search(steps, starts), 1) for starts in (few[:1], few))
    return one + max(some - one, 0) / max(len(few) - 1, 1) * (len(agents) - 1)


def scales() -> Iterator[Row]:
    """Reach of all agents and the complete check of each size, each beside searches per agent."""
    for nodes, number in SIZES.items():
        for kind in ("sparse", "dense"):
            snapshot = clustered(nodes, number, dense=kind == "dense", seed=7)
            steps, agents = steps_of(snapshot)
            besides = {
                f"a search per agent in {name}": searched(search, steps, agents)
                for name, search in SEARCHES.items()
            }
            what = f"{snapshot.elements:,} elements, {kind}"
            reach = seconds(lambda snapshot=snapshot: reach_of_all(snapshot))
            yield Row(f"reach of all {len(agents):,} agents, {what}", reach, besides)
            yield Row(f"complete check, {what}", seconds(lambda snapshot=snapshot: check(snapshot)), besides)
    snapshot = decided(3_000, SIZES[3_000], seed=7)
    what = f"{snapshot.elements:,} elements, {len(snapshot.checkpoint):,} checkpoints"
    yield Row(f"complete check, {what}", seconds(lambda: check(snapshot)))
    yield from memory()


def memory() -> Iterator[Row]:
    """The complete check of the largest meshes in a process of its own, and the memory that it adds."""
    for kind in ("sparse", "dense"):
        command = (sys.executable, "-m", "tests.benchmarks.scale", kind)
        done = subprocess.run(command, stdout=subprocess.PIPE, env=ENVIRONMENT, check=True)
        found = json.loads(done.stdout)
        used = f"{found['peak'] / 2**20:,.0f} MB, of which {found['before'] / 2**20:,.0f} MB before it"
        yield Row(
            f"complete check, 10,000 elements, {kind}, in a process of its own: {used}", found["seconds"]
        )


def main() -> None:
    """Check one mesh; print the seconds, and the most memory of this process before it and after it."""
    nodes = max(SIZES)
    snapshot = clustered(nodes, SIZES[nodes], dense=sys.argv[1] == "dense", seed=7)
    gc.disable()  # as the command does
    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    check(snapshot)
    taken, peak = time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"seconds": taken, "before": before * 1024, "peak": peak * 1024}))


if __name__ == "__main__":
    main()
