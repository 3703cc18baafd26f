"""What undo and redo of a store would do next."""

from meshmodel.store import journal
from meshmodel.store.store import Store


def undo_label(store: Store) -> str | None:
    """What ``undo`` would take back, or ``None``; nothing where edits are refused."""
    return _label(store, journal.next_undo)


def redo_label(store: Store) -> str | None:
    """What ``redo`` would do again, or ``None``."""
    return _label(store, journal.next_redo)


def _label(store, choose):
    with store._reading():
        found = None if store.read_only else choose(store.database, store.author, store.person)
    return found and found[1]
