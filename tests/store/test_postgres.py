"""What a model in PostgreSQL has that a file has not: addresses, rights, a server that tells, and cuts."""

import contextlib
import itertools
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Boolean, Column, ForeignKey, MetaData, String

from meshmodel import cli
from meshmodel.commands.help import page
from meshmodel.edits.edit import Put, edit
from meshmodel.model.errors import MeshmodelError, StoreError
from meshmodel.model.records import System, Zone
from meshmodel.model.source import Source
from meshmodel.store import migrations, plain_sql, postgres
from meshmodel.store.copy import copy_model
from meshmodel.store.migrations.__main__ import migration
from meshmodel.store.sqlite_database import SqliteDatabase
from meshmodel.store.sqlite_file import SCHEMA_VERSION
from meshmodel.store.store import Store, keeper
from meshmodel.store.tables import METADATA
from tests.commands.running import MODELS
from tests.rows import all_rows
from tests.store.sample import SAMPLE, names_in
from tests.store.servers import SERVER, needs_server, new_address
from tests.store.test_migrations import RELEASES


@pytest.fixture
def address():
    with new_address() as made:
        yield made


def server():
    """A connection of the one who owns the server."""
    import psycopg

    return contextlib.closing(psycopg.connect(SERVER, autocommit=True))


def cut(*pids: int) -> None:
    """End connections as whoever runs the server may, and wait until they are gone."""
    with server() as raw:
        for pid in pids:
            raw.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))


def pid_of(store: Store) -> int:
    return store.database.execute("SELECT pg_backend_pid()").fetchone()[0]


@all_rows(
    ("named", "shown", "name"),
    [
        ("postgresql://db/co#m", "postgresql://db/co#m", "m"),
        ("postgres://ada@db:5433/co?sslmode=require#pay-1", "postgresql://db:5433/co#pay-1", "pay-1"),
        ("postgresql:///co?service=team#A.b_c", "postgresql:///co#A.b_c", "A.b_c"),
        ("postgresql://[::1]:5432/co#m", "postgresql://[::1]:5432/co#m", "m"),
        ("postgresql://one:1,two:2/co#m", "postgresql://one:1,two:2/co#m", "m"),
    ],
)
def test_an_address_is_shown_without_its_user_and_its_query(named, shown, name):
    source = Source.parse(named)
    assert (str(source), source.name, source.key) == (shown, name, shown)
    assert Source.parse(source.text).address == source.address == named.partition("#")[0]
    assert source.folder == Path()


@all_rows(
    "named",
    [
        "postgresql://u:horse@db/co#m",
        "postgresql://u:ho#rse@db/co#m",
        "postgresql://u:ho/rse@db/co#m",
        "postgresql://u:ho?rse@db/co#m",
        "postgresql://u:horse@[::1]/co#m",
        "postgresql://db/co?password=horse#m",
        "postgresql://db/co?PassWord=horse#m",
        "postgresql://db/co?sslpassword=horse#m",
    ],
)
def test_a_password_in_an_address_is_refused_and_not_repeated(named):
    says = r"has a password in it; use ~/\.pgpass or a service file"
    says = r"has a password in it; use ~/\.pgpass or a service file"
    with pytest.raises(MeshmodelError, match=says) as refused:
        Source.parse(named)
    assert not {"horse", "rse", "ho"} & set(re.split(r"\W", str(refused.value)))


@all_rows(
    ("named", "says"),
    [
        ("postgresql://db/co", "names no model"),
        ("postgresql://db#m", "cannot be read"),
        ("postgresql://db:x/co#m", "cannot be read"),
        ("postgresql://[::1/co#m", "cannot be read"),
        ("postgresql://db/a/b#m", "cannot be read"),
        ("postgresql://db/co\x1b[2J#m", "cannot be read"),
        *((f"postgresql://db/co#{model}", "choose another") for model in (
            'a"b', "a b", "a;b", "a'b", "a/b", "ä", "-a", ".a", "a\nb", "a\x00b", "m" * 41, "pg_temp", "a#b",
        )),
    ],
)  # fmt: skip
def test_what_is_no_address_of_a_model_is_refused_in_a_line(named, says):
    with pytest.raises(MeshmodelError, match=says) as refused:
        Source.parse(named)
    assert str(refused.value).isprintable()


def test_without_the_driver_a_line_says_what_to_install():
    code = (
        "import sys\nsys.modules['psycopg'] = None\nfrom meshmodel import cli\n"
        "sys.exit(cli.main(['check', 'postgresql://db/co#m']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2
    assert (
        done.stderr == "meshmodel: a model in a database needs psycopg: pip install 'meshmodel[postgres]'\n"
    )


@needs_server
def test_an_edit_takes_at_most_eight_statements_and_a_look_none(address, monkeypatch, heard):
    import psycopg

    ran: list[object] = []
    execute, execute_many = psycopg.Cursor.execute, psycopg.Cursor.executemany

    def counted(self, query, *arguments, **options):
        ran.append(query)
        return execute(self, query, *arguments, **options)

    def all_counted(self, query, rows, **options):
        found = list(rows)
        ran.extend([query] * len(found))
        return execute_many(self, query, found, **options)

    with Store.create(address, SAMPLE) as store:
        store.apply(edit("the first, with which it counts as open", [Put(Zone("z"))]))
        monkeypatch.setattr(psycopg.Cursor, "execute", counted)
        monkeypatch.setattr(psycopg.Cursor, "executemany", all_counted)
        store.apply(edit("owner", [Put(System("sts", owner="anna"))]))
        assert 0 < len(ran) <= 8
        store.refresh()
        heard()
        store.refresh()
        ran.clear()
        assert store.refresh() is None
        assert ran == [], "the server tells of edits"


@pytest.fixture
def heard(monkeypatch):
    """Waits until another edit was heard of."""
    from meshmodel.store.postgres import Listener

    event = threading.Event()

    def set_heard(self, number):
        self.__dict__["heard"] = number
        if number:
            event.set()

    def wait():
        assert event.wait(20)
        event.clear()

    monkeypatch.setattr(
        Listener, "heard", property(lambda self: self.__dict__.get("heard", 0), set_heard), raising=False
    )
    return wait


@needs_server
def test_the_server_tells_of_edits_and_of_those_that_were_made_while_it_was_cut_off(address, heard):
    with Store.create(address, SAMPLE) as one, Store.open(address) as other:
        other.refresh()
        heard()
        assert other.refresh() is None
        before = other.database.version()
        one.apply(edit("z", [Put(Zone("z"))]))
        heard()
        assert other.database.version() != before
        assert "z" in other.refresh().zone
        with server() as raw:
            rows = raw.execute(
                "SELECT pid FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND state = 'idle'"
            ).fetchall()
        cut(*(pid for (pid,) in rows))
        one.apply(edit("y", [Put(Zone("y"))]))
        heard()  # it has connected again, and counts what it may have missed
        assert "y" in other.refresh().zone


@needs_server
def test_a_connection_that_was_cut_between_edits_costs_nothing(address):
    with Store.create(address, SAMPLE) as store, Store.open(address) as other:
        store.apply(edit("z", [Put(Zone("z"))]))
        cut(pid_of(store), pid_of(other))
        assert "y" in store.apply(edit("y", [Put(Zone("y"))])).zone
        assert "y" in other.refresh().zone
        assert other.undo() is None, "the first counts as open again"
        cut(pid_of(store))
        undone = store.undo()
        assert undone is not None
        assert undone.label == "y"


@needs_server
@pytest.mark.parametrize("is_made", [True, False])
def test_a_commit_that_was_cut_is_looked_up_in_the_journal(address, is_made, monkeypatch):
    with Store.create(address, SAMPLE) as store:
        store.apply(edit("z", [Put(Zone("z"))]))
        raw, execute = store.database._raw, store.database._raw.execute

        def cut_off(query, *arguments, **options):
            if query != "COMMIT":
                return execute(query, *arguments, **options)
            if is_made:
                execute(query)
            cut(raw.info.backend_pid)
            return execute("SELECT 1")

        monkeypatch.setattr(raw, "execute", cut_off)
        wanted = edit("y", [Put(Zone("y"))])
        if is_made:
            assert "y" in store.apply(wanted).zone
        else:
            with pytest.raises(StoreError, match="was cut; nothing was changed; try again"):
                store.apply(wanted)
            assert "y" not in store.snapshot.zone
            store.apply(wanted)
        assert [each.label for each in store.journal()] == ["z", "y"]
        with Store.open(address, read_only=True) as after:
            assert after.snapshot == store.snapshot


@needs_server
def test_an_edit_in_the_middle_of_which_it_was_cut_is_refused_once_and_in_one_line(address, monkeypatch):
    write, cuts = plain_sql.write_changes, itertools.count()
    with Store.create(address, SAMPLE) as store:

        def cut_off(database, changes):
            if not next(cuts):
                cut(pid_of(store))
            write(database, changes)

        monkeypatch.setattr(plain_sql, "write_changes", cut_off)
        wanted = edit("y", [Put(Zone("y"))])
        with pytest.raises(StoreError) as refused:
            store.apply(wanted)
        check_words(refused.value)
        assert "y" in store.apply(wanted).zone
        assert len(store.journal()) == 1


def check_words(error: MeshmodelError) -> None:
    """No statement, table or host is in a message, and it is one line."""
    text = str(error)
    assert text.isprintable()
    assert not re.search(
        r"SELECT|INSERT|UPDATE|psycopg|sqlalche|relation|127\.0\.0\.1|localhost|journal_change", text
    )


@needs_server
def test_a_model_that_is_gone_or_no_model_is_told_in_one_line(address):
    model = Source.parse(address).model
    with pytest.raises(StoreError, match="there is no such model; meshmodel list postgresql:") as refused:
        Store.open(address)
    with server() as raw:
        raw.execute(f'CREATE SCHEMA "{model}"'.encode())
        with pytest.raises(StoreError, match="is a schema of another program") as refused:
            Store.open(address)
        check_words(refused.value)
        with pytest.raises(StoreError, match="already exists") as refused:
            Store.create(address)
        check_words(refused.value)
        raw.execute(f'DROP SCHEMA "{model}"'.encode())
        with Store.create(address, SAMPLE) as store:
            raw.execute(f"UPDATE \"{model}\".system SET sensitivity = 'enormous'".encode())
            with pytest.raises(StoreError, match="damaged") as refused:
                Store.open(address)
            raw.execute(f"UPDATE \"{model}\".alembic_version SET version_num = '9999'".encode())
            with pytest.raises(StoreError, match="newer version"):
                Store.open(address)
            raw.execute(f'DROP SCHEMA "{model}" CASCADE'.encode())
            with pytest.raises(StoreError, match="deleted or renamed") as refused:
                store.apply(edit("z", [Put(Zone("z"))]))
            check_words(refused.value)
            assert store.is_lost


@needs_server
@pytest.mark.parametrize(
    "foreign",
    [
        "CREATE VIEW more AS SELECT 1",
        "CREATE TRIGGER t BEFORE INSERT ON zone EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        "CREATE RULE r AS ON INSERT TO zone DO ALSO DELETE FROM system",
        "CREATE INDEX i ON zone (lower(name))",
        "ALTER TABLE zone ADD CHECK (length(name) < 999)",
        "ALTER TABLE zone ALTER name SET DEFAULT lower('X')",
        "ALTER TABLE zone ENABLE ROW LEVEL SECURITY",
        "CREATE DOMAIN odd AS varchar CHECK (length(VALUE) < 999); ALTER TABLE zone ALTER name TYPE odd",
    ],
)
def test_a_schema_that_would_run_functions_of_others_is_refused(address, foreign):
    Store.create(address, SAMPLE).close()
    with server() as raw:
        raw.execute(f'SET search_path TO "{Source.parse(address).model}"; {foreign}'.encode())
    with pytest.raises(StoreError, match="tables or rules that are not meshmodel's"):
        Store.open(address)


@needs_server
def test_the_rights_of_the_manual_make_readers_and_editors(address, capsys):
    model, word = Source.parse(address).model, os.urandom(4).hex()
    roles = {name: f"{name}_{word}" for name in ("readers", "editors", "strangers")}
    database = Source.parse(address).address.partition("?")[0].rpartition("/")[2]
    there = {**roles, "payments": model, "company": f'"{database}"'}
    granted, making, removing = (
        re.sub("|".join(there), lambda found: there[found[0]], block)
        for block in re.findall(r"```sql\n(.*?)```", page("postgresql"), re.DOTALL)
    )
    assert granted.count("GRANT") == 4
    as_role = {name: re.sub(r"//([^@/]*@)?", f"//{role}@", address, count=1) for name, role in roles.items()}
    Store.create(address, SAMPLE).close()
    with server() as raw:
        for role in roles.values():
            raw.execute(f"CREATE ROLE {role} LOGIN".encode())
        try:
            raw.execute(granted.encode())
            with Store.open(as_role["editors"]) as editor, Store.open(as_role["readers"]) as reader:
                assert (editor.read_only, reader.read_only) == (False, True)
                editor.apply(edit("z", [Put(Zone("z"))]))
                editor.undo()
                editor.redo()
                assert reader.refresh() == editor.snapshot
                assert [each.label for each in reader.journal()] == ["z"]
                assert (
                    "you may read it alone; whoever owns it can grant more" in reader.database.why_read_only
                )
                with pytest.raises(StoreError, match="open for reading only"):
                    reader.apply(edit("y", [Put(Zone("y"))]))
            assert cli.main(["offboard", as_role["readers"], "agent:bot", "--apply"]) == 2
            assert "so nothing can be done in it: you may read it alone" in capsys.readouterr().err
            with pytest.raises(StoreError, match="you may not read it") as refused:
                Store.open(as_role["strangers"])
            check_words(refused.value)
            may = {
                name: next(
                    each for each in keeper(Source.parse(one)).models(Source.parse(one)) if each.name == model
                )[1:]
                for name, one in as_role.items()
            }
            assert may == {"readers": (True, False), "editors": (True, True), "strangers": (False, False)}
            with pytest.raises(StoreError, match="you may not do that") as refused:
                Store.create(as_role["editors"] + "-2")
            check_words(refused.value)
            raw.execute(making.encode())
            Store.create(as_role["editors"] + "-2").close()
            raw.execute(removing.encode())
            with pytest.raises(StoreError, match="no such model"):
                Store.open(address)
        finally:
            for role in roles.values():
                raw.execute(f"DROP OWNED BY {role}; DROP ROLE {role}".encode())


@needs_server
def test_a_copy_has_the_journal_and_leads_back(address, tmp_path):
    with Store.create(tmp_path / "a.mesh", SAMPLE) as store:
        store.apply(edit("z", [Put(Zone("z"))]))
        store.apply(edit("y", [Put(Zone("y"))]))
        store.undo()
        store.keep_order([("zone", "z")])
        now, journal = store.snapshot, store.journal()
    snapshot, entries = copy_model(Source.parse(tmp_path / "a.mesh"), Source.parse(address))
    assert (snapshot, entries) == (now, 2)
    with Store.open(address) as copied:
        assert copied.snapshot == now
        assert copied.order == (("zone", "z"),)
        assert [(each.number, each.label, each.time, each.undone) for each in copied.journal()] == [
            (each.number, each.label, each.time, each.undone) for each in journal
        ]
        redone = copied.redo()
        assert redone is not None
        assert "y" in redone.snapshot.zone
        copied.apply(edit("x", [Put(Zone("x"))]))
        assert [each.number for each in copied.journal()] == [1, 2, 3]
        now = copied.snapshot
    copy_model(Source.parse(address), Source.parse(tmp_path / "b.mesh"))
    with Store.open(tmp_path / "b.mesh") as back:
        assert back.snapshot == now
        assert [each.label for each in back.journal()] == ["z", "y", "x"]
        assert back.undo() is not None
    with pytest.raises(StoreError, match="already exists"):
        copy_model(Source.parse(address), Source.parse(tmp_path / "b.mesh"))


@needs_server
def test_a_copy_that_fails_leaves_nothing(address, tmp_path, monkeypatch):
    source = Source.parse(tmp_path / "a.mesh")
    Store.create(source, SAMPLE).close()
    fill = plain_sql.insert_all

    def failing(database, snapshot):
        fill(database, snapshot)
        raise KeyboardInterrupt

    monkeypatch.setattr(plain_sql, "insert_all", failing)
    for target in (address, tmp_path / "b.mesh"):
        with pytest.raises(KeyboardInterrupt):
            copy_model(source, Source.parse(target))
    monkeypatch.undo()
    assert names_in(tmp_path) == ["a.mesh"]
    with pytest.raises(StoreError, match="no such model"):
        Store.open(address)


def connected(database):
    """A connection of SQLAlchemy over that of a model."""
    if isinstance(database, SqliteDatabase):
        return migrations.sqlalchemy_connection(database.execute("SELECT 1").connection)
    return database.sqlalchemy_connection()


@pytest.fixture
def later(tmp_path, monkeypatch):
    """Tables with more columns than there are; one more migration leads to them, as the command writes it."""

    wanted = MetaData()
    for table in METADATA.tables.values():
        table.to_metadata(wanted)
    wanted.tables["zone"].append_column(Column("later", String))
    wanted.tables["zone"].append_column(Column("shared", Boolean, default=False, nullable=False))
    wanted.tables["zone"].append_column(Column("tier", String, default="it's 50%", nullable=False))
    key = ForeignKey("system.id", deferrable=True, initially="DEFERRED")
    wanted.tables["system"].append_column(Column("mirror", String, key))
    folder = Path(shutil.copytree(Path(migrations.__file__).parent, tmp_path / "migrations"))
    written = folder / "versions" / f"revision_{SCHEMA_VERSION + 1}_later.py"
    written.write_text(migration(wanted, "What comes later."), encoding="utf-8")
    monkeypatch.setattr(migrations, "FOLDER", folder)
    return wanted


def test_the_migration_that_is_written_leads_to_the_tables_and_keeps_the_rows(place, later):
    Store.create(place, SAMPLE).close()
    with Store.open(place) as store:
        if isinstance(place, Path):
            store.database.execute("PRAGMA foreign_keys = OFF")
        connection = connected(store.database)
        with store.database.transaction(writing=True):
            connection.begin()
            migrations.upgrade(connection)
            assert compare_metadata(MigrationContext.configure(connection), later) == []
            assert store.database.read_all() == SAMPLE
        found = store.database.execute('SELECT DISTINCT later, shared, tier FROM "zone"').fetchall()
        assert found == [(None, False, "it's 50%")]
        found = store.database.execute("SELECT version_num FROM alembic_version").fetchall()
        assert found == [(str(SCHEMA_VERSION + 1),)]
    with pytest.raises(StoreError, match=r"newer version|other columns|contradicts"):
        Store.open(place)


def put_into_database(address, source):
    """Make in a database what a model file of then holds, with the tables of then."""
    model = address.partition("#")[2]
    with contextlib.closing(sqlite3.connect(":memory:")) as raw, server() as into:
        raw.executescript(source.read_text(encoding="utf-8"))
        into.execute(f'CREATE SCHEMA "{model}"; SET search_path TO "{model}"'.encode())
        made = dict(raw.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL"))
        names = [table.name for table in METADATA.sorted_tables if table.name in made]
        for name in (*names, *(made.keys() - set(names))):
            statement = re.sub(
                r"^(CREATE TABLE|   ) (?!PRIMARY|FOREIGN)(\w+)", r'\1 "\2"', made[name], flags=re.MULTILINE
            )
            if name in {"journal", "imported"}:
                statement = statement.replace('"number" INTEGER', '"number" SERIAL')
            into.execute(statement.encode())
        for name in names:
            columns = raw.execute(f"SELECT name, type FROM pragma_table_info('{name}')").fetchall()
            places = ", ".join("%s" if kind != "BOOLEAN" else "%s::int::boolean" for _, kind in columns)
            with into.transaction(), into.cursor() as cursor:
                rows = raw.execute(f'SELECT * FROM "{name}"').fetchall()
                cursor.executemany(f'INSERT INTO "{name}" VALUES ({places})'.encode(), rows)
        for name in ("journal", "imported"):
            query = f"SELECT setval(pg_get_serial_sequence('{name}', 'number'), max(number)) FROM {name}"
            into.execute(query.encode())


@needs_server
@pytest.mark.parametrize("version", [9, 10, 11])
def test_a_model_of_an_earlier_release_is_brought_forward(address, version):
    put_into_database(address, RELEASES[version])
    with Store.open(address) as store:
        assert {each.honoured_as for each in store.snapshot.grant.values()} == {None, "principal"}
        store.apply(edit("more", [Put(System("more"))]))
        for _ in range(3):
            store.undo()
        assert store.snapshot == SAMPLE
    with Store.open(address) as store:
        assert [each.undone for each in store.journal()] == [False, True, True, True, True]


@needs_server
def test_a_model_of_before_the_first_migration_is_refused(address):
    put_into_database(address, RELEASES[9])
    with server() as raw:
        raw.execute(f"UPDATE \"{address.partition('#')[2]}\".alembic_version SET version_num = '7'".encode())
    with pytest.raises(StoreError, match=r"before version 0\.6; run .*of version 0\.7\.0"):
        Store.open(address)


@needs_server
def test_a_new_model_has_the_tables_of_this_version(address):
    with Store.create(address, SAMPLE) as store:
        assert compare_metadata(MigrationContext.configure(connected(store.database)), METADATA) == []


@needs_server
def test_an_older_model_is_migrated_by_who_may_and_told_of_to_others(address, later, monkeypatch):
    Store.create(address, SAMPLE).close()
    monkeypatch.setattr(postgres, "SCHEMA_VERSION", SCHEMA_VERSION + 1)
    with Store.open(address) as store:
        assert store.database.execute("SELECT DISTINCT later FROM zone").fetchall() == [(None,)]
        store.apply(edit("z", [Put(System("z"))]))
    monkeypatch.undo()
    with pytest.raises(StoreError, match="newer version of meshmodel; update meshmodel"):
        Store.open(address)


@needs_server
def test_commands_take_an_address_as_a_file(address, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    shutil.copy(MODELS / "support-agent.toml", "a.toml")

    def run(*words):
        status = cli.main(list(words))
        return status, *capsys.readouterr()

    shown = str(Source.parse(address))

    def told(command, source):
        status, out, _ = run(command, source)
        # The next commands have the name in them, and stand otherwise where it is long.
        return status, out.partition("\nNext:")[0].replace(shown, "a.toml")

    assert run("copy", "a.toml", address) == (0, f"{shown}: 7 elements, 0 entries in the journal\n", "")
    for command in ("check", "describe", "reach", "fix", "plan", "round", "export"):
        assert told(command, address) == told(command, "a.toml")
    assert run("diff", "a.toml", address)[0] == 0
    status, _, error = run("offboard", address, "agent:support-bot", "--apply")
    assert (status, error) == (0, "")
    with Store.open(address) as store:
        assert store.undo() is not None
    status, out, error = run("report", address, "-o", "a.md")
    assert (status, error) == (0, "")
    assert run("copy", address, "b.mesh")[1] == "b.mesh: 7 elements, 1 entry in the journal\n"
    status, out, error = run("copy", "b.mesh", address)
    assert (status, out) == (2, "")
    assert "already exists" in error
    status, out, _ = run("list", SERVER)
    assert status == 0
    assert f"{shown}  to edit" in re.sub(" +", " ", out).replace(" to edit", "  to edit")
    refused = [
        ("list", address),
        ("list", "a.toml"),
        ("copy", "a.toml", "b.toml"),
        ("copy", "b.mesh", "b.mesh"),
    ]
    for words in refused:
        status, out, error = run(*words)
        assert (status, out) == (2, "")
        assert error.count("\n") == 1


@needs_server
def test_twenty_programs_lose_nothing(address):
    command = [sys.executable, "-m", "tests.store.many_programs", address, "8"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    assert '"programs": 20' in done.stdout
    assert '"lost": 0' in done.stdout


test_twenty_programs_lose_nothing.pytestmark = [
    *test_twenty_programs_lose_nothing.pytestmark,
    pytest.mark.slow,
]


@needs_server
def test_a_server_that_went_is_away_until_it_lets_one_in_again(address, monkeypatch):
    def until(wanted: bool) -> None:
        end = time.monotonic() + 30
        while store.is_away is not wanted:
            assert time.monotonic() < end
            time.sleep(0.02)

    with Store.create(address, SAMPLE) as store, monkeypatch.context() as gone:
        assert not store.is_away, "nothing is known yet"
        store.refresh()
        listener = store.database._listener
        while not listener.listens:
            time.sleep(0.02)
        assert not store.is_away
        with server() as raw:

            def refused(_: object) -> None:
                raise StoreError("away")

            gone.setattr(postgres, "connect", refused)
            raw.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")
        until(True)
        gone.undo()
        until(False)
