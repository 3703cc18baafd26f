"""What follows once agents have left from what there was before: who comes through doors, and findings."""

from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from typing import cast

from meshmodel.analysis.entering import Passing, Way
from meshmodel.analysis.looked import Looked
from meshmodel.analysis.reached import Names, Reaching
from meshmodel.analysis.results import Columns, Finding, Told, made_of
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
    """Puts findings in words as they were, but for the agents in them."""

    __slots__ = ("_agents", "_were")

    def __init__(self, were: Sequence[Finding], agents: Sequence[Reaching]) -> None:
        self._were = were
        self._agents = agents

    def __call__(self, place: int) -> Told:
        """The words of the finding at this place."""
        was = self._were[place]
        return cast("Telling", was.columns.told).but(was.place, self._agents[place])

    def was(self, place: int) -> Finding:
        """The finding at this place as it was first found."""
        return self._were[place]


def left_out(gone: AbstractSet[str], names: Names, findings: Sequence[Finding]) -> list[Finding]:
    """Findings of one rule without some agents, the same where these are not in them.

    Args:
        gone: the agents.
        names: of those that are there.
        findings: what the last column that they are told by has is their agents.
    """
    known: dict[int, tuple[tuple[str, ...], Reaching | None]] = {}
    who: list[Reaching | None] = []
    for _, _, _, _, columns, place in findings:
        agents = columns.agents[place]
        # Most have theirs in common.
        both = known.get(id(agents))
        if both is None:
            left = None if gone.isdisjoint(agents) else tuple([each for each in agents if each not in gone])
            both = known[id(agents)] = agents, None if left is None else names.these(left)
        who.append(both[1])
    others = [each for each in who if each is not None]
    if not others:
        return list(findings)
    were = [_first(finding) for finding, each in zip(findings, who, strict=True) if each is not None]
    told = Retold(were, others)
    _, remedy, references, *_ = were[0].columns
    agents_of = [each.agents for each in others]
    columns = Columns(told, remedy, references, agents_of, Looked(_actions, were))
    found = list(findings)
    changed = [place for place, each in enumerate(who) if each is not None]
    rows = [(*findings[place][:4], columns, number) for number, place in enumerate(changed)]
    for place, finding in zip(changed, made_of(Finding, rows), strict=True):
        found[place] = finding
    return found


def _first(finding: Finding) -> Finding:
    """A finding as it was first found: however many agents left since, it is one step away."""
    told = finding.columns.told
    return told.was(finding.place) if isinstance(told, Retold) else finding


def _actions(finding: Finding) -> tuple[Action, ...]:
    return finding.columns.actions[finding.place]
