"""The results of parsing and completing a text: ``Sentence``, ``Problem`` and ``Completion``."""

from dataclasses import dataclass

from meshmodel.edits.edit import Edit


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a text cannot be carried out, in one line, and where in it (positions in characters)."""

    message: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """The meaning of a text of one or several sentences.

    Attributes:
        text: what was typed.
        preview: what it would do, one line of plain text for every change.
        warnings: what was perhaps not meant so, one line each; it would be done all the same.
        edit: all of it as one undoable edit; ``None`` where there is nothing to do or a problem.
        problem: what stands in the way, or ``None``.
    """

    text: str
    preview: tuple[str, ...] = ()
    edit: Edit | None = None
    problem: Problem | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Completion:
    """One way to go on: ``text`` replaces the characters from ``start`` to ``end``."""

    text: str
    start: int
    end: int
    hint: str = ""
