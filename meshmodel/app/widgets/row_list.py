"""Lists of rows that can be chosen, filtered with ``/``, and rebuilt without losing the place."""

from collections.abc import Hashable, Iterable, Sequence
from typing import ClassVar, Final

from textual.binding import Binding, BindingType
from textual.events import Click
from textual.geometry import Size
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from meshmodel.app.widgets.lazy_sequence import Lazily
from meshmodel.app.widgets.rows import PART, Filtering, Row, prompt_of, saying

PAGE: Final = 100
"""So many rows of a list are made ready at a time; more than any screen shows."""
BETWEEN: Final = 0.001
"""Seconds in which keys are let in."""


class RowList(OptionList):
    """A list of :class:`Row`.

    ``set_rows`` shows others and keeps the highlight on the row of the same key; ``filter_by`` shows
    only those in which all words occur. Rows far below what is seen are not laid out (and those of
    :class:`Lazily` not even made) before somebody comes near them; the bar counts them all. Posts
    :class:`RowList.Chosen` on Enter and on a click, :class:`RowList.NoneLeft` where none can be highlighted.
    """

    DEFAULT_CSS = """
    RowList {
        height: 1fr; border: none; padding: 0; background: transparent;
        /* A bar that comes later would leave less room than the lines were counted for. */
        scrollbar-size: 1 1; scrollbar-gutter: stable;
    }
    RowList:focus { border: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "cursor_down", show=False),
        Binding("k", "cursor_up", show=False),
    ]

    class Chosen(Message):
        """A row was chosen."""

        def __init__(self, rows: "RowList", row: Row) -> None:
            """Arguments: the list, and the row."""
            self.rows = rows
            self.row = row
            super().__init__()

        @property
        def control(self) -> "RowList":
            """The list, for ``@on`` selectors."""
            return self.rows

    class MenuWanted(Message):
        """The right button was pressed on a row, where the cursor is now: its menu stands by that cell."""

        def __init__(self, rows: "RowList", x: int, y: int) -> None:
            """Arguments: the list, and the cell of the screen."""
            self.rows = rows
            self.at = x, y
            super().__init__()

        @property
        def control(self) -> "RowList":
            """The list, for ``@on`` selectors."""
            return self.rows

    class NoneLeft(Message):
        """There is no row any more under the cursor."""

    def __init__(self, rows: Iterable[Row] = (), *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        """Arguments: the rows, and the id of the widget."""
        super().__init__(id=id, markup=False, compact=True)
        self._all: Sequence[Row] = ()
        self._shown: Sequence[Row] = ()
        self._laid: list[Row] = []
        self._typed = ""
        self._filtering: Filtering | None = None
        self._is_best_wanted = False
        self._before: Row | None = None
        self._is_going_to_end = False
        self.set_rows(rows)

    @property
    def shown_rows(self) -> Sequence[Row]:
        """The rows that the filter lets through, headings included."""
        return self._shown

    @property
    def row(self) -> Row | None:
        """The highlighted row."""
        at = self.highlighted
        return self._shown[at] if at is not None and at < len(self._shown) else None

    @property
    def is_filtering(self) -> bool:
        """Whether the filter is still looking in the rows."""
        return self._filtering is not None

    def set_rows(self, rows: Iterable[Row]) -> None:
        """Show other rows; the highlight stays on the same key, else on the same place."""
        found = rows if isinstance(rows, Lazily) else tuple(rows)
        if isinstance(found, Lazily) or found != self._all:
            self._all = found
            self._filter(best=self._is_best_wanted)
            if self._filtering is not None:  # those of before are not shown as what it lets through now
                before = self._before or self.row
                self._show([saying("filtering...")])
                self._before = before

    def on_click(self, event: Click) -> None:
        """Only the left button chooses: the right one goes to a row, and wants its menu."""
        if event.button == 1:
            return
        event.prevent_default()
        at = event.style.meta.get("option")
        if event.button == 3 and at is not None and not self.get_option_at_index(at).disabled:
            self.highlighted = at
            self.call_later(self.post_message, self.MenuWanted(self, event.screen_x, event.screen_y))

    def filter_by(self, text: str) -> None:
        """Show only the rows in which all words of a text occur; the best of them is highlighted."""
        if text.casefold().split() != self._typed.casefold().split():
            self._typed = text
            self._filter(best=bool(text.strip()))

    def settle(self) -> None:
        """Do at once what is still being done part by part: a key that acts on the list comes after it."""
        while self._filtering is not None:
            self._filter_some(self._filtering)
        if self._is_going_to_end:
            self._lay(len(self._shown))
            self._go_on_to_end()

    def _filter(self, *, best: bool) -> None:
        """Begin to look in the rows; what is still being looked for in others is given up."""
        is_under_way = self._filtering is not None
        self._filtering, self._is_best_wanted = Filtering(self._all, self._typed), best
        if not is_under_way:
            self._filter_on()

    def _filter_on(self) -> None:
        """Look in the rows part by part, so that keys come in between."""
        if self._filtering is not None:
            self._filter_some(self._filtering)
        if self._filtering is not None:
            self.set_timer(BETWEEN, self._filter_on)  # messages alone would not let keys in

    def _filter_some(self, filtering: Filtering) -> None:
        if filtering.go_on():
            is_best_wanted, self._filtering, self._is_best_wanted = self._is_best_wanted, None, False
            self._show(filtering.shown)
            if is_best_wanted and filtering.best is not None:
                self._highlight(filtering.best)

    def go_to(self, key: Hashable) -> bool:
        """Highlight the row of that key; whether there is one."""
        rows = self._shown
        if isinstance(rows, Lazily) and rows.keys is not None:
            found = rows.find(key)
            places = [] if found is None else [found]
        else:
            places = list(range(len(rows)))
        for index in places:
            row = rows[index]
            if row.key == key and not row.heading:
                self._highlight(index)
                return True
        return False

    def _highlight(self, index: int) -> None:
        self._lay(index + 1)
        self.highlighted = index

    def _show(self, rows: Sequence[Row]) -> None:
        before, self._before = self._before or self.row, None
        place = self.highlighted or 0
        if self._renew(rows):
            return
        self._clear()
        self._shown = rows
        self._lay(max(PAGE, place + 1))
        if before is not None and self.go_to(before.key):
            return
        nearest = self._nearest(place)
        if nearest is not None:
            self._highlight(nearest)
        elif before is not None:
            self.call_later(self._say_none_left)  # what is said while a parent is heard stops at that parent

    def _say_none_left(self) -> None:
        self.post_message(self.NoneLeft())

    def _clear(self) -> None:
        self._shown, self._laid = (), []
        self.clear_options()

    def _nearest(self, place: int) -> int | None:
        """The row nearest to a place that can be highlighted."""
        many = len(self._shown)
        place = min(place, many - 1)
        for far in range(many):
            for at in (place - far, place + far):
                if 0 <= at < many and not self._shown[at].heading:
                    return at
        return None

    def _renew(self, rows: Sequence[Row]) -> bool:
        """Change only what differs where the same rows stand in the same places; whether they do."""
        laid = len(self._laid)
        if not laid or len(rows) < laid:
            return False
        changed = changed_places(rows[:laid], self._laid)
        if changed is None:
            return False
        for at in changed:
            self._laid[at] = rows[at]
            self.replace_option_prompt_at_index(at, prompt_of(rows[at]))
        self._shown = rows
        self._lay(PAGE)
        self._update_lines()
        return True

    def _lay(self, count: int) -> None:
        """Lay out at least so many rows, by whole pages."""
        first, pages = len(self._laid), -(-count // PAGE)
        more = self._shown[first : pages * PAGE]
        if more:
            self._laid += more
            self.add_options([Option(prompt_of(row), disabled=row.heading) for row in more])

    def _update_lines(self) -> None:
        """Count the lines of what is laid out, and one for each row that is not."""
        region = self.scrollable_content_region
        if not region:
            return
        cache, options = self._line_cache, self.options
        first = cache.lines[-1][0] + 1 if cache.lines else 0
        width = region.width - self._get_left_gutter_width()
        room = width - self.get_component_styles("option-list--option").padding.width
        for index in range(first, len(options)):
            height = self._get_visual(options[index]).get_height(self.styles, room)  # type: ignore[arg-type]  # as Textual does
            cache.index_to_line[index] = len(cache.lines)
            cache.heights[index] = height
            cache.lines.extend((index, line) for line in range(height))
        rest = len(self._shown) - len(self._laid)
        size = Size(width, len(cache.lines) + rest)
        if size != self.virtual_size:
            self.virtual_size = size
            self._scroll_update(size)
        if rest and len(cache.lines) < self.scroll_offset.y + region.height:
            self._lay(len(self._laid) + 1)

    def watch_highlighted(self, highlighted: int | None) -> None:
        """Make ready what a hand that walks on comes to next."""
        super().watch_highlighted(highlighted)
        self._is_going_to_end = False
        if highlighted is not None:
            self._lay(highlighted + PAGE // 2)

    def action_last(self) -> None:
        """Go to the last row of all; they are laid out part by part, so that keys come in between."""
        self.settle()
        self._is_going_to_end = True
        self._go_on_to_end()

    def _go_on_to_end(self) -> None:
        if not self._is_going_to_end:
            return
        self._lay(len(self._laid) + PART)
        if len(self._laid) < len(self._shown):
            self.set_timer(BETWEEN, self._go_on_to_end)
        else:
            self._is_going_to_end = False
            super().action_last()

    def action_cursor_up(self) -> None:
        """Go up a row, and from the first one to the last of all."""
        self.settle()
        if all(self._shown[at].heading for at in range(self.highlighted or 0)):
            self.action_last()
        else:
            super().action_cursor_up()

    def action_cursor_down(self) -> None:
        """Go down a row."""
        self.settle()
        super().action_cursor_down()

    def action_page_up(self) -> None:
        """Go up a page."""
        self.settle()
        super().action_page_up()  # type: ignore[no-untyped-call]  # it returns nothing

    def action_page_down(self) -> None:
        """Go down a page."""
        self.settle()
        super().action_page_down()  # type: ignore[no-untyped-call]  # it returns nothing

    def action_first(self) -> None:
        """Go to the first row."""
        self.settle()
        super().action_first()

    def action_select(self) -> None:
        """Choose the highlighted row."""
        self.settle()
        super().action_select()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Say which row was chosen."""
        event.stop()
        if event.option_index < len(self._shown):
            self.post_message(self.Chosen(self, self._shown[event.option_index]))


def changed_places(rows: Sequence[Row], laid: Sequence[Row]) -> list[int] | None:
    """The places where rows differ from what is laid out; ``None`` where other rows stand there."""
    changed: list[int] = []
    for at, (row, before) in enumerate(zip(rows, laid, strict=True)):
        if row is before:  # as most are
            continue
        if (row.key, row.heading) != (before.key, before.heading):
            return None
        if row != before:
            changed.append(at)
    return changed
