"""Which agent, credential and identity of the model an observed event means: never a guess.

What an event states comes first. What it leaves out is filled in only where the model leaves one
possibility; else it stays unknown and is said.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from meshmodel.analysis.checkpoints import shortcomings
from meshmodel.analysis.credential_use import Credentials, Obtained, Yielded
from meshmodel.analysis.engine import Engine
from meshmodel.model.actions import NUMBER
from meshmodel.model.events import Event
from meshmodel.model.text import one_line


@dataclass(slots=True)
class Remarks:
    """What is said of one event: what the model does not explain, and what fits it and no event shows."""

    unexplained: list[str]
    notes: list[str] = field(default_factory=list)


class Attribution:
    """Answers for one model; what it keeps is bounded by the model."""

    def __init__(self, engine: Engine, credentials: Credentials) -> None:
        self._engine, self._credentials = engine, credentials
        self._snapshot, self._mesh = engine.snapshot, engine.mesh
        self._carrying: dict[str, list[str]] = {}
        for each in sorted(self._snapshot.credential.values(), key=lambda each: each.id):
            self._carrying.setdefault(each.principal, []).append(each.id)

    def shortcomings(self, checkpoint: str) -> str:
        """Why a checkpoint does not count, in words; empty where it does."""
        return ", ".join(shortcomings(self._snapshot.checkpoint[checkpoint], self._engine.view))

    def presenting(self, credential: str) -> tuple[str, ...]:
        """The active agents that come to a credential as themselves."""
        node = self._mesh.node("credential", credential)
        return () if node is None else self._mesh.names(self._engine.reaches.own[node])

    def reaches(self, agent: str, credential: str) -> bool:
        """Whether an active agent comes to a credential as itself."""
        node = self._mesh.node("credential", credential)
        return node is not None and bool(self._engine.reaches.own[node] >> self._mesh.agent[agent] & 1)

    def opens(self, credential: str, event: Event) -> bool:
        """Whether the system of an event accepts a credential for its action, or exchanges it for another."""
        if event.system is None or event.action is None:
            return False
        grants = self._credentials.grants(credential, event.system, NUMBER[event.action])
        return bool(grants) or self._credentials.exchanges(credential, event.system, event.action)

    def agent(self, event: Event, remarks: Remarks) -> str | None:
        """Who acted; where the event does not say, the only one that could have."""
        name = event.agent
        if name is not None:
            record = self._snapshot.agent.get(name)
            if record is None:
                remarks.unexplained.append(f"the model has no agent {one_line(name)}")
            elif not record.is_active:
                remarks.unexplained.append(f"agent {name} is retired, so it should not act")
            return name
        if event.credential is None and event.identity is None:
            if not event.unmapped:
                remarks.unexplained.append("names neither an agent nor a credential nor an identity")
            return None
        named = None if event.credential is None else [event.credential]
        names = self._carrying.get(event.identity or "", []) if named is None else named
        able = sorted({agent for each in names for agent in self.presenting(each)})
        if len(able) == 1:
            return able[0]
        what = one_line(event.credential or f"the identity {event.identity}")
        if able:
            more = f" and {len(able) - 3} more" if len(able) > 3 else ""
            remarks.unexplained.append(f"names no agent, and {what} could be {_either(able[:3])}{more}")
        else:
            remarks.unexplained.append(f"names no agent, and none in the model comes to {what}")
        return None

    def acts(self, event: Event, remarks: Remarks) -> bool:
        """Whether the event is an action on a system; a decision alone need not be one."""
        decides = event.checkpoint is not None and event.action is None
        missing = [name for name in ("system", "action") if not decides and getattr(event, name) is None]
        if missing and not event.unmapped:
            remarks.unexplained.append(f"names no {' and no '.join(missing)}")
        if event.system is not None and event.system not in self._snapshot.system:
            remarks.unexplained.append(f"the model has no system {one_line(event.system)}")
        return not missing and not decides

    def credentials(self, event: Event, agent: str | None, remarks: Remarks) -> tuple[str, ...]:
        """The credentials that it can have been; exactly one is an answer.

        Args:
            event: as observed.
            agent: who acted, if the model has it and it is active.
            remarks: what is said of the event is added.
        """
        if event.credential is not None:
            return self._named(event, event.credential, agent, remarks)
        names = self._unnamed(event, agent, remarks)
        fitting = [each for each in names if each in self._mesh.credential]
        if names and not fitting and not event.refused:
            remarks.unexplained.append(f"{_either(names)} is revoked, so it should have been refused")
        if agent is not None and fitting:
            near = [each for each in fitting if self.reaches(agent, each)]
            if not near and len(fitting) > 1:
                remarks.unexplained.append(f"none of {_either(fitting)} is within the reach of {agent}")
            fitting = near or fitting
        if event.action is not None and event.system in self._snapshot.system:
            opening = [each for each in fitting if self.opens(each, event)]
            if not opening and len(fitting) > 1 and not event.refused:
                said = f"no credential that it can have been opens {event.system} for {event.action}"
                remarks.unexplained.append(said)
                return ()
            fitting = opening or fitting
        if len(fitting) > 1:
            who = "" if event.identity is None else f" with the identity {one_line(event.identity)}"
            remarks.unexplained.append(f"the credential{who} can have been {_either(fitting)}")
        elif fitting:
            self._check(event, fitting[0], agent, remarks)
        return tuple(fitting)

    def _unnamed(self, event: Event, agent: str | None, remarks: Remarks) -> list[str]:
        """The credentials that carry the identity of an event, or else those to which the agent comes."""
        if event.identity is None:
            return [] if agent is None else [c for c in self._mesh.credential if self.reaches(agent, c)]
        names = self._carrying.get(event.identity, [])
        if not names:
            identity = one_line(event.identity)
            remarks.unexplained.append(f"no credential of the model carries the identity {identity}")
        return names

    def _named(self, event: Event, named: str, agent: str | None, remarks: Remarks) -> tuple[str, ...]:
        record = self._snapshot.credential.get(named)
        if record is None:
            remarks.unexplained.append(f"the model has no credential {one_line(named)}")
            return ()
        if not record.is_active:
            if not event.refused:
                remarks.unexplained.append(f"credential {named} is revoked, so it should have been refused")
            return (named,)
        if event.identity is not None and event.identity != record.principal:
            said = f"carries the identity {record.principal}, not {one_line(event.identity)}"
            remarks.unexplained.append(f"credential {named} {said}")
        self._check(event, named, agent, remarks)
        return (named,)

    def _check(self, event: Event, credential: str, agent: str | None, remarks: Remarks) -> None:
        """Say where the model has no way for this credential."""
        if agent is not None and not self.reaches(agent, credential):
            said = f"the model has no way by which {agent} comes to {credential} as itself"
            remarks.unexplained.append(said)
        system, action = event.system, event.action
        if system not in self._snapshot.system or action is None:
            return
        opens = self.opens(credential, event)
        if event.refused and opens:
            remarks.notes.append(f"refused, though the model lets {credential} open {system} for {action}")
        elif not event.refused and not opens:
            remarks.unexplained.append(f"the model does not let {credential} open {system} for {action}")
        elif not event.refused and agent is not None:
            self._check_limits(f"{system}:{action}", agent, remarks)

    def _check_limits(self, access: str, agent: str, remarks: Remarks) -> None:
        """Say where an agent did what none that sets it to work may have it do (section 3)."""
        callers = [
            each
            for each in self._snapshot.delegation.values()
            if each.to == agent and each.from_ in self._mesh.agent
        ]
        limits = [self._mesh.only(each) for each in callers]
        if limits and all(limits) and not any(access in each for each in limits):
            may = ", ".join(sorted({each for limit in limits for each in limit}))
            remarks.notes.append(
                f"no agent may have {agent} do this: what sets it to work is limited to {may}"
            )

    def identity(self, event: Event, candidates: Sequence[str]) -> str | None:
        """As whom; the log's word first."""
        several = {self._snapshot.credential[each].principal for each in candidates}
        return event.identity or (several.pop() if len(several) == 1 else None)

    def person(self, candidates: Sequence[str]) -> str | None:
        """The person or group on whose behalf all credentials that it can have been act."""
        several = {self._snapshot.credential[each].on_behalf_of for each in candidates}
        return several.pop() if len(several) == 1 else None

    def yielded(
        self, agent: str, credential: str, obtained: Mapping[str, Obtained], remarks: Remarks
    ) -> Yielded | None:
        """How the agent came by it: as events state, else as relations say, else as events let one infer."""
        way = obtained.get(credential)
        if way is not None and not way.stated and self._credentials.is_held(agent, credential):
            way = None
        if way is not None:
            by = way.credential if way.exchanged else None
            return Yielded("exchange" if way.exchanged else "custody", by, way.system, way.event)
        if (agent, credential) in self._snapshot.hold:
            return Yielded("held")
        if self._credentials.is_held(agent, credential):
            passing = self._snapshot.delegation.values()
            to_it = [each.from_ for each in passing if each.to == agent and credential in (each.passes or ())]
            givers = [each for each in to_it if each in self._mesh.agent]
            return Yielded("passed", by=givers[0] if len(givers) == 1 else None)
        inner = [
            each.from_
            for each in self._snapshot.exchange.values()
            if each.to == credential and each.at is None and self._has(agent, each.from_, obtained)
        ]
        if len(inner) == 1:
            return Yielded("exchange", by=inner[0])
        if self.reaches(agent, credential):
            ways = self._ways(agent, credential)
            remarks.notes.append(f"no event before shows how {agent} came by {credential}: {ways}")
        return None

    def _has(self, agent: str, credential: str, obtained: Mapping[str, Obtained]) -> bool:
        return credential in obtained or self._credentials.is_held(agent, credential)

    def _ways(self, agent: str, credential: str) -> str:
        """Where the model has the credential, as far as the agent comes there."""
        ways = [
            f"{'issued by' if custody.how == 'issues' else 'stored in'} {custody.system}"
            for key, custody in sorted(self._snapshot.custody.items())
            if key[1] == credential
        ]
        ways += [
            f"exchanged for {each.from_}" + (f" at {each.at}" if each.at is not None else "")
            for key, each in sorted(self._snapshot.exchange.items())
            if key[1] == credential and self.reaches(agent, each.from_)
        ]
        return f"in the model it is {_either(ways)}"


def _either(words: Sequence[str]) -> str:
    shown = words if len(words) <= 5 else [*words[:4], f"{len(words) - 4} more"]
    if len(shown) < 2:
        return "".join(shown)
    return f"{', '.join(shown[:-1])} or {shown[-1]}"
