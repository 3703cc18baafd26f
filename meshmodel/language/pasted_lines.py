"""Lines that were pasted into the quick line: what each would do, and which were done."""

from meshmodel.edits.edit import Edit, apply_edit
from meshmodel.language.lines import Lines, parse_lines
from meshmodel.language.result import Sentence
from meshmodel.model.snapshot import Snapshot


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
