"""Small models in which agents share what follows on their sources, and find power on the way.

What all agents have and what some of them have alone, what they may read only once they were asked, where
decisions are made, and what is found there: all of it is drawn, so that agents differ in one thing.
"""

import random

from meshmodel.model import records as r
from tests.analysis.random_models import snapshot_of


class _Sharing:
    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.found = {}

    def chance(self, share):
        return self.rng.random() < share

    def names(self, letter, least, most):
        return [f"{letter}{number}" for number in range(self.rng.randint(least, most))]

    def add(self, record):
        key = r.key_of(record)
        if not isinstance(record, r.Exchange | r.Delegation) or key[0] != key[1]:
            self.found[type(record).__name__.lower(), key] = record

    def act(self):
        return (self.rng.choice(("read", "read", "write", "write", "execute", "admin")),)

    def check(self, step, from_, to, at):
        number = len(self.found)
        self.add(r.Checkpoint(f"k{number}", "policy-decision", step, from_, to, decided_at=at))


def sharing_model(seed: int):
    """A valid model: the seed decides everything."""
    made = _Sharing(seed)
    rng, add, chance, choice = made.rng, made.add, made.chance, made.rng.choice
    gates, shelves, safes = (made.names(*each) for each in (("gate", 2, 4), ("shelf", 1, 3), ("safe", 1, 3)))
    inboxes, dull = made.names("inbox", 1, 4), made.names("dull", 2, 4)
    found, spare, own = (made.names(each, 1, 3) for each in ("found", "spare", "own"))
    agents = made.names("agent", 2, 5)
    systems = [*gates, *shelves, *safes, *inboxes, *dull]
    records = [r.Zone("one"), r.Zone("other")]
    records += [r.System(each, zone=choice(("one", "one", "other", None))) for each in systems]
    records += [r.Credential(each) for each in ("common", "ticket", *found, *spare, *own)]
    records += [r.Agent(each, home=choice(("one", "one", "other", None))) for each in agents]
    for agent in agents:
        for each in ("common", "ticket"):
            if chance(0.95):
                add(r.Hold(agent, each))
        for _ in range(choice((0, 0, 1, 1, 2))):
            add(r.Hold(agent, choice([*own, *own, *spare, *found])))
    for each in shelves:
        add(r.Grant("common", each, ("read",)))
        for _ in range(choice((1, 1, 2))):
            add(r.Custody(each, choice([*spare, *spare, *found])))
    add(r.Grant("common", choice(systems), made.act()))
    add(r.Grant("common", choice(dull), ("admin",)))
    if chance(0.3):
        add(r.Grant("common", choice(gates), ("write",)))
    if chance(0.4):
        add(r.Custody(shelves[0], "common"))
    for each in found:
        add(
            r.Grant(each, choice(gates), ("write",))
            if chance(0.7)
            else r.Grant(each, choice(systems), made.act())
        )
    for each in spare:
        for _ in range(choice((1, 1, 2))):
            add(r.Grant(each, choice([*safes, *safes, *gates]), ("read",) if chance(0.4) else made.act()))
    for each in own:
        add(r.Grant(each, choice([*gates, *gates, *shelves, *safes]), made.act()))
    for each in safes:
        if chance(0.5):
            add(r.Custody(each, choice([*spare, *found, *own, *own, "common"])))
    for each in inboxes:
        add(r.Grant("ticket", each, ("read",)))
        for _ in range(choice((1, 1, 2))):
            add(r.Custody(each, choice([*found, *found, *spare, *own, "common"])))
    for each in dull:
        add(r.Grant("ticket", each, ("read",)))
        add(r.Custody(each, "common"))
    for _ in range(choice((0, 0, 1))):
        add(r.Exchange(choice(spare), choice([*found, *own])))
    share = choice((0.2, 0.5, 0.8))
    for (kind, key), record in list(made.found.items()):
        if kind == "grant" and record.credential == "ticket":
            if chance(0.93):
                made.check(kind, *key, None if chance(0.85) else choice(gates))
        elif chance(share * (0.4 if kind in ("hold", "grant") else 1)):
            for _ in range(choice((1, 1, 1, 2))):
                made.check(kind, *key, choice(gates) if chance(0.8) else None)
    if chance(0.2):
        made.check("boundary", *rng.sample(("one", "other"), 2), choice(gates))
    return snapshot_of([*records, *made.found.values()])
