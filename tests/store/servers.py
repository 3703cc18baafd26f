"""Models in PostgreSQL for tests, where ``MESHMODEL_TEST_PG`` names a database in which they may be made."""

import contextlib
import os
from collections.abc import Iterator
from typing import Final

import pytest

SERVER: Final = os.environ.get("MESHMODEL_TEST_PG", "")
"""A database in which schemas and roles may be made: ``postgresql://user@host/db``."""

needs_server = pytest.mark.skipif(not SERVER, reason="MESHMODEL_TEST_PG names no database of PostgreSQL")


@contextlib.contextmanager
def new_address() -> Iterator[str]:
    """The address of a model that is not there yet, and is no longer there afterwards."""
    import psycopg

    model = f"test-{os.urandom(6).hex()}"
    try:
        yield f"{SERVER}#{model}"
    finally:
        with psycopg.connect(SERVER, autocommit=True) as raw:
            raw.execute(f'DROP SCHEMA IF EXISTS "{model}" CASCADE'.encode())


@contextlib.contextmanager
def looking() -> Iterator[None]:
    """Nothing is heard of others, as where that connection is cut: so every look finds all of it at once."""
    from meshmodel.store import postgres

    def cut(_: object) -> None:
        raise OSError

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(postgres.Listener, "_listen", cut)
        yield
