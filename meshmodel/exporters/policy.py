"""The policy stub of section 12: what each agent may do, where a decision is due, and what to deny.

What section 12 leaves open is read like this:

- An access is reached under a credential whose grant names the action or ``admin``, which implies it: both
  count as grants that end there, as they do for doors in section 6.
- ``via`` is how the access is reached at best: ``direct`` before ``own`` before ``deputy``.
- The ``checkpoints`` of an allowed access are those that stand first on every way there: for each
  controlled crossing that ends there, the ones that count for its start on the boundary that it
  crosses, and on the steps that leave the start's unchecked reach towards that access. Behind them
  there may be more.
- ``because`` looks at all crossings that end there: one controlled is enough for ``controlled``.
- The ``credentials`` of a required access are its open doors that are not approved, and ``from`` lists
  the sources of its uncontrolled crossings in the order of their ids, ``home`` among them.
- Tables differ in their system, so those that become one differ in their actions alone; ``reason`` is
  worded for the joined table. Tables stand in the order allow, require, deny, then by system and actions.
- An agent without a home has no ``home``; a model without a name has the empty one. A kind of table
  that an agent has none of is left out.
- The view is that of the analysis given: with ``designed``, planned checkpoints control too.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import tomli_w

from meshmodel.analysis.crossings import crossed_from
from meshmodel.analysis.engine import Engine, Group, Traveller
from meshmodel.analysis.listing import Listing, all_of
from meshmodel.analysis.reach import identities
from meshmodel.analysis.steps import ADMIN, READ, bits, implied_mask
from meshmodel.exporters.policy_words import Wording
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.vocabulary import ACTIONS, SEVERITIES, View
from meshmodel.store.interchange import write_text

FORMAT = "meshmodel-policy/1"

_WORST = "worst source"  # of a required access; words its reason, and is no field of the table


class Reading(Protocol):
    """What a stub needs of an analysis: in which view the model was read."""

    @property
    def view(self) -> View:
        """As built or as designed."""


def policy_stub(snapshot: Snapshot, analysis: Reading) -> str:
    """The policy stub of a model as TOML; equal models give equal text.

    Args:
        snapshot: the model.
        analysis: its analysis; a stub of the view ``designed`` takes planned checkpoints for enforced.
    """
    stub = _Stub(Engine(snapshot, analysis.view))
    digest = hashlib.sha256(write_text(snapshot).encode()).hexdigest()
    content: dict[str, Any] = {
        "format": FORMAT,
        "model": snapshot.about.name or "",
        "model_digest": f"sha256:{digest}",
        "default": "deny",
    }
    agents = [stub.agent(each) for each in sorted(stub.engine.travellers, key=lambda each: each.id)]
    if agents:
        content["agent"] = agents
    return tomli_w.dumps(content)


@dataclass(slots=True)
class _Ending:
    """The crossings of one agent that end at one access.

    Attributes:
        controlled, approved: whether any is.
        sources: of the uncontrolled ones, the number of a system or ``None``, with their severity.
        doors: the open doors of those that no intent approves, as nodes.
        checkpoints: the numbers of the checkpoints that control the controlled ones.
    """

    controlled: bool = False
    approved: bool = False
    sources: dict[int | None, int] = field(default_factory=dict)
    doors: set[int] = field(default_factory=set)
    checkpoints: set[int] = field(default_factory=set)


Table = dict[str, Any]
Tables = dict[str, dict[tuple[Any, ...], tuple[Table, list[int]]]]


class _Stub:
    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.mesh = engine.mesh
        self.listing = Listing(engine)
        self.words = Wording(engine)
        self._reached_by: dict[int, list[str]] = {}
        self.granting: dict[int, list[int]] = {}
        for credential, access in self.mesh.steps["grant"]:
            self.granting.setdefault(access, []).append(credential)
        self.guarded = {node for step in self.engine.candidates.guards for node in step}
        self.intended: dict[str, dict[str, int]] = {}
        for intent in engine.snapshot.intent.values():
            known = self.intended.setdefault(intent.agent, {})
            known[intent.system] = known.get(intent.system, 0) | implied_mask(intent.actions)

    def agent(self, traveller: Traveller) -> Table:
        """The table of one agent with all its tables."""
        row = self.engine.effective.row(traveller.node)
        made: Table = {"id": traveller.id}
        if traveller.home is not None:
            made["home"] = traveller.home
        made["identities"] = list(identities(self.engine, row))
        endings = self._endings(traveller)
        tables: Tables = {"allow": {}, "require": {}, "deny": {}}
        for access in bits(traveller.reach):
            kind, table = self._access(traveller, access, endings.get(access, _Ending()))
            key = tuple(
                tuple(value) if isinstance(value, list) else value
                for name, value in table.items()
                if name != _WORST
            )
            tables[kind].setdefault(key, (table, []))[1].append(access)
        for kind, found in tables.items():
            if found:
                rows = sorted(found.values(), key=lambda each: (each[0]["system"], each[1], str(each[0])))
                made[kind] = [self._finish(traveller, kind, *each) for each in rows]
        return made

    def _access(self, traveller: Traveller, access: int, ending: _Ending) -> tuple[str, Table]:
        """In which kind of table an access belongs, and that table but for its actions and its reason."""
        system = self.mesh.systems[access // 5]
        intents = self.intended.get(traveller.id)
        if intents is not None and not intents.get(system, 0) >> access % 5 & 1:
            used = self._used(traveller, access)
            return "deny", {
                "system": system,
                "credentials": self._names(used),
                "via": self._via(traveller, access),
                "enforceable": not self._others(traveller, used),
            }
        if ending.sources:
            return "require", {
                "system": system,
                "credentials": self._names(ending.doors),
                "via": self._via(traveller, access),
                "from": sorted(self._source(each) for each in ending.sources),
                "severity": SEVERITIES[max(ending.sources.values())],
                _WORST: min(ending.sources, key=lambda each: (-ending.sources[each], self._source(each))),
            }
        because = "controlled" if ending.controlled else "approved" if ending.approved else "home"
        return "allow", {
            "system": system,
            "credentials": self._names(self._used(traveller, access)),
            "via": self._via(traveller, access),
            "because": because,
            "checkpoints": sorted(self.engine.candidates.ids[each] for each in ending.checkpoints),
        }

    def _finish(self, traveller: Traveller, kind: str, table: Table, accesses: list[int]) -> Table:
        """A table in the order of section 12, with its actions and its reason."""
        actions = [ACTIONS[access % 5] for access in accesses]
        made = {"system": table["system"], "actions": actions, **table}
        if kind == "require":
            worst = made.pop(_WORST)
            made |= {"kind": "", "decided_at": "", "freshness": "per-action", "state": "planned"}
            made["reason"] = self.words.required(traveller, table, actions, worst)
        elif kind == "deny":
            used = self._used(traveller, accesses[0])
            made["reason"] = self.words.denied(traveller, table, accesses[0], self._others(traveller, used))
        return made

    # Facts about one access

    def _used(self, traveller: Traveller, access: int) -> set[int]:
        """The credentials in effective reach whose grants give the access, by its action or by admin."""
        row = self.engine.effective.row(traveller.node)
        ends = (access, access - access % 5 + ADMIN)
        return {each for end in ends for each in self.granting.get(end, ()) if row >> each & 1}

    def _names(self, credentials: set[int]) -> list[str]:
        return sorted(self.mesh.credentials[each - self.mesh.first_credential] for each in credentials)

    def _source(self, number: int | None) -> str:
        return "home" if number is None else self.mesh.systems[number]

    def _via(self, traveller: Traveller, access: int) -> str:
        for word, closure in (("direct", self.engine.direct), ("own", self.engine.own)):
            if closure.row(traveller.node) >> access & 1:
                return word
        return "deputy"

    def _others(self, traveller: Traveller, credentials: set[int]) -> list[str]:
        """The other active agents, persons and deputies included, that reach any of the credentials."""
        wanted = sum(1 << each for each in credentials)
        known = self._reached_by.get(wanted)
        if known is None:
            known = self._reached_by[wanted] = [
                agent
                for agent, node in self.mesh.agent_node.items()
                if self.engine.effective.row(node) & wanted
            ]
        return [agent for agent in known if agent != traveller.id]

    # Crossings

    def _endings(self, traveller: Traveller) -> Mapping[int, _Ending]:
        """The crossings of an agent, by the access where they end."""
        found: dict[int, _Ending] = {}
        fronts: dict[tuple[int, int], list[tuple[int, int]]] = {}
        for source, group in all_of(self.engine, traveller):
            row = group.unchecked.row
            if source is not None and READ + 5 * source in self.guarded:
                row |= traveller.reach & 1 << READ + 5 * source  # the start has it, the row of a group not
            front = fronts.get((id(group), row))
            if front is None:
                front = fronts[id(group), row] = self._front(row, group.unchecked.dropped)
            for access in bits(crossed_from(self.mesh, traveller, source) & traveller.reach):
                ending = found.setdefault(access, _Ending())
                judged = self.listing.judge(traveller, group, source, access)
                if judged.state == "approved":
                    ending.approved = True
                elif judged.state == "controlled":
                    ending.controlled = True
                    ending.checkpoints |= self._controlling(traveller, group, source, access, front)
                else:
                    assert judged.severity is not None
                    ending.sources[source] = SEVERITIES.index(judged.severity)
                    ending.doors |= {
                        door for door in judged.doors if not self._excused(traveller, source, access, door)
                    }
        return found

    def _excused(self, traveller: Traveller, source: int | None, access: int, door: int) -> bool:
        """Whether an intent approves the door for this source."""
        system, action = divmod(access, 5)
        return any(
            each.system == system
            and each.actions >> action & 1
            and each.credentials >> door & 1
            and (each.home if source is None else each.sources >> 5 * source & 1)
            for each in self.listing.approvals.get(traveller.id, ())
        )

    def _front(self, row: int, dropped: int) -> list[tuple[int, int]]:
        """The guards on steps out of the unchecked reach of a start, and what lies behind each."""
        return [
            (guards & ~dropped, self.engine.effective.row(enters))
            for (leaves, enters), guards in self.engine.candidates.guards.items()
            if row >> leaves & 1 and not row >> enters & 1 and guards & ~dropped
        ]

    def _controlling(
        self,
        traveller: Traveller,
        group: Group,
        source: int | None,
        access: int,
        front: list[tuple[int, int]],
    ) -> set[int]:
        zone_from = traveller.home if source is None else self.mesh.zone_of[source]
        zone_to = self.mesh.zone_of[access // 5]
        numbers = {
            each.number
            for each in self.engine.candidates.boundaries
            if each.zone_from == zone_from
            and each.zone_to == zone_to
            and each.actions >> access % 5 & 1
            and not group.unchecked.dropped >> each.number & 1
        }
        if not group.unchecked.row >> access & 1:
            for guards, behind in front:
                if behind >> access & 1:
                    numbers.update(bits(guards))
        return numbers
