"""Credentials as events hand them out, present them and take them back.

Of each it is kept by which chain it came. A chain is made when a credential is handed out, and never changed:
it tells what was true then (``docs/logs.md#where-a-credential-came-from``).
"""

from collections.abc import Sequence
from functools import cache
from typing import Final, NamedTuple

from meshmodel.analysis.attribution import Relations, either
from meshmodel.analysis.session_states import SessionState
from meshmodel.analysis.trace_records import (
    BEFORE,
    CredentialState,
    CredentialWay,
    HandOut,
    Moment,
    Possession,
)
from meshmodel.model.events import Event, SectionRemark, seconds_text
from meshmodel.model.text import one_line

_INSTANCES: Final = 100_000
"""So many instances of credentials are kept, those handed out last."""


class Remarks(NamedTuple):
    """What is said of an event besides what the model alone says; as in ``TracedEvent``."""

    unexplained: list[str]
    notes: list[str]


_CHAINS: Final = 50_000
"""So many chains are numbered; then the numbering begins anew, and what is known by them is found again."""


class Chains:
    """Makes links and numbers their chains."""

    def __init__(self, relations: Relations) -> None:
        self._relations, self._snapshot, self._mesh = relations, relations.snapshot, relations.mesh
        self._numbers: dict[tuple[CredentialWay, int | None], int] = {}
        self._last = 0
        self.at_rest = cache(self._at_rest)
        self.unseen = cache(self._unseen)
        self.unknown = cache(lambda agent, credential: self.link(CredentialWay(credential, agent)))

    def link(
        self,
        way: CredentialWay,
        moment: Moment | None = None,
        before: Possession | None = None,
        token: str | None = None,
        granted: float | None = None,
    ) -> Possession:
        """A credential that comes by a way; a chain that comes back to it is cut there."""
        record, before = self._snapshot.credential[way.credential], self._until(way.credential, before)
        return Possession(way, record, self._number(way, before), moment, before, token, granted)

    def _number(self, way: CredentialWay, before: Possession | None) -> int:
        key = way, None if before is None else before.chain
        number = self._numbers.get(key)
        if number is None:
            if len(self._numbers) >= _CHAINS:
                self._numbers.clear()
            self._last += 1
            number = self._numbers[key] = self._last
        return number

    def _until(self, credential: str, link: Possession | None) -> Possession | None:
        """A chain up to where a credential comes again, as it does with each refresh: else it had no end."""
        links: list[Possession] = []
        for each in () if link is None else link.links():
            if each.way.credential == credential:
                break
            links.append(each)
        else:
            return link
        found: Possession | None = None
        for each in reversed(links):
            found = each._replace(before=found, chain=self._number(each.way, found))
        return found

    def _at_rest(self, agent: str, credential: str) -> Possession | None:
        """What an agent holds or is passed, without any event; ``None`` if that is not so."""
        tables, relations = self._snapshot, self._relations
        is_active = credential in self._mesh.credential
        steps = tuple(self._mesh.ends("hold", agent, credential)) if is_active else ()
        if (agent, credential) in tables.hold:
            return self.link(CredentialWay(credential, agent, "held", steps=steps))
        if (agent, credential) not in relations.held:
            return None
        passing = [each for each in tables.delegation.values() if credential in (each.passes or ())]
        givers = [each.from_ for each in passing if each.to == agent and each.from_ in self._mesh.agent]
        giver = givers[0] if len(givers) == 1 else None
        return self.link(CredentialWay(credential, agent, "passed", giver, steps=steps))

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


class HandOuts:
    """Keeps what was handed out and taken back.

    Attributes:
        revoked: by credential when it was taken back last.
    """

    def __init__(self, relations: Relations) -> None:
        self._relations, self._snapshot, self._chains = relations, relations.snapshot, Chains(relations)
        self._instances: dict[tuple[str, str], HandOut] = {}
        self.revoked: dict[str, Moment] = {}
        lifetimes = ((each.id, each.lifetime_seconds) for each in self._snapshot.credential.values())
        self._lifetimes = {key: each for key, each in lifetimes if each is not None and each < float("inf")}

    def in_hand(
        self, state: SessionState | None, credential: str, token: str | None
    ) -> tuple[Possession, Moment | None]:
        """A credential that is presented: the chain by which it came, and when it was handed out last."""
        if token is not None:
            instance = self._instances.get((credential, token))
            if instance is not None:
                return instance.link, instance.issued
        if state is None:
            return self._chains.unknown(None, credential), None
        handed = state.handed.get(credential)
        if token is not None and state.unnamed is not None and credential in state.unnamed:
            handed = state.unnamed[credential]  # the others are of other instances
        at_rest = self._chains.at_rest(state.agent, credential)
        issued = None if handed is None else handed.issued
        if handed is not None and (handed.link.way.stated or at_rest is None):
            return handed.link, issued
        if at_rest is not None:
            return at_rest, issued
        inner = self._relations.inner.get(credential, ())
        had = [e for e in inner if e in state.handed or (state.agent, e) in self._relations.held]
        if len(had) == 1:
            way = CredentialWay(credential, state.agent, "exchange", had[0], presented=had[0])
            return self._chains.link(way, None, self.in_hand(state, had[0], None)[0]), issued
        return self._chains.unknown(state.agent, credential), issued

    def credential_state(
        self,
        event: Event,
        state: SessionState | None,
        link: Possession,
        issued: Moment | None,
        moment: Moment,
        remarks: Remarks,
    ) -> CredentialState | None:
        """What is wrong with the credential that an event presents, and say so.

        Args:
            event: in which it is presented.
            state: of its session, if the agent is known.
            link: how it came, as ``in_hand`` answers.
            issued: when it was handed out last, likewise.
            moment: of the event.
            remarks: takes what is to be said.
        """
        credential = link.way.credential
        gone, lifetime = self.revoked.get(credential), self._lifetimes.get(credential)
        if gone is not None and gone < moment and (issued is None or issued < gone):
            revoked = f"{one_line(link.record.title)} was revoked in event {gone.number}"
            if event.refused:
                remarks.notes.append(SectionRemark(f"refused: {revoked}"))
            else:
                remarks.unexplained.append(SectionRemark(f"{revoked}, so it should have been refused"))
            return "revoked"
        way = link.way
        if state is not None and (
            way.how is None
            or way.agent != state.agent
            or (issued is None and lifetime is not None and credential not in state.unseen)
        ):
            self._say_how_it_came(state, link, issued, remarks)
        if lifetime is None or (issued is None and state is None):
            return None
        if issued is None:
            return "unseen"
        over = moment.time - issued.time - lifetime
        if over <= 0 or issued.time == BEFORE.time:
            return None
        ended = _expiry_text(link, over, issued.number, lifetime)
        if event.refused:
            remarks.notes.append(SectionRemark(f"refused: {ended}"))
        else:
            remarks.unexplained.append(SectionRemark(ended))
        return "expired"

    def _say_how_it_came(
        self, state: SessionState, link: Possession, issued: Moment | None, remarks: Remarks
    ) -> None:
        credential, how, holder = link.way.credential, link.way.how, link.way.agent
        if how is None:
            unseen = self._chains.unseen(state.agent, credential)
            if unseen:
                remarks.notes.append(unseen)
        elif holder != state.agent and link.moment is not None:
            other, number = holder or "somebody", link.moment.number
            remarks.notes.append(f"this very {credential} was handed out to {other} in event {number}")
        elif issued is None and credential in self._lifetimes and credential not in state.unseen:
            state.unseen = (*state.unseen, credential)
            remarks.notes.append(
                f"no event before shows when {credential} was issued; it lasts {link.record.lifetime}"
            )

    def hand_out(
        self,
        event: Event,
        ways: Sequence[CredentialWay],
        state: SessionState | None,
        moment: Moment,
        presented: Possession | None,
        remarks: Remarks,
    ) -> None:
        """Keep what was handed out; an event whose agent is not known hands out to nobody."""
        token = event.yields_token
        for way in ways:
            name, lifetime = way.credential, self._lifetimes.get(way.credential)
            if state is None and token is None:
                continue
            link = self._chains.link(way, moment, presented, token, event.lifetime)
            if event.lifetime is not None and lifetime not in (None, event.lifetime) and len(ways) == 1:
                granted, modelled = seconds_text(event.lifetime), link.record.lifetime
                remarks.notes.append(f"the log grants {granted} to {name}, the model says {modelled}")
            if token is not None:
                self._keep_instance((name, token), link)
            if state is None:
                continue
            if token is not None:
                state.unnamed = {} if state.unnamed is None else state.unnamed
                if name not in state.unnamed:
                    before = state.handed.get(name)
                    state.unnamed[name] = None if before is None else HandOut(before.link, before.issued)
            elif state.unnamed is not None and name in state.unnamed:
                state.unnamed[name] = _again(state.unnamed[name], link, moment)
            state.handed[name] = _again(state.handed.get(name), link, moment)

    def _keep_instance(self, key: tuple[str, str], link: Possession) -> None:
        assert link.moment is not None
        self._instances[key] = _again(self._instances.pop(key, None), link, link.moment)
        if len(self._instances) > _INSTANCES:
            del self._instances[next(iter(self._instances))]

    def revoke(self, credential: str, moment: Moment, remarks: Remarks) -> None:
        """Keep that a credential was taken back, in every session."""
        if credential not in self._snapshot.credential:
            remarks.unexplained.append(f"the model has no credential {one_line(credential)}")
        else:
            self.revoked[credential] = max(moment, self.revoked.get(credential, BEFORE))


def _again(handed: HandOut | None, link: Possession, moment: Moment) -> HandOut:
    """What is kept of a credential that was handed out, for the first time or again."""
    if handed is None:
        return HandOut(link, moment)
    handed.again(link)
    return handed


def _expiry_text(link: Possession, over: float, issued: int, lifetime: float) -> str:
    text = f"{one_line(link.record.title)} ended {seconds_text(over)} before: it lasts {link.record.lifetime}"
    if link.granted is not None and link.granted != lifetime:
        text += f" as the model says, {seconds_text(link.granted)} as the log says,"
    return f"{text} from event {issued} on"
