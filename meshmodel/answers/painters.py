"""Draws blocks as text for a terminal or a pipe, and as lines of lists; ``report.tree`` as pages.

Headings, pictures, attack paths, breaks and contents stand on pages alone.
"""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Literal

from meshmodel.answers.blocks import Bar, Block, Facts, Paragraph, Row, Section, Table
from meshmodel.answers.lines import Line, Look, Words, heading, note_row
from meshmodel.answers.style import Style, wrap, wrapped_table
from meshmodel.model.phrases import VIEWS
from meshmodel.model.records import Snapshot
from meshmodel.model.text import one_line, pad, width


def text_of(blocks: Iterable[Block], style: Style) -> str:
    """The blocks as text, without a line break at its end."""
    return "\n".join(_text_lines(blocks, style, 0)).strip("\n")


def _text_lines(blocks: Iterable[Block], style: Style, indent: int) -> Iterator[str]:
    for block in blocks:
        match block:
            case Section():
                yield ""
                if isinstance(block.title, tuple):
                    yield from _title_lines(block.title, style, indent)
                elif block.title:
                    yield from _painted(block.title, style, block.look, indent, 4)
                yield from _text_lines(block.blocks, style, block.indent)
            case Paragraph():
                at = indent + block.indent
                yield from _painted(block.text, style, block.look, at, at + block.hang)
            case Table():
                yield from _table_lines(block, style, indent + block.indent)
            case Facts():
                for name, text, hang in block.aligned:
                    yield from wrap(style.drawn(text), style, " " * (indent + hang), " " * indent + name)


def _title_lines(title: Words, style: Style, indent: int) -> Iterator[str]:
    """A title in parts, the first of which stays in front of the lines of the others."""
    (first, look), *others = [(style.drawn(text), look) for text, look in title]
    rest = "".join(text for text, _ in others)
    gap = " " * (len(rest) - len(rest.lstrip()))
    front = " " * indent + first + gap
    line, *more = wrap(rest, style, " " * width(front), front)
    painted = " " * indent + style.paint(first, look) + gap
    yield painted + style.paint(line[len(front) :], others[0][1])
    yield from (style.paint(each, others[0][1]) for each in more)


def _table_lines(block: Table, style: Style, indent: int) -> Iterator[str]:
    cells = [tuple(style.drawn(_bar(each, "▪", " ")) for each in row.made) for row in block.shown]
    heads, front = [block.head][: bool(block.head)], " " * indent
    lines = wrapped_table([*heads, *cells], style, front)
    yield from (style.paint(each, "muted") for each in lines[: len(heads)])
    yield from lines[len(heads) :]
    for row in block.shown:
        for note in (*row.notes, *(each() for each in row.details)):
            yield from wrap(style.drawn(f"{row.made[0]}: {note}"), style, " " * (indent + 3), " " * indent)
    if block.more:
        yield f"{' ' * indent}{block.more}"


def _bar(cell: str | Bar, full: str, empty: str) -> str:
    return cell.drawn(full, empty) if isinstance(cell, Bar) else cell


def _painted(text: str | tuple[str, ...], style: Style, look: str, indent: int, hang: int) -> Iterator[str]:
    drawn = style.drawn(text) if isinstance(text, str) else tuple(map(style.drawn, text))
    lines = wrap(drawn, style, " " * hang, " " * indent)
    yield from (style.paint(line, look) for line in lines)


def lines_of(blocks: Iterable[Block]) -> Iterator[Line]:
    """The blocks as lines of a list; the rows that lead somewhere can be chosen."""
    for block in blocks:
        match block:
            case Section():
                if block.title:
                    yield heading(block.heading)
                yield from lines_of(block.blocks)
            case Paragraph():
                look = "bold" if block.look == "strong" else "" if block.look == "good" else block.look
                yield Line(
                    block.key or ("said", block.line),
                    block.words or ((block.line, look),),
                    block.leads_to,
                    block.hang + 2 * bool(block.words),
                    "note" if block.leads_to is None else "choice",
                )
            case Table():
                for row in block.shown:
                    yield from _row_lines(row, block.first)
                if block.more:
                    yield note_row(f"  {block.more}")
            case Facts():
                for name, text, hang in block.aligned:
                    yield Line((name, text), ((name, "muted"), (text, "")), indent=hang)


def _row_lines(row: Row, first: int) -> Iterator[Line]:
    words, search = partial(_row_words, row, first), partial(_searched, row)
    kind: Literal["choice", "note"] = "note" if row.leads_to is None else "choice"
    yield Line(row.key or row.cells, words, row.leads_to, 4, kind, search)
    for note in row.notes:
        yield Line((row.key, note), ((f"      {note}", "muted"),), indent=6, kind="note")


def _searched(row: Row) -> tuple[str, str]:
    return " ".join(each for each in row.made if isinstance(each, str)).casefold(), ""


def _row_words(row: Row, width: int) -> Words:
    first, *more = row.made
    look: Look = "muted" if row.leads_to is not None else ""
    rest: Words = tuple(
        (f"  {_bar(each, '█', '░')}", "bar" if isinstance(each, Bar) else look) for each in more if each
    )
    name = _bar(first, "█", "░")
    return ((f"  {row.sign} {pad(name, width) if more else name}", ""), *rest)


def titled(snapshot: Snapshot, blocks: Iterable[Block], view: str = "", more: str = "") -> Iterator[Block]:
    """The blocks below the name of the model, how it is looked at, and what else is said of it."""
    name = one_line(snapshot.about.name or "A model without a name", limit=200)
    name = f"{name}, {VIEWS[view]}" if view else name
    yield Paragraph(f"{name}: {more}" if more else name, "strong")
    yield from blocks
