"""One snapshot in one view: its graph, its closures, and the starts that have crossings."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from meshmodel.analysis.checkpoints import Candidates
from meshmodel.analysis.classes import Following, Foretold
from meshmodel.analysis.closing import Closing
from meshmodel.analysis.closure import Closure, Searched, Successors, forward, is_sparse, part
from meshmodel.analysis.collecting import collector_at_rest
from meshmodel.analysis.groups import Grouping
from meshmodel.analysis.intents import intent_sources
from meshmodel.analysis.onward import Onward
from meshmodel.analysis.results import StepKind, several_of
from meshmodel.analysis.situations import Group, Situation
from meshmodel.analysis.steps import DIRECT_KINDS, DRIVING_KINDS, HELD_KINDS, STEP_ORDER, Mesh, Pair, without
from meshmodel.analysis.unchecked import Guarding, Unchecked, unguarded
from meshmodel.model.records import Agent, Intent
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.vocabulary import View

__all__ = ["Engine", "Group", "Situation", "Traveller"]

_PASSING = 100
"""So many situations are kept a while where those of all agents are too much."""


@dataclass(frozen=True, slots=True, eq=False)
class Traveller:
    """An active agent that has crossings: everyone but a person.

    Attributes:
        id, node: the agent.
        home: its home zone, or ``None``.
        home_mask: the accesses of the systems in it.
        situation: what it has in common with others.
    """

    id: str
    node: int
    home: str | None
    home_mask: int
    situation: Situation

    @property
    def sources(self) -> int:
        """All systems that are sources, by the bits of their read accesses."""
        return self.situation.sources

    @property
    def reach(self) -> int:
        """The accesses in its effective reach."""
        return self.situation.reach

    @property
    def steered(self) -> bool:
        """Whether any source has untrusted input."""
        return self.situation.steered

    @property
    def groups(self) -> tuple[Group, ...]:
        """Its sources by the unchecked reach of their starts (see ``Situation``)."""
        return self.situation.groups

    @property
    def shared(self) -> bool:
        """Whether a source is in several groups."""
        return self.situation.shared


class _Late(Traveller):
    """An agent whose situation is worked out whenever it is asked for: those of all are too much."""

    __slots__ = ("_find",)
    _find: Callable[[], Situation]

    def __init__(
        self, id_: str, node: int, home: str | None, home_mask: int, find: Callable[[], Situation]
    ) -> None:
        values = {"id": id_, "node": node, "home": home, "home_mask": home_mask, "_find": find}
        for name, value in values.items():
            object.__setattr__(self, name, value)

    @property
    def situation(self) -> Situation:
        """What it has in common with others."""
        return self._find()


class _Asked(dict[str, Unchecked]):
    """What agents reach unchecked, worked out whenever it is asked for."""

    def __init__(self, find: Callable[[str], Unchecked]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, agent: str) -> Unchecked:
        return self._find(agent)


class Engine:
    """Everything that the answers share, computed once and only when asked.

    Args:
        snapshot: the model.
        view: how planned checkpoints count.
        kept: whether what is reached is kept as rows of bits, however large the mesh is, as everything
            needs that follows edits.
        before: the mesh of a model of which this one may have tables.
    """

    _asked = 0
    foretold: Foretold | None = None
    """What is known of what follows on sources from before an edit."""

    def __init__(
        self, snapshot: Snapshot, view: View, *, kept: bool = False, before: Mesh | None = None
    ) -> None:
        self._kept = kept
        self.snapshot = snapshot
        self.view = view
        with collector_at_rest():
            self.mesh = Mesh(snapshot, before)
            self.candidates = Candidates(self.mesh, view)

    @cached_property
    def exposed(self) -> set[int]:
        """The numbers of the systems of which outsiders see what is written there."""
        systems = self.snapshot.system
        return {number for each, number in self.mesh.system_number.items() if systems[each].is_exposed}

    @cached_property
    def effective(self) -> Closure:
        """All steps, guarded or not."""
        successors, arrays = self.mesh.successors(STEP_ORDER), self.mesh.arrays
        if arrays is not None:
            from meshmodel.analysis.around import around_core  # only here: it takes long to import numpy

            return around_core(successors, arrays)
        if self._kept or not is_sparse(successors, list(self.mesh.agent_node.values())):
            return forward(successors)
        return Searched(successors)

    @cached_property
    def own(self) -> Closure:
        """Without delegation, trigger and hosting steps."""
        successors = list(self.effective.successors)
        first, steps = self.mesh.first_agent, self.mesh.steps
        changed = {leaves for kind in DRIVING_KINDS for leaves, _ in steps[kind]}
        for leaves in changed:
            successors[leaves] = [after for after in successors[leaves] if after < first]
        return self._lacking(successors, changed)

    def _lacking(self, successors: Successors, changed: set[int]) -> Closure:
        """The closure of a graph that lacks some of the steps that leave these nodes."""
        arrays = self.mesh.arrays
        if arrays is None:
            return part(self.effective, successors)
        from meshmodel.analysis.around import around_core

        return around_core(successors, arrays.other(successors, changed), (arrays, self.effective))

    def _forward(self, kinds: Iterable[StepKind]) -> Closure:
        successors = self.mesh.successors(kinds)
        return Searched(successors) if isinstance(self.effective, Searched) else forward(successors)

    @cached_property
    def direct(self) -> Closure:
        """Hold, grant and implies steps only."""
        return self._forward(DIRECT_KINDS)

    @cached_property
    def held(self) -> Closure:
        """Hold and exchange steps only: the credentials over which an intent can speak."""
        return self._forward(HELD_KINDS)

    @cached_property
    def guarding(self) -> Guarding:
        """Unchecked reach from any start."""
        guards = self.candidates.guards
        if guards:
            successors = unguarded(self.effective.successors, self.candidates)
            baseline = self._lacking(successors, {leaves for leaves, _ in guards})
        else:
            baseline = self.effective
        return Guarding(self.mesh, self.candidates, baseline)

    @cached_property
    def closing(self) -> Closing:
        """What checkpoints on boundaries close."""
        return Closing(self.mesh, self.candidates)

    def with_open(self, steps: Iterable[Pair]) -> Closure:
        """What is reached with all candidates in force but for those on some guarded steps."""
        successors = list(self.guarding.baseline.successors)
        for leaves, enters in steps:
            successors[leaves] = [*successors[leaves], enters]
        if self.effective.keeps:
            return forward(successors)
        return self._lacking(successors, {leaves for leaves, _ in self.candidates.guards})

    @cached_property
    def alone(self) -> dict[str, Unchecked]:
        """The unchecked reach of every active agent, alone as the start: itself may be left out."""
        nodes = self.mesh.agent_node
        if isinstance(self.effective, Searched):
            return _Asked(self._alone)
        return {agent: self.guarding.alone(nodes[agent]) for agent in self.names()}

    def _alone(self, agent: str) -> Unchecked:
        self._forget()
        self._asked += 1
        return self.guarding.alone(self.mesh.agent_node[agent])

    @cached_property
    def _holds(self) -> dict[int, set[int]]:
        found: dict[int, set[int]] = {}
        for agent, credential in self.mesh.steps["hold"]:
            found.setdefault(agent, set()).add(credential)
        return found

    def holds(self, node: int) -> set[int]:
        """The credentials to which an agent has a hold step."""
        return self._holds.get(node, set())

    def names(self) -> Iterable[str]:
        """The ids of its agents, those that are active."""
        return self.mesh.agent_node

    def intents(self) -> Iterable[Intent]:
        """The intents of its agents."""
        return self.snapshot.intent.values()

    @cached_property
    def apart(self) -> dict[str, int]:
        """By agents that intents speak of the sources that these name: what follows there is told apart."""
        found: dict[str, int] = {}
        for intent in self.intents():
            sources, _ = intent_sources(self.mesh, self.snapshot, intent)
            found[intent.agent] = found.get(intent.agent, 0) | sources
        return found

    def sources_of(self, node: int) -> int:
        """The systems an agent can read or is triggered by, by the bits of their read accesses."""
        return self.effective.row(node) & self.mesh.read | self.mesh.triggered_by.get(node, 0)

    @cached_property
    def travellers(self) -> tuple[Traveller, ...]:
        """The agents that have crossings, by id."""
        known: dict[str, Traveller] | None = self.__dict__.get("traveller_of")
        if known is not None:
            # So it is after an edit, and hardly anybody asks for all of them then.
            return tuple(known.values())
        agents, nodes = self.snapshot.agent, self.mesh.agent_node
        some = [agent for each in self.names() if not (agent := agents[each]).is_person]
        if isinstance(self.effective, Searched):
            return tuple(self.traveller(each, nodes[each.id]) for each in some)
        situation, zones, apart = self._situation, self.mesh.zone_mask, self.apart
        columns: dict[str, list[Any]] = {
            "id": [each.id for each in some],
            "node": [nodes[each.id] for each in some],
            "home": [each.home for each in some],
            "home_mask": [0 if each.home is None else zones.get(each.home, 0) for each in some],
            "situation": [
                situation(nodes[each.id], each.home is not None, apart.get(each.id, 0)) for each in some
            ],
        }
        return tuple(several_of(Traveller, len(some), columns))

    @cached_property
    def traveller_of(self) -> dict[str, Traveller]:
        """The same by id: only to be read."""
        return {each.id: each for each in self.travellers}

    @cached_property
    def own_carriers(self) -> list[int]:
        """For each component of ``own`` but those of agents the travellers that come there as themselves:
        the number of a bit is the place of one among all.
        """
        return self.own.columns(self.holders)

    @cached_property
    def holders(self) -> dict[int, int]:
        """The travellers that hold each credential which any of them holds, by the same numbers."""
        marks = {each.node: 1 << place for place, each in enumerate(self.travellers)}
        found: dict[int, int] = {}
        for agent, credential in self.mesh.steps["hold"]:
            if agent in marks:
                known = found.get(credential)
                found[credential] = marks[agent] if known is None else known | marks[agent]
        return found

    def traveller(self, agent: Agent, node: int) -> Traveller:
        """What is known of one active agent that is no person."""
        home, apart = agent.home, self.apart.get(agent.id, 0)
        mask = self.mesh.zone_mask.get(home, 0) if home is not None else 0
        if isinstance(self.effective, Searched):
            find = partial(self._passing, node, home is not None, apart)
            return _Late(agent.id, node, home, mask, find)
        situation = self._situation(node, home is not None, apart)
        return Traveller(agent.id, node, home, mask, situation)

    def _forget(self) -> None:
        """Keep no more than some of what was asked."""
        if self._asked >= _PASSING:
            self._asked = 0
            # Together, since situations are told apart by what the others hold.
            for name in ("_situations", "_onward", "_grouping"):
                self.__dict__.pop(name, None)
            self.guarding.forget()

    def _passing(self, node: int, home: bool, apart: int) -> Situation:
        """The situation of an agent, kept no longer than it is needed."""
        self._forget()
        self._asked += 1
        return self._situation(node, home, apart)

    def _situation(self, node: int, home: bool, apart: int | None) -> Situation:
        """What an agent has in common with all others that reach the same.

        Args:
            node: the agent.
            home: whether it has a home.
            apart: sources that are told apart, ``None``: all.
        """
        row = self._onward.of(node)
        alone = self.guarding.alone(node)
        triggers = self.mesh.triggered_by.get(node, 0)
        key = id(row), id(alone), triggers and without(triggers, row), home, apart
        known = self._situations.get(key)
        if known is None:
            mesh = self.mesh
            readable = row & mesh.read
            sources = readable | triggers
            found = self._grouping.groups(home, sources, readable, alone, apart)
            steered = bool(sources & mesh.untrusted)
            groups = *found.groups, *found.rest
            known = Situation(
                sources, row & mesh.access, steered, groups, found.rest, found.common, found.lacking
            )
            self._situations[key] = known
        return known

    @cached_property
    def _onward(self) -> Onward:
        return Onward(self.effective)

    @cached_property
    def _grouping(self) -> Grouping:
        everyone = () if isinstance(self.effective, Searched) else self.alone.values()
        onward = self.guarding.onward
        known = self.foretold
        return Grouping(self.guarding, Following(onward) if known is None else known.now(onward), everyone)

    @property
    def following(self) -> Following | None:
        """What follows on the sources of agents, as far as it was asked for."""
        grouping: Grouping | None = self.__dict__.get("_grouping")
        return None if grouping is None else grouping.following

    @cached_property
    def _situations(self) -> dict[tuple[int, int, int, bool, int | None], Situation]:
        return {}

    def exact(self, traveller: Traveller) -> tuple[Group, ...]:
        """The groups of an agent with whole rows, as single crossings need them."""
        # Asked for once: where it is not kept it may be shared at one time and not at another.
        situation = traveller.situation
        if not situation.shared:
            return situation.groups
        return self._situation(traveller.node, traveller.home is not None, None).groups
