"""Snapshots for the tests of the drawing: a small mesh by hand, and random ones."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from meshmodel.canvas.scene import CanvasFacts
from meshmodel.model.records import (
    Agent,
    Checkpoint,
    Credential,
    Custody,
    Delegation,
    Exchange,
    Grant,
    Hold,
    Snapshot,
    System,
    Trigger,
    Zone,
    key_of,
    table_of,
)

ACTIONS = ("read", "write", "execute", "issue", "admin")
NAMES = (
    None,
    "[bold]not markup[/]",
    "東京の請求書システム",
    "خدمة الفواتير",
    "e\u0301te\u0301 combining",
    "👩\u200d👩\u200d👧 team ❤️",
    "n" * 200,
    "宽" * 100,
    "│┼─▶ ✖",
)


def snapshot_of(*records: Any) -> Snapshot:
    """A snapshot of these records."""
    tables: dict[str, dict[Any, Any]] = {}
    for record in records:
        tables.setdefault(table_of(record), {})[key_of(record)] = record
    return Snapshot(**tables)


def helpdesk() -> tuple[Snapshot, CanvasFacts]:
    """Fifteen elements: three agents, five systems, seven credentials in three zones."""
    records: list[Any] = [
        *(Zone(zone) for zone in ("helpdesk", "cloud", "finance")),
        Agent("support-bot", kind="ai-agent", home="helpdesk"),
        Agent("deployer", home="cloud"),
        Agent("reconciler", home="finance"),
        System("wiki", zone="helpdesk", sensitivity="internal"),
        System("tickets", zone="helpdesk", sensitivity="internal", untrusted_input=True),
        System("ci", zone="cloud", sensitivity="internal"),
        System("files", zone="cloud", sensitivity="confidential"),
        System("billing", zone="finance", sensitivity="restricted"),
        Trigger("tickets", "deployer"),
        Delegation("support-bot", "reconciler"),
    ]
    for credential, identity, holder, store, system, actions in (
        ("wiki-token", "svc-support", "support-bot", None, "wiki", ("read",)),
        ("ticket-token", "svc-support", "support-bot", None, "tickets", ("read", "write")),
        ("file-key", "svc-files", "support-bot", None, "files", ("read",)),
        ("ci-token", "ci", "deployer", None, "ci", ("read", "execute")),
        ("deploy-key", "svc-deploy", None, "ci", "files", ("read", "write")),
        ("recon-token", "svc-recon", "reconciler", None, "billing", ("read", "write")),
        ("billing-key", "svc-billing", None, "files", "billing", ("write",)),
    ):
        records += [Credential(credential, identity=identity), Grant(credential, system, actions)]
        if holder:
            records.append(Hold(holder, credential))
        if store:
            records.append(Custody(store, credential))
    records += [
        Checkpoint("ask-recon", "policy-decision", "grant", "recon-token", "billing"),
        Checkpoint("ask-hand-over", "human-approval", "delegation", "support-bot", "reconciler"),
        Checkpoint("once", "human-approval", "grant", "deploy-key", "files", freshness="cached"),
        Checkpoint("gate", "policy-decision", "boundary", "helpdesk", "cloud", decided_at="ci"),
    ]
    marks: dict[tuple[str, str, str], Any] = {
        ("grant", "file-key", "files"): "missing",
        ("grant", "billing-key", "billing"): "missing",
        ("grant", "recon-token", "billing"): "counts",
        ("grant", "deploy-key", "files"): "does-not-count",
        ("delegation", "support-bot", "reconciler"): "counts",
        ("boundary", "helpdesk", "cloud"): "counts",
    }
    return snapshot_of(*records), CanvasFacts(
        {"support-bot": 4, "deployer": 2, "reconciler": 1}, marks, heard=frozenset({"tickets", "ci"})
    )


def approved() -> tuple[Snapshot, CanvasFacts]:
    """The help desk with a person who is asked before support hands over, and others where files open."""
    snapshot, facts = helpdesk()
    asked = dict(snapshot.checkpoint)
    for key, names in (("ask-hand-over", ("ann",)), ("once", ("svc-support", "boss"))):
        asked[key] = replace(asked[key], approvers=names)
    ann = Agent("ann", "Ann Lee", kind="person", home="helpdesk")
    return replace(snapshot, checkpoint=asked, agent={**snapshot.agent, "ann": ann}), facts


def with_approvers(snapshot: Snapshot) -> Snapshot:
    """The same, with one or two approvers at each checkpoint: agents, and somebody who is not drawn."""
    names = (*snapshot.agent, "somebody else")
    asked = {
        key: replace(each, approvers=tuple({names[number % len(names)]: None, names[0]: None}))
        for number, (key, each) in enumerate(snapshot.checkpoint.items())
    }
    return replace(snapshot, checkpoint=asked)


@st.composite
def meshes(draw: Callable[..., Any]) -> tuple[Snapshot, CanvasFacts]:
    """Any mesh of moderate size, with hostile names, slots, checkpoints, marks and every relation."""
    zones = [f"z{number}" for number in range(draw(st.integers(0, 4)))]
    agents = [f"a{number}" for number in range(draw(st.integers(0, 6)))]
    systems = [f"s{number}" for number in range(draw(st.integers(0, 8)))]
    credentials = [f"c{number}" for number in range(draw(st.integers(0, 9)))]
    names = st.sampled_from(NAMES) if draw(st.booleans()) else st.none()
    slot = st.none() | st.tuples(st.integers(-1, 7), st.integers(-1, 9)) if draw(st.booleans()) else st.none()
    zone = st.sampled_from([None, *zones])
    records: list[Any] = [Zone(key, name=draw(names), at=draw(slot)) for key in zones]
    records += [
        Agent(
            key,
            name=draw(names),
            home=draw(zone),
            runs_on=draw(st.sampled_from([None, None, *systems])),
            status=draw(st.sampled_from(["active", "retired"])),
            at=draw(slot),
        )
        for key in agents
    ]
    records += [
        System(
            key,
            name=draw(names),
            zone=draw(zone),
            kind=draw(st.sampled_from([None, "database", "token-service"])),
            sensitivity=draw(st.sampled_from([None, "public", "confidential"])),
            untrusted_input=draw(st.booleans()),
            at=draw(slot),
        )
        for key in systems
    ]
    records += [
        Credential(key, name=draw(names), status=draw(st.sampled_from(["active", "revoked"])), at=draw(slot))
        for key in credentials
    ]
    steps: list[tuple[str, str, str]] = []

    def pairs(one: list[str], other: list[str], most: int) -> list[tuple[str, str]]:
        every = [(a, b) for a in one for b in other if a != b]
        return draw(st.lists(st.sampled_from(every), max_size=most, unique=True)) if every else []

    for agent, credential in pairs(agents, credentials, 14):
        records.append(Hold(agent, credential))
        steps.append(("hold", agent, credential))
    for credential, system in pairs(credentials, systems, 16):
        actions = tuple(action for action in ACTIONS if draw(st.booleans())) or ("read",)
        records.append(Grant(credential, system, actions))
        steps.append(("grant", credential, system))
    for system, credential in pairs(systems, credentials, 8):
        records.append(Custody(system, credential))
        steps.append(("custody", system, credential))
    for from_, to in pairs(credentials, credentials, 3):
        records.append(Exchange(from_, to, draw(st.sampled_from([None, *systems]))))
        steps.append(("exchange", from_, to))
    for from_, to in pairs(agents, agents, 5):
        passes = draw(st.lists(st.sampled_from(credentials), max_size=2, unique=True)) if credentials else []
        records.append(Delegation(from_, to, tuple(passes) or None))
        steps.append(("delegation", from_, to))
    for system, agent in pairs(systems, agents, 4):
        records.append(Trigger(system, agent))
        steps.append(("trigger", system, agent))
    ends = zones + [
        f"system:{record.id}" for record in records if isinstance(record, System) and not record.zone
    ]
    boundaries = [("boundary", from_, to) for from_, to in pairs(ends, ends, 3)]
    marks: dict[tuple[str, str, str], Any] = {}
    for number, step in enumerate([*steps, *boundaries]):
        mark = draw(st.sampled_from([None, None, "missing", "counts", "does-not-count"]))
        if step[0] == "boundary" or mark in {"counts", "does-not-count"}:
            records.append(Checkpoint(f"p{number}", "policy-decision", step[0], step[1], step[2]))  # type: ignore[arg-type]  # a step
            marks[step] = mark if mark and mark != "missing" else "counts"
        elif mark and step[0] == "grant":
            marks[step] = mark
    identities = {agent: draw(st.integers(0, 12)) for agent in agents}
    return snapshot_of(*records), CanvasFacts(identities, marks, {})
