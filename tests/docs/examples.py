"""Runs the examples of a page, in a folder that has the files of the worked examples."""

import contextlib
import io
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from meshmodel import cli
from meshmodel.app.config import read_configuration
from meshmodel.cli import INCOMPLETE
from meshmodel.edits.edit import apply_edit
from meshmodel.exporters.policies.stub_reader import read_stub
from meshmodel.importers.catalogue import load_catalogue, read_catalogue
from meshmodel.importers.data_form import FORMAT, read_form
from meshmodel.importers.form_examples import problems_of
from meshmodel.interchange import read_text
from meshmodel.language import parse
from meshmodel.logs.mapping import read_map
from meshmodel.model.records import Snapshot
from tests.docs.pages import ROOT, Block, blocks

NEEDS_A_TERMINAL = frozenset({"open", "demo"})


@dataclass(frozen=True)
class Ran:
    """What a block did: the block, and what it printed."""

    block: Block
    printed: str = ""


def prepare(desk: Path) -> None:
    """Put the worked examples there, as files of one's own and as a project keeps them."""
    (desk / "models").mkdir()
    for each in sorted((ROOT / "models").glob("*.*")):
        shutil.copy(each, desk)
        shutil.copy(each, desk / "models")


def run_page(text: str, desk: Path) -> Iterator[Ran]:
    """Run every block of a page in its order; raises AssertionError where one does not do what it says."""
    prepare(desk)
    model = ""
    drawn = Snapshot()
    with contextlib.chdir(desk):
        for block in blocks(text):
            if block.name is not None:
                Path(block.name).parent.mkdir(parents=True, exist_ok=True)
                Path(block.name).write_text(block.code, encoding="utf-8")
            match block.language:
                case "sh":
                    yield Ran(block, "".join(call(line) for line in block.code.splitlines()))
                case "python":
                    yield Ran(block, _python(block.code))
                case "toml":
                    model = _toml(block, model)
                    yield Ran(block)
                case "quick-line":
                    drawn = _draw(block.code, drawn)
                    yield Ran(block)
                case "yaml":
                    for line in re.findall(r"^ *- run: (meshmodel .*)$", block.code, re.MULTILINE):
                        call(line)
                    yield Ran(block)
                case "text" | "jsonl" | "json" | "sql":  # tests/store/test_postgres.py runs that
                    assert block.is_output or block.language != "text", f"of what? {block.code}"
                case _:
                    raise AssertionError(f"what is {block.language!r}?")


def call(line: str) -> str:
    """What a command line prints; it neither complains nor fails, but where something cannot be read."""
    words = [
        each
        for word in shlex.split(line, comments=True)
        for each in (sorted(map(str, Path().glob(word))) if "*" in word else [word])
    ]
    if not words:
        return ""
    assert words[0] == "meshmodel", line
    out, complaints = io.TextIOWrapper(io.BytesIO(), encoding="utf-8"), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(complaints):
        status = cli.main(words[1:])
    if len(words) == 1 or (words[1] in NEEDS_A_TERMINAL and "--files" not in words):
        assert "needs a terminal" in complaints.getvalue(), complaints.getvalue()
    elif status != INCOMPLETE or "broken" not in complaints.getvalue():
        assert complaints.getvalue() == "", f"{line}: {complaints.getvalue()}"
        assert status in {0, 1}, line
    out.seek(0)
    return out.read()


def _python(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _toml(block: Block, model: str) -> str:
    """Read it as what it is; a piece of an interchange file goes on from those before. The model so far."""
    said = tomllib.loads(block.code)
    form = said.get("format", "")
    if form == "meshmodel-map/1":
        assert block.name is not None, "a map is a file"
        read_map(Path(block.name), read_text(Path("token-leak.toml").read_text(encoding="utf-8")))
    elif form == "meshmodel-catalogue/1":
        assert block.name is not None, "a catalogue is a file"
        read_catalogue(Path(block.name), load_catalogue())
    elif form == FORMAT:
        assert block.name is not None, "a form is a file"
        assert [*problems_of(read_form(Path(block.name)))] == []
    elif form == "meshmodel-policy/1":
        assert block.name is not None, "a stub is a file"
        read_stub(Path(block.name))
    elif "theme" in said or "keys" in said:
        Path("config.toml").write_text(block.code, encoding="utf-8")
        assert read_configuration(Path("config.toml")).problems == ()
    else:
        model = block.code if form else f"{model}\n{block.code}"
        read_text(model)
    return model


def _draw(text: str, model: Snapshot) -> Snapshot:
    """Say each line in the quick line; each changes something."""
    for line in text.splitlines():
        sentence = parse(line, model)
        assert sentence.problem is None, f"{line}: {sentence.problem}"
        assert sentence.edit is not None, f"{line}: nothing to change"
        model = apply_edit(model, sentence.edit)
    return model
