"""Sentences about reach, ways and compromises that reports and the workbench share; plain text."""

from collections.abc import Container, Iterable, Sequence
from typing import TYPE_CHECKING, Final

from meshmodel.analysis.results import Door, Explanation, Finding, How, SystemReach
from meshmodel.model.records import Snapshot
from meshmodel.model.rule_cards import DOOR
from meshmodel.model.text import counted, first_few, one_line

if TYPE_CHECKING:
    from meshmodel.analysis.compromise import Compromise


_HOW: Final[dict[How, str]] = {
    "direct": "directly",
    "hidden": "with a credential that it finds",
    "deputy": "through another agent",
}


def reach_words(agent: str, reach: SystemReach) -> str:
    """What an agent reaches on a system, and how, in a sentence."""
    said = [f"{', '.join(actions)} {_HOW[way]}" for way, actions in reach.by_way.items() if actions]
    return f"{agent} reaches {reach.system}: {'; '.join(said)}"


def door_on_way(doors: Container[str], way: Explanation) -> tuple[str, str] | None:
    """The first grant of a way that is a door where a checkpoint is missing: its credential and system.

    Args:
        doors: the subjects of all doors.
        way: the way.
    """
    for step in way.steps:
        if step.step == "grant" and step.checkpoint is None:
            ends = step.from_.partition(":")[2], step.to.partition(":")[2]
            if ">".join(ends) in doors:
                return ends
    return None


def door_of(finding: Finding | None, way: Explanation | None) -> tuple[str, str, str] | None:
    """The step at which a finding, or a way that is told, lacks a checkpoint: its door, or its last grant."""
    if finding is not None and finding.rule == DOOR:
        credential, _, system = finding.subject.partition(">")
        return "grant", credential, system
    if way is not None and (finding is None or way.state == "uncontrolled"):
        for step in reversed(way.steps):
            if step.step == "grant" and step.checkpoint is None:
                return "grant", step.from_.partition(":")[2], step.to.partition(":")[2]
    return None


def why_no_place(snapshot: Snapshot, way: Explanation | None, doors: Iterable[Door]) -> str:
    """Why a finding that is no door has no step on which a checkpoint would answer it, in words.

    Args:
        snapshot: the model.
        way: its way; ``None`` where it has none.
        doors: all where a checkpoint is missing.
    """
    if way is None:
        return "no path of an agent leads through it"
    if way.state == "uncontrolled":
        return "its path has no grant that lacks one"
    if way.state is None:
        return "its path crosses no trust boundary"
    target = one_line(snapshot.system[way.system].title, 60)
    state = "intended" if way.state == "approved" else "checked"
    why = f"its path to {target} is {state} already"
    other = door_on_way({each.subject for each in doors if way.agent in each.agents}, way)
    if other is None:
        return why
    # Nobody is asked on a step to another system.
    return f"{why} ({' > '.join(other)} on its path is a finding of its own)"


def why_not_intended(snapshot: Snapshot, way: Explanation) -> str:
    """Why an intent would not approve a way (``docs/semantics.md#paths``), without a last full stop."""
    agent = snapshot.agent[way.agent].title
    if way.state is None:
        return f"{agent} crosses no trust boundary there, so nothing needs to be approved"
    if way.state != "uncontrolled":
        return f"that path is {'intended' if way.state == 'approved' else 'checked'} already"
    used = [step.from_.partition(":")[2] for step in way.steps if step.step == "grant"]
    return why_none_approves(snapshot, [way.agent], used[-1], way.system)


def why_none_approves(snapshot: Snapshot, agents: Sequence[str], credential: str, system: str) -> str:
    """Why no intent of some agents approves what they do unchecked on a system with a credential."""
    target, key = snapshot.system[system].title, snapshot.credential[credential].title
    if snapshot.system[system].audit == "none":
        return f"{target} logs nothing. Let it log who acts (audit), or add a checkpoint (p)"
    without = [each for each in agents if credential not in _in_hand(snapshot, each)]
    if without:
        active = (each.id for each in snapshot.agent.values() if each.status == "active")
        holders = sorted(each for each in active if credential in _in_hand(snapshot, each))
        lacking = first_few([snapshot.agent[each].title for each in without], 2)
        others = first_few([snapshot.agent[each].title for each in holders], 2)
        held = f"held by {others}, not by {lacking}" if holders else "found, not held"
        return f"{key} is {held}. Remove it or add a checkpoint (p)"
    who = first_few([snapshot.agent[each].title for each in agents], 2)
    reads = "reads" if len(agents) == 1 else "read"
    return (
        f"{who} {reads} untrusted content and may follow it (prompt injection). "
        "Keep it out or add a checkpoint (p)"
    )


def _in_hand(snapshot: Snapshot, agent: str) -> set[str]:
    """The credentials that an agent holds or is handed over, and those that they are exchanged for."""
    found = {credential for holder, credential in snapshot.hold if holder == agent}
    found |= {key for each in snapshot.delegation.values() if each.to == agent for key in each.passes or ()}
    waiting = list(found)
    while waiting:
        name = waiting.pop()
        more = {to for from_, to in snapshot.exchange if from_ == name} - found
        found |= more
        waiting += more
    return found


def compromise_title(found: "Compromise") -> str:
    """The start of a compromise in a few words: ``credential ci-key compromised``."""
    return (
        "an outsider writes" if found.start == "outsider" else f"{found.start.replace(':', ' ')} compromised"
    )


def compromise_summary(found: "Compromise") -> str:
    """A compromise in one line: counts of credentials, agents and systems, and of what checkpoints stop."""
    free, behind = found.unchecked, found.held_back
    said = [
        f"{counted(len(free.credentials), 'credential')} to revoke",
        counted(len(free.agents), "agent"),
        counted(len(free.systems), "system"),
    ]
    held = len(behind.credentials) + len(behind.agents) + len(behind.systems)
    if held:
        said.append(f"checkpoints hold back {held:,} more")
    return f"{compromise_title(found)}: {', '.join(said)}"
