"""Uncontrolled crossings by severity (section 6), counted and never listed.

A crossing has the highest severity of its doors, and of a door only one thing matters beside the two
systems: whether its credential was picked up on the way. So for every access it is worked out, for all
agents at once, who picked up a credential for it; the rest is counting pairs of sources and accesses.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import cached_property
from operator import itemgetter

from meshmodel.analysis.closure import union
from meshmodel.analysis.crossings import Approval, Counts
from meshmodel.analysis.engine import Group, Situation
from meshmodel.analysis.products import taken_off
from meshmodel.analysis.spreads import Opening, Spread, Start
from meshmodel.analysis.steps import ADMIN, Pair, bits
from meshmodel.model.vocabulary import Severity

MANY = 20_000
"""So many pairs of a start and an access are looked at one by one, more by arrays of numbers,"""
SHARE = 16
"""if they are no less than one in so many of all pairs that there could be."""
_FEW = 32
"""So many nodes are taken off one by one."""
_NOBODY = 0, 0


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
        self._situations: dict[Situation, list[int]] = {}
        at_home: dict[str, int] = {}
        for number, each in enumerate(self._travellers):
            if each.situation.groups:
                self._situations.setdefault(each.situation, []).append(number)
            if each.home is not None:
                at_home[each.home] = at_home.get(each.home, 0) | 1 << number
        self._spread = Spread(counts, at_home)
        self._guards = self._engine.candidates.guards
        self._begin()
        self._prepare_doors()

    def counted(self) -> dict[Severity, int]:
        """The number of uncontrolled crossings by severity, of all four."""
        if self._is_much():
            self._add_in_bulk()
        else:
            for access in self._doors:
                self._add(access)
        for start, row in self._rest:
            self._add_rest(start, row)
        if self._counts.approvals:
            for number, traveller in enumerate(self._travellers):
                for approval in self._counts.approvals.get(traveller.id, ()):
                    self._excuse(1 << number, traveller.situation, approval)
        return self._spread.by_severity()

    def _is_much(self) -> bool:
        """Whether many accesses are open for many starts."""
        left = max(MANY, len(self._starts) * len(self._doors) // SHARE)
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
        shared: dict[tuple[tuple[Group, ...], bool], int] = {}
        seeds: dict[tuple[int, ...], int] = {}
        dropping: dict[int, int] = {}
        for situation, numbers in self._situations.items():
            agents, steered, rest = union(numbers), situation.steered, situation.rest
            if rest:
                shared[rest, steered] = shared.get((rest, steered), 0) | agents
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
        with_rest: dict[tuple[Group, bool], int] = {}
        for (rest, steered), agents in shared.items():
            for group in rest:
                with_rest[group, steered] = with_rest.get((group, steered), 0) | agents
        self._rest = [
            (Start(group.sources, False, steered, group.unchecked.dropped, agents), group.unchecked.row)
            for (group, steered), agents in with_rest.items()
        ]
        for dropped, marks in dropping.items():
            for number in bits(dropped):
                self._dropping[number] = self._dropping.get(number, 0) | marks
        beginning: dict[int, int] = {}
        for part, marks in seeds.items():
            for node in part:
                beginning[node] = beginning.get(node, 0) | marks
        baseline = self._engine.guarding.baseline
        self._carried, self._carried_at = baseline.columns(beginning), baseline.component
        self._own, self._own_at = self._engine.own_carriers, self._engine.own.component

    def _prepare_doors(self) -> None:
        """The grant steps that are a door to each access, and who holds each credential."""
        steps = self._mesh.steps["grant"]
        # Most accesses have one door.
        last = {step[1]: step for step in steps}
        doors = {access: [step] for access, step in last.items()}
        if len(doors) < len(steps):
            for step in steps:
                if last[step[1]] is not step:
                    doors[step[1]].append(step)
        for admin in [access for access in doors if access % 5 == ADMIN]:
            for access in range(admin - ADMIN, admin):
                doors[access] = [*doors.get(access, ()), *doors[admin]]
        self._doors = doors
        place = {each.node: number for number, each in enumerate(self._travellers)}
        self._holders = [
            (credential, place[agent]) for agent, credential in self._mesh.steps["hold"] if agent in place
        ]
        held: defaultdict[int, list[int]] = defaultdict(list)
        for credential, agent in self._holders:
            held[credential].append(agent)
        self._held = {credential: union(agents) for credential, agents in held.items()}
        self._prepare_picking()
        self._open: dict[int, int] = {}
        self._agents: dict[int, int] = {}

    def _prepare_picking(self) -> None:
        """For each credential the agents that reach it as themselves, and those of them that hold it, as far
        as it matters: who picks it up. Most credentials are reached by the same agents, others by few.
        """
        credentials = {credential for credential, _ in self._mesh.steps["grant"]}
        places = dict(zip(credentials, map(self._own_at.__getitem__, credentials), strict=True))
        most, _ = max(Counter(places.values()).items(), key=itemgetter(1), default=(0, 0))
        most_reach, half = self._own[most] if self._own else 0, len(self._travellers) // 2
        self._reaching: dict[int, tuple[int, int]] = {}
        for credential, place in places.items():
            reaching, held = self._own[place], self._held.get(credential, 0)
            if place != most:
                if not (reaching ^ most_reach) & ~held:
                    reaching = most_reach
                elif reaching.bit_count() <= half:
                    reaching &= ~held
                held &= reaching
            self._reaching[credential] = reaching, held

    @cached_property
    def _opened(self) -> dict[int, list[Pair]]:
        """The grant steps that are a door for each credential."""
        opened: defaultdict[int, list[Pair]] = defaultdict(list)
        for step in self._mesh.steps["grant"]:
            opened[step[0]].append(step)
        return opened

    def _unguarded(self, step: Pair) -> int:
        """The starts for which nobody is asked at a step."""
        guarding = self._guards.get(step, 0)
        known = self._open.get(guarding)
        if known is None:
            known = -1
            for number in bits(guarding):
                known &= self._dropping.get(number, 0)
            self._open[guarding] = known
        return known

    def _picking(self, credential: int) -> int:
        """The agents that pick a credential up: that reach it as themselves, and do not hold it."""
        reaching, held = self._reaching[credential]
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
            reaching, holding = self._reaching[credential]
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

    def _add_in_bulk(self) -> None:
        """Count the crossings to all accesses from all starts together."""
        from meshmodel.analysis.bulk import Bulk
        from meshmodel.analysis.cells import Cells

        homes = [each.home for each in self._travellers]
        cells = Cells(self._spread, homes)
        pairs: dict[int, int] = {}
        alike: dict[tuple[int, int], int] = {}
        for credential, (reaching, _) in self._reaching.items():
            place = self._carried_at[credential], id(reaching)
            pair = alike.get(place)
            if pair is None:
                starts = self._carried[place[0]]
                pair = alike[place] = cells.pair(starts, reaching) if starts else -1
            pairs[credential] = pair
        holders = [each for each in self._holders if self._reaching.get(each[0], _NOBODY)[1] >> each[1] & 1]
        guarded = {access for _, enters in self._guards for access in _entered(enters)}
        single, several = [], []
        for access, doors in self._doors.items():
            if len(doors) > 1 or access in guarded:
                several.append(access)
            elif pairs[doors[0][0]] >= 0:
                single.append((access, doors[0][0]))
        cells.add_single(single, pairs, holders)
        for access in several:
            doors = self._doors[access]
            pair = pairs[doors[0][0]]
            if access in guarded or any(pairs[step[0]] != pair for step in doors):
                for starts, reaching, held in self._openings(access):
                    cells.add(access, cells.pair(starts, reaching), held)
            elif pair >= 0:
                # Most credentials are carried by the same starts, and reached by the same agents.
                held = -1
                for step in doors:
                    held = held and held & self._reaching[step[0]][1]
                cells.add(access, pair, held)
        numbers = [(self._numbers[each], agents) for each, agents in self._situations.items()]
        Bulk(cells, self._spread, self._starts, numbers, homes).count()

    def _add(self, access: int) -> None:
        """Count the crossings to an access, from one start after the other."""
        for starts, reaching, held in self._openings(access):
            for number in bits(starts):
                start = self._starts[number]
                self._spread.add(start, access, start.agents, reaching & ~held & start.agents)

    def _add_rest(self, start: Start, row: int) -> None:
        """Count what is open after sources beside that which is open before them."""
        picked: dict[int, int] = {}
        nodes = taken_off(row, _FEW) or tuple(bits(row))
        for credential in nodes:
            if credential not in self._opened:
                continue
            picking = self._picking(credential) & start.agents
            for step in self._opened[credential]:
                if not self._guards.get(step, 0) & ~start.dropped:
                    for access in _entered(step[1]):
                        picked[access] = picked.get(access, 0) | picking
        for access in nodes:
            if access < self._mesh.first_credential:
                self._spread.add(start, access, start.agents, picked.pop(access, 0))
        for access, picking in picked.items():
            # A door to what was open before: it matters to those that picked none up.
            more = picking and picking & ~self._picked_before(access)
            if more:
                self._spread.add(start, access, 0, more)

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
