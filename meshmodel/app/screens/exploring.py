"""What is worked out beside: the smallest fix."""

from typing import Any

from textual.worker import Worker

from meshmodel.app.screens.base import Base


class Exploring(Base):
    """The part of the workbench that asks what would be, by work that may take a while."""

    def work_done(self, worker: Worker[Any]) -> None:
        """Something that was worked out beside is there, or failed, or was cancelled."""
