"""The message of a finding in one row: where it is shortened, it still says who does what on what."""

from collections.abc import Iterable

from meshmodel.analysis.results import Finding
from meshmodel.analysis.rules.base import joined
from meshmodel.model.records import Snapshot
from meshmodel.model.text import shorten, width


def headline(finding: Finding, snapshot: Snapshot, cells: int) -> str:
    """The message of a finding in at most so many cells.

    It is cut at its end where agents and target stand before that. Else one agent is named and how many more
    there are; where that is too long as well, words before the target are left out.
    """
    message = finding.message
    if width(message) <= cells:
        return message
    names = [*(_title(snapshot, "agent", each) for each in finding.agents[:5]), *finding.agents[5:]]
    who = joined(names)
    agents, target = _places(finding, snapshot, message, who)
    if len(names) > 1 and width(message[: max(agents.stop, target)]) >= cells:
        one = f"{names[0]} and {len(names) - 1:,} more"
        message = message.replace(who, one, 1)
        agents, target = _places(finding, snapshot, message, one)
    if width(message) <= cells or width(message[: max(agents.stop, target)]) < cells:
        return shorten(message, cells)
    if agents.start < target:
        before, after = f"{shorten(message[agents], cells // 2)} … ", "…"
        words = message[agents.stop : target].split()[1:]
    else:  # who can do it is told last
        before, after = "", f" … {shorten(message[agents.start :], cells // 2)}"
        words = message[:target].split()
    while len(words) > 1 and width(f"{before}{' '.join(words)}{after}") > cells:
        before = before or "… "
        del words[0]
    return shorten(f"{before}{' '.join(words)}{after}", cells)


def _places(finding: Finding, snapshot: Snapshot, message: str, who: str) -> tuple[slice, int]:
    """Where a message names the agents, or else has its first word; and where its target ends.

    The target is the system named first, after how a third party steers the agent. Where no system is named,
    it is the identity or element named first after the agents, or the last one where it starts with no agent.
    What is said of a checkpoint is told behind its step.
    """
    begin = message.find(who) if who else -1
    agents = slice(0, message.find(" ")) if begin < 0 else slice(begin, begin + len(who))
    start = max(0 if agents.start else agents.stop, message.find(", can "))
    named = [(table, key) for table, key in finding.about if isinstance(key, str)]
    systems = _ends(message, start, (_title(snapshot, *each) for each in named if each[0] == "system"))
    if systems:
        target = systems[0]
    else:
        records = (snapshot.get(*each) for each in named)
        identities = (str(getattr(each, "principal", "")) for each in records)
        others = _ends(message, start, [*(_title(snapshot, *each) for each in named), *identities])
        target = others[0 if begin == 0 else -1] if others else 0
    is_checkpoint = not finding.agents and any(table == "checkpoint" for table, _ in named)
    return agents, max(target, message.find(":")) if is_checkpoint else target


def _ends(message: str, start: int, names: Iterable[str]) -> list[int]:
    """Where names end in a message, from a place on, in the order of the message."""
    found = sorted((at, -len(each)) for each in names if each and (at := message.find(each, start)) >= 0)
    return [at - size for at, size in found]


def _title(snapshot: Snapshot, table: str, key: str) -> str:
    """What people call an element; its id where it is gone."""
    return str(getattr(snapshot.get(table, key), "title", key))
