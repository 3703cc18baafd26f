"""Builds a diagram from a snapshot and its analysis: shapes, lines, frames and their texts.

Agents, systems and credentials are shapes, steps are lines, zones are frames. A credential whose
holders, stores and systems all lie in one zone stands in it; one that joins zones stands between
them, since it is what crosses. A door or a checkpoint is a shape of its own on the line of its step:
an octagon where nobody asks, a hexagon where somebody decides. Credentials as labels of lines
(tried on the worked examples) repeat a shared credential on each line and leave an exchange no place.
Intents and acceptances are no steps and are not drawn; the policy stub lists what is intended.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from meshmodel.analysis.results import Door, StepMark
from meshmodel.exporters.diagram import lens as diagram_lens
from meshmodel.exporters.diagram.captions import (
    TITLES,
    agent_facts,
    agent_look,
    checkpoint_words,
    counts_line,
    credential_facts,
    custody_words,
    delegation_words,
    elements,
    exchange_words,
    grant_words,
    hold_words,
    in_brackets,
    legend,
    system_facts,
    system_look,
)
from meshmodel.exporters.diagram.compact import (
    SAID_BY_THE_LINE,
    credential_places,
    door_words,
    single_grants,
    stamp,
)
from meshmodel.exporters.diagram.elements import (
    AnalysisResults,
    Diagram,
    Edge,
    Frame,
    Lens,
    LineLook,
    Look,
    Shape,
    Tone,
)
from meshmodel.exporters.diagram.labels import (
    DOOR_COLUMNS,
    NODE_COLUMNS,
    SUBSTITUTED,
    Shows,
    TextReplacer,
    shows_everything,
    wrap,
)
from meshmodel.exporters.diagram.lens import LensTones, Step
from meshmodel.model.phrases import VIEWS
from meshmodel.model.records import Agent, Checkpoint, Credential, Snapshot, System
from meshmodel.model.rule_cards import CONTROLLED


def build(
    snapshot: Snapshot,
    analysis: AnalysisResults,
    *,
    lens: Lens = "structure",
    agent: str | None = None,
    compact: bool = False,
    shows: Shows = shows_everything,
    lighting: LensTones | None = None,
    origin: Snapshot | None = None,
) -> Diagram:
    """The diagram of a model.

    Args:
        snapshot: the model.
        analysis: its analysis.
        lens: what is lit: all, the missing checkpoints, or the reach of one agent.
        agent: that agent's id; for the lens ``reach`` alone.
        compact: whether credentials and doors are words on the lines, not shapes of their own.
        shows: whether the format has glyphs for a text.
        lighting: what is lit, if it is known.
        origin: the model that the stamp names, if another one is drawn: it with the fix.

    Raises:
        MeshmodelError: the lens needs an agent, or there is no such agent.
    """
    if lighting is None:
        lighting = diagram_lens.lighting(snapshot, analysis, lens, agent)
    return _Builder(snapshot, analysis, lighting, TextReplacer(shows), agent, compact=compact).diagram(
        lens, agent, origin or snapshot
    )


class _Builder:
    def __init__(
        self,
        snapshot: Snapshot,
        analysis: AnalysisResults,
        lighting: LensTones,
        names: TextReplacer,
        agent: str | None,
        *,
        compact: bool,
    ) -> None:
        self.compact = compact
        self.snapshot = snapshot
        self.analysis = analysis
        self.lighting = lighting
        self.agent = agent
        self.names = names
        self.nodes: list[Shape] = []
        self.edges: list[Edge] = []
        self.marks: dict[Step, StepMark] = {(*key,): mark for key, mark in analysis.marks().items()}
        self.doors = {(door.credential, door.system): door for door in analysis.doors}
        self.checkpoints: dict[Step, list[Checkpoint]] = {}
        for key in sorted(snapshot.checkpoint):
            each = snapshot.checkpoint[key]
            self.checkpoints.setdefault((each.step, each.from_, each.to), []).append(each)
        self.places = credential_places(snapshot)
        self.single = single_grants(snapshot, self.checkpoints) if compact else {}
        self.zones: dict[str, str | None] = {}
        self.heard = {each.system for each in analysis.heard}
        self.self_approved = {finding.subject for finding in analysis.findings if finding.rule == CONTROLLED}

    def diagram(self, lens: Lens, agent: str | None, origin: Snapshot) -> Diagram:
        snapshot = self.snapshot
        for key in sorted(snapshot.agent):
            self._agent(snapshot.agent[key])
        for key in sorted(snapshot.credential):
            self._credential(snapshot.credential[key])
        for key in sorted(snapshot.system):
            self._system(snapshot.system[key])
        frames = self._frames()
        self._steps()
        self._boundaries()
        left_out = self._leave_out(frames)
        (name, title), view = self._heading(lens, agent), self.analysis.view
        counts = counts_line(self.nodes, self.edges, self.snapshot.open_questions)
        line = f"{counts}, {VIEWS[view]}"
        notes = [f"+{left_out} outside this lens"] if left_out else []
        if self.names.changed:
            notes.append(SUBSTITUTED)
        traced = stamp(origin)
        shapes, samples = legend(self.nodes, self.edges, traced)
        return Diagram(
            title=(title, line),
            description=f"{line}.",
            frames=tuple(frames),
            nodes=tuple(self.nodes),
            edges=tuple(self.edges),
            legend=shapes,
            samples=samples,
            stamp=traced,
            model=self.snapshot.about.name or "",
            notes=tuple(notes),
            heading=name if lens == "structure" else title,
            counts=counts,
            view=view,
        )

    def _frames(self) -> list[Frame]:
        """The frames of zones; in an empty one stands that nothing is in it."""
        occupied, frames = {node.zone for node in self.nodes}, list[Frame]()
        for key, zone in sorted(self.snapshot.zone.items()):
            named = self.names.name(zone.title, zone.id)
            environment = zone.environment
            if environment and self._says(environment) and environment.casefold() != named.casefold():
                named = f"{named} ({environment})"
            named += "".join(f" ({each})" for each in self.lighting.words.get(f"zone:{key}", ()))
            frames.append(Frame(key, wrap(named, NODE_COLUMNS + 8)))
            if key not in occupied:
                self.nodes.append(Shape(f"zone/{key}", ("nothing in it",), "anchor", key))
        return frames

    # Elements

    def _says(self, text: str | None) -> bool:
        return text is not None and self.names.shows(text)

    def _element(
        self,
        kind: str,
        key: str,
        name: str,
        facts: Iterable[str],
        look: Look,
        zone: str | None,
        mark: StepMark | None = None,
    ) -> None:
        reference = f"{kind}:{key}"
        named = self.names.name(name, key)
        lines = [*wrap(named, NODE_COLUMNS)]
        for fact in facts:
            lines += wrap(fact, NODE_COLUMNS + 2)
        for word in self.lighting.words.get(reference, ()):
            lines += wrap(word, NODE_COLUMNS + 2)
        tone = self.lighting.node(reference)
        self.nodes.append(Shape(f"{kind}/{key}", tuple(lines), look, zone, tone, mark=mark, name=named))

    def _agent(self, agent: Agent) -> None:
        reached = self.analysis.agent_reach(agent.id)
        facts = agent_facts(agent, len(reached.identities) if reached else 0, self.names)
        self._element("agent", agent.id, agent.title, facts, agent_look(agent), agent.home)

    def _system(self, system: System) -> None:
        facts = in_brackets(system.kind, system.sensitivity, names=self.names)
        facts += system_facts(system, is_heard=system.id in self.heard)
        self._element("system", system.id, system.title, facts, system_look(system), system.zone)

    def _credential(self, credential: Credential) -> None:
        facts = credential_facts(credential, self.names)
        look: Look = "words" if self.compact else "credential"
        mark: StepMark | None = None
        system = self.single.get(credential.id)
        if system is not None:
            key = (credential.id, system)
            facts.append(" ".join(grant_words(self.snapshot.grant[key])))
            facts += self._door_words(key)
            mark = "missing" if self._door(key) else None
        if not credential.is_active:
            look = "inactive"
        zone = self.places.get(credential.id)
        self._element("credential", credential.id, credential.title, facts, look, zone, mark)

    def _door(self, key: tuple[str, str]) -> Door | None:
        """The door on a grant, unless it is one of other agents than that which is looked at."""
        door = self.doors.get(key)
        return door if door is None or self.agent is None or self.agent in door.agents else None

    def _door_words(self, key: tuple[str, str]) -> list[str]:
        """The mark of the door on a grant, for the compact form."""
        door = self._door(key)
        if not self.compact or door is None:
            return []
        return [door_words(door, only_some={*door.actions} < {*self.snapshot.grant[key].actions})]

    # Steps

    def _steps(self) -> None:
        snapshot, names = self.snapshot, self.names
        self.zones = {node.id: node.zone for node in self.nodes}
        passed: dict[tuple[str, str], list[Agent]] = {}
        for giver, taker in sorted(snapshot.delegation):
            for credential in snapshot.delegation[giver, taker].passes or ():
                passed.setdefault((taker, credential), []).append(snapshot.agent[giver])
        for key in sorted({*snapshot.hold, *passed}):
            words = hold_words(passed.get(key, ()), names)
            self._step("hold", f"agent/{key[0]}", f"credential/{key[1]}", words)
        for key in sorted(snapshot.grant):
            marked = [line for word in self._door_words(key) for line in wrap(word, NODE_COLUMNS)]
            words = (*grant_words(snapshot.grant[key]), *marked)
            words = () if self.single.get(key[0]) == key[1] else words
            self._step("grant", f"credential/{key[0]}", f"system/{key[1]}", words)
        for key in sorted(snapshot.custody):
            words = custody_words(snapshot.custody[key])
            self._step("custody", f"system/{key[0]}", f"credential/{key[1]}", words)
        for key in sorted(snapshot.exchange):
            words = exchange_words(snapshot.exchange[key], snapshot, names)
            self._step("exchange", f"credential/{key[0]}", f"credential/{key[1]}", words)
        for key in sorted(snapshot.delegation):
            words = delegation_words(snapshot.delegation[key], snapshot.agent[key[1]])
            self._step("delegation", f"agent/{key[0]}", f"agent/{key[1]}", words)
        for key in sorted(snapshot.trigger):
            self._step("trigger", f"system/{key[0]}", f"agent/{key[1]}", ("starts",))
        lit = (*self.lighting.steps, *self.checkpoints)
        for system, agent in sorted({(tail, head) for kind, tail, head in lit if kind == "hearing"}):
            self._step("hearing", f"system/{system}", f"agent/{agent}", ("read by",))
        for agent in sorted(snapshot.agent):
            runs_on = snapshot.agent[agent].runs_on
            if runs_on is not None:
                self._step("hosting", f"system/{runs_on}", f"agent/{agent}", ("runs",))

    def _step(self, look: LineLook, tail: str, head: str, words: tuple[str, ...]) -> None:
        """A line, broken by the shapes of its checkpoints and of its door."""
        key = (look, tail.partition("/")[2], head.partition("/")[2])
        tone = self.lighting.step(key)
        base = "/".join(key)
        words += self.lighting.words.get(base, ())
        chain = [tail]
        zone = self.zones[tail] if self.zones[tail] == self.zones[head] else None
        door = self.doors.get(key[1:]) if look == "grant" else None
        other = door is not None and self.agent is not None and self.agent not in door.agents
        mark = None if other else "missing" if door is not None else self.marks.get(key)
        if words and not (self.compact and words in SAID_BY_THE_LINE):
            chain.append(self._label(base, words, look, tone, zone, mark))
        placed = self.checkpoints.get(key, [])
        if placed:
            self._checkpoints(f"checkpoint/{base}", placed, zone, key)
            chain.append(f"checkpoint/{base}")
        if door is not None and not self.compact:
            lines = ("NO CHECKPOINT", *wrap(f"{door.severity}: {', '.join(door.actions)}", DOOR_COLUMNS))
            lines = (*lines, "for other agents") if other else lines
            dim: Tone = "dim" if tone == "dim" or other else "plain"
            self.nodes.append(Shape(f"door/{base}", lines, "missing", zone, dim))
            chain.append(f"door/{base}")
        chain.append(head)
        self._chain(base, chain, look, tone, mark, arrow=look != "hold")

    def _label(
        self,
        base: str,
        words: tuple[str, ...],
        look: LineLook,
        tone: Tone,
        zone: str | None = None,
        mark: StepMark | None = None,
    ) -> str:
        """The words on a line as a shape; returns its id."""
        node = Shape(f"label/{base}", words, "label", zone, tone, look, mark)
        self.nodes.append(node)
        return node.id

    def _chain(
        self,
        base: str,
        chain: Sequence[str],
        look: LineLook,
        tone: Tone,
        mark: StepMark | None = None,
        *,
        arrow: bool = True,
        leaves_zone: str | None = None,
        enters_zone: str | None = None,
    ) -> None:
        """The pieces of one line, from its tail through the shapes on it to its head."""
        for number, (start, end) in enumerate(pairwise(chain)):
            first, last = start == chain[0], end == chain[-1]
            self.edges.append(
                Edge(
                    f"{base}/{number}",
                    start,
                    end,
                    look,
                    mark,
                    tone,
                    arrow=arrow and last,
                    leaves_zone=leaves_zone if first else None,
                    enters_zone=enters_zone if last else None,
                )
            )

    def _checkpoints(self, node: str, placed: list[Checkpoint], zone: str | None, key: Step) -> None:
        """One hexagon for all checkpoints on a step: what each is, and whether it counts."""
        alone = len(placed) == 1 and self.marks.get(key) == "does-not-count"
        lines, look = checkpoint_words(
            placed, self.analysis.view, self.self_approved, self.lighting.words, is_void=alone
        )
        tone = self.lighting.step(key)
        for desk in sorted({each.decided_at for each in placed if each.decided_at is not None}):
            base = f"decides/{node}/{desk}"
            same = zone if self.snapshot.system[desk].zone == zone else None
            label = [] if self.compact else [self._label(base, ("decides",), "decides", tone, same)]
            self._chain(base, (f"system/{desk}", *label, node), "decides", tone)
        self.nodes.append(Shape(node, tuple(lines), look, zone, "dim" if tone == "dim" else "plain"))

    def _boundaries(self) -> None:
        """Checkpoints between zones: a hexagon between their frames."""
        for key in sorted(key for key in self.checkpoints if key[0] == "boundary"):
            base = "/".join(key).replace(":", "/")  # DOT would take a colon for a port
            node = f"checkpoint/{base}"
            self._checkpoints(node, self.checkpoints[key], None, key)
            tone = self.lighting.step(key)
            zone, stands = self._represented(key[1])
            label = self._label(f"{base}/leaving", ("leaving",), "boundary", tone)
            chain = (stands, label, node)
            self._chain(f"{base}/leaving", chain, "boundary", tone, leaves_zone=zone)
            zone, stands = self._represented(key[2])
            label = self._label(f"{base}/entering", ("entering",), "boundary", tone)
            chain = (node, label, stands)
            self._chain(f"{base}/entering", chain, "boundary", tone, enters_zone=zone)

    def _represented(self, end: str) -> tuple[str | None, str]:
        if end.startswith("system:"):
            return None, f"system/{end.removeprefix('system:')}"
        inside = [node.id for node in self.nodes if node.zone == end and node.look != "label"]
        return end, inside[0]

    # The whole

    def _leave_out(self, frames: list[Frame]) -> int:
        if self.lighting.other != "dim":
            return 0
        before = len(elements(self.nodes))
        self.nodes = [node for node in self.nodes if node.tone != "dim" and node.look != "anchor"]
        kept = {node.id for node in self.nodes}
        self.edges = [
            edge for edge in self.edges if edge.tone != "dim" and edge.tail in kept and edge.head in kept
        ]
        zones = {node.zone for node in self.nodes}
        frames[:] = [frame for frame in frames if frame.id in zones]
        return before - len(elements(self.nodes))

    def _heading(self, lens: Lens, agent: str | None) -> tuple[str, str]:
        """The name of the model, and what is shown of it."""
        name = self.names.text(self.snapshot.about.name or "Identity mesh", "Identity mesh")
        what = TITLES.get(lens)
        if what is None and agent is not None:
            what = "reach of " + self.names.name(self.snapshot.agent[agent].title, agent)
        return name, f"{name}: {what}"
