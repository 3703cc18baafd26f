"""A comparison as Markdown, for a comment on a change.

Whatever a model names stands in code, where neither markup nor mentions nor links are read.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from meshmodel.answers.diff.changes import Diff
from meshmodel.answers.diff.sections import Section, sections
from meshmodel.answers.diff.verdict import summary_words, title_words, verdict_words

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis

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
        lines += ["", f"### {_TITLES[section.title]}", "", *_block(section)]
    return "\n".join(lines)


def _block(section: Section) -> Iterator[str]:
    """A block in the language ``diff``, whose signs are shown in colour; no row can end it: it has a sign."""
    yield "```diff"
    for row in section.rows:
        yield f"{row.sign} {row.head}  {row.words}"
    yield "```"
    if section.left_out:
        yield from ("", f"and {section.left_out} more")


def _code(text: str) -> str:
    """Any line as code: between more backticks than it has in a row."""
    longest = max(map(len, re.findall(r"`+", text)), default=0)
    fence = "`" * (longest + 1)
    return f"{fence} {text} {fence}"
