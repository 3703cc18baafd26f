"""Crossings that changed, grouped and in words: who can do what where, as whom, coming from where."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from meshmodel.analysis.results import CrossingState
from meshmodel.analysis.starts import HOME
from meshmodel.answers.diff.changes import CrossingChange, CrossingWord, uncontrolled_severity
from meshmodel.answers.diff.names import few
from meshmodel.model.vocabulary import ACTIONS, SEVERITIES, Action, Severity

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis

_ASKED: Final = 12
"""Of a group of at most this many closed crossings the ways are asked which checkpoints stand on them."""

_Became = tuple[Severity | None, Severity | None, CrossingState | None]
"""The severity before, the severity after, and the state after; ``None``: there is no crossing any more."""


class CrossingGroup(NamedTuple):
    """Crossings to one system that became the same: each agent with each action from each source."""

    became: _Became
    target: str
    actions: tuple[Action, ...]
    sources: tuple[str | None, ...]
    agents: tuple[str, ...]

    @property
    def severity(self) -> Severity:
        """After, or of one that is closed before."""
        before, after, _ = self.became
        found = after or before
        assert found is not None
        return found

    @property
    def crossings(self) -> list[tuple[str, str | None, Action]]:
        """Agent, source and action of each."""
        return [(a, s, x) for a in self.agents for s in self.sources for x in self.actions]


def groups(changes: Iterable[CrossingChange], word: CrossingWord) -> list[CrossingGroup]:
    """The changes that have that word (new, worse, …), grouped; the most severe first."""
    actions: defaultdict[tuple[_Became, str, str, str | None], list[Action]] = defaultdict(list)
    for each in changes:
        if each.change == word:
            crossing = each.crossing
            was, now = map(uncontrolled_severity, each)
            became = was, now, None if each.after is None else each.after.state
            actions[became, crossing.target, crossing.agent, crossing.source].append(crossing.action)
    sources: defaultdict[tuple[_Became, str, str, tuple[Action, ...]], list[str | None]] = defaultdict(list)
    for (became, target, agent, source), done in actions.items():
        sources[became, target, agent, tuple(done)].append(source)
    agents: defaultdict[tuple[_Became, str, tuple[Action, ...], tuple[str | None, ...]], list[str]] = (
        defaultdict(list)
    )
    for (became, target, agent, acts), origins in sources.items():
        agents[became, target, acts, tuple(origins)].append(agent)
    found = [CrossingGroup(*key, tuple(each)) for key, each in agents.items()]
    return sorted(found, key=lambda each: (-SEVERITIES.index(each.severity), each.agents, each.target))


def opened_words(group: CrossingGroup, analysis: "Analysis", heard: frozenset[str]) -> str:
    """Crossings that are uncontrolled: who, what, where, as whom, from where."""
    identities = {
        analysis.snapshot.credential[credential].principal
        for crossing in group.crossings
        for credential in _open_credentials(analysis, group.target, *crossing)
    }
    return f"{_who(group)}, as {few(sorted(identities))}, from {_from(group.sources, heard)}"


def closed_words(group: CrossingGroup, analysis: "Analysis", heard: frozenset[str]) -> str:
    """Crossings that were uncontrolled: who, what, where, from where, and what closed them."""
    state = group.became[2]
    if state is None:
        how = "no such crossing any more"
    elif state == "approved":
        how = "approved by an intent"
    else:
        by = _checkpoints(group, analysis)
        how = f"asked by {few(by)}" if by else "controlled"
    return f"{_who(group)}, from {_from(group.sources, heard)}: {how}"


def _who(group: CrossingGroup) -> str:
    return f"{few(group.agents)}: {', '.join(group.actions)} {group.target}"


def _from(sources: Sequence[str | None], heard: frozenset[str]) -> str:
    named = [
        "home" if each is None else f"{each} (outsiders' words)" if each in heard else each
        for each in sources
    ]
    return few(named)


def _open_credentials(
    analysis: "Analysis", target: str, agent: str, source: str | None, action: Action
) -> list[str]:
    """The credentials that are open doors of an uncontrolled crossing, and not approved."""
    mesh, listing = analysis.engine.mesh, analysis.listing
    coming = listing.coming(mesh.agent[agent], HOME if source is None else mesh.system[source])
    doors = listing.open_doors(coming, mesh.access(target, ACTIONS.index(action)))
    return [
        mesh.credentials[mesh.original(node) - mesh.first_credential]
        for node, approved in doors
        if not approved
    ]


def _checkpoints(group: CrossingGroup, analysis: "Analysis") -> list[str]:
    """The checkpoints that count on the shortest ways of controlled crossings; none of a large group."""
    if len(group.crossings) > _ASKED:
        return []
    ways = (
        analysis.explain(agent, group.target, action, source or "home")
        for agent, source, action in group.crossings
    )
    return sorted({step.checkpoint for way in ways if way for step in way.steps if step.checkpoint})
