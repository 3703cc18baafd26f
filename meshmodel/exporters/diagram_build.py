"""From a snapshot and its analysis to a diagram: what is drawn, where it belongs, what it says.

Agents, systems and credentials are shapes, steps are lines, zones are frames. A credential whose
holders, stores and systems all lie in one zone stands in it; one that joins zones stands between
them, since it is what crosses. A door or a checkpoint is a shape of its own on the line of its step:
an octagon where nobody asks, a hexagon where somebody decides. Credentials as labels of lines
(tried on the worked examples) repeat a shared credential on each line and leave an exchange no place.
Intents and acceptances are no steps and are not drawn; the policy stub lists what is intended.
"""

from collections.abc import Callable, Iterable

from meshmodel.analysis.checkpoints import shortcomings
from meshmodel.exporters import diagram_lens
from meshmodel.exporters.diagram_lens import Lighting, Step
from meshmodel.exporters.diagram_parts import Answers, Diagram, Edge, Frame, Lens, LineLook, Look, Node
from meshmodel.exporters.diagram_text import (
    NODE_COLUMNS,
    SUBSTITUTED,
    TITLE_COLUMNS,
    Names,
    Shows,
    shows_everything,
    wrap,
)
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.records import Agent, Checkpoint, Credential, Custody, Exchange, System
from meshmodel.model.snapshot import Snapshot

WHOLE_MODEL = 150
"""Up to so many elements a lens dims what is outside it; above, it leaves it out and says so."""

STORES = frozenset({"object-storage", "database", "data-warehouse", "knowledge-base", "agent-memory"})
ISSUERS = frozenset({"secrets-manager", "identity-provider", "token-service"})
PIPELINES = frozenset({"ci-pipeline", "message-queue", "api-gateway", "mcp-server"})

_REASONS = {
    "binding": "binds, decides nothing",
    "per-session": "remembered for a session",
    "cached": "remembered",
    "planned": "only planned",
    "advisory": "only advised",
    "no gateway": "no gateway decides",
}


def build(
    snapshot: Snapshot,
    answers: Answers,
    *,
    lens: Lens = "structure",
    agent: str | None = None,
    shows: Shows = shows_everything,
) -> Diagram:
    """The diagram of a model.

    Args:
        snapshot: the model.
        answers: its analysis.
        lens: what is lit: all, the missing checkpoints, or the reach of one agent.
        agent: that agent's id; for the lens ``reach`` alone.
        shows: whether the format has glyphs for a text.

    Raises:
        MeshmodelError: the lens needs an agent, or there is no such agent.
    """
    if lens == "reach":
        if agent is None:
            raise MeshmodelError("the lens 'reach' shows one agent: name it with --agent")
        lighting = diagram_lens.reach(snapshot, answers, agent)
    elif agent is not None:
        raise MeshmodelError(f"the lens '{lens}' shows all agents: use --agent with --lens reach only")
    else:
        lighting = diagram_lens.missing(answers) if lens == "missing" else Lighting()
    return _Builder(snapshot, answers, lighting, Names(shows)).diagram(lens, agent)


class _Builder:
    def __init__(self, snapshot: Snapshot, answers: Answers, lighting: Lighting, names: Names) -> None:
        self.snapshot = snapshot
        self.answers = answers
        self.lighting = lighting
        self.names = names
        self.nodes: list[Node] = []
        self.edges: list[Edge] = []
        self.marks = answers.marks()
        self.doors = {(door.credential, door.system): door for door in answers.doors}
        self.checkpoints: dict[Step, list[Checkpoint]] = {}
        for key in sorted(snapshot.checkpoint):
            each = snapshot.checkpoint[key]
            self.checkpoints.setdefault((each.step, each.from_, each.to), []).append(each)
        self.self_approved = {
            finding.subject for finding in answers.findings if finding.rule == "self-approved-checkpoint"
        }

    def diagram(self, lens: Lens, agent: str | None) -> Diagram:
        snapshot = self.snapshot
        for key in sorted(snapshot.agent):
            self._agent(snapshot.agent[key])
        for key in sorted(snapshot.credential):
            self._credential(snapshot.credential[key])
        for key in sorted(snapshot.system):
            self._system(snapshot.system[key])
        occupied = {node.zone for node in self.nodes}
        frames = []
        for key in sorted(snapshot.zone):
            zone = snapshot.zone[key]
            title = self.names.name(zone.title, zone.id)
            environment = zone.environment
            if environment and self._says(environment) and environment.casefold() != title.casefold():
                title = f"{title} ({environment})"
            frames.append(Frame(key, wrap(title, NODE_COLUMNS + 8)))
            if key not in occupied:
                self.nodes.append(Node(f"zone/{key}", ("nothing in it",), "anchor", key))
        self._steps()
        self._boundaries()
        left_out = self._leave_out(frames) if snapshot.elements > WHOLE_MODEL else 0
        title, description = self._title(lens, agent)
        notes = []
        if left_out:
            notes.append(f"{left_out} elements outside this lens are left out")
        if self.names.changed:
            notes.append(SUBSTITUTED)
        return Diagram(
            title=title,
            description=description,
            frames=tuple(frames),
            nodes=tuple(self.nodes),
            edges=tuple(self.edges),
            legend=_legend(self.nodes, self.edges, lens),
            notes=tuple(notes),
        )

    # Elements

    def _says(self, text: str | None) -> bool:
        return text is not None and self.names.shows(text)

    def _element(self, kind: str, key: str, name: str, facts: Iterable[str], look: Look, zone: str | None) -> None:
        reference = f"{kind}:{key}"
        lines = [*wrap(self.names.name(name, key), NODE_COLUMNS)]
        for fact in facts:
            lines += wrap(fact, NODE_COLUMNS + 2)
        for word in self.lighting.words.get(reference, "").split("; "):
            if word:
                lines += wrap(word, NODE_COLUMNS + 2)
        tone = self.lighting.node(reference)
        self.nodes.append(Node(f"{kind}/{key}", tuple(lines), look, zone, tone))

    def _agent(self, agent: Agent) -> None:
        facts = [agent.kind] if agent.kind and self._says(agent.kind) else []
        if not agent.is_active:
            facts.append("retired")
        reached = self.answers.agent_reach(agent.id)
        if reached and len(reached.identities) > 1:
            facts.append(f"{len(reached.identities)} identities")
        look: Look = "inactive" if not agent.is_active else "person" if agent.is_person else "agent"
        self._element("agent", agent.id, agent.title, facts, look, agent.home)

    def _system(self, system: System) -> None:
        facts = [word for word in (system.kind, system.sensitivity) if word and self._says(word)]
        lines = [", ".join(facts)] if facts else []
        if system.untrusted_input:
            lines.append("outsiders write here")
        if system.is_exposed and system.sensitivity != "public":
            lines.append("outsiders see it")
        kind = system.kind or ""
        look: Look = (
            "store"
            if kind in STORES
            else "issuer"
            if kind in ISSUERS
            else "pipeline"
            if kind in PIPELINES
            else "system"
        )
        self._element("system", system.id, system.title, lines, look, system.zone)

    def _credential(self, credential: Credential) -> None:
        facts = []
        if credential.principal != credential.id:
            facts.append("as " + self.names.text(credential.principal, credential.id))
        if credential.on_behalf_of is not None:
            facts.append("for " + self.names.text(credential.on_behalf_of, "somebody"))
        if not credential.is_active:
            facts.append("revoked")
        look: Look = "credential" if credential.is_active else "inactive"
        self._element("credential", credential.id, credential.title, facts, look, self._place(credential.id))

    def _place(self, credential: str) -> str | None:
        """The zone of a credential: that of all who hold, store or accept it, if it is one."""
        snapshot = self.snapshot
        places = {snapshot.agent[a].home for a, c in snapshot.hold if c == credential}
        places |= {snapshot.system[s].zone for c, s in snapshot.grant if c == credential}
        places |= {snapshot.system[s].zone for s, c in snapshot.custody if c == credential}
        return places.pop() if len(places) == 1 else None

    # Steps

    def _steps(self) -> None:
        snapshot = self.snapshot
        passed: dict[tuple[str, str], list[str]] = {}
        for key in sorted(snapshot.delegation):
            for credential in snapshot.delegation[key].passes or ():
                passed.setdefault((key[1], credential), []).append(key[0])
        for key in sorted({*snapshot.hold, *passed}):
            givers = [self.names.name(snapshot.agent[a].title, a) for a in passed.get(key, ())]
            words = wrap("passed by " + ", ".join(givers), NODE_COLUMNS) if givers else ()
            self._step("hold", f"agent/{key[0]}", f"credential/{key[1]}", words)
        for key in sorted(snapshot.grant):
            grant = snapshot.grant[key]
            words = (", ".join(grant.actions),)
            if grant.honoured_as == "delegate":
                words = (*words, "as a delegate")
            self._step("grant", f"credential/{key[0]}", f"system/{key[1]}", words)
        for key in sorted(snapshot.custody):
            words = (_custody_words(snapshot.custody[key]),)
            self._step("custody", f"system/{key[0]}", f"credential/{key[1]}", words)
        for key in sorted(snapshot.exchange):
            exchange = snapshot.exchange[key]
            self._step(
                "exchange", f"credential/{key[0]}", f"credential/{key[1]}", self._exchange_words(exchange)
            )
        for key in sorted(snapshot.delegation):
            self._step("delegation", f"agent/{key[0]}", f"agent/{key[1]}", ("delegates",))
        arising = {
            (tail, head)
            for kind, tail, head in (*self.lighting.steps, *self.checkpoints)
            if kind == "trigger" and (tail, head) not in snapshot.trigger
        }
        for key in sorted({*snapshot.trigger, *arising}):
            words = ("steers by what it reads",) if key in arising else ("triggers",)
            self._step("trigger", f"system/{key[0]}", f"agent/{key[1]}", words)
        for key in sorted(snapshot.agent):
            runs_on = snapshot.agent[key].runs_on
            if runs_on is not None:
                self._step("hosting", f"system/{runs_on}", f"agent/{key}", ("hosts",))

    def _exchange_words(self, exchange: Exchange) -> tuple[str, ...]:
        words = ["exchanged"]
        if exchange.at is not None:
            at = self.snapshot.system[exchange.at]
            words += wrap("at " + self.names.name(at.title, at.id), NODE_COLUMNS)
        if exchange.semantics == "impersonation":
            words.append("by impersonation")
        if not exchange.pinned:
            words.append("not pinned")
        return tuple(words)

    def _step(self, look: LineLook, tail: str, head: str, words: tuple[str, ...]) -> None:
        """A line, broken by the shapes of its checkpoints and of its door."""
        key = (look, tail.partition("/")[2], head.partition("/")[2])
        tone = self.lighting.step(key)
        base = "/".join(key)
        chain = [tail]
        zones = {node.id: node.zone for node in self.nodes}
        zone = zones[tail] if zones[tail] == zones[head] else None
        placed = self.checkpoints.get(key, [])
        if placed:
            self._checkpoints(f"checkpoint/{base}", placed, zone, key)
            chain.append(f"checkpoint/{base}")
        door = self.doors.get(key[1:]) if look == "grant" else None
        if door is not None:
            lines = ("NO CHECKPOINT", *wrap(f"{door.severity}: {', '.join(door.actions)}", NODE_COLUMNS))
            dim = "dim" if tone == "dim" else "plain"
            self.nodes.append(Node(f"door/{base}", lines, "missing", zone, dim))
            chain.append(f"door/{base}")
        chain.append(head)
        mark = self.marks.get(key)  # type: ignore[call-overload]
        for number, (one, other) in enumerate(zip(chain, chain[1:], strict=False)):
            last = other == head
            self.edges.append(
                Edge(
                    f"{base}/{number}",
                    one,
                    other,
                    look,
                    words if number == 0 else (),
                    "missing" if door is not None else mark,
                    tone,
                    arrow=last and look != "hold",
                )
            )

    def _checkpoints(self, node: str, placed: list[Checkpoint], zone: str | None, key: Step) -> None:
        """One hexagon for all checkpoints on a step: what each is, and whether it counts."""
        lines: list[str] = []
        count = False
        for each in placed:
            lines += wrap(each.kind, NODE_COLUMNS)
            if each.actions:
                lines += wrap("for " + ", ".join(each.actions), NODE_COLUMNS)
            wrong = [_REASONS[word] for word in shortcomings(each, self.answers.view)]
            if each.id in self.self_approved:
                wrong.append("approved by its own subject")
            if not wrong and len(placed) == 1 and self.marks.get(key) == "does-not-count":  # type: ignore[call-overload]
                wrong.append("controlled by who asks")
            count = count or not wrong
            if wrong:
                lines += ["does not count:", *(line for word in wrong for line in wrap(word, NODE_COLUMNS))]
            else:
                lines.append("counts")
        tone = self.lighting.step(key)
        for desk in sorted({each.decided_at for each in placed if each.decided_at is not None}):
            edge = Edge(f"decides/{node}/{desk}", f"system/{desk}", node, "decides", ("decides",), tone=tone)
            self.edges.append(edge)
        look: Look = "counts" if count else "does-not-count"
        self.nodes.append(Node(node, tuple(lines), look, zone, "dim" if tone == "dim" else "plain"))

    def _boundaries(self) -> None:
        """Checkpoints between zones: a hexagon between their frames."""
        for key in sorted(key for key in self.checkpoints if key[0] == "boundary"):
            node = f"checkpoint/{'/'.join(key)}"
            self._checkpoints(node, self.checkpoints[key], None, key)
            for number, (end, leaves) in enumerate(((key[1], True), (key[2], False))):
                zone, stands = self._stands_for(end)
                self.edges.append(
                    Edge(
                        f"{'/'.join(key)}/{number}",
                        stands if leaves else node,
                        node if leaves else stands,
                        "boundary",
                        ("leaving" if leaves else "entering",),
                        tone=self.lighting.step(key),
                        leaves_zone=zone if leaves else None,
                        enters_zone=None if leaves else zone,
                    )
                )

    def _stands_for(self, end: str) -> tuple[str | None, str]:
        if end.startswith("system:"):
            return None, f"system/{end.removeprefix('system:')}"
        inside = [node.id for node in self.nodes if node.zone == end]
        return end, inside[0]

    # The whole

    def _leave_out(self, frames: list[Frame]) -> int:
        elements = ("agent/", "credential/", "system/")
        before = sum(node.id.startswith(elements) for node in self.nodes)
        if self.lighting.other != "dim":
            return 0
        self.nodes = [node for node in self.nodes if node.tone != "dim" and node.look != "anchor"]
        kept = {node.id for node in self.nodes}
        self.edges = [edge for edge in self.edges if edge.tail in kept and edge.head in kept]
        zones = {node.zone for node in self.nodes}
        frames[:] = [frame for frame in frames if frame.id in zones]
        return before - sum(node.id.startswith(elements) for node in self.nodes)

    def _title(self, lens: Lens, agent: str | None) -> tuple[tuple[str, ...], str]:
        name = self.names.text(self.snapshot.about.name or "Identity mesh", "Identity mesh")
        what = {"structure": "identities and trust boundaries", "missing": "missing checkpoints"}.get(lens)
        if what is None and agent is not None:
            what = "reach of " + self.names.name(self.snapshot.agent[agent].title, agent)
        count = self.answers.summary
        facts = ", ".join(
            _count(number, word)
            for number, word in (
                (count.agents, "agent"),
                (count.systems, "system"),
                (count.credentials, "credential"),
            )
        )
        doors = "no missing checkpoint" if not count.missing else _count(count.missing, "missing checkpoint")
        line = f"{facts}; {doors}, as {self.answers.view}"
        return (*wrap(f"{name}: {what}", TITLE_COLUMNS), line), f"{line}."


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _custody_words(custody: Custody) -> str:
    plain = Custody(custody.system, custody.credential, custody.how)
    by = "" if set(custody.obtained_by) == set(plain.obtained_by) else f" on {', '.join(custody.obtained_by)}"
    return custody.how + by


_LEGEND: tuple[tuple[Look, str], ...] = (
    ("agent", "agent"),
    ("person", "person"),
    ("system", "system"),
    ("store", "store"),
    ("issuer", "secrets,\ntokens"),
    ("pipeline", "pipeline,\ngateway"),
    ("credential", "credential\nas identity"),
    ("inactive", "retired,\nrevoked"),
    ("missing", "nobody\nasks"),
    ("counts", "checkpoint\ncounts"),
    ("does-not-count", "checkpoint\ndoes not count"),
)


def _legend(nodes: list[Node], edges: list[Edge], lens: Lens) -> tuple[Node, ...]:
    """One sample of each shape that occurs, and the words for lines that carry none."""
    looks = {node.look for node in nodes}
    legend = [Node(f"legend/{look}", tuple(words.split("\n")), look) for look, words in _LEGEND if look in looks]
    said: Callable[[str], bool] = {edge.look for edge in edges}.__contains__
    lines = [words for look, words in (("hold", "plain line: holds"), ("grant", "arrow: may do there")) if said(look)]
    if lens == "reach":
        lines += ["heavy: direct, dashed: hidden", "dotted: by a deputy, grey: not reached"]
    if lens == "missing":
        lines.append("grey: outside this lens")
    if lines:
        legend.append(Node("legend/lines", tuple(lines), "key"))
    return tuple(legend)
