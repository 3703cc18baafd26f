"""Random edits of any model: what somebody draws, changes, renames and removes, often badly."""

import random
from datetime import date

from meshmodel.model import records as r
from meshmodel.model import vocabulary as v
from meshmodel.model.errors import InvalidModelError
from meshmodel.model.snapshot import Snapshot
from meshmodel.store.edits import Change, Edit, Put, Remove, Rename, apply_edit, edit

RELATIONS = ("hold", "grant", "custody", "exchange", "delegation", "trigger", "intent")
ELEMENTS = ("zone", "system", "agent", "credential")
TODAY = date(2026, 3, 1)
_NAMES = ("i0", "i1", "c0", "c1")

FIELDS = {
    "zone": {
        "environment": ("production", "development", None),
        "name": (None, "Zone"),
        "at": (None, (0, 1)),
    },
    "system": {
        "zone": "zone",
        "sensitivity": (*v.SENSITIVITIES, None),
        "untrusted_input": (True, False),
        "exposed": (True, False, None),
        "audit": ("none", "identity", "identity-and-subject", None),
        "partitioned": (True, False),
        "kind": ("agent-memory", "secrets-manager", "database", None),
        "vendor": ("V", None),
        "owner": ("O", None),
        "name": ("System", None),
        "description": ("Words", None),
        "at": (None, (1, 2)),
    },
    "agent": {
        "kind": ("ai-agent", "orchestrator", "service", "person", None),
        "home": "zone",
        "runs_on": "system",
        "steerable": (True, False, None),
        "vendor": ("V", None),
        "owner": ("O", None),
        "status": ("active", "active", "retired"),
        "name": ("Agent", None),
        "at": (None, (3, 4)),
    },
    "credential": {
        "kind": ("api-key", "personal-access-token", "session-cookie", None),
        "identity": (*_NAMES, None),
        "subject": ("workload", "human"),
        "on_behalf_of": (None, "ann", "bob"),
        "binding": ("bearer", "bearer", "mtls", "host"),
        "lifetime": (None, "1h", "100d", "unlimited"),
        "attested": (True, False),
        "owner": ("O", None),
        "status": ("active", "active", "revoked"),
        "name": ("Credential", None),
    },
}
"""For every kind of element what its fields may become; a word stands for the ids of that table."""


class RandomEdits:
    """Makes one edit after another; the generator decides everything."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng

    def edit(self, snapshot: Snapshot, findings=()) -> Edit:
        """An edit of one to three changes; it may be refused."""
        number = self.rng.choice((1, 1, 1, 1, 2, 3))
        return edit("random", [self.change(snapshot, findings) for _ in range(number)])

    def change(self, snapshot: Snapshot, findings=()) -> Change:
        """One change."""
        kinds = {
            self.relation: 6,
            self.gone: 5,
            self.field: 5,
            self.element: 2,
            self.checkpoint: 3,
            self.acceptance: 1,
            self.renamed: 1,
        }
        kind = self.rng.choices(list(kinds), list(kinds.values()))[0]
        found = kind(snapshot, findings) if kind == self.acceptance else kind(snapshot)
        return found or Put(r.About(name=self.rng.choice(("One", "Other"))))

    def _any(self, snapshot: Snapshot, table: str) -> str | None:
        ids = sorted(snapshot.table(table))
        return self.rng.choice(ids) if ids else None

    def _actions(self) -> tuple[v.Action, ...]:
        chosen = set(self.rng.choices(v.ACTIONS, k=self.rng.choice((1, 1, 2, 3))))
        return tuple(each for each in v.ACTIONS if each in chosen)

    def relation(self, snapshot: Snapshot) -> Change | None:
        """A relation put, new or in the place of one."""
        rng, kind = self.rng, self.rng.choice(RELATIONS)
        system, other = self._any(snapshot, "system"), self._any(snapshot, "system")
        agent, second = self._any(snapshot, "agent"), self._any(snapshot, "agent")
        credential, another = self._any(snapshot, "credential"), self._any(snapshot, "credential")
        if None in (system, agent, credential):
            return None
        match kind:
            case "hold":
                return Put(r.Hold(agent, credential))
            case "grant":
                entitled = rng.choice((None, None, self._actions()))
                honoured = rng.choice(("principal", "delegate"))
                return Put(r.Grant(credential, system, self._actions(), None, honoured, entitled))
            case "custody":
                by = rng.choice((None, None, self._actions()))
                return Put(r.Custody(system, credential, rng.choice(("stores", "stores", "issues")), by))
            case "exchange":
                semantics = rng.choice((None, "delegation", "impersonation"))
                at, pinned = rng.choice((None, system)), rng.random() < 0.7
                return Put(r.Exchange(credential, another, at, semantics, pinned))
            case "delegation":
                passes = rng.choice((None, (credential,), tuple(sorted({credential, another}))))
                return Put(r.Delegation(agent, second, passes))
            case "trigger":
                return Put(r.Trigger(system, agent))
            case _:
                from_ = rng.choice((None, ("home",), (other,), tuple(sorted({"home", other}))))
                return Put(r.Intent(agent, system, self._actions(), from_))

    def gone(self, snapshot: Snapshot) -> Change | None:
        """A relation or a checkpoint removed, now and then an element or an acceptance."""
        table = self.rng.choice((*RELATIONS, *RELATIONS, "checkpoint", "checkpoint", "acceptance", *ELEMENTS))
        keys = sorted(snapshot.table(table))
        return Remove(table, self.rng.choice(keys)) if keys else None

    def field(self, snapshot: Snapshot) -> Change | None:
        """Another value in a field of an element."""
        from dataclasses import replace

        table = self.rng.choice(ELEMENTS)
        ident = self._any(snapshot, table)
        if ident is None:
            return None
        name, values = self.rng.choice(list(FIELDS[table].items()))
        if isinstance(values, str):
            values = (None, *sorted(snapshot.table(values)))
        return Put(replace(snapshot.table(table)[ident], **{name: self.rng.choice(values)}))

    def element(self, snapshot: Snapshot) -> Change:
        """A new element."""
        rng, ident = self.rng, f"n{self.rng.randrange(8)}"
        zone = rng.choice((None, self._any(snapshot, "zone")))
        match rng.choice(ELEMENTS):
            case "zone":
                return Put(r.Zone(ident))
            case "system":
                level = rng.choice((None, *v.SENSITIVITIES))
                return Put(r.System(ident, zone=zone, sensitivity=level, untrusted_input=rng.random() < 0.3))
            case "agent":
                kind = rng.choice(("ai-agent", "service", "person"))
                return Put(r.Agent(ident, kind=kind, home=zone, runs_on=self._any(snapshot, "system")))
            case _:
                return Put(r.Credential(ident, identity=rng.choice((None, *_NAMES))))

    def checkpoint(self, snapshot: Snapshot) -> Change | None:
        """A checkpoint, new or changed, on a step that is there or on a boundary."""
        rng = self.rng
        places = [
            (table, *key)
            for table in RELATIONS[:-1]
            for key in sorted(snapshot.table(table))
            if table != "intent"
        ]
        places += [("hosting", a.runs_on, a.id) for a in snapshot.agent.values() if a.runs_on is not None]
        places += [("hold", d.to, c) for d in snapshot.delegation.values() for c in d.passes or ()]
        places += [("trigger", s, a) for s in snapshot.system for a in snapshot.agent if rng.random() < 0.2]
        ends = [*snapshot.zone, *(f"system:{s.id}" for s in snapshot.system.values() if s.zone is None)]
        places += [("boundary", one, other) for one in ends for other in ends if one != other]
        if not places:
            return None
        step, from_, to = rng.choice(places)
        limited = step in ("grant", "custody", "boundary") and rng.random() < 0.3
        return Put(
            r.Checkpoint(
                f"k{rng.randrange(6)}",
                rng.choice(v.DECISION_KINDS if rng.random() < 0.9 else v.CHECKPOINT_KINDS),
                step,
                from_,
                to,
                actions=self._actions() if limited else None,
                freshness=rng.choice(("per-action",) * 6 + ("cached",)),
                state=rng.choice(("enforced",) * 4 + ("planned", "advisory")),
                decided_at=rng.choice((None, self._any(snapshot, "system"), self._any(snapshot, "system"))),
                approvers=rng.choice((None, None, ("i0",), ("c0", "i1"))),
                rate=rng.choice((None, 20, 100)),
            )
        )

    def acceptance(self, snapshot: Snapshot, findings) -> Change | None:
        """One of the findings accepted, for a time that may be over."""
        if not findings:
            return None
        rng, found = self.rng, self.rng.choice(findings)
        return Put(
            r.Acceptance(
                found.rule,
                found.subject,
                "because",
                "somebody",
                rng.choice((date(2026, 2, 1), date(2026, 4, 1))),
                rng.choice((None, "low", found.severity)),
                rng.choice((None, found.agents or None)),
                rng.choice((None, found.actions or None)),
            )
        )

    def renamed(self, snapshot: Snapshot) -> Change | None:
        """An element or a checkpoint with another id."""
        table = self.rng.choice((*ELEMENTS, "checkpoint"))
        ident = self._any(snapshot, table)
        return None if ident is None else Rename(table, ident, f"r{self.rng.randrange(30)}")


def edited(seed, snapshot, number=4):
    """The models after some edits, one after the other; an edit that is refused leaves none."""
    edits = RandomEdits(random.Random(seed))
    for _ in range(number):
        try:
            snapshot = apply_edit(snapshot, edits.edit(snapshot))
        except InvalidModelError:
            continue
        yield snapshot
