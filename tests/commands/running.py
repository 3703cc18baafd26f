"""Runs the installed command as a person or a pipeline does: as a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
MODELS = ROOT / "models"
CASES = ROOT / "tests" / "cases"
PROGRAM = Path(sys.executable).parent / "meshmodel"


def run(*arguments: object, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run ``meshmodel`` with those words; nothing to type, both outputs kept."""
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
