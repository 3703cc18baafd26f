"""Mermaid's own browser build, run in headless Chromium: what it draws of a diagram, read back from the page.

Mermaid comes with the package mermaidx, unchanged; Chromium from Debian's chromium-headless-shell.
"""

import html
import json
import os
import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Final, NamedTuple

import pytest

_PAGE: Final = """<!doctype html><meta charset="utf-8"><body><script src="{library}"></script><script>
const diagrams = {diagrams}, drawn = [];
const draw = async () => {{
  mermaid.initialize({{startOnLoad: false}});
  for (const [number, text] of diagrams.entries()) {{
    const failed = error => ({{svg: "<p>" + error + "</p>"}});
    const {{svg}} = await mermaid.render("d" + number, text).catch(failed);
    const place = document.body.appendChild(document.createElement("div"));
    place.innerHTML = svg;
    const said = each => each.innerText ?? each.textContent;
    const texts = query => [...place.querySelectorAll(query)].map(said);
    drawn.push({{
      title: texts(".flowchartTitleText").join(), nodes: texts(".node .nodeLabel"),
      zones: texts(".cluster-label .nodeLabel"), edges: texts(".edgeLabels > .edgeLabel"),
      lines: place.querySelectorAll(".edgePaths path").length, all: place.innerText,
      strange: place.querySelectorAll("script, img, a, iframe, b, i, em, strong, code, ul").length,
    }});
  }}
  const answer = document.body.appendChild(document.createElement("pre"));
  answer.id = "drawn";
  answer.textContent = JSON.stringify(drawn);
}};
draw();
</script>"""


class Drawn(NamedTuple):
    """What Mermaid drew: title, texts by kind, how many lines, all text, tags that a name may have made."""

    title: str
    nodes: list[str]
    zones: list[str]
    edges: list[str]
    lines: int
    all: str
    strange: int


def draw(folder: Path, *diagrams: str) -> list[Drawn]:
    """Draw diagrams, one page for all."""
    browser, package = shutil.which("chromium-headless-shell"), find_spec("mermaidx")
    if browser is None or package is None or package.origin is None:
        pytest.fail(
            "needs chromium-headless-shell (apt) and the extra 'engines' (pip), as .ci/run installs them"
        )
    library = Path(package.origin).parent / "assets" / "mermaid.js"
    page = folder / "page.html"
    texts = json.dumps(diagrams).replace("</", "<\\/")
    page.write_text(_PAGE.format(library=library.as_uri(), diagrams=texts), encoding="utf-8")
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    done = subprocess.run(
        [
            browser,
            *sandbox,
            "--disable-gpu",
            f"--user-data-dir={folder / 'profile'}",
            "--virtual-time-budget=100000",
            "--dump-dom",
            page.as_uri(),
        ],
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=True,
    )
    answer = re.search(r'<pre id="drawn">(.*?)</pre>', done.stdout, re.DOTALL)
    assert answer is not None, done.stderr
    return [Drawn(**each) for each in json.loads(html.unescape(answer[1]))]
