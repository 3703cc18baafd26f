"""The rows of the lines that were pasted into the quick line."""

from meshmodel.app.widgets.rows import ListRow, line
from meshmodel.language import PastedLines, Sentence
from meshmodel.model.secrets import masked

_LONGEST = 60
"""So many characters of a line are shown beside its verdict."""


def pasted_rows(pasted: PastedLines) -> list[ListRow]:
    """One row a line, with its verdict; the value of one that is not done is its place."""
    done = [
        ListRow(
            ("done", place),
            line((f"✓ done        {_short(text)}", "$text-muted")),
            heading=True,
            is_note=True,
        )
        for place, text in enumerate(pasted.done)
    ]
    return [*done, *(_row(place, each) for place, each in enumerate(pasted.meaning.sentences))]


def _row(place: int, sentence: Sentence) -> ListRow:
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
    return ListRow(("line", place), words, place)


def _short(text: str) -> str:
    shown = masked(text)
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1]}…"
