"""What a responder needs of a trace: sessions with something wrong, the longest chain, what to revoke.

See ``docs/logs.md#for-a-responder``.
"""

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from meshmodel.analysis.rotation import RotationPlan
from meshmodel.analysis.trace_records import (
    UNASKED,
    WRONG,
    Link,
    Moment,
    Run,
    TracedEvent,
    is_wrong,
)
from meshmodel.analysis.used import UsedTally

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis

SHOWN: Final = 100_000
"""So many events are kept for a page; nobody reads more."""
_GAP: Final = 10
"""So many times the usual distance of two events is a gap."""
Why = Literal["taken", "endless", "follows"]


class Gap(NamedTuple):
    """A time without an event in a log, and the usual one, in seconds."""

    begin: float
    end: float
    usual: float


@dataclass(frozen=True, slots=True)
class ToRevoke:
    """A credential that is to be taken back.

    Attributes:
        credential: which one.
        why: it was taken, it never ends by itself, or the model says that it follows.
        link: how it was come by in the incident, if it was.
        revoked: the event that took it back, after which nothing handed it out again.
        ended: when it ended by itself before the end of the logs.
        others: the agents that need a new one first.
    """

    credential: str
    why: Why
    link: Link | None
    revoked: int | None
    ended: float | None
    others: tuple[str, ...]


class Revocations:
    """Collects what is to be taken back, in what it was, who has it and whether it is dead already."""

    def __init__(self, analysis: "Analysis") -> None:
        """Arguments: the model that events are laid on."""
        self._analysis, self._snapshot = analysis, analysis.snapshot
        self._last = 0.0
        self._revoked: dict[str, Moment] = {}
        self._issued: dict[str, Link] = {}
        self._links: dict[str, Link] = {}

    def lay(self, traced: TracedEvent) -> None:
        """Take one event of all, whether it is told or not."""
        event = traced.event
        if event.time is not None and event.time > self._last:
            self._last = event.time
        if event.revokes is not None and not event.refused:
            self._revoked[event.revokes] = Moment(self._last, event.number, event.log)
        for link in () if traced.authority is None else traced.authority.links():
            known = self._issued.get(link.way.credential)
            if known is link:
                break  # so are those before it
            if link.moment and (known is None or not known.moment or known.moment < link.moment):
                self._issued[link.way.credential] = link

    def show(self, traced: TracedEvent) -> None:
        """Take the chain of one event that is told, where something is wrong with it."""
        if traced.authority is not None and is_wrong(traced):
            for link in traced.authority.links():
                self._links.setdefault(link.way.credential, link)

    def rows(self) -> Sequence[ToRevoke]:
        """What is to be taken back, in order: what was taken, from the way in outwards; what never ends; what
        the model says follows on the first of them.
        """
        links = self._links.values()
        taken = sorted((each for each in links if each.way.how == "custody"), key=_distance)
        rest = [each for each in links if each.way.how != "custody"]
        endless = sorted((each for each in rest if _never_ends(each)), key=_distance)
        found = [self._row(each.way.credential, "taken", each) for each in taken]
        found += [self._row(each.way.credential, "endless", each) for each in endless]
        first = next((each.credential for each in found), None)
        return [*found, *self._following(first, {each.credential for each in found})]

    def _following(self, first: str | None, known: set[str]) -> Iterator[ToRevoke]:
        if first is None or not self._snapshot.credential[first].is_active:
            return
        for each in self._analysis.compromise(f"credential:{first}").unchecked.credentials:
            if each not in known and self._ended(each) is None:
                yield self._row(each, "follows", None)

    def _row(self, credential: str, why: Why, link: Link | None) -> ToRevoke:
        others: tuple[str, ...] = ()
        if self._snapshot.credential[credential].is_active:
            plan = self._analysis.offboarding(f"credential:{credential}")
            assert isinstance(plan, RotationPlan)
            thief = link.way.agent if link is not None and why == "taken" else None
            others = tuple(each for each in plan.agents if each != thief)
        return ToRevoke(credential, why, link, self._taken_back(credential), self._ended(credential), others)

    def _taken_back(self, credential: str) -> int | None:
        """The event that took a credential back, if nothing handed it out since."""
        gone, issued = self._revoked.get(credential), self._issued.get(credential)
        if gone is None or (issued is not None and issued.moment is not None and issued.moment > gone):
            return None
        return gone.number

    def _ended(self, credential: str) -> float | None:
        """When a credential ended by itself before the end of the logs."""
        issued, lifetime = (
            self._issued.get(credential),
            self._snapshot.credential[credential].lifetime_seconds,
        )
        if issued is None or issued.moment is None or lifetime is None:
            return None
        end = issued.moment.time + max(lifetime, issued.granted or 0.0)
        return end if end < self._last else None


class Incident:
    """Collects what a page is made of.

    Attributes:
        used: what was used, by all events.
        shown: the events that are told, as far as they are kept.
        seen: the systems of which an event tells.
        revocations: what is to be taken back.
    """

    def __init__(self, analysis: "Analysis") -> None:
        """Arguments: the model that events are laid on."""
        self.used, self.shown = UsedTally(analysis.engine), list[TracedEvent]()
        self.seen, self.revocations = set[str](), Revocations(analysis)
        self._times: dict[str, array[float]] = {}

    def lay(self, traced: TracedEvent) -> None:
        """Take one event of all, whether it is told or not."""
        self.used.add(traced)
        self.revocations.lay(traced)
        event = traced.event
        if event.time is not None:
            self._times.setdefault(event.log or "", array("d")).append(event.time)
        if event.system is not None:
            self.seen.add(event.system)

    def show(self, traced: TracedEvent) -> None:
        """Tell one event."""
        self.revocations.show(traced)
        if len(self.shown) <= SHOWN:
            self.shown.append(traced)

    @property
    def logs(self) -> Sequence[str]:
        """The names of the logs of which events have times; an event may name another than it stands in."""
        return sorted(self._times)

    def gaps(self, log: str) -> Sequence[Gap]:
        """The times over ten times the usual distance without an event in a log, the longest first."""
        times = sorted(self._times.get(log, ()))
        apart = [after - before for before, after in pairwise(times) if after > before]
        usual = median(apart) if apart else 0.0
        found = [Gap(one, two, usual) for one, two in pairwise(times) if two - one > _GAP * usual]
        return sorted(found, key=lambda each: each.begin - each.end)

    @property
    def wrong(self) -> Sequence[TracedEvent]:
        """The events with something wrong, in order."""
        return [each for each in self.shown if is_wrong(each)]

    @property
    def sessions(self) -> Mapping[Run, Sequence[TracedEvent]]:
        """The events of the sessions with something wrong, the session with the first such event first."""
        found: dict[Run, list[TracedEvent]] = {each.run: [] for each in self.wrong}
        for each in self.shown:
            if each.run in found:
                found[each.run].append(each)
        return found

    @property
    def longest(self) -> TracedEvent | None:
        """The event with the longest chain of those with a missing decision, the first of equals."""
        wrong = [each for each in self.wrong if each.recheck in WRONG]
        asked = [each for each in wrong if each.recheck in UNASKED] or wrong
        return max(asked, key=_length, default=None)


def _length(traced: TracedEvent) -> int:
    return 0 if traced.authority is None else _distance(traced.authority)[0]


def _distance(link: Link) -> tuple[int, int]:
    """How far a credential is from the way in, and when it was handed out."""
    return len(list(link.links())), 0 if link.moment is None else link.moment.number


def _never_ends(link: Link) -> bool:
    lifetime = link.record.lifetime_seconds
    return lifetime is None or lifetime == float("inf")
