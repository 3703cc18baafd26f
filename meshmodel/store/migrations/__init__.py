"""Forward migrations of model files, by Alembic; imported only when one is due.

Alembic, because SQLModel's tables are SQLAlchemy's and it works on those: types, foreign keys and
what SQLite cannot alter are its business, and its comparison shows in a test that the newest
revision and the tables agree. Revision n of ``versions/`` leads to schema version n.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Bring the file up to a revision, inside the transaction that the caller has begun."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
