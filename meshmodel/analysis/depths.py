"""How far away systems are, and how steps are marked: what the drawing wants to know."""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence

from meshmodel.analysis.checkpoints import is_decision
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.mesh import Mesh
from meshmodel.analysis.results import Door, Finding, StepKey, StepMark
from meshmodel.analysis.steps import OWN


def depths(mesh: Mesh) -> dict[str, int]:
    """For each system that an active agent opens as itself, how much is found on the way there.

    0: opened by a credential that some agent holds; 1: by one that is found there or exchanged for
    it; and so on. What nobody opens is left out.
    """
    after: dict[int, list[tuple[int, int]]] = {}
    for kind in OWN:
        cost = 1 if kind in ("custody", "exchange") else 0
        for leaves, enters in mesh.steps[kind]:
            after.setdefault(leaves, []).append((enters, cost))
    far = dict.fromkeys(mesh.agent_seeds(), 0)
    queue = deque(far)
    while queue:
        node = queue.popleft()
        for enters, cost in after.get(node, ()):
            distance = far[node] + cost
            if distance < far.get(enters, distance + 1):
                far[enters] = distance
                (queue.append if cost else queue.appendleft)(enters)
    found: dict[str, int] = {}
    for node, distance in far.items():
        if node < mesh.first_credential:
            found[mesh.name(node)] = min(distance, found.get(mesh.name(node), distance))
    return found


def marks(engine: Engine, doors: Iterable[Door], findings: Sequence[Finding]) -> Mapping[StepKey, StepMark]:
    """The marks of steps: where a checkpoint is missing, counts, or does not.

    A checkpoint counts here if it meets points 1 to 3 of section 5 and no agent that meets it has
    power over it.
    """
    selfmade = {each.subject for each in findings if each.rule == "self-approved-checkpoint"}
    found: dict[StepKey, StepMark] = {}
    for checkpoint in engine.snapshot.checkpoint.values():
        place: StepKey = (checkpoint.step, checkpoint.from_, checkpoint.to)
        counts = checkpoint.id not in selfmade and is_decision(checkpoint, engine.view)
        if counts or found.get(place) != "counts":
            found[place] = "counts" if counts else "does-not-count"
    for door in doors:
        found["grant", door.credential, door.system] = "missing"
    return found
