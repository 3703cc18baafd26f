"""Small random models in which everything that has a meaning occurs, often together."""

import random
from dataclasses import replace

from meshmodel.model import records as r
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.vocabulary import ACTIONS, CHECKPOINT_KINDS, DECISION_KINDS


def snapshot_of(elements):
    """A snapshot of any records."""
    from meshmodel.model.snapshot import table_of

    tables = {}
    for record in elements:
        tables.setdefault(table_of(record), {})[r.key_of(record)] = record
    about = tables.pop("about", {}).get("", r.About())
    return Snapshot(about=about, **tables)


class _Maker:
    def __init__(self, seed, size):
        self.rng = random.Random(seed)
        self.size = size

    def maybe(self, chance, value, other=None):
        return value if self.rng.random() < chance else other

    def some(self, values, most=3):
        values = list(values)
        number = self.rng.randint(1, min(most, len(values)))
        return tuple(sorted(self.rng.sample(values, number), key=values.index))

    def pick(self, values):
        return self.rng.choice(list(values))

    def chance(self, share):
        return self.rng.random() < share

    def actions(self):
        weights = self.rng.random()
        if weights < 0.5:
            return (self.pick(("read", "write")),)
        chosen = self.rng.choices(ACTIONS, k=2)
        return tuple(x for x in ACTIONS if x in chosen)


def random_model(seed: int, size: int) -> Snapshot:
    """A valid model: the seed decides everything, the size how many elements there are at most."""
    m = _Maker(seed, size)
    rng, maybe, pick = m.rng, m.maybe, m.pick
    zones = [f"z{n}" for n in range(rng.randint(1, 3))]
    systems = [f"s{n}" for n in range(rng.randint(1, 1 + size))]
    agents = [f"a{n}" for n in range(rng.randint(1, 1 + size // 2))]
    creds = [f"c{n}" for n in range(rng.randint(1, 1 + size))]
    density = rng.choice((0.6, 1.0, 1.6))
    records = [r.Zone(z) for z in zones]
    levels = ("public", "internal", "confidential", "restricted", None)
    records.extend(
        r.System(
            s,
            zone=maybe(0.8, pick(zones)),
            sensitivity=pick(levels),
            untrusted_input=rng.random() < 0.25,
            exposed=pick((None, None, True, False)),
            audit=pick((None, None, "none", "identity", "identity-and-subject")),
        )
        for s in systems
    )
    records.extend(
        r.Agent(
            a,
            kind=pick((None, "ai-agent", "ai-agent", "orchestrator", "service", "person")),
            home=maybe(0.8, pick(zones)),
            runs_on=maybe(0.25, pick(systems)),
            steerable=pick((None, None, True, False)),
            status=maybe(0.08, "retired", "active"),
        )
        for a in agents
    )
    names = [f"i{n}" for n in range(3)]
    records.extend(
        r.Credential(
            c,
            identity=maybe(0.4, pick(names)),
            binding=pick(("bearer", "bearer", "bearer", "mtls", "host", "dpop")),
            status=maybe(0.08, "revoked", "active"),
        )
        for c in creds
    )

    def number(share):
        return round(share * density * (1 + size) * rng.random())

    relations = {}

    def add(record):
        relations[type(record).__name__, r.key_of(record)] = record

    for _ in range(1 + number(0.9)):
        add(r.Hold(pick(agents), pick(creds)))
    for _ in range(1 + number(2.0)):
        add(r.Grant(pick(creds), pick(systems), m.actions()))
    for _ in range(number(1.0)):
        add(
            r.Custody(
                pick(systems),
                pick(creds),
                how=pick(("stores", "stores", "issues")),
                by=maybe(0.3, m.actions()),
            )
        )
    if len(creds) > 1:
        for _ in range(number(0.4)):
            add(r.Exchange(*rng.sample(creds, 2)))
    if len(agents) > 1:
        for _ in range(number(0.4)):
            add(r.Delegation(*rng.sample(agents, 2), passes=maybe(0.4, m.some(creds))))
    for _ in range(number(0.3)):
        add(r.Trigger(pick(systems), pick(agents)))
    for _ in range(number(0.9)):
        add(
            r.Intent(
                pick(agents),
                pick(systems),
                m.actions(),
                from_=maybe(0.6, m.some([*systems, "home", "home"][:-1])),
            )
        )
    for record in _checkpoints(m, relations, records, zones, systems, names, creds):
        add(record)
    # What only rules read comes from a second source, so that a seed keeps its graph.
    told = _Maker(f"{seed} told", size)
    return snapshot_of([_told(told, each, systems) for each in [*records, *relations.values()]])


LIFETIMES = (None, "5m", "90d", "2160h", "2161h", "7776001s", "unlimited", "unlimited")
CREDENTIAL_KINDS = (None, None, "api-key", "personal-access-token", "session-cookie", "x509-svid")
SYSTEM_KINDS = (None, "database", "secrets-manager", "agent-memory", "knowledge-base", "agent-memory")


def _told(m, record, systems):
    """The record with what it says beside its place in the graph."""
    match record:
        case r.Zone():
            return replace(
                record,
                environment=m.pick((None, "production", "production", "staging", "development", "lab")),
            )
        case r.System():
            return replace(
                record,
                kind=m.pick(SYSTEM_KINDS),
                partitioned=m.chance(0.25),
                vendor=m.maybe(0.25, "Supplier"),
            )
        case r.Agent():
            return replace(record, vendor=m.maybe(0.2, "Supplier"))
        case r.Credential():
            return replace(
                record,
                kind=m.pick(CREDENTIAL_KINDS),
                subject=m.maybe(0.35, "human", "workload"),
                on_behalf_of=m.maybe(0.35, m.pick(("ann", "ben"))),
                lifetime=m.pick(LIFETIMES),
                audience=m.maybe(0.45, m.some(systems)),
                attested=m.chance(0.3),
            )
        case r.Grant():
            return replace(
                record,
                honoured_as=m.maybe(0.6, "delegate", "principal"),
                entitled=m.maybe(0.5, m.actions()),
            )
        case r.Exchange():
            return replace(
                record,
                at=m.maybe(0.3, m.pick(systems)),
                semantics=m.pick((None, "delegation", "impersonation")),
                pinned=m.chance(0.7),
            )
        case r.Checkpoint():
            return replace(record, rate=m.pick((None, 6, 50, 51, 300)))
    return record


def _checkpoints(m, relations, records, zones, systems, names, creds):
    rng = m.rng
    agents = [each for each in records if isinstance(each, r.Agent)]
    places = []
    for record in relations.values():
        match record:
            case r.Hold() | r.Grant() | r.Custody() | r.Exchange() | r.Delegation() | r.Trigger():
                kind = type(record).__name__.lower()
                places.append((kind, *r.key_of(record)))
            case _:
                pass
    for delegation in [each for each in relations.values() if isinstance(each, r.Delegation)]:
        places.extend(("hold", delegation.to, c) for c in delegation.passes or ())
    places.extend(("hosting", a.runs_on, a.id) for a in agents if a.runs_on is not None)
    places.extend(("trigger", s, a.id) for s in systems for a in agents if rng.random() < 0.15)
    ends = [*zones, *(f"system:{s.id}" for s in records if isinstance(s, r.System) and s.zone is None)]
    boundaries = [("boundary", one, other) for one in ends for other in ends if one != other]
    rng.shuffle(places)
    rng.shuffle(boundaries)
    share = rng.random()
    chosen = places[: round(share * len(places))] + boundaries[: rng.randint(0, 2)]
    chosen += [place for place in chosen if rng.random() < 0.15]
    for number, (step, from_, to) in enumerate(chosen):
        limited = step in ("grant", "custody", "boundary") and rng.random() < 0.35
        yield r.Checkpoint(
            f"k{number}",
            kind=m.pick(DECISION_KINDS if rng.random() < 0.85 else CHECKPOINT_KINDS),
            step=step,
            from_=from_,
            to=to,
            actions=m.actions() if limited else None,
            freshness=m.pick(("per-action",) * 6 + ("per-session", "cached")),
            state=m.pick(("enforced",) * 5 + ("planned", "planned", "advisory")),
            decided_at=m.maybe(0.65, m.pick(systems)),
            approvers=m.maybe(0.3, m.some([*names, creds[0]], 2)),
        )
