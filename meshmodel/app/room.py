"""The others who have the model open: what is told to them and what they tell, by another program."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from typing import Any, Final

from textual.message import Message

from meshmodel.app.limits import LINE_LIMIT
from meshmodel.app.messages import PeopleChanged
from meshmodel.app.presentation.people import Participant, Presence
from meshmodel.model.source import Source
from meshmodel.store.saved_state import room_path

_LOOK: Final = 2.0
"""Seconds between two looks whether the model of this window is served."""


class Room:
    """One's place among the others. Nothing of it is written to a file.

    What is told is the JSON of a ``Presence``; what is heard are ``number``, ``name``, such a ``here`` and
    ``is_away`` of each of the others.
    """

    def __init__(self, tell: Callable[[Mapping[str, Any]], object]) -> None:
        """Arguments: what passes on to the others what one shows of oneself."""
        self._tell = tell
        self._post: Callable[[Message], object] | None = None
        self._shown: Presence | None = None
        self.redraw: Callable[[], object] = lambda: None
        """Has all drawn again, for a terminal that shows nothing; any thread may call it."""
        self.browser: Callable[[str, str], object] | None = None
        """Tells the page around the terminal, where one is, the ``words`` of the drawing or to ``paste``."""

    def listen(self, post: Callable[[Message], object], model: Source) -> None:  # noqa: ARG002  # see HostRoom
        """Say who hears of the others from now on, the ``post_message`` of a screen, and of which model."""
        self._post = post

    def show(self, presence: Presence) -> None:
        """Show something of oneself, where it is not what is shown already."""
        if presence != self._shown:
            self._shown = presence
            self._tell(presence.as_json())

    def heard(self, others: Sequence[Mapping[str, Any]], number: int = 0) -> None:
        """The others are these now, and this is one's own number; any thread may say so."""
        people = tuple(
            Participant(each["number"], each["name"], Presence.of_json(each["here"]), each["is_away"])
            for each in others
        )
        if self._post is not None:
            self._post(PeopleChanged(people, number))


class HostRoom(Room):
    """The room of a model while that is served on this machine, for another window of the host."""

    def __init__(self, name: str) -> None:
        """Arguments: by which name edits are kept; empty: by none."""
        super().__init__(self._say)
        self._name = name
        self._server: asyncio.StreamWriter | None = None
        self._attending: asyncio.Task[None] | None = None

    def listen(self, post: Callable[[Message], object], model: Source) -> None:
        """Be in the room of a model, whenever there is one, and no longer in that of another."""
        super().listen(post, model)
        if self._attending is not None:
            self._attending.cancel()
        self._attending = asyncio.create_task(self._attend(model))

    async def _attend(self, model: Source) -> None:
        while True:
            with suppress(OSError, ValueError):
                path = str(room_path(model, "sock"))
                reader, self._server = await asyncio.open_unix_connection(path, limit=LINE_LIMIT)
                with closing(self._server):
                    self._server.write(json.dumps({"name": self._name}).encode() + b"\n")
                    self._say({} if self._shown is None else self._shown.as_json())
                    async for line in reader:
                        told = json.loads(line)
                        self.heard(told["people"], told["number"])
            if self._server is not None:
                self._server = None
                self.heard(())
            await asyncio.sleep(_LOOK)

    def _say(self, here: Mapping[str, Any]) -> None:
        if self._server is not None and here:
            self._server.write(json.dumps({"here": here}).encode() + b"\n")
