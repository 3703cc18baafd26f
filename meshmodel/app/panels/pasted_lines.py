"""The lines that were pasted into the quick line: what each would do, and which were done."""

from meshmodel.app.widgets.rows import Row, line
from meshmodel.edits.edit import Edit, apply_edit
from meshmodel.language import Lines, Sentence, parse_lines
from meshmodel.model.secrets import masked
from meshmodel.model.snapshot import Snapshot

_LONGEST = 60
"""So many characters of a line are shown beside its verdict."""


class PastedLines:
    """Lines that are edited one at a time and carried out together.

    Attributes:
        done: the lines that were carried out.
        lines: the lines that were not.
        at: which of these is being edited.
        meaning: what they would do.
    """

    def __init__(self, lines: list[str], snapshot: Snapshot) -> None:
        """Arguments: the lines, at least one, and the model. The first with a problem is edited first."""
        self.done: list[str] = []
        self.lines = lines
        self.at = 0
        self.meaning = Lines((), None)
        self.read(snapshot)
        self.at = self.meaning.first_problem or 0

    @property
    def sentence(self) -> Sentence:
        """The meaning of the line that is edited."""
        return self.meaning.sentences[self.at]

    def read(self, snapshot: Snapshot) -> None:
        """Read all lines against a model."""
        self.meaning = parse_lines(self.lines, snapshot)

    def model_before(self, snapshot: Snapshot) -> Snapshot:
        """The model as the lines above the one that is edited would leave it."""
        before = parse_lines(self.lines[: self.at], snapshot).edit
        return snapshot if before is None else apply_edit(snapshot, before)

    def carry_out(self) -> tuple[Edit | None, list[str]]:
        """Keep only the lines with a problem; the edit of the others, and these."""
        edit, all_read = self.meaning.edit, self.meaning.sentences
        carried = [each.text for each in all_read if each.problem is None]
        self.done += carried
        self.lines = [each.text for each in all_read if each.problem is not None]
        self.at = 0
        return edit, carried

    @property
    def summary(self) -> str:
        """What Enter would do, in a few words."""
        good = sum(each.problem is None for each in self.meaning.sentences)
        return f"Enter does {good} of {len(self.lines)} lines, ↑ ↓ go to another, Esc leaves the rest"

    def rows(self) -> list[Row]:
        """One row a line, with its verdict; the value of one that is not done is its place."""
        done = [
            Row(
                ("done", place),
                line((f"✓ done        {_short(text)}", "$text-muted")),
                heading=True,
                said=True,
            )
            for place, text in enumerate(self.done)
        ]
        return [*done, *(_row(place, each) for place, each in enumerate(self.meaning.sentences))]


def _row(place: int, sentence: Sentence) -> Row:
    shown = _short(sentence.text)
    if sentence.problem is not None:
        words = line(
            ("✖ problem     ", "$text-error"), shown, (f"  {sentence.problem.message}", "$text-error")
        )
    elif sentence.edit is None:
        words = line(f"= so already  {shown}")
    else:
        sign, said, style = ("+", sentence.preview, "$text-muted")
        if sentence.warnings:
            sign, said, style = ("?", sentence.warnings, "$text-warning")
        words = line(f"{sign} would do    {shown}", (f"  {' · '.join(said)}", style))
    return Row(("line", place), words, place)


def _short(text: str) -> str:
    shown = masked(text)
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1]}…"
