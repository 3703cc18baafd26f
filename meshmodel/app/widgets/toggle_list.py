"""A list of values that are on or off."""

from collections.abc import Iterable, Mapping
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.events import Key
from textual.message import Message

from meshmodel.app.widgets.filter_list import FilterList
from meshmodel.app.widgets.row_list import RowList
from meshmodel.app.widgets.rows import ListRow, line


class ToggleList(FilterList):
    """Rows that are on or off: Space or a click changes one, a letter of ``letters`` its own.

    Enter, in the list or its filter, posts :class:`ToggleList.Accepted`.

    Attributes:
        chosen: the values that are on, in the order of the rows.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "switch", "on or off", show=False),
        # Before the list, which answers Enter and a click alike.
        Binding("enter", "accept", show=False, priority=True),
    ]

    class Accepted(Message):
        """What is on is what is wanted."""

    def __init__(
        self,
        choices: Iterable[tuple[str, str]],
        chosen: Iterable[str],
        *,
        letters: Mapping[str, str] | None = None,
        id: str | None = None,  # noqa: A002 - Textual's own name
    ) -> None:
        """Arguments: values with a hint each, those that are on, keys of single values, the widget's id."""
        self._choices = tuple(choices)
        self._on = set(chosen)
        self._letters = letters or {}
        super().__init__(self._marked(), id=id)

    @property
    def chosen(self) -> tuple[str, ...]:
        """The values that are on."""
        return tuple(value for value, _ in self._choices if value in self._on)

    def set_choices(self, choices: Iterable[tuple[str, str]], chosen: Iterable[str]) -> None:
        """Offer other values."""
        self._choices = tuple(choices)
        self._on = set(chosen)
        self.set_rows(self._marked())

    @property
    def keys(self) -> str:
        """What the keys do in the part that has the focus, in words."""
        if self.filter.has_focus:
            return "type a part of a name"
        offered = {value for value, _ in self._choices}
        letters = " ".join(key for key, value in self._letters.items() if value in offered)
        return f"Space{letters and ' or '}{letters}: on or off"

    def action_accept(self) -> None:
        """Take what is on."""
        self.post_message(self.Accepted())

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """A click changes the row under it."""
        event.stop()
        self.toggle(event.row.value)

    def action_switch(self) -> None:
        """Change the highlighted row."""
        row = self.rows.row
        if row is not None:
            self.toggle(row.value)

    def toggle(self, value: str) -> None:
        """Change one value."""
        self._on ^= {value}
        self.set_rows(self._marked())

    def on_key(self, event: Key) -> None:
        """A letter changes its own value."""
        if event.key in self._letters and self.rows.has_focus:
            event.stop()
            self.toggle(self._letters[event.key])

    def _marked(self) -> list[ListRow]:
        shortcut = {value: key for key, value in self._letters.items()}
        return [
            ListRow(
                value,
                line(
                    ("■ " if value in self._on else "□ "),
                    (f"{shortcut[value]}  " if value in shortcut else ""),
                    value,
                    (f"  {hint}", "$text-muted"),
                ),
                value,
                search=f"{value} {hint}",
            )
            for value, hint in self._choices
        ]
