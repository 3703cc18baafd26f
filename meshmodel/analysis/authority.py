"""The chain by which a credential came to who presents it, as events and the model show it.

A chain is made when a credential is handed out, and never changed: it tells what was true then. See
``docs/logs.md#whence-a-credential-came``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal, NamedTuple

from meshmodel.analysis.attribution import Relations, either
from meshmodel.analysis.graph import Step
from meshmodel.model.records import Credential

How = Literal["held", "passed", "custody", "exchange"]
_CHAINS: Final = 50_000
"""So many chains are numbered; then the numbering begins anew, and what is known by them is found again."""


class Moment(NamedTuple):
    """When something was: its time, its number in the order of all events, and its log."""

    time: float
    number: int
    log: str | None = None


BEFORE: Final = Moment(float("-inf"), 0)


@dataclass(frozen=True, slots=True)
class Yielded:
    """How an agent came by the credential that it presented.

    Attributes:
        how: ``held``; ``passed`` by an agent that sets it to work; handed out by a system (``custody``),
            or got for another credential (``exchange``).
        by: the agent that passed it, or the credential exchanged.
        system: the system that yielded it.
        event: the event in which that was seen.
    """

    how: How
    by: str | None = None
    system: str | None = None
    event: int | None = None


class Way(NamedTuple):
    """How a credential is come by, the time aside.

    Attributes:
        credential: which one.
        agent: who came by it, if that is known.
        how, by, system: as in ``Yielded``; ``None``: nothing shows it.
        access: what was done there, as a node.
        presented: the credential that was presented there.
        steps: the steps of the model for it, in each of the forms that it may have had.
        stated: whether the event says so itself.
    """

    credential: str
    agent: str | None
    how: How | None = None
    by: str | None = None
    system: str | None = None
    access: int | None = None
    presented: str | None = None
    steps: tuple[Step, ...] = ()
    stated: bool = False


class Link(NamedTuple):
    """A credential in somebody's hand, and the chain by which it came there.

    Attributes:
        way: how it came.
        record: the credential in the model.
        chain: a number that chains of the same ways share.
        moment: when it was handed out; ``None``: no event shows it.
        before: the credential that was presented for it.
        token: its instance.
        granted: for how many seconds it is good, as the log says.
    """

    way: Way
    record: Credential
    chain: int
    moment: Moment | None = None
    before: "Link | None" = None
    token: str | None = None
    granted: float | None = None

    @property
    def yielded(self) -> Yielded | None:
        """How it came, if anything shows that."""
        way = self.way
        if way.how is None:
            return None
        return Yielded(way.how, way.by, way.system, None if self.moment is None else self.moment.number)

    def links(self) -> "Iterator[Link]":
        """The chain, from this credential back to what was held or passed."""
        link: Link | None = self
        while link is not None:
            yield link
            link = link.before


@dataclass(slots=True)
class Handed:
    """A credential that was handed out in one session.

    Attributes:
        link: the last time, but a time that the event states comes before others.
        issued: the last time of all.
    """

    link: Link
    issued: Moment

    def again(self, link: Link) -> None:
        """It was handed out another time."""
        assert link.moment is not None
        if link.way.stated >= self.link.way.stated:
            self.link = link
        self.issued = max(self.issued, link.moment)


class Chains:
    """Makes links and numbers their chains."""

    def __init__(self, relations: Relations) -> None:
        self._relations, self._snapshot, self._mesh = relations, relations.snapshot, relations.mesh
        self._numbers: dict[tuple[Way, int | None], int] = {}
        self._last = 0
        self.at_rest = cache(self._at_rest)
        self.unseen = cache(self._unseen)
        self.unknown = cache(lambda agent, credential: self.link(Way(credential, agent)))

    def link(
        self,
        way: Way,
        moment: Moment | None = None,
        before: Link | None = None,
        token: str | None = None,
        granted: float | None = None,
    ) -> Link:
        """A credential that comes by a way; a chain that comes back to it is cut there."""
        record, before = self._snapshot.credential[way.credential], self._until(way.credential, before)
        return Link(way, record, self._number(way, before), moment, before, token, granted)

    def _number(self, way: Way, before: Link | None) -> int:
        key = way, None if before is None else before.chain
        number = self._numbers.get(key)
        if number is None:
            if len(self._numbers) >= _CHAINS:
                self._numbers.clear()
            self._last += 1
            number = self._numbers[key] = self._last
        return number

    def _until(self, credential: str, link: Link | None) -> Link | None:
        """A chain up to where a credential comes again, as it does with each refresh: else it had no end."""
        links: list[Link] = []
        for each in () if link is None else link.links():
            if each.way.credential == credential:
                break
            links.append(each)
        else:
            return link
        found: Link | None = None
        for each in reversed(links):
            found = each._replace(before=found, chain=self._number(each.way, found))
        return found

    def _at_rest(self, agent: str, credential: str) -> Link | None:
        """What an agent holds or is passed, without any event; ``None`` if that is not so."""
        tables, relations = self._snapshot, self._relations
        is_active = credential in self._mesh.credential
        steps = tuple(self._mesh.ends("hold", agent, credential)) if is_active else ()
        if (agent, credential) in tables.hold:
            return self.link(Way(credential, agent, "held", steps=steps))
        if (agent, credential) not in relations.held:
            return None
        passing = [each for each in tables.delegation.values() if credential in (each.passes or ())]
        givers = [each.from_ for each in passing if each.to == agent and each.from_ in self._mesh.agent]
        giver = givers[0] if len(givers) == 1 else None
        return self.link(Way(credential, agent, "passed", giver, steps=steps))

    def _unseen(self, agent: str, credential: str) -> str:
        """That no event shows how an agent came by a credential, if the model has a way."""
        if not self._relations.reaches(agent, credential):
            return ""
        exchanges = [each for _, each in sorted(self._snapshot.exchange.items()) if each.to == credential]
        ways = [
            f"{'issued by' if each.how == 'issues' else 'stored in'} {each.system}"
            for _, each in sorted(self._snapshot.custody.items())
            if each.credential == credential
        ]
        ways += [f"exchanged for {each.from_}{f' at {each.at}' * bool(each.at)}" for each in exchanges]
        return f"no event before shows how {agent} came by {credential}: in the model it is {either(ways)}"
