"""Events of several logs laid on random models, against a reading that looks through the whole history."""

import random
from collections import defaultdict
from dataclasses import replace
from typing import NamedTuple

import pytest

from meshmodel.analysis.analysis import analyse
from meshmodel.analysis.trace_records import is_wrong
from meshmodel.analysis.used import UseCounter, UsedTally
from meshmodel.logs.several import EventTable
from meshmodel.model.events import Event
from tests.reference.mesh import ACTIONS
from tests.reference.random_models import FLAVOURS, random_model
from tests.reference.reading import Reading, word
from tests.rows import all_rows

ORDER = ["none-due", "recorded", "approved", "reused", "stale", "unrecorded", "missing"]
MODELS = [*[(seed, flavour) for flavour in FLAVOURS[:5] for seed in (1, 2)], (1, FLAVOURS[5])]
"""Eleven models."""


def done(action):
    return set(ACTIONS) if action == "admin" else {action}


class Came(NamedTuple):
    """How a credential came: the event (``None``: held, or nothing shows it), and the steps for it."""

    credential: str
    event: Event | None
    steps: list
    is_exchange: bool


class NaiveTrace:
    """Every event names an active agent of the model, or none."""

    def __init__(self, snapshot):
        self.s = snapshot
        self.naive = Reading(snapshot)
        self.entering, self.leaving = defaultdict(list), defaultdict(list)
        for step in self.naive.mesh.steps:  # in their order
            self.entering[step.enters].append(step)
            self.leaving[step.leaves].append(step)
        self.history = []
        self.times = {}
        self.used = set()

    def actor(self, event):
        """Who acted: where the event does not say, the only one who comes to the credential."""
        if event.agent is not None:
            return event.agent
        agents = [a.id for a in self.s.agent.values() if a.status == "active"]
        able = [each for each in agents if ("cred", event.credential) in self.naive.mesh.own(each)]
        return able[0] if len(able) == 1 else None

    # How a credential came

    def way(self, event, credential):
        """The steps by which an event hands a credential out, and whether that is an exchange."""
        if event.refused or event.yields not in (None, credential):
            return None
        acts = event.system is not None and event.action is not None
        forms = [
            step
            for step in self.entering["cred", credential]
            if acts
            and step.kind == "custody"
            and step.leaves[:2] == ("access", event.system)
            and step.leaves[2] in done(event.action)
        ]
        if forms:
            return forms, False
        exchange = self.s.exchange.get((event.credential, credential))
        if acts and exchange is not None and exchange.at == event.system and "issue" in done(event.action):
            forms = [s for s in self.entering["cred", credential] if s.leaves == ("cred", event.credential)]
            return forms, True
        return ([], False) if event.yields == credential else None

    def issues(self, agent, session, credential, token, until):
        """The events before one that can have handed a credential out; of an instance only its own."""
        giving = [e for e in self.history[:until] if self.way(e, credential) is not None]
        own = [e for e in giving if token is not None and e.yields_token == token]
        if own:
            return own, True
        in_session = [e for e in giving if agent and (e.agent, e.session) == (agent, session)]
        return [e for e in in_session if token is None or e.yields_token is None], False

    def came(self, agent, session, credential, token, until):
        giving, is_own = self.issues(agent, session, credential, token, until)
        stated = [e for e in giving if e.yields is not None]
        hold = self.hold(agent, credential)
        if giving and (is_own or stated or not hold):
            event = (stated or giving)[-1]
            return Came(credential, event, *self.way(event, credential))
        return Came(credential, None, hold, False)

    def chain(self, agent, session, credential, token, until):
        """How it came, how what was presented for it came, as it was then, and so on."""
        found = []
        while credential is not None and credential not in [each.credential for each in found]:
            came = self.came(agent, session, credential, token, until)
            found.append(came)
            event = came.event
            if event is None:
                inner = [x.from_ for x in sorted(self.s.exchange.values(), key=str) if x.to == credential]
                inner = [each for each in inner if self.s.exchange[each, credential].at is None]
                had = [each for each in inner if self.has(agent, session, each, until)]
                if self.hold(agent, credential) or len(had) != 1:
                    break
                credential, token = had[0], None
                continue
            agent, session, credential, token = event.agent, event.session, event.credential, event.token
            until = event.number - 1
        return found

    def has(self, agent, session, credential, until):
        return self.hold(agent, credential) or self.issues(agent, session, credential, None, until)[0]

    def credential_state(self, event):
        if event.credential is None or event.agent is None:
            return None
        run = event.agent, event.session
        giving, _ = self.issues(*run, event.credential, event.token, len(self.history))
        issued = giving[-1] if giving else None
        revoked = [e for e in self.history if e.revokes == event.credential and not e.refused]
        if revoked and (issued is None or issued.number < revoked[-1].number):
            return "revoked"
        lifetime = self.s.credential[event.credential].lifetime_seconds
        if lifetime is None or lifetime == float("inf"):
            return None
        if issued is None:
            return "unseen"
        since = self.times[event.number] - self.times[issued.number]
        return "expired" if lifetime < since < float("inf") else None

    # Whether somebody was asked

    def grant_forms(self, credential, system, action):
        return [
            step
            for step in self.leaving["cred", credential]
            if step.kind == "grant"
            and step.enters in {("access", system, action), ("access", system, "admin")}
        ]

    def guards(self, forms, counting):
        """The checkpoints of a step in whatever form; none if one form has none."""
        sets = [{k for k in counting if self.naive.covers(self.s.checkpoint[k], step)} for step in forms]
        return set().union(*sets) if sets and all(sets) else set()

    def hold(self, agent, credential):
        ends = ("agent", agent), ("cred", credential)
        forms = self.entering["cred", credential]
        return [step for step in forms if step.kind == "hold" and (step.leaves, step.enters) == ends]

    def on_the_way(self, source, chain, counting):
        found = set()
        for came in chain:
            found |= self.guards(came.steps, counting)
            event = came.event
            if event is None or event.credential is None:
                return found
            if not came.is_exchange and event.system is not None and event.action is not None:
                if event.system == source:
                    return found
                found |= self.guards(self.grant_forms(event.credential, event.system, event.action), counting)
        return found

    def sources(self, event):
        """By source the number of the last event that read it, or wrote what started the agent."""
        agent, places = event.agent, {}
        if self.s.agent[agent].home is not None:
            places[None] = 0
        for system, triggered in sorted(s.key for s in self.naive.starts_unasked if s.kind == "trigger"):
            if triggered == agent:
                places[system] = max(
                    (
                        e.number
                        for e in self.history
                        if e.system == system and e.action in ("write", "admin") and not e.refused
                    ),
                    default=0,
                )
        for e in self.read_before(event):
            places[e.system] = max(places.get(e.system, 0), e.number)
        return places

    def read_before(self, event):
        run = event.agent, event.session
        mine = [e for e in self.history if (e.agent, e.session) == run and e.system and e.action]
        return [e for e in mine if not e.refused and "read" in done(e.action)]

    def verdict(self, event):
        """The verdict with its source and the event of the decision."""
        agent, target, action = event.agent, event.system, event.action
        if event.refused or action is None:
            return ("none-due", None, None)
        if agent is None:
            return ("unknown", None, None)
        if self.s.agent[agent].kind == "person":
            return ("none-due", None, None)
        if target is None:
            return ("unknown", None, None)
        if self.is_exchange(event):
            return ("none-due", None, None)  # an exchange is no access
        worst = ("none-due", -1, None, None)
        for source, place in self.sources(event).items():
            if not self.naive.is_crossing(agent, source, target, action):
                continue
            _, counting = self.naive.unchecked(self.naive.start_of(agent, source))
            once = self.guards(self.grant_forms(event.credential, target, action), counting)
            nodes, _ = self.naive.unchecked(self.naive.start_of(agent, source))
            if self.naive.all_pass_it(agent, ("cred", event.credential), nodes):
                once |= {k.id for k in self.naive.gateways(agent, target, action, counting)}
            chain = self.chain(agent, event.session, event.credential, event.token, len(self.history))
            before = self.on_the_way(source, chain, counting)
            if not once | before and self.naive.others_decide(source, target, action, counting):
                continue  # a request has done nothing yet
            said, decision = self.judge(event, place, once, before, source)
            if worst[0] == "none-due" or (ORDER.index(said), place) > (ORDER.index(worst[0]), worst[1]):
                worst = (said, place, source, decision)
        said, _, source, decision = worst
        if said in {"missing", "approved"}:
            opens = self.grant_forms(event.credential, target, action)
            if not opens or ("cred", event.credential) not in self.naive.mesh.own(agent):
                said = "unknown"
        if said == "recorded":
            self.used.add(decision)
        return said, source, None if decision is None else decision[1]

    def is_exchange(self, event):
        exchanges = [x for x in self.s.exchange.values() if x.from_ == event.credential]
        there = any(x.at == event.system for x in exchanges) and event.action == "issue"
        return there and not self.grant_forms(event.credential, event.system, event.action)

    def judge(self, event, place, once, before, source):
        if not once and not before:
            use = event.system, event.action, ("cred", event.credential)
            intended = self.naive.is_approved(event.agent, source, *use)
            return ("approved" if intended else "missing"), None
        best = ("unrecorded", None)
        for k in sorted(once | before):
            decided = [
                e.number
                for e in [*self.history, event]
                if (e.agent, e.session) == (event.agent, event.session)
                and e.checkpoint == k
                and not e.refused
            ]
            if not decided:
                continue
            last = (k, max(decided))
            if last[1] <= place:
                said = "stale"
            elif k in once and last in self.used:
                said = "reused"
            else:
                said = "recorded"
            if ORDER.index(said) < ORDER.index(best[0]):
                best = (said, last)
        return best

    # What was used

    def used_grants(self):
        """By grant and action: events, sessions, first and last time; and what no grant allows."""
        grants, not_granted = {}, {}
        for e in self.history:
            if e.refused or e.system is None or e.action is None or ends_itself(e):
                continue
            if e.credential is not None and self.grant_forms(e.credential, e.system, e.action):
                grants.setdefault((e.credential, e.system, e.action), []).append(e)
            elif e.credential is not None and not self.is_exchange(e):
                key = e.agent, e.system, e.action
                not_granted[key] = not_granted.get(key, 0) + 1
        rows = {
            key: (
                len(some),
                len({(e.agent, e.session) for e in some}),
                min((e.time for e in some if e.time is not None), default=None),
                max((e.time for e in some if e.time is not None), default=None),
            )
            for key, some in grants.items()
        }
        return rows, not_granted

    def uncovered(self, event):
        """The sources that an intent would have to name; ``None`` if the event needs none."""
        agent = self.s.agent.get(event.agent)
        done_ = not event.refused and event.system is not None and event.action is not None
        if not done_ or ends_itself(event) or agent is None or agent.kind == "person":
            return None
        if not self.grant_forms(event.credential, event.system, event.action):
            return None
        sources = {each for each in self.sources(event) if each != event.system}
        intent = self.s.intent.get((event.agent, event.system))
        if intent is not None and {event.action, "admin"} & set(intent.actions):
            named = set(intent.from_ or ("home",))
            if all(each in named or ("home" in named and self.is_home(agent, each)) for each in sources):
                return None
        return {"home" if self.is_home(agent, each) else each for each in sources}

    def is_home(self, agent, source):
        return source is None or (agent.home is not None and self.s.system[source].zone == agent.home)


def ends_itself(event):
    """Whether it is a credential that takes itself back: that uses none of its grants."""
    return event.credential is not None and event.revokes == event.credential


def random_logs(snapshot, rng, count):
    """Two or three logs: out of order here and there, one with the newest first, some without times."""
    agents = [a.id for a in snapshot.agent.values() if a.status == "active"][:2]
    creds = [c.id for c in snapshot.credential.values() if c.status == "active"]
    if not agents or not creds:
        return []
    grants = [g for g in snapshot.grant.values() if g.credential in creds and g.actions]
    logs = [[] for _ in range(rng.choice([1, 2, 3]))]
    for number in range(count):
        credential, system, action = rng.choice(creds), rng.choice(list(snapshot.system)), rng.choice(ACTIONS)
        if grants and rng.random() < 0.85:
            grant = rng.choice(grants)
            credential, system, action = grant.credential, grant.system, rng.choice(grant.actions)
        if rng.random() < 0.05:
            system, action = rng.choice([(None, None), (None, action), (system, None)])
        log = rng.choice(logs)
        log.append(
            Event(
                len(log) + 1,
                None if rng.random() < 0.03 else 1000.0 + number // 2 * 400 + rng.choice([0, 0, 0, -900]),
                agent=None if rng.random() < 0.03 else rng.choice(agents),
                credential=credential,
                system=system,
                action=action,
                checkpoint=rng.choice([None, None, *snapshot.checkpoint]),
                refused=rng.random() < 0.1,
                yields=rng.choice(creds) if rng.random() < 0.2 else None,
                session=rng.choice([None, "one", "one", "two"]),
                revokes=rng.choice(creds) if rng.random() < 0.05 else None,
                token=rng.choice("xyz") if rng.random() < 0.3 else None,
                yields_token=rng.choice("xyz") if rng.random() < 0.3 else None,
            )
        )
    return [log[::-1] if rng.random() < 0.3 else log for log in logs]


def merged(logs):
    """All events by time; equal times by the order of the logs, and in each its own."""
    rows = []
    for number, log in enumerate(logs):
        times, latest = [], 0.0
        for event in log:
            latest = max(latest, event.time or 0.0)
            times.append(latest if event.time is None else event.time)
        order = list(zip(times, log, strict=True))
        if order and order[0][0] > order[-1][0]:
            order.reverse()
        rows += [(time, number, place, event) for place, (time, event) in enumerate(order)]
    return [event for *_, event in sorted(rows, key=lambda row: row[:3])]


def check_on(seed, flavour, rng, count):
    """The reading of the whole history agrees about every event, and about what was used."""
    snapshot = random_model(seed, 5, flavour)
    expected = NaiveTrace(snapshot)
    logs = random_logs(snapshot, rng, count)
    table = EventTable()
    for log in logs:
        table.add(log)
    analysis = analyse(snapshot)
    used, counter, met = UsedTally(analysis.engine), UseCounter(analysis.engine), set()
    uncovered, settled = {}, {}
    rows, latest = merged(logs), float("-inf")
    for traced, told in zip(analysis.trace(table.events()), rows, strict=True):
        used.add(traced)
        counter.add(traced.event)
        event = traced.event
        assert (event.time, event.system, event.token) == (told.time, told.system, told.token)
        latest = max(latest, event.time or latest)
        expected.times[event.number] = latest
        event = replace(event, agent=expected.actor(event))
        verdict, source, decision = expected.verdict(event)
        assert traced.recheck == verdict
        if verdict not in {"none-due", "unknown"}:
            assert traced.crossing.source == source
            assert (None if traced.decision is None else traced.decision[1]) == decision
        if verdict == "missing":
            use = event.agent, source, event.system, event.action, ("cred", event.credential)
            assert traced.crossing.severity == word(expected.naive.severity(*use))
        if event.agent is not None:
            check_credential(traced, event, expected)
        sources = expected.uncovered(event)
        if sources is not None:
            key = event.agent, event.system, frozenset(sources)
            uncovered.setdefault(key, []).append(event.action)
            if not is_wrong(traced):
                settled.setdefault(key, []).append(event.action)
        expected.history.append(event)
        met |= {verdict, traced.credential_state}
    # What is only counted is not judged.
    assert replace(counter.tally.result(), declarable=()) == replace(used.result(), declarable=())
    if rows:
        check_used(used.result(), expected, uncovered, settled)
    assert len(rows) in {0, count}
    return met, len(rows)


def check_credential(traced, event, expected):
    """As whom, with a credential in which state, and by which chain it came."""
    record = expected.s.credential[event.credential]
    assert (traced.identity, traced.on_behalf_of) == (record.principal, record.on_behalf_of)
    assert traced.credential_state == expected.credential_state(event)
    chain = expected.chain(event.agent, event.session, event.credential, event.token, len(expected.history))
    shown = [
        (each.way.credential, None if each.moment is None else each.moment.number)
        for each in traced.authority.links()
    ]
    assert shown == [(each.credential, each.event and each.event.number) for each in chain]
    if chain[0].event is not None:
        assert (traced.yielded.system, traced.yielded.event) == (chain[0].event.system, shown[0][1])
    elif expected.hold(event.agent, event.credential):
        assert traced.yielded.how in {"held", "passed"}
    elif traced.yielded is None:
        reachable = ("cred", event.credential) in expected.naive.mesh.own(event.agent)
        assert reachable == any("no event before shows how" in note for note in traced.notes) or (
            traced.credential_state == "revoked"
        )
    else:
        assert (traced.yielded.how, traced.yielded.event) == ("exchange", None)


def check_used(result, expected, uncovered, settled):
    rows, not_granted = expected.used_grants()
    got = {
        (each.credential, each.system, each.action): (each.events, each.sessions, each.first, each.last)
        for each in result.grants
        if each.events
    }
    assert got == rows
    assert {(each.agent, each.system, each.action): each.events for each in result.not_granted} == not_granted
    times = [e.time for e in expected.history if e.time is not None]
    days = max(1.0, (max(times) - min(times)) / 86_400)
    for intents, done in ((result.intents, uncovered), (result.declarable, settled)):
        proposed = {
            (each.agent, each.system, frozenset(each.sources)): (set(each.actions), each.per_day)
            for each in intents
        }
        assert proposed == {
            key: (set(actions), float(f"{len(actions) / days:.2g}")) for key, actions in done.items()
        }


@all_rows(("seed", "flavour"), MODELS)
def test_a_reading_of_the_whole_history_agrees(seed, flavour):
    rng = random.Random(seed)
    for _ in range(3):
        check_on(seed, flavour, rng, 40)


@pytest.mark.slow
def test_a_reading_of_the_whole_history_agrees_on_sixty_thousand_events():
    """On eleven models and many more; and every verdict and state of a credential is met."""
    met, laid, seed = set(), 0, 0
    while laid < 60_000:
        seed += 1
        for first, flavour in MODELS:
            found, count = check_on(
                first if seed % 2 else seed * 100 + first, flavour, random.Random(seed), 60
            )
            met |= found
            laid += count
    assert met == {*ORDER, "unknown", None, "unseen", "expired", "revoked"}
