"""How often intents are used, and checkpoints on what an agent reads.

A checkpoint on a trigger that is not drawn sits on hearing since then: it judges the words that are read. The
journal is told the same for each of its edits, by what was drawn before and after it, so that undoing one
means what it meant. Whether outsiders see what is asked of a system has another default for some kinds since
then: what says no more than that is left out.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "6"
down_revision = "5"

Ends = tuple[str, str]
Texts = tuple[str | None, str | None]
"""The JSON of a record before and after an edit."""

_PRIVATE = ("saas", "code-repository", "messaging", "knowledge-base", "database", "data-warehouse")
"""The kinds of systems where outsiders do not see who reads, by default."""
_COLUMNS = (
    "id", "kind", "step", "from", "to", "actions", "freshness", "state", "decided_at", "approvers", "rate",
    "description",
)  # fmt: skip
_LISTS = frozenset({"actions", "approvers"})


def upgrade() -> None:
    """Add the column; move checkpoints on triggers that are not drawn to hearing."""
    op.add_column("intent", sa.Column("per_day", sa.Float(), nullable=True))
    _leave_defaults_out()
    bind = op.get_bind()
    drawn: set[Ends] = {
        (row[0], row[1]) for row in bind.exec_driver_sql('SELECT system, agent FROM "trigger"')
    }
    placed = _checkpoints(bind)
    _replay(bind, drawn, placed)
    op.execute(
        "UPDATE checkpoint SET step = 'hearing' WHERE step = 'trigger' AND NOT EXISTS "
        '(SELECT 1 FROM "trigger" t WHERE t.system = checkpoint."from" AND t.agent = checkpoint."to")'
    )
    op.execute("PRAGMA user_version = 6")


def _leave_defaults_out() -> None:
    """Make ``exposed_requests`` unstated where it is what the default gives now, in rows and in the past."""
    kinds = ", ".join(f"'{kind}'" for kind in _PRIVATE)
    op.execute(
        "UPDATE system SET exposed_requests = NULL WHERE exposed_requests = "  # noqa: S608  # words of ours
        "(coalesce(exposed, coalesce(sensitivity, '') = 'public') "
        f"AND coalesce(kind, '') NOT IN ({kinds}))"
    )
    bind = op.get_bind()
    for row, before, after in bind.exec_driver_sql(
        'SELECT rowid, "before", "after" FROM journal_change WHERE record_table = \'system\''
    ).fetchall():
        _write(bind, row, (_system(before), _system(after)))
    for row, text in bind.exec_driver_sql(
        "SELECT number, record FROM imported WHERE record_table = 'system'"
    ).fetchall():
        bind.exec_driver_sql("UPDATE imported SET record = ? WHERE number = ?", (_system(text), row))


def _system(text: Any) -> Any:
    record = _loaded(text)
    if record is None or "exposed_requests" not in record:
        return text
    exposed = record.get("exposed", record.get("sensitivity") == "public")
    if record["exposed_requests"] is (exposed and record.get("kind") not in _PRIVATE):
        del record["exposed_requests"]
    return json.dumps(record, separators=(",", ":"))  # in ASCII: it may hold what is no text


def _checkpoints(bind: sa.Connection) -> dict[str, dict[str, Any]]:
    """The checkpoints on triggers, by the text of their key, as the journal writes records."""
    names = ", ".join(f'"{name}"' for name in _COLUMNS)
    found = {}
    for row in bind.exec_driver_sql(f"SELECT {names} FROM checkpoint WHERE step = 'trigger'"):  # noqa: S608  # names of ours
        record = {name: value for name, value in zip(_COLUMNS, row, strict=True) if value is not None}
        for name in _LISTS & record.keys():
            record[name] = _parsed(record[name])
        found[_key_text(record["id"])] = record
    return found


class _Past:
    """What was drawn and placed at one time, as edits of the journal are gone through one after another.

    Attributes:
        drawn: the ends of triggers.
        placed: checkpoints on triggers, drawn or not, by the text of their key.
    """

    def __init__(self, drawn: Iterable[Ends], placed: Mapping[str, dict[str, Any]]) -> None:
        self.drawn = set(drawn)
        self.placed = dict(placed)

    def step(self, changes: Iterable[tuple[str, str, Any]]) -> None:
        """Take over what an edit made of triggers and checkpoints: table, key and record of each."""
        for table, key, text in changes:
            record = _loaded(text)
            if table == "trigger":
                ends = _ends_of(key)
                self.drawn = self.drawn - {ends} if text is None else self.drawn | {ends}
            elif record is not None and record.get("step") == "trigger":
                self.placed[key] = record
            else:
                self.placed.pop(key, None)

    def text(self, record: dict[str, Any]) -> str:
        """The JSON of a checkpoint on a trigger, on hearing where that is not drawn now."""
        moved = _ends(record.get("from"), record.get("to")) not in self.drawn
        return json.dumps(record | {"step": "hearing"} if moved else record, separators=(",", ":"))

    def forward(self, text: Any) -> Any:
        """The JSON of any checkpoint of now, as this version writes it."""
        record = _loaded(text)
        return text if record is None or record.get("step") != "trigger" else self.text(record)


def _replay(bind: sa.Connection, drawn: set[Ends], placed: dict[str, dict[str, Any]]) -> None:
    """Bring the records of checkpoints in the journal and in imports forward.

    Edits are taken back in the order in which undo takes them, and what was undone is done again as redo
    does it. What can no longer be redone is told by what is drawn now.
    """
    changes: dict[int, list[Any]] = {}
    for row in bind.exec_driver_sql(
        'SELECT entry, rowid, record_table, record_key, "before", "after" FROM journal_change '
        "WHERE record_table IN ('trigger', 'checkpoint') ORDER BY entry, position"
    ):
        changes.setdefault(row[0], []).append(tuple(row)[1:])
    past, future, now = _Past(drawn, placed), _Past(drawn, placed), _Past(drawn, placed)
    for number, state in bind.exec_driver_sql(
        "SELECT number, state FROM journal ORDER BY touched DESC"
    ).fetchall():
        rows = changes.get(number, [])
        if state == 0:
            later = _Past(past.drawn, past.placed)
            past.step((table, key, before) for _, table, key, before, _ in rows)
            _bring_forward(bind, number, rows, (past, later))
        elif state == 1:
            earlier = _Past(future.drawn, future.placed)
            future.step((table, key, after) for _, table, key, _, after in rows)
            _bring_forward(bind, number, rows, (earlier, future))
        else:
            _bring_forward(bind, number, rows, (now, now))
    for row, text in bind.exec_driver_sql(
        "SELECT number, record FROM imported WHERE record_table = 'checkpoint'"
    ).fetchall():
        bind.exec_driver_sql("UPDATE imported SET record = ? WHERE number = ?", (now.forward(text), row))


def _bring_forward(bind: sa.Connection, entry: int, rows: list[Any], around: tuple[_Past, _Past]) -> None:
    """Rewrite the checkpoints of one edit; add those that it moves to hearing or back by a trigger alone."""
    before, after = around
    for row, table, _, was, will in rows:
        if table == "checkpoint":
            _write(bind, row, (before.forward(was), after.forward(will)))
    touched = {key for _, table, key, _, _ in rows if table == "checkpoint"}
    for key, record in before.placed.items():
        if key not in touched and before.text(record) != after.text(record):
            bind.exec_driver_sql(
                'INSERT INTO journal_change (entry, position, record_table, record_key, "before", "after") '
                "SELECT ?, max(position) + 1, 'checkpoint', ?, ?, ? FROM journal_change WHERE entry = ?",
                (entry, key, before.text(record), after.text(record), entry),
            )


def _write(bind: sa.Connection, row: int, texts: Texts) -> None:
    bind.exec_driver_sql('UPDATE journal_change SET "before" = ?, "after" = ? WHERE rowid = ?', (*texts, row))


def _loaded(text: object) -> dict[str, Any] | None:
    """The record of a JSON text; ``None`` for what is none, which is refused when it is read."""
    found = _parsed(text)
    return found if isinstance(found, dict) else None


def _parsed(text: object) -> Any:
    try:
        return json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        return None


def _ends_of(key: object) -> Ends:
    ends = _parsed(key)
    return _ends(*ends) if isinstance(ends, list) and len(ends) == 2 else ("", "")


def _ends(from_: object, to: object) -> Ends:
    """The two ids; of what is none, ends that nothing has."""
    return (from_, to) if isinstance(from_, str) and isinstance(to, str) else ("", "")


def _key_text(key: object) -> str:
    return json.dumps(key, ensure_ascii=False, separators=(",", ":"))
