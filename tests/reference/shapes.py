"""Small shapes that random relations rarely make, each drawn among the elements of a random model."""

from itertools import pairwise

from meshmodel.model import records as r


def what_others_hold(m):
    """A key that somebody holds, or is passed, lies where another may take it, itself or by a program."""
    holder, taker, boss, hand = (m.pick(m.agents) for _ in range(4))
    store, key, target = m.pick(m.systems), m.pick(m.creds), m.pick(m.systems)
    m.change("agent", taker, kind="ai-agent", steerable=None)
    m.change("credential", key, binding="bearer")
    if boss != holder and m.chance(0.4):
        m.add(r.Delegation(boss, holder, passes=(key,)))
    else:
        m.add(r.Hold(holder, key))
    if m.chance(0.2):
        m.change("agent", m.pick((holder, boss)), status="retired")
    if hand != taker and m.chance(0.5):
        m.change("agent", hand, kind="service", steerable=None)
        only = m.maybe(0.4, (f"{target}:write", f"{target}:read"))
        m.add(r.Delegation(taker, hand, only=only, returns=m.pick(("words", "values"))))
    else:
        hand = taker
    m.add(r.Custody(store, key, by=m.let(hand, store, ("read", "execute", "write"))))
    m.let(None, target, ("read", "write"), key)
    if m.chance(0.4):
        m.change("system", target, untrusted_input=True)


def what_is_bound(m):
    """A bound key lies where somebody runs or reads."""
    store, key = m.pick(m.systems), m.pick(m.creds)
    m.change("credential", key, binding=m.pick(("host", "mtls", "dpop")))
    by = m.pick((None, ("execute",), ("admin",), ("read", "execute"), ("read", "write")))
    m.add(r.Custody(store, key, by=by))
    m.let(m.pick(m.agents), store, ("execute", "execute", "read", "admin"))
    m.decide("custody", store, key)


def start_and_words(m):
    """What is written starts an agent that also reads it: two steps, each with decisions of its own."""
    place, agent = m.pick(m.systems), m.pick(m.agents)
    if m.chance(0.7):
        m.change("system", place, untrusted_input=True)
    m.change("agent", agent, kind="ai-agent", steerable=None)
    m.let(agent, place, ("read",))
    m.let(agent, m.pick(m.systems), ("write",))
    if m.chance(0.8):
        m.add(r.Trigger(place, agent))
    m.decide("trigger", place, agent)
    m.decide("hearing", place, agent)


def what_lies_open(m):
    """A key can be read in a system that everybody sees, and writes where an agent reads."""
    place, key, target = m.pick(m.systems), m.pick(m.creds), m.pick(m.systems)
    m.change("system", place, exposed=True)
    m.add(r.Custody(place, key, m.pick(("stores", "stores", "issues")), by=("read",)))
    m.let(None, target, ("write",), key)
    m.let(m.pick(m.agents), target, ("read",))
    m.decide("custody", place, key)


def a_request(m):
    """An agent asks for a key that others hand out, or do not."""
    desk, key = m.pick(m.systems), m.pick(m.creds)
    m.let(m.pick(m.agents), desk, ("issue", "issue", "admin"))
    m.add(r.Custody(desk, key, "issues"))
    m.let(None, m.pick(m.systems), ("read", "write"), key)
    m.decide("custody", desk, key)
    if m.chance(0.3):
        other = m.pick(m.creds)
        m.add(r.Custody(desk, other, m.pick(("issues", "stores")), by=("issue",)))
        m.decide("custody", desk, other)


def a_gateway(m):
    """Secrets, words and a way out, with a decision on the boundary between."""
    agent, secret, words, out = m.pick(m.agents), m.pick(m.systems), m.pick(m.systems), m.pick(m.systems)
    m.change("agent", agent, kind="ai-agent", steerable=None)
    m.change("system", secret, sensitivity=m.pick(("confidential", "restricted")))
    m.change("system", words, untrusted_input=True)
    m.expose(out)
    m.let(agent, secret, ("read",))
    m.let(agent, words, ("read",))
    m.let(agent, out, ("write", "read"))
    home = m.records["agent", agent].home or m.pick(m.zones)
    if home != m.records["system", out].domain:
        m.decide("boundary", home, m.records["system", out].domain)
    others = [a for a in m.agents if a != agent]
    if others and m.chance(0.4):
        m.add(r.Delegation(agent, m.pick(others)))


def one_subject(m):
    """Each has data of their own in a system that also shows them to outsiders."""
    place, agent = m.pick(m.systems), m.pick(m.agents)
    m.expose(place)
    m.change("system", place, partitioned=True, sensitivity=m.pick(("confidential", "restricted")))
    m.change("agent", agent, kind="ai-agent", steerable=None)
    if m.chance(0.5):
        m.change("system", place, untrusted_input=True)
    m.let(agent, place, ("read",))
    m.let(agent, place, ("write", "execute"))
    person = m.pick((None, "ann", "ann"))
    for grant in m.of("grant"):
        if grant.system == place and m.chance(0.85):
            m.change("credential", grant.credential, on_behalf_of=person)


def for_people(m):
    """A person sets a helper to work, itself or through another, and the helper has a key of its own."""
    place = m.pick(m.systems)
    m.change("system", place, partitioned=True, sensitivity=m.pick(("confidential", "restricted")))
    chain = m.rng.sample(m.agents, min(len(m.agents), m.pick((2, 2, 3))))
    m.change("agent", chain[0], kind="person")
    for one, other in pairwise(chain):
        m.add(r.Delegation(one, other, returns=m.pick(("words", "values"))))
    m.let(chain[-1], place, ("read",))


def astray(m):
    """A key made for one system is taken by another, itself or at an exchange, however it was come by."""
    agent, place, other = m.pick(m.agents), m.pick(m.systems), m.pick(m.systems)
    key = m.pick(m.creds)
    m.change("credential", key, audience=(place,), binding="bearer")
    m.let(None, other, ("read", "write"), key)
    way = m.pick(("hold", "custody", "exchange"))
    if way == "hold":
        m.add(r.Hold(agent, key))
        m.decide("hold", agent, key)
    elif way == "custody":
        by = m.let(agent, place, ("read", "issue"))
        m.add(r.Custody(place, key, "stores" if by == ("read",) else "issues"))
        m.decide("custody", place, key)
    if len(m.creds) > 1:
        before = m.pick([c for c in m.creds if c != key])
        ends = m.pick(((before, key), (before, key), (key, before)))
        m.change("system", place, kind=m.pick(("token-service", "identity-provider", "database")))
        m.add(r.Hold(agent, ends[0]))
        m.add(r.Exchange(*ends, at=m.pick((place, other, None))))
        m.decide("exchange", *ends)


def a_loose_trust(m):
    """A trust takes every key of a kind that was made for its token service."""
    if len(m.creds) < 2:
        return
    one, to = m.rng.sample(m.creds, 2)
    desk, other = m.pick(m.systems), m.pick(m.creds)
    for key in (one, other):
        m.change(
            "credential", key, kind="oidc-federation", audience=m.some(sorted({desk, m.pick(m.systems)}), 2)
        )
    if m.chance(0.3):
        m.change("credential", one, status="revoked")
    m.add(r.Exchange(one, to, at=m.maybe(0.85, desk), semantics="impersonation", pinned=m.chance(0.1)))
    m.add(r.Hold(m.pick(m.agents), other))
    m.let(None, m.pick(m.systems), ("read", "write"), to)
    m.decide("exchange", one, to)


def a_copy(m):
    """A program carries what it reads into another system, by intent or because it is for that alone."""
    program, reader, source, target = m.pick(m.agents), m.pick(m.agents), m.pick(m.systems), m.pick(m.systems)
    m.change("agent", program, kind="workflow", steerable=None)
    m.change("system", source, untrusted_input=m.chance(0.8))
    m.let(program, source, ("read",))
    m.let(program, target, ("write", "write", "admin"))
    if m.chance(0.5):
        m.add(r.Intent(program, target, ("write",), m.maybe(0.8, (source,))))
    if m.chance(0.3):
        m.add(r.Trigger(m.pick(m.systems), program))
    if reader != program:
        m.change("agent", reader, kind="ai-agent", steerable=None)
        m.let(reader, target, ("read",))
        m.let(reader, m.pick(m.systems), ("write",))
    m.decide("hearing", source, program)


SHAPES = (
    what_others_hold,
    what_is_bound,
    start_and_words,
    what_lies_open,
    a_request,
    a_gateway,
    one_subject,
    for_people,
    astray,
    a_loose_trust,
    a_copy,
)
