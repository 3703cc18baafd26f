"""A large design as a workshop would draw it, for the minimum fix.

``workshop(agents=200, steps=2600, seed=1) -> Snapshot``.

Unlike the clustered meshes it has intents for most agents, vaults from which credentials are picked up,
approvals that agents have power over, and so fixes that take proofs and preferences.
"""

import random

from meshmodel.model import records as r
from meshmodel.model.records import Snapshot

_LEVELS = ("public", "internal", "internal", "confidential", "confidential", "restricted")
_KINDS = ("ai-agent", "ai-agent", "service", "workflow", "orchestrator", "broker")


def workshop(agents: int = 200, steps: int = 2600, *, seed: int = 1) -> Snapshot:
    """A design of about so many agents and steps; the same arguments give the same snapshot."""
    rng = random.Random(seed)
    zones = [f"zone-{n}" for n in range(max(3, agents // 16))]
    systems = [f"system-{n}" for n in range(agents * 5 // 4)]
    credentials = [f"credential-{n}" for n in range(agents * 2)]
    zone_of = {name: zones[n % len(zones)] for n, name in enumerate(systems)}
    home = {f"agent-{n}": zones[n % len(zones)] for n in range(agents)}
    by_zone = {zone: [name for name in systems if zone_of[name] == zone] for zone in zones}
    vaults = {zone: by_zone[zone][0] for zone in zones}
    place = {name: zones[n % len(zones)] for n, name in enumerate(credentials)}
    owned = {zone: [name for name in credentials if place[name] == zone] for zone in zones}

    def near(zone: str, names: dict[str, list[str]], stay: float) -> str:
        return rng.choice(names[zone if rng.random() < stay else rng.choice(zones)])

    hold, grant, custody, exchange, delegation, trigger, intent = ({} for _ in range(7))
    for name in credentials:
        key = name, near(place[name], by_zone, 0.9)
        grant[key] = r.Grant(*key, rng.choice((("read",), ("read", "write"), ("write",))))
    for name, zone in home.items():
        key = name, near(zone, owned, 0.9)
        hold[key] = r.Hold(*key)
    for zone in zones:
        # A vault in each zone, which hands out what leads on.
        key = rng.choice(owned[zone]), vaults[zone]
        grant[key] = r.Grant(*key, ("read",))
    left = steps - sum(len(each.actions) for each in grant.values()) - len(hold)
    names = list(home)
    while left > 0:
        kind = rng.choices(
            ("hold", "grant", "custody", "exchange", "delegation", "trigger"), (6, 6, 1, 0.3, 0.4, 0.2)
        )[0]
        name, credential, system = rng.choice(names), rng.choice(credentials), rng.choice(systems)
        match kind:
            case "hold":
                key = name, near(home[name], owned, 0.9)
                left -= key not in hold
                hold[key] = r.Hold(*key)
            case "grant":
                key = credential, near(place[credential], by_zone, 0.85)
                if key not in grant:
                    grant[key] = r.Grant(*key, rng.choice((("read",), ("read", "write"), ("write",))))
                    left -= len(grant[key].actions)
            case "custody":
                zone = rng.choice(zones)
                key = (
                    vaults[zone] if rng.random() < 0.5 else rng.choice(by_zone[zone]),
                    near(zone, owned, 0.8),
                )
                left -= key not in custody
                custody[key] = r.Custody(*key)
            case "exchange":
                key = credential, near(place[credential], owned, 0.8)
                if key[0] != key[1]:
                    left -= key not in exchange
                    exchange[key] = r.Exchange(*key)
            case "delegation":
                key = name, rng.choice(names)
                if key[0] != key[1]:
                    left -= key not in delegation
                    delegation[key] = r.Delegation(*key)
            case _:
                left -= (system, name) not in trigger
                trigger[system, name] = r.Trigger(system, name)
    granted: dict[str, list[tuple[str, tuple]]] = {}
    for key, each in grant.items():
        granted.setdefault(key[0], []).append((key[1], each.actions))
    for name, credential in sorted(hold):
        for system, actions in granted[credential]:
            if rng.random() < 0.35:
                intent[name, system] = r.Intent(name, system, actions)
    checkpoint = {}
    for number, key in enumerate(rng.sample(sorted(grant), len(grant) // 10)):
        checkpoint[f"check-{number}"] = r.Checkpoint(
            f"check-{number}",
            rng.choice(("policy-decision", "human-approval")),
            "grant",
            *key,
            decided_at=rng.choice((None, rng.choice(systems), near(zone_of[key[1]], by_zone, 1))),
        )
    return Snapshot(
        about=r.About(f"workshop {agents}"),
        zone={zone: r.Zone(zone) for zone in zones},
        system={
            name: r.System(
                name,
                zone=zone_of[name],
                sensitivity=rng.choice(_LEVELS),
                untrusted_input=rng.random() < 0.03,
                audit=rng.choice((None, "identity", "none")),
            )
            for name in systems
        },
        agent={name: r.Agent(name, kind=rng.choice(_KINDS), home=zone) for name, zone in home.items()},
        credential={name: r.Credential(name) for name in credentials},
        hold=hold,
        grant=grant,
        custody=custody,
        exchange=exchange,
        delegation=delegation,
        trigger=trigger,
        intent=intent,
        checkpoint=checkpoint,
    )
