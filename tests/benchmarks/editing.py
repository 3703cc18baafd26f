"""``python -m tests.benchmarks.editing``: how long an edit takes to new findings, beside a full check.

Edits like the steps of which the mesh is made: relations of every kind put and removed, elements put
and removed, fields changed, checkpoints placed. Each is followed by the next, as somebody draws.
"""

import argparse
import gc
import random
import statistics
import time
from collections.abc import Callable
from dataclasses import replace

from meshmodel.api import Analysis, analyse
from meshmodel.model import records as r
from meshmodel.model.errors import InvalidModelError
from meshmodel.model.snapshot import Snapshot
from meshmodel.store.edits import Edit, Put, Remove, apply_edit, edit
from tests.benchmarks.meshes import clustered, decided, in_parts

RELATIONS = ("hold", "grant", "custody", "trigger", "delegation", "exchange")


def checked(analysis: Analysis) -> None:
    """Everything that a check tells."""
    _ = analysis.summary, analysis.doors, analysis.findings, analysis.questions


def put_relation(rng: random.Random, snapshot: Snapshot, kind: str) -> Edit:
    """A relation where the mesh has one like it: between elements that are two steps apart."""
    table = snapshot.table(kind)
    keys = rng.sample(list(table), 2)
    part = keys[0][0].split("-")[:2] if keys[0][0].startswith("part") else None
    while part is not None and keys[1][1].split("-")[:2] != part:
        keys[1] = rng.choice(list(table))
    one, other = table[keys[0]], keys[1][1]
    ends = list(one.__slots__[:2])
    return edit(f"put {kind}", [Put(replace(one, **{ends[1]: other}))])


def remove_relation(rng: random.Random, snapshot: Snapshot, kind: str) -> Edit:
    """A relation removed."""
    return edit(f"remove {kind}", [Remove(kind, rng.choice(list(snapshot.table(kind))))])


def put_checkpoint(rng: random.Random, snapshot: Snapshot, _: str) -> Edit:
    """A decision on a grant, sometimes made where agents may have power."""
    key = rng.choice(list(snapshot.grant))
    decided = rng.choice((None, None, key[1]))
    made = r.Checkpoint(f"new-{rng.randrange(10**9)}", "policy-decision", "grant", *key, decided_at=decided)
    return edit("put checkpoint", [Put(made)])


def put_element(rng: random.Random, snapshot: Snapshot, kind: str) -> Edit:
    """A new element."""
    like = rng.choice(list(snapshot.table(kind).values()))
    return edit(f"put {kind}", [Put(replace(like, id=f"new-{rng.randrange(10**9)}"))])


def remove_element(rng: random.Random, snapshot: Snapshot, kind: str) -> Edit:
    """An element removed with its relations."""
    return edit(f"remove {kind}", [Remove(kind, rng.choice(list(snapshot.table(kind))))])


def change(rng: random.Random, snapshot: Snapshot, field: str) -> Edit:
    """A field of an element changed."""
    table, _, name = field.partition(".")
    record = rng.choice(list(snapshot.table(table).values()))
    values = {
        "name": f"name {rng.randrange(1000)}",
        "owner": rng.choice(("somebody", "nobody")),
        "sensitivity": rng.choice(("public", "confidential", "restricted")),
        "zone": rng.choice(list(snapshot.zone)),
        "home": rng.choice(list(snapshot.zone)),
        "lifetime": rng.choice(("1h", "30d", "unlimited")),
    }
    return edit(f"change {field}", [Put(replace(record, **{name: values[name]}))])


EDITS: dict[str, tuple[Callable[[random.Random, Snapshot, str], Edit], str]] = {
    **{f"put {kind}": (put_relation, kind) for kind in RELATIONS},
    **{f"remove {kind}": (remove_relation, kind) for kind in RELATIONS},
    "put checkpoint": (put_checkpoint, ""),
    "remove checkpoint": (remove_relation, "checkpoint"),
    **{f"put {kind}": (put_element, kind) for kind in ("system", "agent", "credential")},
    **{f"remove {kind}": (remove_element, kind) for kind in ("system", "agent", "credential")},
    **{
        f"change {field}": (change, field)
        for field in ("system.name", "agent.owner", "credential.lifetime", "system.sensitivity", "agent.home")
    },
}
"""What is edited: how, and of which table."""


READY = "making it ready"


def measured(snapshot: Snapshot, rounds: int, wanted: str = "") -> dict[str, list[float]]:
    """The seconds of processor time of each edit, by what was edited: nothing here waits for anything.

    Before each of them the analysis is made ready for it, as the workbench does while nobody waits; an edit
    that comes sooner takes as long as a full check.
    """
    rng = random.Random(1)
    analysis = analyse(snapshot)
    checked(analysis)
    found: dict[str, list[float]] = {READY: [0.0]}
    work: list[tuple[str, tuple[Callable[[random.Random, Snapshot, str], Edit], str]]] = []
    for _ in range(rounds):
        work.extend((name, each) for name, each in EDITS.items() if wanted in name)
    for name, (make, kind) in work:
        try:
            after = apply_edit(snapshot, make(rng, snapshot, kind))
        except InvalidModelError:
            continue
        gc.collect()
        gc.disable()
        if not analysis.is_ready:
            start = time.process_time()
            analysis.make_ready()
            found[READY].append(time.process_time() - start)
        start = time.process_time()
        following = analyse(after, previous=analysis)
        checked(following)
        found.setdefault(name, []).append(time.process_time() - start)
        gc.enable()
        snapshot, analysis = after, following
    whole = []
    for _ in range(3):
        start = time.process_time()
        again = analyse(snapshot)
        checked(again)
        whole.append(time.process_time() - start)
    found["full check"] = [statistics.median(whole)]
    assert again.findings == analysis.findings
    assert again.summary == analysis.summary
    return found


def told(found: dict[str, list[float]]) -> None:
    """Print the times of each edit, and of all of them."""
    every = [each for name, times in found.items() if name not in (READY, "full check") for each in times]
    for name, times in [*found.items(), ("all edits", every)]:
        ordered = sorted(1000 * each for each in times)
        late = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
        print(f"{name:28} {statistics.median(ordered):9.1f} ms  p95 {late:9.1f}  max {ordered[-1]:9.1f}")


def main() -> None:
    """Measure one mesh."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--nodes", type=int, default=14_000)
    parser.add_argument("--steps", type=int, default=27_000)
    parser.add_argument("--mesh", choices=("tenth", "dense", "sparse", "decided"), default="tenth")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--only", default="")
    asked = parser.parse_args()
    if asked.mesh == "tenth":
        snapshot = in_parts(10, asked.nodes, asked.steps, dense=True, seed=7)
    elif asked.mesh == "decided":
        snapshot = decided(asked.nodes, asked.steps, seed=7)
    else:
        snapshot = clustered(asked.nodes, asked.steps, dense=asked.mesh == "dense", seed=7)
    told(measured(snapshot, asked.rounds, asked.only))


if __name__ == "__main__":
    main()
