"""A comparison as text for people, in at most 80 columns."""

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from meshmodel.answers.diff.changes import Diff
from meshmodel.answers.diff.sections import Section, sections
from meshmodel.answers.diff.verdict import summary_words, title_words, verdict_words
from meshmodel.answers.style import Style, wrap, wrapped_table
from meshmodel.model.text import pad, width

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis

_COLUMNS: Final = 80
_TITLE: Final = 8
"""Cells of the titles of sections."""


def diff_text(diff: Diff, old: "Analysis", new: "Analysis", style: Style, status: int) -> str:
    """What ``diff`` prints: what was drawn, what follows from it, and last whether a gate lets it pass.

    Args:
        diff: the comparison.
        old: the analysis of the model before.
        new: that of the model after.
        style: how it may look; lines have at most 80 cells.
        status: the exit status, which the last line tells.
    """
    style = replace(style, columns=min(style.columns, _COLUMNS))
    lines = list(wrap(_drawable(f"{title_words(diff)}: {summary_words(diff)}", style), style, "  ", ""))
    for section in sections(diff, old, new):
        lines += ["", *_section_lines(section, style)]
    lines += ["", _verdict_line(diff, style, status)]
    return "\n".join(lines)


def _section_lines(section: Section, style: Style) -> list[str]:
    titles = [section.title, *[""] * (len(section.rows) - 1)]
    rows = [
        (pad(title, _TITLE), row.sign, _drawable(row.head, style), _drawable(row.words, style))
        for title, row in zip(titles, section.rows, strict=True)
    ]
    lines = wrapped_table(rows, style, "  ")
    if section.left_out:
        lines.append(f"  {pad('', _TITLE)}  and {section.left_out} more; --json has all")
    return lines


def _drawable(text: str, style: Style) -> str:
    return style.drawn(text)


def _verdict_line(diff: Diff, style: Style, status: int) -> str:
    said, ends = verdict_words(diff), f"exit {status}"
    gap = " " * max(2, style.columns - width(said) - width(ends))
    return f"{style.paint(said, diff.worst or 'good')}{gap}{ends}"
