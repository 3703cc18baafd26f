"""Witnesses: shortest paths, what is true at each of their steps, and this in sentences.

See ``docs/commands.md#meshmodel-explain``.
"""

from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final, cast

from meshmodel.analysis.checkpoints import Checkpoints
from meshmodel.analysis.graph import Step
from meshmodel.analysis.mesh import Mesh
from meshmodel.analysis.results import PathSentence, PathStep, StepKind
from meshmodel.analysis.rules.base import titles, verb
from meshmodel.analysis.steps import KINDS
from meshmodel.model.records import Snapshot
from meshmodel.model.vocabulary import ACTIONS

RANK: Final = {kind: number for number, kind in enumerate((*KINDS, "answer"))}
"""The kinds of steps in their order; answers, which only an intruder gives, come last."""
Deciding = tuple[str, str]
"""The sign of what decides at a step, and that in words; without a sign it goes with the sentence."""
UNCHECKED: Final[Deciding] = ("✖", "no checkpoint")
INTENDED: Final[Deciding] = ("✓", "no checkpoint, an intended use")
AGAIN: Final[Deciding] = ("", ", not checked again")
Counting = frozenset[int]
"""The numbers of the checkpoints that count for a start."""


class Paths:
    """Shortest paths through a mesh."""

    def __init__(self, mesh: Mesh, checkpoints: Checkpoints) -> None:
        self.mesh, self.checkpoints = mesh, checkpoints

    def counting(self, power: Sequence[int], start: int) -> Counting:
        """The checkpoints that count for a start; ``power`` says by checkpoint which have power over it."""
        return frozenset(number for number, starts in enumerate(power) if not starts >> start & 1)

    def closed(self, counting: Counting) -> frozenset[Step]:
        """The steps that some of these checkpoints guard."""
        guards = self.checkpoints.guards.items()
        return frozenset(step for step, some in guards if counting.intersection(some))

    def first_of(self, numbers: Iterable[int]) -> str | None:
        """The first of some checkpoints by id."""
        return min((self.checkpoints.records[each].id for each in numbers), default=None)

    def order(self, step: Step) -> tuple[int, int, int]:
        """What breaks ties between steps: the kind, then the id; nodes are numbered by id."""
        return RANK[self.mesh.kind(*step)], self.mesh.original(step[1]), step[1]

    def search(
        self, starts: Iterable[int], closed: Collection[Step] = (), target: int | None = None
    ) -> dict[int, int | None]:
        """By node the one before it on the shortest path to it that ties make the first; a start has none.

        Steps that are closed, which are guarded ones, are not taken; it ends where the target is found.
        """
        graph, size, first_ear = self.mesh.graph, self.mesh.size, self.mesh.first_ear
        trusts = self.mesh.named
        if closed:
            graph = self.checkpoints.graph.plus(self.checkpoints.guards.keys() - closed)
        before: dict[int, int | None] = dict.fromkeys(starts)
        waiting, hubs = deque([[(node, node) for node in before]]), set[int]()
        while waiting and target not in before:
            steps, behind = set[Step](), waiting.popleft()
            for (
                leaves,
                node,
            ) in behind:  # what lies behind an ear, a trust or a hub follows as by one step
                for enters in graph.successors[node]:
                    if enters < first_ear and enters not in trusts:
                        steps.add((leaves, enters))
                    elif enters >= size and enters not in hubs:
                        hubs.add(enters)
                        behind.append((leaves, enters))
                    elif enters < size and enters not in before:
                        before[enters] = leaves
                        behind.append((enters, enters))
            new = [step for step in steps if step[1] not in before]
            for leaves, enters in sorted(new, key=self.order) if len(new) > 1 else new:
                if enters not in before:
                    before[enters] = leaves
                    waiting.append([(enters, enters)])
        return before

    def shortest(self, starts: Iterable[int], target: int, closed: Collection[Step] = ()) -> list[int] | None:
        """The nodes of a shortest path from any of some nodes to another one, or ``None``; see ``search``."""
        before = self.search(starts, closed, target)
        return path_to(before, target) if target in before else None

    def reading(self, agent: int, read: int) -> tuple[str | None, tuple[str, ...]]:
        """As which identity an agent reads a system, and through which other agents; both by node.

        It is told of a shortest path, the agents by id in its order.
        """
        mesh, path = self.mesh, self.shortest([agent], read) or []
        used = [each for each in path if mesh.kind(each, read) == "grant"]
        identity = mesh.snapshot.credential[mesh.name(used[-1])].principal if used else None
        passed = (mesh.original(enters) for _, enters in mesh.taken(path))
        through = dict.fromkeys(mesh.name(each) for each in passed if each >= mesh.first_agent)
        return identity, tuple(each for each in through if each != mesh.name(agent))

    def steps_of(
        self,
        path: Sequence[int],
        counting: Counting,
        zone: str | None,
        identity: str | None = None,
        boundary: str | None = None,
    ) -> tuple[PathStep, ...]:
        """The steps of a path with what is true at each; a session is shown as the agent or credential in it.

        ``zone`` and ``identity`` are those at its start, ``boundary`` is the checkpoint that counts on the
        boundary to the last system.
        """
        mesh, tables, found = self.mesh, self.mesh.snapshot, list[PathStep]()
        taken = mesh.taken(path)
        grants = [each for each in taken if mesh.kind(*each) == "grant"]
        for step in taken:
            leaves, enters = map(mesh.original, step)
            kind, from_, to = mesh.relation(*step)
            if kind in ("hold", "exchange", "custody"):
                identity = tables.credential[to].principal
            elif enters >= mesh.first_agent:
                identity = None
            yielded_by = from_ if kind == "custody" else None
            if kind == "exchange":
                yielded_by = tables.exchange[from_, to].at
            entered = mesh.zone[enters // 5] if kind == "grant" else zone
            access = next((each for each in (enters, leaves) if each < mesh.first_credential), None)
            checkpoint = self.first_of(counting.intersection(self.checkpoints.guards.get(step, ())))
            found.append(
                PathStep(
                    cast("StepKind", kind),
                    reference_of(mesh, leaves),
                    reference_of(mesh, enters),
                    None if access is None else ACTIONS[access % 5],
                    identity,
                    yielded_by,
                    *((zone, entered) if entered != zone else (None, None)),
                    checkpoint or (boundary if step in grants[-1:] else None),
                )
            )
            zone = entered
        return tuple(found)


def path_to(before: Mapping[int, int | None], node: int) -> list[int]:
    """The nodes of a path to one that was found; ``before`` as ``Paths.search`` returns it."""
    path, last = list[int](), cast("int | None", node)
    while last is not None:
        path.append(last)
        last = before[last]
    return path[::-1]


def reference_of(mesh: Mesh, node: int) -> str:
    """A node as answers write it: ``agent:a``, ``credential:c``, ``system:s``; a session as its agent."""
    original, name = mesh.original(node), mesh.name(node)
    if original >= mesh.first_agent and node not in mesh.named:
        return f"agent:{name}"
    return f"credential:{name}" if original >= mesh.first_credential else f"system:{name}"


def deed(snapshot: Snapshot, step: PathStep, one: str, other: str) -> str | None:
    """What is done at a step, without as whom and whence; ``None``: it is told with the one beside it.

    Args:
        snapshot: the model.
        step: of a path.
        one: what the node is called that it leaves.
        other: what the one is called that it enters.
    """
    match step.step:
        case "grant":
            return f"{verb(step.action or 'read')} {other}"
        case "custody":
            return f"is issued {other}" if snapshot.custody[step.ends].how == "issues" else f"finds {other}"
        case "exchange":
            return f"exchanges {one} for {other}"
        case "delegation":
            return f"calls {other}"
        case "trigger":
            return f"starts {other}"
        case "hearing":
            return f"{other} reads {one} and may follow it"
        case "hosting":
            return f"takes over {other}"
        case _:
            return None


class PathSentences:
    """Tells what happens along a path, one numbered sentence for what one does in one go."""

    def __init__(self, snapshot: Snapshot, mesh: Mesh) -> None:
        """Arguments: the model, whose names are told; its mesh."""
        self.snapshot, self._mesh = snapshot, mesh

    def tell(
        self,
        opening: str,
        steps: Sequence[PathStep],
        ends: Sequence[int],
        unchecked: Mapping[int, Deciding],
    ) -> tuple[PathSentence, ...]:
        """An opening, the numbered sentences of a path, and its zones where there are several.

        ``ends`` are the nodes that its steps enter, and ``unchecked`` is what is said of grant steps, counted
        from 0, on which no checkpoint decides.
        """
        sentences = self._sentences(steps, ends, unchecked)
        lines = [PathSentence(opening), *sentences]
        zones = [zone for step in steps for zone in (step.zone_from, step.zone_to) if step.zone_to and zone]
        if len(zones) > 1:
            named = [self.zone(zone) for one, zone in zip([None, *zones], zones, strict=False) if one != zone]
            lines.append(PathSentence(" → ".join(named), "zones"))
        return tuple(lines)

    def zone(self, zone: str) -> str:
        """A zone as people call it."""
        record = self.snapshot.zone.get(zone)
        return record.title if record is not None else self.title(zone)

    def opening(
        self,
        agent: str,
        source: str | None,
        identity: str | None,
        through: Sequence[str] = (),
        brought: Sequence[str] = (),
    ) -> str:
        """Where a path starts; a source as which the agent has no identity starts it.

        ``through`` are the other agents by which it reads the source. ``brought`` is where outsiders put what
        is there, and the agents that bring it.
        """
        who = self.snapshot.agent[agent]
        if source is None:
            return f"{who.title} works in its home zone, {self.zone(who.home or '')}"
        system, holds = self.snapshot.system[source], ""
        holds = " (untrusted content ⚑)" if system.untrusted_input else ""
        by = f" through {titles(self.snapshot, 'agent', through)}" if through else ""
        reads = (
            f"{system.title} starts {who.title}"
            if identity is None
            else f"{who.title} reads {system.title}{by} as {identity}"
        )
        return f"{self._brought(system.title, *brought)}{reads}{holds}" if brought else f"{reads}{holds}"

    def _brought(self, system: str, first: str, *agents: str) -> str:
        """That outsiders put content somewhere, and agents bring it to a system."""
        origin = self.snapshot.system[first]
        how = (
            f"write into {origin.title} ⚑"
            if origin.untrusted_input
            else f"find a credential in {origin.title}"
        )
        if not agents:
            return f"Outsiders {how} and write into {system} ⚐; "
        copies = "copies" if len(agents) == 1 else "copy"
        return f"Outsiders {how}; {titles(self.snapshot, 'agent', agents)} {copies} that into {system} ⚐; "

    def _sentences(
        self, steps: Sequence[PathStep], ends: Sequence[int], unchecked: Mapping[int, Deciding]
    ) -> list[PathSentence]:
        sentences: list[PathSentence] = []
        acting, caller, held, asked = "", "", False, list[str]()  # nobody: the agent whose way it is
        for number, step in enumerate(steps):
            asked += [step.checkpoint] if step.checkpoint is not None else []
            after = steps[number + 1] if number + 1 < len(steps) else None
            text = self._sentence(step, after, ends[number], held=held)
            held = step.step == "hold" or (held and text is None)
            if text is not None:
                # What is read is read by another one than who acts, and the sentence says by whom.
                subject = f"{self.title(acting)} " if acting and step.step != "hearing" else ""
                sign, decides = ("◆", f"{asked[0]} decides") if asked else unchecked.get(number, ("", ""))
                text, decides = (f"{subject}{text}", decides) if sign else (f"{subject}{text}{decides}", "")
                sentences.append(PathSentence(text, f"{len(sentences) + 1}", sign, decides, step))
                asked = []
            is_agent = step.to.startswith("agent:")
            if ends[number] not in self._mesh.origin:  # what leaves a session is its caller's
                caller = acting = step.to if is_agent else caller
            elif is_agent:
                acting = step.to
        return sentences

    def _sentence(self, step: PathStep, after: PathStep | None, enters: int, *, held: bool) -> str | None:
        """What a step says; holding and what is implied are told with the step after or before."""
        one, other = self.title(step.from_), self.title(step.to)
        done = deed(self.snapshot, step, one, other)
        match step.step:
            case "grant":
                unnamed = step.from_ == f"credential:{step.identity}"  # it names its identity itself
                using = f", with {one}" if held and not unnamed else ""
                implies = after is not None and after.step == "implies"
                more = f", which includes {after.action}" if after is not None and implies else ""
                return f"{done} as {step.identity}{using}{more}"
            case "custody":
                is_issued = self.snapshot.custody[step.ends].how == "issues"
                return f"{done} by {one}" if is_issued else f"{done}, stored in {one}"
            case "exchange":
                place = "" if step.yielded_by is None else f" at {self.title(f'system:{step.yielded_by}')}"
                return f"{done}{place}"
            case "delegation":
                session = self._mesh.sessions.by_node.get(enters)
                if session is None:
                    return done
                back = "; only fixed values come back" if session.copies.values else ""
                limiter = f"agent:{session.delegation.from_}"
                by = "" if limiter == step.from_ else f" set by {self.title(limiter)}"
                return f"{done} with limits{by}{back}"
            case "trigger":
                return f"{done} by writing to {one}"
            case "hearing":
                return f"{done} (prompt injection)"
            case "hosting":
                return f"{done}, which runs on {one}"
            case _:
                return None

    def title(self, reference: str) -> str:
        """An element as people call it."""
        table, _, key = reference.partition(":")
        record = self.snapshot.table(table).get(key)
        return key if record is None else str(record.title)
