"""Small models for the plan: what a plan may drop, limit or ask, and what is needed of it, drawn together."""

from dataclasses import replace

from meshmodel.model import records as r
from meshmodel.model.records import Snapshot
from meshmodel.model.vocabulary import ACTIONS
from tests.reference.random_models import COUNTS, Maker

PER_DAY = (None, None, 0.5, 1, 2, 3, 5, 40)


def a_use(m):
    """An agent has a key of its own, and an intent of some of what it opens."""
    agent, place = m.pick(m.agents), m.pick(m.systems)
    m.let(agent, place, ("read", "write", "execute"))
    if m.chance(0.5):
        m.let(agent, place, ("read", "write"))
    intend(m, agent, place, (m.pick(("read", "read", "write", "execute")),))


def intend(m, agent, place, actions):
    """Mostly, some number of times a day."""
    if m.chance(0.75):
        named = [*m.systems, "home"]
        m.add(r.Intent(agent, place, actions, m.maybe(0.5, m.some(named)), m.pick(PER_DAY)))


def an_admin(m):
    """A key for everything on a system, of which something is needed, with a decision on some actions."""
    agent, place, key = m.pick(m.agents), m.pick(m.systems), m.pick(m.creds)
    m.add(r.Hold(agent, key))
    m.add(r.Grant(key, place, m.pick((("admin",), ("admin",), ("read", "admin"), ("write", "admin")))))
    intend(m, agent, place, m.pick((("read",), ("write",), ("read", "issue"), ("admin",))))
    if m.chance(0.6):
        actions = m.pick((None, ("admin",), ("admin",), ("read",), ("write", "admin")))
        number = len(m.of("checkpoint"))
        decision = m.checkpoint(f"p{number}", "grant", key, place)
        m.add(replace(decision, **{**COUNTS, "actions": actions}))


def a_server(m):
    """A program works for an agent with keys of its own, or passed; the agent needs some of it."""
    if len(m.agents) < 2:
        return
    boss, server = m.rng.sample(m.agents, 2)
    m.change("agent", server, kind=m.pick(("service", "service", "workflow", "ai-agent")), steerable=None)
    keys = m.some(m.creds, 2)
    passes = m.maybe(0.35, keys)
    returns = m.pick(("words", "words", "words", "values"))
    m.add(r.Delegation(boss, server, passes=passes, returns=returns))
    for key in keys:
        for _ in range(m.pick((1, 2))):
            place = m.pick(m.systems)
            chosen = m.let(None if passes else server, place, ("read", "write", "execute", "admin"), key)
            if m.chance(0.35):
                intend(m, boss, place, chosen)
    if m.chance(0.3):
        intend(m, server, m.pick(m.systems), ("read",))


def a_server_for_all(m):
    """A program's key opens more than the one needs that it works for; itself it needs all, or more."""
    if len(m.agents) < 2 or len(m.systems) < 2:
        return
    boss, server = m.rng.sample(m.agents, 2)
    one, other = m.rng.sample(m.systems, 2)
    key, actions = m.pick(m.creds), m.pick((("read",), ("write",), ("read", "write")))
    m.change("agent", boss, kind="ai-agent", home=m.maybe(0.8, m.pick(m.zones)))
    m.change("agent", server, kind="service", steerable=None, status="active")
    m.change("credential", key, status="active")
    m.change("system", other, audit=None)
    m.add(r.Delegation(boss, server, passes=m.maybe(0.2, (key,))))
    m.add(r.Hold(server, key))
    m.add(r.Grant(key, one, m.maybe(0.8, actions, ("admin",))))
    m.add(r.Grant(key, other, actions))
    m.add(r.Intent(boss, one, actions, (*m.systems, "home"), m.pick(PER_DAY)))
    if m.chance(0.8):
        m.add(r.Intent(server, other, actions, None, m.pick(PER_DAY)))
        m.add(r.Intent(server, one, actions, None, m.pick(PER_DAY)))
    if m.chance(0.3):
        m.add(r.Delegation(server, boss))


def a_limited_server(m):
    """A program may do more for an agent than anybody needs, of what its keys open."""
    if len(m.agents) < 2:
        return
    boss, server = m.rng.sample(m.agents, 2)
    m.change("agent", boss, kind=m.pick(("ai-agent", "service")), steerable=None)
    m.change("agent", server, kind="service", steerable=None, status="active")
    only = set()
    for _ in range(m.pick((2, 3, 3))):
        place = m.pick(m.systems)
        chosen = m.let(server, place, ("read", "write", "execute", "admin"))
        only |= {f"{place}:{m.pick(ACTIONS) if chosen == ('admin',) else chosen[0]}"}
        if m.chance(0.4):
            intend(m, boss, place, chosen)
    returns = m.pick(("words", "words", "values"))
    m.add(r.Delegation(boss, server, only=tuple(sorted(only)), returns=returns))


def the_same_work(m):
    """One sets another to work, and both have an intent for what that does."""
    if len(m.agents) < 2:
        return
    boss, worker = m.rng.sample(m.agents, 2)
    place = m.pick(m.systems)
    m.change("agent", worker, status="active")
    m.add(r.Delegation(boss, worker))
    chosen = m.let(worker, place, ("read", "write"))
    for agent in (boss, worker):
        m.add(r.Intent(agent, place, chosen, None, m.pick(PER_DAY)))
    if m.chance(0.3):
        m.add(r.Delegation(worker, boss))


def a_store(m):
    """A key lies where an agent reads or runs, or is handed out there; perhaps others hold it."""
    agent, place, key = m.pick(m.agents), m.pick(m.systems), m.pick(m.creds)
    by = m.let(agent, place, ("read", "read", "execute", "issue"))
    m.add(r.Custody(place, key, m.pick(("stores", "stores", "issues")), by=m.maybe(0.8, by)))
    target = m.pick(m.systems)
    chosen = m.let(None, target, ("read", "write", "admin"), key)
    if m.chance(0.5):
        intend(m, agent, target, chosen)
    if m.chance(0.3):
        m.add(r.Hold(m.pick(m.agents), key))


def an_exchange(m):
    """One key is exchanged for another."""
    if len(m.creds) < 2:
        return
    one, other = m.rng.sample(m.creds, 2)
    agent, place = m.pick(m.agents), m.pick(m.systems)
    m.add(r.Hold(agent, one))
    m.add(r.Exchange(one, other))
    intend(m, agent, place, m.let(None, place, ("read", "write"), other))


def words_and_starts(m):
    """What one agent writes starts another, or is read by it, or runs it."""
    place, writer, agent = m.pick(m.systems), m.pick(m.agents), m.pick(m.agents)
    m.let(writer, place, ("write", "write", "execute"))
    if m.chance(0.6):
        m.add(r.Trigger(place, agent))
    else:
        m.change("system", place, untrusted_input=m.chance(0.7))
        m.change("agent", agent, kind="ai-agent", steerable=None)
        m.let(agent, place, ("read",))
    target = m.pick(m.systems)
    chosen = m.let(agent, target, ("read", "write", "execute"))
    if m.chance(0.6):
        intend(m, writer, target, chosen)


SHAPES = (
    a_use,
    an_admin,
    a_server,
    a_server_for_all,
    a_limited_server,
    the_same_work,
    a_store,
    an_exchange,
    words_and_starts,
    words_and_starts,
)


class PlanMaker(Maker):
    """Little but those shapes, with few decisions beside theirs."""

    def __init__(self, seed, size, flavour):
        super().__init__(seed, size, flavour)
        self.shapes = self.some(SHAPES, 3)

    def decided_steps(self):
        return super().decided_steps() if self.chance(0.3) else []


def plan_model(seed: int, size: int = 3) -> Snapshot:
    """A valid model of a few systems and credentials with most of what a plan weighs."""
    return PlanMaker(f"plan {seed}", size, "shapes").model()
