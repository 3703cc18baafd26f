"""Computes what a lens highlights: the reach of one agent, or missing checkpoints and the ways to them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from meshmodel.analysis.example_paths import reference_of
from meshmodel.analysis.graph import Step as Pair
from meshmodel.analysis.mesh import Mesh
from meshmodel.analysis.results import HOW_WORDS, SystemReach
from meshmodel.analysis.steps import KINDS, OWN
from meshmodel.exporters.diagram.elements import AnalysisResults, Lens, Tone
from meshmodel.model.errors import RequestError
from meshmodel.model.records import Snapshot
from meshmodel.model.rule_cards import DOOR
from meshmodel.model.schema import STEP_ENDS
from meshmodel.model.text import no_such
from meshmodel.model.vocabulary import ADMIN

Step = tuple[str, str, str]
"""A step that is drawn: its kind and the ids of its two ends."""


@dataclass(frozen=True, slots=True)
class LensTones:
    """The tones of nodes (``agent:a``, ``credential:c``, ``system:s``) and of steps.

    What is not named has the tone ``other``. ``words`` are further lines on nodes.
    """

    other: Tone = "plain"
    nodes: dict[str, Tone] = field(default_factory=dict)
    steps: dict[Step, Tone] = field(default_factory=dict)
    words: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def node(self, reference: str) -> Tone:
        """The tone of a node."""
        return self.nodes.get(reference, self.other)

    def step(self, step: Step) -> Tone:
        """The tone of a step."""
        return self.steps.get(step, self.other)


def lighting(snapshot: Snapshot, analysis: AnalysisResults, lens: Lens, agent: str | None) -> LensTones:
    """What a lens lights.

    Raises:
        RequestError: the lens needs an agent, or there is no such agent, or it takes none.
    """
    if lens == "reach":
        if agent is None:
            raise RequestError("agent", "the lens 'reach' shows one agent: name it")
        return reach(snapshot, analysis, agent)
    if agent is not None:
        raise RequestError(
            "agent", f"the lens '{lens}' shows all agents: leave it out, or use the lens reach"
        )
    return missing(snapshot, analysis) if lens == "missing" else LensTones()


def missing(
    snapshot: Snapshot, analysis: AnalysisResults, is_cancelled: Callable[[], bool] | None = None
) -> LensTones:
    """The doors, and for each of them a witness: the way on which nobody asks.

    Args:
        snapshot: the model.
        analysis: what follows from it.
        is_cancelled: asked before each witness; once true, those that are left are left out.
    """
    lighting = LensTones(other="dim")
    reading: dict[str, list[str]] = {}
    for (credential, system), grant in snapshot.grant.items():
        if {"read", "admin"} & {*grant.actions}:
            reading.setdefault(system, []).append(credential)
    for door in analysis.doors:
        for reference in (f"credential:{door.credential}", f"system:{door.system}"):
            lighting.nodes[reference] = "plain"
        lighting.steps["grant", door.credential, door.system] = "plain"
    for finding in analysis.findings:
        if is_cancelled is not None and is_cancelled():
            break
        if finding.rule != DOOR:
            continue
        explanation = analysis.explain_finding(finding)
        if explanation is None:
            continue
        for step in explanation.steps:
            tail, head = step.from_, step.to
            lighting.nodes[tail] = lighting.nodes[head] = "plain"
            lighting.steps[step.step, tail.partition(":")[2], head.partition(":")[2]] = "plain"
        if explanation.source is not None:
            acting = [step.to[6:] for step in explanation.steps if step.to.startswith("agent:")]
            for agent in (explanation.agent, *acting):
                _highlight_source(
                    snapshot, lighting, agent, explanation.source, reading.get(explanation.source, ())
                )
    return lighting


def highlight_step(lighting: LensTones, kind: str, tail: str, head: str) -> None:
    """Light a step and the elements at its ends."""
    ends = STEP_ENDS[kind]
    for table, end in zip(ends, (tail, head), strict=True):
        lighting.nodes[f"{table}:{end}"] = "plain"
    lighting.steps[kind, tail, head] = "plain"


def _highlight_source(
    snapshot: Snapshot, lighting: LensTones, agent: str, source: str, reading: Sequence[str]
) -> None:
    """The system that an agent of the witness comes from, and how it reads there with what it holds."""
    lighting.nodes[f"agent:{agent}"] = lighting.nodes[f"system:{source}"] = "plain"
    for credential in reading:
        if (agent, credential) in snapshot.hold:
            lighting.nodes[f"credential:{credential}"] = "plain"
            lighting.steps["hold", agent, credential] = lighting.steps["grant", credential, source] = "plain"


def reach(snapshot: Snapshot, analysis: AnalysisResults, agent: str) -> LensTones:
    """What one agent reaches: directly, as itself by hidden steps, or through a deputy.

    See ``docs/semantics.md#reach``.

    Raises:
        RequestError: there is no such agent, or it is retired.
    """
    record = snapshot.agent.get(agent)
    if record is None:
        raise RequestError("agent", no_such("agent", agent, snapshot.agent))
    reached = analysis.agent_reach(agent)
    if not record.is_active or reached is None:
        raise RequestError("agent", f"agent '{agent}' is retired and reaches nothing: name another")
    mesh = Mesh(snapshot)
    lighting = LensTones(other="dim", nodes={f"agent:{agent}": "direct"})
    layers: tuple[tuple[Tone, tuple[str, ...]], ...] = (
        ("deputy", KINDS),
        ("hidden", OWN),
        ("direct", ("hold", "grant", "implies")),
    )
    for tone, kinds in layers:
        graph = mesh.graph if kinds == KINDS else mesh.graph_of(*kinds)
        reached_by = graph.spread({mesh.agent_node(agent): 1})
        for kind, (leaves, enters) in _steps(mesh, kinds):
            if reached_by[leaves]:
                for node in {leaves, enters}.difference(mesh.named):
                    lighting.nodes[reference_of(mesh, node)] = tone
                lighting.steps[kind, mesh.name(leaves), mesh.name(enters)] = tone
    _add_words(mesh, lighting, agent, reached.reach)
    return lighting


def _steps(mesh: Mesh, kinds: Sequence[str]) -> Iterator[tuple[str, Pair]]:
    """The steps of some kinds that are drawn, those of sessions for what they stand for."""
    yielding = {mesh.original(leaves) for leaves, _ in mesh.steps["custody"]}
    for kind in kinds:
        for step in mesh.steps[kind] if kind != "implies" else ():
            if mesh.is_between(step[1]):
                continue
            if kind != "grant" or _is_used(mesh, step, yielding):
                yield kind, step
        if kind == "hearing":
            for ear in mesh.ears.values():
                yield from ((kind, (ear, agent)) for agent in mesh.after(ear))


def _is_used(mesh: Mesh, step: Pair, yielding: set[int]) -> bool:
    """Whether a grant step, if it is one of a session, leaves it or leads to another credential there."""
    copies = mesh.sessions.copies.get(step[0])
    system, granted = divmod(mesh.original(step[1]), 5)
    return copies is None or any(
        copies.allow(mesh.systems[system], action) or 5 * system + action in yielding
        for action in (range(5) if granted == ADMIN else (granted,))
    )


def _add_words(mesh: Mesh, lighting: LensTones, agent: str, reached: Sequence[SystemReach]) -> None:
    lighting.words[f"agent:{agent}"] = ("reach of this agent",)
    said: dict[Tone, str] = {"direct": "held", "hidden": "found", "deputy": "of another agent"}
    for each in mesh.credentials:
        tone = lighting.nodes.get(f"credential:{each}")
        if tone is not None:
            lighting.words[f"credential:{each}"] = (said[tone],)
    for each in mesh.agents:
        if each != agent and f"agent:{each}" in lighting.nodes:
            lighting.words[f"agent:{each}"] = ("called or influenced",)
    for system in reached:
        lighting.words[f"system:{system.system}"] = tuple(
            f"{HOW_WORDS[way]}: {', '.join(actions)}" for way, actions in system.by_way.items() if actions
        )
