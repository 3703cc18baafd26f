"""Synthetic meshes of any size, as snapshots.

``clustered(nodes, steps, *, dense, seed, guarded=0.05) -> Snapshot``; ``decided(nodes, steps, *, seed)``
has a decision on most relations.

Zones are clusters of systems with the agents and credentials that belong to them. In a *dense* mesh
what is found on the way leads on, across clusters, until most starts reach most of it; in a *sparse*
one reach ends after a step or two. The same arguments give the same snapshot.
"""

import random
from dataclasses import replace

from meshmodel.api import analyse
from meshmodel.model import records as r
from meshmodel.model.records import Snapshot

_LEVELS = ("public", "internal", "internal", "internal", "confidential", "confidential", "restricted")
_KINDS = ("ai-agent", "service", "workflow", "service", "orchestrator", "broker")
_USED = (("read",), ("read", "write"), ("read", "write"), ("read", "write", "execute"))
_CLUSTER = 25
"""Systems in a zone."""
_DECIDED = {"hold": 0.3, "custody": 0.16, "exchange": 0.16, "delegation": 0.08}
"""The shares of relations that a fix guards."""


def clustered(nodes: int, steps: int, *, dense: bool, seed: int, guarded: float = 0.05) -> Snapshot:
    """A mesh of about so many nodes and steps of the step graph.

    Args:
        nodes: agents, credentials and accesses in use.
        steps: of all kinds; at least one and a half for each node.
        dense: whether what is found leads on across clusters.
        seed: decides everything that is random.
        guarded: the share of grants with a checkpoint; a third of these is decided somewhere in the
            mesh, where agents may have power over it.
    """
    rng = random.Random(seed)
    agents, credentials = max(2, nodes * 12 // 100), max(3, nodes * 28 // 100)
    systems, accesses = [], 0
    while accesses + agents + credentials < nodes or len(systems) < 3:
        used = rng.choice(_USED)
        systems.append(used)
        accesses += len(used)
    clusters = max(1, len(systems) // _CLUSTER)
    tables: dict[str, dict] = {name: {} for name in ("zone", "system", "agent", "credential")}
    names = [f"system-{n}" for n in range(len(systems))]
    for n in range(clusters):
        tables["zone"][f"zone-{n}"] = r.Zone(f"zone-{n}")
    for n, name in enumerate(names):
        tables["system"][name] = r.System(
            name,
            zone=f"zone-{n % clusters}",
            sensitivity=rng.choice(_LEVELS),
            untrusted_input=n % 40 == 7,
        )
    for n in range(agents):
        tables["agent"][f"agent-{n}"] = r.Agent(
            f"agent-{n}",
            kind=rng.choice(_KINDS),
            home=f"zone-{n % clusters}",
            runs_on=rng.choice(names) if rng.random() < 0.1 else None,
        )
    for n in range(credentials):
        tables["credential"][f"credential-{n}"] = r.Credential(f"credential-{n}")
    relations = _relations(rng, tables, systems, clusters, steps, dense=dense, guarded=guarded)
    return Snapshot(about=r.About(f"clustered {nodes}"), **tables, **relations)


def decided(nodes: int, steps: int, *, seed: int) -> Snapshot:
    """A dense mesh with as many checkpoints as a fix places: on many relations of every kind, and then on
    every grant that still misses one. Few of them are decided where agents may have power.

    Args:
        nodes, steps: as for ``clustered``.
        seed: decides everything that is random.
    """
    rng = random.Random(seed)
    plain = clustered(nodes, steps, dense=True, seed=seed, guarded=0)
    systems = sorted(plain.system)
    found: dict[str, r.Checkpoint] = {}

    def decide(step: str, from_: str, to: str) -> None:
        decided_at = rng.choice(systems) if rng.random() < 0.03 else None
        name = f"decided-{len(found)}"
        found[name] = r.Checkpoint(name, "policy-decision", step, from_, to, decided_at=decided_at)

    for step, share in _DECIDED.items():
        for key in sorted(plain.table(step)):
            if rng.random() < share:
                decide(step, *key)
    for door in analyse(replace(plain, checkpoint=found.copy())).doors:
        decide("grant", door.credential, door.system)
    return replace(plain, checkpoint=found)


def _near(rng: random.Random, count: int, cluster: int, clusters: int, chance: float) -> int:
    """A number below ``count``: of the same cluster with this chance, else any."""
    if rng.random() >= chance or cluster >= count:
        return rng.randrange(count)
    return cluster + clusters * rng.randrange((count - cluster - 1) // clusters + 1)


def _relations(rng, tables, systems, clusters, steps, *, dense, guarded):
    agents, credentials = len(tables["agent"]), len(tables["credential"])
    stay = 0.8 if dense else 0.97
    hold, custody, trigger, delegation, exchange, checkpoint = ({} for _ in range(6))
    granted: dict[tuple[str, str], set[str]] = {}
    left = steps - sum(each.runs_on is not None for each in tables["agent"].values())
    for n, used in enumerate(systems):
        for action in used:
            c = _near(rng, credentials, n % clusters, clusters, stay)
            granted.setdefault((f"credential-{c}", f"system-{n}"), set()).add(action)
            left -= 1
    for n in range(agents):
        key = f"agent-{n}", f"credential-{_near(rng, credentials, n % clusters, clusters, 0.95)}"
        hold[key] = r.Hold(*key)
        left -= 1
    weights = (3, 3, 5, 1, 1, 1) if dense else (6, 5, 0.4, 0.1, 0.1, 0.1)
    kinds = ("hold", "grant", "custody", "trigger", "delegation", "exchange")
    while left > 0:
        kind = rng.choices(kinds, weights)[0]
        c, n, a = rng.randrange(credentials), rng.randrange(len(systems)), rng.randrange(agents)
        match kind:
            case "hold":
                key = f"agent-{a}", f"credential-{_near(rng, credentials, a % clusters, clusters, 0.95)}"
                left -= key not in hold
                hold[key] = r.Hold(*key)
            case "grant":
                near = _near(rng, len(systems), c % clusters, clusters, stay)
                action = rng.choice(systems[near])
                actions = granted.setdefault((f"credential-{c}", f"system-{near}"), set())
                left -= action not in actions
                actions.add(action)
            case "custody":
                key = f"system-{n}", f"credential-{_near(rng, credentials, n % clusters, clusters, stay)}"
                left -= key not in custody
                custody[key] = r.Custody(*key)
            case "trigger":
                key = f"system-{n}", f"agent-{_near(rng, agents, n % clusters, clusters, stay)}"
                left -= key not in trigger
                trigger[key] = r.Trigger(*key)
            case "delegation":
                other = _near(rng, agents, a % clusters, clusters, stay)
                key = f"agent-{a}", f"agent-{other}"
                if a != other:
                    left -= key not in delegation
                    delegation[key] = r.Delegation(*key)
            case _:
                other = _near(rng, credentials, c % clusters, clusters, stay)
                key = f"credential-{c}", f"credential-{other}"
                if c != other:
                    left -= key not in exchange
                    exchange[key] = r.Exchange(*key)
    grant = {
        key: r.Grant(*key, tuple(x for x in ("read", "write", "execute") if x in actions))
        for key, actions in granted.items()
    }
    for number, key in enumerate(rng.sample(sorted(grant), int(len(grant) * guarded))):
        checkpoint[f"check-{number}"] = r.Checkpoint(
            f"check-{number}",
            rng.choice(("policy-decision", "human-approval", "step-up-authentication")),
            "grant",
            *key,
            decided_at=rng.choice((None, None, f"system-{rng.randrange(len(systems))}")),
        )
    return {
        "hold": hold,
        "grant": grant,
        "custody": custody,
        "trigger": trigger,
        "delegation": delegation,
        "exchange": exchange,
        "checkpoint": checkpoint,
    }
