"""The menu of a connection: the relations that fit two elements, then what they need to know."""

from dataclasses import dataclass
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.events import DescendantFocus, Key
from textual.widgets import Input, Static

from meshmodel.app.dialogs.placed_dialog import PlacedDialog
from meshmodel.app.widgets.line_input import LineInput
from meshmodel.app.widgets.row_list import RowList
from meshmodel.app.widgets.rows import ListRow, line
from meshmodel.app.widgets.toggle_list import ToggleList
from meshmodel.edits.connections import Offer, offers
from meshmodel.edits.edit import Edit
from meshmodel.edits.fields import actions_in_order
from meshmodel.model.errors import InvalidModelError
from meshmodel.model.phrases import SWITCHED_BY_LETTER
from meshmodel.model.records import Snapshot
from meshmodel.model.text import clean_line, one_line
from meshmodel.model.vocabulary import ACTIONS

_LETTERS: Final = " ".join(SWITCHED_BY_LETTER)


@dataclass(frozen=True, slots=True)
class CheckpointChoice:
    """The choice was a checkpoint, on a boundary or on hearing: ask for its details in its dialog."""

    step: str
    start: str
    end: str


class ConnectMenu(PlacedDialog[Edit | CheckpointChoice]):
    """Offers just the relations that make sense between two elements, the usual one first.

    ``ConnectMenu(snapshot, ("agent", "bot"), ("system", "files"), at=(x, y))`` pushed as a screen;
    ``at`` is the cell of the screen that it should stand by (in the middle without it). Result: the
    edit, or :class:`CheckpointChoice`, or ``None``. Enter or a click chooses; an offer that needs
    actions, a name or credentials asks for them in the same box, the only one at once: typing replaces the
    name proposed, Tab or the down key goes on to the actions, of which letters (r w x) switch three; on an
    offer they choose it too, and the actions get the focus. The hint names the keys of what has the focus.
    """

    DEFAULT_CSS = """
    ConnectMenu > #dialog { width: 52; }
    ConnectMenu #details { height: auto; display: none; }
    ConnectMenu.-details #details { display: block; }
    ConnectMenu.-details #offers { display: none; }
    /* What is pressed must not move because the hint follows the focus. */
    ConnectMenu #hint { min-height: 2; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "accept", show=False),
        Binding("down", "app.focus_next", show=False),
    ]

    def __init__(
        self,
        snapshot: Snapshot,
        first: tuple[str, str],
        second: tuple[str, str],
        *,
        at: tuple[int, int] | None = None,
    ) -> None:
        """Arguments: the model, table and id of both elements, and the cell to stand by."""
        super().__init__(f"{first[1]} → {second[1]}", at=at)
        self.snapshot = snapshot
        self.found = offers(snapshot, first, second)
        self.offer: Offer | None = None

    def compose_body(self) -> ComposeResult:
        """The offers, and the details that one of them may ask for."""
        yield RowList([_row(index, offer) for index, offer in enumerate(self.found)], id="offers")
        with Vertical(id="details"):
            yield Static("", id="what", markup=False)
            yield LineInput(id="name", compact=True, placeholder="name of the new credential")
            yield ToggleList((), (), letters=SWITCHED_BY_LETTER, id="toggles")
            yield Static("", id="problem", markup=False)
            yield self.buttons(self.button("Connect", "accept"))
        yield Static("", id="hint", markup=False)

    @on(DescendantFocus)
    @on(RowList.Moved)
    def _show_keys(self) -> None:
        """Let the hint name the keys of what has the focus, or of the offer under the cursor."""
        self.show_hint(self._keys())

    def _keys(self) -> str:
        if not self.found:
            return "nothing connects these two"
        toggles, name, offered = self.query_one(ToggleList), self.query_one("#name"), self._offered
        if self.offer is None:
            letters = f" · {_LETTERS}: with that action" if offered and "actions" in offered.inputs else ""
            more = " · … asks more" if any(each.inputs for each in self.found) else ""
            return f"↑ ↓ or a click, Enter{letters}{more}"
        if name.has_focus:
            return f"type its name{' · Tab: its actions' * toggles.display} · Enter connects"
        keys = f"{toggles.keys} · " if toggles.has_focus_within else ""
        back = " · Shift+Tab: its name" if name.display and toggles.rows.has_focus else ""
        return f"{keys}Enter connects{back}"

    @property
    def _offered(self) -> Offer | None:
        """The offer under the cursor."""
        row = self.query_one("#offers", RowList).row
        return None if row is None else row.value

    def on_mount(self) -> None:
        """Ask at once what the only offer needs."""
        if len(self.found) == 1 and self.found[0].inputs and "checkpoint" not in self.found[0].inputs:
            self._ask(self.found[0])

    def on_key(self, event: Key) -> None:
        """A letter chooses the offer under the cursor, with its action switched on."""
        action, offered = SWITCHED_BY_LETTER.get(event.key), self._offered
        is_on_offer = self.query_one("#offers").has_focus
        if action and is_on_offer and offered is not None and "actions" in offered.inputs:
            event.stop()
            self._ask(offered)
            toggles = self.query_one(ToggleList)
            if action not in toggles.chosen:
                toggles.toggle(action)
            toggles.focus_list()

    @on(RowList.Chosen, "#offers")
    def _chosen(self, event: RowList.Chosen) -> None:
        event.stop()
        offer: Offer = event.row.value
        if "checkpoint" in offer.inputs:
            self.dismiss(CheckpointChoice(offer.relation, offer.start, offer.end))
        elif offer.inputs:
            self._ask(offer)
        else:
            self._finish(offer)

    def _ask(self, offer: Offer) -> None:
        """Show what an offer needs to know."""
        self.offer = offer
        self.add_class("-details")
        self.query_one("#what", Static).update(Content(offer.label))
        toggles = self.query_one(ToggleList)
        actions = [(action, "") for action in ACTIONS] if "actions" in offer.inputs else []
        others = [(choice, offer.words_for(choice)) for choice in offer.choices]
        toggles.set_choices([*actions, *others], offer.actions)
        toggles.display = bool(actions or others)
        name = self.query_one("#name", LineInput)
        name.display = "name" in offer.inputs
        name.propose(offer.name)
        if name.display:
            name.focus()
        else:
            toggles.focus_list()

    @on(ToggleList.Accepted)
    @on(Input.Submitted, "#name")
    def _accepted(self, event: ToggleList.Accepted | Input.Submitted) -> None:
        event.stop()
        self.action_accept()

    def action_accept(self) -> None:
        """Make the edit of the offer whose details are asked for."""
        if self.offer is not None:
            self._finish(self.offer)

    @property
    def typed(self) -> str:
        """As of every dialog; among the offers what was typed for one is left already."""
        return "" if self.offer is None else super().typed

    def action_cancel(self) -> None:
        """Back to the offers, then away."""
        if self.offer is None or len(self.found) == 1:
            self.dismiss(None)
            return
        self.offer = None
        self.remove_class("-details")
        self.query_one("#offers").focus()

    def _finish(self, offer: Offer) -> None:
        chosen = self.query_one(ToggleList).chosen
        actions = actions_in_order(each for each in chosen if each in ACTIONS)
        others = tuple(each for each in chosen if each in offer.choices)
        if lack := offer.lacks(actions, others):
            self.show_problem(lack)
            return
        name = clean_line(self.query_one("#name", Input).value)
        try:
            edit = offer.edit(self.snapshot, actions=actions, name=name, chosen=others)
        except InvalidModelError as error:
            self.show_problem(one_line(error, 160))
            return
        self.dismiss(edit)


def _row(index: int, offer: Offer) -> ListRow:
    more = f": {', '.join(offer.actions)} …" if offer.actions else (" …" if offer.inputs else "")
    return ListRow(index, line(offer.label, (more, "$text-muted")), offer)
