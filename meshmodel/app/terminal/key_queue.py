"""Keys are never lost and never overtake what the key before did: each waits until that is done.

The toolkit hands a key to whatever has the focus when it is read. In a burst (a fast hand, a slow
terminal, a script) that may be a dialog that the key before is about to close, or the start screen
while a model is being opened: the key would go nowhere. So a key that may open, close or leave something
lets the keys behind it wait until all it set going has come to rest.
"""

from collections.abc import Sequence
from functools import partial
from typing import Final

from textual import events
from textual.app import App
from textual.keys import key_to_character
from textual.message_pump import MessagePump
from textual.timer import Timer
from textual.widgets import Input, TextArea

from meshmodel.app.jobs import NO_KEY
from meshmodel.app.limits import PASTE_LIMIT
from meshmodel.model.text import with_line_feeds

ROUNDS: Final = 3
"""How often it is asked, from the focus up to the program, whether all is done: what a key sets going is
handled where it was pressed, told upwards, and answered in turn.
"""
PATIENCE: Final = 0.5
"""Seconds after which keys no longer wait, whatever is going on."""
TYPED: Final = 0.03
"""Seconds in which what a typed letter changes is usually on the screen."""
OPENING_PATIENCE: Final = 5.0
"""Seconds after which they no longer wait for a model that was to be opened, should it never come."""
_ALT: Final = "alt+"
TOO_LONG: Final = (
    f"Nothing was pasted: the text has more than {PASTE_LIMIT // 1024} kB. Import it as a file (I)."
)
"""What is said of a paste that is refused."""

TypedEvent = events.Key | events.Paste


class KeysInOrder(App[None]):
    """The part of the program that lets keys wait for one another."""

    input_count = 0
    """How many keys and clicks were handed over so far: whether one came since then tells whether somebody
    still waits for what was asked."""
    _waiting: list[TypedEvent]
    is_opening = False
    """Whether a model is being opened: all keys wait for it."""
    _settling: object | None = None
    _is_taking = False
    _patience: Timer | None = None
    _opening_patience: Timer | None = None

    def __init__(self) -> None:
        """No key waits yet."""
        super().__init__()
        self._waiting = []
        NO_KEY.set()

    def hold_keys(self, *, for_reading: bool = False) -> None:
        """Let keys wait while a model is being opened; not for ever, should nothing come of that.

        Args:
            for_reading: until its file has been read, however long that takes.
        """
        self._stop_opening()
        self.is_opening = True
        NO_KEY.set()
        if not for_reading:
            self._opening_patience = self.set_timer(OPENING_PATIENCE, self.release_keys)

    def release_keys(self) -> None:
        """Hand over the keys that waited, each after what the one before has done."""
        self._stop_opening()
        self._take_next()

    def _stop_opening(self) -> None:
        self.is_opening = False
        if self._opening_patience is not None:
            self._opening_patience.stop()
            self._opening_patience = None

    async def on_event(self, event: events.Event) -> None:
        """Let a key wait where it must; the mouse presses nothing while a model is being opened."""
        if isinstance(event, events.MouseDown):
            if self.is_opening:
                return  # it meant what is about to go
            self.input_count += 1
        if not isinstance(event, TypedEvent) or event.is_forwarded:
            await super().on_event(event)
            return
        if isinstance(event, events.Paste):
            event.text = with_line_feeds(event.text)
            if len(event.text.encode(errors="replace")) > PASTE_LIMIT:
                self.notify(TOO_LONG, severity="error", markup=False)
                return
        self._waiting += self._parted(event)
        if not (self.is_opening or self._settling is not None or self._is_taking):
            await self._take()

    def _parted(self, event: TypedEvent) -> Sequence[TypedEvent]:
        """Escape and a key right behind it look like one key with Alt: two again, where Alt means nothing."""
        if isinstance(event, events.Key) and event.key.startswith(_ALT):
            name = event.key.removeprefix(_ALT)
            letter = event.character or key_to_character(name)
            if letter is not None and event.key not in self.screen.active_bindings:
                # A capital is told as shift+l, and is L where it comes by itself.
                return events.Key("escape", "\x1b"), events.Key(letter if letter.isalnum() else name, letter)
        return (event,)

    async def _take(self) -> None:
        """Hand over the key that has waited longest; none while the program ends, for its screens go."""
        if not self.is_running:
            self._waiting.clear()
        if self.is_opening or self._settling is not None or not self._waiting:
            self._is_taking = False
            return
        event = self._waiting.pop(0)
        self.input_count += 1
        NO_KEY.clear()
        self.before_key(event)
        self._is_taking = True
        is_text = self._is_text(event)
        if not is_text:
            self._settling = token = object()
        try:
            await super().on_event(event)
        finally:
            self._is_taking = False
            if is_text:
                self.set_timer(TYPED, NO_KEY.set)
                self._take_next()
            else:
                self._patience = self.set_timer(PATIENCE, partial(self._settled, token))
                self._ask(token, ROUNDS)

    def before_key(self, event: TypedEvent) -> None:
        """Hear of a key before it is handed over."""

    def _take_next(self) -> None:
        if self._waiting and not self._is_taking:
            self._is_taking = True
            self.call_later(self._take)

    def _is_text(self, event: TypedEvent) -> bool:
        """Whether it only goes into the text that is being written."""
        if isinstance(event, events.Paste):
            return True
        return event.is_printable and isinstance(self.focused, Input | TextArea)

    def _ask(self, token: object, rounds: int) -> None:
        """Ask from the focus up to the program, each behind all messages that wait there."""
        if rounds == 0:  # what waits for the screen to be drawn (a selection does) was there before
            self.screen.call_after_refresh(self._settled, token)
            return
        start = self.focused or (self.screen if self.screen_stack else self)
        ways = [each for each in start.ancestors_with_self if isinstance(each, MessagePump)]
        self._ask_next(token, rounds, ways)

    def _ask_next(self, token: object, rounds: int, ways: Sequence[MessagePump]) -> None:
        if token is not self._settling:
            return
        for number, each in enumerate(ways, 1):
            if each.call_later(self._ask_next, token, rounds, ways[number:]):
                return
        self._ask(token, rounds - 1)

    def _settled(self, token: object) -> None:
        """All that a key set going is done: the next one."""
        if token is not self._settling:
            return
        self._settling = None
        NO_KEY.set()
        if self._patience is not None:
            self._patience.stop()
            self._patience = None
        self._take_next()
