"""Which agent, credential and identity of the model an observed event means: never a guess.

What came before in the log is no matter here. What an event leaves out is filled in only where the model
leaves one possibility; else that is said.
"""

from collections.abc import Sequence

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.graph import Step, union
from meshmodel.model.events import Event
from meshmodel.model.text import enumeration, one_line
from meshmodel.model.vocabulary import ADMIN, ISSUE, NUMBER


class Relations:
    """What a model says of agents and their credentials."""

    def __init__(self, engine: Engine) -> None:
        self.snapshot, self.mesh, self.presenting = engine.snapshot, engine.mesh, engine.reaches.presenting
        # Who holds or is passed what; where one is exchanged for another; what carries which identity.
        self.held = {(self.mesh.name(agent), self.mesh.name(held)) for agent, held in self.mesh.steps["hold"]}
        places = ((each.from_, each.at) for each in self.snapshot.exchange.values())
        self.exchanging = {(first, self.mesh.access(at, ISSUE)) for first, at in places if at is not None}
        # What a credential is got for without a system being asked.
        self.inner: dict[str, list[str]] = {}
        for _, exchange in sorted(self.snapshot.exchange.items()):
            if exchange.at is None:
                self.inner.setdefault(exchange.to, []).append(exchange.from_)
        self.carrying: dict[str, list[str]] = {}
        for key, each in sorted(self.snapshot.credential.items()):
            self.carrying.setdefault(each.principal, []).append(key)

    def reaches(self, agent: str, credential: str) -> bool:
        """Whether an active agent comes to a credential as itself."""
        return bool(self.presenting(credential) >> self.mesh.agent[agent] & 1)

    def grants(self, credential: str, access: int) -> list[Step]:
        """The grant steps by which a credential opens an access, itself or as part of admin."""
        node = self.mesh.node("credential", credential)
        if node is None:
            return []
        after = self.mesh.own_graph.successors[node]
        return [(node, each) for each in {access, access - access % 5 + ADMIN}.intersection(after)]

    def opens(self, credential: str, access: int) -> bool:
        """Whether a credential opens an access, or is exchanged there for another."""
        return bool(self.grants(credential, access)) or (credential, access) in self.exchanging


class Attribution:
    """Who acted in one event, with which credential, and how the agent came by it.

    Attributes:
        agent, active: who acted; where the event does not say, the only one that could have; and the same if
            the model has it and it is active.
        access: the action on a system, as a node, if the model has it.
        by_unknown: whether no active agent of the model can have presented what the event names.
        unexplained, notes: as in ``TracedEvent``.
    """

    def __init__(self, relations: Relations, event: Event) -> None:
        self._relations, self.event = relations, event
        self._snapshot, self._mesh = relations.snapshot, relations.mesh
        self.unexplained, self.notes = list[str](), list[str]()
        self._say = self.unexplained.append
        carried = relations.carrying.get(event.identity or "", [])
        self._names = carried if event.credential is None else [event.credential]
        self.by_unknown = False
        self.agent = self._agent()
        self.active = self.agent if self.agent in self._mesh.agent else None
        self.access = self._access()

    def _title(self, table: str, key: str) -> str:
        return one_line(getattr(self._snapshot.get(table, key), "title", key))

    def _agent(self) -> str | None:
        event = self.event
        if event.agent is not None:
            record = self._snapshot.agent.get(event.agent)
            self.by_unknown = record is None or not record.is_active
            if record is None:
                self._say(f"the model has no agent {one_line(event.agent)}")
            elif not record.is_active:
                self._say(f"{self._title('agent', event.agent)} is retired, so it should not act")
            return event.agent
        if event.credential is None and event.identity is None:
            if not event.unmapped:
                self._say("names neither an agent nor a credential nor an identity")
            return None
        able = self._mesh.names(union(map(self._relations.presenting, self._names)))
        if len(able) == 1:
            return able[0]
        self.by_unknown = not able
        what = one_line(event.credential or f"the identity {event.identity}")
        could = f"{what} could be {either(able)}" if able else f"none in the model comes to {what}"
        self._say(f"names no agent, and {could}")
        return None

    def _access(self) -> int | None:
        event = self.event
        missing = [name for name in ("system", "action") if getattr(event, name) is None]
        is_decision = event.checkpoint is not None and event.action is None
        if missing and not is_decision and not event.unmapped:
            self._say(f"names no {' and no '.join(missing)}")
        if event.system is not None and event.system not in self._mesh.system:
            self._say(f"the model has no system {one_line(event.system)}")
        elif event.system is not None and event.action is not None:
            return self._mesh.access(event.system, NUMBER[event.action])
        return None

    def credentials(self) -> tuple[str, ...]:
        """The credentials that it can have been; exactly one is an answer."""
        event, agent, names = self.event, self.active, self._names
        if event.credential is not None and event.credential not in self._snapshot.credential:
            self._say(f"the model has no credential {one_line(event.credential)}")
            return ()
        if event.identity is not None and not names:
            self._say(f"no credential of the model carries the identity {one_line(event.identity)}")
        elif not names and agent is not None:
            names = self._mesh.credentials
        fitting = [each for each in names if each in self._mesh.credential]
        if names and not fitting:
            if not event.refused:
                what = either(names) if event.credential is None else f"credential {event.credential}"
                self._say(f"{what} is revoked, so it should have been refused")
            return tuple(names)
        if agent is not None:
            near = [each for each in fitting if self._relations.reaches(agent, each)]
            fitting = near or (fitting if names is self._names else [])
        if self.access is not None:
            fitting = [each for each in fitting if self._relations.opens(each, self.access)] or fitting
        if len(fitting) > 1:
            who = "" if event.identity is None else f" with the identity {one_line(event.identity)}"
            self._say(f"the credential{who} can have been {either(fitting)}")
        elif fitting:
            self._check(fitting[0])
        return tuple(fitting)

    def _check(self, credential: str) -> None:
        """Say where the model has no way for this credential."""
        event, agent, access = self.event, self.active, self.access
        principal = self._snapshot.credential[credential].principal
        if event.identity is not None and event.identity != principal:
            other = one_line(event.identity)
            self._say(
                f"{self._title('credential', credential)} carries the identity {principal}, not {other}"
            )
        if agent is not None and not self._relations.reaches(agent, credential):
            who, what = self._title("agent", agent), self._title("credential", credential)
            self._say(f"the model has no way by which {who} comes to {what} as itself")
        opens = access is not None and self._relations.opens(credential, access)
        key, system = self._title("credential", credential), self._title("system", event.system or "")
        what = f"let{'s' * opens} {key} open {system} for {event.action}"
        if event.refused and opens:
            self.notes.append(f"refused, though the model {what}")
        elif opens:
            self._check_limits(f"{event.system}:{event.action}")
        elif access is not None and not event.refused:
            self._say(f"the model does not {what}")

    def _check_limits(self, access: str) -> None:
        """Say where an agent did what none that sets it to work may have it do.

        See ``docs/semantics.md#limited-delegations``.
        """
        setting = [each for each in self._snapshot.delegation.values() if each.to == self.active]
        limits = [self._mesh.only(each) for each in setting if each.from_ in self._mesh.agent]
        if limits and all(limits) and not any(access in each for each in limits):
            limited = f"its calls are limited to {', '.join(sorted(set().union(*limits)))}"
            self.notes.append(
                f"no agent may have {self._title('agent', self.active or '')} do this: {limited}"
            )


def either(words: Sequence[str]) -> str:
    """One of some, in words; of many the first ones."""
    shown = words if len(words) <= 5 else [*words[:4], f"{len(words) - 4} more"]
    return enumeration(shown, "or")
