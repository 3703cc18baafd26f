"""Lines of lists, as data: what each says in parts, how these stand out, and what it leads to."""

from collections.abc import Callable, Hashable
from typing import Any, Literal, NamedTuple

from meshmodel.model.vocabulary import Severity

Look = (
    Literal[
        "", "bold", "muted", "warning", "error", "accent", "number", "bar", "gone", "strong", "good", "lead"
    ]
    | Severity
)
"""How a part stands out; ``number``: that of a step; ``bar``: a part of a chart;
``gone``: what holds no more."""
Words = tuple[tuple[str, Look], ...]
"""A line in parts, each with how it stands out."""


class Line(NamedTuple):
    """One line of a list.

    Attributes:
        key: unique in the list.
        words: what it says, or what makes that: of thousands of lines most are never looked at.
        value: what it leads to, a record or a finding say, if anything.
        indent: how many characters stay in front where it takes several rows.
        kind: whether it can be chosen; a heading cannot, and goes with the lines below it where a filter
            leaves none of them; what is said of a whole list cannot either, and stays.
        search: what a filter looks in: a text of its own, and one that many lines share; else its words.
        fitted: what it says in so many cells, where it says more if there is room.
    """

    key: Hashable
    words: Words | Callable[[], Words]
    value: Any = None
    indent: int = 2
    kind: Literal["choice", "heading", "note"] = "choice"
    search: Callable[[], tuple[str, str]] | None = None
    fitted: Callable[[int], Words] | None = None

    @property
    def text(self) -> str:
        """What it says, without how that stands out."""
        words = self.words() if callable(self.words) else self.words
        return "".join(text for text, _ in words)


class Section(NamedTuple):
    """Lines that stand together below a title, which may be empty."""

    title: str
    lines: list[Line]


def heading(text: str) -> Line:
    """A line that stands above others."""
    return Line(("heading", text), ((text, "muted"),), kind="heading", indent=0)


def space(name: str) -> Line:
    """An empty line."""
    return Line(("space", name), (), kind="heading", indent=0)


def note_row(text: str, look: Look = "muted") -> Line:
    """A line that says something of all of a list."""
    return Line(("saying", text), ((text, look),), kind="note", indent=0)
