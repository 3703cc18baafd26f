"""A program that is killed at random moments: what it acknowledged is there, the file is sound."""

import subprocess
import sys

import pytest

from meshmodel.store.store import Store
from tests.store.labels import undo_label
from tests.store.random_kills import ROUNDS


@pytest.mark.slow
def test_a_hundred_kills_lose_nothing_that_was_acknowledged(tmp_path):
    command = [sys.executable, "-m", "tests.store.random_kills", tmp_path / "m.mesh"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    revisions, interrupted = map(int, done.stdout.split())
    assert revisions >= ROUNDS
    assert interrupted, "no kill hit a transaction, so this shows nothing"


def test_the_edits_of_a_killed_program_may_be_undone_by_another(tmp_path):
    path = tmp_path / "m.mesh"
    Store.create(path).close()
    code = (
        "import sys\nfrom meshmodel.store.store import Store\n"
        "from meshmodel.edits.edit import Put, edit\n"
        "from meshmodel.model.records import Zone\nstore = Store.open(sys.argv[1])\n"
        "store.apply(edit('theirs', [Put(Zone('z'))]))\nprint('done', flush=True)\nsys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"done\n"
        with Store.open(path) as store:
            assert "z" in store.snapshot.zone
            assert undo_label(store) is None
            assert store.undo() is None
            other.kill()
            other.wait()
            undone = store.undo()
            assert undone is not None
            assert undone.label == "theirs"
            assert store.snapshot.zone == {}
