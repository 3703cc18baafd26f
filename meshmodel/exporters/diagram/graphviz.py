"""The one place that runs a Graphviz program: text in, picture out, under a time limit.

The program comes with the ``graphviz-pure`` wheel and is found through that package's own list of
files. A native ``dot`` stands in where the wheel has no program for the machine, if it is recent enough
(older ones lose edges of tangled graphs), or at once where ``MESHMODEL_DOT`` names one. No shell, no
arguments from a model, hardly any environment; what comes back is checked against the diagram.
"""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import IO, Any

from meshmodel.exporters.diagram.elements import Diagram
from meshmodel.model.errors import MeshmodelError, RequestError
from meshmodel.model.stop import CURRENT, Stop, check_current
from meshmodel.model.text import one_line

CHOICE = "MESHMODEL_DOT"
"""The environment variable that names a native ``dot`` to use instead."""

OLDEST_NATIVE = 12
"""The first major version of a native Graphviz that is used without being asked for."""

TIME_LIMIT = 60.0
"""Seconds that one run may take."""

LOOK = 0.1
"""Seconds between two looks whether a run is to be stopped."""

MOST_BYTES = 128 * 1024 * 1024
"""The most that one run may write."""

AS_PLACED = ("-Knop2",)
"""The option by which a text with positions is drawn without another layout."""

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
            MeshmodelError: the program took too long, wrote too much, failed, or could not be started.
            Stopped: ``CURRENT`` says so, before the run or in it.
        """
        check_current()
        complaint = bytearray()
        try:
            process = subprocess.Popen(  # noqa: S603  # a fixed program and fixed options, no shell
                [os.fspath(self.program), f"-T{to}", *options],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=dict(self.environment),
                cwd=self.program.parent,
                start_new_session=True,
            )
        except OSError as error:
            raise MeshmodelError(
                f"the renderer {one_line(self.program)} cannot be started: {one_line(error.strerror)}"
            ) from None
        threading.Thread(target=_give, args=(process.stdin, text.encode()), daemon=True).start()
        drawn = self._drawn(process, complaint, time_limit)
        if process.returncode != 0:
            lines = complaint.decode(errors="replace").strip().splitlines()
            reason = one_line(lines[0]) if lines else f"it ended with status {process.returncode}"
            raise MeshmodelError(f"the renderer {self.program.name} failed: {reason}")
        return drawn

    def _drawn(self, process: "subprocess.Popen[bytes]", complaint: bytearray, time_limit: float) -> bytes:
        """What a program writes until it ends; it and all that it started are ended at the time limit."""
        late, ended = threading.Event(), threading.Event()
        current = CURRENT.get()
        stop = Stop(time_limit, current)

        def watch() -> None:
            while not ended.wait(min(LOOK, stop.remaining())):
                if stop():
                    late.set()
                    _end(process)
                    return

        assert process.stdout is not None
        watcher = threading.Thread(target=watch, daemon=True)
        complaints = threading.Thread(
            target=_keep_the_beginning, args=(process.stderr, complaint), daemon=True
        )
        watcher.start()
        complaints.start()
        try:
            with process.stdout:
                drawn = process.stdout.read(MOST_BYTES + 1)
            if len(drawn) <= MOST_BYTES:
                process.wait()
        finally:
            ended.set()
            if process.returncode is None:  # what it started may run on where it ended itself
                _end(process)
                process.wait()
            complaints.join(1)
        current.check()
        if late.is_set():
            raise RequestError(
                "lens",
                f"the diagram took more than {time_limit:g} seconds to lay out: choose missing, or reach for "
                "one agent",
            )
        if len(drawn) > MOST_BYTES:
            raise RequestError(
                "lens",
                f"the renderer {self.program.name} wrote more than {MOST_BYTES >> 20} MiB, which no picture "
                "needs: choose missing, or reach for one agent; or the format dot",
            )
        return drawn


def _give(stream: IO[bytes], content: bytes) -> None:
    """Write all of it; ignored if the program stops reading: its output shows whether it failed."""
    with contextlib.suppress(OSError), stream:
        stream.write(content)


def _keep_the_beginning(stream: IO[bytes], complaint: bytearray) -> None:
    """Read a stream to its end, and keep its first 2,000 bytes."""
    with stream:
        while piece := stream.read1(65_536):  # type: ignore[attr-defined]  # a pipe is buffered
            complaint += piece[: max(0, 2_000 - len(complaint))]


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End a program and all that it has started."""
    with contextlib.suppress(OSError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)


@contextlib.contextmanager
def malformed_output_as_error(renderer: Renderer) -> Iterator[None]:
    """Turn exceptions of code that reads a renderer's output into one line: the output is malformed.

    Raises:
        MeshmodelError: the code raised an exception that malformed values cause, such as KeyError.
    """
    try:
        yield
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, RecursionError) as error:
        raise RequestError(
            "format",
            f"what the renderer {renderer.program.name} wrote could not be understood "
            f"({type(error).__name__}: {one_line(error, 60)}): name another in {CHOICE}, or choose dot",
        ) from error


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
    raise RequestError(
        "format",
        f"no renderer for diagrams: install the package {_PACKAGE}, or Graphviz {OLDEST_NATIVE} or newer, "
        f"or name one in {CHOICE}; the format dot needs none",
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


def lay_out(renderer: Renderer, text: str, diagram: Diagram, options: Sequence[str] = ()) -> dict[str, Any]:
    """The layout as the renderer's JSON, checked: every node and every edge is there.

    Raises:
        MeshmodelError: the renderer failed, or lost something.
    """
    try:
        layout = json.loads(renderer.run(text.replace("\\\\", _BACKSLASH), "json", options))
    except (ValueError, RecursionError):
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
    for edge in diagram.all_edges:
        key = (edge.id.replace("/", ":"), edge.tail, edge.head)
        if drawn[key] != 1:
            raise _lost("line", edge.id)


def _lost(what: str, which: str) -> RequestError:
    return RequestError(
        "format",
        f"the renderer lost the {what} {which}, so the diagram would be wrong and is not written: "
        "choose dot, or a lens",
    )
