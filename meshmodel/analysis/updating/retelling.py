"""Findings told again as they were, but for the agents in them."""

from collections.abc import Collection, Iterable, Sequence
from itertools import compress, repeat
from operator import getitem
from typing import cast

from meshmodel.analysis.looked import Looked
from meshmodel.analysis.reached import Names, Reaching
from meshmodel.analysis.results import Accepted, Columns, Finding, Told
from meshmodel.analysis.rules.base import Telling
from meshmodel.analysis.updating.leaving import out_of
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


def left_out(gone: Collection[str], names: Names, findings: Sequence[Finding]) -> list[Finding]:
    """Findings of one rule and severity without some agents, the same where these are not in them.

    Args:
        gone: the agents.
        names: of those that are there.
        findings: what the last column that they are told by has is their agents.
    """
    found = list(findings)
    if not found:
        return found
    _, _, subjects, said, columns, places = zip(*findings, strict=True)
    agents = _agents_of(columns, places)
    # Most have theirs in common.
    keys, left = list(map(id, agents)), dict[int, Reaching]()
    for key, those in dict(zip(keys, agents, strict=True)).items():
        fewer = out_of(those, gone)
        if fewer is not those:
            left[key] = names.these(fewer)
    others = list(map(left.get, keys))
    if left:
        told = _retold(
            list(compress(findings, others)),
            [each for each in others if each is not None],
            compress(subjects, others),
            compress(said, others),
        )
        for place, finding in zip(compress(range(len(found)), others), told, strict=True):
            found[place] = finding
    return found


def _agents_of(columns: Sequence[Columns], places: Sequence[int]) -> list[tuple[str, ...]]:
    """The agents of findings, which have these columns, at these places."""
    keys = list(map(id, columns))
    agents: dict[int, Sequence[tuple[str, ...]] | dict[int, tuple[str, ...]]] = {}
    for key, each in dict(zip(keys, columns, strict=True)).items():
        agents[key] = each.agents
        if isinstance(each.agents, Looked):
            some = list(compress(places, map(key.__eq__, keys)))
            agents[key] = dict(zip(some, each.agents.at(some), strict=True))
    return list(map(getitem, map(agents.__getitem__, keys), places))


def _retold(
    findings: Sequence[Finding],
    agents: Sequence[Reaching],
    subjects: Iterable[str],
    said: Iterable[Accepted | None],
) -> list[Finding]:
    """Findings of one rule and severity with other agents."""
    # However many agents left since they were first found, that is one step away.
    were = [
        told.were[each.place] if isinstance(told := each.columns.told, Retold) else each for each in findings
    ]
    _, remedy, references, *_ = were[0].columns
    columns = Columns(
        Retold(were, agents), remedy, references, [each.agents for each in agents], Looked(_actions, were)
    )
    rule, severity, *_ = findings[0]
    return Finding.several(rule, repeat(severity), subjects, columns, range(len(findings)), said)


def _actions(finding: Finding) -> tuple[Action, ...]:
    return finding.columns.actions[finding.place]
