"""Digests in place of what the keys of imports said: they kept addresses that the model does not."""

import hashlib

from alembic import op

revision = "7"
down_revision = "6"


def upgrade() -> None:
    """Replace each key by its digest, and overwrite it in the file."""
    bind = op.get_bind()
    bind.exec_driver_sql("PRAGMA secure_delete = ON")
    rows = bind.exec_driver_sql("SELECT number, stable_key FROM imported WHERE stable_key != ''").fetchall()
    for number, key in rows:
        if isinstance(key, str):  # what is no text is refused when it is read
            digest = hashlib.sha256(key.encode()).hexdigest()[:32]
            bind.exec_driver_sql("UPDATE imported SET stable_key = ? WHERE number = ?", (digest, number))
    op.execute("PRAGMA user_version = 7")
