"""What the parts of the program say to each other.

An edit goes one way: a widget posts :class:`EditRequested` (or a command makes it), the workbench hands it to
the session, the session posts :class:`ModelChanged`, the analysis service answers, and the workbench replaces
its state, to which every panel is bound. No widget writes the model.
"""

from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from textual.message import Message

from meshmodel.analysis.results import Answerable, Finding
from meshmodel.edits.edit import Edit
from meshmodel.model.records import Record, Reference, Snapshot
from meshmodel.model.schema import Field

if TYPE_CHECKING:
    from meshmodel.app.presentation.import_request import ImportRequest
    from meshmodel.app.presentation.people import Participant

Cause = Literal["opened", "edit", "undo", "redo", "elsewhere"]
"""Why the model changed: it was opened, edited here, undone, redone, or edited by another program."""


@dataclass
class ModelChanged(Message):
    """The model is another one now: ``label`` names the edit. The analysis follows in another message."""

    snapshot: Snapshot
    label: str
    cause: Cause


@dataclass
class EditRequested(Message):
    """A widget asks for an edit, made ``on`` a model, and to ``select`` something once it is done."""

    edit: Edit
    select: Reference | None = None
    _: KW_ONLY
    on: Snapshot


@dataclass
class FieldRequested(Message):
    """A widget asks for the dialog of one field of a record in the model ``on``; ``edit`` makes what is asked
    for with the values, by attribute, that were decided: of the record in a model, or ``None`` for nothing.
    """

    record: Record
    field: Field
    edit: Callable[[Record, Snapshot, Mapping[str, Any]], EditRequested | None]
    _: KW_ONLY
    on: Snapshot


@dataclass
class NoteRequested(Message):
    """A widget asks for the dialog of a new note on ``kind:id``, or on the model ``on`` itself."""

    subject: str | None
    _: KW_ONLY
    on: Snapshot


@dataclass
class OpenRequested(Message):
    """A model is to be opened in place of the one that is open; then something is said, or files are read
    that are to be imported.
    """

    path: Path
    message: str = ""
    importing: "ImportRequest | None" = None


@dataclass
class SelectionRequested(Message):
    """A widget asks to select something, or nothing; ``edit`` also opens it in the inspector."""

    reference: Reference | None
    _: KW_ONLY
    edit: bool = False


@dataclass
class CommandRequested(Message):
    """A widget asks to run one command of the table, by its id."""

    command: str


@dataclass
class FindingOpened(Message):
    """A finding was opened (or, with ``None``, closed): light its witness and tell it in words."""

    finding: Finding | None


@dataclass
class QuestionAsked(Message):
    """A question that yes or no answers was chosen: ask it."""

    asked: Answerable


@dataclass
class ExplanationRequested(Message):
    """A widget asks to light the way of one agent to one system, by their ids (the reach matrix does)."""

    agent: str
    system: str


@dataclass
class PeopleChanged(Message):
    """Who else has the model open shows something else, or is somebody else; ``number`` is one's own."""

    people: "tuple[Participant, ...]"
    number: int


class PanelClosed(Message):
    """A panel, the quick line or an overlay is done: the canvas takes the focus again."""


@dataclass
class Notice(Message):
    """One line for the person at the screen, shown as plain text."""

    text: str
    severity: Literal["information", "warning", "error"] = "information"
