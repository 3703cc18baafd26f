"""Connections to a database of PostgreSQL, what their errors say, and a thread that hears of edits."""

import contextlib
import hashlib
import select
import socket
import threading
from typing import Any, Final

import psycopg
from psycopg.sql import SQL, Identifier, Literal
from psycopg.types.string import TextLoader

from meshmodel.model.errors import StoreError
from meshmodel.model.source import Source

TIME_LIMIT: Final = 5
"""Seconds in which a server is to answer that is connected to."""

LOCK_TIMEOUT: Final = 10
"""Seconds to wait for a lock that another program holds."""

_AGAIN: Final = 2.0
"""Seconds after which the thread that hears of edits connects again."""

CUT: Final = "the connection to the server was cut; nothing was changed; try again"
_UNREACHABLE: Final = (
    "cannot be reached, or does not let you in; see whether the address is right, and ~/.pgpass or the "
    "service file"
)
_ADVICE: Final = {
    "22": "holds a value that a database cannot keep; nothing was changed",
    "23": "its rows contradict one another; nothing was changed",
    "25006": "the server takes no edits now; nothing was changed",
    "3F000": "there is no such model any more: it was deleted or renamed",
    "40": "another program has changed the same things; nothing was changed; try again",
    "42501": "you may not do that; whoever owns it can grant it (meshmodel help postgresql)",
    "42703": "is damaged; restore it from a copy",
    "42P01": "there is no such model any more: it was deleted or renamed",
    "42P06": "already exists; choose another name",
    "53": "the server has no room for more; nothing was changed; try again later",
    "55P03": f"another program has been using it for {LOCK_TIMEOUT} seconds; try again",
    "57014": "the server ended what it was asked for; nothing was changed; try again",
}
"""What is wrong and what to do, by the beginning of the code that PostgreSQL gives."""


def name_of(source: Source) -> str:
    """The model as errors name it: without the server."""
    database = source.address.partition("?")[0].rpartition("/")[2]
    return f"{database}#{source.model}" if source.model else database


def channel(model: str) -> str:
    """What those listen to who have a model open."""
    return f"meshmodel_{lock_key(model) & (1 << 64) - 1:x}"


def lock_key(model: str) -> int:
    """The number of the lock of those who write into a model."""
    return int.from_bytes(hashlib.sha256(model.encode()).digest()[:8], "big", signed=True)


def connect(source: Source) -> "psycopg.Connection[Any]":
    """A connection that sees the schema of the model alone, and begins no transaction by itself.

    Raises:
        StoreError: the server cannot be reached, or does not let them in.
    """
    try:
        raw = psycopg.connect(
            source.address,
            autocommit=True,
            connect_timeout=TIME_LIMIT,
            keepalives_idle=TIME_LIMIT,
            keepalives_interval=1,
            keepalives_count=TIME_LIMIT,
            application_name="meshmodel",
            client_encoding="UTF8",
        )
        settings = SQL("SET search_path TO {}; SET lock_timeout TO {}; SET datestyle TO ISO")
        schema, limit = Identifier(source.model or "pg_catalog"), Literal(f"{LOCK_TIMEOUT}s")
        raw.execute(settings.format(schema, limit))
    except psycopg.Error as error:
        what = "there is no such database" if "3D000" in str(error.sqlstate) else _UNREACHABLE
        raise StoreError(f"{name_of(source)}: {what}") from None
    except UnicodeError:  # of a name that no host can have, such as one with an empty label
        raise StoreError(f"{name_of(source)}: {_UNREACHABLE}") from None
    for kind in ("json", "date"):  # as files have them
        raw.adapters.register_loader(kind, TextLoader)
    return raw


def driver_error(error: BaseException) -> "psycopg.Error | None":
    """The error of PostgreSQL behind an exception of psycopg or SQLAlchemy; ``None`` behind others."""
    cause = getattr(error, "orig", error)  # as SQLAlchemy calls it
    return cause if isinstance(cause, psycopg.Error) else None


def advice(error: "psycopg.Error") -> str:
    """What is wrong and what to do, without a word of the server's: it names hosts, tables and statements."""
    state = error.sqlstate or ("22" if isinstance(error, psycopg.DataError) else "")
    return next((what for begin, what in _ADVICE.items() if state.startswith(begin)), "") or (
        CUT if not state or state[:2] in {"08", "57"} else "could not be read or written; nothing was changed"
    )


class Listener:
    """A thread with a connection of its own, which counts what the server says of others' edits.

    Where it is cut it connects again, and counts one: what was said meanwhile was not heard.

    Attributes:
        heard: how often something was heard.
        listens: whether it is connected, so that nothing is missed.
    """

    def __init__(self, source: Source) -> None:
        """Arguments: the model that is listened to."""
        self.heard = 0
        self.listens = False
        self.but = 0
        self._source = source
        self._wake, self._woken = socket.socketpair()
        self._thread = threading.Thread(target=self._run, name="listener", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the thread."""
        self._wake.close()
        self._thread.join(TIME_LIMIT)

    def _run(self) -> None:
        with self._woken:
            while True:
                with contextlib.suppress(psycopg.Error, StoreError, OSError):
                    self._listen()
                    return
                self.listens = False
                if select.select([self._woken], [], [], _AGAIN)[0]:
                    return

    def _listen(self) -> None:
        """Listen until it is closed; raises when it is cut."""
        with contextlib.closing(connect(self._source)) as raw:
            raw.execute(SQL("LISTEN {}").format(Identifier(channel(self._source.model))))
            self.listens = True
            self.heard += 1
            sources: list[Any] = [raw, self._woken]
            while self._woken not in select.select(sources, [], [])[0]:
                self.heard += sum(each.pid != self.but for each in raw.notifies(timeout=0))
