"""What is computed in the background of what is shown: of which model, how far that is, and its result."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from meshmodel.model.stop import Progress

M = TypeVar("M")
Q = TypeVar("Q")
T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class Computed(Generic[M, Q, T]):
    """What a job computes, as an attribute of the state. ``PaintedState.compute`` begins it and keeps it.

    Attributes:
        of: the model, or its analysis, that it is computed of; of another one it is stale.
        asked: what is computed of it.
        result: what is known: a part of the result, or that of before; ``None``: nothing yet.
        problem: why it could not be computed; empty where it could.
        progress: how far the job is; ``None``: none runs.
    """

    of: M
    asked: Q
    result: T | None = None
    problem: str = ""
    progress: Progress | None = None

    @property
    def working(self) -> str:
        """How far the job is, in a line; empty where none runs."""
        return "" if self.progress is None else self.progress.text
