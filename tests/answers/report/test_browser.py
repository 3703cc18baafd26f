"""An HTML report in headless Chromium, under its own policy: nothing is missing, nothing is blocked."""

import os
import shutil
import subprocess

import pytest
from PIL import Image

from tests.answers.report.models import written
from tests.answers.report.reading import Page

NAME = "agent-chain"
WIDTH, HEIGHT = 1000, 18_000


@pytest.fixture
def browse(tmp_path):
    browser = shutil.which("chromium-headless-shell")
    if browser is None:
        pytest.fail("needs chromium-headless-shell (apt), as .ci/run installs it")

    def run(text, *options):
        page = tmp_path / "report.html"
        page.write_text(text, encoding="utf-8")
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        return subprocess.run(
            [
                browser,
                *sandbox,
                "--disable-gpu",
                f"--user-data-dir={tmp_path / 'profile'}",
                f"--window-size={WIDTH},{HEIGHT}",
                *options,
                page.as_uri(),
            ],
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=True,
        )

    return run


def measuring(text):
    """The report with a script that its policy would forbid in place of that policy: for measuring alone."""
    start = text.index("<meta http-equiv")
    text = text[:start] + text[text.index("\n", start) :]
    script = """<script>
const wide = document.documentElement.clientWidth;
const all = [...document.querySelectorAll("body *")].map(each => [each, each.getBoundingClientRect()]);
const out = all.filter(([each, box]) => box.right > wide + 1 || box.left < -1);
const texts = [...document.querySelectorAll("svg")].flatMap(svg => {
  const frame = svg.getBoundingClientRect();
  return [...svg.querySelectorAll("text")].filter(each => {
    const box = each.getBoundingClientRect();
    return box.left < frame.left - 1 || box.right > frame.right + 1
      || box.top < frame.top - 1 || box.bottom > frame.bottom + 1;
  });
});
const cells = all.filter(([each]) => each instanceof HTMLElement);
const scrolled = cells.filter(([each]) => each.scrollWidth > each.clientWidth + 1 && each.clientWidth > 0);
const high = document.documentElement.scrollHeight - innerHeight;
document.body.dataset.measured = [high, out.length, texts.length, scrolled.length].join(" ");
</script>"""
    return text.replace("</body>", f"{script}</body>")


@pytest.mark.slow
@pytest.mark.engines
def test_it_shows_complete_and_cuts_nothing(browse, tmp_path):
    text = written(NAME, "html").document.decode()
    done = browse(measuring(text), "--dump-dom")
    assert 'data-measured="0 0 0 0"' in done.stdout
    shot = tmp_path / "shot.png"
    browse(text, f"--screenshot={shot}")
    with Image.open(shot) as image:
        colours = {colour for _, colour in image.convert("RGB").getcolors(1 << 24)}
    # Agents and missing checkpoints are painted, so styles and pictures are there.
    assert {(220, 235, 247), (213, 94, 0), (242, 242, 242)} <= colours


@pytest.mark.slow
@pytest.mark.engines
def test_its_policy_forbids_scripts_pictures_of_others_and_frames(browse):
    text = written(NAME, "html").document.decode()
    extra = (
        '<script>document.title = "run"</script><img src="https://example.invalid/x.png">'
        '<iframe src="https://example.invalid/"></iframe>'
    )
    done = browse(text.replace("</body>", f"{extra}</body>"), "--dump-dom", "--enable-logging=stderr")
    assert "<title>run" not in done.stdout
    blocked = [line for line in done.stderr.splitlines() if "Content Security Policy" in line]
    assert len(blocked) >= 3
    alone = browse(text, "--dump-dom", "--enable-logging=stderr")
    assert "Content Security Policy" not in alone.stderr
    assert Page(alone.stdout).tags.count("svg") == len(written(NAME, "html").tree.pictures)
