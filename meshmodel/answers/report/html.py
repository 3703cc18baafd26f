"""A report as one HTML file that stands alone: no script, nothing fetched, its pictures within it.

Its policy (Content-Security-Policy) allows styles in the file and nothing else.
"""

from collections.abc import Iterator
from html import escape
from typing import Final

from meshmodel.answers.blocks import (
    AttackPath,
    Block,
    Break,
    Contents,
    Facts,
    Heading,
    Link,
    Paragraph,
    PathPart,
    Picture,
    Table,
)
from meshmodel.answers.report.tree import Report

POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_STYLE: Final = """
:root { color-scheme: light; }
body { font: 16px/1.5 Arial, Helvetica, 'Liberation Sans', sans-serif; color: #1a1a1a; background: #fff;
  max-width: 60rem; margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere; }
h1, h2, h3 { line-height: 1.25; }
h2 { margin-top: 2.5rem; border-bottom: 1px solid #bfbfbf; }
h3 { margin-top: 1.75rem; }
table { border-collapse: collapse; width: 100%; table-layout: fixed; font-size: 0.875rem; }
th, td { border: 1px solid #bfbfbf; padding: 0.25rem 0.5rem; text-align: left; vertical-align: top; }
th { background: #f2f2f2; }
dl { display: grid; grid-template-columns: 13rem 1fr; gap: 0.25rem 1rem; }
dt { font-weight: bold; }
dd { margin: 0; }
figure { margin: 1rem 0; }
.break { border: 0; margin: 0; break-after: page; }
svg { max-width: 100%; height: auto; }
figcaption, footer { font-size: 0.875rem; color: #555; }
.path { display: flex; flex-wrap: wrap; gap: 0.35rem 0; list-style: none; margin: 0.35rem 0; padding: 0;
  font-size: 0.875rem; }
.path li { border: 1px solid #6b6b6b; background: #f2f2f2; padding: 0 0.4rem; }
.path li + li { margin-left: 1.1rem; position: relative; }
.path li + li::before { content: "\\203A"; position: absolute; left: -0.75rem; }
.path .agent { border-color: #0072b2; background: #dcebf7; }
.path .measure { border: 2px solid #009e73; background: #e0f3ec; }
.path .harm { border-color: #d55e00; background: #fce8da; color: #9c3f00; }
.lead { font-size: 1.25rem; font-weight: bold; line-height: 1.35; }
.first h2 { font-size: 1.1rem; border: 0; margin: 1rem 0 0.25rem; }
.first p, .first figure, .first table { margin: 0.25rem 0; }
.first dl { grid-template-columns: 9.5rem 1fr; gap: 0 1rem; margin: 0.25rem 0; }
@media screen and (max-width: 40rem) {
  dl, .first dl { grid-template-columns: 1fr; gap: 0; }
  dt { margin-top: 0.25rem; }
  table { display: block; overflow-x: auto; }
  thead { display: none; }
  tbody, tr, td { display: block; border: 0; padding: 0; }
  tr { border-top: 1px solid #bfbfbf; padding: 0.5rem 0; }
  td[data-head]:not(:empty)::before { content: attr(data-head) ": "; font-weight: bold; }
}
@media print {
  body { margin: 0; padding: 0; max-width: none; font-size: 11pt; }
  h1, h2, h3 { break-after: avoid; }
  tr, figure { break-inside: avoid; }
  svg { max-height: 22cm; }
  .first { break-after: page; font-size: 9pt; line-height: 1.25; }
  .first h1 { font-size: 15pt; margin: 0; }
  .first h2 { font-size: 10pt; margin: 6pt 0 2pt; }
  .first .lead { font-size: 11pt; }
  .first table { font-size: 8pt; }
  .first td, .first th { padding: 1pt 3pt; }
  .path { font-size: 8pt; }
  .across { page: across; }
  .across svg { max-height: 14cm; }
}
@page { size: A4; margin: 2cm; }
@page across { size: A4 landscape; margin: 2cm; }
"""


def html(report: Report) -> str:
    """The file."""
    first = report.first_page
    parts = ["\n".join(part for block in some for part in _parts(report, block)) for some in report.parted]
    body = f'<section class="first">\n{parts[0]}\n</section>\n{parts[1]}' if first else parts[1]
    title = escape(report.title)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{_STYLE}</style>
</head>
<body>
{body}
<footer>{escape(report.stamp)}</footer>
</body>
</html>
"""


def _parts(report: Report, block: Block) -> Iterator[str]:
    match block:
        case Heading():
            name = _anchor(report, block)
            anchor = f' id="{name}"' if name else ""
            yield f"<h{block.level}{anchor}>{escape(block.text)}</h{block.level}>"
        case Paragraph():
            lead = ' class="lead"' if block.look == "lead" else ""
            yield f"<p{lead}>{escape(block.line)}</p>"
        case AttackPath():
            yield f'<ol class="path">{"".join(map(_stage, block.parts))}</ol>'
        case Facts():
            rows = "".join(f"<dt>{escape(name)}:</dt><dd>{_linked(value)}</dd>" for name, value in block.rows)
            yield f"<dl>{rows}</dl>"
        case Contents():
            yield from _contents(report)
        case Break():
            yield '<hr class="break">'
        case Table() if block.head:
            yield from _table(block)
        case Table():
            yield f"<ul>{''.join(f'<li>{_linked(item)}</li>' for (item,) in block.cells)}</ul>"
        case Picture():
            yield _figure(block, report.pictures.index(block))


def _contents(report: Report) -> Iterator[str]:
    """Links to the sections."""
    links = (
        f'<li><a href="#{_anchor(report, each)}">{escape(each.text)}</a></li>' for each in report.sections
    )
    yield f"<nav><ul>{''.join(links)}</ul></nav>"


def _anchor(report: Report, heading: Heading) -> str:
    """By what links lead to a heading; that of a section has a number where it has no name."""
    if heading.anchor or heading not in report.sections:
        return heading.anchor
    return f"section-{report.sections.index(heading) + 1}"


def _linked(text: str) -> str:
    """A text, as a link where it is one."""
    return f'<a href="{escape(text.target)}">{escape(text)}</a>' if isinstance(text, Link) else escape(text)


def _stage(part: PathPart) -> str:
    look = f' class="{part.look}"' if part.look else ""
    return f"<li{look}>{escape(part.text)}</li>"


def _table(table: Table) -> Iterator[str]:
    columns = "".join(f'<col style="width:{width}%">' for width in table.widths)
    head = "".join(f"<th>{escape(cell)}</th>" for cell in table.head)
    yield f"<table><colgroup>{columns}</colgroup><thead><tr>{head}</tr></thead><tbody>"
    for row in table.cells:
        cells = (
            f'<td data-head="{escape(name)}">{_linked(cell)}</td>'
            for name, cell in zip(table.head, row, strict=True)
        )
        yield f"<tr>{''.join(cells)}</tr>"
    yield "</tbody></table>"


def _figure(picture: Picture, number: int) -> str:
    """A picture; the ids in it begin with its own, which is made to differ from those of equal pictures."""
    drawn = picture.svg.decode().partition("?>")[2].strip()
    prefix = drawn.partition(' id="')[2].partition('"')[0]
    drawn = drawn.replace(prefix, f"{prefix}-{number}")
    turned = ' class="across"' if picture.across else ""
    caption = f"<figcaption>{escape(picture.title)}</figcaption>"
    return f'<figure id="{picture.stem}"{turned}>{drawn}{caption}</figure>'
