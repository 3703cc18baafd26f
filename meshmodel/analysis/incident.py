"""What a responder needs of a trace: the worst event, what to revoke, sessions with something wrong.

See ``docs/logs.md#for-a-responder``.
"""

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf
from statistics import median
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from meshmodel.analysis.rotation import RotationPlan
from meshmodel.analysis.trace_records import (
    UNASKED,
    Moment,
    Possession,
    Run,
    TracedEvent,
    is_by_unknown,
    is_bypass,
    is_past_end,
    is_wrong,
)
from meshmodel.analysis.used import UsedTally
from meshmodel.model.vocabulary import SEVERITIES

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis

SHOWN: Final = 100_000
"""So many events are kept for a page; nobody reads more."""
_GAP: Final = 10
"""So many times the usual distance of two events is a gap."""
Why = Literal["unknown", "taken", "ended", "issued", "endless", "follows"]
"""Why a credential is to be taken back, in this order: somebody whom the model does not know used it; it was
taken out of a system; it was used after its end; it was issued for one of these; it never ends by itself; the
model says that it can be come by with the first.
"""


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
        why: as in ``Why``.
        link: how it was come by in the incident, if it was.
        event: the event in which it was used, handed out or issued so.
        revoked: the event that took it back, after which nothing handed it out again and nothing was done
            with it.
        ended: when it ended by itself before the end of the logs, if nothing was done with it later.
        others: the agents that need a new one first.
    """

    credential: str
    why: Why
    link: Possession | None
    event: int | None
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
        self._issued: dict[str, Possession] = {}
        self._links: dict[str, Possession] = {}
        self._unknown: dict[str, int] = {}
        self._past_end: dict[str, int] = {}
        self._yields: dict[str, tuple[str, int]] = {}

    def lay(self, traced: TracedEvent) -> None:
        """Take one event of all, whether it is told or not."""
        event = traced.event
        if event.time is not None and event.time > self._last:
            self._last = event.time
        if event.revokes is not None and not event.refused:
            self._revoked[event.revokes] = Moment(self._last, event.number, event.log)
        yields = event.yields
        if yields is not None and yields in self._snapshot.credential and not event.refused:
            self._yields[yields] = traced.credential or "", event.number
        for link in () if traced.authority is None else traced.authority.links():
            known = self._issued.get(link.way.credential)
            if known is link:
                break  # so are those before it
            if link.moment and (known is None or not known.moment or known.moment < link.moment):
                self._issued[link.way.credential] = link

    def show(self, traced: TracedEvent) -> None:
        """Take one event that is told: its chain, where something is wrong, and what was presented."""
        number = traced.event.number
        if traced.authority is not None and is_wrong(traced):
            for link in traced.authority.links():
                self._links.setdefault(link.way.credential, link)
        if is_by_unknown(traced):
            for each in self._presented(traced):
                self._unknown.setdefault(each, number)
        if is_past_end(traced) and traced.credential is not None:
            self._past_end[traced.credential] = number

    def _presented(self, traced: TracedEvent) -> Iterator[str]:
        """What can have been presented."""
        if traced.credential is not None:
            yield traced.credential
        else:
            records = self._snapshot.credential.items()
            yield from (key for key, each in records if each.principal == traced.identity)

    def rows(self) -> Sequence[ToRevoke]:
        """What is to be taken back, in the order of ``Why``; what was taken from the way in outwards."""
        links = self._links.values()
        taken = sorted((each for each in links if each.way.how == "custody"), key=_distance)
        rest = [each for each in links if each.way.how != "custody"]
        endless = sorted((each for each in rest if _never_ends(each)), key=_distance)
        found: dict[str, ToRevoke] = {}

        def add(why: Why, credential: str, event: int | None, link: Possession | None = None) -> None:
            if credential not in found:
                found[credential] = self._row(credential, why, link, event)

        for credential, event in self._unknown.items():
            add("unknown", credential, event)
        for link in taken:
            add("taken", link.way.credential, _number(link), link)
        for credential, event in self._past_end.items():
            add("ended", credential, event, self._links.get(credential))
        while issued := [each for each in self._issued_for(found) if each[0] not in found]:
            for credential, event, by in issued:
                add("issued", credential, event, by)
        for link in endless:
            add("endless", link.way.credential, _number(link), link)
        first = next(iter(found), None)
        return [*found.values(), *self._following(first, set(found))]

    def _issued_for(self, found: Mapping[str, ToRevoke]) -> Iterator[tuple[str, int, Possession | None]]:
        """What was issued for one of these since it was come by, and the event in which it was."""
        since = {each: row.event or 0 for each, row in found.items()}
        for credential, (presented, event) in self._yields.items():
            if event >= since.get(presented, inf):
                yield credential, event, self._issued.get(credential)
        for credential, link in self._issued.items():
            number = _number(link) or 0
            before = () if link.before is None else link.before.links()
            if any(number >= since.get(each.way.credential, inf) for each in before):
                yield credential, number, link

    def _following(self, first: str | None, known: set[str]) -> Iterator[ToRevoke]:
        if first is None or not self._snapshot.credential[first].is_active:
            return
        for each in self._analysis.compromise(f"credential:{first}").unchecked.credentials:
            if each not in known and self._ended(each) is None:
                yield self._row(each, "follows", None, None)

    def _row(self, credential: str, why: Why, link: Possession | None, event: int | None) -> ToRevoke:
        others: tuple[str, ...] = ()
        if self._snapshot.credential[credential].is_active:
            plan = self._analysis.offboarding(f"credential:{credential}")
            assert isinstance(plan, RotationPlan)
            thief = link.way.agent if link is not None and why == "taken" else None
            others = tuple(each for each in plan.agents if each != thief)
        revoked, ended = self._taken_back(credential), self._ended(credential)
        if credential in self._past_end:  # it was still taken, so nothing shows that it is dead
            revoked = ended = None
        return ToRevoke(credential, why, link, event, revoked, ended, others)

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
        self._snapshot = analysis.snapshot
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
    def unjudged(self) -> set[Run]:
        """The sessions of which an event cannot be judged, or whose agent is not known."""
        return {each.run for each in self.shown if each.recheck == "unknown" or each.agent is None}

    @property
    def sessions(self) -> Mapping[Run, Sequence[TracedEvent]]:
        """The events of the sessions with something wrong, the session with the first such event first."""
        found: dict[Run, list[TracedEvent]] = {each.run: [] for each in self.wrong}
        for each in self.shown:
            if each.run in found:
                found[each.run].append(each)
        return found

    @property
    def worst(self) -> TracedEvent | None:
        """The event that did most harm of those with something wrong; of equals that with the longest chain,
        the first of them.
        """
        return max(self.wrong, key=self._harm, default=None)

    def _harm(self, traced: TracedEvent) -> tuple[float, ...]:
        """How bad it is: an unknown with the power of an administrator first, then by severity; then what was
        refused before what nobody was asked, and the rest.
        """
        crossing, number = traced.crossing, 0
        if is_by_unknown(traced):
            number = 5 if self._administers(traced) else 3
        elif crossing is not None and crossing.severity is not None:
            number = 1 + SEVERITIES.index(crossing.severity)
        elif is_bypass(traced):
            number = 3
        length = 0 if traced.authority is None else _distance(traced.authority)[0]
        return number, traced.refusal is not None, traced.recheck in UNASKED, length

    def _administers(self, traced: TracedEvent) -> bool:
        """Whether what was done, or what was presented, is an administrator's."""
        grants = self._snapshot.grant.values()
        return traced.event.action == "admin" or any(
            "admin" in each.actions and each.credential == traced.credential for each in grants
        )


def _number(link: Possession) -> int | None:
    return None if link.moment is None else link.moment.number


def _distance(link: Possession) -> tuple[int, int]:
    """How far a credential is from the way in, and when it was handed out."""
    return len(list(link.links())), 0 if link.moment is None else link.moment.number


def _never_ends(link: Possession) -> bool:
    lifetime = link.record.lifetime_seconds
    return lifetime is None or lifetime == float("inf")
