"""What each agent reaches, node by node, where that is little (sections 4 and 5)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, groupby

import numpy as np

from meshmodel.analysis.checkpoints import Candidates
from meshmodel.analysis.closure import Successors, search
from meshmodel.analysis.pairs.columns import Flags, Numbers, among, every, numbers, once
from meshmodel.analysis.pairs.reaching import Steps, at, grown, started
from meshmodel.analysis.steps import HELD_KINDS, READ, STEP_ORDER, WRITE, Mesh, Pair, bits


@dataclass(slots=True)
class Starts:
    """What the starts of all agents reach, agent by agent in the order of their nodes.

    Accesses are left out that lead nowhere and give no power.

    Attributes:
        reached: the nodes that each one reaches, guarded or not, one agent after the other; first those
            that it reaches unchecked, alone as the start.
        sizes: how many of these are of each agent,
        unchecked: and how many of these are reached unchecked.
        deputies: the credentials that agents reach, but not as themselves, each by the number of the agent
            times the number of nodes, and the node.
        opened: guarded steps that are open for agents alone, each with the number of the agent.
        later: a source from which more is reached unchecked than from the agent alone, by the number of
            the agent and the node of its read access.
        later_nodes: what more is reached; each node with the number of its place in ``later``.
        later_opened: guarded steps that are open for the start, but not for the agent alone; likewise.
        in_hand: the credentials that agents with intents reach by hold and exchange steps; likewise.
        heard: systems that trigger agents, by the number of the agent and the node of the read access.
        met: for candidates the agents that come to their step and have power over them, by number.
        apart: the numbers of the agents of which no more is told, and nothing as unchecked.
    """

    reached: Numbers
    sizes: Numbers
    unchecked: Numbers
    deputies: Numbers
    opened: list[tuple[int, Pair]] = field(default_factory=list)
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
            several = list(bits(guards))
            if all(number in self._control for number in several):
                self._steps.setdefault(step[0], []).append((step, several))
            self._met.setdefault(step[0], []).extend(number for number in several if number in self._control)
        self.leaving = frozenset(self._steps)
        self._meeting = frozenset(leaves for leaves, some in self._met.items() if some)

    def open(self, row: set[int]) -> list[Pair]:
        """Add to what a start reaches what it reaches by its power, and tell which steps are open so."""
        opened: list[Pair] = []
        grown = True
        while grown:
            grown = False
            for leaves in self.leaving & row:
                for step, guards in self._steps[leaves]:
                    if step not in opened and all(
                        not row.isdisjoint(self._control[number]) for number in guards
                    ):
                        opened.append(step)
                        if step[1] not in row:
                            search(self._baseline, step[1], row)
                            grown = True
        return opened

    def may_meet(self, size: int, reached: Numbers, unchecked: Numbers) -> set[int]:
        """The numbers of the starts that come to the step of a candidate and have power over it: before any
        step is open for them by that, so for the others none is.

        Args:
            size: how many nodes there are.
            reached: what starts reach, by their numbers times that, and the node.
            unchecked: what they reach unchecked, likewise.
        """
        power: dict[int, list[int]] = {}
        for number, nodes in self._control.items():
            for node in nodes:
                power.setdefault(node, []).append(number)
        powers = unchecked[at(frozenset(power), size)[unchecked % size]].tolist()
        strong = {(pair // size, number) for pair in powers for number in power[pair % size]}
        comes = reached[at(self._meeting, size)[reached % size]].tolist()
        return {
            pair // size
            for pair in comes
            if any((pair // size, number) in strong for number in self._met[pair % size])
        }

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
    control = {number: frozenset(bits(each)) for number, each in enumerate(candidates.control) if each}
    steps = _within(mesh, control.values(), apart_at)
    baseline = steps.without(list(candidates.guards))
    opening = _Opening(candidates, control, baseline)
    nodes, size = list(mesh.agent_node.values()), mesh.size
    begin = started(size, np.arange(len(nodes)), numbers(nodes))
    unchecked = grown(baseline, begin[:0], begin)
    guarded = at(frozenset(leaves for leaves, _ in candidates.guards), size)
    reached = grown(steps, unchecked, steps.after(unchecked[guarded[unchecked % size]]))
    opened: dict[int, list[Pair]] = {}
    more: list[int] = []
    for number in sorted(opening.may_meet(size, reached, unchecked)):
        row = _row(unchecked, number, size)
        opened[number] = opening.open(row)
        more += [number * size + node for node in row]
    unchecked = once(every(unchecked, numbers(more)))
    # Power opens steps to accesses that lead nowhere, too.
    reached = once(every(reached, numbers(more)))
    behind = reached[~among(reached, unchecked)]
    alone = {number for number, node in enumerate(nodes) if node in people}
    leading: Flags = np.zeros(size, dtype=np.bool_)
    reads = slice(READ, mesh.first_credential, 5)
    leading[reads] = steps.counts[reads] > 0
    later: dict[int, list[tuple[int, set[int], list[Pair]]]] = {}
    for number, some in _by_start(behind[leading[behind % size]], size):
        if number not in alone:
            row = _row(unchecked, number, size)
            found = list(_later(opening, baseline, row, opened.get(number, []), some))
            if found:
                later[number] = found
    # What an intent excuses of doors that are open only then is not worked out here.
    apart = {number for number in later if nodes[number] in intended}
    apart.update((reached[at(apart_at, size)[reached % size]] // size).tolist())
    apart -= alone
    told = np.ones(len(nodes), dtype=np.bool_)
    told[numbers([*apart, *alone])] = False
    together = every(unchecked, behind)
    starts = Starts(
        reached=together[np.argsort(together // size, kind="stable")] % size,
        sizes=np.bincount(reached // size, minlength=len(nodes)),
        unchecked=np.bincount(unchecked // size, minlength=len(nodes)) * told,
        deputies=_deputies(mesh, steps, begin, reached, told),
        apart=apart,
    )
    starts.heard += [
        (enters - mesh.first_agent, leaves - WRITE)
        for leaves, enters in mesh.steps["trigger"]
        if told[enters - mesh.first_agent]
    ]
    in_hand = mesh.successors(HELD_KINDS) if intended else ()
    for number, node in enumerate(nodes):
        if node in intended and told[number]:
            starts.in_hand += [(number, each) for each in reached_from(in_hand, node) if each != node]
    for number, open_alone in opened.items():
        if told[number]:
            starts.opened += [(number, step) for step in open_alone]
            for candidate in opening.met(_row(reached, number, size), _row(unchecked, number, size)):
                starts.met.setdefault(candidate, []).append(number)
    for number, found in later.items():
        for read, row, power in found if told[number] else ():
            place = len(starts.later)
            starts.later.append((number, read))
            starts.later_nodes += [(place, each) for each in row]
            starts.later_opened += [(place, step) for step in power]
    return starts


def _row(pairs: Numbers, number: int, size: int) -> set[int]:
    """What one start reaches, of pairs that are sorted."""
    first, after = np.searchsorted(pairs, (number * size, (number + 1) * size))
    return set((pairs[first:after] % size).tolist())


def _by_start(pairs: Numbers, size: int) -> Iterator[tuple[int, list[int]]]:
    """The numbers of starts with their nodes, of pairs that are sorted."""
    for number, some in groupby(pairs.tolist(), lambda pair: pair // size):
        yield number, [pair % size for pair in some]


def _deputies(mesh: Mesh, steps: Steps, begin: Numbers, reached: Numbers, told: Flags) -> Numbers:
    """The credentials that agents reach, but not as themselves."""
    owner, node = np.divmod(reached, mesh.size)
    driving = (np.bincount(owner[node >= mesh.first_agent], minlength=len(begin)) > 1) & told
    own = grown(steps.where(steps.enters < mesh.first_agent), begin[:0], begin[driving])
    found = reached[driving[owner] & (node >= mesh.first_credential) & (node < mesh.first_agent)]
    return found[~among(found, own)]


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


def _within(mesh: Mesh, power: Iterable[frozenset[int]], apart_at: frozenset[int]) -> Steps:
    """The steps without those to accesses that lead nowhere: most of all accesses, and what is reached of
    these follows from the credentials that are reached.
    """
    steps = Steps.of(mesh.successors(STEP_ORDER))
    within: Flags = steps.counts > 0
    within[mesh.first_credential :] = True
    within[numbers([*apart_at, *chain.from_iterable(power)])] = True
    return steps.where(within[steps.enters])
