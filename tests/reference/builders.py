"""Models made by hand for what small random models rarely or never reach."""

import random
from dataclasses import replace
from pathlib import Path

from meshmodel.interchange import read_file
from meshmodel.model import records as r
from meshmodel.model.records import Snapshot
from tests.reference.random_models import snapshot_of
from tests.reference.words import Words

DECISION = "policy-decision"


def key(agent, credential, **grants):
    """A credential held by the agent, and its grants: ``system="read write"``; underscores are hyphens."""
    yield r.Credential(credential)
    yield r.Hold(agent, credential)
    for system, actions in grants.items():
        yield r.Grant(credential, system.replace("_", "-"), tuple(actions.split()))


def hubs(readers=6, depth=3, *, typed=None, decided=None, decided_at=None) -> Snapshot:
    """Words of the web go from memory to memory; so many agents hear each and write the next.

    Args:
        readers: agents that hear each memory.
        depth: memories in a row.
        typed: the number of a memory that holds only values.
        decided: the number of a memory every write into which is decided.
        decided_at: where; the web: outsiders decide themselves.
    """
    records = [r.Zone("app"), r.Zone("out"), r.System("vault", zone="out", sensitivity="confidential")]
    records.append(r.System("web", zone="out", sensitivity="public", untrusted_input=True))
    before = "web"
    for level in range(depth):
        memory = f"memory-{level}"
        records.append(r.System(memory, zone="app", kind="agent-memory", typed=level == typed))
        for number in range(readers):
            agent, credential = f"a{level}-{number}", f"c{level}-{number}"
            records.append(r.Agent(agent, home="app", kind="ai-agent"))
            records += [r.Credential(credential), r.Hold(agent, credential)]
            records += [r.Grant(credential, before, ("read",)), r.Grant(credential, memory, ("write",))]
            if level == decided:
                name = f"on-{credential}"
                records.append(
                    r.Checkpoint(name, DECISION, "grant", credential, memory, decided_at=decided_at)
                )
        before = memory
    records += [r.Agent("last", home="app", kind="ai-agent"), r.Intent("last", "vault", ("write",))]
    records += [*key("last", "recall", **{before: "read"}), *key("last", "vault-key", vault="write")]
    return snapshot_of(records)


def many_starts(agents=8, systems=8, seed=0) -> Snapshot:
    """Each agent reads each system under a key of its own, behind decisions; what a read yields differs."""
    rng = random.Random(f"starts {seed}")
    zones = ["z0", "z1", "z2"]
    records = [r.Zone(zone) for zone in zones]
    for s in range(systems):
        level = rng.choice(("public", "internal", "confidential", "restricted"))
        records.append(
            r.System(f"s{s}", zone=rng.choice(zones), sensitivity=level, untrusted_input=s % 7 == 3)
        )
        records += [r.Credential(f"kept{s}"), r.Custody(f"s{s}", f"kept{s}")]
        records.append(r.Grant(f"kept{s}", f"s{rng.randrange(systems)}", ("write",)))
    for a in range(agents):
        kind = "ai-agent" if a % 5 == 4 else "workflow"
        records += [r.Agent(f"a{a}", home=rng.choice(zones), kind=kind), r.Credential(f"c{a}")]
        records.append(r.Hold(f"a{a}", f"c{a}"))
        for s in range(systems):
            records.append(r.Grant(f"c{a}", f"s{s}", ("read",)))
            if rng.random() < 0.7:
                decided_at = f"s{rng.randrange(systems)}" if rng.random() < 0.5 else None
                name = f"k{a}-{s}"
                records.append(r.Checkpoint(name, DECISION, "grant", f"c{a}", f"s{s}", decided_at=decided_at))
    return snapshot_of(records)


def decided_everywhere(model: Snapshot, seed=0) -> Snapshot:
    """The model with a decision on most of its steps, also on hearing."""
    rng = random.Random(f"decided {seed}")
    steps = {(step.kind, *step.key) for step in Words(model).steps if step.kind != "implies"}
    systems = sorted(model.system)
    found = {}
    for number, step in enumerate(sorted(steps)):
        if rng.random() < 0.85:
            found[f"d{number}"] = r.Checkpoint(
                f"d{number}",
                DECISION,
                *step,
                decided_at=rng.choice(systems) if rng.random() < 0.6 else None,
                approvers=("i0",) if rng.random() < 0.2 else None,
            )
    return replace(model, checkpoint={**model.checkpoint, **found})


def decided_hearing(model: Snapshot, seed=0) -> Snapshot:
    """The model with a decision on hearing wherever something is heard or started, and on no other."""
    rng = random.Random(f"hearing {seed}")
    found = {}
    started = {step.key for step in Words(model).steps if step.kind in {"trigger", "hearing"}}
    for system, agent in sorted(started):
        name = f"h-{system}-{agent}"
        decided_at = rng.choice([None, *sorted(model.system)])
        found[name] = r.Checkpoint(name, DECISION, "hearing", system, agent, decided_at=decided_at)
    return replace(model, checkpoint=found)


def outsider_in_the_proof(bookers=3, *, decided_at=None) -> Snapshot:
    """Each booker acts on words that the browser carries into the memory: one decision there mends all.

    With ``decided_at = "web"`` that decision is drawn already, and outsiders decide it themselves.
    """
    records = [r.Zone("app"), r.Zone("out")]
    records += [
        r.System("web", zone="out", sensitivity="public", untrusted_input=True, exposed=False),
        r.System("memory", zone="app", kind="agent-memory"),
        r.Agent("browser", home="out", kind="ai-agent"),
        *key("browser", "fetch", web="read"),
        *key("browser", "note", memory="write"),
    ]
    if decided_at is not None:
        records.append(r.Checkpoint("on-note", DECISION, "grant", "note", "memory", decided_at=decided_at))
    for number in range(bookers):
        agent, hook = f"booker-{number}", f"hook-{number}"
        records += [r.System(hook, zone="app"), r.Agent(agent, home="app", kind="ai-agent")]
        records += [
            *key(agent, f"recall-{number}", memory="read"),
            *key(agent, f"key-{number}", **{hook: "write"}),
        ]
    return snapshot_of(records)


def approval_on_words(*, decided_at=None) -> Snapshot:
    """An intent from the memory holds as long as outsiders' words do not come there unchecked."""
    model = outsider_in_the_proof(1, decided_at=decided_at)
    hook = replace(model.system["hook-0"], zone="out", sensitivity="confidential", audit="identity")
    intent = r.Intent("booker-0", "hook-0", ("write",), from_=("memory", "home"))
    return replace(
        model,
        system={**model.system, "hook-0": hook},
        intent={("booker-0", "hook-0"): intent},
    )


def power_over_a_boundary(*, after_a_read=True, approvers=None) -> Snapshot:
    """A decision on the boundary, over which the agent has power once it has read the source, or at once."""
    records = [r.Zone("a"), r.Zone("b"), r.System("gate"), r.System("source", zone="a")]
    records += [
        r.System("target", zone="b", sensitivity="confidential"),
        r.Agent("bot", home="a", kind="service"),
        r.Credential("gate-key", identity="warden"),
        r.Grant("gate-key", "gate", ("admin",)),
        *key("bot", "read-key", source="read"),
        *key("bot", "target-key", target="read write"),
        r.Custody("source", "gate-key"),
        r.Checkpoint("gate-check", DECISION, "boundary", "a", "b", decided_at="gate", approvers=approvers),
    ]
    if after_a_read:
        records.append(r.Checkpoint("ask", DECISION, "grant", "read-key", "source"))
    return snapshot_of(records)


def by_hand():
    """All of them, named, small enough for the naive reading."""
    yield "hubs", hubs()
    yield "hubs, five deep", hubs(5, 5)
    yield "hubs, typed", hubs(typed=1)
    yield "hubs, decided", hubs(decided=1)
    yield "hubs, decided by outsiders", hubs(decided=1, decided_at="web")
    yield "hubs, decided by what lies behind", hubs(decided=1, decided_at="vault")
    for seed in range(3):
        yield f"many starts {seed}", many_starts(seed=seed)
    for decided_at in (None, "web", "hook-0"):
        yield f"outsider in the proof, {decided_at}", outsider_in_the_proof(decided_at=decided_at)
        yield f"approval on words, {decided_at}", approval_on_words(decided_at=decided_at)
    for after in (False, True):
        yield f"power over a boundary, {after}", power_over_a_boundary(after_a_read=after)
        yield (
            f"warden of a boundary, {after}",
            power_over_a_boundary(after_a_read=after, approvers=("warden",)),
        )


def corners():
    """Models of the folder ``corners``, named: each is there for one clause, which its description says."""
    for path in sorted((Path(__file__).parent / "corners").glob("*.toml")):
        yield path.stem, read_file(path)
