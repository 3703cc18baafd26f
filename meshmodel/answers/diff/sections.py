"""A comparison in rows of words, which its text and its Markdown lay out, each in its own way."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeVar

from meshmodel.analysis.results import HOW_WORDS, CrossingState, SystemReach
from meshmodel.analysis.starts import HOME
from meshmodel.answers.blocks import Cells, Row, Section, Table
from meshmodel.answers.causes import is_accepted
from meshmodel.answers.diff.changes import (
    CrossingChange,
    CrossingWord,
    Diff,
    DrawnChange,
    FindingChange,
    FindingWord,
    WorkChange,
    uncontrolled_severity,
)
from meshmodel.answers.measures import title_in, when
from meshmodel.model.records import Reference, Snapshot
from meshmodel.model.rule_cards import DOOR
from meshmodel.model.stop import NEVER, Stop
from meshmodel.model.text import counted, first_few, one_line, shorten
from meshmodel.model.vocabulary import ACTIONS, SEVERITIES, Action, Severity

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis
    from meshmodel.analysis.fix.results import Plan

Sign = Literal["+", "-", "~", "=", " "]
"""It is there now, it is gone, it is another one, it stands."""
SHOWN: Final = 20
"""So many rows of a section are told; the JSON has all."""
_WORTH: Final = 60
"""Cells of a changed text that are shown."""
_PRESENCE: Final[dict[str, Sign]] = {"added": "+", "removed": "-", "changed": "~"}
_BECAME: Final[dict[FindingWord, Sign]] = {"new": "+", "worse": "~", "closed": "-", "still": "="}
"""What became of a finding, in the order in which findings are told."""
_ASKED: Final = 12
"""Of a group of at most this many closed crossings the ways are asked which checkpoints stand on them."""

_Became = tuple[Severity | None, Severity | None, CrossingState | None]
"""The severity before, the severity after, and the state after; ``None``: there is no crossing any more."""
_NAMED: Final = 4
"""So many of many names in a row are shown."""


def _row(sign: Sign, head: str, words: str, about: Reference | None = None) -> Row:
    """One line of a section.

    Args:
        sign: what became of it.
        head: one or two words that say what it is about.
        words: the rest.
        about: a record that it is about, perhaps one that is gone.
    """
    return Row((sign, head, words), leads_to=about)


class Names(NamedTuple):
    """What people call elements: as in the model after, or if it is gone there, before."""

    old: Snapshot
    new: Snapshot

    def of(self, table: str, key: str) -> str:
        """One of them."""
        return title_in(self.new if self.new.get(table, key) is not None else self.old, table, key)

    def some(self, table: str, keys: Iterable[str]) -> str:
        """Some of them in a row."""
        return _few([self.of(table, each) for each in keys])


_Item = TypeVar("_Item")


def sections(
    diff: Diff, old: "Analysis", new: "Analysis", *, shown: int | None = SHOWN, stop: Stop = NEVER
) -> Iterator[Section]:
    """The sections of a comparison that have rows: a table each, of sign, what it is about, and words.

    Args:
        diff: the comparison.
        old: the model before, which knows where untrusted content came.
        new: the model after, which knows that, the identity, and which checkpoint.
        shown: so many rows of each at most; ``None``: all.
        stop: asked at every row.

    Raises:
        Stopped: it is to stop.
    """
    before, after = (frozenset(each.system for each in side.heard) for side in (old, new))
    names = Names(old.snapshot, new.snapshot)

    def opened(group: CrossingGroup) -> Row:
        was, now, _ = group.became
        severity = f"{was} → {now}" if was and was != now else group.severity
        words = _opened_words(group, new, names, after)
        return _row("~" if was else "+", severity, words, ("system", group.target))

    def closed(group: CrossingGroup) -> Row:
        words = _closed_words(group, new, names, before)
        return _row("-", group.severity, words, ("system", group.target))

    def section(title: str, items: Sequence[_Item], tell: Callable[[_Item], Row]) -> Section:
        rows = []
        for each in items[:shown]:
            stop.check()
            rows.append(tell(each))
        left = (Row(partial(_cells_of, tell, each)) for each in items[len(rows) :])
        return Section(title, (Table((*rows, *left), most=shown),))

    found = (
        section("drawn", _drawn_rows(diff.drawn), _same),
        section("reach", _reach_rows(diff, names), _same),
        section("counts", _count_rows(diff), _same),
        section("NEW", _groups(diff.crossings, "new"), opened),
        section("WORSE", _groups(diff.crossings, "worse"), opened),
        section("MILDER", _groups(diff.crossings, "milder"), opened),
        section("CLOSED", _groups(diff.crossings, "closed"), closed),
        section("findings", _in_order(diff.findings), _finding_row),
        section("fix", _fix_rows(diff.fixes, names), _same),
        section("actions", diff.work or (), _work_row),
    )
    return (each for each in found if row_table(each).rows)


def _cells_of(tell: Callable[[_Item], Row], item: _Item) -> Cells:
    return tell(item).made


def row_table(section: Section) -> Table:
    """The rows of a section."""
    (table,) = section.blocks
    assert isinstance(table, Table)
    return table


def _same(row: Row) -> Row:
    return row


# Drawn -------------------------------------------------------------------------------------------


def _drawn_rows(drawn: Sequence[DrawnChange]) -> list[Row]:
    rows = [
        _row(_PRESENCE[each.change], each.table, _drawn_words(each), _reference(each))
        for each in drawn
        if not each.is_move
    ]
    moved = sum(each.is_move for each in drawn)
    return rows + ([_row("~", "canvas", f"{counted(moved, 'element')} moved")] if moved else [])


def _reference(change: DrawnChange) -> Reference | None:
    match change.key:
        case ():
            return None
        case (key,):
            return change.table, key
        case start, end:
            return change.table, (start, end)
    raise AssertionError(change.key)  # no record has more ends


def _drawn_words(change: DrawnChange) -> str:
    name = " > ".join(change.key) or "the model"
    if change.fields:
        fields = (
            f"{each.field} {_value(each.before)} → {_value(each.after)}"
            for each in change.fields
            if each.field != "at"
        )
        return f"{one_line(name)}: {'; '.join(fields)}"
    if len(change.key) > 1 or change.title == name:
        return one_line(change.title, 300)
    return one_line(f"{name}: {change.title}", 300)


def _value(text: str | None) -> str:
    return "unset" if text is None else shorten(one_line(text), _WORTH)


# Reach -------------------------------------------------------------------------------------------


def _reach_rows(diff: Diff, names: Names) -> list[Row]:
    """What agents reach and did not, or no longer do, or by another way; agents with the same in one row."""
    agents: defaultdict[tuple[Sign, str, str], list[str]] = defaultdict(list)
    for each in diff.identities:
        if each.gained:
            agents["+", "identity", _few(each.gained)].append(each.agent)
        if each.lost:
            agents["-", "identity", _few(each.lost)].append(each.agent)
    for agent, key, before, after in diff.reach:
        system = names.of("system", key)
        was, now = (dict(_ways(each)) for each in (before, after))
        for action, way in now.items():
            if action not in was:
                agents["+", "action", f"{action} {system}, {way}"].append(agent)
            elif way != was[action]:
                agents["~", "action", f"{action} {system}, {was[action]} → {way}"].append(agent)
        for action in was:
            if action not in now:
                agents["-", "action", f"{action} {system}"].append(agent)
    return [
        _row(sign, head, f"{names.some('agent', some)}: {words}", ("agent", some[0]))
        for (sign, head, words), some in agents.items()
    ]


def _ways(reach: SystemReach | None) -> Iterator[tuple[Action, str]]:
    return ((each, _way(reach, each)) for each in reach.actions) if reach else iter(())


def _way(reach: SystemReach, action: Action) -> str:
    """By which steps an action is reached (``docs/semantics.md#reach``), and whether a checkpoint decides."""
    way = HOW_WORDS[reach.how(action)]
    return way if action in reach.unchecked else f"{way}, checked"


# Crossings ---------------------------------------------------------------------------------------


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


def _groups(changes: Iterable[CrossingChange], word: CrossingWord) -> list[CrossingGroup]:
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


def _opened_words(group: CrossingGroup, analysis: "Analysis", names: Names, heard: frozenset[str]) -> str:
    """Paths that are unchecked: who, what, where, with which identity, from where."""
    identities = {
        analysis.snapshot.credential[credential].principal
        for crossing in group.crossings
        for credential in _open_credentials(analysis, group.target, *crossing)
    }
    return f"{_who(group, names)}, as {_few(sorted(identities))}, from {_from(group.sources, names, heard)}"


def _closed_words(group: CrossingGroup, analysis: "Analysis", names: Names, heard: frozenset[str]) -> str:
    """Crossings that were uncontrolled: who, what, where, from where, and what closed them."""
    state = group.became[2]
    if state is None:
        how = "no such path any more"
    elif state == "approved":
        how = "an intended use covers it"
    else:
        by = _checkpoints(group, analysis)
        how = f"checked by {_few(by)}" if by else "checked"
    return f"{_who(group, names)}, from {_from(group.sources, names, heard)}: {how}"


def _who(group: CrossingGroup, names: Names) -> str:
    target = names.of("system", group.target)
    return f"{names.some('agent', group.agents)}: {', '.join(group.actions)} {target}"


def _from(sources: Sequence[str | None], names: Names, heard: frozenset[str]) -> str:
    named = [
        "home"
        if each is None
        else f"{names.of('system', each)}{' (untrusted content)' if each in heard else ''}"
        for each in sources
    ]
    return _few(named)


def _open_credentials(
    analysis: "Analysis", target: str, agent: str, source: str | None, action: Action
) -> list[str]:
    """The credentials by which an unchecked path enters its target."""
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


# Counts ------------------------------------------------------------------------------------------


def _count_rows(diff: Diff) -> list[Row]:
    old, new = diff.old.summary, diff.new.summary
    kinds: tuple[tuple[str, int, int], ...] = (
        ("paths", old.crossings, new.crossings),
        ("unchecked", old.uncontrolled, new.uncontrolled),
        ("intended", old.approved, new.approved),
        ("checked", old.controlled, new.controlled),
        ("missing", old.missing, new.missing),
    )
    rows = [
        _row("=" if was == now else "~", what, f"{was:,} → {now:,}") for what, was, now in kinds if was or now
    ]
    if diff.standing:
        rows.append(_row("=", "as before", counted(diff.standing, "unchecked path")))
    return rows


# Findings ----------------------------------------------------------------------------------------


def _in_order(findings: Sequence[FindingChange]) -> list[FindingChange]:
    """New ones first, those that stand last; of each kind the missing checkpoints first."""
    order = list(_BECAME)
    return sorted(findings, key=lambda each: (order.index(each.change), each.finding.rule != DOOR))


def _finding_row(change: FindingChange) -> Row:
    was, now, finding = change.before, change.after, change.finding
    rose = was is not None and now is not None and was.severity != now.severity
    severity = f"{was.severity} → {now.severity}" if rose and was and now else finding.severity
    told = one_line(finding.headline, 300)
    if finding.rule == DOOR and was and now and was.actions != now.actions:
        told += f": {', '.join(was.actions)} → {', '.join(now.actions)}"
    elif finding.rule == DOOR:
        told += f": {', '.join(finding.actions)}"
    if was and now:
        more = [each for each in now.agents if each not in was.agents]
        fewer = [each for each in was.agents if each not in now.agents]
        told += f"; also {_few(more)}" if more else ""
        told += f"; no longer {_few(fewer)}" if fewer else ""
        if is_accepted(was) != is_accepted(now):
            told += "; accepted" if is_accepted(now) else "; no longer accepted"
    elif now and is_accepted(now):
        told += "; accepted"
    return _row(_BECAME[change.change], severity, told, next(iter(finding.about), None))


# The fix -----------------------------------------------------------------------------------------


def _fix_rows(fixes: "tuple[Plan, Plan] | None", names: Names) -> list[Row]:
    if fixes is None:
        return []
    was, now = _fix_words(fixes[0], names, names.old), _fix_words(fixes[1], names, names.new)
    return [_row("=", "as before", now)] if was == now else [_row("-", "before", was), _row("+", "now", now)]


def _fix_words(fix: "Plan", names: Names, snapshot: Snapshot) -> str:
    """What a fix costs: how many checkpoints, where, and the intents that they interrupt."""
    if not fix.optimal:
        return f"not found in time: at least {fix.lower_bound}, at most {counted(fix.cost, 'checkpoint')}"
    if not fix.cost:
        return "no checkpoint is needed"
    where = _few([when(each, snapshot) for each in fix.checkpoints])
    uses = [f"{names.of('agent', agent)} → {names.of('system', system)}" for agent, system in fix.interrupts]
    waits = f"; will wait for a decision: {_few(uses)}" if uses else ""
    return f"{counted(fix.cost, 'checkpoint')} {where}{waits}"


_DONE: Final[dict[str, Sign]] = {"closed": "-", "begun": "~", "open": "="}


def _work_row(change: WorkChange) -> Row:
    left = f"; left: {_few(change.left)}" if change.change == "begun" else ""
    return _row(_DONE[change.change], change.change, f"{change.number} {one_line(change.title, 300)}{left}")


def _few(names: Sequence[str]) -> str:
    """The names with commas between them; of many the first ones, and how many more there are."""
    return first_few([*map(one_line, names)], _NAMED)
