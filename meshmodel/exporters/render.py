"""The one place that runs a Graphviz program: text in, picture out, under a time limit.

The program comes with the ``graphviz-pure`` wheel and is found through that package's own list of
files. A native ``dot`` stands in where the wheel has no program for the machine, if it is recent enough
(older ones lose edges of tangled graphs), or at once where ``MESHMODEL_DOT`` names one. No shell, no
arguments from a model, hardly any environment; what comes back is checked against the diagram.
"""

import json
import os
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from meshmodel.exporters.diagram_parts import Diagram
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.text import one_line

CHOICE = "MESHMODEL_DOT"
"""The environment variable that names a native ``dot`` to use instead."""

OLDEST_NATIVE = 12
"""The first major version of a native Graphviz that is used without being asked for."""

TIME_LIMIT = 60.0
"""Seconds that one run may take."""

_PACKAGE = "graphviz-pure"
# The renderer's JSON loses text behind two backslashes in a row (its SVG and PNG do not), so while a
# layout is made an escaped backslash is written as a private character that is laid out as wide.
_BACKSLASH = "\ue05c"


@dataclass(frozen=True, slots=True)
class Renderer:
    """A program that reads DOT, and the environment that it is run in."""

    program: Path
    environment: tuple[tuple[str, str], ...] = ()

    def run(
        self,
        text: str,
        to: str,
        options: Sequence[str] = (),
        *,
        time_limit: float = TIME_LIMIT,
    ) -> bytes:
        """Lay the text out and return what the program writes.

        Args:
            text: DOT.
            to: the output format: ``json``, ``svg``, ``png``.
            options: further arguments.
            time_limit: seconds after which the program is stopped.

        Raises:
            MeshmodelError: the program took too long, failed, or could not be started.
        """
        try:
            done = subprocess.run(  # noqa: S603  # a fixed program and fixed options, no shell
                [os.fspath(self.program), f"-T{to}", *options],
                input=text.encode(),
                capture_output=True,
                timeout=time_limit,
                env=dict(self.environment),
                cwd=self.program.parent,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise MeshmodelError(
                f"the diagram took more than {time_limit:g} seconds to lay out: "
                "export a lens of it (--lens missing, or --lens reach --agent ID)"
            ) from None
        except OSError as error:
            raise MeshmodelError(
                f"the renderer {one_line(self.program)} cannot be started: {one_line(error.strerror)}"
            ) from None
        if done.returncode != 0:
            said = done.stderr.decode(errors="replace").strip().splitlines()
            reason = one_line(said[0]) if said else f"it ended with status {done.returncode}"
            raise MeshmodelError(f"the renderer {self.program.name} failed: {reason}")
        return done.stdout


def find_renderer() -> Renderer:
    """The program to use: the chosen one, the one of the wheel, or a recent native one.

    Raises:
        MeshmodelError: there is none.
    """
    chosen = os.environ.get(CHOICE)
    if chosen:
        program = shutil.which(chosen)
        if program is None:
            raise MeshmodelError(f"{CHOICE} names {one_line(chosen)}, which is no program that can be run")
        return _native(Path(program))
    program_of_wheel = packaged_program()
    if program_of_wheel is not None:
        return Renderer(program_of_wheel)
    native = shutil.which("dot")
    if native is not None:
        version = native_version(Path(native))
        if version is not None and version >= OLDEST_NATIVE:
            return _native(Path(native))
    raise MeshmodelError(
        f"no renderer for diagrams: install the package {_PACKAGE}, or Graphviz {OLDEST_NATIVE} or newer, "
        f"or name one in {CHOICE}; --to dot works without"
    )


@cache
def packaged_program() -> Path | None:
    """The program that the wheel installed, by the wheel's own list of files."""
    try:
        files = metadata.files(_PACKAGE) or []
    except metadata.PackageNotFoundError:
        return None
    for file in files:
        if file.stem == _PACKAGE and file.suffix in {"", ".exe"}:
            program = Path(str(file.locate())).resolve()
            if program.is_file() and os.access(program, os.X_OK):
                return program
    return None


@cache
def native_version(program: Path) -> int | None:
    """The major version that a native ``dot`` says it has; ``None`` if it says none in five seconds."""
    try:
        done = subprocess.run(  # noqa: S603  # a fixed option, no shell
            [os.fspath(program), "-V"], capture_output=True, timeout=5, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(rb"version (\d+)\.", done.stderr + done.stdout)
    return int(found[1]) if found else None


def _native(program: Path) -> Renderer:
    """A native program finds its plugins and fonts by these variables; it gets no others."""
    names = ("PATH", "HOME", "LD_LIBRARY_PATH", "SystemRoot")
    return Renderer(program, tuple((name, os.environ[name]) for name in names if name in os.environ))


def lay_out(renderer: Renderer, text: str, diagram: Diagram) -> dict[str, Any]:
    """The layout as the renderer's JSON, checked: every node and every edge is there.

    Raises:
        MeshmodelError: the renderer failed, or lost something.
    """
    try:
        layout = json.loads(renderer.run(text.replace("\\\\", _BACKSLASH), "json"))
    except ValueError:
        raise MeshmodelError(f"the renderer {renderer.program.name} wrote no readable layout") from None
    for each in (layout, *layout.get("objects", ()), *layout.get("edges", ())):
        for drawn in each.get("_ldraw_", ()):
            if drawn["op"] == "T":
                drawn["text"] = drawn["text"].replace(_BACKSLASH, "\\")
    check_layout(layout, diagram)
    return layout  # type: ignore[no-any-return]  # JSON is anything


def check_layout(layout: dict[str, Any], diagram: Diagram) -> None:
    """See that the layout has every node and every edge of the diagram, each with a place.

    Raises:
        MeshmodelError: it lost something; the line says what first.
    """
    objects = layout.get("objects", [])
    names = {each["_gvid"]: each["name"] for each in objects}
    placed = {each["name"] for each in objects if "pos" in each}
    for node in diagram.all_nodes:
        if node.id not in placed:
            raise _lost("shape", node.id)
    for frame in diagram.frames:
        if f"cluster_zone/{frame.id}" not in names.values():
            raise _lost("frame", f"zone/{frame.id}")
    drawn = Counter(
        (each.get("id"), names.get(each["tail"]), names.get(each["head"]))
        for each in layout.get("edges", [])
        if each.get("_draw_")
    )
    for edge in diagram.edges:
        key = (edge.id.replace("/", ":"), edge.tail, edge.head)
        if drawn[key] != 1:
            raise _lost("line", edge.id)


def _lost(what: str, which: str) -> MeshmodelError:
    return MeshmodelError(
        f"the renderer lost the {what} {which}, so the diagram would be wrong and is not written: "
        "export --to dot, or a lens"
    )
