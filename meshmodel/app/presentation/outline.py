"""The order of the elements in an outline of a model, and what stands out about each."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from meshmodel.analysis.results import Door
from meshmodel.answers.lines import Line, Words, heading
from meshmodel.model.phrases import glyph_of
from meshmodel.model.records import Reference, Snapshot
from meshmodel.model.text import pad

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis


def outline_parts(snapshot: Snapshot) -> Iterator[tuple[str, list[Reference]]]:
    """The elements in parts with their titles: each zone, untitled, with what lies in it; then the others."""
    members: dict[str | None, list[Reference]] = {zone: [] for zone in sorted(snapshot.zone)}
    for agent in sorted(snapshot.agent):
        members.setdefault(snapshot.agent[agent].home, []).append(("agent", agent))
    for system in sorted(snapshot.system):
        members.setdefault(snapshot.system[system].zone, []).append(("system", system))
    alone = members.pop(None, [])
    for zone, inside in members.items():
        yield "", [("zone", str(zone)), *inside]
    if alone:
        yield "without a zone", alone
    if snapshot.credential:
        credentials: list[Reference] = [("credential", each) for each in sorted(snapshot.credential)]
        yield f"credentials {len(credentials)}", credentials


def outline_lines(snapshot: Snapshot, analysis: "Analysis | None", room: int) -> Iterator[Line]:
    """One line an element, below the zone it lies in; credentials and elements without zone follow.

    Args:
        snapshot: the model.
        analysis: what is known of it, perhaps of the model before the last edit.
        room: the cells of a line.
    """
    mark_of = marks_of(snapshot, analysis)

    def title_of(reference: Reference) -> str:
        return str(getattr(snapshot.get(*reference), "title", reference[1]))

    def words(reference: Reference) -> Words:
        table, key = reference
        front, mark = "" if table == "zone" else " ", mark_of(reference)
        title = pad(title_of(reference), max(room - len(front) - 2 - len(mark) - 1, 6))
        return (
            (front, ""),
            (f"{glyph_of(snapshot.table(table)[key])} ", "muted"),
            (title, "bold" if table == "zone" else ""),
            (f" {mark}", "high" if "✖" in mark else "medium"),
        )

    def searched(reference: Reference) -> tuple[str, str]:
        return f"{' '.join(map(str, reference))} {title_of(reference)}".casefold(), ""

    for title, elements in outline_parts(snapshot):
        if title:
            yield heading(title)
        for each in elements:
            yield Line(each, partial(words, each), each, 0, search=partial(searched, each))


def marks_of(snapshot: Snapshot, analysis: "Analysis | None") -> Callable[[Reference], str]:
    """What tells what stands out about an element: ✖ and how many doors; ⚑ where outsiders write, ⚐ where
    agents can bring untrusted content.

    The doors of an agent are counted when it is asked about: a large model has a thousand that come to each.
    """
    doors = analysis.doors if analysis is not None else ()
    heard = {each.system for each in getattr(analysis, "heard", ())}
    credentials = Counter(door.credential for door in doors)
    alike: dict[int, tuple[tuple[str, ...], list[Door]]] = {}
    for door in doors:  # most have the agents of many others
        alike.setdefault(id(door.agents), (door.agents, []))[1].append(door)
    groups = [(agents, len(same)) for agents, same in alike.values()]

    def mark(reference: Reference) -> str:
        table, key = reference
        if table == "system":
            if snapshot.system[str(key)].untrusted_input:
                return "⚑"
            return "⚐" if key in heard else ""
        number = credentials[str(key)] if table == "credential" else 0
        if table == "agent":
            number = sum(many for agents, many in groups if _holds(agents, str(key)))
        return f"✖{number}" if number else ""

    return mark


def _holds(agents: Sequence[str], agent: str) -> bool:
    """Whether the agents of a door, who stand in order, have that one."""
    at = bisect_left(agents, agent)
    return at < len(agents) and agents[at] == agent
