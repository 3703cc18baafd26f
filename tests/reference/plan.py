"""Section 6, the plan: what is needed, by which routes, the measures, their price, and the cheapest set.

Measures are ``("ask", step, from, to)``, ``("drop", relation, from, to, action)``, where a pass is
``("drop", "pass", "agent>agent", credential, None)``, and ``("limit", from, to)``. That measures only
shrink what is open, as the page says, is all that the search assumes; ``test_plan`` tries every set too.
"""

from collections import Counter
from dataclasses import replace
from functools import cached_property
from itertools import combinations
from typing import NamedTuple

from tests.reference.crossings import Crossings
from tests.reference.mesh import ACTIONS, OWN_STEPS, all_five, closure, ordered
from tests.reference.minimum_fix import ORDER, candidates, interrupted, is_closed, is_still_bad
from tests.reference.reading import Reading
from tests.reference.words import Words

ROUTED = {"hold", "grant", "exchange", "implies", "delegation"}
"""The steps of the first routes, beside custodies that issue."""
HELD_AT_HAND = {
    "api-key",
    "static-secret",
    "service-account-key",
    "ssh-key",
    "personal-access-token",
    "sas-token",
    "mcp-environment-secret",
}
"""The kinds of credentials that are presented with nobody to ask."""
STEPS = (*ORDER, "implies")
MEASURES = ("ask", "drop", "limit")
DROPPED = ("hold", "pass", "grant", "custody", "exchange")


class Route(NamedTuple):
    """Whose it is, the access, and the steps to it."""

    agent: str
    access: tuple
    steps: tuple


class Plan(NamedTuple):
    """Decisions a day, asks, drops and limits; what decides among equals; the measures in their order."""

    cost: tuple
    interrupted: int
    no_doors: int
    measures: tuple


class Plans:
    """What a plan may do to one model in one view, and which is the cheapest.

    ``barred`` are measures that it may not take.
    """

    def __init__(self, snapshot, view="built", barred=()):
        self.reading = Reading(snapshot, view)
        self.mesh = self.reading.mesh
        self.s, self.view, self.barred = snapshot, view, frozenset(barred)
        self._routes, self._meshes, self._judged = {}, {}, {}

    # What is needed

    def intents_of(self, agent):
        return [intent for (a, _), intent in sorted(self.s.intent.items()) if a == agent]

    def steps_for(self, agent):
        """Without theft, and without hearing from systems that are not first-hand."""
        return [
            step
            for step in self.mesh.steps
            if not self.mesh.is_theft(agent, step)
            and not (step.kind == "hearing" and not self.mesh.is_first_hand(step.key[0]))
        ]

    def needed_by(self, agent, intent):
        """What the intent covers and the systems that it names, as far as the agent comes there."""
        reached = closure(self.steps_for(agent), {("agent", agent)})
        covered = {("access", intent.system, x) for x in all_five(intent.actions)}
        named = {("access", s, "read") for s in intent.from_ or () if s != "home"}
        return (covered | named) & reached

    def needed_by_itself(self, agent):
        """Without any intent: what it reaches by own steps."""
        steps = [step for step in self.steps_for(agent) if step.kind in OWN_STEPS]
        return {node for node in closure(steps, {("agent", agent)}) if node[0] == "access"}

    @cached_property
    def needs(self):
        """The needed accesses with the agent and how often a day: a group each intent, or each access."""
        found = []
        for agent in sorted(self.mesh.agents):
            intents = self.intents_of(agent)
            found += [(agent, self.needed_by(agent, each), days(each)) for each in intents]
            if not intents:
                found += [(agent, {access}, 1) for access in sorted(self.needed_by_itself(agent))]
        return found

    def needed(self):
        """As in the answer: by agent and system."""
        found = {}
        for agent, accesses, _ in self.needs:
            for _, system, x in accesses:
                found.setdefault((agent, system), set()).add(x)
        return [{"agent": a, "system": s, "actions": list(ordered(x))} for (a, s), x in sorted(found.items())]

    # Routes

    def route(self, agent, access, *, to_hear=False):
        """The shortest path by the first of three sets of steps that lead there; ties step by step."""
        key = agent, access, to_hear
        if key not in self._routes:
            everything = self.steps_for(agent)
            if to_hear:
                everything = [step for step in everything if step.kind not in {"trigger", "hearing"}]
            first = [step for step in everything if step.kind in ROUTED or self._issues(step)]
            second = [step for step in everything if step.kind in ROUTED | {"custody"}]
            paths = (shortest(steps, ("agent", agent), access) for steps in (first, second, everything))
            self._routes[key] = Route(agent, access, next(path for path in paths if path is not None))
        return self._routes[key]

    def _issues(self, step):
        return step.kind == "custody" and self.s.custody[step.key].how == "issues"

    def routes(self, agent, access):
        """The route of a needed access, and those by which is read what is heard on it."""
        found, waiting = [], [self.route(agent, access)]
        while waiting:
            route = waiting.pop()
            if route in found:
                continue
            found.append(route)
            for step in route.steps:
                if step.kind == "hearing":
                    system, hearer = step.key
                    waiting.append(self.route(hearer, ("access", system, "read"), to_hear=True))
        return found

    @cached_property
    def all_routes(self):
        """Every route, once."""
        found = [self.routes(agent, access) for agent, accesses, _ in self.needs for access in accesses]
        return list(dict.fromkeys(route for routes in found for route in routes))

    # What a route uses

    @cached_property
    def used(self):
        """The drops that would cut a route."""
        found = set()
        for route in self.all_routes:
            for step, after in zip(route.steps, (*route.steps[1:], None), strict=True):
                found |= set(self._uses(step, after))
        return found

    def _uses(self, step, after):
        if step.kind == "hold":
            yield from self._holding(step)
        elif step.kind in {"custody", "exchange"}:
            yield "drop", step.kind, *step.key, None
        elif step.kind == "grant":
            for x in self._actions_used(step, after):
                yield "drop", "grant", *step.key, x

    def _holding(self, step):
        """The hold; without one each pass from which the step arises."""
        b, c = step.key
        if step.key in self.s.hold:
            yield "drop", "hold", b, c, None
            return
        for d in self.s.delegation.values():
            here = step.leaves[0] == "agent" or (d.from_, d.to) == step.leaves[1:3]
            if d.to == b and d.from_ in self.mesh.agents and c in (d.passes or ()) and here:
                yield "drop", "pass", f"{d.from_}>{d.to}", c, None

    @staticmethod
    def _actions_used(step, after):
        """Of an admin grant what is needed of it; where that is admin itself, every drop takes it away."""
        if step.action != "admin":
            return [step.action]
        in_session = step.leaves[0] == "copy"
        if after is not None and after.kind == "implies" and not in_session:
            return [original(after.enters)[2]]
        return ACTIONS

    @cached_property
    def approving(self):
        """The drops of what an intent may be approved by."""
        found = set()
        for (agent, system), intent in self.s.intent.items():
            if agent in self.mesh.agents:
                found |= set(self._approving(agent, system, all_five(intent.actions)))
        return found

    def _approving(self, agent, system, actions):
        wanted = {
            g.credential
            for g in self.s.grant.values()
            if g.system == system and g.credential in self.mesh.creds and all_five(g.actions) & actions
        }
        exchanges = [step for step in self.mesh.steps if step.kind == "exchange" and step.leaves[0] == "cred"]
        for _ in exchanges:
            wanted |= {step.key[0] for step in exchanges if step.key[1] in wanted}
        yield from (("drop", "exchange", *step.key, None) for step in exchanges if step.key[1] in wanted)
        who = {agent} | {
            d.to for d in self.s.delegation.values() if d.from_ == agent and not self.mesh.is_steerable(d.to)
        }
        yield from (("drop", "hold", a, c, None) for a, c in self.s.hold if a in who and c in wanted)
        for d in self.s.delegation.values():
            if d.to in who:
                for c in wanted & set(d.passes or ()):
                    yield "drop", "pass", f"{d.from_}>{d.to}", c, None

    # The measures

    @cached_property
    def measures(self):
        """All that may be taken, in their order."""
        found = {*self._asks(), *self._drops(), *self._limits()}
        return sorted(found - self.barred, key=in_order)

    def is_left_lying(self, system, credential):
        """Whether it is stored there, and the place is no secrets-manager."""
        custody = self.s.custody[system, credential]
        return custody.how == "stores" and self.s.system[system].kind != "secrets-manager"

    def _asks(self):
        for kind, *ends in candidates(self.reading):
            if kind == "hearing" or (kind == "custody" and self.is_left_lying(*ends)):
                continue
            if kind == "hold" and self.s.credential[ends[1]].kind in HELD_AT_HAND:
                continue
            yield "ask", kind, *ends

    def _drops(self):
        yield from (each for each in self._droppable() if each not in self.used | self.approving)

    def _droppable(self):
        """What makes a step; what is about retired agents and revoked credentials does nothing."""
        s, agents, creds = self.s, self.mesh.agents, self.mesh.creds
        yield from (("drop", "hold", a, c, None) for a, c in s.hold if a in agents and c in creds)
        for d in s.delegation.values():
            if d.from_ in agents and d.to in agents:
                for c in creds & set(d.passes or ()):
                    yield "drop", "pass", f"{d.from_}>{d.to}", c, None
        yield from (("drop", "exchange", a, b, None) for a, b in s.exchange if {a, b} <= creds)
        for key, custody in s.custody.items():
            if key[1] in creds and self.is_left_lying(*key) and "issue" not in (custody.by or ()):
                yield "drop", "custody", *key, None
        for key, grant in s.grant.items():
            if key[0] in creds:
                yield from (("drop", "grant", *key, x) for x in all_five(grant.actions))

    def _limits(self):
        yield from (("limit", *key) for key in self.s.delegation if self.only_of(key))

    def only_of(self, key):
        """What a limit names, as ``system:action``; empty where there is none to be had."""
        d, mesh = self.s.delegation[key], self.mesh
        if mesh.is_steerable(d.to) or mesh.is_person(d.to) or d.returns != "words" or d.only is not None:
            return ()
        through = [
            (route, number)
            for route in self.all_routes
            for number, step in enumerate(route.steps)
            if step.kind == "delegation" and step.key == key
        ]
        if not all(self._is_by_what_it_has(d, route.steps[number + 1 :]) for route, number in through):
            return ()
        return tuple(sorted({f"{route.access[1]}:{route.access[2]}" for route, _ in through}))

    def _is_by_what_it_has(self, delegation, steps):
        """Own steps that begin with what the second agent holds or is passed there."""
        held = {c for a, c in self.s.hold if a == delegation.to} | set(delegation.passes or ())
        own = all(step.kind in OWN_STEPS for step in steps)
        return own and bool(steps) and steps[0].kind == "hold" and steps[0].key[1] in held

    # The price

    @cached_property
    def passing(self):
        """How many decisions a day pass each step."""
        count = Counter()
        for agent, accesses, a_day in self.needs:
            routes = [route for access in accesses for route in self.routes(agent, access)]
            for place in {(step.kind, *step.key) for route in routes for step in route.steps}:
                count[place] += a_day
        return count

    def price(self, measure):
        """Decisions a day; only asks have any."""
        if measure[0] != "ask":
            return 0
        least = 1
        if measure[1] in {"trigger", "hosting"}:
            least = max([1, *(days(each) for each in self.intents_of(measure[3]))])
        return max(least, self.passing[measure[1:]])

    def cost(self, chosen):
        asks = sum(each[0] == "ask" for each in chosen)
        return sum(self.price(each) for each in chosen), asks, len(chosen) - asks

    # The model with measures

    def applied(self, chosen):
        """The model after the drops and the limits of some measures."""
        tables = {name: dict(self.s.table(name)) for name in ("hold", "grant", "custody", "exchange")}
        delegations = dict(self.s.delegation)
        for measure in chosen:
            if measure[0] == "limit":
                key = measure[1:]
                delegations[key] = replace(delegations[key], only=self.only_of(key))
            elif measure[0] == "drop" and measure[1] == "pass":
                key = tuple(measure[2].split(">"))
                passes = tuple(c for c in delegations[key].passes if c != measure[3])
                delegations[key] = replace(delegations[key], passes=passes or None)
            elif measure[0] == "drop" and measure[1] != "grant":
                del tables[measure[1]][measure[2:4]]
        without_admin = set()
        for key, grant in self.s.grant.items():
            gone = {each[4] for each in chosen if each[:4] == ("drop", "grant", *key)}
            if gone:
                left = ordered(all_five(grant.actions) - gone - {"admin"})
                if "admin" in grant.actions:
                    without_admin.add(key)
                tables["grant"][key] = replace(grant, actions=left)
                if not left:
                    del tables["grant"][key]
        after = replace(self.s, **tables, delegation=delegations)
        return replace(after, checkpoint=dict(self._checkpoints(after, without_admin)))

    def _checkpoints(self, after, without_admin):
        """Those on what is gone go with it; one that covered admin covers what is left of it."""
        passed = {(d.to, c) for d in after.delegation.values() for c in d.passes or ()}
        there = {"hold": {*after.hold, *passed}}
        there |= {name: after.table(name) for name in ("grant", "custody", "exchange")}
        for name, k in after.checkpoint.items():
            ends = k.from_, k.to
            if ends not in there.get(k.step, {ends}):
                continue
            covered_admin = "admin" in (k.actions or ())
            if k.step == "grant" and ends in without_admin and covered_admin:
                yield name, replace(k, actions=None)
            else:
                yield name, k

    def after(self, chosen):
        """The reading after some measures; what is theft is judged before the drops."""
        changing = frozenset(each for each in chosen if each[0] != "ask")
        if changing not in self._meshes:
            words = Words(self.applied(changing), self.mesh.held_by_steps) if changing else self.mesh
            self._meshes[changing] = words
        asked = [each[1:] for each in chosen if each[0] == "ask"]
        return Crossings(self._meshes[changing], self.view, asked)

    # The cheapest

    def closes(self, chosen, left=0):
        """Whether at most so many stay open after these."""
        chosen = frozenset(chosen)
        if (chosen, left) not in self._judged:
            enough = self.open_after(chosen) <= left if left else self._closes(self.after(chosen))
            self._judged[chosen, left] = enough
        return self._judged[chosen, left]

    def _closes(self, flows):
        """Whether nothing is open; what was open the last time is looked at first."""
        for number, each in enumerate(self._open):
            if is_still_bad(flows, *each):
                self._open.insert(0, self._open.pop(number))
                return False
        return is_closed(flows)

    @cached_property
    def _open(self):
        return [each for each in self.reading.candidates() if self.reading.bad_doors(*each)]

    def to_hit(self, chosen, left):
        """What a largest open set around the chosen ones lacks: every set that closes has one of these."""
        for each in self.measures:
            if each not in chosen and not self.closes({*chosen, each}, left):
                chosen = {*chosen, each}
        return frozenset(self.measures) - chosen

    def best(self, left=0):
        """The plan, or the cheapest that leaves at most so many open, which must be possible."""
        rows = set()
        while True:
            hitting = self._cheapest_hitting(rows)
            closing = [chosen for chosen in hitting if self.closes(chosen, left)]
            if closing:
                return min((self.judged(chosen) for chosen in closing), key=preference)
            before = len(rows)
            rows |= {self.to_hit(set(chosen), left) for chosen in hitting[:3]}
            assert frozenset() not in rows, "nothing closes it"
            assert len(rows) > before

    def _cheapest_hitting(self, rows):
        """All sets that have one of each row, and none of them costs more than another."""
        best = [None, []]
        rows = sorted(rows, key=lambda row: (len(row), sorted(row, key=in_order)))

        def take(chosen, barred):
            cost = self.cost(chosen)
            if best[0] is not None and cost > best[0]:
                return
            row = next((row for row in rows if not row & chosen), None)
            if row is None:
                best[:] = [cost, [chosen]] if best[0] != cost else [cost, [*best[1], chosen]]
                return
            for each in sorted(row - barred, key=lambda m: (self.cost({m}), in_order(m))):
                take(chosen | {each}, barred)
                barred = barred | {each}

        take(frozenset(), frozenset())
        return best[1]

    def judged(self, chosen):
        """The set with what decides among sets of one cost."""
        doors = {(d.credential, d.system) for d in self.reading.crossings_and_missing()[1]}
        asks = [each for each in chosen if each[0] == "ask"]
        no_doors = sum(each[1] != "grant" or each[2:] not in doors for each in asks)
        broken = len(interrupted(self.after(chosen), self.reading))
        return Plan(self.cost(chosen), broken, no_doors, tuple(sorted(chosen, key=in_order)))

    # The trade-off

    def open_after(self, chosen):
        """How many crossings are uncontrolled and flows toxic."""
        flows = self.after(chosen)
        return sum(bool(flows.bad_doors(*each)) for each in flows.candidates()) + len(flows.toxic())

    def trade_off(self, at_most=8):
        """The fewest open by decisions a day, ascending, each better than the one before.

        Drops and limits cost no decision and only shrink what is open: with all of them only the asks are
        tried, those that are still steps then. None where that are more than so many.
        """
        others = [each for each in self.measures if each[0] != "ask"]
        left = set(candidates(self.after(others)))
        asks = [each for each in self.measures if each[0] == "ask" and each[1:] in left]
        if len(asks) > at_most:
            return None
        points = {}
        for number in range(len(asks) + 1):
            for chosen in combinations(asks, number):
                days_ = self.cost(chosen)[0]
                still = self.open_after((*others, *chosen))
                points[days_] = min(still, points.get(days_, still))
        return falling(points)


def days(intent):
    """How often a day; unset it is computed as 1."""
    return 1 if intent.per_day is None else intent.per_day


def shortest(steps, start, end):
    """The shortest path, of several the first: step by step by kind, ids of the ends and action."""
    before = {}
    for step in steps:
        before.setdefault(step.enters, []).append(step)
    far, ring = {end: 0}, [end]
    for node in ring:
        for step in before.get(node, ()):
            if step.leaves not in far:
                far[step.leaves] = far[node] + 1
                ring.append(step.leaves)
    if start not in far:
        return None
    # Of a step that leaves a session and one that stays in it neither is the first: both are followed.
    paths = [()]
    for left in range(far[start] - 1, -1, -1):
        nodes = {path[-1].enters if path else start: path for path in paths}
        nearer = [step for step in steps if step.leaves in nodes and far.get(step.enters) == left]
        first = min(map(step_order, nearer))
        paths = [(*nodes[step.leaves], step) for step in nearer if step_order(step) == first]
    return paths[0]


def step_order(step):
    """The order of section 3, the ids of the ends, the order of actions."""
    number = 0
    if step.kind == "grant":
        number = ACTIONS.index(step.action)
    elif step.kind == "implies":
        number = ACTIONS.index(original(step.enters)[2])
    return STEPS.index(step.kind), step.key, number


def original(node):
    """Itself, or what it is a copy of."""
    return node[1] if node[0] == "copy" else node


def in_order(measure):
    """Asks before drops before limits, each in the order of section 3 and by id."""
    kind, *names = measure
    if kind == "limit":
        return MEASURES.index(kind), 0, tuple(names), 0
    order = ORDER if kind == "ask" else DROPPED
    action = names[3] if kind == "drop" else None
    number = 0 if action is None else ACTIONS.index(action)
    return MEASURES.index(kind), order.index(names[0]), tuple(names[1:3]), number


def preference(plan):
    """The cheapest; then what interrupts fewer intents, then doors, then the order."""
    return *plan[:3], tuple(in_order(each) for each in plan.measures)


def falling(points):
    """The points at which more decisions leave less open."""
    found = []
    for a_day, still in sorted(points.items()):
        if not found or still < found[-1][1]:
            found.append((a_day, still))
    return found
