"""The others who have the model open: what is told to them and what they tell, by another program."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from textual.message import Message

from meshmodel.app.messages import PeopleChanged
from meshmodel.app.presentation.people import Participant, Presence


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

    def listen(self, post: Callable[[Message], object]) -> None:
        """Say who hears of the others from now on: the ``post_message`` of a screen."""
        self._post = post

    def show(self, presence: Presence) -> None:
        """Show something of oneself, where it is not what is shown already."""
        if presence != self._shown:
            self._shown = presence
            self._tell(presence.as_json())

    def heard(self, others: Sequence[Mapping[str, Any]]) -> None:
        """The others are these now; any thread may say so."""
        people = tuple(
            Participant(each["number"], each["name"], Presence.of_json(each["here"]), each["is_away"])
            for each in others
        )
        if self._post is not None:
            self._post(PeopleChanged(people))
