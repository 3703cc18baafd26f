"""Adding an element or a part of the catalogue: its kind, then its name."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, Static

from meshmodel.app.dialogs.base import Dialog
from meshmodel.app.widgets.line_input import LineInput
from meshmodel.app.widgets.row_list import RowList
from meshmodel.app.widgets.rows import Row, heading, line
from meshmodel.edits.additions import USUAL_END, addition
from meshmodel.edits.edit import Edit
from meshmodel.edits.operations import words_for
from meshmodel.language import add_entry
from meshmodel.language.catalogue import ENTRIES, entry
from meshmodel.model.errors import InvalidModelError
from meshmodel.model.phrases import GLYPHS
from meshmodel.model.records import Reference, Slot
from meshmodel.model.snapshot import Snapshot
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


class AddDialog(Dialog[tuple[Edit, Reference]]):
    """Asks what to add and how it is called.

    ``AddDialog(snapshot, zone="helpdesk")``: a new system then lies in that zone, a new agent is at
    home there. With ``source`` the cursor begins at what is usually connected with that, and without it
    the parts of the catalogue are offered too, in which ``beside`` stands in a place. Result: the edit,
    and what to select afterwards.
    """

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
        beside: Reference | None = None,
    ) -> None:
        """Arguments: the model, the zone and the slot for it, what it is connected with, what is selected."""
        super().__init__("add" if source is None else f"add, connected with {words_for(source)}")
        self.snapshot = snapshot
        self.zone = zone if zone in snapshot.zone else None
        self.slot = slot
        self.source = source
        self.beside = beside
        self.kind: str | None = None

    def compose_body(self) -> ComposeResult:
        """The kinds, then the name."""
        rows = [_row(key, f"{GLYPHS[table]} {table:<12}", what, table) for table, key, what in KINDS]
        if self.source is None:
            rows.append(heading("with its relations"))
            rows += [_row(key, f"{part:<16}", what, part) for part, key, what in PARTS]
        yield RowList(rows, one_line=True)
        yield LineInput(id="name", placeholder="its name", compact=True)
        yield Static("", id="problem", markup=False)

    def on_mount(self) -> None:
        """Begin with the kind; the name has its room from the start, so that no row moves by a click."""
        self.query_one("#name").visible = False
        if self.source is not None:
            self.query_one(RowList).go_to(USUAL_END[self.source[0]])

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """A kind was chosen."""
        event.stop()
        self.action_kind(event.row.value)

    def action_kind(self, table: str) -> None:
        """Add an element of that table, or that part: ask for its name."""
        part = entry(table)
        if part is not None and self.source is not None:
            return
        self.kind = table
        name = self.query_one("#name", Input)
        name.visible = True
        name.placeholder = f"the name of {part.asks if part else f'the {table}'}"
        self.query_one(RowList).go_to(table)
        self.query_one("#dialog").border_title = Content(f"add {table}{self._where()}")
        name.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Add it, if its name will do."""
        event.stop()
        name = clean_line(event.value)
        if self.kind is None or not name:
            self.show_problem("a name is needed")
            return
        try:
            part = entry(self.kind)
            if part is None:
                added = addition(self.snapshot, self.kind, name, self.zone, self.slot)
            else:
                added = add_entry(part, name, self.snapshot, self.beside, (self.zone, self.slot))
        except InvalidModelError as error:
            self.show_problem(one_line(error, 160))
            return
        self.dismiss(added)

    def _where(self) -> str:
        if self.zone is None or self.kind not in {"agent", "system"}:
            return ""
        return f" in {self.zone}" if self.kind == "system" else f" at home in {self.zone}"


def _row(key: str, shown: str, what: str, value: str) -> Row:
    return Row(value, line((f"{key} ", "$text-accent"), shown, (what, "$text-muted")), value)
