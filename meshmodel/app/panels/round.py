"""The stop of a guided round: what is to be known there, and what it can be answered with."""

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.style import Style as Look
from textual.widgets import Static

from meshmodel.answers.painters import text_of
from meshmodel.answers.style import Style
from meshmodel.app.commands import BY_ID, bindings, keys_of, shown_key
from meshmodel.app.messages import CommandRequested
from meshmodel.app.panels.bound import Bound
from meshmodel.app.panels.lines import STYLES
from meshmodel.app.presentation.people import VOTES, people_line, votes_line
from meshmodel.app.presentation.round_lines import Piece, RoundLine, large_cards, round_lines
from meshmodel.app.state import WorkbenchState
from meshmodel.app.widgets.row_list import cut
from meshmodel.model.text import width

_END: Final = "✔ No topic is left. {} exports what was decided:"


class RoundPanel(VerticalScroll, Bound, can_focus=True):
    """One stop: facts, and questions with answers that are keys and can be clicked.

    ``RoundPanel(keymap, id="round")``; ``follow(shown)`` shows ``shown.rounding``.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("round")]
    DEFAULT_CSS = "RoundPanel { height: 1fr; background: $surface; scrollbar-size: 1 1; }"
    ALLOW_SELECT = False

    def __init__(
        self,
        keymap: Mapping[str, str] | None = None,
        *,
        id: str | None = None,  # noqa: A002  # Textual's name
    ) -> None:
        """Arguments: the user's keymap; the id."""
        super().__init__(id=id)
        self._keymap = keymap or {}

    def compose(self) -> ComposeResult:
        """One text."""
        yield Static(id="stop", markup=False)

    def basis(self, shown: WorkbenchState) -> object:
        """What is known of the round, and what is being computed."""
        room = shown.presents, shown.people, shown.follows, shown.lead, shown.vote
        return shown.rounding, room, shown.why_nothing, self.size

    def show_state(self, shown: WorkbenchState) -> None:
        """Show the stop."""
        text = Content("\n").join(self._lines(shown))
        self.query_one("#stop", Static).update(text)

    def on_resize(self) -> None:
        """What is wrapped and cut follows the room."""
        if self.shown is not None:
            self.follow(self.shown)

    def focus_list(self) -> None:
        """Take the focus."""
        self.focus()

    def action_run(self, command: str) -> None:
        """Run a command of the table."""
        self.post_message(CommandRequested(command))

    def on_click(self, event: events.Click) -> None:
        """Run the command of what was clicked."""
        command = event.style.meta.get("command")
        if command is not None and event.button == 1:
            event.stop()
            self.action_run(command)

    def _lines(self, shown: WorkbenchState) -> Iterator[Content]:
        round_ = shown.rounding
        known = None if round_ is None or round_.problem else round_.result
        if known is None:
            failed = round_ and round_.problem and f"could not be computed: {round_.problem}"
            yield Content(failed or (round_ and round_.working) or shown.why_nothing)
        elif known.stop is not None:
            width = max(self.scrollable_content_region.width - 2, 20)
            cards = [*large_cards(known, width), *self._room(shown, width)] if shown.presents else []
            lines = [*round_lines(known, self._key)]
            if len(cards) + len(lines) > self.size.height:  # without the ground between them
                cards = [each for each in cards if any(piece.text for piece in each.pieces)]
                lines = [*round_lines(known, self._key, is_path_short=True)]
            yield from self._fitted([*cards, *lines])
        else:
            columns = max(self.scrollable_content_region.width - 2, 20)
            told = text_of(known.summary, Style(columns=columns))
            yield from (Content(f" {each}") for each in (_END.format(self._key("export")), *told.split("\n")))

    def _key(self, command: str) -> str:
        keys = keys_of(BY_ID[command], self._keymap)
        return shown_key(keys[0]) if keys else ""

    def _room(self, shown: WorkbenchState, cells: int) -> Iterator[RoundLine]:
        """Who leads, what the others do, and what one may do oneself; nothing where nobody else is there."""
        if shown.people:
            leader = shown.leader
            others = [each for each in shown.people if each is not leader]
            name = shown.access.person if leader is None else leader.shown_name
            lead = shown.lead if leader is None else leader.here.lead
            who = "only you answer" if leader is None else f"only {leader.shown_name} answers"
            who = who if lead and lead.is_locked else "watch only" if shown.read_only else "all may answer"
            more = ("round_present", "lead") if leader is None else ("close", "own view")
            may = f"   {who} · {self._key('hand')} hand · {self._key(more[0])} {more[1]}"
            line = people_line(name, others, shown.snapshot, cells - width(may) - 2)
            yield RoundLine([Piece(f"  {line}", "accent"), Piece(may, "muted")])
            if shown.is_voting:
                voted = [vote is not None and vote[0] == shown.asked for vote in shown.votes.values()]
                mine = VOTES[shown.vote[1]] if shown.vote and voted[-1] else "press the key of an answer"
                said = f"{sum(voted)} of {len(voted)} have voted; your vote: {mine}"
                yield RoundLine([Piece(f"  {said}", "accent")], wraps=True)
            elif shown.asked is not None:
                yield RoundLine([Piece(f"  {votes_line(shown.asked, shown.votes)}", "accent")], wraps=True)
            yield RoundLine([Piece("")])

    def _fitted(self, lines: Sequence[RoundLine]) -> Iterator[Content]:
        """The lines at this size: the first may take as many rows as leave one for each of the others."""
        width = max(self.scrollable_content_region.width, 20)
        room = max(self.size.height - len(lines), 0)
        for line in lines:
            whole = Content("").join(_content(each) for each in line.pieces).rstrip()
            parts = whole.wrap(width - 2) if line.wraps else [whole]
            if len(parts) > room:
                parts[room:] = [cut(Content(" ").join(parts[room:]), width - 2)]
            yield parts[0]
            yield from (Content(" ") + each for each in parts[1:])
            room -= min(len(parts) - 1, room)


def _content(piece: Piece) -> Content:
    """Some words; a click on them finds the command in their style."""
    said = Content.styled(piece.text, STYLES[piece.look])
    return said.stylize(Look.from_meta({"command": piece.command})) if piece.command else said
