"""Uncontrolled crossings by severity (section 6), counted and never listed.

A crossing has the highest severity of its doors, and of a door only one thing matters beside the two
systems: whether its credential was picked up on the way. So for every access it is worked out, for all
agents at once, who picked up a credential for it; the rest is counting pairs of sources and accesses.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from operator import itemgetter

from meshmodel.analysis.approvals import Approval
from meshmodel.analysis.closure import union
from meshmodel.analysis.crossings import Counts
from meshmodel.analysis.engine import Situation
from meshmodel.analysis.shares import Share, in_common, nodes_of, of_rests, reaching_alone
from meshmodel.analysis.spreads import Opening, Spread, Start
from meshmodel.analysis.steps import ADMIN, Pair, bits, without
from meshmodel.analysis.unchecked import Unchecked
from meshmodel.model.vocabulary import Severity

MANY = 20_000
"""So many pairs of a start and an access are looked at one by one, more by arrays of numbers,"""
SHARE = 16
"""if they are no less than one in so many of all pairs that there could be."""


class Severities:
    """How many uncontrolled crossings there are of each severity.

    Args:
        counts: the reading.
    """

    def __init__(self, counts: Counts) -> None:
        self._counts = counts
        self._engine = counts.engine
        self._mesh = counts.mesh
        self._travellers = self._engine.travellers
        # The agents that have the same starts, and those at home in each zone.
        numbers: dict[Situation, list[int]] = {}
        at_home: dict[str, int] = {}
        for number, each in enumerate(self._travellers):
            if each.situation.groups:
                numbers.setdefault(each.situation, []).append(number)
            if each.home is not None:
                at_home[each.home] = at_home.get(each.home, 0) | 1 << number
        self._situations = {each: (union(some), some) for each, some in numbers.items()}
        self._spread = Spread(counts, at_home)
        self._guards = self._engine.candidates.guards
        self._begin()
        self._prepare_picking()

    def counted(self) -> dict[Severity, int]:
        """The number of uncontrolled crossings by severity, of all four."""
        agents = {each: some for each, (some, _) in self._situations.items()}
        rests, commons = of_rests(agents), in_common(agents)
        asked = self._asked_about((*rests, *commons))
        if self._is_much():
            self._add_in_bulk(asked)
        else:
            self._doors = _doors_by(self._mesh.steps["grant"])
            for access in self._doors:
                self._add(access)
        for share in rests:
            self._add_share(share, {})
        alone = reaching_alone(agents, self._mesh.access)
        for share in commons:
            self._add_share(share, alone)
        if self._counts.approvals:
            for number, traveller in enumerate(self._travellers):
                for approval in self._counts.approvals.get(traveller.id, ()):
                    self._excuse(1 << number, traveller.situation, approval)
        return self._spread.by_severity()

    def _is_much(self) -> bool:
        """Whether many accesses are open for many starts."""
        left = max(MANY, len(self._starts) * len(self._mesh.steps["grant"]) // SHARE)
        for row in self._rows:
            left -= row.bit_count()
            if left < 0:
                return True
        return False

    def _begin(self) -> None:
        """Put the agents together that are alike, and number what they start from."""
        self._starts: list[Start] = []
        self._numbers: dict[Situation, range] = {}
        self._rows: list[int] = []
        self._firsts = 0
        self._dropping: dict[int, int] = {}
        seeds: dict[tuple[int, ...], int] = {}
        dropping: dict[int, int] = {}
        for situation, (agents, _) in self._situations.items():
            steered, rest = situation.steered, situation.rest
            before = len(self._starts)
            self._firsts |= 1 << before
            for group in situation.groups[: len(situation.groups) - len(rest)]:
                mark, dropped = 1 << len(self._starts), group.unchecked.dropped
                self._starts.append(Start(group.sources, group.home, steered, dropped, agents))
                self._rows.append(group.unchecked.row)
                dropping[dropped] = dropping.get(dropped, 0) | mark
                for part in group.unchecked.seeds:
                    seeds[part] = seeds.get(part, 0) | mark
            self._numbers[situation] = range(before, len(self._starts))
        for dropped, marks in dropping.items():
            for number in bits(dropped):
                self._dropping[number] = self._dropping.get(number, 0) | marks
        self._dropped = union(list(self._dropping))
        beginning: dict[int, int] = {}
        for part, marks in seeds.items():
            for node in part:
                beginning[node] = beginning.get(node, 0) | marks
        baseline = self._engine.guarding.baseline
        self._carried, self._carried_at = baseline.columns(beginning), baseline.component
        self._own, self._own_at = self._engine.own_carriers, self._engine.own.component

    def _prepare_picking(self) -> None:
        """Tell which credentials open anything, and where most of them are among those that agents reach as
        themselves.
        """
        self._credentials = self._granting()
        places = Counter(map(self._own_at.__getitem__, self._credentials))
        self._most, _ = max(places.items(), key=itemgetter(1), default=(0, 0))
        self._most_reach = self._own[self._most] if self._own else 0
        self._reached: dict[int, tuple[int, int]] = {}
        self._open: dict[int, int] = {}
        self._agents: dict[int, int] = {}
        self._cores: dict[int, dict[int, int]] = {}

    def _granting(self) -> list[int]:
        """The credentials with a grant."""
        if self._mesh.arrays is None:
            return list(dict.fromkeys(map(itemgetter(0), self._mesh.steps["grant"])))
        from meshmodel.analysis.pairs.columns import (
            grants_of,
            once,
        )  # only here: it takes long to import numpy

        found: list[int] = once(grants_of(self._mesh)[0]).tolist()
        return found

    def _reaching(self, credential: int) -> tuple[int, int]:
        """The agents that reach a credential as themselves, and those of them that hold it, as far as it
        matters: who picks it up. Most credentials are reached by the same agents, others by few.
        """
        known = self._reached.get(credential)
        if known is None:
            place, held = self._own_at[credential], self._engine.holders.get(credential, 0)
            reaching, most = self._own[place], self._most_reach
            if place != self._most:
                if not without(reaching ^ most, held):
                    reaching = most
                elif reaching.bit_count() <= len(self._travellers) // 2:
                    reaching = without(reaching, held)
                held &= reaching
            known = self._reached[credential] = reaching, held
        return known

    def _asked_about(self, shares: Iterable[Share]) -> set[int]:
        """The accesses of which the doors are asked for one by one."""
        first = self._mesh.first_credential
        there = {node for share in shares for node in share.nodes if node >= first}
        self._opened: dict[int, list[Pair]] = {}
        asked = {
            5 * approval.system + action
            for approvals in self._counts.approvals.values()
            for approval in approvals
            for action in bits(approval.actions)
        }
        after = self._engine.own.successors
        for credential in there:
            opened = [(credential, enters) for enters in after[credential] if enters < first]
            if opened:
                self._opened[credential] = opened
                asked.update(chain.from_iterable(_entered(enters) for _, enters in opened))
        return asked

    def _unguarded(self, step: Pair) -> int:
        """The starts for which nobody is asked at a step."""
        guarding = self._guards.get(step, 0)
        known = self._open.get(guarding)
        if known is None:
            # Most checkpoints are controlled by nobody.
            known = 0 if without(guarding, self._dropped) else -1
            for number in bits(guarding) if known else ():
                known &= self._dropping[number]
            self._open[guarding] = known
        return known

    def _picking(self, credential: int) -> int:
        """The agents that pick a credential up: that reach it as themselves, and do not hold it."""
        reaching, held = self._reaching(credential)
        return reaching & ~held

    def _openings(self, access: int) -> list[Opening]:
        """The starts for which an access has open doors, by those that are open as far as it matters."""
        found: list[Opening] = []
        seen = 0
        for step in self._doors[access]:
            credential = step[0]
            starts = self._carried[self._carried_at[credential]]
            if step in self._guards:
                starts &= self._unguarded(step)
            if not starts:
                continue
            reaching, holding = self._reaching(credential)
            more = starts & ~seen if seen else starts
            parts = []
            for some, reached, held in found:
                both = some & starts
                if both:
                    together = _either(reached, held, reaching, holding)
                    if together == (reaching, holding):
                        # Most credentials are carried by fewer starts than one of them, and reached by fewer
                        # agents.
                        more |= both
                    elif together == (reached, held):
                        both = 0
                    else:
                        parts.append((both, *together))
                if both != some:
                    parts.append((some & ~both, reached, held))
            if more:
                parts.append((more, reaching, holding))
                seen |= more
            found = parts
        return found

    def _add_in_bulk(self, asked: Iterable[int]) -> None:
        """Count the crossings to all accesses from all starts together.

        Args:
            asked: accesses of which the doors are asked for once more.
        """
        from meshmodel.analysis.bulk import Bulk
        from meshmodel.analysis.cells import Cells
        from meshmodel.analysis.doorways import Carried, Doorways

        homes = [each.home for each in self._travellers]
        cells = Cells(self._spread, homes)
        most, own_at, carried_at = self._most, self._own_at, self._carried_at
        carried = Carried(
            self._credentials,
            list(map(self._carried.__getitem__, map(carried_at.__getitem__, self._credentials))),
            [
                self._most_reach if own_at[each] == most else self._reaching(each)[0]
                for each in self._credentials
            ],
        )
        doorways = Doorways(self._mesh, [each.node for each in self._travellers])
        steps = self._mesh.steps["grant"]
        unguarded = {number: self._unguarded(steps[number]) for number in doorways.among(self._guards)}
        others = doorways.add_to(cells, carried, unguarded)
        self._doors = _doors_by(doorways.leading_to({*others, *asked}))
        for access in others:
            for starts, reaching, held in self._openings(access):
                cells.add(access, cells.pair(starts, reaching), held)
        numbers = [(self._numbers[each], some) for each, (_, some) in self._situations.items()]
        Bulk(cells, self._spread, self._starts, numbers, homes).count()

    def _add(self, access: int) -> None:
        """Count the crossings to an access, from one start after the other."""
        for starts, reaching, held in self._openings(access):
            for number in bits(starts):
                start = self._starts[number]
                self._spread.add(start, access, start.agents, reaching & ~held & start.agents)

    def _add_share(self, share: Share, alone: Mapping[int, int]) -> None:
        """Count what is open after sources beside that which is open before them.

        Args:
            share: the sources.
            alone: for each access the agents, if any, for which it is open before.
        """
        start, first = share.start, self._mesh.first_credential
        picked = self._picked_in(share.nodes, start.dropped)
        for access in share.nodes:
            if access >= first:
                continue
            picking = picked.pop(access, 0) & start.agents
            there = without(start.agents, alone.get(access, 0))
            if without(picking, there):
                picked[access] = without(picking, there)
            self._spread.add(start, access, there, picking & there)
        core = self._picked_in_core(share.core) if share.core is not None else {}
        for access, picking in picked.items():
            # A door to what was open before: it matters to those that picked none up.
            more = picking & start.agents
            more = more and more & ~(self._picked_before(access) | core.get(access, 0))
            if more:
                self._spread.add(start, access, 0, more)

    def _picked_in(self, nodes: Sequence[int], dropped: int) -> dict[int, int]:
        """For accesses the agents that pick up a credential of these nodes for which they are open.

        Args:
            nodes: the nodes.
            dropped: the candidates that the agents control.
        """
        picked: dict[int, int] = {}
        for credential in nodes:
            if credential not in self._opened:
                continue
            picking = self._picking(credential)
            for step in self._opened[credential]:
                if not self._guards.get(step, 0) & ~dropped:
                    for access in _entered(step[1]):
                        picked[access] = picked.get(access, 0) | picking
        return picked

    def _picked_in_core(self, core: Unchecked) -> dict[int, int]:
        """The same of what follows on many sources."""
        known = self._cores.get(id(core))
        if known is None:
            known = self._cores[id(core)] = self._picked_in(nodes_of(core), core.dropped)
        return known

    def _picked_before(self, access: int) -> int:
        """The agents that pick up a credential for an access without reading anything first."""
        found = 0
        for numbers, reaching, held in self._openings(access):
            starts = numbers & self._firsts
            known = self._agents.get(starts)
            if known is None:
                known = 0
                for number in bits(starts):
                    known |= self._starts[number].agents
                self._agents[starts] = known
            found |= reaching & ~held & known
        return found

    def _excuse(self, agent: int, situation: Situation, approval: Approval) -> None:
        """Count only the doors that an intent does not excuse, where it excuses any."""
        for number in self._numbers.get(situation, ()):
            start = self._starts[number]
            sources, home = start.sources & approval.sources, start.home and approval.home
            if not sources and not home:
                continue
            some = Start(sources, home, start.steered, start.dropped, agent)
            for action in bits(approval.actions):
                access = 5 * approval.system + action
                doors = [
                    step[0]
                    for step in self._doors.get(access, ())
                    if (self._carried[self._carried_at[step[0]]] & self._unguarded(step)) >> number & 1
                ]
                left = [each for each in doors if not approval.credentials >> each & 1]
                if len(left) < len(doors):
                    self._spread.add(some, access, agent, self._picked(doors) & agent, -1)
                    if left:
                        self._spread.add(some, access, agent, self._picked(left) & agent)

    def _picked(self, credentials: list[int]) -> int:
        """The agents that pick one of these credentials up."""
        found = 0
        for credential in credentials:
            found |= self._picking(credential)
        return found


def _doors_by(steps: Iterable[Pair]) -> dict[int, list[Pair]]:
    """Grant steps by the accesses to which they are doors."""
    doors: defaultdict[int, list[Pair]] = defaultdict(list)
    for step in steps:
        for access in _entered(step[1]):
            doors[access].append(step)
    return doors


def _entered(enters: int) -> Sequence[int]:
    """The accesses to which a grant step is a door."""
    return range(enters - ADMIN, enters + 1) if enters % 5 == ADMIN else (enters,)


def _either(reached: int, held: int, reaching: int, holding: int) -> tuple[int, int]:
    """The agents that reach one of two credentials, and those that hold all that they reach of them."""
    if reached is reaching:
        return reached, held & holding
    if held or holding:
        held = held & ~reaching | holding & ~reached | held & holding
    return reached | reaching, held
