"""A model in a database of PostgreSQL: opens and creates it, and answers what the store asks.

Each model is a schema of its own. Who writes holds an advisory lock of the model for one transaction, and who
reads sees one moment (``REPEATABLE READ``). Who has edited holds a session lock of their own, which the
server drops with their connection: so everybody knows who is open.
"""

import contextlib
import hashlib
import select
import socket
import threading
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import psycopg
from psycopg.sql import SQL, Identifier, Literal
from psycopg.types.string import TextLoader

from meshmodel.model.errors import StoreError
from meshmodel.model.records import Reference, Snapshot
from meshmodel.model.source import Source
from meshmodel.model.text import one_line
from meshmodel.store import journal, plain_sql, shared_state
from meshmodel.store.codec import damage_error
from meshmodel.store.database import BusyError, Database
from meshmodel.store.sqlite_file import SCHEMA_VERSION, check_version

if TYPE_CHECKING:
    from sqlalchemy import Connection

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


_HELP: Final = "meshmodel help postgresql"


class PostgresDatabase(Database):
    """One model that is open; a connection that was cut is made anew before the next transaction."""

    def __init__(self, source: Source) -> None:
        """Arguments: where it is. Raises StoreError: it cannot be reached."""
        self.lock = threading.RLock()
        self._source = source
        self._raw = connect(source)
        self._listener: Listener | None = None
        self._author = ""
        self._revision = 0
        self._edits = False
        self._is_lost = False

    @property
    def name(self) -> str:
        """The database and the model, without the server."""
        return one_line(name_of(self._source), 300)

    def sqlalchemy_connection(self) -> "Connection":
        """A connection of SQLAlchemy over this one, to be made outside a transaction."""
        from meshmodel.store.migrations import sqlalchemy_connection

        return sqlalchemy_connection(
            self._raw, "postgresql+psycopg://", use_native_hstore=False, pool_reset_on_return=None
        )

    def _connect_again(self) -> None:
        self._raw = connect(self._source)
        if self._listener is not None:
            self._listener.but = self._raw.info.backend_pid
        if self._author:
            self._hold(self._author)

    @contextlib.contextmanager
    def transaction(self, *, writing: bool = False, waiting: bool = True) -> Iterator[None]:
        """A transaction: under the lock of the model where it writes; else all is read of one moment."""
        try:
            self._begin(writing=writing, waiting=waiting)
        except psycopg.OperationalError:  # nothing is done in it yet
            if not self._raw.closed:
                raise
            self._connect_again()
            self._begin(writing=writing, waiting=waiting)
        self._edits = False
        try:
            yield
            self._commit()
        except BaseException:
            self._roll_back()
            raise

    def _begin(self, *, writing: bool, waiting: bool) -> None:
        if not writing:
            self._raw.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            return
        lock = SQL("pg_advisory_xact_lock" if waiting else "pg_try_advisory_xact_lock")
        model = self._source.model
        query = SQL("BEGIN; SELECT {}({}), pg_notify({}, '')").format(
            lock, Literal(lock_key(model)), Literal(channel(model))
        )
        try:
            answer = self._raw.execute(query, prepare=False)  # both at once
            answer.nextset()
            is_mine = answer.fetchone() != (0, "")
        except BaseException:
            self._roll_back()
            raise
        if not is_mine:
            self._roll_back()
            raise BusyError(f"{self.name}: another program is using it; try again")

    def _roll_back(self) -> None:
        with contextlib.suppress(psycopg.Error):  # where it was cut the server does so by itself
            self._raw.execute("ROLLBACK")

    def _commit(self) -> None:
        """Commit; where the answer was cut off, the journal says whether the edit was made."""
        try:
            self._raw.execute("COMMIT")
        except psycopg.OperationalError as error:
            if not (self._edits and self._raw.closed):
                raise
            try:
                is_made = self._is_in_journal()
            except (psycopg.Error, StoreError):
                raise StoreError(
                    f"{self.name}: the connection was cut while the edit was saved, and the server does not "
                    "answer: open the model again to see whether it was made"
                ) from error
            if not is_made:
                raise

    def _is_in_journal(self) -> bool:
        """Whether the edit of this program was made, asked once the transaction that was cut has ended."""
        query = "SELECT 1 FROM journal WHERE touched = ? AND last_by = ?"
        self._connect_again()
        with self.transaction(writing=True):
            return self.execute(query, (self._revision + 1, self._author)).fetchone() is not None

    def execute(self, query: str, values: Sequence[Any] = ()) -> "psycopg.Cursor[Any]":
        """Run a statement in plain SQL, whose values stand for question marks."""
        cursor, text = self._raw.cursor(), query.replace("?", "%s").encode()
        if isinstance(values, list):
            cursor.executemany(text, values)
            return cursor
        return cursor.execute(text, values)

    def read_all(self) -> Snapshot:
        """The whole model, in a transaction."""
        return plain_sql.read_all(self.execute, plain_sql.revision(self.execute), self.name)

    def read_changed(self, known: Snapshot) -> Snapshot:
        """The model as it is now, of which the records that the journal names are read."""
        self._revision = plain_sql.revision(self.execute)
        if self._revision == known.revision:
            return known
        names = journal.touched_since(self, known.revision)
        return plain_sql.read_changed(self.execute, names, known, self._revision, self.name)

    def version(self) -> object:
        """How often others' edits were heard of; always another value while nothing can be heard."""
        if self._listener is None:
            self._listener = Listener(self._source)
            self._listener.but = self._raw.info.backend_pid
        if self._listener.listens or self._raw.closed:
            return self._listener.heard
        return object()

    def register(self, author: str) -> None:
        """Hold a lock of one's own as long as the connection lasts."""
        self._edits = True
        if not self._author:
            self._hold(author)
            self._author = author

    def _hold(self, author: str) -> None:
        self._raw.execute("SELECT pg_try_advisory_lock(('x' || %s)::bit(64)::bigint)", (author[-16:],))

    def others_open(self, author: str) -> tuple[str, tuple[str, ...]]:
        """The authors who hold locks, as a query, so that the server need not be asked first."""
        return _OTHERS, (author,)

    def is_lost(self) -> bool:
        """Whether the schema of the model was found to be gone."""
        return self._is_lost

    def is_away(self) -> bool:
        """Whether the server was heard of before, and the connection that hears of edits is cut."""
        listener = self._listener
        return listener is not None and listener.heard > 0 and not listener.listens

    @contextlib.contextmanager
    def errors(self) -> Iterator[None]:
        """Raise errors of PostgreSQL as StoreError, in words of ours."""
        try:
            yield
        except Exception as error:
            cause = driver_error(error)
            if cause is None:
                raise
            self._is_lost |= isinstance(cause, psycopg.errors.UndefinedTable)
            refused = BusyError if isinstance(cause, psycopg.errors.LockNotAvailable) else StoreError
            raise refused(f"{self.name}: {advice(cause)}") from error

    def close(self) -> None:
        """Close both connections."""
        if self._listener is not None:
            self._listener.close()
        if self._author:
            with contextlib.suppress(psycopg.Error):  # else the server takes a moment to notice
                self._raw.execute("SELECT pg_advisory_unlock_all()")
        self._raw.close()


def open_model(
    source: Source, *, read_only: bool
) -> tuple[PostgresDatabase, object, Snapshot, tuple[Reference, ...]]:
    """A model of a database, with what it holds and how it was drawn last; an older version is migrated.

    Args:
        source: where it is.
        read_only: refuse edits, as where one has no right to them.

    Raises:
        StoreError: it cannot be reached or read, or was made by a newer version; it is untouched.
    """
    database = PostgresDatabase(source)
    try:
        with database.errors():
            why = _check_rights(database, source)
            database.why_read_only = why or ("it was opened so" if read_only else "")
            _migrate(database)
            with database.transaction():
                return database, None, database.read_all(), shared_state.read_order(database)
    except BaseException:
        database.close()
        raise


_OTHERS: Final = """
SELECT unnest(ARRAY[held.id, 'assistant-' || held.id]) FROM (
    SELECT lpad(to_hex(classid::bigint), 8, '0') || lpad(to_hex(objid::bigint), 8, '0') AS id
    FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND objsubid = 1 AND granted
) held WHERE held.id != right(?, 16)
"""
"""The other authors who hold locks."""

_TABLES: Final = """
SELECT n.nspname, has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(j.oid, 'SELECT'),
       has_table_privilege(j.oid, 'INSERT'), pg_is_in_recovery(), j.oid IS NOT NULL AND v.oid IS NOT NULL
FROM pg_catalog.pg_namespace n
LEFT JOIN pg_catalog.pg_class j ON j.relnamespace = n.oid AND j.relname = 'journal_change'
LEFT JOIN pg_catalog.pg_class v ON v.relnamespace = n.oid AND v.relname = 'alembic_version'
"""
"""The schemas of a database, whether they may be read, edited, are of a standby server, and are models."""

_FOREIGN: Final = """
SELECT count(*) FROM pg_catalog.pg_namespace n JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid
WHERE n.nspname = ? AND (
    c.relkind NOT IN ('r', 'S', 'i') OR c.relhasrules OR c.relrowsecurity
    OR EXISTS (SELECT FROM pg_catalog.pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal)
    OR EXISTS (SELECT FROM pg_catalog.pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'c')
    OR EXISTS (SELECT FROM pg_catalog.pg_index i WHERE i.indexrelid = c.oid
               AND (i.indexprs IS NOT NULL OR i.indpred IS NOT NULL))
    OR EXISTS (SELECT FROM pg_catalog.pg_attrdef d WHERE d.adrelid = c.oid
               AND left(pg_get_expr(d.adbin, d.adrelid), 8) != 'nextval(')
    OR EXISTS (SELECT FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type y ON y.oid = a.atttypid
               WHERE a.attrelid = c.oid AND y.typnamespace != 'pg_catalog'::regnamespace)
)
"""
"""What would run functions of others, with the rights of who opens the model."""


def _check_rights(database: PostgresDatabase, source: Source) -> str:
    """Why the model cannot be edited; empty if it can.

    Raises:
        StoreError: there is no such model, or it may not be read.
    """
    row = database.execute(_TABLES + "WHERE n.nspname = ?", (source.model,)).fetchone()
    if row is None:
        everything = Source.parse_database(source.address)
        raise StoreError(
            f"{database.name}: there is no such model; meshmodel list {everything} shows those there are"
        )
    _, may_read, may_edit, is_standby, is_model = row
    if not is_model:
        raise StoreError(f"{database.name}: is a schema of another program, not a model")
    if not may_read:
        raise StoreError(f"{database.name}: you may not read it; whoever owns it can grant it ({_HELP})")
    if database.execute(_FOREIGN, (source.model,)).fetchone() != (0,):
        raise damage_error(database.name, "holds tables or rules that are not meshmodel's")
    if is_standby:
        return "the server takes no edits"
    return "" if may_edit else f"you may read it alone; whoever owns it can grant more ({_HELP})"


def _migrate(database: PostgresDatabase) -> None:
    """Migrate an older model to the newest revision, in one transaction.

    Raises:
        StoreError: it was made by a newer version, or contradicts itself.
    """
    if _version(database) == SCHEMA_VERSION:
        return
    from meshmodel.store.migrations import upgrade

    with (
        contextlib.closing(database.sqlalchemy_connection()) as connection,
        database.transaction(writing=True),
    ):
        if _version(database) < SCHEMA_VERSION:  # nobody else did it meanwhile
            connection.begin()  # tells Alembic that the transaction is not its own to commit
            upgrade(connection)


def _version(database: PostgresDatabase) -> int:
    found = [str(text) for (text,) in database.execute("SELECT version_num FROM alembic_version")]
    if len(found) != 1 or not found[0].isdecimal():
        raise damage_error(database.name, "contradicts itself about its schema version")
    version = int(found[0])
    check_version(version, database.name)
    return version


@contextlib.contextmanager
def new_model(source: Source) -> Iterator[PostgresDatabase]:
    """A new schema with the tables and no rows, in a transaction, to be filled: whole or not at all.

    Raises:
        StoreError: something is there already, or may not be made there.
    """
    from meshmodel.store.tables import create_statements

    tables = create_statements("postgresql")
    with (
        contextlib.closing(PostgresDatabase(source)) as database,
        database.errors(),
        database.transaction(writing=True),
    ):
        database.execute(f'CREATE SCHEMA "{source.model}"')  # no quotation mark can be in the name
        for statement in tables.split(";"):
            database.execute(statement)
        database.execute("INSERT INTO alembic_version VALUES (?)", (str(SCHEMA_VERSION),))
        yield database
        for table in ("journal", "imported"):  # what was copied has numbers already
            following = f"SELECT coalesce(max(number), 0) + 1 FROM {table}"  # noqa: S608  # ours
            database.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'number'), ({following}), false)"
            )


class DatabaseModel(NamedTuple):
    """A model in a database: its name, and whether it may be read and edited by who asks."""

    name: str
    may_read: bool
    may_edit: bool


def models(source: Source) -> list[DatabaseModel]:
    """The models of a database, by name; raises StoreError where it cannot be reached or read."""
    with contextlib.closing(PostgresDatabase(source)) as database, database.errors():
        return sorted(
            DatabaseModel(name, bool(may_read), bool(may_read and may_edit and not is_standby))
            for name, may_read, may_edit, is_standby, is_model in database.execute(_TABLES)
            if is_model
        )
