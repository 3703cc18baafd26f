"""What every test has in common: it neither sees nor changes the files of whoever runs it."""

import os
import signal
from itertools import count
from pathlib import Path

import pytest
from hypothesis import settings

from meshmodel.importers import git_index

# Whoever runs the tests in the background lets them ignore an interrupt, or that the terminal has gone, and
# what they start would too.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)

# The same examples in every run, however long they take; MESHMODEL_RANDOM=1 looks for new ones, and for more.
settings.register_profile("same", derandomize=True, deadline=None, max_examples=20)
settings.register_profile("random", print_blob=True, deadline=None)
settings.load_profile("random" if os.environ.get("MESHMODEL_RANDOM") else "same")


def pytest_xdist_auto_num_workers() -> int:
    """With ``-n auto`` twice as many as there are cores: tests wait for the disk, screens and terminals."""
    return 2 * (os.cpu_count() or 1)


def pytest_collection_modifyitems(items):
    """What waits for screens is slow: real terminals, all sizes but one, what is pressed in lists and rows.

    Of a test that opens a screen, draws a picture or starts programs in several cases the first one runs by
    default, and the others among the slow ones: a case takes up to a second.
    """
    lists = ("test_filtering", "test_left_out", "test_trace_screen", "test_two_programs", "test_accepting")
    lists = (*lists, "test_fix_tab", "test_exploring", "test_comparing", "test_message_line", "test_header")
    lists = (*lists, "test_approvers", "test_signs", "test_notes", "test_lists_room", "test_typed_text")
    lists = (*lists, "test_told", "test_drag_outside", "test_reopened", "test_read_only", "test_stable")
    lists = (*lists, "test_connecting", "test_dialogs", "test_importing", "test_quick_line", "test_clipboard")
    lists = (*lists, "test_inspector", "test_finding_way", "test_export_import", "test_other_programs")
    lists = (*lists, "test_round_page")
    costly = {"test_drawing", "test_diagram", "test_export_import", "test_text", "test_fix", "test_status"}
    costly |= {"test_hostile_forms", "test_stopping", "test_engines", "test_pages", "test_render"}
    costly |= {"test_gate", "test_incomplete", "test_names", "test_complete_writes", "test_kinds"}
    costly |= {"test_manual", "test_decision", "test_fresh_user", "test_policy", "test_progress"}
    seen = set()
    for item in items:
        parameters = item.callspec.params if hasattr(item, "callspec") else {}
        other_size = "app" in item.path.parts and parameters.get("size", (120, 40)) != (120, 40)
        if other_size or "terminal" in item.path.parts or item.path.stem in lists:
            item.add_marker("slow")
        elif "app" in item.path.parts or item.path.stem in costly:
            if parameters and item.function in seen:
                item.add_marker("slow")
            seen.add(item.function)


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
