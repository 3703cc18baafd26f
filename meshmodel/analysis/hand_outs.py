"""Credentials as events hand them out, present them and take them back."""

from typing import Final, Literal, NamedTuple, get_args

from meshmodel.analysis.attribution import Relations
from meshmodel.analysis.authority import BEFORE, Chains, Handed, Link, Moment, Way
from meshmodel.analysis.event_shapes import EventShape
from meshmodel.analysis.session_states import SessionState
from meshmodel.model.events import Event, seconds_text
from meshmodel.model.text import one_line

CredentialState = Literal["unseen", "expired", "revoked"]
CREDENTIAL_STATES: Final[tuple[CredentialState, ...]] = get_args(CredentialState)
"""What is wrong with a credential that is presented.

``unseen``: it has a lifetime, and no event before shows its issue. ``expired``: its lifetime was over.
``revoked``: an event had taken it back.
"""
_INSTANCES: Final = 100_000
"""So many instances of credentials are kept, those handed out last."""


class Said(NamedTuple):
    """What is said of an event besides what the model alone says; as in ``TracedEvent``."""

    unexplained: list[str]
    notes: list[str]


class HandOuts:
    """Keeps what was handed out and taken back.

    Attributes:
        revoked: by credential when it was taken back last.
    """

    def __init__(self, relations: Relations) -> None:
        self._relations, self._snapshot, self._chains = relations, relations.snapshot, Chains(relations)
        self._instances: dict[tuple[str, str], Handed] = {}
        self.revoked: dict[str, Moment] = {}
        lifetimes = ((each.id, each.lifetime_seconds) for each in self._snapshot.credential.values())
        self._lifetimes = {key: each for key, each in lifetimes if each is not None and each < float("inf")}

    def in_hand(
        self, state: SessionState | None, credential: str, token: str | None
    ) -> tuple[Link, Moment | None]:
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
            way = Way(credential, state.agent, "exchange", had[0], presented=had[0])
            return self._chains.link(way, None, self.in_hand(state, had[0], None)[0]), issued
        return self._chains.unknown(state.agent, credential), issued

    def credential_state(
        self,
        event: Event,
        state: SessionState | None,
        link: Link,
        issued: Moment | None,
        moment: Moment,
        said: Said,
    ) -> CredentialState | None:
        """What is wrong with the credential that an event presents, and say so.

        Args:
            event: in which it is presented.
            state: of its session, if the agent is known.
            link: how it came, as ``in_hand`` answers.
            issued: when it was handed out last, likewise.
            moment: of the event.
            said: takes what is to be said.
        """
        credential, record = link.way.credential, link.record
        gone, lifetime = self.revoked.get(credential), self._lifetimes.get(credential)
        if gone is not None and gone < moment and (issued is None or issued < gone):
            if not event.refused:
                said.unexplained.append(
                    f"{credential} was revoked in event {gone.number}, so it should have been refused"
                )
            return "revoked"
        if state is not None:
            self._say_how_it_came(state, link, issued, said)
        if lifetime is None or (issued is None and state is None):
            return None
        if issued is None:
            return "unseen"
        over = moment.time - issued.time - lifetime
        if over <= 0 or issued.time == BEFORE.time:
            return None
        if not event.refused:
            text = f"{credential} ended {seconds_text(over)} before: it lasts {record.lifetime}"
            if link.granted is not None and link.granted != lifetime:
                text += f" as the model says, {seconds_text(link.granted)} as the log says,"
            said.unexplained.append(f"{text} from event {issued.number} on")
        return "expired"

    def _say_how_it_came(self, state: SessionState, link: Link, issued: Moment | None, said: Said) -> None:
        credential, how, holder = link.way.credential, link.way.how, link.way.agent
        if how is None:
            unseen = self._chains.unseen(state.agent, credential)
            if unseen:
                said.notes.append(unseen)
        elif holder != state.agent and link.moment is not None:
            other, number = holder or "somebody", link.moment.number
            said.notes.append(f"this very {credential} was handed out to {other} in event {number}")
        elif issued is None and credential in self._lifetimes and credential not in state.unseen:
            state.unseen = (*state.unseen, credential)
            said.notes.append(
                f"no event before shows when {credential} was issued; it lasts {link.record.lifetime}"
            )

    def hand_out(
        self,
        event: Event,
        shape: EventShape,
        state: SessionState | None,
        moment: Moment,
        presented: Link | None,
        said: Said,
    ) -> None:
        """Keep what was handed out; an event whose agent is not known hands out to nobody."""
        token = event.yields_token
        for way in shape.ways:
            name, lifetime = way.credential, self._lifetimes.get(way.credential)
            if state is None and token is None:
                continue
            link = self._chains.link(way, moment, presented, token, event.lifetime)
            if event.lifetime is not None and lifetime not in (None, event.lifetime) and len(shape.ways) == 1:
                granted, modelled = seconds_text(event.lifetime), link.record.lifetime
                said.notes.append(f"the log grants {granted} to {name}, the model says {modelled}")
            if token is not None:
                self._keep_instance((name, token), link)
            if state is None:
                continue
            if token is not None:
                state.unnamed = {} if state.unnamed is None else state.unnamed
                if name not in state.unnamed:
                    before = state.handed.get(name)
                    state.unnamed[name] = None if before is None else Handed(before.link, before.issued)
            elif state.unnamed is not None and name in state.unnamed:
                state.unnamed[name] = _again(state.unnamed[name], link, moment)
            state.handed[name] = _again(state.handed.get(name), link, moment)

    def _keep_instance(self, key: tuple[str, str], link: Link) -> None:
        assert link.moment is not None
        self._instances[key] = _again(self._instances.pop(key, None), link, link.moment)
        if len(self._instances) > _INSTANCES:
            del self._instances[next(iter(self._instances))]

    def revoke(self, credential: str, moment: Moment, said: Said) -> None:
        """Keep that a credential was taken back, in every session."""
        if credential not in self._snapshot.credential:
            said.unexplained.append(f"the model has no credential {one_line(credential)}")
        else:
            self.revoked[credential] = max(moment, self.revoked.get(credential, BEFORE))


def _again(handed: Handed | None, link: Link, moment: Moment) -> Handed:
    """What is kept of a credential that was handed out, for the first time or again."""
    if handed is None:
        return Handed(link, moment)
    handed.again(link)
    return handed
