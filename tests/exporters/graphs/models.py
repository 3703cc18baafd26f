"""Models for the tests of graph formats."""

from meshmodel.model import records as r
from meshmodel.model.records import Snapshot
from tests.reference.random_models import snapshot_of


def neighbours(zones: int, each: int) -> Snapshot:
    """So many zones with so many agents, credentials and systems each, and four steps for every agent."""
    made: list[r.Record] = [r.About(name="Neighbours")]
    number = zones * each
    for n in range(number):
        zone = f"z{n // each:02}"
        made += [
            r.Zone(zone, name=f"Zone {zone}"),
            r.Agent(f"a{n}", name=f"Agent number {n}", kind="ai-agent", home=zone),
            r.System(f"s{n}", name=f"System number {n}", zone=zone, sensitivity="confidential"),
            r.Credential(f"c{n}", name=f"Credential number {n}"),
            r.Hold(f"a{n}", f"c{n}"),
            r.Grant(f"c{n}", f"s{n}", ("read",)),
            r.Grant(f"c{n}", f"s{(7 * n + 3) % number}", ("read", "write")),
            r.Custody(f"s{n}", f"c{(n + 1) % number}"),
        ]
    return snapshot_of(made)
