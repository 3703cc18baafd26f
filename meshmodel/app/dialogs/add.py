"""Adding an element or a part of the catalogue: what it is, then its name and its kind."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Button, Input, Static

from meshmodel.app.dialogs.base import Dialog
from meshmodel.app.widgets.filter_list import FilterInput
from meshmodel.app.widgets.line_input import LineInput
from meshmodel.app.widgets.row_list import RowList
from meshmodel.app.widgets.rows import ListRow, heading, line
from meshmodel.edits.additions import USUAL_END, addition
from meshmodel.edits.edit import Edit, unused_id
from meshmodel.edits.operations import words_for
from meshmodel.language import add_entry
from meshmodel.language.catalogue import ENTRIES, entry, needs_agent
from meshmodel.model.errors import InvalidModelError
from meshmodel.model.phrases import GLYPHS
from meshmodel.model.records import Reference, Slot, Snapshot
from meshmodel.model.schema import SCHEMA
from meshmodel.model.text import clean_line, one_line

KINDS = (
    ("agent", "a", "acts: an AI agent, a service, a person"),
    ("system", "s", "has a boundary of its own"),
    ("credential", "c", "proof of one identity"),
    ("zone", "z", "a trust domain, drawn as a lane"),
)
"""What can be added: its table, the letter that chooses it, and what it is."""
PARTS = tuple((each.key, str(number), each.what) for number, each in enumerate(ENTRIES, 1))
"""What can be added with its relations."""
ASKED = "For which agent? Choose one, or type a new name"
_TABLES = frozenset(each[0] for each in (*KINDS, *PARTS))


class _KindInput(FilterInput):
    """The filter of the kinds, whose arrows leave out what stands above these."""

    def action_move(self, action: str, by: int) -> None:
        """Move the highlight among the kinds."""
        rows = self.screen.query_one(RowList)
        if rows.row is not None and rows.row.key in _TABLES:
            last = max(at for at, each in enumerate(rows.shown_rows) if each.key in _TABLES)
            rows.move_to(0 if by < 0 else last)
        super().action_move(action, by)


class AddDialog(Dialog[tuple[Edit, Reference]]):
    """Asks what to add and how it is called.

    ``AddDialog(snapshot, zone="helpdesk")``: a new system then lies in that zone, a new agent is at
    home there. With ``source`` the cursor begins at what is usually connected with that, and without it
    the parts of the catalogue are offered too, in which ``connected_to`` stands in a place. Without a name
    it is called as its kind; a kind is chosen by going to its row. A part that needs an agent asks for which
    one: an agent of the model, or a new one. Result: the edit, and what to select
    afterwards.
    """

    DEFAULT_CSS = "AddDialog RowList { height: 12; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(key, f"kind('{table}')", show=False) for table, key, _ in (*KINDS, *PARTS)
    ]

    def __init__(
        self,
        snapshot: Snapshot,
        zone: str | None = None,
        *,
        slot: Slot | None = None,
        source: Reference | None = None,
        connected_to: Reference | None = None,
    ) -> None:
        """Arguments: the model, the zone and the slot for it, what it is connected with, what is selected."""
        super().__init__("add" if source is None else f"add, connected with {words_for(source)}")
        self.snapshot = snapshot
        self.zone = zone if zone in snapshot.zone else None
        self.slot = slot
        self.source = source
        self.connected_to = connected_to
        self.kind: str | None = None

    def compose_body(self) -> ComposeResult:
        """The tables and parts, then the name and the kind."""
        yield RowList(self._rows(), one_line=True)
        yield LineInput(id="name", compact=True)
        yield _KindInput(id="kind", compact=True, placeholder="Tab: type its kind; or click one")
        yield Static("", id="problem", markup=False)
        yield self.buttons(self.button("Add", "add"))

    def on_mount(self) -> None:
        """Begin with the kind; the name has its room from the start, so that no row moves by a click."""
        for each in self.query("Input, Button"):
            each.visible = False
        if self.source is not None:
            self.query_one(RowList).go_to(USUAL_END[self.source[0]])

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """What to add was chosen, or its kind: the cursor standing there is enough for that."""
        event.stop()
        if event.row.key in _TABLES:
            self.action_kind(event.row.value)
        else:
            self.query_one("#name").focus()

    def action_kind(self, table: str) -> None:
        """Add an element of that table, or that part: ask for its name, and for its kind."""
        part = entry(table)
        if part is not None and self.source is not None:
            return
        self.kind = table
        name, kind = self.query_one("#name", Input), self.query_one("#kind", Input)
        rows = self.query_one(RowList)
        name.visible = self.query_one(Button).visible = True
        name.placeholder = f"the name of {part.asks if part else f'the {table}'}"
        is_agent_asked = self._needs_agent
        kind.placeholder = ASKED if is_agent_asked else "Tab: type its kind; or click one"
        kind.value, kind.visible = "", is_agent_asked or bool(_kinds(table))
        rows.set_rows(self._rows())
        rows.go_to(table)
        self.query_one("#dialog").border_title = Content(f"add {table}{self._where()}")
        name.focus()

    @on(Input.Changed, "#kind")
    def _filter(self, event: Input.Changed) -> None:
        rows = self.query_one(RowList)
        rows.set_rows(self._rows(is_filtered=bool(event.value.strip())))
        rows.filter_by(event.value)

    @on(Input.Submitted)
    def action_add(self, event: Input.Submitted | None = None) -> None:
        """Add it, if its name and its kind will do; Enter alone, without any of both, may be a slip."""
        rows = self.query_one(RowList)
        rows.settle()
        if self.kind is None:
            return
        kind = None if rows.row is None or rows.row.key in _TABLES else rows.row.value
        if kind is None and self._needs_agent:
            self._ask_agent()
            return
        if rows.row is None:
            self.show_problem(f"no kind of {self.kind} is called so")
            return
        name = clean_line(self.query_one("#name", Input).value)
        if event is not None and not name and kind is None:
            self.show_problem("a name is needed, or a kind" if _kinds(self.kind) else "a name is needed")
            return
        if self.kind == "zone" and any(name in {each.id, each.name} for each in self.snapshot.zone.values()):
            self.show_problem(f"a zone is called {one_line(name, 40)} already; c connects with it")
            return
        try:
            part = entry(self.kind)
            name = name or unused_id(self.snapshot, "system" if part else self.kind, kind or self.kind)
            if part is None:
                added = addition(self.snapshot, self.kind, name, self.zone, self.slot, kind=kind)
            else:
                where = self.zone, self.slot
                agent = kind or ""
                added = add_entry(part, name, self.snapshot, self.connected_to, where, agent)
        except InvalidModelError as error:
            self.show_problem(one_line(error, 160))
            return
        self.dismiss(added)

    def _rows(self, *, is_filtered: bool = False) -> list[ListRow]:
        """What can be added; of an element that is chosen its kinds too, and those alone if filtered."""
        if self._needs_agent:
            title, kinds = "for which agent", (*self.snapshot.agent,)
        else:
            title, kinds = f"kinds of {self.kind}s", _kinds(self.kind)
        of_kind = [ListRow(("kind", each), line("  ", each), each, search=each) for each in kinds]
        new = clean_line(self.query_one("#kind", Input).value) if self._needs_agent else ""
        if new and new not in kinds:
            row = line("  ", f"a new agent, {one_line(new, 40)}")
            of_kind.append(ListRow(("kind", "new", new), row, new, search=f"+{new}"))
        if is_filtered:
            return of_kind
        rows = [_row(key, f"{GLYPHS[table]} {table:<12}", what, table) for table, key, what in KINDS]
        if self.source is None and (entry(self.kind or "") is not None or not kinds):
            rows.append(heading("with its relations"))
            rows += [_row(key, f"{part:<16}", what, part) for part, key, what in PARTS]
        return [*rows, heading(title), *of_kind] if of_kind else rows

    @property
    def _needs_agent(self) -> bool:
        """Whether a part was chosen that needs an agent, and none is selected."""
        part = entry(self.kind or "")
        try:
            return part is not None and needs_agent(part, self.snapshot, self.connected_to)
        except InvalidModelError:  # said once it is to be added
            return False

    def _ask_agent(self) -> None:
        """Go to the question for which agent it is, with those of the model below it."""
        self.query_one("#kind").focus()
        rows = self.query_one(RowList)
        rows.set_rows(self._rows(is_filtered=True))
        self.show_problem(ASKED)

    def _where(self) -> str:
        end = "" if self.source is None else f", connected with {words_for(self.source)}"
        if self.zone is None or self.kind not in {"agent", "system"}:
            return end
        return f"{' in' if self.kind == 'system' else ' at home in'} {self.zone}{end}"


def _row(key: str, shown: str, what: str, value: str) -> ListRow:
    return ListRow(value, line((f"{key} ", "$text-accent"), shown, (what, "$text-muted")), value)


def _kinds(table: str | None) -> tuple[str, ...]:
    """The usual kinds of the elements of a table."""
    return SCHEMA[table].field("kind").choices if table in {"agent", "system", "credential"} else ()
