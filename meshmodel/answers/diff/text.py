"""A comparison as text for people, in at most 80 columns, and as Markdown for a comment on a change.

Whatever a model names stands in Markdown as code, where neither markup nor mentions nor links are read.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from meshmodel.answers.blocks import Section
from meshmodel.answers.diff.changes import Diff
from meshmodel.answers.diff.sections import row_table, sections
from meshmodel.answers.style import Style, wrap, wrapped_table
from meshmodel.model.phrases import VIEWS
from meshmodel.model.text import counted, one_line, pad, width

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
    lines = list(wrap(style.drawn(f"{title_words(diff)}: {summary_words(diff)}"), style, "  ", ""))
    for section in sections(diff, old, new):
        lines += ["", *_section_lines(section, style)]
    lines += ["", _verdict_line(diff, style, status)]
    return "\n".join(lines)


def _section_lines(section: Section, style: Style) -> list[str]:
    table = row_table(section)
    titles = [section.heading, *[""] * (len(table.shown) - 1)]
    rows = [
        (pad(title, _TITLE), *(style.drawn(str(each)) for each in row.made))
        for title, row in zip(titles, table.shown, strict=True)
    ]
    more = [f"  {pad('', _TITLE)}  {table.more}; --json has all"] if table.more else []
    return [*wrapped_table(rows, style, "  "), *more]


def _verdict_line(diff: Diff, style: Style, status: int) -> str:
    said, ends = verdict_words(diff), f"exit {status}"
    gap = " " * max(2, style.columns - width(said) - width(ends))
    return f"{style.paint(said, diff.worst or 'good')}{gap}{ends}"


def title_words(diff: Diff) -> str:
    """The name of the model, or both names where they differ, and how it was looked at."""
    names = [one_line(each.name or "A model without a name", 200) for each in (diff.old, diff.new)]
    return f"{' → '.join(dict.fromkeys(names))}, {VIEWS[diff.view]}"


def summary_words(diff: Diff) -> str:
    """How many unchecked paths are new, worse and closed; or that nothing changed."""
    if not diff.drawn:
        return "no change"
    words = [each.change for each in diff.crossings]
    told = [f"{words.count(word)} {word}" for word in ("new", "worse", "milder", "closed") if word in words]
    if not told:
        return "no unchecked path came or went"
    return f"of the unchecked paths {', '.join(told)}"


def verdict_words(diff: Diff) -> str:
    """Whether agents can do more unasked than before, and whether all of the answer is there."""
    new = sum(each.change == "new" for each in diff.opened)
    worse = len(diff.opened) - new
    told = [counted(new, "new unchecked path")] if new else []
    told += [f"{counted(worse, 'path')} more severe"] if worse else []
    said = f"{', '.join(told)}, worst {diff.worst}" if told else "no new unchecked path"
    return said if diff.is_complete else f"{said}; the fix was not found in time"


_TITLES: Final = {
    "drawn": "What was drawn",
    "reach": "What agents reach",
    "counts": "Counts",
    "NEW": "New unchecked paths",
    "WORSE": "Unchecked paths that became more severe",
    "MILDER": "Unchecked paths that became less severe",
    "CLOSED": "Closed paths",
    "doors": "Missing checkpoints",
    "findings": "Other findings",
    "fix": "What the fix costs",
    "work": "What was on the list of actions before",
}


def diff_markdown(diff: Diff, old: "Analysis", new: "Analysis") -> str:
    """The comparison with a heading and a block of code for each section, as ``diff_text`` tells it.

    Args:
        diff: the comparison.
        old: the analysis of the model before.
        new: that of the model after.
    """
    lines = [f"## {_code(title_words(diff))}", "", f"**{verdict_words(diff)}**; {summary_words(diff)}."]
    for section in sections(diff, old, new):
        lines += ["", f"### {_TITLES[section.heading]}", "", *_block(section)]
    return "\n".join(lines)


def _block(section: Section) -> Iterator[str]:
    """A block in the language ``diff``, whose signs are shown in colour; no row can end it: it has a sign."""
    yield "```diff"
    table = row_table(section)
    for sign, head, words in (row.made for row in table.shown):
        yield f"{sign} {head}  {words}"
    yield "```"
    if table.more:
        yield from ("", table.more)


def _code(text: str) -> str:
    """Any line as code: between more backticks than it has in a row."""
    longest = max(map(len, re.findall(r"`+", text)), default=0)
    fence = "`" * (longest + 1)
    return f"{fence} {text} {fence}"
