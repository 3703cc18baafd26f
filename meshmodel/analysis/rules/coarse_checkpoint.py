"""A decision that is made before it is known what will be done."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from meshmodel.analysis.closure import union
from meshmodel.analysis.reached import lit
from meshmodel.analysis.results import Told
from meshmodel.analysis.rules.base import Case, Facts, Rule
from meshmodel.analysis.rules.wording import in_words, systems_of
from meshmodel.analysis.steps import actions_of, bits, without
from meshmodel.model.records import Checkpoint

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
    for agent in facts.touching(leaving, worth):
        node = mesh.agent_node[agent]
        unchecked = engine.alone[agent]
        if not unchecked.row & leaving:
            continue
        if not engine.effective.row(node) & worth & ~unchecked.row:
            continue
        row, passed = _without(facts, coarse, unchecked.row | 1 << node, unchecked.dropped)
        acts = row & worth & ~unchecked.row
        if not acts:
            continue
        actions, told = in_words(facts, acts)
        checkpoints = sorted(engine.candidates.ids[number] for number in bits(passed))
        where = sorted({facts.snapshot.checkpoint[each].step for each in checkpoints})
        yield Case(
            subject=agent,
            severity="low",
            told=Told(
                message=(
                    f"{facts.snapshot.agent[agent].title} can {told} after a decision on the "
                    f"{' and the '.join(where)} alone, made before it was known what would be done"
                ),
                about=(
                    ("agent", agent),
                    *lit("checkpoint", checkpoints),
                    *lit("system", systems_of(facts, acts)),
                ),
            ),
            agents=(agent,),
            actions=actions_of(actions),
        )


def _without(
    facts: Facts, coarse: Mapping[int, Sequence[tuple[int, int]]], row: int, dropped: int
) -> tuple[int, int]:
    """What is reached if nobody decides on coarse steps, and the candidates that were passed so.

    Args:
        facts: the reading.
        coarse: by the nodes that such steps leave those that they enter, with the candidates on them.
        row: what is reached though somebody does.
        dropped: the candidates over which the agent has power.
    """
    engine = facts.engine
    baseline, candidates = engine.guarding.baseline, engine.candidates
    begun, passed, left, waiting = row, 0, 0, union(list(coarse))
    if dropped:
        waiting |= candidates.left
    while leaving := without(row & waiting, left):
        left |= leaving
        for node in bits(leaving):
            for enters, guards in coarse.get(node, ()):
                if not begun >> enters & 1:
                    passed |= guards & ~dropped
                if not row >> enters & 1:
                    row |= baseline.row(enters)
            for enters in candidates.entered[node] if dropped else ():
                # Steps that only candidates guard over which the agent has power are open to it.
                if not row >> enters & 1 and not candidates.guards[node, enters] & ~dropped:
                    row |= baseline.row(enters)
    return row, passed


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
