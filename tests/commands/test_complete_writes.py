"""All of an answer is written, or that it was not is told: whatever sort of stream standard output is."""

import fcntl
import io
import os
import resource
import subprocess
import sys
import threading

import pytest

from meshmodel.commands.complete_writes import complete_writes
from tests.commands.running import MODELS, PROGRAM

AGENT = MODELS / "support-agent.toml"
ANSWERS = {
    "check": ("check", AGENT),
    "check --json": ("check", "--json", AGENT),
    "reach --json": ("reach", "--json", AGENT),
    "several": ("check", *[AGENT] * 20),
    "export": ("export", "--to", "svg", AGENT),
    "rules": ("rules",),
    "keys": ("keys",),
    "help": ("--help",),
}
"""What is said in one piece and in several, and what argparse says."""
UNBUFFERED = {"buffered": {}, "unbuffered": {"PYTHONUNBUFFERED": "1"}}


@pytest.fixture(params=UNBUFFERED)
def surroundings(request):
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    return kept | UNBUFFERED[request.param]


@pytest.mark.parametrize("name", ANSWERS)
def test_a_disk_that_takes_only_a_part(name, surroundings, tmp_path):
    with (tmp_path / "answer").open("wb") as file:
        done = subprocess.run(
            [PROGRAM, *ANSWERS[name]],
            stdout=file,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            # No bytecode either: Python would keep the hundred bytes of it, for every later start.
            env=surroundings | {"PYTHONDONTWRITEBYTECODE": "1"},
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100)),
            check=False,
        )
    assert (tmp_path / "answer").stat().st_size == 100
    assert done.returncode == 2
    assert done.stderr == "meshmodel: the answer could not be written: File too large\n"


@pytest.mark.parametrize("name", ["export", "several"])
def test_a_reader_that_goes_away(name, surroundings):
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4_096)  # less than these answers
    process = subprocess.Popen(
        [PROGRAM, *ANSWERS[name]],
        stdout=writing,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env=surroundings,
    )
    os.close(writing)
    assert len(os.read(reading, 10)) == 10
    os.close(reading)
    _, complaint = process.communicate(timeout=60)
    assert complaint == "meshmodel: nobody read the answer to its end\n"
    assert process.returncode == 2


@pytest.mark.parametrize("buffered", [True, False])
@pytest.mark.parametrize("blocking", [True, False])
def test_a_pipe_that_is_full_is_waited_for(buffered, blocking, monkeypatch):
    reading, writing = os.pipe()
    os.set_blocking(writing, blocking)
    raw = io.FileIO(writing, "wb")
    stream = io.TextIOWrapper(
        io.BufferedWriter(raw) if buffered else raw, "utf-8", write_through=not buffered
    )
    monkeypatch.setattr(sys, "stdout", stream)
    read = bytearray()

    def reader():
        while piece := os.read(reading, 1 << 16):
            read.extend(piece)

    thread = threading.Thread(target=reader)
    thread.start()
    said = [f"{number}: ä\n" * 40_000 for number in range(3)]
    with complete_writes():
        assert sys.stdout is not stream
        sys.stdout.writelines(said)
        sys.stdout.flush()
        sys.stdout.buffer.write(b"a picture")
        sys.stdout.flush()
    assert sys.stdout is stream
    stream.close()
    thread.join()
    os.close(reading)
    assert read.decode() == "".join([*said, "a picture"])


def test_an_answer_follows_what_was_written_before(tmp_path, monkeypatch):
    with (tmp_path / "answer").open("w", encoding="ascii") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        stream.write("before, ")
        with complete_writes():
            sys.stdout.write("meanwhile ✖, ")
            sys.stdout.flush()
        stream.write("after")
    assert (tmp_path / "answer").read_text(encoding="ascii") == r"before, meanwhile \u2716, after"


def test_a_stream_that_is_no_file_is_left_as_it_is(monkeypatch):
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stdout", stream)
    with complete_writes():
        assert sys.stdout is stream
