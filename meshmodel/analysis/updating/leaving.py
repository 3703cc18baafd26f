"""What follows once agents have left from what there was before: who comes through doors, and findings."""

from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from operator import attrgetter
from typing import cast

from meshmodel.analysis.entering import Passing, Way
from meshmodel.analysis.looked import Looked
from meshmodel.analysis.reached import Names, Reaching
from meshmodel.analysis.results import Columns, Finding, Told
from meshmodel.analysis.rules.base import Telling
from meshmodel.model.vocabulary import Action


class Leaving:
    """Agents that left, where nothing else changed that tells who comes through doors."""

    def __init__(self, lost: int, ids: Collection[str], names: dict[int, tuple[str, ...]]) -> None:
        """Arguments: the agents as bits, their ids, and the ids of others by their bits, which it adds to."""
        self._lost = lost
        self._ids = ids
        self._names = names

    def ways(self, before: Sequence[Way | None]) -> list[Way | None]:
        """These ways without the agents, each ``None`` where it has to be looked for again."""
        passing: dict[int, Passing | None] = {}
        less: dict[int, Way | None] = {}
        # Most doors have their way in common.
        for way in {id(each): each for each in before if each is not None}.values():
            actions, those = way
            if id(those) not in passing:
                passing[id(those)] = those.less(self._lost, self._named)
            left = passing[id(those)]
            less[id(way)] = None if left is None else (actions, left)
        return list(map(less.get, map(id, before)))

    def _named(self, agents: int, before: tuple[str, ...]) -> tuple[str, ...]:
        left = self._names.get(agents)
        if left is None:
            left = self._names[agents] = tuple([each for each in before if each not in self._ids])
        return left


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
    known: dict[int, tuple[tuple[str, ...], Reaching | None]] = {}
    numbers: list[int] = []
    were: list[Finding] = []
    others: list[Reaching] = []
    for number, finding in enumerate(findings):
        columns, place = finding.columns, finding.place
        agents = columns.agents[place]
        # Most have theirs in common.
        both = known.get(id(agents))
        if both is None:
            left = None if gone.isdisjoint(agents) else tuple([each for each in agents if each not in gone])
            both = known[id(agents)] = agents, None if left is None else names.these(left)
        if both[1] is not None:
            told = columns.told
            numbers.append(number)
            # However many agents left since it was first found, that is one step away.
            were.append(told.were[place] if isinstance(told, Retold) else finding)
            others.append(both[1])
    found = list(findings)
    if others:
        _, remedy, references, *_ = were[0].columns
        agents_of = [each.agents for each in others]
        columns = Columns(Retold(were, others), remedy, references, agents_of, Looked(_actions, were))
        some = list(map(found.__getitem__, numbers))
        severities, subjects, said = (
            map(attrgetter(each), some) for each in ("severity", "subject", "accepted")
        )
        made = Finding.several(some[0].rule, severities, subjects, columns, range(len(some)), said)
        for number, finding in zip(numbers, made, strict=True):
            found[number] = finding
    return found


def _actions(finding: Finding) -> tuple[Action, ...]:
    return finding.columns.actions[finding.place]
