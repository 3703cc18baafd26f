"""Which agent, credential and identity of the model an observed event means: never a guess.

What an event leaves out is filled in only where the model leaves one possibility; else it stays unknown
and is said.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from meshmodel.analysis.checkpoints import shortcomings
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.rechecks import Obtained, Rechecks
from meshmodel.model.events import Event
from meshmodel.model.text import one_line
from meshmodel.model.vocabulary import Action

How = Literal["held", "passed", "custody", "exchange"]


@dataclass(frozen=True, slots=True)
class Yielded:
    """How an agent came by the credential that it presented.

    Attributes:
        how: ``held``; ``passed`` by an agent that sets it to work; handed out by a system (``custody``),
            or got for another credential (``exchange``).
        by: the agent that passed it, or the credential exchanged, else ``None``.
        system: the system that yielded it, or ``None``.
        event: the event in which that was seen, or ``None``.
    """

    how: How
    by: str | None = None
    system: str | None = None
    event: int | None = None


class Resolving:
    """Answers for one model; what it keeps is bounded by the model."""

    def __init__(self, engine: Engine, rechecks: Rechecks) -> None:
        self.engine = engine
        self.snapshot = engine.snapshot
        self.mesh = engine.mesh
        self.rechecks = rechecks
        self.meeting = frozenset(engine.candidates.ids)
        self._carrying: dict[str, list[str]] = {}
        for each in sorted(self.snapshot.credential.values(), key=lambda each: each.id):
            self._carrying.setdefault(each.principal, []).append(each.id)
        self._presenting: dict[str, tuple[str, ...]] = {}

    def shortcomings(self, checkpoint: str) -> str:
        """Why a checkpoint does not count, in words."""
        return ", ".join(shortcomings(self.snapshot.checkpoint[checkpoint], self.engine.view))

    def own(self, agent: str) -> list[str]:
        """The credentials to which an active agent comes as itself, sorted."""
        row = self.engine.own.row(self.mesh.agent_node[agent])
        return sorted(name for name, node in self.mesh.credential_node.items() if row >> node & 1)

    def reaches(self, agent: str, credential: str) -> bool:
        """Whether an agent comes to a credential as itself."""
        node, leaves = self.mesh.credential_node.get(credential), self.mesh.agent_node.get(agent)
        return node is not None and leaves is not None and bool(self.engine.own.row(leaves) >> node & 1)

    def opens(self, credential: str, system: str, action: Action) -> bool:
        """Whether a system accepts a credential for an action, or exchanges it for another."""
        return bool(self.rechecks.grants(credential, system, action)) or self.rechecks.exchanges(
            credential, system, action
        )

    def agent(self, event: Event, unexplained: list[str]) -> str | None:
        """Who acted; where the event does not say, the only one that could have."""
        name = event.agent
        if name is not None:
            record = self.snapshot.agent.get(name)
            if record is None:
                unexplained.append(f"the model has no agent {one_line(name)}")
            elif not record.is_active:
                unexplained.append(f"agent {name} is retired, so it should not act")
            return name
        if event.credential is None and event.identity is None:
            if not event.unmapped:
                unexplained.append("names neither an agent nor a credential nor an identity")
            return None
        names = (
            [event.credential]
            if event.credential is not None
            else self._carrying.get(event.identity or "", [])
        )
        able = sorted({agent for each in names for agent in self._able(each)})
        what = one_line(event.credential or f"the identity {event.identity}")
        if len(able) == 1:
            return able[0]
        if able:
            more = f" and {len(able) - 3} more" if len(able) > 3 else ""
            unexplained.append(f"names no agent, and {what} could be {_either(able[:3])}{more}")
        else:
            unexplained.append(f"names no agent, and none in the model comes to {what}")
        return None

    def _able(self, credential: str) -> tuple[str, ...]:
        known = self._presenting.get(credential)
        if known is None:
            known = tuple(agent for agent in self.mesh.agent_node if self.reaches(agent, credential))
            if credential in self.snapshot.credential:  # names of logs are not kept
                self._presenting[credential] = known
        return known

    def acts(self, event: Event, unexplained: list[str]) -> bool:
        """Whether the event is an action on a system; a decision alone need not be one."""
        decides = event.checkpoint is not None and event.action is None
        missing = [name for name in ("system", "action") if not decides and getattr(event, name) is None]
        if missing and not event.unmapped:
            unexplained.append(f"names no {' and no '.join(missing)}")
        if event.system is not None and event.system not in self.snapshot.system:
            unexplained.append(f"the model has no system {one_line(event.system)}")
        return not missing and not decides

    def credentials(
        self, event: Event, agent: str | None, unexplained: list[str], notes: list[str]
    ) -> tuple[str, ...]:
        """The credentials that it can have been; exactly one is an answer."""
        named = event.credential
        if named is not None:
            return self._named(event, named, agent, unexplained, notes)
        if event.identity is not None:
            names = self._carrying.get(event.identity, [])
            if not names:
                unexplained.append(
                    f"no credential of the model carries the identity {one_line(event.identity)}"
                )
                return ()
        elif agent is not None and agent in self.mesh.agent_node:
            names = self.own(agent)
        else:
            return ()
        fitting = [each for each in names if each in self.mesh.credential_node]
        if not fitting:
            if names and not event.refused:
                unexplained.append(f"{_either(names)} is revoked, so it should have been refused")
            return ()
        if agent is not None and agent in self.mesh.agent_node:
            near = [each for each in fitting if self.reaches(agent, each)]
            if not near and len(fitting) > 1:
                unexplained.append(f"none of {_either(fitting)} is within the reach of {agent}")
            fitting = near or fitting
        if event.system is not None and event.action is not None and event.system in self.snapshot.system:
            opening = [each for each in fitting if self.opens(each, event.system, event.action)]
            if not opening and len(fitting) > 1 and not event.refused:
                unexplained.append(
                    f"no credential that it can have been opens {event.system} for {event.action}"
                )
                return ()
            fitting = opening or fitting
        if len(fitting) > 1:
            who = "" if event.identity is None else f" with the identity {one_line(event.identity)}"
            unexplained.append(f"the credential{who} can have been {_either(fitting)}")
            return tuple(fitting)
        self._check(event, fitting[0], agent, unexplained, notes)
        return (fitting[0],)

    def _named(
        self, event: Event, named: str, agent: str | None, unexplained: list[str], notes: list[str]
    ) -> tuple[str, ...]:
        record = self.snapshot.credential.get(named)
        if record is None:
            unexplained.append(f"the model has no credential {one_line(named)}")
            return ()
        if not record.is_active:
            if not event.refused:
                unexplained.append(f"credential {named} is revoked, so it should have been refused")
            return (named,)
        if event.identity is not None and event.identity != record.principal:
            unexplained.append(
                f"credential {named} carries the identity {record.principal}, not {one_line(event.identity)}"
            )
        self._check(event, named, agent, unexplained, notes)
        return (named,)

    def _check(
        self, event: Event, credential: str, agent: str | None, unexplained: list[str], notes: list[str]
    ) -> None:
        """Say where the model has no way for this credential."""
        if agent is not None and agent in self.mesh.agent_node and not self.reaches(agent, credential):
            unexplained.append(f"the model has no way by which {agent} comes to {credential} as itself")
        system, action = event.system, event.action
        if system is None or action is None or system not in self.snapshot.system:
            return
        opens = self.opens(credential, system, action)
        if event.refused and opens:
            notes.append(f"refused, though the model lets {credential} open {system} for {action}")
        elif not event.refused and not opens:
            unexplained.append(f"the model does not let {credential} open {system} for {action}")

    def identity(self, event: Event, credential: str | None, candidates: tuple[str, ...]) -> str | None:
        """As whom; the log's word first."""
        if event.identity is not None:
            return event.identity
        if credential is not None:
            return self.snapshot.credential[credential].principal
        several = {self.snapshot.credential[each].principal for each in candidates}
        return several.pop() if len(several) == 1 else None

    def yielded(
        self,
        agent: str,
        credential: str,
        obtained: Mapping[str, Obtained],
        notes: list[str],
    ) -> Yielded | None:
        """How the agent came by the credential, by the relations and the events so far."""
        if (agent, credential) in self.snapshot.hold:
            return Yielded("held")
        node = self.mesh.credential_node.get(credential)
        if node is not None and node in self.engine.holds(self.mesh.agent_node[agent]):
            givers = sorted(
                each.from_
                for each in self.snapshot.delegation.values()
                if each.to == agent
                and each.from_ in self.mesh.agent_node
                and credential in (each.passes or ())
            )
            return Yielded("passed", by=givers[0] if len(givers) == 1 else None)
        way = obtained.get(credential)
        if way is not None:
            return Yielded(
                "exchange" if way.exchanged else "custody",
                by=way.credential if way.exchanged else None,
                system=way.system,
                event=way.event,
            )
        inner = [
            each
            for each in self.snapshot.exchange.values()
            if each.to == credential and each.at is None and self._has(agent, each.from_, obtained)
        ]
        if len(inner) == 1:
            return Yielded("exchange", by=inner[0].from_)
        if self.reaches(agent, credential):
            notes.append(
                f"no event before shows how {agent} came by {credential}: {self._ways(agent, credential)}"
            )
        return None

    def _has(self, agent: str, credential: str, obtained: Mapping[str, Obtained]) -> bool:
        node = self.mesh.credential_node.get(credential)
        return credential in obtained or node in self.engine.holds(self.mesh.agent_node[agent])

    def _ways(self, agent: str, credential: str) -> str:
        """Where the model has the credential, as far as the agent comes there."""
        ways = [
            f"{'issued by' if custody.how == 'issues' else 'stored in'} {custody.system}"
            for key, custody in sorted(self.snapshot.custody.items())
            if key[1] == credential
        ]
        ways += [
            f"exchanged for {each.from_}" + (f" at {each.at}" if each.at is not None else "")
            for key, each in sorted(self.snapshot.exchange.items())
            if key[1] == credential and self.reaches(agent, each.from_)
        ]
        return f"in the model it is {_either(ways)}"


def _either(words: list[str]) -> str:
    shown = words if len(words) <= 5 else [*words[:4], f"{len(words) - 4} more"]
    if len(shown) < 2:
        return "".join(shown)
    return f"{', '.join(shown[:-1])} or {shown[-1]}"
