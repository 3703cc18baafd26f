"""The step graph as BloodHound OpenGraph: a data payload, and the extension schema that explains its kinds.

The payload is the compiled graph of ``docs/semantics.md#steps``, not the drawing. Its nodes are agents,
credentials, accesses (a system and an action), the sessions of limited delegations and their copies among
them, so that what BloodHound's pathfinding reaches is the reach of ``docs/semantics.md#reach``. Each access
leads on to its system, from which nothing leads on, so that a path to a system can be asked for. What is
retired or revoked is no node.

A step is of the kind ``MeshModel_Guarded``, which paths do not follow, if on it sits a checkpoint that counts
for every agent that can meet it, its action included; else of the kind of its relation, one kind an action
for grants. Boundaries lie on no step (``docs/semantics.md#effective-checkpoints``).
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from meshmodel.exporters.graphs.relations import counting, facts_of
from meshmodel.model.vocabulary import ACTIONS, ALL, action_mask

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis
    from meshmodel.analysis.graph import Step
    from meshmodel.analysis.mesh import Copies, Mesh

NAMESPACE: Final = "MeshModel"
"""The prefix of all kinds, and the kind by which BloodHound knows where a node comes from."""


class _NodeKind(NamedTuple):
    name: str
    description: str
    icon: str
    color: str


class _EdgeKind(NamedTuple):
    name: str
    description: str
    is_traversable: bool = True


_NODE_KINDS: Final = (
    _NodeKind(
        "Agent", "Anything that acts: an AI agent, a workflow, a service, a person", "robot", "#3b82f6"
    ),
    _NodeKind("Credential", "Proof of one authenticated identity; never its secret", "key", "#d97706"),
    _NodeKind("Access", "One action on one system", "bolt", "#6b7280"),
    _NodeKind("System", "Anything with an authorization boundary of its own", "server", "#0f766e"),
    _NodeKind("Zone", "A trust domain", "border-all", "#7c3aed"),
)
_STEPS: Final = {
    "hold": _EdgeKind("Holds", "The agent can present the credential"),
    "custody": _EdgeKind("Yields", "Whoever has the access obtains the credential"),
    "exchange": _EdgeKind("ExchangesFor", "Presenting the first credential yields the second"),
    "delegation": _EdgeKind("DelegatesTo", "The first agent can call the second"),
    "trigger": _EdgeKind("Triggers", "What is written there starts the agent"),
    "hearing": _EdgeKind("HeardBy", "What is written there is read by the agent and can steer it"),
    "hosting": _EdgeKind("Hosts", "Whoever executes there can act as the agent"),
    "implies": _EdgeKind("Implies", "Admin implies the other actions"),
}
_GRANTS: Final = {
    action: _EdgeKind(f"Can{action.capitalize()}", f"The credential is accepted there for: {action}")
    for action in ACTIONS
}
_OTHERS: Final = (
    _EdgeKind("On", "The access is one on the system"),
    _EdgeKind("InZone", "The system is in the zone, or the zone is the agent's home", is_traversable=False),
    _EdgeKind("Guarded", "A step on which a checkpoint decides for each action", is_traversable=False),
)


def payload(analysis: "Analysis") -> str:
    """The data payload of a model; equal models give equal text.

    Args:
        analysis: of the model; a payload of the view ``designed`` takes planned checkpoints for enforced.
    """
    made = _Payload(analysis)
    content = {
        "metadata": {"source_kind": NAMESPACE},
        "graph": {"nodes": list(made.nodes()), "edges": list(made.edges())},
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def extension() -> str:
    """The extension schema, the same for all models: which kinds there are, and which paths follow."""
    content = {
        "schema": {
            "name": "meshmodel",
            "display_name": "Identity mesh (meshmodel)",
            "version": "v1.0.0",
            "namespace": NAMESPACE,
        },
        "node_kinds": [
            {
                "name": f"{NAMESPACE}_{each.name}",
                "display_name": each.name,
                "description": each.description,
                "is_display_kind": True,
                "icon": each.icon,
                "color": each.color,
            }
            for each in _NODE_KINDS
        ],
        "relationship_kinds": [
            {
                "name": f"{NAMESPACE}_{each.name}",
                "description": each.description,
                "is_traversable": each.is_traversable,
            }
            for each in (*_GRANTS.values(), *_STEPS.values(), *_OTHERS)
        ],
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


class _Payload:
    """The nodes and edges of one model.

    Ids must be unique in a whole database, and may hold no colon: they begin with a part of the digest of the
    model's name, so that a changed model replaces its former self, and other models stay apart.
    """

    def __init__(self, analysis: "Analysis") -> None:
        self.snapshot = analysis.snapshot
        self.mesh: Mesh = analysis.engine.mesh
        name = self.snapshot.about.name or ""
        self.prefix = f"meshmodel/{hashlib.sha256(name.encode()).hexdigest()[:8]}"
        self.sessions = self._sessions()
        self.guards = self._guards(analysis)
        self.steps = dict(self._steps())
        first_ear = self.mesh.first_ear
        self.used = {n if n < first_ear else self.mesh.original(n) for step in self.steps for n in step}

    def _sessions(self) -> dict[int, str]:
        """By node of a session, or of a copy that it uses, what the session is called in ids."""
        found = {}
        for session in self.mesh.sessions.by_node.values():
            ends, copies = session.delegation, session.copies
            back = "values" if copies.values else "words"
            found[session.node] = f"session/{back}/{ends.from_}/{ends.to}"
            shared = f"session/values/{_limit(copies)}" if copies.values else found[session.node]
            found |= dict.fromkeys(copies.nodes.values(), shared)
        for node, copies in self.mesh.sessions.copying.items():
            found |= dict.fromkeys((node, *copies.nodes.values()), f"session/copying/{_limit(copies)}")
        return found

    def _guards(self, analysis: "Analysis") -> Mapping["Step", list[str]]:
        """By step the checkpoints that count there for every agent that can meet them."""
        counts = counting(analysis)
        found: dict[Step, list[str]] = {}
        for _, each in sorted(self.snapshot.checkpoint.items()):
            if each.id in counts:
                mask = action_mask(each.actions) if each.actions else ALL
                for step in self.mesh.ends(each.step, each.from_, each.to, mask):
                    found.setdefault(step, []).append(each.id)
        return found

    def _steps(self) -> "Iterator[tuple[Step, str]]":
        """All steps with their kind."""
        mesh = self.mesh
        for kind, steps in mesh.steps.items():
            for step in sorted(steps):
                yield step, kind
        for _, ear in sorted(mesh.ears.items()):
            for agent in mesh.after(ear):
                yield (ear, agent), "hearing"

    def nodes(self) -> Iterator[dict[str, Any]]:
        """Zones and systems; then agents, credentials, and the accesses on which there is a step."""
        for table in ("zone", "system"):
            for key, record in sorted(self.snapshot.table(table).items()):
                yield self._node(f"{table}/{key}", table, record.title, facts_of(record))
        for node in range(self.mesh.first_ear):
            of_session = {"session": self.sessions[node]} if node in self.sessions else {}
            original = self.mesh.original(node)
            key = self.mesh.name(node)
            if original >= self.mesh.first_credential:
                is_agent = original >= self.mesh.first_agent and node not in self.mesh.named
                table = "agent" if is_agent else "credential"
                record = self.snapshot.table(table)[key]
                yield self._node(self._id(node), table, record.title, facts_of(record) | of_session)
            elif node in self.used:
                action = ACTIONS[original % 5]
                title = f"{action} on {self.snapshot.system[key].title}"
                facts = {"system": key, "action": action, **of_session}
                yield self._node(self._id(node), "access", title, facts)

    def edges(self) -> Iterator[dict[str, Any]]:
        """The steps; from each access to its system; to the zones."""
        between: dict[tuple[str, str], list[Step]] = {}
        for step in self.steps:
            between.setdefault((self._id(step[0]), self._id(step[1])), []).append(step)
        for (start, end), steps in between.items():
            yield self._edge_of(steps, start, end)
        for node in sorted(self.used):
            if self.mesh.original(node) < self.mesh.first_credential:
                yield self._edge("On", self._id(node), f"system/{self.mesh.name(node)}", {})
        for table, field in (("system", "zone"), ("agent", "home")):
            for key, record in sorted(self.snapshot.table(table).items()):
                zone = getattr(record, field)
                if zone is not None and (table == "system" or record.is_active):
                    yield self._edge("InZone", f"{table}/{key}", f"zone/{zone}", {})

    def _edge_of(self, steps: "Sequence[Step]", start: str, end: str) -> dict[str, Any]:
        """The one edge between two nodes, since BloodHound would merge several.

        What starts an agent may be heard by it as well: then one that is not guarded stands for both.
        """
        step = min(steps, key=self.guards.__contains__)
        kind = self.steps[step]
        original = self.mesh.original(step[1])
        action = ACTIONS[original % 5] if kind in {"grant", "implies"} else None
        facts: dict[str, Any] = {"step": kind}
        if action is not None:
            facts["action"] = action
        name = _GRANTS[action].name if kind == "grant" and action else _STEPS.get(kind, _OTHERS[0]).name
        if step in self.guards:
            name, facts["checkpoints"] = "Guarded", [key for each in steps for key in self.guards[each]]
        return self._edge(name, start, end, facts)

    def _id(self, node: int) -> str:
        """What a node is called, unique within the model."""
        mesh, original = self.mesh, self.mesh.original(node)
        kind = (
            "agent"
            if original >= mesh.first_agent
            else "credential"
            if original >= mesh.first_credential
            else f"access/{ACTIONS[original % 5]}"
        )
        own = f"{kind}/{mesh.name(node)}"
        if node in mesh.astray:
            own = f"astray/{own}"
        elif node in mesh.named:
            (to,) = (ends[1] for ends, trust in mesh.trusts.items() if trust == original)
            own = f"trust/{mesh.name(node)}/{to}"
        return f"{self.sessions[node]}/{own}" if node in self.sessions else own

    def _node(self, id_: str, table: str, title: str, facts: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "id": f"{self.prefix}/{id_}",
            "kinds": [f"{NAMESPACE}_{table.capitalize()}"],
            "properties": {"name": title, "displayname": title, **facts},
        }

    def _edge(self, kind: str, start: str, end: str, facts: Mapping[str, Any]) -> dict[str, Any]:
        edge: dict[str, Any] = {"kind": f"{NAMESPACE}_{kind}"}
        for name, id_ in (("start", start), ("end", end)):
            edge[name] = {"match_by": "id", "value": f"{self.prefix}/{id_}"}
        if facts:
            edge["properties"] = dict(facts)
        return edge


def _limit(copies: "Copies") -> str:
    """What copies are limited to, in a few letters: sessions that are limited alike share theirs."""
    return hashlib.sha256(" ".join(sorted(copies.only)).encode()).hexdigest()[:8]
