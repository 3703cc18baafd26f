"""The process that runs workbenches for guests: it imports the program once, and forks for each of them.

``python -m meshmodel.serve.child FD`` waits on a socket for orders: JSON, with the terminal and the channel
of a guest as file descriptors. A fork shares what was imported, so that a start costs a fifth of that of a
new process, in time and memory. macOS forbids that to programs that use its libraries: there the process
takes one order and is the workbench itself.
"""

import contextlib
import gc
import json
import os
import resource
import signal
import socket
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from meshmodel.model.source import Source
from meshmodel.serve import FORKS

if TYPE_CHECKING:
    from meshmodel.app.room import Room

ORDER_LIMIT: Final = 64 * 1024
MEMORY_LIMIT: Final = 2 * 1024**3
"""Bytes of address space of one guest."""
_LAST_WORDS: Final = 3.0
"""Seconds in which a workbench has to end once the server has let go of it."""


def main(number: int) -> None:
    """Take orders from the socket with that number until the server is gone."""
    orders = socket.socket(fileno=number)
    _import_all()
    gc.collect()
    gc.freeze()  # a collection would write into pages that are shared until then
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # none is waited for
    while True:
        text, descriptors, _, _ = socket.recv_fds(orders, ORDER_LIMIT, 2)
        if len(descriptors) != 2:
            return
        if not FORKS or os.fork() == 0:
            orders.close()
            _run(json.loads(text), *descriptors)
        for each in descriptors:
            os.close(each)


def _import_all() -> None:
    """Import what the workbench needs at once, and what nearly every guest comes to need."""
    import highspy  # noqa: F401
    import textual.pilot  # the program asks for its type as it starts
    import textual.scrollbar  # noqa: F401
    from rich.cells import cell_len
    from textual.drivers import headless_driver, linux_driver  # noqa: F401
    from textual.layouts import factory, horizontal, stream  # noqa: F401

    import meshmodel.analysis.analysis
    import meshmodel.analysis.findings
    import meshmodel.analysis.overview
    import meshmodel.analysis.questions
    import meshmodel.answers.causes
    import meshmodel.app.dialogs.add
    import meshmodel.app.dialogs.connect
    import meshmodel.app.guest
    import meshmodel.app.panels.pasted_lines
    import meshmodel.store.store  # noqa: F401

    cell_len("✖é")  # the table of widths is read once it is needed


def _run(order: dict[str, Any], terminal: int, channel: int) -> None:
    """Be the workbench of one guest; the process ends with it, whatever happens.

    Args:
        order: ``model``, ``name``, ``read_only`` and ``folder`` of the guest.
        terminal: becomes the terminal of the process.
        channel: takes JSON lines for the server and has its own; its end says that the server let go.
    """
    try:
        os.login_tty(terminal)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
        folder = Path(order["folder"])
        os.chdir(folder)
        os.environ.update(HOME=str(folder), TMPDIR=str(folder))
        _show(order, folder, socket.socket(fileno=channel))
    finally:
        os._exit(0)


def _show(order: dict[str, Any], folder: Path, server: socket.socket) -> None:
    from meshmodel.app.access import Access
    from meshmodel.app.guest import run_guest
    from meshmodel.app.room import Room
    from meshmodel.model.errors import MeshmodelError

    def send(message: object) -> None:
        with contextlib.suppress(OSError):  # it is gone, and so is this process soon
            server.sendall(json.dumps(message).encode() + b"\n")

    room = Room(lambda here: send({"here": here}))
    room.browser = lambda kind, text: send({"browser": [kind, text]})
    threading.Thread(target=_hear, args=(server, room), daemon=True).start()
    try:
        run_guest(
            Source.parse(order["model"]),
            Access(order["name"], order["read_only"], folder),
            lambda file, called: send({"file": file, "name": called}),
            room,
        )
    except MeshmodelError as error:
        print(f"meshmodel: {error}", flush=True)  # noqa: T201  # on the guest's terminal


def _hear(server: socket.socket, room: "Room") -> None:
    """Hear of the other guests, and of another browser, until the server lets go; end the process a moment
    after that: hung up, it ends by itself unless it is stuck.
    """
    with contextlib.suppress(OSError), server.makefile("rb") as lines:
        for line in lines:
            match json.loads(line):
                case {"people": list(people), "number": int(number)}:
                    room.heard(people, number)
                case {"redraw": True}:
                    room.redraw()
    time.sleep(_LAST_WORDS)
    os._exit(1)


if __name__ == "__main__":
    main(int(sys.argv[1]))
