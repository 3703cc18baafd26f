"""One row of tabs over the lists below the canvas."""

from dataclasses import dataclass
from typing import Final

from textual import events
from textual.content import Content
from textual.message import Message

from meshmodel.answers.causes import counts_of
from meshmodel.answers.questions import asked
from meshmodel.app.commands import BY_ID
from meshmodel.app.panels.bound import Bound
from meshmodel.app.state import WorkbenchState
from meshmodel.model.text import width

MORE: Final = "more"
"""What stands in the place of a tab for the lists that have none yet."""
_MORE_TIP: Final = "More lists: guided review, journal, log, import, comparison; one that was opened stays"
_FIRST: Final = ("findings", "fix", "reach")
"""The tabs that are always there; questions have one once there are any, and others once they were opened."""


class TabRow(Bound):
    """Names with counts; the one in front is set off by colour and by brackets where there is none."""

    ALLOW_SELECT = False
    DEFAULT_CSS = "TabRow { height: 1; background: $panel; }"

    @dataclass
    class Chosen(Message):
        """A tab was clicked."""

        tab: str

    @dataclass
    class Dragged(Message):
        """The row is dragged to a row of the screen."""

        row: int

    _pressed_at = 0
    _is_dragged = False

    def __init__(self, tabs: dict[str, str], *, id: str | None = None) -> None:  # noqa: A002  # Textual's name
        """Arguments: the titles by the ids of what they open, and the widget's id."""
        super().__init__(id=id)
        self.tabs = tabs
        self.counts: dict[str, str] = {}
        self.accepted: dict[str, int] = {}
        self.front = next(iter(tabs))
        self._seen = {*_FIRST}

    def show_state(self, shown: WorkbenchState) -> None:
        """Show which list is in front, how many findings and questions are open, and how many accepted."""
        self.front, analysis = shown.page, shown.analysis
        self._seen |= {self.front} | ({"round"} if shown.rounding is not None else set())
        if analysis is not None:
            now = counts_of(analysis)
            questions = asked(analysis)
            self._seen |= {"questions"} if questions else set()
            self.counts = {"findings": now.number, "questions": f"{questions:,}"}
            self.accepted = {"findings": now.accepted}
        self.refresh()

    def labels(self) -> list[tuple[str, str]]:
        """What stands in the row: ids and their titles with counts, in few words where it is short."""
        for word, space in ((" accepted", " "), ("", " ")):
            found = self._labels(word, space)
            if sum(width(text) + 1 for _, text in found) <= self.size.width:
                return found
        return self._labels("", "")

    def _labels(self, word: str, space: str) -> list[tuple[str, str]]:
        found = []
        for tab, title in self.tabs.items():
            if tab not in self._seen:
                continue
            count, more = self.counts.get(tab), self.accepted.get(tab)
            text = title if count is None else f"{title} {count}"
            if more:
                text += f" + {more}{word}" if word else f"+{more}"
            found.append((tab, f"[{text}]" if tab == self.front else f"{space}{text}{space}"))
        if len(self._seen) < len(self.tabs):
            found.append((MORE, f"{space}More ▾{space}"))
        return found

    def render(self) -> Content:
        """All tabs."""
        return Content("").join(
            Content.styled(f"{text} ", "bold #10141a on $accent" if tab == self.front else "$text-muted")
            for tab, text in self.labels()
        )

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Follow the pointer, wherever it goes."""
        self._pressed_at, self._is_dragged = int(event.screen_y), False
        self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Say where the row is dragged."""
        if self.app.mouse_captured is self and (self._is_dragged or event.screen_y != self._pressed_at):
            self._is_dragged = True
            self.post_message(self.Dragged(int(event.screen_y)))

    def on_mouse_up(self) -> None:
        """Follow it no more."""
        self.release_mouse()

    def on_click(self, event: events.Click) -> None:
        """Say which tab was clicked."""
        tab = self._tab_at(int(event.x))
        if tab and not self._is_dragged:
            self.post_message(self.Chosen(tab))

    def tip(self, x: int) -> str:
        """What the tab there shows."""
        tab = self._tab_at(x)
        return _MORE_TIP if tab == MORE else BY_ID[tab].description if tab in BY_ID else ""

    def _tab_at(self, at: int) -> str:
        for tab, text in self.labels():
            at -= width(text) + 1
            if at < 0:
                return tab
        return ""
