"""A list whose rows take one line each: of tens of thousands only those that are seen are laid out."""

from collections.abc import Callable, Iterable, Sequence
from typing import overload

from textual.geometry import Region, Size
from textual.widgets.option_list import Option

from meshmodel.app.widgets.row_list import PAGE, RowList, changed_places
from meshmodel.app.widgets.rows import Row, prompt_of


class OneLineRows(RowList):
    """A list of rows that are cut where they are longer than a line.

    Where a row stands is known without those above it: any of them is gone to at once.
    """

    DEFAULT_CSS = """
    OneLineRows { text-wrap: nowrap; text-overflow: ellipsis; }
    """

    def __init__(self, rows: Iterable[Row] = (), *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        """Arguments: the rows, and the id of the widget."""
        super().__init__(id=id)
        self._put(())
        self.set_rows(rows)

    def _clear(self) -> None:
        self._put(())
        self.clear_options()

    def _put(self, rows: Sequence[Row]) -> None:
        self._shown = rows
        self._near = _Options(rows)
        self._options, self._option_to_index = self._near, self._near.places  # type: ignore[assignment]  # it is read as a list

    def _lay(self, count: int) -> None:
        """Rows are laid out when they are seen."""
        del count
        if self._near.rows is not self._shown:
            self._put(self._shown)
            self.refresh(layout=self.styles.auto_dimensions)
        self._update_lines()

    def _renew(self, rows: Sequence[Row]) -> bool:
        """Change only what differs where the same rows stand in the same places; whether they do."""
        top = self.scroll_offset.y
        seen = range(max(top - PAGE, 0), top + self.size.height + PAGE)
        places = self._near.keep(lambda place: place in seen or place == self.highlighted)
        if not places or places[-1] >= len(rows):
            return False
        before = [self._shown[place] for place in places]
        changed = changed_places([rows[place] for place in places], before)
        if changed is None:
            return False
        self._shown = self._near.rows = rows
        for at in changed:
            self.replace_option_prompt_at_index(places[at], prompt_of(rows[places[at]]))
        self._update_lines()
        return True

    # Where each row stands

    @property
    def _lines(self) -> "Sequence[tuple[int, int]]":
        return _Lines(range(len(self._shown)))

    def _update_lines(self) -> None:
        """As many lines as rows."""
        region = self.scrollable_content_region
        size = Size(region.width - self._get_left_gutter_width(), len(self._shown))
        if region and size != self.virtual_size:
            self.virtual_size = size
            self._scroll_update(size)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as rows."""
        del container, viewport, width
        return len(self._shown)

    def scroll_to_highlight(self, top: bool = False) -> None:  # as Textual has it
        """Bring the highlighted row into view."""
        if self.highlighted is not None and self.is_mounted:
            self._update_lines()
            region = Region(0, self.highlighted, self.scrollable_content_region.width, 1)
            self.scroll_to_region(region, force=True, animate=False, top=top, immediate=True)

    def action_last(self) -> None:
        """Go to the last row of all."""
        self.settle()
        self._to(len(self._shown) - 1)

    def action_page_up(self) -> None:
        """Go up a page."""
        self.settle()
        self._to((self.highlighted or 0) - self.scrollable_content_region.height)

    def action_page_down(self) -> None:
        """Go down a page."""
        self.settle()
        self._to((self.highlighted or 0) + self.scrollable_content_region.height)

    def _to(self, place: int) -> None:
        nearest = self._nearest(max(place, 0))
        if nearest is not None:
            self._highlight(nearest)


class _Lines(Sequence[tuple[int, int]]):
    """For each line the row that stands there, and which of its lines that is."""

    def __init__(self, places: range) -> None:
        self._places = places

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, line: int) -> tuple[int, int]: ...
    @overload
    def __getitem__(self, line: slice) -> "_Lines": ...
    def __getitem__(self, line: int | slice) -> "tuple[int, int] | _Lines":
        return _Lines(self._places[line]) if isinstance(line, slice) else (self._places[line], 0)


class _Options(Sequence[Option]):
    """What is laid out of rows: of each when it is first asked for."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = rows
        self.places: dict[Option, int] = {}
        self._made: dict[int, Option] = {}

    def clear(self) -> None:
        """None is there."""
        self._made.clear()

    def keep(self, is_wanted: Callable[[int], bool]) -> list[int]:
        """Forget all others of those that were asked for; the places of those that are left, in order."""
        self._made = {place: option for place, option in self._made.items() if is_wanted(place)}
        self.places.clear()
        self.places.update({option: place for place, option in self._made.items()})
        return sorted(self._made)

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, place: int) -> Option: ...
    @overload
    def __getitem__(self, place: slice) -> list[Option]: ...
    def __getitem__(self, place: int | slice) -> Option | list[Option]:
        if isinstance(place, slice):
            return [self[each] for each in range(*place.indices(len(self)))]
        at = range(len(self))[place]
        if at not in self._made:
            row = self.rows[at]
            self._made[at] = option = Option(prompt_of(row), disabled=row.heading)
            self.places[option] = at
        return self._made[at]
