"""Runs a command and keeps what it says: in this process, or as a person does in one of its own."""

import json
import os
import subprocess
import sys
from contextlib import ExitStack, chdir, redirect_stderr, redirect_stdout
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any
from unittest.mock import patch

from meshmodel import cli

ROOT = Path(__file__).parents[2]
MODELS = ROOT / "models"
CASES = ROOT / "tests" / "cases"
PROGRAM = Path(sys.executable).parent / "meshmodel"


def run(*arguments: object, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run ``meshmodel`` with those words; nothing to type, both outputs kept.

    It runs in this process, in a quarter of the time, unless an option asks for what only a process has.
    """
    if options.keys() <= {"cwd", "input"}:
        return _called([str(each) for each in arguments], **options)
    return run_process(*arguments, **options)


def _called(words: list[str], cwd: Path | None = None, input: str = "") -> subprocess.CompletedProcess[str]:  # noqa: A002  # as subprocess calls it
    """Call the command line as its process does, but for signals and the collector of garbage."""
    streams = [TextIOWrapper(BytesIO(), encoding="utf-8", newline="\n", write_through=True) for _ in range(2)]
    given = TextIOWrapper(BytesIO(input.encode()), encoding="utf-8")
    with ExitStack() as stack:
        stack.enter_context(redirect_stdout(streams[0]))
        stack.enter_context(redirect_stderr(streams[1]))
        stack.enter_context(patch.object(sys, "stdin", given))
        stack.enter_context(patch.object(sys, "argv", [str(PROGRAM), *words]))
        stack.enter_context(patch.dict(os.environ, {"LC_ALL": "C.UTF-8"}))
        stack.enter_context(chdir(cwd or Path.cwd()))
        status = cli.main(words)
    output, complaint = (each.buffer.getvalue().decode() for each in streams)  # type: ignore[attr-defined]  # of BytesIO
    return subprocess.CompletedProcess(words, status, output, complaint)


def run_process(*arguments: object, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run the installed command as a process of its own."""
    return subprocess.run(
        [PROGRAM, *map(str, arguments)],
        encoding="utf-8",
        timeout=120,
        check=False,
        **{
            "stdin": subprocess.DEVNULL,
            "capture_output": True,
            "env": os.environ | {"LC_ALL": "C.UTF-8"},
            **options,
        },
    )


def documents(*arguments: object) -> list[Any]:
    """The JSON documents that the command answers, one a line."""
    done = run(*arguments)
    assert done.stderr == ""
    assert done.returncode in {0, 1}
    return [json.loads(line) for line in done.stdout.splitlines()]


def refused(*arguments: object, **options: Any) -> str:
    """The one line with which the command refuses; nothing else is printed."""
    done = run(*arguments, **options)
    assert done.returncode == 2, done.stdout
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("meshmodel: ")
    return lines[0].removeprefix("meshmodel: ")
