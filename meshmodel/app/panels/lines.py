"""Lines of reports as rows of lists: how each part that stands out looks."""

from textual.content import Content

from meshmodel.answers.lines import Line, Words
from meshmodel.app.widgets.rows import ListRow, SearchText, line

SEVERITY_STYLES = {"critical": "bold $error", "high": "$error", "medium": "$warning", "low": "$text-muted"}
STYLES = {
    "": "",
    "bold": "bold",
    "muted": "$text-muted",
    "warning": "$text-warning",
    "error": "bold $error",
    "accent": "bold $accent",
    "number": "bold $background on $primary",
    "bar": "$text-accent",
    "gone": "$text-muted strike",
    "strong": "bold",
    "good": "",
    **SEVERITY_STYLES,
}


def content_of(words: Words) -> Content:
    """What a line says."""
    return line(*((text, STYLES[look]) for text, look in words))


def row_of(each: Line) -> ListRow:
    """The row of a line; what it says is made when it is first seen, unless it is there already."""
    words, search, fitted = each.words, each.search, each.fitted
    return ListRow(
        each.key,
        (lambda: content_of(words())) if callable(words) else content_of(words),
        each.value,
        "" if search is None else lambda: SearchText(*search()),
        heading=each.kind != "choice",
        is_note=each.kind == "note",
        indent=each.indent,
        fitted=None if fitted is None else lambda cells: content_of(fitted(cells)),
    )
