"""Models in which every place that outsiders write into steers every agent."""

from meshmodel.model import records as r
from meshmodel.model.records import Snapshot
from tests.reference.random_models import snapshot_of


def crowded(agents: int, systems: int) -> Snapshot:
    """So many agents that all read and write so many systems with untrusted input."""
    places = [f"s{number:03}" for number in range(systems)]
    crowd = [f"a{number:03}" for number in range(agents)]
    return snapshot_of(
        [
            r.Zone("office"),
            *(r.System(each, zone="office", untrusted_input=True) for each in places),
            r.Credential("key"),
            *(r.Agent(each, kind="ai-agent", home="office") for each in crowd),
            *(r.Hold(each, "key") for each in crowd),
            *(r.Grant("key", each, ("read", "write")) for each in places),
        ]
    )
