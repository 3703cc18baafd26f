"""Reads one side of a comparison: a file, or what git has at a revision.

Git is asked by ``cat-file --batch``, whose input is the name: so no name is an option, no textconv, no filter
and no hook is run, and nothing is fetched.
"""

import os
import re
import shutil
import subprocess
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import IO, Final

from meshmodel.interchange.reader import SIZE_LIMIT
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.records import Snapshot
from meshmodel.model.source import Source
from meshmodel.model.text import LINE_LIMIT, clean_line, one_line
from meshmodel.model.typed_paths import file_problem
from meshmodel.store.load import load, load_bytes

TIME_LIMIT: Final = 30.0
"""Seconds that git may take."""
_HEADER: Final = re.compile(rb"[0-9a-f]{40,64} (\w+) (\d+)\n")
_LONGEST: Final = 4_000
"""Characters of a name."""
_OPTIONS: Final = ("-c", "protocol.allow=never", "-c", "core.fsmonitor=false", "--no-replace-objects")
"""Nothing is fetched for a partial clone, no program is asked, and no object stands for another."""


def load_side(name: str) -> Snapshot:
    """The model that one side of a comparison names.

    A name with a colon is ``REV:PATH``, as git has it, unless it begins like a path (``./``, ``../``, ``/``):
    what is in the folder decides nothing, so that no file can stand in for a revision.

    Args:
        name: a ``.mesh`` or ``.toml`` file, a model in a database, or ``REV:PATH``; without ``REV``, what is
            staged.

    Raises:
        MeshmodelError: one line; it cannot be read, is no model, or is refused (``docs/interchange.md``).
    """
    return load_bytes(read_revision(name), name) if _is_revision(name) else load(name)


def author_of(model: Source) -> str:
    """Whom git knows as the author of what is done in the folder of a file; empty where it knows nobody."""
    git = shutil.which("git")
    folder = model.folder if model.folder.is_dir() else Path()
    if git is None:
        return ""
    try:
        done = subprocess.run(  # noqa: S603  # a fixed call, no shell
            [git, *_OPTIONS, "config", "--get", "user.name"],
            cwd=folder,
            capture_output=True,
            timeout=TIME_LIMIT,
            check=False,
            stdin=subprocess.DEVNULL,
            env=os.environ | {"GIT_NO_LAZY_FETCH": "1", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"},
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return clean_line(done.stdout.decode(errors="replace"))[:LINE_LIMIT]


def side_problem(text: str) -> str | None:
    """Why what was typed can name no side, in a line; of ``REV:PATH`` only git knows, which is not asked."""
    return None if _is_revision(text) or Source.is_address(text) else file_problem(text)


def _is_revision(name: str) -> bool:
    is_place = name.startswith(("./", "../", "~")) or Path(name).is_absolute() or Source.is_address(name)
    return ":" in name and not is_place


def read_revision(name: str) -> bytes:
    """The bytes of ``REV:PATH`` in the git repository of the present folder.

    Raises:
        MeshmodelError: one line; git does not have it, is not there, or took too long.
    """
    shown = one_line(name, 400)
    if name.startswith("-"):
        raise MeshmodelError(f"{shown}: a revision cannot begin with -")
    if not name.isprintable() or len(name) > _LONGEST:
        raise MeshmodelError(f"{shown}: is no REV:PATH that can be asked of git; name the revision by its id")
    git = shutil.which("git")
    if git is None:
        raise MeshmodelError(f"{shown}: git is not installed, so no revision can be read")
    with tempfile.TemporaryFile() as complaints:
        try:
            process = subprocess.Popen(  # noqa: S603  # a fixed call, no shell; the name goes into its input
                [git, *_OPTIONS, "cat-file", "--batch"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=complaints,
                env=os.environ | {"GIT_NO_LAZY_FETCH": "1", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"},
            )
        except OSError as error:
            reason = one_line(error.strerror or error)
            raise MeshmodelError(f"{shown}: git cannot be started: {reason}") from None
        content = _ask(process, name)
        complaints.seek(0)
        said = complaints.read(300).decode(errors="replace").strip().splitlines()
    if content is None:
        reason = one_line(said[0], 300) if said else "it said nothing"
        raise MeshmodelError(f"{shown}: git cannot read it: {reason}")
    return content


def _ask(process: "subprocess.Popen[bytes]", name: str) -> bytes | None:
    """What git answers to a name; ``None`` where it ends without an answer.

    Raises:
        MeshmodelError: it has no such file, the file is too large, or it took too long.
    """
    late = threading.Event()

    def stop() -> None:
        late.set()
        process.kill()

    assert process.stdin is not None
    assert process.stdout is not None
    timer = threading.Timer(TIME_LIMIT, stop)
    timer.start()
    try:
        with process.stdout as answers:
            with suppress(BrokenPipeError), process.stdin as asked:
                asked.write(os.fsencode(name) + b"\n")
            content = _content(answers, one_line(name, 400))
    except (OSError, ValueError) as error:
        if not late.is_set():
            raise MeshmodelError(f"{one_line(name, 400)}: git cannot be asked: {one_line(error)}") from None
        content = None
    finally:
        timer.cancel()
        process.kill()
        process.wait()
    if late.is_set():
        raise MeshmodelError(f"{one_line(name, 400)}: git took more than {TIME_LIMIT:.0f} seconds")
    return content


def _content(answers: IO[bytes], name: str) -> bytes | None:
    header = answers.readline(2 * _LONGEST)
    found = _HEADER.fullmatch(header)
    if found is None:
        if not header:
            return None
        raise MeshmodelError(
            f"{name}: git has no such revision, or no such file in it; the path begins at the top of the "
            "repository, or with ./ in the present folder"
        )
    if found[1] != b"blob":
        raise MeshmodelError(f"{name}: is a {one_line(found[1].decode())} of git, not a file")
    size = int(found[2])
    if size > SIZE_LIMIT:
        raise MeshmodelError(f"{name}: is larger than 64 MiB")
    content = answers.read(size)
    return content if len(content) == size else None
