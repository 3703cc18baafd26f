"""A long trace tells each second how far it has come, and can be stopped at any time."""

import gzip
import io
import os
import pty
import select
import signal
import subprocess
import tracemalloc

import pytest

from meshmodel.cli import main
from meshmodel.commands import progress
from meshmodel.interchange import read_file
from meshmodel.logs.events import read_events
from meshmodel.logs.mapping import LogRecord, read_map
from meshmodel.model.errors import MeshmodelError
from tests.commands.running import MODELS, PROGRAM, ROOT

RELEASE = MODELS / "federated-release.toml"
MAP = ROOT / "tests" / "logs" / "release.map.toml"


def test_a_trace_tells_a_terminal_each_second_how_far_it_has_come(tmp_path):
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [PROGRAM, "trace", RELEASE, "-", "--format", "jsonl"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=theirs,
        env=os.environ | {"TERM": "xterm"},
    ) as process:
        os.close(theirs)
        said = ""
        while said.count("reading -: 0 events (") < 2:
            assert select.select([ours], [], [], 60)[0], said
            said += os.read(ours, 65_536).decode()
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 2
        said += os.read(ours, 65_536).decode()
    os.close(ours)
    assert said.endswith("\r\x1b[Kmeshmodel: interrupted: the answer is incomplete\r\n")


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_trace_into_a_terminal_takes_its_progress_away_before_it_answers(monkeypatch):
    screen = Terminal()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(progress.sys, "stderr", screen)
    monkeypatch.setattr(progress.sys, "stdout", screen)
    monkeypatch.setattr(progress, "EVERY", 0.001)
    count = iter(range(10**9))
    with progress.ProgressLine(lambda: f"{next(count)} events") as shown:
        while "2 events" not in screen.getvalue():
            pass
        with shown.aside():
            before = screen.getvalue()
            screen.write("answer\n")
    assert before.endswith("\r\x1b[K")
    assert screen.getvalue().endswith("\r\x1b[K")
    assert "events (0 s)answer" not in screen.getvalue()


@pytest.mark.parametrize("more", [("-o", "model.svg"), ("--pages", "pages")])
def test_an_export_tells_a_terminal_that_it_is_at_work(monkeypatch, tmp_path, more):
    screen = Terminal()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(progress.sys, "stderr", screen)
    monkeypatch.setattr(progress, "EVERY", 0.001)
    assert main(["export", str(MODELS / "support-agent.toml"), *more]) == 0
    _, shown, after = screen.getvalue().rpartition("making svg (")
    assert shown
    assert after.partition(" s)")[2].startswith("\r\x1b[K")


OF_FORM = {
    "jsonl": '{"agent": "release-agent"}',
    "csv": "agent\nrelease-agent\n7,7",
    "cloudtrail": '{"userIdentity": {"arn": "x"}}',
}


@pytest.mark.parametrize("form", OF_FORM)
def test_very_many_blank_lines_take_little_memory_and_are_counted(form, tmp_path):
    path = tmp_path / "log.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        for _ in range(100):
            file.write(b"\n" * (1 << 20))
        file.write(f"{OF_FORM[form]}\nx".encode())
    mapper = read_map(MAP, read_file(RELEASE)) if form == "cloudtrail" else None
    tracemalloc.start()
    try:
        with pytest.raises(MeshmodelError) as refused:
            list(read_events(path, form, mapper))
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()
    if form != "csv":
        assert f"line {100 * (1 << 20) + 2}: is no JSON" in str(refused.value)


def test_records_of_very_many_names_are_not_all_remembered():
    mapper = read_map(MAP, read_file(RELEASE))
    tracemalloc.start()
    try:
        for record in range(20):
            names = tuple(f"arn:aws:s3:::bucket-{record}-{number}" for number in range(2_000))
            mapper.event(1, LogRecord((), names, "x", "read", None, None, refused=False))
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()
