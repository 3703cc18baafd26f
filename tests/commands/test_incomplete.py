"""What ends early can not be mistaken for a clean result: status 2, one line, and nothing half done.

The program is stopped at a known point: its model is a pipe that it waits for. Opening the other end
waits until the program has opened its own; the signal is on its way before the pipe ends.
"""

import json
import os
import signal
import subprocess
from itertools import product
from pathlib import Path

import pytest

from meshmodel import cli
from meshmodel.analysis.analysis import Analysis
from meshmodel.store import load, plain_sql
from tests.commands.running import MODELS, PROGRAM

AGENT = MODELS / "support-agent.toml"
RELEASE = MODELS / "federated-release.toml"
SIGNALS = {signal.SIGINT: "interrupted", signal.SIGTERM: "terminated", signal.SIGHUP: "terminated"}
READING = {
    "check": ("check", "MODEL"),
    "check --json": ("check", "--json", "MODEL"),
    "reach": ("reach", "MODEL"),
    "explain": ("explain", "--all", "MODEL"),
    "fix": ("fix", "MODEL"),
    "plan": ("plan", "MODEL"),
    "compromise": ("compromise", "MODEL", "outsider"),
    "offboard": ("offboard", "MODEL", "support-bot"),
    "trace": ("trace", "--format", "jsonl", "MODEL", "-"),
    "export": ("export", "--to", "toml", "MODEL"),
    "export -o": ("export", "MODEL", "-o", "FOLDER/out.toml"),
    "export -o svg": ("export", "MODEL", "-o", "FOLDER/out.svg"),
    "import": ("import", "MODEL", "-o", "FOLDER/out.mesh"),
}
"""Every command that reads a model and needs no terminal."""


def words(call, model, folder):
    return [str(model) if each == "MODEL" else each.replace("FOLDER", str(folder)) for each in call]


def one_line(text):
    """The complaint, which is one line."""
    (line,) = text.splitlines()
    assert line.startswith("meshmodel: ")
    return line.removeprefix("meshmodel: ")


def stop(number, arguments, waiting):
    """Run the program until it waits for a pipe, send it a signal, and see how it ends."""
    os.mkfifo(waiting)
    process = subprocess.Popen(
        [PROGRAM, *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    signal.alarm(60)  # rather than wait for ever, should it never open the pipe
    handle = os.open(waiting, os.O_WRONLY)
    signal.alarm(0)
    process.send_signal(number)
    os.close(handle)
    output, complaint = process.communicate(timeout=60)
    waiting.unlink()
    return process.returncode, output, complaint


@pytest.mark.parametrize(
    ("name", "number"),
    [*((name, signal.SIGINT) for name in READING), ("check", signal.SIGTERM), ("export -o", signal.SIGTERM)],
)
def test_a_command_that_is_stopped(tmp_path, name, number):
    waiting = tmp_path / "waiting.toml"
    status, output, complaint = stop(number, words(READING[name], waiting, tmp_path), waiting)
    assert (status, output) == (2, "")
    assert one_line(complaint).startswith(f"{SIGNALS[number]}: ")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", SIGNALS)
def test_what_follows_in_a_row_is_said_to_be_missing(tmp_path, number):
    waiting = tmp_path / "waiting.toml"
    asked = ("check", "--json", RELEASE, waiting, AGENT, AGENT)
    status, output, complaint = stop(number, asked, waiting)
    assert status == 2
    assert [json.loads(line)["format"] for line in output.splitlines()] == ["meshmodel-check/1"]
    assert one_line(complaint) == f"{SIGNALS[number]}: no complete answer for {waiting} and the 2 after it"


def test_a_trace_that_is_stopped_says_that_it_is_not_complete(tmp_path):
    waiting = tmp_path / "events.jsonl"
    status, output, complaint = stop(signal.SIGINT, ("trace", "--json", AGENT, waiting), waiting)
    assert status == 2
    last = json.loads(output.splitlines()[-1])
    assert list(last)[-1] == "complete"
    assert last["complete"] is False
    assert one_line(complaint).startswith("interrupted: ")


@pytest.mark.parametrize(
    "call", [READING["check"], READING["check --json"], READING["export"], READING["trace"], ("keys",)]
)
def test_nobody_reads_the_answer(call, tmp_path):
    end, handle = os.pipe()
    os.close(end)
    done = subprocess.run(
        [PROGRAM, *words(call, AGENT, tmp_path)],
        stdin=subprocess.DEVNULL,
        stdout=handle,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        check=False,
    )
    os.close(handle)
    assert done.returncode == 2
    assert one_line(done.stderr) == "nobody read the answer to its end"


def test_somebody_reads_the_first_line_only():
    process = subprocess.Popen(
        [PROGRAM, "check", "--crossings", *[AGENT] * 100],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    _, complaint = process.communicate(timeout=60)
    assert one_line(complaint) == "nobody read the answer to its end"
    assert process.returncode == 2


@pytest.mark.parametrize("closed", [(1,), (2,), (1, 2), (0,)])
def test_closed_streams(closed, tmp_path):
    missing = tmp_path / "none.toml"
    shut = " ".join(f"{number}>&-" for number in closed).replace("0>", "0<")
    for path, status in ((AGENT, 2 if 1 in closed else 1), (missing, 2)):
        done = subprocess.run(
            ["sh", "-c", f'exec "$0" check "$1" {shut}', PROGRAM, path],
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == status
        assert len(done.stderr.splitlines()) == (2 not in closed and status == 2)


def raising(error):
    def fail(*_, **__):
        raise error

    return fail


@pytest.mark.parametrize("name", READING)
def test_a_command_that_fails_where_nobody_expected_it(name, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(load, "load", raising(RuntimeError("a broken\nthing")))
    monkeypatch.setattr("meshmodel.interchange.read_file", raising(RuntimeError("a broken\nthing")))
    assert cli.main(words(READING[name], AGENT, tmp_path)) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "a fault of the program, and no complete answer: RuntimeError: a broken" in one_line(said.err)
    assert list(tmp_path.iterdir()) == []


FORMS = [(), ("--json",), ("--fail-on", "never")]


@pytest.mark.parametrize(
    ("part", "form"), [*product(["findings", "questions", "summary"], FORMS), ("doors", ("--json",))]
)
def test_a_check_of_which_a_part_fails(part, form, monkeypatch, capsys):
    monkeypatch.setattr(Analysis, part, property(raising(ZeroDivisionError("division by zero"))))
    assert cli.main(["check", *form, str(AGENT), str(RELEASE)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert [line.split(": ")[1] for line in said.err.splitlines()] == [str(AGENT), str(RELEASE)]


def test_a_fault_is_told_in_full_where_that_is_wanted(monkeypatch, capsys):
    monkeypatch.setenv("MESHMODEL_TRACEBACK", "1")
    monkeypatch.setattr(load, "load", raising(RuntimeError("broken")))
    assert cli.main(["check", str(AGENT)]) == 2
    assert "Traceback (most recent call last)" in capsys.readouterr().err


@pytest.mark.parametrize("to", ["toml", "svg", "policy"])
def test_an_export_that_is_stopped_while_it_writes_leaves_the_file_alone(to, tmp_path, monkeypatch, capsys):
    target = tmp_path / "out"
    target.write_text("before", encoding="utf-8")
    monkeypatch.setattr(Path, "replace", raising(KeyboardInterrupt()))
    assert cli.main(["export", str(AGENT), "--to", to, "-o", str(target)]) == 2
    assert capsys.readouterr().out == ""
    assert [each.name for each in tmp_path.iterdir()] == ["out"]
    assert target.read_text(encoding="utf-8") == "before"


def test_an_import_that_is_stopped_while_it_writes_leaves_nothing(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(plain_sql, "insert_all", raising(KeyboardInterrupt()))
    assert cli.main(["import", str(AGENT), "-o", str(tmp_path / "out.mesh")]) == 2
    assert capsys.readouterr().out == ""
    assert list(tmp_path.iterdir()) == []


def test_a_fix_that_is_stopped_while_it_writes_leaves_the_model_as_it_was(tmp_path, monkeypatch, capsys):
    model = tmp_path / "model.toml"
    model.write_bytes(AGENT.read_bytes())
    monkeypatch.setattr(Path, "replace", raising(KeyboardInterrupt()))
    assert cli.main(["fix", str(model), "--apply", "planned"]) == 2
    assert capsys.readouterr().out == ""
    assert list(tmp_path.iterdir()) == [model]
    assert model.read_bytes() == AGENT.read_bytes()
