"""Small valid random models with every field of sections 1 and 2; a flavour makes some things dense.

The seed decides everything. Elements are named by a letter and a number, so that a small model that
shows a difference can be read.
"""

import random
from dataclasses import replace

import pytest

from meshmodel.model import records as r
from meshmodel.model.records import Snapshot, table_of
from meshmodel.model.validation import normalise
from meshmodel.model.vocabulary import ACTIONS, CHECKPOINT_KINDS, DECISION_KINDS
from tests.reference.shapes import SHAPES

FLAVOURS = ("mixed", "limited", "words", "decided", "leaks", "control")
"""Mixed; dense in limited delegations; in outsiders' words; in decisions; in exposed and partitioned
systems; and in powers over decisions. One more is "shapes": little but some of those shapes."""

LEVELS = ("public", "internal", "confidential", "restricted", None)
LIFETIMES = (None, "5m", "24h", "90000s", "90d", "2161h", "unlimited")
SYSTEM_KINDS = (
    *(None, None, None, "database", "secrets-manager", "agent-memory", "knowledge-base", "a-new-kind"),
    *("token-service", "identity-provider"),
)
AGENT_KINDS = (None, "ai-agent", "ai-agent", "orchestrator", "service", "workflow", "broker", "person")
CREDENTIAL_KINDS = (None, None, "api-key", "personal-access-token", "session-cookie", "exchanged-token")
IDENTITIES = ("i0", "i1", "i2")
PEOPLE = ("ann", "ben")
COUNTS = {"kind": "policy-decision", "freshness": "per-action", "state": "enforced", "actions": None}
"""What makes a checkpoint count, if the start has no power over it."""


def few_and_many(few: int, many: int) -> pytest.MarkDecorator:
    """What marks a test that reads ``drawn``, pairs of seed and flavour for `random_model`.

    By default it reads so few seeds of each flavour, and among the slow tests all others up to so many.
    """
    seeds = {"few": range(few), "many": range(few, many)}
    drawn = {name: [(seed, flavour) for seed in each for flavour in FLAVOURS] for name, each in seeds.items()}
    marks = {"many": pytest.mark.slow}
    rows = [pytest.param(each, id=name, marks=marks.get(name, ())) for name, each in drawn.items()]
    return pytest.mark.parametrize("drawn", rows)


def snapshot_of(records) -> Snapshot:
    """A snapshot of any records, each in its one canonical form."""
    tables = {}
    for record in map(normalise, records):
        tables.setdefault(table_of(record), {})[r.key_of(record)] = record
    about = tables.pop("about", {}).get("", r.About())
    return Snapshot(about=about, **tables)


def random_model(seed: int, size: int = 5, flavour: str = "mixed") -> Snapshot:
    """A valid model of about so many systems and credentials, and half as many agents or more."""
    return Maker(f"{flavour} {seed}", size, flavour).model()


class Maker:
    """One random model being made."""

    shapes = SHAPES

    def __init__(self, seed, size, flavour):
        self.rng = random.Random(seed)
        self.flavour = flavour
        few = 0 if flavour == "mixed" else 2
        self.zones = self.names("z", 1, 3)
        self.systems = self.names("s", 1 + few, 1 + size)
        at_least = 3 if flavour in {"words", "limited"} else 1 + (few > 0)
        self.agents = self.names("a", at_least, 1 + size * 2 // 3)
        self.creds = self.names("c", 1 + few, 1 + size)
        self.density = 0.2 if self.is_a("shapes") else self.pick((0.6, 1.0, 1.0, 1.6))
        self.records = {}
        self.to_decide = []

    # Choices

    def names(self, letter, least, most):
        return [f"{letter}{n}" for n in range(self.rng.randint(least, max(least, most)))]

    def pick(self, values):
        return self.rng.choice(list(values))

    def chance(self, share):
        return self.rng.random() < share

    def maybe(self, share, value, other=None):
        return value if self.chance(share) else other

    def some(self, values, most=3):
        values = list(values)
        return tuple(self.rng.sample(values, self.rng.randint(1, min(most, len(values)))))

    def actions(self):
        if self.chance(0.55):
            return (self.pick(("read", "write")),)
        return tuple(self.rng.sample(ACTIONS, self.rng.choice((1, 1, 2, 2, 3))))

    def accesses(self):
        return tuple(
            {f"{self.pick(self.systems)}:{self.pick(ACTIONS)}" for _ in range(self.rng.randint(1, 3))}
        )

    def times(self, share, least=0):
        return range(least + round(share * self.density * (1 + len(self.systems)) * self.rng.random()))

    def is_a(self, *flavours):
        return self.flavour in flavours

    # The model

    def add(self, record):
        self.records[table_of(record), r.key_of(record)] = record

    def change(self, table, name, **fields):
        self.add(replace(self.records[table, name], **fields))

    def let(self, agent, system, actions, key=None):
        """One of the actions there, by this credential or some; returned as the actions of a grant."""
        key, chosen = key or self.pick(self.creds), (self.pick(actions),)
        if agent is not None:
            self.add(r.Hold(agent, key))
        there = self.records.get(("grant", (key, system)))
        granted = chosen if there is None else tuple(dict.fromkeys(there.actions + chosen))
        self.add(r.Grant(key, system, granted))
        return chosen

    def decide(self, step, from_, to):
        """Mostly."""
        if self.chance(0.75):
            self.to_decide.append((step, from_, to))

    def expose(self, system):
        """Mostly that one alone."""
        if self.chance(0.8):
            for other in self.systems:
                self.change("system", other, exposed=False, exposed_requests=False)
        self.change("system", system, exposed=True)

    def of(self, table):
        return [record for (name, _), record in self.records.items() if name == table]

    def model(self):
        for zone in self.zones:
            environment = self.pick((None, "production", "production", "staging", "development", "external"))
            self.add(r.Zone(zone, environment=environment))
        for make, ids in (
            (self.system, self.systems),
            (self.agent, self.agents),
            (self.credential, self.creds),
        ):
            for each in ids:
                self.add(make(each))
        self.relations()
        few, many = (2, 5) if self.is_a("shapes") else (0, 2)
        for shape in self.rng.choices(self.shapes, k=self.rng.randint(few, many)):
            shape(self)
        for number, (step, from_, to) in enumerate(self.decided_steps()):
            self.add(self.checkpoint(f"k{number}", step, from_, to))
        for number, step in enumerate(self.to_decide):
            if self.can_be_decided(step):
                decision = self.checkpoint(f"d{number}", *step)
                self.add(replace(decision, **COUNTS) if self.chance(0.7) else decision)
        if self.chance(0.2):
            self.add(r.Note("n0", "who owns it?", about=f"agent:{self.pick(self.agents)}", kind="question"))
        return snapshot_of(self.records.values())

    def system(self, name):
        leaks, words = self.is_a("leaks"), self.is_a("words")
        return r.System(
            name,
            kind=self.pick(SYSTEM_KINDS),
            zone=self.maybe(0.85, self.pick(self.zones)),
            sensitivity=self.pick(LEVELS + (("confidential", "restricted") if leaks else ())),
            integrity=self.maybe(0.3, self.pick(("low", "medium", "high", "critical"))),
            untrusted_input=self.chance(0.35 if leaks or words else 0.2),
            typed=self.chance(0.25 if words else 0.2),
            exposed=self.maybe(0.4, self.chance(0.6 if leaks else 0.4)),
            exposed_requests=self.maybe(0.4, self.chance(0.5)),
            audit=self.pick((None, None, "none", "identity", "identity-and-subject")),
            partitioned=self.chance(0.7 if leaks else 0.25),
            vendor=self.maybe(0.25, self.pick(("Maker", "Supplier"))),
            owner=self.maybe(0.5, "ann"),
        )

    def agent(self, name):
        kind = self.pick(AGENT_KINDS)
        if self.is_a("limited") and self.chance(0.5):
            kind = "service"
        if self.is_a("words") and self.chance(0.5):
            kind = "ai-agent"
        return r.Agent(
            name,
            kind=kind,
            home=self.maybe(0.85, self.pick(self.zones)),
            runs_on=self.maybe(0.2, self.pick(self.systems)),
            steerable=self.maybe(0.2, self.chance(0.5)),
            vendor=self.maybe(0.2, self.pick(("Maker", "Supplier"))),
            owner=self.maybe(0.5, "ben"),
            status=self.maybe(0.07, "retired", "active"),
        )

    def credential(self, name):
        control, leaks = self.is_a("control"), self.is_a("leaks")
        return r.Credential(
            name,
            kind=self.pick(CREDENTIAL_KINDS),
            identity=self.maybe(0.7 if control else 0.4, self.pick(IDENTITIES)),
            subject=self.maybe(0.35, "human", "workload"),
            on_behalf_of=self.maybe(0.8 if leaks else 0.35, "ann" if self.chance(0.8) else "ben"),
            binding=self.pick(("bearer", "bearer", "bearer", "bearer", "mtls", "host", "dpop")),
            lifetime=self.pick(LIFETIMES),
            audience=self.maybe(0.4, self.some(self.systems)),
            attested=self.chance(0.3),
            owner=self.maybe(0.5, "ann"),
            status=self.maybe(0.07, "revoked", "active"),
        )

    def relations(self):
        one = self.pick
        more = self.is_a("words")
        for _ in self.times(1.0, 3 if more else 1):
            self.add(r.Hold(one(self.agents), one(self.creds)))
        for _ in self.times(2.2, 4 if more else 2):
            honoured_as = self.pick((None, "delegate", "principal"))
            entitled = self.maybe(0.4, self.actions())
            grant = r.Grant(one(self.creds), one(self.systems), self.actions())
            self.add(replace(grant, honoured_as=honoured_as, entitled=entitled))
        for _ in self.times(0.9):
            how = one(("stores", "stores", "issues"))
            self.add(r.Custody(one(self.systems), one(self.creds), how, self.maybe(0.3, self.actions())))
        for _ in self.times(0.35) if len(self.creds) > 1 else ():
            semantics = one((None, "delegation", "impersonation"))
            at = self.maybe(0.5, one(self.systems))
            ends = self.rng.sample(self.creds, 2)
            self.add(r.Exchange(*ends, at=at, semantics=semantics, pinned=self.chance(0.7)))
        dense = self.is_a("limited")
        for _ in self.times(1.0 if dense or more else 0.5, 2 if dense else 0) if len(self.agents) > 1 else ():
            self.add(self.delegation())
        for _ in self.times(0.5 if self.is_a("words") else 0.25):
            self.add(r.Trigger(one(self.systems), one(self.agents)))
        for _ in self.times(1.2):
            self.add(self.intent())

    def intent(self):
        """Mostly of what somebody may do somewhere, and of several sources, some of which it reads."""
        from_ = None
        if self.chance(0.6):
            from_ = tuple(dict.fromkeys(self.some([*self.systems, "home", "home", "home"], 5)))
        agent, grants = self.pick(self.agents), self.of("grant")
        per_day = self.pick((None, None, 2, 0.5))
        held = {h.credential for h in self.of("hold") if h.agent == agent}
        fitting = [g for g in grants if g.credential in held] or grants
        if self.chance(0.7):
            grant = self.pick(fitting)
            if from_ is not None and self.chance(0.5):
                from_ = tuple(dict.fromkeys((*from_, self.pick(fitting).system)))
            return r.Intent(agent, grant.system, grant.actions, from_, per_day)
        return r.Intent(agent, self.pick(self.systems), self.actions(), from_, per_day)

    def delegation(self):
        dense = self.is_a("limited")
        from_, to = self.rng.sample(self.agents, 2)
        programs = [a.id for a in self.of("agent") if a.kind in {"service", "workflow"} and a.id != from_]
        if programs and self.chance(0.6 if dense else 0.2):
            to = self.pick(programs)
        held = {h.credential for h in self.of("hold") if h.agent == to}
        grants = self.of("grant")
        fitting = [g for g in grants if g.credential in held] or grants
        only = list(self.accesses()) if self.chance(0.3) else []
        for g in self.rng.sample(fitting, min(2, len(fitting))):
            only += [f"{g.system}:{self.pick(ACTIONS if 'admin' in g.actions else g.actions)}"]
        return r.Delegation(
            from_,
            to,
            passes=self.maybe(0.35, self.some(self.creds)),
            only=self.maybe(0.5 if dense else 0.3, tuple(dict.fromkeys(only))),
            returns=self.maybe(0.45 if dense else 0.25, "values", "words"),
        )

    # Checkpoints

    def steps_to_decide(self):
        """Every step that a checkpoint may sit on, as (step, from, to)."""
        tables = ("hold", "grant", "custody", "exchange", "delegation", "trigger")
        found = [(table, *r.key_of(record)) for table in tables for record in self.of(table)]
        found += [("hold", d.to, c) for d in self.of("delegation") for c in d.passes or ()]
        found += [("hosting", a.runs_on, a.id) for a in self.of("agent") if a.runs_on is not None]
        often = 0.5 if self.is_a("words", "decided") else 0.15
        found += [("hearing", s, a) for s in self.systems for a in self.agents if self.chance(often)]
        return found

    def decided_steps(self):
        steps = self.steps_to_decide()
        lone = [f"system:{s.id}" for s in self.of("system") if s.zone is None]
        ends = [*self.zones, *lone]
        boundaries = [("boundary", one, other) for one in ends for other in ends if one != other]
        homes = {a.home for a in self.of("agent")}
        if self.chance(0.6):
            boundaries = [each for each in boundaries if each[1] in homes]
        self.rng.shuffle(steps)
        self.rng.shuffle(boundaries)
        share = self.rng.uniform(0.5, 1) if self.is_a("decided", "control") else self.rng.uniform(0, 0.6)
        chosen = steps[: round(share * len(steps))] + boundaries[: self.rng.randint(0, 2)]
        return chosen + [step for step in chosen if self.chance(0.12)]

    def can_be_decided(self, step):
        """Whether the relation is there; a boundary has two ends."""
        kind, *ends = step
        return kind in {"boundary", "hearing"} or (kind, tuple(ends)) in self.records

    def checkpoint(self, name, step, from_, to):
        control = self.is_a("control")
        limited = step in {"grant", "custody", "boundary"} and self.chance(0.35)
        return r.Checkpoint(
            name,
            kind=self.pick(DECISION_KINDS if self.chance(0.88) else CHECKPOINT_KINDS),
            step=step,
            from_=from_,
            to=to,
            actions=self.actions() if limited else None,
            freshness=self.pick(("per-action",) * 8 + ("per-session", "cached")),
            state=self.pick(("enforced",) * 7 + ("planned", "planned", "advisory")),
            decided_at=self.maybe(0.8 if control or step == "boundary" else 0.4, self.pick(self.systems)),
            approvers=self.maybe(0.45 if control else 0.2, self.some([*IDENTITIES, self.creds[0]], 2)),
            rate=self.pick((None, None, 6, 50, 51, 300)),
        )
