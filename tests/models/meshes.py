"""The worked examples, loaded and changed as the tests of their claims need them."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from meshmodel.analysis.results import Crossing, Door
from meshmodel.api import Analysis, analyse
from meshmodel.edits.edit import Change, Put, Remove, apply_edit, edit
from meshmodel.interchange import read_file
from meshmodel.model.records import Checkpoint, Grant, Record, Snapshot

FOLDER = Path(__file__).parents[2] / "models"
NAMES = (
    "support-agent",
    "code-agent",
    "workflow-broker",
    "agent-chain",
    "token-leak",
    "answer-desk",
    "federated-release",
    "coding-agent-mcp",
    "finance-orchestrator",
    "crm-assistant-gateway",
)


@cache
def mesh(name: str) -> Snapshot:
    return read_file(FOLDER / f"{name}.toml")


def changed(snapshot: Snapshot, *changes: Change | Record) -> Snapshot:
    """The snapshot after one edit; a bare record is put."""
    return apply_edit(
        snapshot,
        edit("a variant", (each if isinstance(each, Put | Remove) else Put(each) for each in changes)),
    )


def door_of(analysis: Analysis) -> Door:
    """The only missing checkpoint."""
    (door,) = analysis.doors
    return door


def doors(snapshot: Snapshot) -> dict[str, Door]:
    return {door.subject: door for door in analyse(snapshot).doors}


def crossings(snapshot: Snapshot, target: str) -> list[Crossing]:
    return [each for each in analyse(snapshot).crossings() if each.target == target]


def states(found: Iterable[Crossing]) -> set[str]:
    return {each.state for each in found}


def decision(grant: Grant, **fields: object) -> Checkpoint:
    """A policy decision for each action on a grant."""
    values: dict[str, object] = {
        "id": "decision",
        "kind": "policy-decision",
        "step": "grant",
        "from_": grant.credential,
        "to": grant.system,
        **fields,
    }
    return Checkpoint(**values)  # type: ignore[arg-type]  # the fields of a checkpoint, by name


def spread(snapshot: Snapshot, credentials: Iterable[str] = (), systems: Iterable[tuple[str, str]] = ()):
    """What follows from some credentials or accesses, by the steps of section 3, checkpoints aside.

    A reading of its own, as simple as can be: rounds over every relation until nothing is added.
    It knows the steps that the worked examples have.
    """
    known: set[tuple[str, ...]] = {("credential", each) for each in credentials}
    known |= {("access", *each) for each in systems}
    while True:
        more = {after for node in known for after in _after(snapshot, node)} - known
        if not more:
            return known
        known |= more


def outsider(snapshot: Snapshot):
    """What somebody comes to who may only put words where outsiders can."""
    return spread(
        snapshot, systems=[(each.id, "write") for each in snapshot.system.values() if each.untrusted_input]
    )


def carried(known: Iterable[tuple[str, ...]]) -> set[str]:
    return {node[1] for node in known if node[0] == "credential"}


def _after(snapshot: Snapshot, node: tuple[str, ...]) -> set[tuple[str, ...]]:
    match node:
        case ("credential", credential):
            found = {
                ("access", each.system, action)
                for each in snapshot.grant.values()
                if each.credential == credential
                for action in each.actions
            }
            return found | {
                ("credential", each.to) for each in snapshot.exchange.values() if each.from_ == credential
            }
        case ("agent", agent):
            found = {
                ("credential", each.credential) for each in snapshot.hold.values() if each.agent == agent
            }
            for each in snapshot.delegation.values():
                if each.from_ == agent:
                    found.add(("agent", each.to))
                if each.to == agent:
                    found |= {("credential", passed) for passed in each.passes or ()}
            return found
        case ("access", system, action):
            found = {
                ("credential", each.credential)
                for each in snapshot.custody.values()
                if each.system == system and action in each.obtained_by
            }
            if action == "write" and snapshot.system[system].untrusted_input:
                found |= {
                    ("agent", each.id)
                    for each in snapshot.agent.values()
                    if each.is_steerable and ("access", system, "read") in _alone(snapshot, each.id)
                }
            return found
    raise AssertionError(node)


def _alone(snapshot: Snapshot, agent: str) -> set[tuple[str, ...]]:
    """What an agent comes to without any trigger that arises by itself."""
    known: set[tuple[str, ...]] = {("agent", agent)}
    while True:
        more = {
            after
            for node in known
            for after in (_after(snapshot, node) if node[0] != "access" or node[2] != "write" else ())
        } - known
        if not more:
            return known
        known |= more
