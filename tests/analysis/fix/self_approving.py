"""Small random models rich in self-approval: most steps have a checkpoint, and agents come to have
power over many of them, often only after walking past another.
"""

import random

from meshmodel.model import records as r
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.validation import check_snapshot
from meshmodel.model.vocabulary import ACTIONS
from tests.analysis.random_models import snapshot_of


def self_approving(seed: int, size: int) -> Snapshot:
    """A valid model: the seed decides everything, the size how much there is."""
    rng = random.Random(seed)
    zones = [f"z{n}" for n in range(rng.randint(2, 3))]
    systems = [f"s{n}" for n in range(rng.randint(2, 3 + size))]
    agents = [f"a{n}" for n in range(rng.randint(1, 1 + size // 2))]
    credentials = [f"c{n}" for n in range(rng.randint(2, 2 + size))]
    records: list = [r.Zone(z) for z in zones]
    for s in systems:
        zone = rng.choice([*zones, None]) if rng.random() < 0.5 else rng.choice(zones)
        level = rng.choice(("public", "internal", "confidential", "restricted"))
        audit = rng.choice((None, None, "none"))
        records.append(
            r.System(s, zone=zone, sensitivity=level, untrusted_input=rng.random() < 0.15, audit=audit)
        )
    for a in agents:
        kind = rng.choice(("ai-agent", "service", "service", "workflow"))
        runs_on = rng.choice(systems) if rng.random() < 0.2 else None
        records.append(r.Agent(a, kind=kind, home=rng.choice([*zones, *zones, None]), runs_on=runs_on))
    names = ["i0", "i1"]
    records += [r.Credential(c, identity=rng.choice((None, *names))) for c in credentials]
    relations: dict = {}

    def add(record):
        relations[type(record).__name__, r.key_of(record)] = record

    def actions():
        if rng.random() < 0.6:
            return (rng.choice(("read", "write")),)
        some = set(rng.choices(ACTIONS, k=2))
        return tuple(x for x in ACTIONS if x in some)

    for _ in range(rng.randint(2, 2 + size)):
        add(r.Hold(rng.choice(agents), rng.choice(credentials)))
    for _ in range(rng.randint(3, 4 + 2 * size)):
        add(r.Grant(rng.choice(credentials), rng.choice(systems), actions()))
    for _ in range(rng.randint(0, 1 + size)):
        how = rng.choice(("stores", "stores", "issues"))
        by = actions() if rng.random() < 0.3 else None
        add(r.Custody(rng.choice(systems), rng.choice(credentials), how=how, by=by))
    if rng.random() < 0.4:
        add(r.Exchange(*rng.sample(credentials, 2)))
    if len(agents) > 1 and rng.random() < 0.5:
        passes = tuple(sorted(rng.sample(credentials, 1))) if rng.random() < 0.5 else None
        add(r.Delegation(*rng.sample(agents, 2), passes=passes))
    if rng.random() < 0.3:
        add(r.Trigger(rng.choice(systems), rng.choice(agents)))
    for _ in range(rng.choice((0, 1, 2, 4, 6))):
        from_ = tuple(sorted(rng.sample([*systems, "home"], 2))) if rng.random() < 0.6 else None
        add(r.Intent(rng.choice(agents), rng.choice(systems), actions(), from_=from_))
    places = [
        (kind.lower(), *key)
        for kind, key in relations
        if kind in {"Hold", "Grant", "Custody", "Exchange", "Delegation", "Trigger"}
    ]
    places += [("hosting", a.runs_on, a.id) for a in records if isinstance(a, r.Agent) and a.runs_on]
    ends = [*zones, *(f"system:{s.id}" for s in records if isinstance(s, r.System) and s.zone is None)]
    chosen = [place for place in places if rng.random() < 0.5]
    chosen += [place for place in chosen if rng.random() < 0.1]
    if rng.random() < 0.5:
        chosen.append(("boundary", *rng.sample(ends, 2)))
    for number, (step, from_, to) in enumerate(chosen):
        limited = step in {"grant", "custody", "boundary"} and rng.random() < 0.2
        add(
            r.Checkpoint(
                f"k{number}",
                kind="policy-decision" if rng.random() < 0.9 else "audience-check",
                step=step,
                from_=from_,
                to=to,
                actions=actions() if limited else None,
                state=rng.choice(("enforced", "enforced", "enforced", "planned")),
                decided_at=rng.choice(systems) if rng.random() < 0.95 else None,
                approvers=(rng.choice(names),) if rng.random() < 0.35 else None,
            )
        )
    made = snapshot_of([*records, *relations.values()])
    check_snapshot(made)
    return made
