"""Section 6, the plan: what is needed, by which routes, the measures, their price, and the cheapest set.

Measures are ``("ask", step, from, to)``, ``("drop", relation, from, to, action)``, where a pass is
``("drop", "pass", "agent>agent", credential, None)`` and an entry of an ``only`` is ``("drop", "only",
"agent>agent", "system:action", None)``, and ``("limit", from, to)``. That measures only shrink what is open,
as the page says, is all that the search assumes; ``test_plan`` tries every set too.
"""

from collections import Counter
from dataclasses import replace
from functools import cached_property
from itertools import combinations
from typing import NamedTuple

from meshmodel.edits.edit import Edit, Remove, apply_edit
from tests.reference.crossings import WORDS
from tests.reference.mesh import ACTIONS, OWN_STEPS, all_five, bare, closure, covered, ordered
from tests.reference.minimum_fix import ORDER, candidates, interrupted, is_closed, is_still_bad
from tests.reference.reading import Reading
from tests.reference.rules import Rules
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
CLOSED = (0, 0, 0, 0)
STEPS = (*ORDER, "implies")
MEASURES = ("ask", "drop", "limit")
DROPPED = ("custody", "hold", "pass", "exchange", "only", "grant")
SEVERITIES = ("critical", "high", "medium", "low")


class Route(NamedTuple):
    """Whose it is, the access, and the steps to it."""

    agent: str
    access: tuple
    steps: tuple


class Plan(NamedTuple):
    """Decisions a day, asks, last grants, drops and limits; what decides among equals; the measures."""

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
        self._routes, self._meshes, self._judged, self._prices = {}, {}, {}, {}

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
        """What the intent covers, wherever it comes from, as far as the agent comes there."""
        reached = closure(self.steps_for(agent), {("agent", agent)})
        return {("access", *each) for each in covered(intent)} & reached

    def needed_by_itself(self, agent):
        """Without any intent: what it reaches by own steps."""
        steps = [step for step in self.steps_for(agent) if step.kind in OWN_STEPS]
        return {node for node in closure(steps, {("agent", agent)}) if node[0] == "access"}

    @cached_property
    def needs(self):
        """The needed accesses with agent and intent: a group each intent, or without any each access."""
        found = []
        for agent in sorted(self.mesh.agents):
            intents = self.intents_of(agent)
            found += [(agent, self.needed_by(agent, each), each) for each in intents]
            if not intents:
                found += [(agent, {access}, None) for access in sorted(self.needed_by_itself(agent))]
        return found

    def needed(self):
        """As in the answer: by agent and system."""
        found = {}
        for agent, accesses, _ in self.needs:
            for _, system, x in accesses:
                found.setdefault((agent, system), set()).add(x)
        return [{"agent": a, "system": s, "actions": list(ordered(x))} for (a, s), x in sorted(found.items())]

    # Routes

    def route(self, agent, access, means=None):
        """The shortest path by the first of three sets of steps that lead there; ties step by step.

        ``means`` are the steps by which it must be, where something is read to be heard or copied.
        """
        key = agent, access, means is None
        if key not in self._routes:
            everything = [step for step in self.steps_for(agent) if means is None or step in means]
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
                    means = self.mesh.tools if step.enters[0] == "agent" else self.mesh.at_hand
                    waiting.append(self.route(hearer, ("access", system, "read"), means))
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
            here = step.leaves[0] != "session" or (d.from_, d.to) == step.leaves[1:3]
            if d.to == b and d.from_ in self.mesh.agents and c in (d.passes or ()) and here:
                yield "drop", "pass", f"{d.from_}>{d.to}", c, None

    @staticmethod
    def _actions_used(step, after):
        """Of an admin grant what is needed of it; where that is admin itself, every drop takes it away."""
        if step.action != "admin":
            return [step.action]
        if after is not None and after.kind == "implies" and session_at(step.leaves) is None:
            return [after.enters[2]]
        return ACTIONS

    @cached_property
    def approving(self):
        """The drops of what an intent may be approved by."""
        found = set()
        for (agent, _), intent in self.s.intent.items():
            if agent in self.mesh.agents:
                found |= set(self._approving(agent, covered(intent)))
        return found

    def _approving(self, agent, accesses):
        wanted = {
            g.credential
            for g in self.s.grant.values()
            if g.credential in self.mesh.creds and accesses & {(g.system, x) for x in all_five(g.actions)}
        }
        exchanges = [
            s for s in self.mesh.steps_but_hearing if s.kind == "exchange" and not session_at(s.leaves)
        ]
        for _ in exchanges:
            wanted |= {bare(step.leaves)[1] for step in exchanges if step.key[1] in wanted}
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

    def _asks(self):
        for kind, *ends in candidates(self.reading):
            if kind == "hearing" or (kind == "custody" and self.mesh.is_left_lying(*ends)):
                continue
            if kind == "hold" and self.s.credential[ends[1]].kind in HELD_AT_HAND:
                continue
            yield "ask", kind, *ends

    def _drops(self):
        yield from (each for each in self._droppable() if each not in self.used | self.approving)

    def _droppable(self):
        s = self.s
        yield from (("drop", "hold", a, c, None) for a, c in s.hold)
        for d in s.delegation.values():
            yield from (("drop", "pass", f"{d.from_}>{d.to}", c, None) for c in d.passes or ())
            yield from (("drop", "only", f"{d.from_}>{d.to}", each, None) for each in self._entries(d))
        yield from (("drop", "exchange", a, b, None) for a, b in s.exchange)
        for key, custody in s.custody.items():
            if self.mesh.is_left_lying(*key) and "issue" not in (custody.by or ()):
                yield "drop", "custody", *key, None
        for key, grant in s.grant.items():
            yield from (("drop", "grant", *key, x) for x in all_five(grant.actions))

    def _entries(self, d):
        """Those of an ``only`` that counts that may go; of all of them the last stays."""
        if not self.mesh.only_counts(d):
            return []
        kept = {f"{s}:{x}" for intent in self.intents_of(d.from_) for s, x in covered(intent)}
        for step in (step for route in self.all_routes for step in route.steps):
            if (session_at(step.leaves) or ())[1:3] == (d.from_, d.to) and bare(step.enters)[0] == "access":
                _, system, x = bare(step.enters)
                kept |= {f"{system}:{x}", f"{system}:admin"}
        may_go = [each for each in d.only if each not in kept]
        return may_go if len(may_go) < len(d.only) else may_go[:-1]

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
        """The places on the routes of each of the needs."""
        return [
            {(s.kind, *s.key) for access in accesses for r in self.routes(agent, access) for s in r.steps}
            for agent, accesses, _ in self.needs
        ]

    def counted(self, place):
        """Whose needs are decided there: agent and intent, None for an access of one without intents."""
        found = [
            (agent, intent, places)
            for (agent, _, intent), places in zip(self.needs, self.passing, strict=True)
            if place in places
        ]
        return [
            (agent, intent)
            for agent, intent, places in found
            if not any(is_the_same_work(agent, intent, places, *other) for other in found)
        ]

    def started(self, measure):
        """The intents of the agent that the step starts."""
        return self.intents_of(measure[3]) if measure[1] in {"trigger", "hosting"} else []

    def price(self, measure):
        """Decisions a day; only asks have any."""
        if measure[0] != "ask":
            return 0
        if measure not in self._prices:
            passing = sum(1 if intent is None else days(intent) for _, intent in self.counted(measure[1:]))
            self._prices[measure] = max([1, passing, *(days(each) for each in self.started(measure))])
        return self._prices[measure]

    def unknown(self, chosen):
        """The intents that count for these and do not say how often a day, as agent and system."""
        asks = [each for each in chosen if each[0] == "ask"]
        intents = [i for each in asks for _, i in self.counted(each[1:]) if i is not None]
        intents += [intent for each in asks for intent in self.started(each)]
        return sorted({(i.agent, i.system) for i in intents if i.per_day is None})

    def lost(self, chosen):
        """The active credentials that lose their last grant."""
        drops = {each for each in chosen if each[:2] == ("drop", "grant")}
        left = {c for (c, _), actions in self._grants_after(drops).items() if actions}
        return {each[2] for each in drops if each[2] in self.mesh.creds - left}

    def cost(self, chosen):
        asks = sum(each[0] == "ask" for each in chosen)
        days_ = sum(self.price(each) for each in chosen)
        return days_, asks, len(self.lost(chosen)), len(chosen) - asks

    # The model with measures

    def applied(self, chosen):
        """The model after the drops and the limits of some measures."""
        tables = {name: dict(self.s.table(name)) for name in ("hold", "grant", "custody", "exchange")}
        delegations = dict(self.s.delegation)
        for measure in chosen:
            key = measure[1:] if measure[0] == "limit" else tuple(measure[2].split(">"))
            if measure[0] == "limit":
                delegations[key] = replace(delegations[key], only=self.only_of(key))
            elif measure[:2] == ("drop", "pass"):
                passes = tuple(c for c in delegations[key].passes if c != measure[3])
                delegations[key] = replace(delegations[key], passes=passes or None)
            elif measure[:2] == ("drop", "only"):
                only = tuple(each for each in delegations[key].only if each != measure[3])
                delegations[key] = replace(delegations[key], only=only)
            elif measure[0] == "drop" and measure[1] != "grant":
                del tables[measure[1]][measure[2:4]]
        left = self._grants_after(chosen)
        without_admin = {
            key for key, actions in left.items() if "admin" in set(self.s.grant[key].actions) - actions
        }
        tables["grant"] = {
            key: replace(self.s.grant[key], actions=ordered(x)) for key, x in left.items() if x
        }
        after = replace(self.s, **tables, delegation=delegations)
        return replace(after, checkpoint=dict(self._checkpoints(after, without_admin)))

    def _grants_after(self, chosen):
        """The actions of each grant; one that loses any loses admin and keeps what that implies."""
        found = {}
        for key, grant in self.s.grant.items():
            gone = {each[4] for each in chosen if each[:4] == ("drop", "grant", *key)}
            found[key] = all_five(grant.actions) - gone - {"admin"} if gone else set(grant.actions)
        return found

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
        return Rules(self._meshes[changing].s, self.view, asked, self._meshes[changing])

    # The cheapest

    def open_after(self, chosen):
        """How many stay open, critical to low: toxic flows, and crossings as severe as without measures."""
        reading, count = self.after(chosen), Counter({"critical": 0})
        count["critical"] += len(reading.toxic())
        for each in reading.candidates():
            if reading.bad_doors(*each):
                count[self._severities[each]] += 1
        return tuple(count[severity] for severity in SEVERITIES)

    @cached_property
    def _severities(self):
        crossings = self.reading.crossings_and_missing()[0]
        return {c[:4]: WORDS[c.severity] for c in crossings if c.severity is not None}

    def closes(self, chosen, left=CLOSED):
        """Whether no more stay open, of as many severities as are told: critical first, then high."""
        chosen = frozenset(chosen)
        if (chosen, left) not in self._judged:
            self._judged[chosen, left] = self._closes(chosen, left)
        return self._judged[chosen, left]

    def _closes(self, chosen, left):
        """Where nothing may stay, what was open the last time is looked at first: that is quicker."""
        if left == CLOSED:
            reading = self.after(chosen)
            for number, each in enumerate(self._open):
                if is_still_bad(reading, *each):
                    self._open.insert(0, self._open.pop(number))
                    return False
            return is_closed(reading)
        return self.open_after(chosen)[: len(left)] <= left

    @cached_property
    def _open(self):
        return list(self._severities)

    def to_hit(self, chosen, left):
        """What a largest open set around the chosen ones lacks: every set that closes has one of these."""
        for each in self.measures:
            if each not in chosen and not self.closes({*chosen, each}, left):
                chosen = {*chosen, each}
        return frozenset(self.measures) - chosen

    def best(self, left=CLOSED):
        """The plan, or the cheapest that leaves no more open, which must be possible.

        For a level ``left`` is a zero for each severity from there on.
        """
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

    # Beside the plan

    def completion(self, chosen):
        """The free measures that end findings of medium and above, as few as do."""
        done = set(chosen)
        lost = self.lost(done)
        more = [m for m in self.measures if m[0] != "ask" and m not in done and self.lost({*done, m}) == lost]
        before, found = self.grave(done), self.grave({*done, *more})
        if before <= found:
            return ()
        for each in reversed(more):
            without = [m for m in more if m != each]
            again = self.grave({*done, *without})
            if again <= found:
                more, found = without, again
        return tuple(more)

    def grave(self, chosen):
        """The findings of medium and above after some measures, as rule and subject."""
        findings = self.after(chosen).findings()
        return {key for key, severity in findings.items() if severity != "low"}

    def alternatives(self):
        """The changes, each needing somebody's word, whose plan asks less, with that plan."""
        asked = self.best().cost[0]
        plans = [(change, Plans(model, self.view).best()) for change, model in self._changed()]
        return [(change, plan) for change, plan in plans if plan.cost[0] < asked]

    def _changed(self):
        """A system typed that outsiders' words only come to; what no route passes taken away."""
        s, passed = self.s, {(step.kind, *step.key) for route in self.all_routes for step in route.steps}
        passed |= {("delegation", *each[2].split(">")) for each in self.used if each[1] == "pass"}
        for system in sorted(self.mesh.words_come_to):
            if not self.mesh.is_first_hand(system):
                typed = replace(s.system[system], typed=True)
                yield ("typed", system), replace(s, system={**s.system, system: typed})
        for table in ("delegation", "trigger"):
            for key in sorted(s.table(table)):
                if (table, *key) not in passed:
                    yield (table, *key), apply_edit(s, Edit("change", (Remove(table, key),)))


def is_the_same_work(agent, intent, places, other, others_intent, others_places):
    """Whether the other's intent for the same system comes there through a delegation to the agent."""
    if intent is None or others_intent is None or other == agent or intent.system != others_intent.system:
        return False
    return is_set_to_work(agent, others_places) and not is_set_to_work(other, places)


def is_set_to_work(agent, places):
    return any(place[0] == "delegation" and place[2] == agent for place in places)


def session_at(node):
    """The session in which the node is, or that it is; None outside of any."""
    while node[0] in {"copy", "stray"}:
        if node[0] == "copy":
            return node[2]
        node = node[1]
    return node if node[0] in {"session", "copying"} else None


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
        number = ACTIONS.index(bare(step.enters)[2])
    return STEPS.index(step.kind), step.key, number


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
