"""All elements as a list, by zone, then the credentials; with what stands out about each."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from textual.content import Content

from meshmodel.analysis.results import Door
from meshmodel.app.messages import SelectionRequested
from meshmodel.app.panels.bound import Bound
from meshmodel.app.state import WorkbenchState
from meshmodel.app.widgets.lazy_sequence import Lazily
from meshmodel.app.widgets.list_panel import Listing
from meshmodel.app.widgets.rows import Row
from meshmodel.app.widgets.search_text import Searched
from meshmodel.model.phrases import glyph_of
from meshmodel.model.records import Reference
from meshmodel.model.text import pad


class Outline(Listing, Bound):
    """Choosing a row selects it on the canvas; what is selected there is under the cursor here."""

    nothing = "nothing here yet: a adds an element"
    one_line = True

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  # Textual's name
        """Arguments: the widget's id."""
        super().__init__(id=id)
        self._basis: tuple[object, ...] = ()
        self._known: Known = {}

    def follow(self, shown: WorkbenchState) -> None:
        """Show the elements of this."""
        basis = (shown.snapshot.revision, id(shown.snapshot), id(shown.analysis), self.size.width)
        if basis != self._basis:
            self._basis = basis
            rows, self._known = outline_rows(shown, max(self.size.width - 2, 16), self._known)
            self.show_rows(rows)
        if shown.selected is not None and not self.rows.has_focus:
            self.rows.go_to(shown.selected)

    def chosen(self, value: Any) -> None:
        """Select it and go to it."""
        self.post_message(SelectionRequested(value))

    def pointed(self, value: Any) -> None:
        """Select it."""
        self.post_message(SelectionRequested(value))


Known = dict[tuple[object, ...], Row]
"""Rows by all that is seen of them: most are as they were before an edit."""


def outline_rows(shown: WorkbenchState, room: int, known: Known | None = None) -> tuple[Lazily[Row], Known]:
    """One row an element, below the zone it lies in; credentials and elements without zone follow.

    Each is made when it is first seen.

    Arguments:
        shown: what is shown.
        room: the cells of a row.
        known: the rows before.

    Returns:
        The rows, and those of them that were made so far, for the next ones to be taken from.
    """
    snapshot, before = shown.snapshot, known or {}
    mark_of = marks_of(shown)
    made: Known = {}

    def title_of(reference: Reference) -> str:
        return str(getattr(snapshot.get(*reference), "title", reference[1]))

    def make(place: int) -> Row:
        reference = keys[place]
        table, key = reference
        if table == "title":
            return _title(str(key))
        indent, title = 0 if table == "zone" else 1, title_of(reference)
        glyph = glyph_of(snapshot.table(table)[key])
        basis = (reference, glyph, title, mark_of(reference), room)
        made[basis] = before.get(basis) or _row(*basis, indent)
        return made[basis]

    def search(place: int) -> Searched | None:
        table, key = reference = keys[place]
        return None if table == "title" else Searched(f"{table} {key} {title_of(reference)}".casefold())

    members: dict[str | None, list[Reference]] = {zone: [] for zone in sorted(snapshot.zone)}
    for agent in sorted(snapshot.agent):
        members.setdefault(snapshot.agent[agent].home, []).append(("agent", agent))
    for system in sorted(snapshot.system):
        members.setdefault(snapshot.system[system].zone, []).append(("system", system))
    alone = members.pop(None, [])
    keys: list[Reference] = []
    for zone, inside in members.items():
        keys.append(("zone", str(zone)))
        keys += inside
    if alone:
        keys.append(("title", "without a zone"))
        keys += alone
    if snapshot.credential:
        keys.append(("title", f"credentials {len(snapshot.credential)}"))
        keys += [("credential", each) for each in sorted(snapshot.credential)]
    return Lazily(len(keys), make, keys, search), made


def marks_of(shown: WorkbenchState) -> Callable[[Reference], str]:
    """What tells what stands out about an element: ✖ and how many doors; ⚑ where outsiders write, ⚐ where
    agents carry outsiders' words.

    The doors of an agent are counted when it is asked about: a large model has a thousand that come to each.
    """
    doors = shown.analysis.doors if shown.analysis is not None else ()
    heard = {each.system for each in getattr(shown.analysis, "heard", ())}
    credentials = Counter(door.credential for door in doors)
    alike: dict[int, tuple[tuple[str, ...], list[Door]]] = {}
    for door in doors:  # most have the agents of many others
        alike.setdefault(id(door.agents), (door.agents, []))[1].append(door)
    groups = [(agents, len(same)) for agents, same in alike.values()]

    def mark(reference: Reference) -> str:
        table, key = reference
        if table == "system":
            if shown.snapshot.system[str(key)].untrusted_input:
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


def _title(text: str) -> Row:
    return Row(("title", text), Content.styled(text, "$text-muted"), heading=True)


def _row(reference: Reference, glyph: str, title: str, mark: str, room: int, indent: int) -> Row:
    words = pad(title, max(room - indent - 2 - len(mark) - 1, 6))
    style = "$error" if "✖" in mark else "$warning"
    content = Content.assemble(
        " " * indent,
        (f"{glyph} ", "$text-muted"),
        (words, "bold" if reference[0] == "zone" else ""),
        (f" {mark}", style),
    )
    return Row(reference, content, reference)
