"""Twenty programs that edit one model in a database every four seconds, and look four times a second.

``python -m tests.store.many_programs postgresql://user@host/db#model`` makes the model and prints as JSON, in
milliseconds, what an edit took and after how long another program had it, and how many edits were lost. The
programs are forked, so that the libraries are imported once.
"""

import json
import os
import statistics
import sys
import time
from random import Random

from meshmodel.edits.edit import Put, edit
from meshmodel.model import secrets
from meshmodel.model.records import System
from meshmodel.store.store import Store
from tests.store.sample import SAMPLE

PROGRAMS = 20
EVERY = 4.0
LOOKS = 0.25


def work(address: str, number: int, until: float, result: int) -> None:
    """Edit and look until a moment; write down what each took."""
    random = Random(number)
    edits, seen, made = [], [], 0
    with Store.open(address, person=f"P{number}") as store:
        secrets.prepare()
        store.refresh()
        following = time.time() + random.random() * EVERY
        while time.time() < until:
            time.sleep(random.uniform(0.9, 1.1) * LOOKS)
            known = store.snapshot.system
            if store.refresh() is not None:
                now = time.time()
                for key, system in store.snapshot.system.items():
                    if key.startswith("s") and known.get(key) != system and key != f"s{number}":
                        seen.append(now - float(system.name or 0))
            if time.time() >= following:
                following += EVERY
                began = time.time()
                store.apply(edit("tell the time", [Put(System(f"s{number}", name=repr(began)))]))
                edits.append(time.time() - began)
                made += 1
    os.write(result, (json.dumps([edits, seen, made]) + "\n").encode())


def measure(address: str, seconds: float) -> dict[str, float]:
    """Run all programs for so many seconds."""
    Store.create(address, SAMPLE).close()
    reading, writing = os.pipe()
    until = time.time() + seconds
    children = []
    for number in range(PROGRAMS):
        child = os.fork()
        if child == 0:
            try:
                work(address, number, until, writing)
            finally:
                os._exit(0)
        children.append(child)
    os.close(writing)
    with os.fdopen(reading) as lines:
        found = [json.loads(line) for line in lines]
    for child in children:
        os.waitpid(child, 0)
    edits = [each * 1000 for one, _, _ in found for each in one]
    seen = [each * 1000 for _, one, _ in found for each in one]
    with Store.open(address, read_only=True) as store:
        kept = len(store.journal())
    return {
        "programs": len(found),
        "edits": len(edits),
        "edit p50": round(statistics.median(edits)),
        "edit p95": round(statistics.quantiles(edits, n=20)[-1]),
        "seen p50": round(statistics.median(seen)),
        "seen p95": round(statistics.quantiles(seen, n=20)[-1]),
        "lost": sum(made for _, _, made in found) - kept,
    }


if __name__ == "__main__":
    import meshmodel.store.postgres  # noqa: F401  # once, before the forks

    print(json.dumps(measure(sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 16.0)))
