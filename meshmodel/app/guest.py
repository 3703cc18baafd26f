"""The workbench of a guest of a served model: one terminal, one folder, and exports that are handed out."""

import gc
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Literal, TextIO

from textual.driver import Driver
from textual.message import Message

from meshmodel.app.access import Access
from meshmodel.app.app import MeshmodelApp, run_on_terminal
from meshmodel.app.config import Configuration
from meshmodel.app.room import Room
from meshmodel.app.session import Session
from meshmodel.model.atomic_file import replace_file
from meshmodel.model.source import Source
from meshmodel.store.saved_state import State

Deliver = Callable[[str, str], None]
"""Told the name of a file in the folder of the guest, and what it is to be called for them."""


class GuestApp(MeshmodelApp):
    """The program as a guest has it."""

    class AnotherTerminal(Message):
        """The terminal is that of another browser now, which shows nothing yet."""

    def __init__(self, session: Session, folder: Path, deliver: Deliver, room: Room) -> None:
        """Arguments: the open model; the folder of the guest; what hands them a file; the other guests."""
        self._folder, self._deliver = folder, deliver
        super().__init__(
            session.source,
            configuration=Configuration(),
            state=State(folder / "state.json"),
            session=session,
            access=session.access,
            room=room,
        )
        room.redraw = lambda: self.post_message(self.AnotherTerminal())

    def on_guest_app_another_terminal(self) -> None:
        """Set up the terminal as at the start, and draw all."""
        if self._driver is not None:
            for each in self._beginning:
                self._driver.write(each)
            self.refresh(layout=True)

    def get_driver_class(self) -> type[Driver]:
        """The usual driver, which hands files to the guest, and whose first words are kept."""
        folder, deliver = self._folder, self._deliver
        beginning = self._beginning = list[str]()

        class Delivery(super().get_driver_class()):  # type: ignore[misc]  # it depends on the system
            is_beginning = False

            def start_application_mode(self) -> None:
                self.is_beginning = True
                super().start_application_mode()
                self.is_beginning = False

            def write(self, data: str) -> None:
                if self.is_beginning:
                    beginning.append(data)
                super().write(data)

            def deliver_binary(
                self,
                binary: BinaryIO | TextIO,
                *,
                delivery_key: str,
                save_path: Path,
                open_method: Literal["browser", "download"] = "download",  # noqa: ARG002  # Textual's signature
                encoding: str | None = None,  # noqa: ARG002  # as above
                mime_type: str | None = None,  # noqa: ARG002  # as above
                name: str | None = None,  # noqa: ARG002  # as above
            ) -> None:
                assert not isinstance(binary, TextIO)  # exports are bytes
                with binary:
                    replace_file(folder / delivery_key, binary.read())
                deliver(delivery_key, save_path.name)

        return Delivery


def run_guest(source: Source, access: Access, deliver: Deliver, room: Room) -> None:
    """Show a model on the terminal that is the process's own, until it is left or the terminal is gone.

    Args:
        source: the model.
        access: who it is, with the folder that is theirs.
        deliver: hands them a file of that folder.
        room: the other guests.

    Raises:
        MeshmodelError: the model cannot be opened.
    """
    assert access.folder is not None
    gc.disable()
    run_on_terminal(GuestApp(Session.open(source, access), access.folder, deliver, room))
