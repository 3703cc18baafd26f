"""Lines that were pasted into the quick line: what each would do, and which were done."""

from collections.abc import Sequence
from dataclasses import dataclass

from meshmodel.edits.edit import Change, Edit, apply_edit
from meshmodel.language.parser import label_of, parse
from meshmodel.language.result import Sentence
from meshmodel.model.records import Snapshot


@dataclass(frozen=True, slots=True)
class PastedEdit:
    """What several lines would do.

    Attributes:
        sentences: the meaning of each line, where all lines before it without a problem are carried out.
        edit: all lines without a problem as one undoable edit; ``None`` where that changes nothing.
    """

    sentences: tuple[Sentence, ...]
    edit: Edit | None

    @property
    def first_problem(self) -> int | None:
        """The place of the first line with a problem."""
        places = (place for place, each in enumerate(self.sentences) if each.problem is not None)
        return next(places, None)


def parse_lines(lines: Sequence[str], snapshot: Snapshot) -> PastedEdit:
    """What lines of sentences would do to a model, each for itself.

    Returns:
        The meaning of each line and one edit; nothing is raised, whatever the lines.
    """
    found: list[Sentence] = []
    changes: list[Change] = []
    done: list[str] = []
    after = snapshot
    for line in lines:
        sentence = parse(line, after)
        found.append(sentence)
        if sentence.edit is not None:
            after = apply_edit(after, sentence.edit)
            changes += sentence.edit.changes
            done.append(line)
    edit = Edit(label_of(" · ".join(done)), tuple(changes)) if changes else None
    return PastedEdit(tuple(found), edit)


LINES_LIMIT = 200
"""How many lines are taken at once: all are read anew with each key."""


def lines_of(text: str) -> list[str]:
    """The lines of a text that are not blank, without the spaces around them and the key before them."""
    lines = (each.strip().lstrip(": ") for each in text.splitlines())
    return [each for each in lines if each]


class PastedLines:
    """Lines that are edited one at a time and carried out together.

    Attributes:
        done: the lines that were carried out.
        lines: the lines that were not.
        at: which of these is being edited.
        meaning: what they would do.
    """

    def __init__(self, lines: Sequence[str], snapshot: Snapshot) -> None:
        """Arguments: the lines, and the model. The first with a problem is edited first."""
        self.done: list[str] = []
        self.lines: list[str] = []
        self.at = 0
        self.meaning = PastedEdit((), None)
        self.put(lines, snapshot)

    def put(self, lines: Sequence[str], snapshot: Snapshot) -> None:
        """Put lines in place of the one that is edited; of all, the first with a problem is edited next."""
        self.lines[self.at : self.at + 1] = lines
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
