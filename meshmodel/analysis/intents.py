"""Where intents speak of agents that come from there (section 2)."""

from meshmodel.analysis.steps import READ, Mesh
from meshmodel.model.records import Intent
from meshmodel.model.snapshot import Snapshot


def intent_sources(mesh: Mesh, snapshot: Snapshot, intent: Intent) -> tuple[int, bool]:
    """The sources that an intent names: systems by their read accesses, and whether home."""
    if intent.from_ is None:
        home = snapshot.agent[intent.agent].home
        return (mesh.zone_mask.get(home, 0) & mesh.read, True) if home is not None else (0, False)
    sources = 0
    for each in intent.from_:
        if each != "home":
            sources |= 1 << mesh.access_node(each, READ)
    return sources, "home" in intent.from_
