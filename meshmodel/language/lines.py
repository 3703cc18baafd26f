"""Reads several lines, each for itself: those that can be carried out are one edit, the others are told."""

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
