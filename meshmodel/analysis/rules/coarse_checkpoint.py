"""A decision that is made before it is known what will be done."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain
from typing import Final

from meshmodel.analysis.closure import Closure, union
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.reached import lit
from meshmodel.analysis.results import Told
from meshmodel.analysis.rules.base import Case, Facts, Rule
from meshmodel.analysis.rules.wording import in_words, systems_of
from meshmodel.analysis.steps import actions_of, bits, without
from meshmodel.analysis.unchecked import Unchecked
from meshmodel.model.records import Checkpoint, Key

COARSE: Final = frozenset({"delegation", "trigger", "hosting", "hold"})
"""The kinds of steps on which a decision does not know the action."""


def _is_coarse(checkpoint: Checkpoint) -> bool:
    return checkpoint.step in COARSE


def _coarse(facts: Facts) -> dict[int, list[tuple[int, int]]]:
    """The guarded steps of those kinds: by the nodes that they leave those that they enter, each with the
    candidates on it.
    """
    found: dict[int, list[tuple[int, int]]] = {}
    if facts.chosen("checkpoint", _is_coarse):
        # They are those with an agent at one end.
        first = facts.engine.mesh.first_agent
        for (leaves, enters), numbers in facts.engine.candidates.guards.items():
            if leaves >= first or enters >= first:
                found.setdefault(leaves, []).append((enters, numbers))
    return found


def _cases(facts: Facts) -> Iterator[Case]:
    """An access is guarded only so if the agent does not come to it unchecked, and would if nobody
    decided on such steps: then there is a way on which nobody else decides. An agent is anybody who
    acts, a person too; and a checkpoint on a boundary is on no step (section 5).
    """
    coarse = _coarse(facts)
    if not coarse:
        return
    engine, mesh = facts.engine, facts.engine.mesh
    leaving = union(list(coarse))
    worth = mesh.acting & (mesh.at_level[2] | mesh.at_level[3])
    undecided = _Undecided(engine, coarse)
    table = facts.snapshot.checkpoint
    # Agents that come to much have passed the same ones.
    known: dict[int, tuple[tuple[tuple[str, Key], ...], str]] = {}
    for agent in facts.touching(leaving, worth):
        node = mesh.agent_node[agent]
        unchecked = engine.alone[agent]
        if not unchecked.row & leaving:
            continue
        if not engine.effective.row(node) & worth & ~unchecked.row:
            continue
        row = undecided.reached(node, unchecked)
        acts = row & worth & ~unchecked.row
        if not acts:
            continue
        passed = without(undecided.passed(row, unchecked.row | 1 << node), unchecked.dropped)
        actions, told = in_words(facts, acts)
        if passed not in known:
            checkpoints = sorted(engine.candidates.ids[number] for number in bits(passed))
            where = sorted({table[each].step for each in checkpoints})
            known[passed] = lit("checkpoint", checkpoints), " and the ".join(where)
        checkpoints_told, steps_told = known[passed]
        yield Case(
            subject=agent,
            severity="low",
            told=Told(
                message=(
                    f"{facts.snapshot.agent[agent].title} can {told} after a decision on the "
                    f"{steps_told} alone, made before it was known what would be done"
                ),
                about=(
                    ("agent", agent),
                    *checkpoints_told,
                    *lit("system", systems_of(facts, acts)),
                ),
            ),
            agents=(agent,),
            actions=actions_of(actions),
        )


class _Undecided:
    """What is reached if nobody decides on coarse steps.

    Args:
        engine: the reading.
        coarse: these, as ``_coarse`` has them.
    """

    def __init__(self, engine: Engine, coarse: Mapping[int, Sequence[tuple[int, int]]]) -> None:
        self._engine = engine
        self._coarse = coarse
        self._leaving = union(list(coarse))
        self._openable = engine.candidates.opening
        self._on_the_way: dict[int, int] = {}
        self._guards_to: dict[int, int] = {}
        self._steps: dict[int, list[tuple[int, int]]] = {}
        for leaves, steps in coarse.items():
            for enters, guards in steps:
                self._guards_to[enters] = self._guards_to.get(enters, 0) | guards
                for number in bits(guards):
                    self._steps.setdefault(number, []).append((leaves, enters))
        self._entering = union(list(self._guards_to))

    @cached_property
    def _reach(self) -> Closure:
        coarse = self._coarse
        return self._engine.with_open((leaves, enters) for leaves in coarse for enters, _ in coarse[leaves])

    def reached(self, node: int, unchecked: Unchecked) -> int:
        """What an agent reaches then.

        Args:
            node: the agent.
            unchecked: what it reaches alone though somebody decides.
        """
        row, left, dropped = self._reach.row(node), 0, unchecked.dropped
        if not dropped:
            return row
        candidates = self._engine.candidates
        for each in chain.from_iterable(unchecked.seeds):
            row |= self._reach.row(each)
        # Steps that only candidates guard over which the agent has power are open to it.
        while leaving := without(row & self._openable, left):
            left |= leaving
            for leaves in bits(leaving):
                for enters in candidates.entered[leaves]:
                    if not row >> enters & 1 and not candidates.guards[leaves, enters] & ~dropped:
                        row |= self._reach.row(enters)
        return row

    def passed(self, row: int, begun: int) -> int:
        """The candidates that are passed by whoever reaches a row, and not only part of it."""
        found = self._on_the_way.get(row)
        if found is None:
            found = 0
            for leaves in bits(row & self._leaving):
                for _, guards in self._coarse[leaves]:
                    found |= guards
            self._on_the_way[row] = found
        # Those that are only on steps to where it began are not passed.
        doubtful = 0
        for enters in bits(begun & self._entering):
            doubtful |= self._guards_to[enters]
        for number in bits(doubtful & found):
            if not any(
                row >> leaves & 1 and not begun >> enters & 1 for leaves, enters in self._steps[number]
            ):
                found ^= 1 << number
        return found


RULE = Rule(
    id="coarse-checkpoint",
    severity="low",
    detects=(
        "An agent acts on a confidential or restricted system, and the only decision on the way is made "
        "where it is set to work, or where it takes up the credential"
    ),
    remedy="Decide at the system, for each action, with the action and its target known",
    references=("ASI02:2026", "SP 800-53 AC-3"),
    false_positives=(
        "The decision on the delegation names the one action that follows, and the second agent can do "
        "nothing else; or a gateway on the boundary decides for each action as well; or a person takes up "
        "the credential who decides afresh for each action anyway"
    ),
    cases=_cases,
    reads=frozenset({"agent", "system", "checkpoint", "reach"}),
)
