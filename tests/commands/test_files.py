"""Files that others change, and files that are no ordinary ones."""

import os
import subprocess
import threading

import pytest

from meshmodel.edits import checkpoints, offboarding
from meshmodel.interchange import read_file
from meshmodel.model import open_file
from tests.commands.running import MODELS, refused, run

AGENT = MODELS / "support-agent.toml"
APPLYING = {
    "fix": (checkpoints, "add_checkpoints", ("fix", "MODEL", "--apply", "planned")),
    "offboard": (offboarding, "offboard", ("offboard", "MODEL", "support-bot", "--apply")),
}


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("name", APPLYING)
def test_what_another_program_wrote_meanwhile_is_kept(name, tmp_path, monkeypatch, called):
    module, function, call = APPLYING[name]
    model = tmp_path / "model.toml"
    content = AGENT.read_bytes()
    model.write_bytes(content)
    original = getattr(module, function)

    def meanwhile(*arguments):
        model.write_bytes(content + b"# a remark\n")
        return original(*arguments)

    monkeypatch.setattr(module, function, meanwhile)
    status, output, complaint = called(*(str(model) if each == "MODEL" else each for each in call))
    assert (status, output) == (2, "")
    assert complaint == (
        f"meshmodel: {model}: was changed by another program meanwhile; nothing was written, do it again\n"
    )
    assert model.read_bytes() == content + b"# a remark\n"
    monkeypatch.undo()
    assert called(*(str(model) if each == "MODEL" else each for each in call))[0] == 0
    assert names(tmp_path) == ["model.toml"]


def test_a_dash_is_standard_output(tmp_path):
    done = run("export", AGENT, "--to", "toml", "-o", "-", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.encode() == AGENT.read_bytes()
    assert "--to" in refused("export", AGENT, "-o", "-", cwd=tmp_path)
    assert names(tmp_path) == []


def test_an_export_does_not_replace_a_pipe(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert refused("export", AGENT, "--to", "toml", "-o", pipe) == (
        f"{pipe}: cannot be written: nobody reads from it"
    )
    with subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE) as reader:
        with pipe.open("ab"):  # waits until it is read
            assert run("export", AGENT, "--to", "toml", "-o", pipe).returncode == 0
        assert reader.stdout is not None
        assert reader.stdout.read() == AGENT.read_bytes()
    assert pipe.is_fifo()
    assert names(tmp_path) == ["pipe"]


def test_an_export_to_the_device_that_takes_everything(tmp_path):
    null = tmp_path / "null"
    null.symlink_to(os.devnull)
    done = run("export", AGENT, "--to", "svg", "-o", null)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert null.is_char_device()
    assert names(tmp_path) == ["null"]


@pytest.fixture
def pipe(tmp_path, monkeypatch):
    monkeypatch.setattr(open_file, "PIPE_WAIT", 0.05)
    path = tmp_path / "pipe"
    os.mkfifo(path)
    return path


def test_a_pipe_into_which_nobody_writes_is_not_waited_for(pipe, called):
    log = ("trace", AGENT, pipe, "--format", "jsonl")
    maps = ("trace", AGENT, AGENT, "--format", "cloudtrail", "--map", pipe)
    for call in (("check", pipe), ("import", pipe, "-o", pipe.with_name("m.mesh")), log, maps):
        status, _, complaint = called(*call)
        assert status == 2
        assert complaint == f"meshmodel: {pipe}: cannot be read: nobody writes into this pipe\n"
    journal = pipe.with_name("m.mesh-journal")
    assert called("import", AGENT, "-o", pipe.with_name("m.mesh"))[0] == 0
    pipe.rename(journal)
    status, _, complaint = called("check", pipe.with_name("m.mesh"))
    assert status == 2
    assert complaint == (
        f"meshmodel: {journal.with_name('m.mesh')}: cannot be opened beside m.mesh-journal, "
        "which is no ordinary file; move that away\n"
    )


def test_a_writer_that_takes_its_time_is_waited_for(pipe, monkeypatch):
    monkeypatch.setattr(open_file, "PIPE_WAIT", 0)
    writing = os.open(pipe, os.O_RDWR)
    begun, found = threading.Event(), []
    monkeypatch.setattr(
        open_file.os, "set_blocking", lambda *way, after=os.set_blocking: (after(*way), begun.set())
    )
    thread = threading.Thread(target=lambda: found.append(read_file(pipe)))
    thread.start()
    assert begun.wait(60)
    with os.fdopen(writing, "wb") as file:
        file.write(AGENT.read_bytes())
    thread.join()
    assert found == [read_file(AGENT)]
