"""What the store asks of a database that keeps a model; ``sqlite_database`` and ``postgres`` answer."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

from meshmodel.model.errors import StoreError
from meshmodel.model.records import Snapshot


class BusyError(StoreError):
    """Another program has been writing for as long as was waited for."""


class Database(ABC):
    """One open model, with one transaction at a time.

    Attributes:
        lock: what a thread holds while it uses the database.
        why_read_only: what about the model keeps edits from being saved; empty where they are.
    """

    lock: AbstractContextManager[object]
    why_read_only: str = ""

    @property
    @abstractmethod
    def name(self) -> str:
        """The model as errors name it: one line."""

    @abstractmethod
    def transaction(self, *, writing: bool = False, waiting: bool = True) -> AbstractContextManager[None]:
        """A transaction: committed at the end, rolled back if anything is raised in it.

        Args:
            writing: the only one that writes; else all that is read in it is of one moment.
            waiting: for one who writes now; else that is busy.
        """

    @abstractmethod
    def execute(self, query: str, values: Sequence[Any] = ()) -> Any:
        """Run a statement of ours in plain SQL; the rows can be iterated and fetched.

        Args:
            query: with a question mark for each value, and for nothing else.
            values: a tuple; or a list of tuples, for each of which the statement is run.
        """

    @abstractmethod
    def read_all(self) -> Snapshot:
        """The whole model, checked, in a transaction.

        Raises:
            StoreError: a row is no record, or the semantics refuse the model.
        """

    @abstractmethod
    def read_changed(self, known: Snapshot) -> Snapshot:
        """The model as it is now, in a transaction; the same object if nobody else edited it.

        Raises:
            StoreError: a row is no record, or the semantics refuse one of these records.
        """

    @abstractmethod
    def version(self) -> object:
        """A value that is another one once another program has written; it waits for nobody."""

    @abstractmethod
    def register(self, author: str) -> None:
        """Have this program count as open until it closes the model, in the transaction of its edit."""

    @abstractmethod
    def others_open(self, author: str) -> tuple[str, tuple[str, ...]]:
        """The other authors who have edited the model and have it open, for ``NOT IN (…)``.

        Returns:
            What stands in the brackets, a query or question marks, and the values of its question marks.
        """

    @abstractmethod
    def is_lost(self) -> bool:
        """Whether the model is no longer where it was opened, so that no edit can be saved."""

    def is_away(self) -> bool:
        """Whether it cannot be reached now, so that edits are refused until it can."""
        return False

    @abstractmethod
    def errors(self) -> AbstractContextManager[None]:
        """Raise errors of the database as StoreError: one line with the name and what to do.

        Raises:
            BusyError: another program is writing.
            StoreError: any other.
        """

    @abstractmethod
    def close(self) -> None:
        """Close it, and no longer count as open."""
