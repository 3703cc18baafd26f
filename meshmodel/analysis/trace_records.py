"""What is said of observed events that are laid on a model (``docs/logs.md``)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple, get_args

from meshmodel.model.events import Bypass, Event
from meshmodel.model.records import Credential
from meshmodel.model.vocabulary import Severity

How = Literal["held", "passed", "custody", "exchange"]
Verdict = Literal["none-due", "recorded", "approved", "reused", "stale", "unrecorded", "missing", "unknown"]
VERDICTS: Final[tuple[Verdict, ...]] = get_args(Verdict)
"""Whether privilege should have been rechecked, from nothing to say to most.

``none-due``: no crossing. ``recorded``: a decision was due and was recorded after the last read that it
must follow. ``approved``: intended, so none was due. ``reused``: it was recorded, but for an earlier
action. ``stale``: recorded before that read. ``unrecorded``: never recorded. ``missing``: due, and the
model has no checkpoint there. ``unknown``: the model cannot explain the event, so it cannot tell.
"""
CredentialState = Literal["unseen", "expired", "revoked"]
CREDENTIAL_STATES: Final[tuple[CredentialState, ...]] = get_args(CredentialState)
"""What is wrong with a credential that is presented.

``unseen``: it has a lifetime, and no event before shows its issue. ``expired``: its lifetime was over.
``revoked``: an event had taken it back.
"""
DEAD: Final[frozenset[CredentialState | None]] = frozenset({"expired", "revoked"})
"""Those in which it should be refused."""
UNASKED: Final[tuple[Verdict, ...]] = ("missing", "unrecorded")
WRONG: Final[tuple[Verdict, ...]] = (*UNASKED, "stale", "reused")
Run = tuple[str | None, str | None]
"""An agent, and its session."""


class Moment(NamedTuple):
    """When something was: its time, its number in the order of all events, and its log."""

    time: float
    number: int
    log: str | None = None


BEFORE: Final = Moment(float("-inf"), 0)


@dataclass(frozen=True, slots=True)
class Acquisition:
    """How an agent came by the credential that it presented.

    Attributes:
        how: ``held``; ``passed`` by an agent that sets it to work; handed out by a system (``custody``),
            or got for another credential (``exchange``); ``None``: nothing shows it.
        by: the agent that passed it, or the credential exchanged.
        system: the system that yielded it.
        event: the event in which that was seen.
    """

    how: How | None
    by: str | None = None
    system: str | None = None
    event: int | None = None


class CredentialWay(NamedTuple):
    """How a credential is come by, the time aside.

    Attributes:
        credential: which one.
        agent: who came by it, if that is known.
        how, by, system: as in ``Acquisition``; ``None``: nothing shows it.
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
    steps: tuple[tuple[int, int], ...] = ()
    stated: bool = False


class Possession(NamedTuple):
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

    way: CredentialWay
    record: Credential
    chain: int
    moment: Moment | None = None
    before: "Possession | None" = None
    token: str | None = None
    granted: float | None = None

    @property
    def yielded(self) -> Acquisition | None:
        """How it came, if anything shows that."""
        way = self.way
        if way.how is None:
            return None
        return Acquisition(way.how, way.by, way.system, None if self.moment is None else self.moment.number)

    def links(self) -> "Iterator[Possession]":
        """The chain, from this credential back to what was held or passed."""
        link: Possession | None = self
        while link is not None:
            yield link
            link = link.before


@dataclass(slots=True)
class HandOut:
    """A credential that was handed out in one session.

    Attributes:
        link: the last time, but a time that the event states comes before others.
        issued: the last time of all.
    """

    link: Possession
    issued: Moment

    def again(self, link: Possession) -> None:
        """It was handed out another time."""
        assert link.moment is not None
        if link.way.stated >= self.link.way.stated:
            self.link = link
        self.issued = max(self.issued, link.moment)


class ObservedCrossing(NamedTuple):
    """The crossing that an action made, from the events before.

    Attributes:
        source: the system, or ``None`` for home.
        event: the number of the event that read it last, or that wrote what triggered the agent.
        severity: of the crossing, were nothing decided; ``None`` where an intent excuses it.
    """

    source: str | None
    event: int | None
    severity: Severity | None


class ActionUse(NamedTuple):
    """What an action that was done used.

    Attributes:
        access: the action on a system, as a node.
        credential: whose grant it was, where that is certain.
        is_granted: whether each credential that it can have been grants it.
        is_exchange: whether it got a credential for another one there, which is no access.
        is_named: whether the event says who acted, or as whom.
        needs_intent: whether an agent but a person did it.
    """

    access: int
    credential: str | None
    is_granted: bool
    is_exchange: bool
    is_named: bool
    needs_intent: bool


@dataclass(slots=True)
class TracedEvent:
    """One event with what the model says of it; ``None`` is what is not known or not there.

    Nobody changes it; a million that are frozen would take seconds longer to make.

    Attributes:
        event: as observed.
        agent, credential, identity, on_behalf_of: who acted, with what, as whom, for which person.
        authority: the chain by which the credential came.
        credential_state: what is wrong with it.
        crossing: what it crosses.
        recheck: whether privilege should have been rechecked, and was.
        checkpoints: those that were due: any of them would have done.
        decision: the checkpoint whose decision was found, and the event in which it was recorded.
        refusal: the checkpoint that was due and last said no, and the event in which it did.
        by_unknown: whether no active agent of the model can have presented what was presented.
        unexplained: what contradicts the model or is missing from the event, in words.
        notes: what fits the model and no event shows, in words.
        run: the agent and its session.
        use: what it used.
        sources: the numbers of the systems that it had read before in its session.
    """

    event: Event
    agent: str | None
    credential: str | None
    identity: str | None
    on_behalf_of: str | None
    authority: Possession | None
    credential_state: CredentialState | None
    crossing: ObservedCrossing | None
    recheck: Verdict
    checkpoints: tuple[str, ...]
    decision: tuple[str, int] | None
    refusal: tuple[str, int] | None
    by_unknown: bool
    unexplained: tuple[str, ...]
    notes: tuple[str, ...]
    run: Run
    use: ActionUse | None
    sources: frozenset[int]

    @property
    def yielded(self) -> Acquisition | None:
        """How the agent came by the credential, if anything shows that."""
        return None if self.authority is None else self.authority.yielded

    @property
    def is_done(self) -> bool:
        """Whether something was done, and not refused."""
        event = self.event
        return bool(event.system and event.action) and not event.refused


@dataclass(slots=True)
class TraceCounts:
    """The counts of a trace, kept while it runs."""

    events: int = 0
    rechecks: dict[Verdict, int] = field(default_factory=lambda: dict.fromkeys(VERDICTS, 0))
    credential_states: dict[CredentialState, int] = field(
        default_factory=lambda: dict.fromkeys(CREDENTIAL_STATES, 0)
    )
    unexplained: int = 0
    notes: int = 0

    def add(self, traced: TracedEvent) -> None:
        """Count one event; the state of a credential counts where something was done with it."""
        self.events += 1
        self.rechecks[traced.recheck] += 1
        if traced.credential_state is not None and traced.is_done:
            self.credential_states[traced.credential_state] += 1
        self.unexplained += bool(traced.unexplained)
        self.notes += bool(traced.notes)


def is_bypass(traced: TracedEvent) -> bool:
    """Whether somebody went past a checkpoint, as the log says."""
    return any(isinstance(each, Bypass) for each in traced.event.unmapped)


def is_past_end(traced: TracedEvent) -> bool:
    """Whether something was done with a credential that had ended."""
    return traced.credential_state in DEAD and traced.is_done


def is_by_unknown(traced: TracedEvent) -> bool:
    """Whether somebody whom the model does not know did something with a credential of the model."""
    return traced.by_unknown and traced.is_done


def is_wrong(traced: TracedEvent) -> bool:
    """Whether no checkpoint decided in time, or something was done with a credential that had ended, or by
    somebody whom the model does not know.
    """
    return traced.recheck in WRONG or is_past_end(traced) or is_bypass(traced) or is_by_unknown(traced)
