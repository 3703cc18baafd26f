"""The relations of a snapshot compiled to steps (section 3), column by column."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Final

from meshmodel.analysis.closure import forward, is_sparse, search
from meshmodel.analysis.results import StepKind
from meshmodel.analysis.steps import ACTION_NUMBER, ADMIN, EXECUTE, WRITE, Mesh, Pair, bits
from meshmodel.model.records import Grant
from meshmodel.model.vocabulary import Action

if TYPE_CHECKING:
    from meshmodel.analysis.arrays import Arrays

_FEW_WORDS: Final = 16
"""What leads to so many nodes is looked for one after the other."""
_CROWDED: Final = 5_000
"""From so many nodes on steps are put into arrays, where much is reached."""
_VAST: Final = 50_000
"""So many nodes are searched by arrays."""
_ENOUGH: Final = 2_000
"""So many nodes of a component are enough to meet it."""

Ahead = dict[int, list[int]]
"""For nodes the nodes that steps of one kind enter from there, in order."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """The steps of a snapshot.

    Attributes:
        steps: by kind, in order.
        declared: the triggers that are relations.
        ahead: for each node the nodes after it, in the order of the kinds.
        arrays: the same graph, where it is large and much is reached.
    """

    steps: dict[StepKind, list[Pair]]
    declared: frozenset[Pair]
    ahead: list[Sequence[int]]
    arrays: "Arrays | None"


def compiled(mesh: Mesh) -> Compiled:
    """The steps of the snapshot of a mesh, whose nodes have their numbers."""
    snapshot, agents, credentials = mesh.snapshot, mesh.agent_node, mesh.credential_node
    first = {each: 5 * number for number, each in enumerate(mesh.systems)}
    grant, administered = _grants(snapshot.grant, credentials, first)
    kinds: dict[StepKind, Ahead] = {
        "hold": _holds(mesh),
        "grant": grant,
        "custody": _custodies(mesh, first),
        "exchange": _gathered(snapshot.exchange, credentials, credentials),
        "delegation": _gathered(snapshot.delegation, agents, agents),
        "trigger": {},
        "hosting": _hosting(mesh, first),
        "implies": {base + ADMIN: list(range(base, base + ADMIN)) for base in administered},
    }
    ahead: list[Sequence[int]] = [()] * mesh.size
    for kind in kinds.values():
        _add(kind, ahead)
    writes = {each: node + WRITE for each, node in first.items()}
    trigger = _gathered(snapshot.trigger, writes, agents)
    declared = frozenset((leaves, enters) for leaves, after in trigger.items() for enters in after)
    arrays = _arrays(mesh, ahead)
    for leaves, some in _arising(mesh, ahead, arrays).items():
        known = trigger.get(leaves, ())
        trigger[leaves] = sorted(some.union(known))
    # A write access is left by custody steps and triggers alone, so this keeps the order of the kinds.
    _add(trigger, ahead)
    kinds["trigger"] = trigger
    steps = {
        kind: [(leaves, enters) for leaves in sorted(found) for enters in found[leaves]]
        for kind, found in kinds.items()
    }
    return Compiled(steps, declared, ahead, arrays and arrays.other(ahead, trigger))


def _arrays(mesh: Mesh, ahead: Sequence[Sequence[int]]) -> "Arrays | None":
    """The graph as arrays, where it is large and much is reached."""
    if mesh.size < _CROWDED or is_sparse(ahead, list(mesh.agent_node.values())):
        return None
    from meshmodel.analysis.arrays import Arrays  # only here: it takes long to import numpy

    return Arrays.of(ahead)


def _add(kind: Ahead, ahead: list[Sequence[int]]) -> None:
    for leaves, after in kind.items():
        before = ahead[leaves]
        ahead[leaves] = [*before, *after] if before else after


def _gathered(table: Iterable[tuple[str, str]], ones: Mapping[str, int], others: Mapping[str, int]) -> Ahead:
    """Relations by the nodes of their ends, which are their keys; those without a node are left out."""
    found: Ahead = {}
    for one, other in table:
        leaves, enters = ones.get(one), others.get(other)
        if leaves is not None and enters is not None:
            if leaves in found:
                found[leaves].append(enters)
            else:
                found[leaves] = [enters]
    return _ordered(found)


def _ordered(found: Ahead) -> Ahead:
    for after in found.values():
        if len(after) > 1:
            after.sort()
    return found


def _holds(mesh: Mesh) -> Ahead:
    """Hold relations, and what is passed with a delegation."""
    agents, credentials = mesh.agent_node, mesh.credential_node
    hold = _gathered(mesh.snapshot.hold, agents, credentials)
    for (one, other), record in mesh.snapshot.delegation.items():
        if record.passes and one in agents and other in agents:
            passed = {credentials[each] for each in record.passes if each in credentials}
            if passed:
                leaves = agents[other]
                hold[leaves] = sorted(passed.union(hold.get(leaves, ())))
    return hold


def _grants(
    table: Mapping[tuple[str, str], Grant], credentials: Mapping[str, int], first: Mapping[str, int]
) -> tuple[Ahead, set[int]]:
    """The grants, and the systems to which there is one of admin, by their first access."""
    administered: set[int] = set()
    found: Ahead = {node: [] for node in credentials.values()}
    numbers: dict[tuple[Action, ...], tuple[int, ...]] = {}
    for (credential, system), record in table.items():
        leaves = credentials.get(credential)
        if leaves is not None:
            some = numbers.get(record.actions)
            if some is None:
                some = numbers[record.actions] = tuple(map(ACTION_NUMBER.__getitem__, record.actions))
            into, base = found[leaves], first[system]
            for number in some:
                into.append(base + number)
            if ADMIN in some:
                administered.add(base)
    return _ordered({leaves: after for leaves, after in found.items() if after}), administered


def _custodies(mesh: Mesh, first: Mapping[str, int]) -> Ahead:
    """What merely stores a bound credential yields nothing: it is useless without its key or host."""
    snapshot, credentials = mesh.snapshot, mesh.credential_node
    bound = {each for each, record in snapshot.credential.items() if record.is_bound}
    found: Ahead = {}
    for (system, credential), record in snapshot.custody.items():
        enters = credentials.get(credential)
        if enters is not None and not (credential in bound and record.how == "stores"):
            base = first[system]
            for action in record.obtained_by:
                found.setdefault(base + ACTION_NUMBER[action], []).append(enters)
    return _ordered(found)


def _hosting(mesh: Mesh, first: Mapping[str, int]) -> Ahead:
    found: Ahead = {}
    for agent, record in mesh.snapshot.agent.items():
        if record.runs_on is not None and agent in mesh.agent_node:
            found.setdefault(first[record.runs_on] + EXECUTE, []).append(mesh.agent_node[agent])
    return _ordered(found)


# Triggers that arise by themselves ----------------------------------------------------------------


def _arising(mesh: Mesh, ahead: Sequence[Sequence[int]], arrays: "Arrays | None") -> dict[int, set[int]]:
    """A steerable agent reads outsiders' words, by steps other than triggers (so that no such trigger is
    the reason of another): the agents by the write access of the place.
    """
    nodes = mesh.agent_node
    records = mesh.snapshot.agent
    steerable = {node for each, node in nodes.items() if records[each].is_steerable}
    if not steerable or not mesh.untrusted:
        return {}
    reads = list(bits(mesh.untrusted))
    if arrays is None and mesh.size >= _VAST:
        from meshmodel.analysis.arrays import Arrays

        arrays = Arrays.of(ahead)
    if arrays is not None and (len(reads) <= _FEW_WORDS or mesh.size >= _VAST):
        found = arrays.leading(reads, sorted(steerable))
        return {read + WRITE: set(agents) for read, agents in zip(reads, found, strict=True) if agents}
    behind = _behind(ahead, reads)
    reading: dict[int, set[int]] = {}
    if is_sparse(behind, reads):
        for read in reads:
            leading: set[int] = set()
            search(behind, read, leading)
            reading[read] = leading & steerable
    elif len(reads) <= _FEW_WORDS:
        reading = _reading(reads, steerable, ahead, behind)
    else:
        # Backwards, and one mark for each place with outsiders' words.
        closure = forward(behind)
        columns = closure.columns({read: 1 << number for number, read in enumerate(reads)})
        for agent in steerable:
            for number in bits(columns[closure.component[agent]]):
                reading.setdefault(reads[number], set()).add(agent)
    return {read + WRITE: agents for read, agents in reading.items() if agents}


def _behind(ahead: Sequence[Sequence[int]], wanted: Iterable[int]) -> list[list[int]]:
    """For each node the nodes before it, for whatever leads to some wanted ones: other leaves have none."""
    none: list[int] = []
    behind = [[] if after else none for after in ahead]
    for node in wanted:
        behind[node] = []
    for leaves, after in enumerate(ahead):
        for enters in after:
            behind[enters].append(leaves)
    none.clear()
    return behind


def _reading(
    reads: Iterable[int], steerable: set[int], ahead: Sequence[Sequence[int]], behind: Sequence[Sequence[int]]
) -> dict[int, set[int]]:
    """The agents that lead to each of these nodes, looked for backwards.

    Most of them are led to from one large component: what leads there is looked for once.
    """
    found: dict[int, set[int]] = {}
    core: set[int] = set()
    to_core: set[int] = set()
    agents_of_core: set[int] = set()
    before = behind.__getitem__
    for read in reads:
        leading: set[int] = set()
        new = {read}
        through = False
        while new:
            through = through or not core.isdisjoint(new)
            if through:
                new -= to_core
            leading |= new
            new = set(chain.from_iterable(map(before, new)))
            new -= leading
        agents = leading & steerable
        if through:
            agents |= agents_of_core
        elif len(leading) > len(to_core):
            after: set[int] = set()
            search(ahead, read, after, _ENOUGH)
            core, to_core, agents_of_core = after & leading, leading, agents
        found[read] = agents
    return found
