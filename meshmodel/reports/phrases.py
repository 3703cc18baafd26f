"""Sentences about reach, ways and compromises that reports and the workbench share; plain text."""

from collections.abc import Container
from typing import TYPE_CHECKING

from meshmodel.analysis.results import Explanation, SystemReach
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.text import counted

if TYPE_CHECKING:
    from meshmodel.analysis.compromise import Compromise


def reach_words(agent: str, reach: SystemReach) -> str:
    """What an agent reaches on a system, and how, in a sentence."""
    ways: dict[str, list[str]] = {"directly": [], "by hidden steps of its own": [], "through a deputy": []}
    direct, own, deputy = ways.values()
    for action in reach.actions:
        (direct if action in reach.direct else own if action in reach.own else deputy).append(action)
    said = [f"{', '.join(found)} {how}" for how, found in ways.items() if found]
    return f"{agent} reaches {reach.system}: {'; '.join(said)}"


def door_on_way(doors: Container[str], way: Explanation) -> tuple[str, str] | None:
    """The first grant of a way that is a door where a checkpoint is missing: its credential and system.

    Arguments:
        doors: the subjects of all doors.
        way: the way.
    """
    for step in way.steps:
        if step.step == "grant" and step.checkpoint is None:
            ends = step.from_.partition(":")[2], step.to.partition(":")[2]
            if ">".join(ends) in doors:
                return ends
    return None


def why_not_intended(snapshot: Snapshot, way: Explanation) -> str:
    """Why an intent would not approve a way (section 6), in one line."""
    if way.state is None:
        return f"{way.agent} crosses no zone there, so nothing needs to be approved"
    if way.state != "uncontrolled":
        return f"that crossing is {way.state} already"
    source = snapshot.system.get(way.source or "")
    if source is not None and source.untrusted_input:
        return f"outsiders write into {source.id}: an intent does not excuse acting on their words"
    target = snapshot.system.get(way.system)
    if target is not None and target.audit == "none":
        return f"{target.id} logs nothing (audit none): what cannot be traced cannot be approved"
    return (
        f"{way.agent} does not hold what opens {way.system}: that is picked up on the way or a deputy's, "
        "and an intent does not approve it"
    )


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
