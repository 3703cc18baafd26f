"""Whether privilege should have been rechecked for an observed action, and whether it was."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from meshmodel.analysis.attribution import Relations
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.example_paths import Paths
from meshmodel.analysis.graph import Step
from meshmodel.analysis.listing import Coming, Listing
from meshmodel.analysis.session_states import SessionState
from meshmodel.analysis.starts import HOME
from meshmodel.analysis.trace_records import BEFORE, VERDICTS, Crossed, Link, Moment, Verdict
from meshmodel.model.vocabulary import SEVERITIES, Severity

if TYPE_CHECKING:
    from meshmodel.analysis.event_shapes import EventShape

_KNOWN: Final = 20_000
"""So many accesses after a source are kept with what is said of them."""
_RANK: Final[Mapping[Verdict, int]] = {each: number for number, each in enumerate(VERDICTS)}


class Judged(NamedTuple):
    """What is said of an action, as in ``TracedEvent``; and the moments of the read and of the decision."""

    crossing: Crossed | None
    recheck: Verdict
    checkpoints: tuple[str, ...] = ()
    decision: tuple[str, int] | None = None
    read: Moment | None = None
    decided: Moment | None = None


class _After(NamedTuple):
    """What is said of an access with a chain of credentials after one source, whatever was decided.

    Attributes:
        rank: of the verdict; where decisions are due, of that none is recorded.
        source: the system, or ``None`` for home.
        severity: of the crossing.
        due: the checkpoints in the way that count; of each whether it decides about this very action.
    """

    rank: int
    source: str | None
    severity: Severity | None = None
    due: Mapping[str, bool] | None = None


_Found = tuple[str, Moment]
"""A checkpoint that decided, and when."""
NONE_DUE: Final = Judged(None, "none-due")
_UNKNOWN: Final = Judged(None, "unknown")


class Rechecks:
    """Says of actions whether a decision was due, and recorded.

    Attributes:
        written: by number of a system when it was written last, by whomever.
    """

    def __init__(self, engine: Engine, listing: Listing, relations: Relations) -> None:
        self._engine, self._mesh, self._listing, self._relations = engine, engine.mesh, listing, relations
        self._paths = Paths(engine.mesh, engine.checkpoints)
        self._coming = cache(listing.coming)
        self.written: dict[int, Moment] = {}
        self._intended = self._mesh.graph_of("hold", "exchange").spread(self._mesh.agent_seeds())
        self._beginnings = {
            each.id: [] if each.home is None else [HOME] for each in engine.snapshot.agent.values()
        }
        for source, agents in sorted(engine.reaches.started.items()):
            for name in self._mesh.names(agents):
                self._beginnings[name].append(source)
        self._after_known: dict[tuple[int, int, int], dict[int, _After]] = {}

    def judge(
        self, shape: "EventShape", state: SessionState | None, moment: Moment, links: Sequence[Link]
    ) -> Judged:
        """What is said of an action that was done with one of some credentials."""
        if shape.is_person:
            return NONE_DUE
        access = shape.access
        if access is None or state is None:
            return _UNKNOWN
        judged = self._worst(links[0] if links else None, access, state, moment)
        if len(links) > 1:
            others = [self._worst(each, access, state, moment) for each in links[1:]]
            if any(each.recheck != judged.recheck for each in others):
                return _UNKNOWN
        if judged.crossing is not None and moment < state.last:
            # A later decision may have taken the place of the one that was there then.
            return judged._replace(recheck="unknown", decision=None)
        if judged.recheck in {"missing", "approved"} and not shape.is_explained:
            return judged._replace(recheck="unknown")
        if judged.recheck == "recorded" and judged.decision is not None:
            state.decided[judged.decision[0]].is_used = True
        return judged

    def _worst(self, link: Link | None, access: int, state: SessionState, moment: Moment) -> Judged:
        """What is said by the source that leaves most to say; of equals by the one read last."""
        key = state.number, access, -1 if link is None else link.chain
        after_of = self._after_known.get(key)
        if after_of is None:
            if len(self._after_known) >= _KNOWN:
                self._after_known.clear()
            after_of = self._after_known[key] = {}
        reads, beginnings = state.reads, self._beginnings[state.agent]
        worst, rank, decision, when = None, 0, None, BEFORE
        for source in (*beginnings, *reads) if beginnings else reads:
            after = after_of.get(source)
            if after is None:
                after = after_of[source] = self._find_after(source, link, access, state.number)
            if not after.rank:
                continue
            read = reads.get(source, BEFORE)
            if read >= moment:
                read = BEFORE
            if source in beginnings:
                written = self.written.get(source, BEFORE)
                if read < written < moment:
                    read = written
            elif read is BEFORE:
                continue
            here, decided = (after.rank, None) if after.due is None else _decision(after.due, read, state)
            if worst is None or here > rank or (here == rank and read > when):
                worst, rank, decision, when = after, here, decided, read
        if worst is None:
            return NONE_DUE
        return _UNKNOWN if VERDICTS[rank] == "unknown" else _judged(worst, VERDICTS[rank], when, decision)

    def _find_after(self, source: int, link: Link | None, access: int, agent: int) -> _After:
        coming = self._coming(agent, source)
        none_due = _After(_RANK["none-due"], None)
        if not self._listing.crosses(coming, access):
            return none_due
        if link is None:
            return _After(_RANK["unknown"], None)
        credential = link.way.credential
        if (
            not self._relations.grants(credential, access)
            and (credential, access) in self._relations.exchanging
        ):
            return none_due  # an exchange is no access; what guards it is due when its yield is presented
        named = None if source == HOME else self._mesh.systems[source]
        node = self._mesh.first_credential + self._mesh.credential[credential]
        severity = SEVERITIES[self._listing.severity(coming, access, node)]
        due = self._due(coming, link, access, node)
        if due:
            return _After(_RANK["unrecorded"], named, severity, due)
        if self._engine.doors.asking.get(access, 0) >> coming.start & 1:
            return none_due  # others decide about what is asked for, when it is handed out
        is_covered = self._engine.starts.is_covered(agent, source, access)
        if (
            is_covered
            and self._intended[node] >> agent & 1
            and self._listing.can_be_meant(coming, access, node)
        ):
            return _After(_RANK["approved"], named)
        return _After(_RANK["missing"], named, severity)

    def _due(self, coming: Coming, link: Link, access: int, node: int) -> dict[str, bool]:
        """The checkpoints in the way that count; of each whether it decides about this very action."""
        checkpoints = self._engine.checkpoints
        counting = self._paths.counting(self._engine.starts.power, coming.start)
        due = dict.fromkeys(self._listing.boundaries(coming, access, [node]), True)
        for number, forms in enumerate(self._back(coming.source, link, access)):
            guards = [counting.intersection(checkpoints.guards.get(step, ())) for step in forms]
            for each in set().union(*guards) if all(guards) else ():  # none where one form is unguarded
                due.setdefault(each, number == 0)
        named = ((checkpoints.records[each].id, is_once) for each, is_once in due.items())
        return dict(sorted(named))

    def _back(self, source: int, link: Link, access: int) -> "Iterator[Iterable[Step]]":
        """The steps from an action back to the source, each in all its forms; the grant step comes first."""
        yield self._relations.grants(link.way.credential, access)
        for each in link.links():
            way = each.way
            yield way.steps
            is_read = way.how == "custody"
            if each.moment is None or way.presented is None:
                return
            if is_read and way.access is not None:
                if way.access // 5 == source:
                    return
                yield self._relations.grants(way.presented, way.access)


def _decision(due: Mapping[str, bool], read: Moment, state: SessionState) -> tuple[int, _Found | None]:
    """The best of the decisions that were recorded where some were due, and the rank of its verdict."""
    rank, best = _RANK["unrecorded"], None
    for name, is_once in due.items():
        decided = state.decided.get(name)
        if decided is None:
            continue
        recheck: Verdict = (
            "stale" if decided.moment <= read else "reused" if is_once and decided.is_used else "recorded"
        )
        if _RANK[recheck] < rank:
            rank, best = _RANK[recheck], (name, decided.moment)
    return rank, best


def _judged(after: _After, recheck: Verdict, read: Moment, decision: _Found | None) -> Judged:
    """What is said after one source."""
    crossed = Crossed(after.source, read.number or None, after.severity)
    if decision is None:
        return Judged(crossed, recheck, tuple(after.due or ()), None, read)
    name, moment = decision
    return Judged(crossed, recheck, tuple(after.due or ()), (name, moment.number), read, moment)
