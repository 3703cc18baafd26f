"""Random models with many checkpoints, and agents that come to the same sources after a decision."""

import random
from dataclasses import replace

from meshmodel.model import records as r
from meshmodel.model.snapshot import Snapshot
from tests.analysis.random_models import random_model

_STEPS = ("hold", "grant", "custody", "exchange", "delegation")


def much_decided(seed: int, size: int) -> Snapshot:
    """A random model in which all agents hold a ticket to most systems, where credentials are kept, and many
    relations are guarded.

    Args:
        seed: decides everything that is random.
        size: how many elements of a kind there are at most, the ticket aside.
    """
    rng = random.Random(seed)
    plain = random_model(seed, size)
    systems = sorted(plain.system)
    ticket = r.Credential("ticket")
    holds = {(each, "ticket"): r.Hold(each, "ticket") for each in plain.agent}
    grants = {("ticket", each): r.Grant("ticket", each, ("read",)) for each in systems if rng.random() < 0.8}
    credentials = sorted(plain.credential)
    found_at = {
        (each, kept): r.Custody(each, kept)
        for each in systems
        if rng.random() < 0.7 and (kept := rng.choice(credentials))
    }
    made = replace(
        plain,
        custody={**plain.custody, **found_at},
        credential={**plain.credential, "ticket": ticket},
        hold={**plain.hold, **holds},
        grant={**plain.grant, **grants},
    )
    chance = rng.choice((0.1, 0.3, 0.6))
    found = {}
    for step in _STEPS:
        for key in made.table(step):
            ticketed = key in grants and rng.random() < 0.9
            if ticketed or (key not in holds and rng.random() < chance):
                decided_at = rng.choice(systems) if rng.random() < 0.4 else None
                name = f"decided-{len(found)}"
                found[name] = r.Checkpoint(name, "policy-decision", step, *key, decided_at=decided_at)
    return replace(made, checkpoint={**made.checkpoint, **found})
