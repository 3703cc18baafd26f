"""What the drawing does not say yet, one row an element (section 9)."""

from collections.abc import Iterator
from typing import Final

from meshmodel.analysis.bitset import bits
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.results import Question
from meshmodel.analysis.rules.base import limits, once_and_again
from meshmodel.analysis.rules.phrases import deeds
from meshmodel.model.records import Agent, Credential, System

_DAY: Final = 86_400
"""Seconds."""


class Questions:
    """Asks about all active elements.

    Attributes:
        every: the questions, by element.
    """

    def __init__(self, engine: Engine) -> None:
        self._reaches, self._mesh, self._snapshot = engine.reaches, engine.mesh, engine.snapshot
        self._intended = {each.agent for each in self._snapshot.intent.values()}
        self._alone = self._in_one_zone()
        self._limits = self._beyond_limits()
        mesh = self._mesh
        self._held = {mesh.name(credential) for _, credential in mesh.steps["hold"]}
        self._kept = {credential for _, credential in self._snapshot.custody}
        self.every = tuple(self._rows())

    def _rows(self) -> Iterator[Question]:
        tables, mesh = self._snapshot, self._mesh
        asked = {
            **{f"agent:{each}": self._of_agent(tables.agent[each]) for each in mesh.agents},
            **{
                f"credential:{each}": self._of_credential(tables.credential[each])
                for each in mesh.credentials
            },
            **{f"system:{each}": self._of_system(tables.system[each]) for each in mesh.systems},
        }
        for element, asks in asked.items():
            every = tuple(asks)
            if every:
                yield Question(element, every)

    def _of_agent(self, agent: Agent) -> Iterator[str]:
        if agent.owner is None:
            yield "Who owns it?"
        if agent.home is None:
            yield "Where was its task authorized: what is its home zone?"
        zone = self._alone.get(agent.id)
        if zone is not None:
            record = self._snapshot.zone.get(zone)
            title = zone if record is None else record.title
            yield f"All it reaches lies in {title}: is this really one trust domain?"
        if agent.is_steerable and agent.id not in self._intended:
            yield "It can be steered: what is it meant to do?"
        yield from self._limits.get(agent.id, ())

    def _of_credential(self, credential: Credential) -> Iterator[str]:
        seconds = credential.lifetime_seconds
        if credential.owner is None:
            yield "Who owns it?"
        if seconds is None:
            yield "How long does it live?"
        lies_somewhere = not (credential.is_bound or credential.attested) and (
            seconds is None or seconds > _DAY
        )
        if lies_somewhere and credential.id in self._held and credential.id not in self._kept:
            yield "Where does its secret lie?"

    def _of_system(self, system: System) -> Iterator[str]:
        if system.owner is None:
            yield "Who owns it?"
        if system.sensitivity is None:
            yield "How sensitive is it? It is computed as internal"
        if system.audit is None:
            yield "What can its log later tell: nothing, the identity, or the subject too?"

    def _in_one_zone(self) -> dict[str, str]:
        """By agent that carries two or more identities, the zone in which all that it reaches lies."""
        mesh, reach = self._mesh, self._reaches.full
        by_zone: dict[str, int] = {}
        for access in range(mesh.first_credential):
            if reach[access]:
                zone = mesh.zone[access // 5]
                by_zone[zone] = by_zone.get(zone, 0) | reach[access]
        anywhere, several = once_and_again(by_zone.values())
        meant = anywhere & ~several & once_and_again(self._reaches.carriers(reach).values())[1]
        return {
            mesh.agents[agent]: zone for zone, agents in by_zone.items() for agent in bits(agents & meant)
        }

    def _beyond_limits(self) -> dict[str, list[str]]:
        """By agent, what delegations limit it to that it does not reach itself."""
        mesh, own, found = self._mesh, self._reaches.own, dict[str, list[str]]()
        for each in self._snapshot.delegation.values():
            if not (each.only and each.from_ in mesh.agent and each.to in mesh.agent):
                continue
            agent, beyond = mesh.agent[each.to], dict[str, int]()
            for system, mask in limits(each).items():
                for action in bits(mask):
                    if not own[mesh.access(system, action)] >> agent & 1:
                        beyond[system] = beyond.get(system, 0) | 1 << action
            if beyond:
                one, what = self._snapshot.agent[each.from_].title, deeds(self._snapshot, beyond)
                found.setdefault(each.to, []).append(f"{one} may have it {what}: by which credential?")
        return found
