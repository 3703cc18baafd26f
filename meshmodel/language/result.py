"""The results of parsing and completing a text: ``Sentence``, ``Problem`` and ``Completion``."""

from dataclasses import dataclass

from meshmodel.edits.edit import Edit
from meshmodel.model.secrets import masked


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

    @property
    def shown(self) -> str:
        """What it would do, or the problem and where it is; empty where nothing was typed."""
        problem = self.problem
        if problem is None:
            return " · ".join([*(f"? {each}" for each in self.warnings), *self.preview])
        where = masked(self.text[problem.start : problem.end].strip())
        said = " at the end" if not where else f" at “{where[:30]}{'…' if len(where) > 30 else ''}”"
        return f"✖{said}: {problem.message}" if self.text.strip() else ""


@dataclass(frozen=True, slots=True)
class Completion:
    """One way to go on: ``text`` replaces the characters from ``start`` to ``end``."""

    text: str
    start: int
    end: int
    hint: str = ""
