"""What each lens shows of a drawing, and the facts that the analysis adds to it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

from meshmodel.analysis.results import StepKey
from meshmodel.canvas.scene import CanvasFacts, Mark
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.records import Reference, Snapshot
from meshmodel.model.schema import STEP_ENDS
from meshmodel.model.text import one_line

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis
    from meshmodel.analysis.compromise import Compromise

LensName = Literal["structure", "reach", "missing", "compromise", "boundaries"]
LENSES: Final[tuple[LensName, ...]] = ("structure", "reach", "missing", "compromise", "boundaries")
"""The lenses in the order in which the lens key goes through them."""
LENS_WORDS: Final[Mapping[LensName, str]] = {
    "structure": "all",
    "reach": "reach",
    "missing": "missing checkpoints",
    "compromise": "blast radius",
    "boundaries": "trust boundaries",
}
"""What each of them shows, in words."""
NO_CHANGES: Final[Mapping[StepKey, Mark]] = {}
COMPUTING: Final[Mapping[LensName, str]] = {
    "reach": "computing the reach",
    "missing": "computing the paths to missing checkpoints",
    "compromise": "computing the blast radius",
    "boundaries": "computing what leads into other zones",
}
"""What is being done while a lens is computed."""


@dataclass(frozen=True, slots=True)
class InLens:
    """What a lens shows: the records within it (``None``: all), and one line that says so."""

    shown: frozenset[Reference] | None
    says: str = ""


@dataclass(frozen=True, slots=True)
class LensResult:
    """What a lens shows, and for that of compromise the blast radius, or why there is none."""

    content: InLens
    compromise: "Compromise | None" = None
    refusal: str = ""


def empty_result(lens: LensName, why: str) -> LensResult:
    """A lens that shows nothing, and why."""
    return LensResult(InLens(None, f"{lens}: {why}"), refusal=why if lens == "compromise" else "")


def start_of(selected: Reference | None) -> str | None:
    """Where a compromise starts if it is that of what is selected; ``None``: nothing starts there.

    The line from a holder or a copy to its credential, or from that to a system, stands for the credential.
    """
    match selected:
        case ("agent" | "credential" | "system" as table, str(key)):
            return f"{table}:{key}"
        case ("hold" | "custody", (_, str(credential))) | ("grant", (str(credential), _)):
            return f"credential:{credential}"
        case _:
            return None


def work_out(
    lens: LensName,
    analysis: "Analysis",
    about: Reference | str | None,
    is_cancelled: Callable[[], bool] | None = None,
) -> LensResult:
    """What a lens shows of the model of an analysis; any thread may ask.

    Args:
        lens: which one.
        analysis: of the view in force.
        about: for reach what is selected; for compromise its start.
        is_cancelled: asked now and then; once true, the answer is of no use.
    """
    snapshot, found, refusal = analysis.snapshot, None, ""
    if lens == "compromise" and isinstance(about, str):
        try:
            found = analysis.compromise(about)
        except MeshmodelError as error:
            refusal = one_line(error, 200)
    selected = about if isinstance(about, tuple) else None
    return LensResult(look(lens, snapshot, analysis, selected, found, refusal, is_cancelled), found, refusal)


def facts_of(analysis: "Analysis | None") -> CanvasFacts:
    """What the analysis adds to the drawing."""
    if analysis is None:
        return CanvasFacts()
    return CanvasFacts(
        identities=analysis.identity_counts(),
        marks={(step, start, end): mark for (step, start, end), mark in analysis.marks().items()},
        depths=analysis.depths(),
        heard=frozenset(each.system for each in analysis.heard),
    )


def with_preview(
    facts: CanvasFacts,
    steps: Sequence[StepKey],
    still: frozenset[StepKey] | None,
    changes: Mapping[StepKey, Mark] = NO_CHANGES,
) -> CanvasFacts:
    """What an analysis adds to the drawing, with steps that are to be guarded.

    Args:
        facts: without them.
        steps: to be guarded.
        changes: the relations that are to be taken away or limited.
        still: the doors that would be open even then, of which alone ✖ is kept; ``None``: of all.
    """
    marks = {
        step: mark
        for step, mark in facts.marks.items()
        if mark != "missing" or still is None or step in still
    }
    marks.update(dict.fromkeys(steps, "proposed"))
    marks.update(changes.items())
    return replace(facts, marks=marks)


def look(
    lens: LensName,
    snapshot: Snapshot,
    analysis: "Analysis | None",
    selected: Reference | None,
    compromise: "Compromise | None" = None,
    refusal: str = "",
    is_cancelled: Callable[[], bool] | None = None,
) -> InLens:
    """What a lens shows of a model.

    Args:
        lens: which one.
        snapshot: the model.
        analysis: of the view in force.
        selected: reach is that of the selected agent.
        compromise: the blast radius, for that lens.
        refusal: why nothing does.
        is_cancelled: asked now and then; once true, the answer is of no use.
    """
    if analysis is None or lens == "structure":
        return InLens(None)
    if lens == "missing":
        return _missing(snapshot, analysis, is_cancelled)
    if lens == "boundaries":
        return _boundaries(snapshot)
    if lens == "reach":
        return _reach(snapshot, analysis, selected)
    return _compromise(compromise, refusal)


def _missing(
    snapshot: Snapshot, analysis: "Analysis", is_cancelled: Callable[[], bool] | None = None
) -> InLens:
    from meshmodel.exporters.diagram.lens import missing

    lighting = missing(snapshot, analysis, is_cancelled)
    shown = _references(lighting.nodes, lighting.steps)
    return InLens(shown, "missing checkpoints, and the paths to them")


def _reach(snapshot: Snapshot, analysis: "Analysis", selected: Reference | None) -> InLens:
    from meshmodel.exporters.diagram.lens import reach

    if selected is None or selected[0] != "agent":
        return InLens(None, "reach: select an agent")
    agent = str(selected[1])
    reached = analysis.agent_reach(agent)
    if reached is None:
        return InLens(None, f"reach: {agent} is retired and reaches nothing")
    lighting = reach(snapshot, analysis, agent)
    tones = [tone for node, tone in lighting.nodes.items() if node != f"agent:{agent}"]
    said = [
        f"{tones.count(tone)} {word}"
        for tone, word in (("direct", "direct"), ("hidden", "found"), ("deputy", "through another agent"))
        if tone in tones
    ]
    return InLens(
        _references(lighting.nodes, lighting.steps),
        f"reach of {agent}: {', '.join(said) or 'nothing reached'}",
    )


def _references(nodes: Iterable[str], steps: Iterable[tuple[str, str, str]]) -> frozenset[Reference]:
    found: set[Reference] = set()
    for node in nodes:
        table, _, key = node.partition(":")
        found.add((table, key))
    found.update((kind, (start, end)) for kind, start, end in steps)
    return frozenset(found)


def _compromise(found: "Compromise | None", refusal: str) -> InLens:
    """What is reached without a checkpoint; what checkpoints hold back stays dim."""
    if found is None:
        return InLens(None, f"blast radius: {refusal or 'select an agent, a credential or a system'}")
    from meshmodel.app.presentation.phrases import compromise_summary

    free = found.unchecked
    shown: set[Reference] = {("agent", each) for each in free.agents}
    shown |= {("credential", each) for each in free.credentials}
    shown |= {("system", each) for each, _ in free.systems}
    # What works within a limit is used, though not in hand; of its steps those that lead to what is reached.
    shown |= {("agent", each) for each, _ in found.limited}
    shown |= {("credential", end) for kind, _, end in found.steps if kind == "hold"}
    for kind, start, end in found.steps:
        first, second = STEP_ENDS[kind]
        if (first, start) in shown and (second, end) in shown:
            shown.add((kind, (start, end)))
    return InLens(frozenset(shown), compromise_summary(found))


def _boundaries(snapshot: Snapshot) -> InLens:
    """The steps that lead from one zone into another, with their ends."""
    zones: dict[Reference, str | None] = {}
    for system in snapshot.system.values():
        zones["system", system.id] = system.domain
    for agent in snapshot.agent.values():
        zones["agent", agent.id] = agent.home
    holders: dict[str, list[tuple[Reference, Reference]]] = {}
    for key in snapshot.hold:
        holders.setdefault(key[1], []).append((("agent", key[0]), ("hold", key)))
    for key in snapshot.custody:
        holders.setdefault(key[1], []).append((("system", key[0]), ("custody", key)))
    shown: set[Reference] = set()
    for grant in snapshot.grant.values():
        target = zones["system", grant.system]
        for element, relation in holders.get(grant.credential, ()):
            if zones[element] != target:
                shown |= {
                    element,
                    relation,
                    ("credential", grant.credential),
                    ("system", grant.system),
                    ("grant", (grant.credential, grant.system)),
                }
    joined: list[tuple[str, Reference, Reference, tuple[str, str]]] = [
        ("delegation", ("agent", start), ("agent", end), (start, end)) for start, end in snapshot.delegation
    ]
    joined += [
        ("trigger", ("system", start), ("agent", end), (start, end)) for start, end in snapshot.trigger
    ]
    joined += [
        ("hearing", ("system", each.from_), ("agent", each.to), (each.from_, each.to))
        for each in snapshot.checkpoint.values()
        if each.step == "hearing"
    ]
    for kind, first, second, key in joined:
        if zones[first] != zones[second]:
            shown |= {first, second, (kind, key)}
    placed = sum(each.step == "boundary" for each in snapshot.checkpoint.values())
    return InLens(frozenset(shown), f"steps across trust boundaries; {placed} checkpoints on boundaries")
