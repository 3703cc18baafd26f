"""What the parts of the program say to each other.

An edit goes one way: a widget posts :class:`EditRequested` (or a command makes it), the workbench hands it to
the session, the session posts :class:`ModelChanged`, the analysis service answers, and the workbench replaces
its state, to which every panel is bound. No widget writes the model.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

from textual.message import Message

from meshmodel.analysis.results import Finding
from meshmodel.edits.edit import Edit
from meshmodel.model.records import Record, Reference
from meshmodel.model.schema import Field
from meshmodel.model.snapshot import Snapshot

Cause = Literal["opened", "edit", "undo", "redo", "elsewhere"]
"""Why the model changed: it was opened, edited here, undone, redone, or edited by another program."""


class ModelChanged(Message):
    """The model is another one now; the analysis follows in a message of its own."""

    def __init__(self, snapshot: Snapshot, label: str, cause: Cause) -> None:
        """Arguments: the new snapshot, what the edit is called, and why it came about."""
        self.snapshot = snapshot
        self.label = label
        self.cause: Cause = cause
        super().__init__()


class EditRequested(Message):
    """A widget asks for one edit of the model."""

    def __init__(self, edit: Edit, select: Reference | None = None, *, on: Snapshot) -> None:
        """Arguments: the edit, what to select on the canvas once it is done, and the model it was made on."""
        self.edit = edit
        self.select = select
        self.on = on
        super().__init__()


class FieldRequested(Message):
    """A widget asks for the dialog of one field."""

    def __init__(
        self, record: Record, field: Field, done: Callable[[Mapping[str, Any]], None], *, on: Snapshot
    ) -> None:
        """Arguments: the record, its field, what hears the attributes and values that were decided, and the
        model that the record is in.
        """
        self.record = record
        self.field = field
        self.done = done
        self.on = on
        super().__init__()


class NoteRequested(Message):
    """A widget asks for the dialog of a new note."""

    def __init__(self, subject: str | None, *, on: Snapshot) -> None:
        """Arguments: what it is about, as ``kind:id`` (``None``: the model), and the model."""
        self.subject = subject
        self.on = on
        super().__init__()


class OpenRequested(Message):
    """Another model is to be opened in place of this one."""

    def __init__(self, path: Path, said: str) -> None:
        """Arguments: the file, and what is said when it is open."""
        self.path = path
        self.said = said
        super().__init__()


class SelectionRequested(Message):
    """A widget asks to select something; ``edit`` also opens it in the inspector."""

    def __init__(self, reference: Reference | None, *, edit: bool = False) -> None:
        """Arguments: what to select (nothing for ``None``), and whether to edit it."""
        self.reference = reference
        self.edit = edit
        super().__init__()


class CommandRequested(Message):
    """A widget asks to run one command of the table."""

    def __init__(self, command: str) -> None:
        """Arguments: the id of the command, as in ``commands.COMMANDS``."""
        self.command = command
        super().__init__()


class FindingOpened(Message):
    """A finding was opened (or, with ``None``, closed): light its witness and tell it in words."""

    def __init__(self, finding: Finding | None) -> None:
        """Arguments: the finding."""
        self.finding = finding
        super().__init__()


class ExplanationRequested(Message):
    """A widget asks to light the way of one agent to one system (the reach matrix does)."""

    def __init__(self, agent: str, system: str) -> None:
        """Arguments: the ids of the agent and the system."""
        self.agent = agent
        self.system = system
        super().__init__()


class PanelClosed(Message):
    """A panel, the quick line or an overlay is done: the canvas takes the focus again."""


class Notice(Message):
    """One line for the person at the screen, shown as plain text."""

    def __init__(
        self, text: str, severity: Literal["information", "warning", "error"] = "information"
    ) -> None:
        """Arguments: the text, and how much it matters."""
        self.text = text
        self.severity: Literal["information", "warning", "error"] = severity
        super().__init__()
