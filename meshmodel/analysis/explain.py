"""Explanations: the example path that answers a question, or why there is none and what would make one.

See ``docs/commands.md#meshmodel-explain``.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from meshmodel.analysis.crossing import instructs
from meshmodel.analysis.example_paths import (
    AGAIN,
    INTENDED,
    UNCHECKED,
    Counting,
    Deciding,
    Paths,
    PathSentences,
    path_to,
    reference_of,
)
from meshmodel.analysis.graph import Step, bits
from meshmodel.analysis.listing import ListedCrossing, Listing, SourcedAgent
from meshmodel.analysis.mesh import Mesh
from meshmodel.analysis.results import Blocker, Element, Explanation, Opening, PathSentence, Ways
from meshmodel.analysis.rules.base import titles, verb
from meshmodel.analysis.starts import HOME
from meshmodel.model.records import Intent, Snapshot, key_of, table_of
from meshmodel.model.schema import STEP_ENDS
from meshmodel.model.stop import Stop
from meshmodel.model.vocabulary import (
    ACTIONS,
    ADMIN,
    CHECKPOINT_STEPS,
    EXECUTE,
    NUMBER,
    READ,
    SEVERITIES,
    WRITE,
    Action,
    action_mask,
    actions_of,
    expand_admin,
)


def why_not(mesh: Mesh, agent: str, system: str, action: Action | None) -> str:
    """What stands in the way, in a sentence or two."""
    tables = mesh.snapshot
    who, where = tables.agent[agent].title, tables.system[system].title
    if agent not in mesh.agent:
        return f"{who} is retired: it reaches nothing"
    wanted = {*ACTIONS} if action is None else {action, "admin"}
    opening = "opens it" if action is None else f"allows {action} there"
    cannot = f"{who} cannot {'reach' if action is None else verb(action, third=False)} {where}"
    openers = sorted(c for (c, s), each in tables.grant.items() if s == system and wanted & {*each.actions})
    active = [each for each in openers if each in mesh.credential]
    if active:
        names = titles(tables, "credential", active, last="or")
        hint = f"One relation would be enough, such as holding {tables.credential[active[0]].title}"
        return f"{cannot}: it neither holds nor comes by {names}. {hint}"
    if openers:
        return f"{cannot}: what {opening} is revoked ({titles(tables, 'credential', openers)})"
    return f"{cannot}: no credential {opening}"


def gap(mesh: Mesh, agent: str, system: str, actions: Iterable[Action]) -> tuple[set[int], set[int]]:
    """The nodes that an agent reaches, and those that lead to some actions on a system, these included.

    Admin counts as if it were granted; there is a way if they have nodes in common.
    """
    admins = range(ADMIN, mesh.first_credential, 5)
    graph = mesh.graph.plus([(admin, admin - each) for admin in admins for each in range(1, 5)])
    wanted = {mesh.access(system, NUMBER[each]) for each in actions}
    seeds = dict.fromkeys([mesh.agent_node(agent)] if agent in mesh.agent else [], 1)
    far = graph.gather([int(each in wanted) for each in range(mesh.first_credential)])
    both = graph.spread(seeds), far  # hubs aside
    whole = {stray: credential for credential, stray in mesh.strays.items()}  # who comes to one has the other
    sides = [
        {whole.get(node, node) for node, some in enumerate(side[: mesh.first_ear]) if some} for side in both
    ]
    return sides[0], sides[1]


def unreached(why_not: Explanation, mesh: Mesh, stop: Stop) -> Ways:
    """What lies between an agent and an access that it does not reach."""
    agent, system = why_not.agent, why_not.system
    actions = ACTIONS if why_not.action is None else (why_not.action,)
    near, far = gap(mesh, agent, system, actions)
    wanted = {mesh.access(system, NUMBER[each]) for each in actions}
    itself = {mesh.node("agent", agent)}
    # Where outsiders look at what lies open, a relation can let them write what somebody hears.
    sources = any(mesh.untrusted) or any(each.exposes_acting for each in mesh.traits)
    words = sources and (mesh.listening or mesh.copying)
    return Ways(
        why_not,
        reaches=elements(mesh, sorted(near - itself)),
        reached_from=elements(mesh, sorted(far - wanted)),
        blocked=tuple(_blocked(mesh.snapshot, agent, system, actions, stop)),
        openings=tuple(_openings(mesh, near, far)),
        # Others can open one within a limited delegation, or because an agent then hears outsiders' words.
        openings_complete=not words and near.isdisjoint(mesh.sessions.by_node),
    )


def _openings(mesh: Mesh, *sides: set[int]) -> Iterator[Opening]:
    """The single relations whose step leads from what an agent reaches to what leads to an access."""
    only = {"trigger": WRITE, "hosting": EXECUTE}
    named = [[(reference_of(mesh, node), node) for node in sorted(side)] for side in sides]
    for kind in CHECKPOINT_STEPS:
        if kind == "hearing":  # it arises by itself
            continue
        ends = zip(named, STEP_ENDS[kind], strict=True)
        from_, to = ([node for name, node in side if name.startswith(table)] for side, table in ends)
        from_ = [each for each in from_ if each % 5 == only.get(kind, each % 5)]
        opening = Opening(kind, elements(mesh, from_), elements(mesh, to))
        if opening.number:
            yield opening


def elements(mesh: Mesh, nodes: Iterable[int]) -> tuple[Element, ...]:
    """The elements of some nodes in their order, each once, with the actions on systems; not those of
    sessions, nor hubs.
    """
    found: dict[str, int] = {}
    for node in nodes:
        if node < mesh.first_agent + len(mesh.agents):
            name = reference_of(mesh, node)
            found[name] = found.get(name, 0) | (node < mesh.first_credential) << node % 5
    return tuple((name, actions_of(mask)) for name, mask in found.items())


def _blocked(
    snapshot: Snapshot, agent: str, system: str, actions: Collection[Action], stop: Stop
) -> Iterator[Blocker]:
    """What is revoked, retired or bound, and alone keeps a way closed."""
    every = list(_out_of_use(snapshot))
    mesh = Mesh(_with(snapshot, [record for _, record, _ in every]))
    on_ways = {reference_of(mesh, node) for node in set.intersection(*gap(mesh, agent, system, actions))}
    for each, record, concerned in every:
        stop.check()
        if on_ways.intersection(concerned):
            mesh = Mesh(_with(snapshot, [record]))
            if set.intersection(*gap(mesh, agent, system, actions)):
                yield each


def _out_of_use(snapshot: Snapshot) -> Iterator[tuple[Blocker, Any, Collection[str]]]:
    """What may close ways, the record as it would not, and the elements of which one then is on the way."""
    for credential in snapshot.credential.values():
        if not credential.is_active:
            freed = replace(credential, status="active")
            yield Blocker("revoked", credential.id), freed, [f"credential:{credential.id}"]
    for each in snapshot.custody.values():
        if each.how == "stores" and snapshot.credential[each.credential].is_bound:
            issued = replace(each, how="issues", by=each.obtained_by)
            yield Blocker("bound", each.credential, each.system), issued, [f"credential:{each.credential}"]
    passing = [(each.from_, each.passes or ()) for each in snapshot.delegation.values()]
    for agent in snapshot.agent.values():
        if not agent.is_active:
            passed = [f"credential:{one}" for from_, some in passing for one in some if from_ == agent.id]
            yield (
                Blocker("retired", agent.id),
                replace(agent, status="active"),
                [f"agent:{agent.id}", *passed],
            )


def _with(snapshot: Snapshot, records: Iterable[Any]) -> Snapshot:
    """The snapshot with other records in place of those with the same keys."""
    tables: dict[str, Any] = {}
    for record in records:
        name = table_of(record)
        tables.setdefault(name, {**snapshot.table(name)})[key_of(record)] = record
    return replace(snapshot, **tables)


class Explainer:
    """Answers to *why* about one snapshot."""

    def __init__(self, snapshot: Snapshot, listing: Listing) -> None:
        self.snapshot, self.listing = snapshot, listing
        self.mesh, self.reaches, self.checkpoints = listing.mesh, listing.reaches, listing.reaches.checkpoints
        self.paths = Paths(self.mesh, self.checkpoints)
        self.sentences = PathSentences(snapshot, self.mesh)

    # What is asked

    def asked(
        self, agent: str | None, system: str | None, action: Action | None, source: str | None, stop: Stop
    ) -> ListedCrossing | Explanation | None:
        """What ``Analysis.explain`` asks about: the worst crossing, or else reach; or why there is none."""
        mesh, systems = self.mesh, self.snapshot.system
        if agent not in (None, *self.snapshot.agent) or system not in (None, *systems):
            return None
        if source not in (None, "home", *systems):
            return None
        stop.check()
        number = None if source is None else HOME if source == "home" else mesh.system[source]
        if agent is None or system is None:
            # Where nothing fits all that was asked, the answer says so of what fits less of it.
            for less in dict.fromkeys([(action, number), (action, None), (None, None)]):
                found = self._chosen(agent, system, *less)
                if found is not None:
                    agent, system = mesh.agents[found.coming.agent], mesh.systems[found.access // 5]
                    break
        if agent is None or system is None:
            return None
        crossing = None
        if agent in mesh.agent:
            crossing = self.worst(mesh.agent[agent], self._accesses(system, action), number)
        origin, reason = None if source == "home" else source, why_not(mesh, agent, system, action)
        return crossing or Explanation(agent, origin, system, action, None, None, (), (), reason)

    def _accesses(self, system: str | None, action: Action | None) -> list[int]:
        """The accesses that were asked about, by system."""
        numbers = range(len(self.mesh.systems)) if system is None else (self.mesh.system[system],)
        return [5 * each + x for each in numbers for x in bits(action_mask(action and (action,)))]

    def worst(self, agent: int, accesses: Sequence[int], source: int | None = None) -> ListedCrossing | None:
        """The worst crossing of an agent to some accesses; or reach, if there is none."""
        reached = [access for access in accesses if self.reaches.full[access] >> agent & 1]
        crossing = self.listing.worst(agent, reached, source)
        return self.reach(agent, reached[0], source) if crossing is None and reached else crossing

    def reach(self, agent: int, access: int, source: int | None = None) -> ListedCrossing:
        """Reach as if it were no crossing; the source that was asked about is kept."""
        coming = SourcedAgent(agent, HOME if source is None else source, agent)
        return ListedCrossing(coming, access, None, -1, {})

    def _chosen(
        self, agent: str | None, system: str | None, action: Action | None, source: int | None
    ) -> ListedCrossing | None:
        """The worst crossing of what is asked; where there is none, the first reach."""
        mesh = self.mesh
        if agent is not None and agent not in mesh.agent:
            return None
        agents = (1 << len(mesh.agents)) - 1 if agent is None else 1 << mesh.agent[agent]
        onto = [each for each in self._accesses(system, action) if self.reaches.full[each] & agents]
        crossing = next(self.listing.uncontrolled(self.listing.starts.unfold(agents), onto, source), None)
        for each in bits(agents) if crossing is None else ():
            found = self.worst(each, onto, source)
            if found is not None and found.state is not None:
                return found
            crossing = crossing or found
        return crossing if source is None or (crossing is not None and crossing.state is not None) else None

    # Answers

    def starts(self, crossing: ListedCrossing) -> list[int]:
        """The nodes from which a crossing starts: the agent, with what it read if it can.

        See ``docs/semantics.md#paths``.
        """
        agent, source = crossing.coming.agent, crossing.coming.source
        start, read = [self.mesh.first_agent + agent], 5 * source + READ
        can_read = source != HOME and self.reaches.readable[read] >> agent & 1
        return [*start, read] if can_read and crossing.state is not None else start

    def counting(self, crossing: ListedCrossing) -> Counting:
        """The checkpoints that count for the start of a crossing."""
        return self.paths.counting(self.listing.starts.power, crossing.coming.start)

    def closed(self, crossing: ListedCrossing) -> frozenset[Step]:
        """The steps that a witness does not take: the guarded ones, if the crossing is uncontrolled."""
        return self.paths.closed(self.counting(crossing)) if crossing.state == "uncontrolled" else frozenset()

    def explain_path(self, crossing: ListedCrossing, path: Sequence[int] | None = None) -> Explanation:
        """One crossing, or reach that is none, told by a path from its start.

        By default that is a shortest one; if the crossing is uncontrolled, one on which nobody is asked.
        """
        mesh, (agent, source, *_), starts = self.mesh, crossing.coming, self.starts(crossing)
        path = path or self._shortest(crossing)
        name, is_crossing = mesh.agents[agent], crossing.state is not None
        origin = None if source == HOME else mesh.systems[source]
        identity, through = self.paths.reading(*starts) if starts[1:] else (None, ())
        steps = self.paths.steps_of(
            path,
            self.counting(crossing),
            mesh.zone[source] if is_crossing and source != HOME else self.listing.home(agent),
            None if path[0] == starts[0] else identity,
            self.paths.first_of(self.boundaries(crossing, self._used(path))),
        )
        who = self.snapshot.agent[name].title
        brought = self._brought(source) if is_crossing and source != HOME else ()
        opening = self.sentences.opening(name, origin, identity, through, brought) if is_crossing else who
        ends = [enters for _, enters in mesh.taken(path)]
        sentences = self.sentences.tell(opening, steps, ends, self._unchecked(crossing, path))
        return Explanation(
            name,
            origin,
            mesh.systems[crossing.access // 5],
            ACTIONS[crossing.access % 5],
            crossing.state,
            None if crossing.severity < 0 else SEVERITIES[crossing.severity],
            steps,
            (*sentences, *self._within(crossing)),
        )

    def _brought(self, system: int) -> tuple[str, ...]:
        """What brings untrusted content into a system by itself: where outsiders put it, then the agents."""
        outsiders = self.reaches.outsiders
        mesh, paths, access = outsiders.mesh, Paths(outsiders.mesh, outsiders), 5 * system + WRITE
        if self.mesh.untrusted[system] or not self.reaches.heard[system]:
            return ()
        closed = paths.closed(paths.counting(self.reaches.outsider.power, 0))
        path = paths.shortest(mesh.outside, access, closed) or [access]
        agents = (mesh.name(each) for each in path if reference_of(mesh, each).startswith("agent:"))
        return (mesh.systems[path[0] // 5], *dict.fromkeys(agents))

    def _within(self, crossing: ListedCrossing) -> tuple[PathSentence, ...]:
        """What makes a crossing where the zone is not left, if it is such a one."""
        (system, action), mesh, source = divmod(crossing.access, 5), self.mesh, crossing.coming.source
        if crossing.state is None or source == HOME or mesh.zone[source] != mesh.zone[system]:
            return ()
        heard = instructs(self.listing.source(crossing.coming), mesh.traits[system], action)
        held = f"with data from {self.snapshot.system[mesh.systems[source]].title}"
        what = "after reading untrusted content" if heard else held
        return (PathSentence(f"{self.sentences.zone(mesh.zone[system])}, {what}", "within"),)

    def _shortest(self, crossing: ListedCrossing) -> Sequence[int]:
        """A shortest path; if the crossing is uncontrolled one by an open door: a boundary closes others."""
        access, paths, closed = crossing.access, self.paths, self.closed(crossing)
        doors = crossing.doors if crossing.state == "uncontrolled" else ()
        before = paths.search(self.starts(crossing), closed, None if doors else access)
        if not doors:
            return path_to(before, access)
        every = (
            path_to(before, each) + path_to(paths.search([each], closed, access), access)[1:]
            for each in doors
        )
        taken = {tuple(path): self.mesh.taken(path) for path in every}
        return min(taken, key=lambda path: (len(taken[path]), [*map(paths.order, taken[path])]))

    def _used(self, path: Sequence[int]) -> list[int]:
        """The credential, or copy of one, by which a path comes to its end."""
        return [
            leaves for leaves, enters in self.mesh.taken(path) if self.mesh.kind(leaves, enters) == "grant"
        ][-1:]

    def boundaries(self, crossing: ListedCrossing, credentials: Iterable[int]) -> list[int]:
        """The checkpoints that count on the boundary of a crossing by some credentials, or copies of them."""
        is_crossing = crossing.state is not None
        return self.listing.boundaries(crossing.coming, crossing.access, credentials if is_crossing else ())

    def _unchecked(self, crossing: ListedCrossing, path: Sequence[int]) -> Mapping[int, Deciding]:
        """What is said of the grant steps of a path, counted from 0, on which no checkpoint counts.

        An intent covers them; a decision came before them on the way; or a checkpoint is missing on them, on
        this crossing or on another one of the agent; else nothing.
        """
        mesh, agent, found = self.mesh, 1 << crossing.coming.agent, dict[int, Deciding]()
        taken = mesh.taken(path) if crossing.state is not None else []
        for number, (leaves, enters) in enumerate(taken):
            if mesh.kind(leaves, enters) == "grant":
                after = next(iter(taken[number + 1 : number + 2]), None)
                implies = after is not None and mesh.kind(*after) == "implies"
                used = mesh.original(after[1] if after is not None and implies else enters)
                crosses = self.listing.crosses(crossing.coming, used)
                missing = self.listing.missing(leaves, used)
                if crosses and (deciding := self._deciding(crossing, used)) is not None:
                    found[number] = "◆", f"{deciding} decides before anything is issued"
                elif crosses and dict(self.listing.open_doors(crossing.coming, used)).get(leaves):
                    found[number] = INTENDED
                elif crosses and not self.listing.starts.reach[leaves] >> crossing.coming.start & 1:
                    found[number] = AGAIN
                elif missing is not None and missing.agents & agent and missing.actions >> used % 5 & 1:
                    found[number] = UNCHECKED
        return found

    def _deciding(self, crossing: ListedCrossing, access: int) -> str | None:
        """The checkpoint on what is asked for, where an access is but a request that others decide about."""
        if not self.listing.engine.doors.asking.get(access, 0) >> crossing.coming.start & 1:
            return None
        guards, steps = self.checkpoints.guards, self.checkpoints.requests[access // 5]
        counting = self.counting(crossing)
        return self.paths.first_of(n for step in steps for n in counting.intersection(guards[step]))

    # Intents

    def can_be_intended(self, explanation: Explanation) -> Intent | None:
        """The agent's intent with what approves every open door of a crossing, or ``None``.

        See ``docs/semantics.md#paths``.
        """
        if explanation.state != "uncontrolled" or explanation.action is None:
            return None
        mesh, tables, origin = self.mesh, self.snapshot, explanation.source
        agent, system = mesh.agent[explanation.agent], mesh.system[explanation.system]
        source, action = HOME if origin is None else mesh.system[origin], NUMBER[explanation.action]
        crossing, doors = self.listing.worst(agent, [5 * system + action], source), self.listing.engine.doors
        if crossing is None or not mesh.traceable[system]:
            return None
        coming = crossing.coming
        for door in crossing.doors:
            is_meant = self.listing.can_be_meant(coming, crossing.access, door)
            if not is_meant or not doors.in_hand(door, action) >> coming.start & 1:
                return None
        known = tables.intent.get((explanation.agent, explanation.system))
        actions, from_ = (known.actions, known.from_ or ("home",)) if known is not None else ((), ())
        if not expand_admin(action_mask(actions)) >> action & 1:
            actions = actions_of(action_mask((*actions, explanation.action)))
        at_home = origin is not None and mesh.zone[source] == tables.agent[explanation.agent].home
        if (origin or "home") not in from_ and not ("home" in from_ and at_home):
            from_ = tuple(sorted({*from_, origin or "home"}))
        per_day = None if known is None else known.per_day
        return Intent(explanation.agent, explanation.system, actions, from_, per_day)
