"""The boundary map: which zones are crossed from which, and where nobody asks (section 6)."""

from collections import Counter

from meshmodel.analysis.results import StepMark
from meshmodel.exporters.diagram.captions import TITLES, count
from meshmodel.exporters.diagram.compact import stamp
from meshmodel.exporters.diagram.elements import AnalysisResults, Diagram
from meshmodel.exporters.diagram.labels import NODE_COLUMNS, SUBSTITUTED, TITLE_COLUMNS, Names, Shows, wrap
from meshmodel.exporters.diagram.zone_map import ZoneMap, element_counts
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.snapshot import Snapshot

MOST_CROSSINGS = 1_000_000
"""More crossings than this are not counted one by one."""
_STATES = ("uncontrolled", "approved", "controlled")
_SEVERITIES = ("low", "medium", "high", "critical")


def boundary_map(snapshot: Snapshot, analysis: AnalysisResults, shows: Shows) -> Diagram:
    """Zones with the crossings between them, counted by state.

    A system without a zone is a zone of its own.

    Raises:
        MeshmodelError: there are too many crossings to count by zone.
    """
    summary = analysis.summary
    if summary.crossings > MOST_CROSSINGS:
        raise MeshmodelError(
            f"{summary.crossings} crossings are too many for a boundary map: export --lens missing"
        )
    names = Names(shows)
    between: dict[tuple[str, str], Counter[str]] = {}
    worst: dict[tuple[str, str], int] = {}
    for each in analysis.crossings():
        home = snapshot.agent[each.agent].home
        source = f"zone/{home}" if each.source is None else _zone_of(snapshot, each.source)
        key = source, _zone_of(snapshot, each.target)
        between.setdefault(key, Counter())[each.state] += 1
        if each.severity is not None:
            worst[key] = max(worst.get(key, 0), _SEVERITIES.index(each.severity))
    made = ZoneMap()
    said = {
        key: [count(states.total(), "crossing"), *_words(states, worst.get(key))]
        for key, states in between.items()
    }
    inside: dict[str, list[str]] = {f"zone/{zone}": [] for zone in snapshot.zone}
    for agent in snapshot.agent.values():
        if agent.home is not None:
            inside[f"zone/{agent.home}"].append(f"agent/{agent.id}")
    for system in snapshot.system:
        inside.setdefault(_zone_of(snapshot, system), []).append(f"system/{system}")
    for node, elements in sorted(inside.items()):
        kind, _, name = node.partition("/")
        record = snapshot.zone[name] if kind == "zone" else snapshot.system[name]
        within = [f"within: {', '.join(said[node, node])}"] if (node, node) in said else []
        facts = [element_counts(elements), *within] if kind == "zone" else ["a zone of its own", *within]
        made.zone(node, wrap(names.name(record.title, name), NODE_COLUMNS + 8), facts)
    for (source, target), words in sorted(said.items()):
        if source != target:
            mark: StepMark | None = "missing" if between[source, target]["uncontrolled"] else None
            gates = _gates(snapshot, source, target)
            made.line(source, target, [*words, *gates], mark)
    crossed = count(summary.crossings, "crossing")
    line = f"{crossed}, {summary.uncontrolled} uncontrolled, {summary.approved} approved, as {analysis.view}"
    called = names.text(snapshot.about.name or "Identity mesh", "Identity mesh")
    title = (*wrap(f"{called}: {TITLES['boundaries']}", TITLE_COLUMNS), line)
    notes = [SUBSTITUTED] if names.changed else []
    return made.diagram(title, f"{line}.", snapshot.about.name or "", stamp(snapshot), notes)


def _zone_of(snapshot: Snapshot, system: str) -> str:
    zone = snapshot.system[system].zone
    return f"system/{system}" if zone is None else f"zone/{zone}"


def _words(states: Counter[str], worst: int | None) -> list[str]:
    return [
        f"\u00d7 {states[state]} uncontrolled ({_SEVERITIES[worst or 0]})"
        if state == "uncontrolled"
        else f"{states[state]} {state}"
        for state in _STATES
        if states[state]
    ]


def _gates(snapshot: Snapshot, source: str, target: str) -> list[str]:
    """The checkpoints on a boundary."""
    ends = tuple(
        end.removeprefix("zone/") if end.startswith("zone/") else end.replace("/", ":", 1)
        for end in (source, target)
    )
    return [
        f"gateway: {each.kind}"
        for _, each in sorted(snapshot.checkpoint.items())
        if each.step == "boundary" and (each.from_, each.to) == ends
    ]
