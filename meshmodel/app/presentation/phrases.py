"""Sentences about reach, ways and compromises that reports and the workbench share; plain text."""

from collections.abc import Container, Iterable
from typing import TYPE_CHECKING, Final

from meshmodel.analysis.results import Door, Explanation, Finding, How, SystemReach
from meshmodel.model.records import Snapshot
from meshmodel.model.rule_cards import DOOR
from meshmodel.model.text import counted, one_line

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
            ends = step.ends
            if ">".join(ends) in doors:
                return ends
    return None


def door_of(finding: Finding | None, way: Explanation | None) -> tuple[str, str, str] | None:
    """The step at which a finding, or a way that is told, lacks a checkpoint: its door, or its last grant."""
    if finding is not None and finding.rule == DOOR:
        credential, system = finding.ends
        return "grant", credential, system
    if way is not None and (finding is None or way.state == "uncontrolled"):
        for step in reversed(way.steps):
            if step.step == "grant" and step.checkpoint is None:
                return step.relation
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
