"""A command imports what it needs and no more."""

import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.commands.running import MODELS, run
from tests.rows import all_rows

HEAVY = (
    "textual",
    "rich",
    "sqlmodel",
    "sqlalchemy",
    "alembic",
    "pydantic",
    "networkx",
    "numpy",
    "graphviz",
    "reportlab",
    "PIL",
    "platformdirs",
    "asyncio",
    "ruamel",
)
AGENT = str(MODELS / "support-agent.toml")


def imported(*arguments):
    """The modules that a process has imported once the command is done."""
    code = (
        "import sys\nfrom meshmodel.cli import main\n"
        "main(sys.argv[1:])\nsys.stderr.write(' '.join(sorted(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, encoding="utf-8", check=True
    )
    return set(done.stderr.split())


@all_rows(
    "arguments",
    [
        ("--version",),
        ("--help",),
        ("check", AGENT),
        ("check", AGENT, "--json", "--crossings"),
        ("reach", AGENT),
        ("rules",),
        ("export", AGENT, "--to", "toml"),
    ],
)
def test_nothing_heavy(arguments):
    arguments = list(arguments)
    assert imported(*arguments).isdisjoint(HEAVY)


def test_the_version_needs_no_room_but_the_names_of_formats():
    modules = {name.removeprefix("meshmodel.") for name in imported("--version")}
    assert {"analysis", "canvas", "app", "store", "interchange"}.isdisjoint(modules)
    rooms = {name for name in modules if name.startswith(("exporters.", "importers.", "logs."))}
    assert rooms == {"exporters.request", "logs.formats", "importers.forms"}


def test_reading_a_model_file_needs_no_screen_and_no_tables():
    with tempfile.TemporaryDirectory() as folder:
        mesh = Path(folder) / "m.mesh"
        assert run("import", AGENT, "-o", mesh).returncode == 0
        modules = imported("check", str(mesh))
    assert "sqlite3" in modules
    assert {*HEAVY, "alembic"}.isdisjoint(modules)


def test_the_package_can_be_called_as_a_module():
    done = subprocess.run(
        [sys.executable, "-m", "meshmodel", "check", AGENT],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, run("check", AGENT).stdout)
    assert done.stderr == ""


INTERRUPTED = """
import os, signal, sys
if IGNORED: signal.signal(signal.SIGINT, signal.SIG_IGN)
class AtImport:
    def find_spec(self, name, path=None, target=None):
        if name == MODULE: os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, AtImport())
from meshmodel.__main__ import run
status = run()
import shelve
sys.exit(status)
"""


def interrupted(module, *, ignored=False):
    """How ``check`` ends that is interrupted when it imports a module."""
    program = f"MODULE, IGNORED = {module!r}, {ignored}\n{INTERRUPTED}"
    done = subprocess.run(
        [sys.executable, "-c", program, "check", "--fail-on", "never", AGENT],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("module", ["meshmodel.cli", "argparse", "meshmodel.commands.output"])
def test_an_interruption_while_it_is_loaded_ends_it_without_a_word(module):
    assert interrupted(module) == (-signal.SIGINT, "", "")


@pytest.mark.parametrize("module", ["meshmodel.commands.check", "tomli", "meshmodel.analysis.findings"])
def test_an_interruption_after_that_is_told_in_one_line(module):
    status, said, complaint = interrupted(module)
    assert (status, said) == (2, "")
    assert complaint.startswith("meshmodel: interrupted: ")
    assert complaint.count("\n") == 1


def test_an_interruption_when_all_is_said_adds_nothing():
    status, said, complaint = interrupted("shelve")
    assert (status, complaint) == (-signal.SIGINT, "")
    assert said


def test_an_interruption_is_ignored_where_whoever_started_it_wants_that():
    status, said, complaint = interrupted("argparse", ignored=True)
    assert (status, complaint) == (0, "")
    assert said
