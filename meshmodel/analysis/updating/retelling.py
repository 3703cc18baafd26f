"""Findings told again as they were, but for the agents in them."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from itertools import compress
from typing import cast

from meshmodel.analysis.looked import Looked
from meshmodel.analysis.reached import Names, Reaching
from meshmodel.analysis.results import Columns, Finding, Told
from meshmodel.analysis.rules.base import Telling
from meshmodel.model.vocabulary import Action


class Retold:
    """Puts findings in words as they were, but for the agents in them.

    Attributes:
        were: the findings as they were first found.
    """

    __slots__ = ("_agents", "were")

    def __init__(self, were: Sequence[Finding], agents: Sequence[Reaching]) -> None:
        self.were = were
        self._agents = agents

    def __call__(self, place: int) -> Told:
        """The words of the finding at this place."""
        was = self.were[place]
        return cast("Telling", was.columns.told).but(was.place, self._agents[place])


def left_out(gone: AbstractSet[str], names: Names, findings: Sequence[Finding]) -> list[Finding]:
    """Findings of one rule without some agents, the same where these are not in them.

    Args:
        gone: the agents.
        names: of those that are there.
        findings: what the last column that they are told by has is their agents.
    """
    agents = _agents_of(findings)
    # Most have theirs in common.
    numbers = list(map(id, agents))
    left = {
        number: names.these(tuple([each for each in those if each not in gone]))
        for number, those in dict(zip(numbers, agents, strict=True)).items()
        if not gone.isdisjoint(those)
    }
    others = list(map(left.get, numbers))
    found = list(findings)
    if left:
        some = list(compress(findings, others))
        told = iter(_retold(some, [each for each in others if each is not None]))
        for place, other in enumerate(others):
            if other is not None:
                found[place] = next(told)
    return found


def _agents_of(findings: Sequence[Finding]) -> list[tuple[str, ...]]:
    """The agents of each of these."""
    columns = [each.columns.agents for each in findings]
    later = {id(each): each for each in columns if isinstance(each, Looked)}
    found = [
        () if id(column) in later else column[finding.place]
        for column, finding in zip(columns, findings, strict=True)
    ]
    for column in later.values():
        numbers = [number for number, each in enumerate(columns) if each is column]
        agents = column.at([findings[number].place for number in numbers])
        for number, those in zip(numbers, agents, strict=True):
            found[number] = those
    return found


def _retold(findings: Sequence[Finding], agents: Sequence[Reaching]) -> list[Finding]:
    """Findings of one rule with other agents."""
    # However many agents left since they were first found, that is one step away.
    were = [
        told.were[each.place] if isinstance(told := each.columns.told, Retold) else each for each in findings
    ]
    _, remedy, references, *_ = were[0].columns
    columns = Columns(
        Retold(were, agents), remedy, references, [each.agents for each in agents], Looked(_actions, were)
    )
    rules, severities, subjects, said, *_ = zip(*findings, strict=True)
    return Finding.several(rules[0], severities, subjects, columns, range(len(findings)), said)


def _actions(finding: Finding) -> tuple[Action, ...]:
    return finding.columns.actions[finding.place]
