"""A report as one HTML file that stands alone: no script, nothing fetched, its pictures within it.

Its policy (Content-Security-Policy) allows styles in the file and nothing else.
"""

from collections.abc import Iterator
from html import escape
from typing import Final

from meshmodel.answers.blocks import Facts
from meshmodel.answers.report.tree import Block, Heading, Items, Paragraph, Picture, Report, Table

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
svg { max-width: 100%; height: auto; }
figcaption, footer { font-size: 0.875rem; color: #555; }
@page { size: A4; margin: 2cm; }
@page across { size: A4 landscape; margin: 2cm; }
@media print {
  body { margin: 0; padding: 0; max-width: none; font-size: 11pt; }
  h1, h2, h3 { break-after: avoid; }
  tr, figure { break-inside: avoid; }
  svg { max-height: 22cm; }
  .across { page: across; }
  .across svg { max-height: 14cm; }
}
"""


def html(report: Report) -> str:
    """The file."""
    body = "\n".join(part for block in report.blocks for part in _parts(report, block))
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
        case Heading(level=1):
            yield f"<h1>{escape(block.text)}</h1>"
            yield from _contents(report)
        case Heading():
            anchor = f' id="section-{report.sections.index(block) + 1}"' if block.level == 2 else ""
            yield f"<h{block.level}{anchor}>{escape(block.text)}</h{block.level}>"
        case Paragraph():
            yield f"<p>{escape(block.text)}</p>"
        case Items():
            yield f"<ul>{''.join(f'<li>{escape(item)}</li>' for item in block.items)}</ul>"
        case Facts():
            rows = "".join(f"<dt>{escape(name)}:</dt><dd>{escape(value)}</dd>" for name, value in block.rows)
            yield f"<dl>{rows}</dl>"
        case Table():
            yield from _table(block)
        case Picture():
            yield _figure(block, report.pictures.index(block))


def _contents(report: Report) -> Iterator[str]:
    """Links to the sections."""
    links = (
        f'<li><a href="#section-{number}">{escape(each.text)}</a></li>'
        for number, each in enumerate(report.sections, 1)
    )
    yield f"<nav><ul>{''.join(links)}</ul></nav>"


def _table(table: Table) -> Iterator[str]:
    columns = "".join(f'<col style="width:{width}%">' for width in table.widths)
    head = "".join(f"<th>{escape(cell)}</th>" for cell in table.head)
    yield f"<table><colgroup>{columns}</colgroup><thead><tr>{head}</tr></thead><tbody>"
    for row in table.rows:
        yield f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>"
    yield "</tbody></table>"


def _figure(picture: Picture, number: int) -> str:
    """A picture; the ids in it begin with its own, which is made to differ from those of equal pictures."""
    drawn = picture.svg.decode().partition("?>")[2].strip()
    prefix = drawn.partition(' id="')[2].partition('"')[0]
    drawn = drawn.replace(prefix, f"{prefix}-{number}")
    turned = ' class="across"' if picture.across else ""
    caption = f"<figcaption>{escape(picture.title)}</figcaption>"
    return f'<figure id="{picture.stem}"{turned}>{drawn}{caption}</figure>'
