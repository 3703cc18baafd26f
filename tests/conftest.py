"""What every test has in common: it neither sees nor changes the files of whoever runs it."""

import gc
import os
import signal
import sys
from contextlib import suppress
from importlib import import_module
from itertools import count
from pathlib import Path

import pytest
from hypothesis import settings

from meshmodel.exporters.diagram.graphviz import Renderer
from meshmodel.importers import git_index
from meshmodel.model.stop import check_current

MOST_KEPT = 1_000
"""Layouts that are kept, of some 20 kB each."""

# Whoever runs the tests in the background lets them ignore an interrupt, or that the terminal has gone, and
# what they start would too.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)

# What one worker has compiled the others read, and programs that tests start begin in half the time.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# The same examples in every run, however long they take; MESHMODEL_RANDOM=1 looks for new ones, and for more.
settings.register_profile("same", derandomize=True, deadline=None, max_examples=20)
settings.register_profile("random", print_blob=True, deadline=None)
settings.load_profile("random" if os.environ.get("MESHMODEL_RANDOM") else "same")


SLOW = {
    "app": {
        "accepting", "approvers", "arranging", "catalogue", "clipboard", "comparing", "connecting",
        "dialogs", "drag_outside", "exploring", "filtering", "finding_way", "fix_tab", "header",
        "importing", "inspector", "left_out", "lists_room", "long_fix", "message_line", "paths",
        "plan_tab", "question_keys", "quick_line", "read_only", "reopened", "round_page", "signs", "stable",
        "told", "trace_screen", "two_programs", "typed_text", "wrapping",
    },
    "canvas": {"stable"},
    "commands": {"export_import", "other_programs"},
}  # fmt: skip
"""Files by folder whose tests are slow: what is pressed in lists, dialogs and rows, and other programs."""
COSTLY = {
    "complete_writes", "decision", "diagram", "drawing", "engines", "fix", "fresh_user", "gate",
    "hostile_forms", "incomplete", "kinds", "manual", "names", "pages", "policy", "progress", "render",
    "status", "stopping", "text",
}  # fmt: skip
"""Files whose tests in several cases open a screen, draw a picture or start programs in each."""


def pytest_sessionstart(session):
    """Each worker compiles its share of the files that all collect: that takes most of collecting."""
    worker, number = (os.environ.get(f"PYTEST_XDIST_WORKER{each}", "") for each in ("", "_COUNT"))
    if worker:
        root = session.config.rootpath
        found = sorted(path for each in session.config.args for path in (root / each).rglob("test_*.py"))
        for path in found[int(worker.removeprefix("gw")) :: int(number)]:
            with suppress(Exception):  # collecting it tells why
                import_module(".".join(path.relative_to(root).with_suffix("").parts))


def pytest_collection_finish():
    """What was collected stays: the collector of garbage need not go through it again and again."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def pytest_xdist_auto_num_workers() -> int:
    """With ``-n auto`` twice as many as there are cores: tests wait for the disk, screens and terminals."""
    return 2 * (os.cpu_count() or 1)


def pytest_collection_modifyitems(items):
    """What waits for screens is slow: real terminals, all sizes but one, what is pressed in lists and rows.

    Of a test that opens a screen, draws a picture or starts programs in several cases the first one runs by
    default, and the others among the slow ones: a case takes up to a second.
    """
    seen = set()
    for item in items:
        parameters = item.callspec.params if hasattr(item, "callspec") else {}
        other_size = "app" in item.path.parts and parameters.get("size", (120, 40)) != (120, 40)
        name = item.path.stem.removeprefix("test_")
        if other_size or "terminal" in item.path.parts or name in SLOW.get(item.path.parent.name, ()):
            item.add_marker("slow")
        elif "app" in item.path.parts or name in COSTLY:
            if parameters and item.function in seen:
                item.add_marker("slow")
            seen.add(item.function)


@pytest.fixture(autouse=True, scope="session")
def _laid_out_once():
    """Each text is laid out once: a picture asks the renderer twenty times, and most tests draw the same."""
    run, kept = Renderer.run, {}

    def run_once(renderer, text, to, options=(), **limits):
        if limits:
            return run(renderer, text, to, options, **limits)
        check_current()
        key = renderer, text, to, tuple(options)
        if key not in kept:
            drawn = run(renderer, text, to, options)
            if len(kept) == MOST_KEPT:
                return drawn
            kept[key] = drawn
        return kept[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Renderer, "run", run_once)
        yield


@pytest.fixture(autouse=True)
def _in_no_repository(monkeypatch):
    """Files of the project are read as if no repository tracked them, wherever the tests are."""
    project, found = Path(__file__).parents[1], git_index.repository_of

    def outside(path):
        root = found(path)
        return None if root is not None and project.is_relative_to(root) else root

    monkeypatch.setattr(git_index, "repository_of", outside)


@pytest.fixture(scope="session")
def _homes(tmp_path_factory):
    """Folders of tests, one after the other; pytest looks through all that there are for each new one."""
    folder = tmp_path_factory.mktemp("homes")
    return (folder / str(number) for number in count())


@pytest.fixture(autouse=True)
def _own_folders(_homes, monkeypatch):
    """Configuration, recent files and copies of examples go to a folder of the test's own."""
    home = next(_homes)
    home.mkdir()
    for name in ("CONFIG", "DATA", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
    monkeypatch.delenv("NO_COLOR", raising=False)
