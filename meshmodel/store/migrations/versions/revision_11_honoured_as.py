"""Whether a grant honours a credential as a principal or as a delegate is unknown where nobody has said it.

Until then an unsaid one was kept as ``principal``, so ``principal`` alone tells nothing. It was said where an
edit of the journal changed ``delegate`` to it; every other one becomes unknown. The records that the journal
keeps of before and after an edit, and those of imports, are told the same, so that undoing one means what it
meant.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import sqlalchemy as sa
from alembic import op

revision = "11"
down_revision = "10"

_FIELD = "honoured_as"
_GRANT = sa.table("grant", sa.column("credential"), sa.column("system"), sa.column(_FIELD))
_IMPORTED = sa.table("imported", sa.column("number"), sa.column("record_table"), sa.column("record"))
_CHANGES = sa.table(
    "journal_change",
    *map(sa.column, ("entry", "position", "record_table", "record_key", "before", "after")),
)
_JOURNAL = sa.table("journal", sa.column("number"), sa.column("state"))


class _Change(NamedTuple):
    """What one edit made of one grant: the JSON of its record before and after."""

    entry: int
    position: int
    key: str
    before: Any
    after: Any
    state: int


def upgrade() -> None:
    """Let the column be empty, and empty it where ``principal`` was the default."""
    with op.batch_alter_table("grant") as table:
        table.alter_column(_FIELD, existing_type=sa.String(), nullable=True)
    bind = op.get_bind()
    changes = [_Change(*row) for row in bind.execute(_changes())]
    for change, before, after in _stated(changes):
        bind.execute(
            _CHANGES.update()
            .where(_CHANGES.c.entry == change.entry, _CHANGES.c.position == change.position)
            .values(before=_forward(change.before, stated=before), after=_forward(change.after, stated=after))
        )
    done = [each for each in changes if each.state == 0]
    last = {change.key: after for change, _, after in _stated(done)}
    for credential, system in bind.execute(
        sa.select(_GRANT.c.credential, _GRANT.c.system).where(_GRANT.c[_FIELD] == "principal")
    ).fetchall():
        key = json.dumps([credential, system], ensure_ascii=False, separators=(",", ":"))
        if not last.get(key):
            row = (_GRANT.c.credential == credential, _GRANT.c.system == system)
            bind.execute(_GRANT.update().where(*row).values({_FIELD: None}))
    imported = sa.select(_IMPORTED.c.number, _IMPORTED.c.record).where(_IMPORTED.c.record_table == "grant")
    for number, text in bind.execute(imported).fetchall():
        told = _forward(text, stated=False)
        bind.execute(_IMPORTED.update().where(_IMPORTED.c.number == number).values(record=told))


def _changes() -> sa.Select[Any]:
    return (
        sa.select(
            _CHANGES.c.entry,
            _CHANGES.c.position,
            _CHANGES.c.record_key,
            _CHANGES.c.before,
            _CHANGES.c.after,
            _JOURNAL.c.state,
        )
        .where(_CHANGES.c.record_table == "grant", _JOURNAL.c.number == _CHANGES.c.entry)
        .order_by(_CHANGES.c.entry, _CHANGES.c.position)
    )


def _stated(changes: Iterable[_Change]) -> Iterator[tuple[_Change, bool, bool]]:
    """Each change, and whether ``principal`` was said in its records before and after it."""
    said: dict[str, bool] = {}
    for change in changes:
        was, now = (_value(each) for each in (change.before, change.after))
        before = said.get(change.key, False) and was == "principal"
        after = now == "principal" and (before or was == "delegate")
        said[change.key] = after
        yield change, before, after


def _value(text: object) -> object:
    record = _loaded(text)
    return None if record is None else record.get(_FIELD)


def _forward(text: Any, *, stated: bool) -> Any:
    """The JSON of a grant as this version writes it; what is no record is refused when it is read."""
    record = _loaded(text)
    if record is None or stated or record.get(_FIELD) != "principal":
        return text
    del record[_FIELD]
    return json.dumps(record, separators=(",", ":"))  # in ASCII: it may hold what is no text


def _loaded(text: object) -> dict[str, Any] | None:
    try:
        record = json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) else None
