"""Which panels are seen at which size, and the keys that open and close them."""

import re
from typing import Final, Literal

from textual import on
from textual.geometry import Size
from textual.widget import Widget
from textual.widgets import ContentSwitcher, OptionList

from meshmodel.app.panels.explanation import How, Told, Under
from meshmodel.app.panels.findings import FindingsList, lost_words
from meshmodel.app.panels.inspector import Inspector
from meshmodel.app.panels.outline import Outline
from meshmodel.app.panels.quick_line import QuickLine
from meshmodel.app.panels.reach_matrix import MatrixView, ReachMatrix
from meshmodel.app.panels.tabs import TabRow
from meshmodel.app.panels.trace import TracePanel
from meshmodel.app.widgets.filter_list import FilterList
from meshmodel.app.widgets.row_list import RowList
from meshmodel.app.workbench.context import NO_ROW, Base

Arrangement = Literal["small", "medium", "large"]
_GAP: Final = re.compile(r"\s{2,}")
WIDE: Final = frozenset({"fix", "compromise"})
"""The lists that take the whole row: nothing is told beside them."""
ARRANGEMENTS: Final[tuple[Arrangement, ...]] = ("small", "medium", "large")


def arrangement_for(size: Size) -> Arrangement:
    """The arrangement for a size.

    ``small``: the canvas, and two rows that tell the finding; panels lie over the canvas. ``medium``:
    one panel beside the canvas, lists below. ``large``: outline, canvas, inspector, lists below.
    """
    if size.width >= 160 and size.height >= 44:
        return "large"
    if size.width >= 100 and size.height >= 32:
        return "medium"
    return "small"


class Arranging(Base):
    """The part of the workbench that opens and closes panels."""

    arrangement: Arrangement = "small"
    side: Literal["outline", "inspector"] | None = None
    lists_open = False

    def fit_to(self, size: Size) -> None:
        """Arrange for a size; what was opened stays open where it has room."""
        self.arrangement = arrangement_for(size)
        for each in ARRANGEMENTS:
            self.set_class(each == self.arrangement, f"-{each}")
        self._show_panels()

    def resized(self) -> None:
        """Draw for the canvas as it is now."""
        self.redraw()
        self.follow()
        self.canvas.reveal(self.shown.selected)

    def _show_panels(self) -> None:
        large, small = self.arrangement == "large", self.arrangement == "small"
        self.query_one(Outline).display = large or self.side == "outline"
        self.query_one(Inspector).display = (large and not self._side_closed) or self.side == "inspector"
        self.query_one("#below").display = not small or self.lists_open
        self.set_class(small and self.lists_open, "-covered")
        page = self.query_one("#pages", ContentSwitcher).current
        self.query_one(How).display = not small and page not in WIDE

    _side_closed = False

    def under_cursor(self) -> Under | None:
        """What is under the cursor of the list that lies over the canvas.

        ``None`` where none does, or it is one of findings or events of which one is open: that is told.
        """
        page = self.query_one("#pages", ContentSwitcher).current
        if self.arrangement != "small" or not self.lists_open:
            return None
        if page == "findings":
            listing = self.query_one(FindingsList)
            lost = listing.acceptance
            if lost is None and listing.rows.row is None and listing.filter.value:
                return Under("")  # the filter leaves none
            return None if lost is None else Under(lost_words(lost))
        shown = self.shown
        if page == "trace":
            return None if shown.traced or shown.finding or shown.explanation else Under("")
        found = self.query_one(f"#{page}")
        if isinstance(found, ReachMatrix):
            told = shown.explanation
            is_open = told is not None and (told.agent, told.system) == found.pair
            return Under(found.says, is_open)
        row = found.rows.row if isinstance(found, FilterList) else None
        return Under("" if row is None else _GAP.sub("  ", row.content.plain.strip()))

    def told_takes(self, rows: int) -> None:
        """Lists that lie over the canvas stand above what is told in so many rows, and the footer."""
        self.query_one("#below").styles.margin = (0, 0, rows + 1 if self.arrangement == "small" else 0, 0)

    @on(OptionList.OptionHighlighted)
    @on(RowList.NoneLeft)
    @on(MatrixView.Moved)
    @on(TracePanel.Filtered)
    def _cursor_moved(self) -> None:
        told = self.query_one(Told)
        if told.said.endswith(NO_ROW):
            told.say("")  # there is one again
        else:
            told.tell()

    def _changed(self) -> None:
        self._show_panels()
        self.follow()
        self.call_after_refresh(self.redraw)

    def open_inspector(self) -> None:
        """Show the inspector and give it the focus."""
        self.side, self._side_closed = "inspector", False
        if self.arrangement == "small":
            self.lists_open = False  # its fields need the height
        self._changed()
        inspector = self.query_one(Inspector)
        inspector.follow(self.shown)
        inspector.focus_list()

    def open_list(self, page: str) -> None:
        """Show one of the lists and give it the focus."""
        self.lists_open = True
        self.query_one(Told).say("")  # what was said before is not about this
        self.query_one("#pages", ContentSwitcher).current = page
        self.query_one(TabRow).show(page)
        if page != "fix":
            self.preview(())
        self._changed()
        self.query_one(f"#{page}").focus_list()  # type: ignore[attr-defined]  # every page has it
        if page == "findings" and self.shown.finding is None:
            self.open_finding(self.query_one(FindingsList).first)
        elif page == "trace":
            self.open_event_at_cursor()

    def back_to_canvas(self) -> None:
        """Close what lies over the canvas, and give it the focus."""
        if self.arrangement == "small" and (self.side or self.lists_open):
            self.side, self.lists_open = None, False
            self._changed()
        self.canvas.focus()

    def action_close(self) -> None:
        """Close what is in front: a gesture, the quick line, a panel, the finding, the selection."""
        quick = self.query_one(QuickLine)
        if self.give_up() or self.stop_looking() or self.stop_waiting():
            return
        if quick.is_open:
            quick.do_close()
        elif self.focused is not self.canvas or (
            self.arrangement == "small" and (self.side or self.lists_open)
        ):
            self.back_to_canvas()
        elif self.preview(()):
            self.say("")
        elif self.shown.explanation or self.shown.finding or self.shown.traced:
            self.open_finding(None)
        elif self.side is not None:
            self.side = None
            self._changed()
        else:
            self.select(None)

    # Each of these is a key of the table of actions.

    def action_findings(self) -> None:
        """Show the findings."""
        self.open_list("findings")

    def action_reach(self) -> None:
        """Show the reach matrix."""
        self.open_list("reach")

    def action_questions(self) -> None:
        """Show the questions."""
        self.open_list("questions")

    def action_journal(self) -> None:
        """Show the journal."""
        self.open_list("journal")

    def action_outline(self) -> None:
        """Show or hide the outline; where it always stands, go there."""
        outline = self.query_one(Outline)
        if self.arrangement != "large" and self.side == "outline":
            self.side = None
            self._changed()
            self.canvas.focus()
            return
        if self.arrangement != "large":
            self.side = "outline"
            self._changed()
        outline.follow(self.shown)
        outline.focus_list()

    def action_panel(self) -> None:
        """Show or hide the side panel."""
        shown = self.query_one(Inspector).display
        if shown:
            self.side, self._side_closed = None, True
        else:
            self.side, self._side_closed = "inspector", False
        self._changed()
        if shown:
            self.canvas.focus()

    def action_next_panel(self) -> None:
        """Give the focus to the next panel that is seen, and back to the canvas after the last."""
        found: list[Widget] = [self.canvas]
        found += [panel for panel in (self.query_one(Outline), self.query_one(Inspector)) if panel.display]
        if self.query_one("#below").display:
            current = self.query_one("#pages", ContentSwitcher).current
            found.append(self.query_one(f"#{current}"))
            if self.query_one(How).display:
                found.append(self.query_one(How))
        here = self.focused
        at = next(
            (n for n, each in enumerate(found) if here is not None and each in here.ancestors_with_self), 0
        )
        wanted = found[(at + 1) % len(found)]
        if wanted is self.canvas:
            self.canvas.focus()
        else:
            wanted.focus_list()  # type: ignore[attr-defined]  # every panel has it

    def filter_in_focus(self) -> bool:
        """Open the filter of the list in focus; whether one is."""
        for each in [] if self.focused is None else self.focused.ancestors_with_self:
            if isinstance(each, FilterList):
                each.action_start_filter()
                return True
        return False
