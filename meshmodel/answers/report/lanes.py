"""Lanes of identities: one a principal, a dot an event, a dashed line from the event that handed out.

For HTML it is an SVG of our own, for Markdown a sequence that Mermaid draws.
"""

from collections.abc import Callable, Iterator, Sequence
from html import escape
from typing import Final, NamedTuple

from meshmodel.analysis.rules.base import verb
from meshmodel.analysis.trace_records import Link, Run, TracedEvent, is_wrong
from meshmodel.answers.report.tree import Picture
from meshmodel.exporters.graphs.mermaid import escape as mermaid_escape
from meshmodel.model.events import time_text
from meshmodel.model.text import one_line

MOST_DOTS: Final = 200
"""More cannot be followed in one picture."""
_LEFT, _TOP, _LANE, _ROW, _WORDS = 230, 40, 120, 20, 330


class _Dot(NamedTuple):
    """An event in its lane.

    Attributes:
        traced: the event.
        lane, row: where it stands.
        of: the dot whose event handed out its credential, where that is new.
    """

    traced: TracedEvent
    lane: int
    row: int
    of: "_Dot | None"


def lanes(events: Sequence[TracedEvent], letter_of: Callable[[int], str]) -> Picture | None:
    """The picture; ``None`` if no event has an identity.

    Args:
        events: those of the sessions with something wrong, in order.
        letter_of: the letter of the log of an event, by its number.
    """
    dots, names = _dots(events)
    if not dots:
        return None
    wide, high = _LEFT + _LANE * len(names) + _WORDS, _TOP + _ROW * (len(dots) + 1)
    parts = "\n".join(_svg(dots, names, high, letter_of))
    svg = (
        f'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" id="incident-lanes" role="img" '
        f'viewBox="0 0 {wide} {high}" width="{wide}" height="{high}" font-family="Arial, sans-serif" '
        f'font-size="12">\n{parts}\n</svg>'
    )
    return Picture(
        "lanes",
        "Identities, events and hand-outs",
        (float(wide), float(high)),
        svg=svg.encode(),
        is_explained=True,
        mermaid="\n".join(_mermaid(dots, names, letter_of)),
    )


def _dots(events: Sequence[TracedEvent]) -> tuple[list[_Dot], list[str]]:
    names: dict[str, int] = {}
    dots: dict[int, _Dot] = {}
    told: dict[tuple[Run, str], Link] = {}
    for traced in events:
        if traced.identity is None or len(dots) == MOST_DOTS:
            continue
        lane, link = names.setdefault(traced.identity, len(names)), traced.authority
        giver = None
        if link is not None and link.moment is not None:
            key = traced.run, link.way.credential
            giver = None if told.get(key) is link else dots.get(link.moment.number)
            told[key] = link
        dots[traced.event.number] = _Dot(traced, lane, len(dots), giver)
    return list(dots.values()), list(names)


def _svg(
    dots: Sequence[_Dot], names: Sequence[str], high: int, letter_of: Callable[[int], str]
) -> Iterator[str]:
    for lane, name in enumerate(names):
        x, short = _x(lane), one_line(name, 16)
        yield f'<text x="{x}" y="16" text-anchor="middle" font-weight="bold">{escape(short)}'
        yield f"<title>{escape(one_line(name))}</title></text>"
        yield f'<line x1="{x}" y1="{_TOP - 14}" x2="{x}" y2="{high - 8}" stroke="#bfbfbf"/>'
    for dot in dots:
        if dot.of is not None:
            yield (
                f'<line x1="{_x(dot.of.lane)}" y1="{_y(dot.of)}" x2="{_x(dot.lane)}" y2="{_y(dot)}" '
                'stroke="#1a1a1a" stroke-dasharray="4 3"/>'
            )
    for dot in dots:
        colour = "#b91c1c" if is_wrong(dot.traced) else "#1d4ed8"
        y, time = _y(dot), dot.traced.event.time
        when = "" if time is None else time_text(time)
        yield f'<text x="4" y="{y + 4}">{escape(f"{_place(dot, letter_of)}  {when}")}</text>'
        yield f'<circle cx="{_x(dot.lane)}" cy="{y}" r="5" fill="{colour}"/>'
        yield f'<text x="{_x(len(names)) - 30}" y="{y + 4}">{escape(_words(dot.traced, 30))}</text>'


def _mermaid(dots: Sequence[_Dot], names: Sequence[str], letter_of: Callable[[int], str]) -> Iterator[str]:
    yield "sequenceDiagram"
    for lane, name in enumerate(names):
        yield f"  participant P{lane} as {mermaid_escape(one_line(name, 60))}"
    for dot in dots:
        if dot.of is not None and dot.traced.credential is not None:
            taken = f"{one_line(dot.traced.credential, 60)} (event {_place(dot.of, letter_of)})"
            yield f"  P{dot.of.lane}-->>P{dot.lane}: {mermaid_escape(taken)}"
        sign = "✖ " if is_wrong(dot.traced) else ""
        said = f"{sign}{_place(dot, letter_of)} {_words(dot.traced, 60)}"
        yield f"  P{dot.lane}->>P{dot.lane}: {mermaid_escape(said)}"


def _x(lane: int) -> int:
    return _LEFT + _LANE // 2 + _LANE * lane


def _y(dot: _Dot) -> int:
    return _TOP + _ROW * dot.row


def _place(dot: _Dot, letter_of: Callable[[int], str]) -> str:
    return f"{dot.traced.event.number}{letter_of(dot.traced.event.number)}"


def _words(traced: TracedEvent, limit: int) -> str:
    event = traced.event
    did = "acts on" if event.action is None else verb(event.action)
    refused = ", refused" if event.refused else ""
    return f"{did} {one_line(event.system or 'an unknown system', limit)}{refused}"
