"""What is known of the agents after an edit: of those that it concerns anew, of the others as before."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import replace
from itertools import repeat
from operator import attrgetter

from meshmodel.analysis.closure import union
from meshmodel.analysis.engine import Traveller
from meshmodel.analysis.results import several_of
from meshmodel.analysis.situations import Situation
from meshmodel.analysis.steps import WRITE, bits, without
from meshmodel.analysis.unchecked import Unchecked
from meshmodel.analysis.updating.changes import Changes
from meshmodel.analysis.updating.concerned import Kept, gone_nodes
from meshmodel.analysis.updating.deciding import Decided, Deciding
from meshmodel.analysis.updating.less import Gone, Less
from meshmodel.analysis.updating.meshes import Edited
from meshmodel.model.records import Agent

_Key = tuple[Situation, str | None]
"""What agents are alike in: their situation and their home."""
_Alike = dict[tuple[Situation, Situation, str | None], list[str]]


class Setting:
    """Sets what is known of the agents.

    Attributes:
        alike: the agents that are concerned and had crossings before and have after, at home where they were.
    """

    def __init__(
        self,
        kept: Kept,
        after: Kept,
        changes: Changes,
        edit: Edited,
        missed: Gone | None,
        decided: Decided | None,
    ) -> None:
        """Find out who may just miss something.

        Args:
            kept: the reading before the edit.
            after: that after it, whose agents are set.
            changes: what was edited.
            edit: what that did to the graph.
            missed: what most agents reach no more, if that is known.
            decided: the checkpoint that was placed or taken away, if nothing else was done.
        """
        self.alike: _Alike = {}
        self._before, self._after = kept.engine, after.engine
        self._gone = union(list(gone_nodes(kept, edit)))
        self._anew = _Anew(after)
        less = None if missed is None else Less(missed, kept, after)
        left = less if decided is None else Deciding(decided, less, kept, after)
        effective = 0 if missed is None else missed.effective
        self._missing = None if left is None else _Missing(left, effective, kept, after, changes, edit)

    def put(self, agents: AbstractSet[str], shifted: AbstractSet[str]) -> frozenset[str]:
        """Set all; those that just miss what most do.

        Args:
            agents: the agents that are concerned.
            shifted: those, and others that miss nothing but what is gone.
        """
        before, made = self._before, self._after
        records, nodes = made.snapshot.agent, made.mesh.agent_node
        alone, travellers = before.alone, before.traveller_of
        if shifted:
            alone, travellers = alone.copy(), travellers.copy()
        here = shifted & nodes.keys()
        for each in shifted - here:
            alone.pop(each, None)
            travellers.pop(each, None)
        self._lose_gone(alone, here - agents)
        here &= agents
        less: frozenset[str] = frozenset()
        if self._missing is not None:
            less = self._missing.put(here, alone, travellers, self.alike)
        is_new = False
        anew = here - less
        for each in anew:
            alone[each], traveller = self._anew.of(records[each], nodes[each])
            if traveller is None:
                travellers.pop(each, None)
            else:
                is_new = is_new or each not in travellers
                travellers[each] = traveller
        if is_new:
            travellers = dict(sorted(travellers.items()))
        made.__dict__.update(alone=alone, traveller_of=travellers)
        self._put_together(anew & travellers.keys() & before.traveller_of.keys())
        return less

    def _lose_gone(self, alone: dict[str, Unchecked], agents: Iterable[str]) -> None:
        """Take what is gone off what agents reach that miss nothing else."""
        known_less: dict[int, Unchecked] = {}
        for each in agents:
            if (known := alone.get(each)) is not None:
                if id(known) not in known_less:
                    known_less[id(known)] = replace(known, row=without(known.row, self._gone))
                alone[each] = known_less[id(known)]

    def _put_together(self, agents: Iterable[str]) -> None:
        """Note who of those that are set anew was alike and still is."""
        before, after = self._before.traveller_of, self._after.traveller_of
        here = [each for each in agents if before[each].home == after[each].home]
        situations = map(_SITUATION, map(before.__getitem__, here))
        now = list(map(after.__getitem__, here))
        keys = zip(situations, map(_SITUATION, now), map(_HOME, now), strict=True)
        for key, each in zip(keys, here, strict=True):
            self.alike.setdefault(key, []).append(each)


_ENOUGH = 20
"""Where it cannot be told what is left to so many that are not alike, and to no other, it is not tried."""
_ID, _NODE, _HOME, _SITUATION = map(attrgetter, ("id", "node", "home", "situation"))
_KEY: Callable[[Traveller], _Key] = attrgetter("situation", "home")


class _Missing:
    """What agents reach that just miss what most do."""

    def __init__(
        self, left: Less | Deciding, gone: int, kept: Kept, after: Kept, changes: Changes, edit: Edited
    ) -> None:
        """Arguments: tells what is left to agents, what most of them reach no more, and all as above."""
        mesh = after.engine.mesh
        self._alone, self._travellers = kept.engine.alone, kept.engine.traveller_of
        self._zones, self._triggers = mesh.zone_mask, mesh.triggered_by
        self._less = left
        # What agents are themselves, or what steers or excuses them, may be something else.
        self._others = {str(key) for key, _, _ in changes.of("agent")}
        self._others |= {str(key[0]) for key, _, _ in changes.of("intent")}
        if edit.remade:
            # Which of their sources intents name may depend on the zones of systems.
            self._others |= {each.agent for each in changes.after.intent.values()}
        first, effective = mesh.first_agent, after.effective
        nodes = {enters for _, enters in edit.come}
        nodes.update(left.others)
        # What triggers an agent is a source of it though nobody reads that any more.
        self._reads = gone & mesh.read
        steered = {enters for read in bits(self._reads) for enters in effective.successors[read + WRITE]}
        for leaves, enters in edit.gone:
            if enters >= first and leaves < mesh.first_credential and leaves % 5 == WRITE:
                # Where it does that no more the agent may read it still.
                (steered if self._reads >> leaves - WRITE & 1 else nodes).add(enters)
        self._others |= {mesh.agents[node - first] for node in nodes if node >= first}
        self._steered = {mesh.agents[node - first] for node in steered if node >= first}

    def put(
        self,
        agents: AbstractSet[str],
        alone: dict[str, Unchecked],
        travellers: dict[str, Traveller],
        alike: _Alike,
    ) -> frozenset[str]:
        """Set what is left to agents, if that can be told; those of which it can.

        Args:
            agents: some that there are.
            alone: what each reaches unchecked, alone as the start.
            travellers: those of them that have crossings.
            alike: these by their situations before and after.
        """
        some = agents - self._others
        failed = 0
        done: list[str] = []
        known: list[Traveller] = []
        masks: list[int] = []
        situations: list[Situation] = []
        for (was, home), several, staying in self._together(some):
            ids = list(map(_ID, several))
            # Who is in one situation reaches the same alone.
            start = self._alone[ids[0]]
            left = self._less.unchecked(start)
            now = None if left is None else self._less.situation(was, start, staying)
            if left is None or now is None:
                failed += 1
                if failed == _ENOUGH and not done:
                    break  # of the others it can hardly be told: they are looked at anew as well
                continue
            done += ids
            known += several
            alone.update(zip(ids, repeat(left)))
            masks += repeat(0 if home is None else self._zones.get(home, 0), len(ids))
            situations += repeat(now, len(ids))
            alike.setdefault((was, now, home), []).extend(ids)
        columns: dict[str, Iterable[object]] = {
            "id": done,
            "node": map(_NODE, known),
            "home": map(_HOME, known),
            "home_mask": masks,
            "situation": situations,
        }
        travellers.update(zip(done, several_of(Traveller, len(done), columns), strict=True))
        # Only to save time, about a tenth where most agents are persons: they could be looked at anew.
        for person in some - self._travellers.keys():
            left = self._less.unchecked(self._alone[person])
            if left is not None:
                alone[person] = left
                done.append(person)
        return frozenset(done)

    def _together(self, agents: AbstractSet[str]) -> Iterator[tuple[_Key, list[Traveller], int]]:
        """Agents that have crossings by their situation and home, and the sources that stay though they are
        not read any more.
        """
        steered = agents & self._steered
        some = list(filter(None, map(self._travellers.get, agents - steered)))
        alike = defaultdict[_Key, list[Traveller]](list)
        for key, each in zip(map(_KEY, some), some, strict=True):
            alike[key].append(each)
        for key, several in alike.items():
            yield key, several, 0
        for each in filter(None, map(self._travellers.get, steered)):
            yield _KEY(each), [each], self._triggers.get(each.node, 0) & self._reads


class _Anew:
    """What agents reach, once for those that are together in one component."""

    def __init__(self, kept: Kept) -> None:
        self._engine = kept.engine
        self._effective, self._baseline = kept.effective, kept.baseline
        self._alone: dict[int, Unchecked] = {}
        self._situations: dict[tuple[int, int, int, bool, int], Situation] = {}

    def of(self, agent: Agent, node: int) -> tuple[Unchecked, Traveller | None]:
        """What an agent reaches unchecked, alone as the start, and what is known of it if it is no person."""
        engine, effective = self._engine, self._effective
        one, other = effective.component[node], self._baseline.component[node]
        alone = self._alone.get(other)
        if alone is None:
            alone = self._alone[other] = engine.guarding.alone(node)
        if agent.is_person:
            return alone, None
        mesh, home = engine.mesh, agent.home
        triggers = mesh.triggered_by.get(node, 0)
        if triggers:
            triggers = without(triggers, effective.row_of(one))
        key = one, other, triggers, home is None, engine.apart.get(agent.id, 0)
        known = self._situations.get(key)
        if known is None:
            made = engine.traveller(agent, node)
            self._situations[key] = made.situation
            return alone, made
        mask = 0 if home is None else mesh.zone_mask.get(home, 0)
        return alone, Traveller(agent.id, node, home, mask, known)
