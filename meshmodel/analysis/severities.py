"""Uncontrolled crossings by severity (section 6), counted and never listed.

A crossing has the highest severity of its doors, and of a door only one thing matters beside the two
systems: whether its credential was picked up on the way. So for every access it is worked out, for all
agents at once, who picked up a credential for it; the rest is counting pairs of sources and accesses.
"""

from meshmodel.analysis.crossings import Approval, Counts
from meshmodel.analysis.engine import Group, Situation
from meshmodel.analysis.spreads import Spread, Start
from meshmodel.analysis.steps import ADMIN, bits
from meshmodel.model.vocabulary import Severity

MANY = 20_000
"""So many pairs of a start and an access are looked at one by one, more by arrays of numbers."""

Opening = tuple[int, int, int]
"""For some starts, as bits, the same doors to an access are open: the starts, the agents that reach one
of their credentials as themselves, and those that picked one up.
"""


class Severities:
    """How many uncontrolled crossings there are of each severity.

    Args:
        counts: the reading.
        many: from so many pairs of a start and an access on they are counted by arrays.
    """

    def __init__(self, counts: Counts, many: int | None = None) -> None:
        self._counts = counts
        self._many = MANY if many is None else many
        self._engine = counts.engine
        self._mesh = mesh = counts.mesh
        self._travellers = [each for each in self._engine.travellers if each.groups]
        at_home: dict[str, int] = {}
        for number, each in enumerate(self._travellers):
            if each.home is not None:
                at_home[each.home] = at_home.get(each.home, 0) | 1 << number
        self._spread = Spread(counts, at_home)
        self._credentials = (1 << mesh.first_agent) - (1 << mesh.first_credential)
        self._begin()
        self._prepare_doors()

    def counted(self) -> dict[Severity, int]:
        """The number of uncontrolled crossings by severity, of all four."""
        if self._pairs > self._many:
            from meshmodel.analysis.bulk import Bulk

            homes = [each.home for each in self._travellers]
            bulk = Bulk(self._spread, self._starts, list(self._numbers.values()), homes)
            for access in self._doors:
                if self._bounded(access):
                    self._add(access)
                else:
                    for starts, reaching, picking in self._openings(access):
                        bulk.add(access, starts, reaching, reaching & ~picking)
            bulk.count()
        else:
            for access in self._doors:
                self._add(access)
        for start, row in self._rest:
            self._add_rest(start, row)
        for number, traveller in enumerate(self._travellers):
            for approval in self._counts.approvals.get(traveller.id, ()):
                self._excuse(1 << number, traveller.situation, approval)
        return self._spread.by_severity()

    def _begin(self) -> None:
        """Put the agents together that are alike, and number what they start from."""
        situations: dict[Situation, int] = {}
        for number, traveller in enumerate(self._travellers):
            situation = traveller.situation
            situations[situation] = situations.get(situation, 0) | 1 << number
        self._starts: list[Start] = []
        self._numbers: dict[Situation, range] = {}
        self._firsts = self._pairs = 0
        self._dropping: dict[int, int] = {}
        rest: dict[tuple[Group, bool], Start] = {}
        seeds: dict[int, int] = {}
        for situation, agents in situations.items():
            first, steered = situation.groups[0], situation.steered
            before = len(self._starts)
            self._firsts |= 1 << before
            for group in situation.groups:
                dropped = group.unchecked.dropped
                if situation.shared and group is not first and group.sources & first.sources:
                    known = rest.get((group, steered))
                    if known is None:
                        rest[group, steered] = Start(group.sources, False, steered, dropped, agents)
                    else:
                        known.agents |= agents
                    continue
                mark = 1 << len(self._starts)
                self._starts.append(Start(group.sources, group.home, steered, dropped, agents))
                self._pairs += (group.unchecked.row & self._mesh.access).bit_count()
                for number in bits(dropped):
                    self._dropping[number] = self._dropping.get(number, 0) | mark
                for part in group.unchecked.seeds:
                    for node in part:
                        seeds[node] = seeds.get(node, 0) | mark
            self._numbers[situation] = range(before, len(self._starts))
        self._rest = [(start, group.unchecked.row) for (group, _), start in rest.items()]
        baseline, own = self._engine.guarding.baseline, self._engine.own
        self._carried, self._carried_at = baseline.columns(seeds), baseline.component
        self._own = own.columns({each.node: 1 << n for n, each in enumerate(self._travellers)})
        self._own_at = own.component

    def _prepare_doors(self) -> None:
        """The grant steps that are a door to each access, with the checkpoints on them."""
        self._doors: dict[int, list[tuple[int, int]]] = {}
        self._opened: dict[int, list[tuple[int, int]]] = {}
        guards = self._engine.candidates.guards
        for step in self._mesh.steps["grant"]:
            credential, enters = step
            guarding = guards.get(step, 0)
            for access in range(enters - ADMIN, enters + 1) if enters % 5 == ADMIN else (enters,):
                self._doors.setdefault(access, []).append((credential, guarding))
                self._opened.setdefault(credential, []).append((access, guarding))
        self._held: dict[int, int] = {}
        place = {each.node: 1 << number for number, each in enumerate(self._travellers)}
        for agent, credential in self._mesh.steps["hold"]:
            self._held[credential] = self._held.get(credential, 0) | place.get(agent, 0)
        self._open: dict[int, int] = {}
        self._agents: dict[int, int] = {}

    def _bounded(self, access: int) -> int:
        """Whether a boundary may be closed for an access."""
        system, action = divmod(access, 5)
        return self._spread.bounded.get(self._mesh.zone_of[system], 0) >> action & 1

    def _carrying(self, credential: int, guarding: int) -> int:
        """The starts for which a door is open: they carry its credential, and nobody is asked."""
        starts = self._carried[self._carried_at[credential]]
        if not guarding:
            return starts
        known = self._open.get(guarding)
        if known is None:
            known = -1
            for number in bits(guarding):
                known &= self._dropping.get(number, 0)
            self._open[guarding] = known
        return starts & known

    def _picking(self, credential: int) -> int:
        """The agents that pick a credential up: that reach it as themselves, and do not hold it."""
        return self._own[self._own_at[credential]] & ~self._held.get(credential, 0)

    def _openings(self, access: int) -> list[Opening]:
        """The starts for which an access has open doors, by those that are open."""
        found: list[Opening] = []
        seen = 0
        for credential, guarding in self._doors[access]:
            starts = self._carrying(credential, guarding)
            if not starts:
                continue
            reaching, picking = self._own[self._own_at[credential]], self._picking(credential)
            parts = []
            for some, reached, picked in found:
                both = some & starts
                if both:
                    parts.append((both, reached | reaching, picked | picking))
                if both != some:
                    parts.append((some & ~starts, reached, picked))
            if starts & ~seen:
                parts.append((starts & ~seen, reaching, picking))
            seen |= starts
            found = parts
        return found

    def _add(self, access: int) -> None:
        """Count the crossings to an access, from one start after the other."""
        for numbers, _, picking in self._openings(access):
            for number in bits(numbers):
                start = self._starts[number]
                self._spread.add(start, access, start.agents, picking & start.agents)

    def _add_rest(self, start: Start, row: int) -> None:
        """Count what is open after sources beside that which is open before them."""
        picked: dict[int, int] = {}
        for credential in bits(row & self._credentials):
            picking = self._picking(credential) & start.agents
            for access, guarding in self._opened.get(credential, ()):
                if not guarding & ~start.dropped:
                    picked[access] = picked.get(access, 0) | picking
        for access in bits(row & self._mesh.access):
            self._spread.add(start, access, start.agents, picked.pop(access, 0))
        for access, picking in picked.items():
            # A door to what was open before: it matters to those that picked none up.
            more = picking and picking & ~self._picked_before(access)
            if more:
                self._spread.add(start, access, 0, more)

    def _picked_before(self, access: int) -> int:
        """The agents that pick up a credential for an access without reading anything first."""
        found = 0
        for numbers, _, picking in self._openings(access):
            starts = numbers & self._firsts
            known = self._agents.get(starts)
            if known is None:
                known = 0
                for number in bits(starts):
                    known |= self._starts[number].agents
                self._agents[starts] = known
            found |= picking & known
        return found

    def _excuse(self, agent: int, situation: Situation, approval: Approval) -> None:
        """Count only the doors that an intent does not excuse, where it excuses any."""
        for number in self._numbers[situation]:
            start = self._starts[number]
            sources, home = start.sources & approval.sources, start.home and approval.home
            if not sources and not home:
                continue
            some = Start(sources, home, start.steered, start.dropped, agent)
            for action in bits(approval.actions):
                access = 5 * approval.system + action
                doors = [
                    credential
                    for credential, guarding in self._doors.get(access, ())
                    if self._carrying(credential, guarding) >> number & 1
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
