"""What a lens lights: the reach of one agent, or the missing checkpoints and the ways to them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from meshmodel.analysis.results import StepKind, SystemReach
from meshmodel.analysis.steps import (
    ACTION_NUMBER,
    DIRECT_KINDS,
    EXECUTE,
    OWN_KINDS,
    STEP_ORDER,
    Mesh,
)
from meshmodel.exporters.diagram_parts import Answers, Tone
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.text import one_line

Step = tuple[str, str, str]
"""A step that is drawn: its kind and the ids of its two ends."""


@dataclass(frozen=True, slots=True)
class Lighting:
    """The tones of nodes (``agent:a``, ``credential:c``, ``system:s``) and of steps.

    What is not named has the tone ``other``. ``words`` are further lines on nodes.
    """

    other: Tone = "plain"
    nodes: dict[str, Tone] = field(default_factory=dict)
    steps: dict[Step, Tone] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)

    def node(self, reference: str) -> Tone:
        """The tone of a node."""
        return self.nodes.get(reference, self.other)

    def step(self, step: Step) -> Tone:
        """The tone of a step."""
        return self.steps.get(step, self.other)


def missing(snapshot: Snapshot, answers: Answers, is_cancelled: Callable[[], bool] | None = None) -> Lighting:
    """The doors, and for each of them a witness: the way on which nobody asks.

    Args:
        snapshot: the model.
        answers: what follows from it.
        is_cancelled: asked before each witness; once true, those that are left are left out.
    """
    lit = Lighting(other="dim")
    reading: dict[str, list[str]] = {}
    for (credential, system), grant in snapshot.grant.items():
        if {"read", "admin"} & {*grant.actions}:
            reading.setdefault(system, []).append(credential)
    for door in answers.doors:
        for reference in (f"credential:{door.credential}", f"system:{door.system}"):
            lit.nodes[reference] = "plain"
        lit.steps["grant", door.credential, door.system] = "plain"
    for finding in answers.findings:
        if is_cancelled is not None and is_cancelled():
            break
        if finding.rule != "missing-checkpoint":
            continue
        told = answers.explain_finding(finding)
        if told is None:
            continue
        for step in told.steps:
            tail, head = step.from_, step.to
            lit.nodes[tail] = lit.nodes[head] = "plain"
            lit.steps[step.step, tail.partition(":")[2], head.partition(":")[2]] = "plain"
        if told.source is not None:
            acting = [step.to[6:] for step in told.steps if step.to.startswith("agent:")]
            for agent in (told.agent, *acting):
                _light_source(snapshot, lit, agent, told.source, reading.get(told.source, ()))
    return lit


def _light_source(snapshot: Snapshot, lit: Lighting, agent: str, source: str, reading: Sequence[str]) -> None:
    """The system that an agent of the witness comes from, and how it reads there with what it holds."""
    lit.nodes[f"agent:{agent}"] = lit.nodes[f"system:{source}"] = "plain"
    for credential in reading:
        if (agent, credential) in snapshot.hold:
            lit.nodes[f"credential:{credential}"] = "plain"
            lit.steps["hold", agent, credential] = lit.steps["grant", credential, source] = "plain"


def reach(snapshot: Snapshot, answers: Answers, agent: str) -> Lighting:
    """What one agent reaches: directly, as itself by hidden steps, or through a deputy (section 4).

    Raises:
        MeshmodelError: there is no such agent, or it is retired.
    """
    record = snapshot.agent.get(agent)
    if record is None:
        raise MeshmodelError(f"no agent has the id '{one_line(agent)}': name one with --agent")
    reached = answers.agent_reach(agent)
    if not record.is_active or reached is None:
        raise MeshmodelError(f"agent '{agent}' is retired and reaches nothing: name another with --agent")
    mesh = Mesh(snapshot)
    lit = Lighting(other="dim")
    layers: tuple[tuple[Tone, tuple[StepKind, ...]], ...] = (
        ("deputy", STEP_ORDER),
        ("hidden", OWN_KINDS),
        ("direct", DIRECT_KINDS),
    )
    for tone, kinds in layers:
        row = _reached(mesh.adjacency(kinds), mesh.agent_node[agent])
        _light_nodes(mesh, lit, tone, row)
        _light_steps(mesh, lit, tone, kinds, row)
    _say(mesh, lit, agent, reached.reach)
    return lit


def _reached(successors: Sequence[Sequence[int]], start: int) -> set[int]:
    seen, stack = {start}, [start]
    while stack:
        for after in successors[stack.pop()]:
            if after not in seen:
                seen.add(after)
                stack.append(after)
    return seen


def _light_nodes(mesh: Mesh, lit: Lighting, tone: Tone, row: set[int]) -> None:
    for each, number in mesh.system_number.items():
        if any(5 * number + action in row for action in range(5)):
            lit.nodes[f"system:{each}"] = tone
    for each, node in mesh.credential_node.items():
        if node in row:
            lit.nodes[f"credential:{each}"] = tone
    for each, node in mesh.agent_node.items():
        if node in row:
            lit.nodes[f"agent:{each}"] = tone


def _light_steps(mesh: Mesh, lit: Lighting, tone: Tone, kinds: Sequence[str], row: set[int]) -> None:
    snapshot, number = mesh.snapshot, mesh.system_number
    agents, credentials = mesh.agent_node, mesh.credential_node

    def access(system: str, action: int) -> bool:
        return 5 * number[system] + action in row

    steps: list[tuple[str, str, str, bool]] = []
    steps += [("hold", *key, agents.get(key[0]) in row) for key in snapshot.hold]
    steps += [("grant", *key, credentials.get(key[0]) in row) for key in snapshot.grant]
    steps += [("exchange", *key, credentials.get(key[0]) in row) for key in snapshot.exchange]
    steps += [("delegation", *key, agents.get(key[0]) in row) for key in snapshot.delegation]
    steps += [
        ("trigger", mesh.systems[leaves // 5], mesh.agents[enters - mesh.first_agent], leaves in row)
        for leaves, enters in mesh.steps["trigger"]
    ]
    steps += [
        ("hosting", each.runs_on, each.id, access(each.runs_on, EXECUTE))
        for each in snapshot.agent.values()
        if each.runs_on is not None
    ]
    for key, custody in snapshot.custody.items():
        if custody.how == "stores" and snapshot.credential[custody.credential].is_bound:
            continue
        by = any(access(custody.system, ACTION_NUMBER[action]) for action in custody.obtained_by)
        steps.append(("custody", *key, by))
    for delegation in snapshot.delegation.values():
        if delegation.from_ not in agents:  # who is gone hands nothing over
            continue
        steps += [
            ("hold", delegation.to, passed, agents.get(delegation.to) in row)
            for passed in delegation.passes or ()
        ]
    for kind, tail, head, lights in steps:
        if lights and kind in kinds and _is_node(mesh, kind, head):
            lit.steps[kind, tail, head] = tone


def _is_node(mesh: Mesh, kind: str, head: str) -> bool:
    """Whether what the step enters is active."""
    if kind in {"delegation", "trigger", "hosting"}:
        return head in mesh.agent_node
    return kind == "grant" or head in mesh.credential_node


def _say(mesh: Mesh, lit: Lighting, agent: str, reached: Sequence[SystemReach]) -> None:
    lit.words[f"agent:{agent}"] = "reach of this agent"
    said: dict[Tone, str] = {"direct": "held", "hidden": "picked up", "deputy": "of a deputy"}
    for each in mesh.credential_node:
        tone = lit.nodes.get(f"credential:{each}")
        if tone is not None:
            lit.words[f"credential:{each}"] = said[tone]
    for each in mesh.agent_node:
        if each != agent and f"agent:{each}" in lit.nodes:
            lit.words[f"agent:{each}"] = "deputy"
    for system in reached:
        parts = []
        hidden = [x for x in system.own if x not in system.direct]
        deputy = [x for x in system.actions if x not in system.own and x not in system.direct]
        for word, actions in (("direct", system.direct), ("hidden", hidden), ("by a deputy", deputy)):
            if actions:
                parts.append(f"{word}: {', '.join(actions)}")
        lit.words[f"system:{system.system}"] = "; ".join(parts)
