"""What each agent reaches, node by node, where that is little (sections 4 and 5)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain

from meshmodel.analysis.checkpoints import Candidates, unguarded
from meshmodel.analysis.closure import Successors, search
from meshmodel.analysis.results import StepKind
from meshmodel.analysis.steps import DRIVING_KINDS, HELD_KINDS, READ, WRITE, Mesh, Pair, bits, successor_lists


@dataclass(slots=True)
class Starts:
    """What the starts of all agents reach, agent by agent in the order of their nodes.

    Accesses are left out that lead nowhere and give no power.

    Attributes:
        reached: the nodes that each one reaches, guarded or not, one agent after the other; first those
            that it reaches unchecked, alone as the start.
        sizes: how many of these are of each agent,
        unchecked: and how many of these are reached unchecked.
        opened: guarded steps that are open for agents alone, each with the number of the agent.
        deputies: the credentials that agents reach, but not as themselves; likewise.
        later: a source from which more is reached unchecked than from the agent alone, by the number of
            the agent and the node of its read access.
        later_nodes: what more is reached; each node with the number of its place in ``later``.
        later_opened: guarded steps that are open for the start, but not for the agent alone; likewise.
        in_hand: the credentials that agents with intents reach by hold and exchange steps; likewise.
        heard: systems that trigger agents, by the number of the agent and the node of the read access.
        met: for candidates the agents that come to their step and have power over them, by number.
        apart: the numbers of the agents of which no more is told, and nothing as unchecked.
    """

    reached: list[int] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    unchecked: list[int] = field(default_factory=list)
    opened: list[tuple[int, Pair]] = field(default_factory=list)
    deputies: list[tuple[int, int]] = field(default_factory=list)
    later: list[tuple[int, int]] = field(default_factory=list)
    later_nodes: list[tuple[int, int]] = field(default_factory=list)
    later_opened: list[tuple[int, Pair]] = field(default_factory=list)
    in_hand: list[tuple[int, int]] = field(default_factory=list)
    heard: list[tuple[int, int]] = field(default_factory=list)
    met: dict[int, list[int]] = field(default_factory=dict)
    apart: set[int] = field(default_factory=set)


class _Opening:
    """The guarded steps that a start may find open, since it can have power over all decisions there."""

    def __init__(
        self, candidates: Candidates, control: Mapping[int, frozenset[int]], baseline: Successors
    ) -> None:
        self._baseline = baseline
        self._control = control
        self._steps: dict[int, list[tuple[Pair, list[int]]]] = {}
        self._met: dict[int, list[int]] = {}
        for step, guards in candidates.guards.items():
            numbers = list(bits(guards))
            if all(number in self._control for number in numbers):
                self._steps.setdefault(step[0], []).append((step, numbers))
            self._met.setdefault(step[0], []).extend(number for number in numbers if number in self._control)
        self.leaving = frozenset(self._steps)
        self._meeting = frozenset(leaves for leaves, numbers in self._met.items() if numbers)

    def open(self, row: set[int]) -> list[Pair]:
        """Add to what a start reaches what it reaches by its power, and tell which steps are open so."""
        opened: list[Pair] = []
        grown = True
        while grown:
            grown = False
            for leaves in self.leaving & row:
                for step, numbers in self._steps[leaves]:
                    if step not in opened and all(
                        not row.isdisjoint(self._control[number]) for number in numbers
                    ):
                        opened.append(step)
                        if step[1] not in row:
                            search(self._baseline, step[1], row)
                            grown = True
        return opened

    def met(self, reached: set[int], unchecked: set[int]) -> set[int]:
        """The candidates to whose step one comes and over which one has power."""
        return {
            number
            for leaves in self._meeting & reached
            for number in self._met[leaves]
            if not unchecked.isdisjoint(self._control[number])
        }


def walk(
    mesh: Mesh,
    candidates: Candidates,
    people: frozenset[int],
    intended: frozenset[int],
    apart_at: frozenset[int],
) -> Starts:
    """Look for what each agent reaches.

    Args:
        mesh: the compiled graph.
        candidates: the checkpoints that meet points 1 to 3 of section 5.
        people: the nodes of agents that have no crossings.
        intended: the nodes of agents of which an intent can excuse something.
        apart_at: agents that reach one of these nodes are looked at elsewhere.
    """
    starts = Starts()
    control = {number: frozenset(bits(each)) for number, each in enumerate(candidates.control) if each}
    successors = _within(mesh, control.values(), apart_at)
    baseline = unguarded(successors, candidates)
    guarded = frozenset(leaves for leaves, _ in candidates.guards)
    opening = _Opening(candidates, control, baseline)
    first_credential, first_agent = mesh.first_credential, mesh.first_agent
    agents = frozenset(mesh.agent_node.values())
    leading = frozenset(read for read in range(READ, mesh.first_credential, 5) if successors[read])
    own = _own(mesh, successors)
    triggering: dict[int, list[int]] = {}
    for leaves, enters in mesh.steps["trigger"]:
        triggering.setdefault(enters, []).append(leaves - WRITE)
    in_hand = mesh.successors(HELD_KINDS) if intended else ()
    for number, node in enumerate(mesh.agent_node.values()):
        unchecked = reached_from(baseline, node)
        left = guarded.isdisjoint(unchecked)
        opened: list[Pair] = []
        if not left and not opening.leaving.isdisjoint(unchecked):
            opened = opening.open(unchecked)
        if left:
            reached = unchecked
        else:
            reached = unchecked.copy()
            for leaves in guarded & unchecked:
                for enters in successors[leaves]:
                    if enters not in reached:
                        search(successors, enters, reached)
        starts.reached += unchecked
        if not left:
            starts.reached += reached - unchecked
        starts.sizes.append(len(reached))
        reads = (
            () if left or node in people else [each for each in leading & reached if each not in unchecked]
        )
        later = list(_later(opening, baseline, unchecked, opened, reads))
        # What an intent excuses of doors that are open only then is not worked out here.
        apart = not apart_at.isdisjoint(reached) or (node in intended and bool(later))
        if apart or node in people:
            starts.unchecked.append(0)
            if node not in people:
                starts.apart.add(number)
            continue
        starts.unchecked.append(len(unchecked))
        if node in triggering:
            starts.heard += [(number, read) for read in triggering[node]]
        if node in intended:
            starts.in_hand += [(number, each) for each in reached_from(in_hand, node) if each != node]
        for step in opened:
            starts.opened.append((number, step))
        if len(agents & reached) > 1:
            found = reached_from(own, node)
            starts.deputies += [
                (number, each) for each in reached - found if first_credential <= each < first_agent
            ]
        if left:
            continue
        for candidate in opening.met(reached, unchecked):
            starts.met.setdefault(candidate, []).append(number)
        for read, row, power in later:
            place = len(starts.later)
            starts.later.append((number, read))
            starts.later_nodes += [(place, each) for each in row]
            starts.later_opened += [(place, step) for step in power]
    return starts


def _later(
    opening: _Opening,
    baseline: Successors,
    unchecked: set[int],
    opened: list[Pair],
    reads: Iterable[int],
) -> Iterator[tuple[int, set[int], list[Pair]]]:
    """The sources from which more is reached unchecked than from the agent alone, what that is, and the
    steps that are open only then.
    """
    for read in reads:
        row = unchecked.copy()
        search(baseline, read, row)
        power = [step for step in opening.open(row) if step not in opened]
        row -= unchecked
        if len(row) > 1:
            yield read, row, power


def reached_from(successors: Successors, node: int) -> set[int]:
    """What one node reaches, itself included."""
    found: set[int] = set()
    search(successors, node, found)
    return found


def _within(mesh: Mesh, power: Iterable[frozenset[int]], apart_at: frozenset[int]) -> Successors:
    """For each node the nodes after it, without the accesses that lead nowhere: most of all accesses, and
    what is reached of these follows from the credentials that are reached.
    """
    within = set(apart_at)
    kinds: tuple[StepKind, ...] = ("custody", "trigger", "hosting", "implies")
    for kind in kinds:
        within.update(leaves for leaves, _ in mesh.steps[kind])
    within.update(*power)
    after_accesses = mesh.first_credential
    steps = chain.from_iterable(mesh.steps.values())
    leading = (step for step in steps if step[1] >= after_accesses or step[1] in within)
    return successor_lists(mesh.size, leading)


def _own(mesh: Mesh, successors: Successors) -> Successors:
    """The successors without steps that enter agents."""
    own = list(successors)
    first = mesh.first_agent
    for kind in DRIVING_KINDS:
        for leaves, _ in mesh.steps[kind]:
            own[leaves] = [after for after in own[leaves] if after < first]
    return own
