"""``meshmodel git-setup``, and the two commands that git then calls: ``git-textconv`` and ``git-merge``."""

import argparse
import os
import shlex
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from meshmodel.commands.models import Subparsers, add_model, load
from meshmodel.commands.output import complain, say, write_out
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.text import one_line

if TYPE_CHECKING:
    from meshmodel.model.records import Snapshot

DRIVER: Final = "meshmodel"
"""What the drivers are called in the configuration of a repository and in ``.gitattributes``."""
ATTRIBUTES: Final = f"*.mesh -text diff={DRIVER} merge={DRIVER}"
"""The line of ``.gitattributes`` for model files."""
_TIME_LIMIT: Final = 30
"""Seconds that git may take to read or write its configuration."""


def add(commands: Subparsers) -> None:
    """Declare the three commands."""
    _add_setup(commands)
    _add_textconv(commands)
    _add_merge(commands)


def _add_setup(commands: Subparsers) -> None:
    parser = commands.add_parser(
        "git-setup",
        help="let git show and merge model files",
        description="Set up the git repository of the present folder for model files: git diff then shows "
        "their interchange text, and git merge merges them record by record. It writes three settings into "
        "the repository's own configuration, which is not shared, and one line into .gitattributes, which "
        "is. Done again it changes nothing.",
    )
    parser.set_defaults(run=setup)


def _add_textconv(commands: Subparsers) -> None:
    parser = commands.add_parser(
        "git-textconv",
        help="print the interchange text of a model, as git diff calls it",
        description="Print the interchange text of a model; git diff calls this after git-setup.",
    )
    add_model(parser)
    parser.set_defaults(run=textconv)


def _add_merge(commands: Subparsers) -> None:
    parser = commands.add_parser(
        "git-merge",
        help="merge three model files, as git merge calls it",
        description="Merge what THEIRS changed since BASE into the model file OURS, as one edit; git merge "
        "calls this after git-setup. Exit status 1 if both changed the same in two ways, or if the merged "
        "model would be invalid: each has one line, and OURS stays as it is.",
    )
    parser.add_argument("base", type=Path, metavar="BASE", help="the common ancestor; an empty file: none")
    parser.add_argument("ours", type=Path, metavar="OURS", help="the model file to merge into")
    parser.add_argument("theirs", type=Path, metavar="THEIRS", help="the other model file")
    parser.add_argument("name", nargs="?", metavar="NAME", help="what messages call the file")
    parser.set_defaults(run=merge)


def setup(arguments: argparse.Namespace) -> int:  # noqa: ARG001  # every command is called so
    """Write the configuration and the attributes, and say of each whether it was there."""
    top = Path(_git("rev-parse", "--show-toplevel"))
    _write_attributes(top / ".gitattributes")
    # -P: git calls this in folders whose files must not be taken for modules of Python.
    command = f"{shlex.quote(sys.executable)} -P -m meshmodel"
    settings = {
        f"diff.{DRIVER}.textconv": f"{command} git-textconv --",
        f"merge.{DRIVER}.name": "meshmodel, record by record",
        f"merge.{DRIVER}.driver": f"{command.replace('%', '%%')} git-merge -- %O %A %B %P",
    }
    for key, value in settings.items():
        before = _git("config", "--local", "--default", "", "--get", key)
        if before == value:
            say(f"{key}: is set already")
        else:
            _git("config", "--local", "--replace-all", key, value)
            say(f"{key}: {'set anew' if before else 'set'} to {one_line(value, 400)}")
    return 0


def textconv(arguments: argparse.Namespace) -> int:
    """Print the interchange text."""
    from meshmodel.interchange import write_text

    write_out(write_text(load(arguments.model)).encode("utf-8"), binary=False)
    return 0


def merge(arguments: argparse.Namespace) -> int:
    """Merge into OURS; 1 if there are conflicts."""
    from meshmodel.edits.three_way import merge as merge_models
    from meshmodel.store.load import kind_by_content
    from meshmodel.store.store import Store

    name = one_line(arguments.name or arguments.ours, 400)
    if kind_by_content(arguments.ours) == "interchange file":
        raise MeshmodelError(f"{name}: is an interchange file; git merges those itself, as text")
    base, theirs = _version(arguments.base), _version(arguments.theirs)
    with Store.open(arguments.ours) as store:
        if store.read_only:
            raise MeshmodelError(f"{name}: may only be read, so nothing can be merged into it")
        merged = merge_models(base, store.snapshot, theirs)
        if not merged.conflicts:
            store.apply(merged.edit)
            return 0
    for line in merged.conflicts:
        complain(f"{name}: {line}")
    complain(
        f"{name}: nothing was merged, and the file is as in ours; meshmodel diff :2:PATH :3:PATH tells more"
    )
    return 1


def _version(path: Path) -> "Snapshot":
    """The model in a file that git made; an empty one stands for a version that there is not."""
    from meshmodel.model.records import Snapshot

    try:
        if path.stat().st_size == 0:
            return Snapshot()
    except OSError as error:
        raise MeshmodelError(f"{one_line(path, 400)}: cannot be read: {error.strerror}") from None
    return load(path)


def _write_attributes(path: Path) -> None:
    """Add the line for model files to ``.gitattributes``, unless it is there."""
    from meshmodel.model.atomic_file import replace_file

    if path.is_symlink():
        raise MeshmodelError(f"{one_line(path, 400)}: is a symbolic link, which git does not follow")
    try:
        before = path.read_bytes()
    except FileNotFoundError:
        before = b""
    except OSError as error:
        raise MeshmodelError(f"{one_line(path, 400)}: cannot be read: {error.strerror}") from None
    line = ATTRIBUTES.encode()
    if line in before.splitlines():
        say(".gitattributes: has the line for *.mesh already")
        return
    between = b"\n" if before and not before.endswith(b"\n") else b""
    replace_file(path, before + between + line + b"\n", instead_of=before or None)
    say(f".gitattributes: added {ATTRIBUTES}; commit it")


def _git(*words: str) -> str:
    """What git answers, without the line break at its end; nothing in the words comes from a model.

    Raises:
        MeshmodelError: git is not installed, took too long, or refused; the line is what it said.
    """
    import subprocess

    git = shutil.which("git")
    if git is None:
        raise MeshmodelError("git is not installed, or not on the PATH")
    try:
        done = subprocess.run(  # noqa: S603  # a fixed program and fixed words, no shell
            [git, *words],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_TIME_LIMIT,
            check=False,
            env=os.environ | {"LC_ALL": "C"},
        )
    except subprocess.TimeoutExpired:
        raise MeshmodelError(f"git {words[0]} took more than {_TIME_LIMIT} seconds") from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise MeshmodelError(f"git {words[0]}: {one_line(said[0], 300) if said else 'failed'}")
    return os.fsdecode(done.stdout).removesuffix("\n")
