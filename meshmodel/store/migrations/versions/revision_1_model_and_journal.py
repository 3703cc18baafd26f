"""The elements, the relations and the journal of edits."""

import sqlalchemy as sa
from alembic import op

revision = "1"
down_revision = None


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(), primary_key=True, nullable=False)


def _text(name: str, *, required: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=not required)


def _truth(name: str, *, required: bool = False) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=not required)


def _list(name: str, *, required: bool = False) -> sa.Column[list[str]]:
    return sa.Column(name, sa.JSON(), nullable=not required)


def _whole(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _refers(column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], deferrable=True, initially="DEFERRED")


def upgrade() -> None:
    """Create all tables."""
    _create_elements()
    _create_relations()
    _create_journal()
    op.execute("PRAGMA user_version = 1")


def _create_elements() -> None:
    op.create_table(
        "about", sa.Column("row", sa.Integer(), primary_key=True), _text("name"), _text("description")
    )
    op.create_table(
        "zone", _key("id"), _text("name"), _text("environment"), _text("description"), _list("at")
    )
    op.create_table(
        "system",
        _key("id"),
        _text("name"),
        _text("kind"),
        _text("zone"),
        _text("sensitivity"),
        _truth("untrusted_input", required=True),
        _truth("exposed"),
        _text("audit"),
        _truth("partitioned", required=True),
        _text("vendor"),
        _text("owner"),
        _text("description"),
        _list("at"),
        _refers("zone", "zone.id"),
    )
    op.create_table(
        "agent",
        _key("id"),
        _text("name"),
        _text("kind"),
        _text("home"),
        _text("runs_on"),
        _truth("steerable"),
        _text("vendor"),
        _text("owner"),
        _text("status", required=True),
        _text("description"),
        _list("at"),
        _refers("home", "zone.id"),
        _refers("runs_on", "system.id"),
    )
    op.create_table(
        "credential",
        _key("id"),
        _text("name"),
        _text("kind"),
        _text("identity"),
        _text("subject", required=True),
        _text("on_behalf_of"),
        _text("binding", required=True),
        _text("lifetime"),
        _list("audience"),
        _truth("attested", required=True),
        _text("owner"),
        _text("status", required=True),
        _text("description"),
        _list("at"),
    )


def _create_relations() -> None:
    op.create_table(
        "hold",
        _key("agent"),
        _key("credential"),
        _refers("agent", "agent.id"),
        _refers("credential", "credential.id"),
    )
    op.create_table(
        "grant",
        _key("credential"),
        _key("system"),
        _list("actions", required=True),
        _text("scope"),
        _text("honoured_as", required=True),
        _list("entitled"),
        _refers("credential", "credential.id"),
        _refers("system", "system.id"),
    )
    op.create_table(
        "custody",
        _key("system"),
        _key("credential"),
        _text("how", required=True),
        _list("by"),
        _refers("system", "system.id"),
        _refers("credential", "credential.id"),
    )
    op.create_table(
        "exchange",
        _key("from"),
        _key("to"),
        _text("at"),
        _text("semantics"),
        _truth("pinned", required=True),
        _refers("from", "credential.id"),
        _refers("to", "credential.id"),
        _refers("at", "system.id"),
    )
    op.create_table(
        "delegation",
        _key("from"),
        _key("to"),
        _list("passes"),
        _refers("from", "agent.id"),
        _refers("to", "agent.id"),
    )
    op.create_table(
        "trigger",
        _key("system"),
        _key("agent"),
        _refers("system", "system.id"),
        _refers("agent", "agent.id"),
    )
    op.create_table(
        "intent",
        _key("agent"),
        _key("system"),
        _list("actions", required=True),
        _list("from"),
        _refers("agent", "agent.id"),
        _refers("system", "system.id"),
    )
    op.create_table(
        "checkpoint",
        _key("id"),
        _text("kind", required=True),
        _text("step", required=True),
        _text("from", required=True),
        _text("to", required=True),
        _list("actions"),
        _text("freshness", required=True),
        _text("state", required=True),
        _text("decided_at"),
        _list("approvers"),
        sa.Column("rate", sa.Integer(), nullable=True),
        _text("description"),
        _refers("decided_at", "system.id"),
    )
    op.create_table(
        "acceptance",
        _key("rule"),
        _key("subject"),
        _text("reason", required=True),
        _text("by", required=True),
        sa.Column("until", sa.Date(), nullable=False),
        _text("severity"),
        _list("agents"),
        _list("actions"),
    )


def _create_journal() -> None:
    op.create_table(
        "journal",
        sa.Column("number", sa.Integer(), primary_key=True),
        _text("time", required=True),
        _text("label", required=True),
        _text("author", required=True),
        _whole("state"),
        _whole("touched"),
    )
    op.create_index("journal_by_state", "journal", ["state", "number"])
    op.create_index("journal_by_revision", "journal", ["touched"], unique=True)
    op.create_table(
        "journal_change",
        sa.Column("entry", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("position", sa.Integer(), primary_key=True, autoincrement=False),
        _text("record_table", required=True),
        _text("record_key", required=True),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        _refers("entry", "journal.number"),
    )
