"""Which panels are seen at which size, and what closes."""

import re
from typing import Final

from textual.geometry import Size
from textual.reactive import Reactive
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import ContentSwitcher

from meshmodel.answers.acceptances import lost_words
from meshmodel.app.panels.bound import Bound
from meshmodel.app.panels.changes import ChangesList
from meshmodel.app.panels.compromise import CompromiseList
from meshmodel.app.panels.explanation import ExplanationList
from meshmodel.app.panels.findings import FindingsList
from meshmodel.app.panels.fix import FixList
from meshmodel.app.panels.import_list import ImportList
from meshmodel.app.panels.inspector import Inspector
from meshmodel.app.panels.journal import JournalList
from meshmodel.app.panels.outline import Outline
from meshmodel.app.panels.questions import QuestionList
from meshmodel.app.panels.quick_line import QuickLine
from meshmodel.app.panels.reach_matrix import ReachMatrix
from meshmodel.app.panels.round import RoundPanel
from meshmodel.app.panels.status_bar import StatusBar, Under
from meshmodel.app.panels.tabs import TabRow
from meshmodel.app.panels.trace import TracePanel
from meshmodel.app.state import NO_PREVIEW, Arrangement, StatusMessage, WorkbenchState
from meshmodel.app.widgets.filter_list import FilterList
from meshmodel.app.widgets.filter_panel import FilterPanel
from meshmodel.app.workbench.context import Context

_GAP: Final = re.compile(r"\s{2,}")
PAGES: Final = {
    "findings": "Findings",
    "fix": "Fix",
    "round": "Review",
    "reach": "Reach",
    "compromise": "Blast radius",
    "questions": "Questions",
    "journal": "Journal",
    "changes": "Changes",
    "trace": "Trace",
    "import": "Import",
}
"""The lists below the canvas: their ids and titles."""
LISTS: Final[dict[str, type[Bound]]] = {
    "fix": FixList,
    "reach": ReachMatrix,
    "compromise": CompromiseList,
    "questions": QuestionList,
    "changes": ChangesList,
    "import": ImportList,
}
"""What shows them; findings are seen at first, and two need to be told more."""
EXPLAINED_PAGES: Final = frozenset({"findings", "trace"})
"""The lists of which what is under the cursor is told beside them; others take the whole row."""
ROUND_ROWS: Final = range(17, 27)
"""A topic of a review has so many rows: at least what the smallest screen has, at most what it can fill."""
USUAL_ROWS: Final = 9
"""So many rows the lists have on the smallest screens, and at least on others."""
GROUND: Final = 6
"""Rows of the screen beside drawing and lists: three of them, and some ground below the drawing."""
LEAST_ROWS: Final = 4
"""The lists have at least so many rows, the one of their names among them."""
ARRANGEMENTS: Final[tuple[Arrangement, ...]] = ("small", "medium", "large")


def arrangement_for(size: Size) -> Arrangement:
    """The arrangement for a size in cells."""
    if size.width >= 160 and size.height >= 44:
        return "large"
    if size.width >= 100 and size.height >= 32:
        return "medium"
    return "small"


class PanelLayout:
    """Shows and hides panels as the state says."""

    def __init__(self, context: Context, screen: Screen[None]) -> None:
        """Arguments: what controllers may do; the screen whose panels are arranged."""
        self.context = context
        self.screen = screen
        told = screen.query_one(StatusBar)
        told.ask, told.taking = self.under_cursor, self._leave_room
        self._applied: tuple[object, ...] = ()

    async def add_pages(self, state: Reactive[WorkbenchState | None], trace: TracePanel) -> None:
        """Add the lists that are not seen at first: what is seen is on the screen sooner without them.

        Arguments:
            state: what they are bound to.
            trace: the one that shows a log.
        """
        journal = JournalList(self.context.session.journal, id="journal")
        stop = RoundPanel(self.context.keymap, id="round")
        pages = [*(kind(id=page) for page, kind in LISTS.items()), journal, stop, trace]
        for each in pages:
            each.display = False
            each.data_bind(state=state)
        await self.screen.query_one("#pages").mount(*pages)

    def apply(self, state: WorkbenchState) -> None:
        """Show the panels of a state."""
        is_explained = state.opened is not None or state.focus in EXPLAINED_PAGES
        lists = state.lists_open, state.page, state.lists_rows
        presented = self.screen.size.height if state.presents and state.page == "round" else 0
        rows = self._rows(state, presented)
        wanted = state.arrangement, state.side, state.is_side_closed, lists, is_explained, presented, rows
        if wanted == self._applied:
            return
        self._applied = wanted
        large, small = state.arrangement == "large", state.arrangement == "small"
        for each in ARRANGEMENTS:
            self.screen.set_class(each == state.arrangement, f"-{each}")
        self.screen.set_class(small and state.lists_open, "-covered")
        self.screen.query_one(Outline).display = large or state.side == "outline"
        inspector = (large and not state.is_side_closed) or state.side == "inspector"
        self.screen.query_one(Inspector).display = inspector
        below = self.screen.query_one("#below")
        below.styles.max_height = "100%" if presented else None
        below.display = not small or state.lists_open
        below.styles.height = rows
        self.context.canvas.styles.margin = (0, 0, rows, 0) if small and state.lists_open else None
        self.screen.query_one("#pages", ContentSwitcher).current = state.page
        is_explained = is_explained and state.page in EXPLAINED_PAGES and not small
        self.screen.query_one(ExplanationList).display = is_explained

    def _rows(self, state: WorkbenchState, presented: int) -> int:
        """How many rows the lists take: as given, else what the drawing does not need, at most half.

        Beside the drawing a side panel needs the rows too.
        """
        height, small = self.screen.size.height, state.arrangement == "small"
        if presented:  # but the counts, what is told and the footer
            return presented - (4 if small else 3)
        if state.page == "round":
            return max(state.lists_rows, min(max(height * 6 // 10, ROUND_ROWS.start), ROUND_ROWS.stop))
        if state.lists_rows or small:
            return state.lists_rows or USUAL_ROWS
        usual, drawing = max(height * 3 // 10, USUAL_ROWS), self.context.canvas.drawing
        is_beside = state.side is not None or (state.arrangement == "large" and not state.is_side_closed)
        if is_beside or drawing is None:
            return usual
        return max(usual, min(height - drawing.height - GROUND, height // 2))

    def fit_to(self, size: Size) -> None:
        """Arrange for a size; what was opened stays open where it has room."""
        self.context.update(arrangement=arrangement_for(size))

    def under_cursor(self) -> Under | None:
        """What is under the cursor of the list that lies over the canvas, or of the matrix in focus.

        ``None`` where none does, or it is one of findings or events of which one is open: that is told.
        """
        state = self.context.state
        if not state.lists_open or (state.arrangement != "small" and state.focus != "reach"):
            return None
        if state.page == "findings":
            listing = self.screen.query_one(FindingsList)
            lost = listing.acceptance
            if lost is None and listing.rows.row is None and listing.filter.value:
                return Under("")  # the filter leaves none
            return None if lost is None else Under(lost_words(lost))
        if state.page == "trace":
            return None if state.opened else Under("")
        found = self.screen.query_one(f"#{state.page}")
        if isinstance(found, ReachMatrix):
            told = state.explanation
            is_open = told is not None and (told.agent, told.system) == found.pair
            return Under(found.says, is_open)
        row = found.rows.row if isinstance(found, FilterList) else None
        return Under("" if row is None else _GAP.sub("  ", row.content.plain.strip()))

    def _leave_room(self, rows: int) -> None:
        """Lists that lie over the canvas stand above what is told in so many rows, and the footer."""
        small = self.context.state.arrangement == "small"
        self.screen.query_one("#below").styles.margin = (0, 0, rows + 1 if small else 0, 0)

    def close(self) -> None:
        """Close what is in front: the quick line, a panel, the preview, the finding, the selection."""
        context, state = self.context, self.context.state
        quick = self.screen.query_one(QuickLine)
        is_covered = state.arrangement == "small" and (state.side or state.lists_open)
        if quick.is_open:
            quick.action_close()
        elif state.presents and state.page == "round":
            context.update(presents=False, follows=False, lead=None)
        elif self.screen.focused is not context.canvas or is_covered:
            context.back_to_canvas()
        elif state.preview or state.preview_changes:
            context.update(message=StatusMessage(), **NO_PREVIEW)
        elif state.comparing:
            context.update(comparing=None, marked=None, ghost=None)
            context.say("nothing is compared any more")
        elif state.importing and state.marked:
            context.update(importing=None, marked=None, ghost=None)
            context.say("import: nothing was changed")
        elif state.opened:
            context.open_finding(None)
        elif state.lens == "compromise":
            lens = state.lens_before or "structure"
            context.update(lens=lens, lens_before=None, by_outsider=False)
            context.say(f"lens {lens}")
        elif state.group:
            context.update(group=frozenset(), message=StatusMessage())
        elif state.side is not None:
            context.update(side=None)
        else:
            context.select(None)

    def outline(self) -> None:
        """Show or hide the outline; where it always stands, go there."""
        state = self.context.state
        if state.arrangement != "large" and state.side == "outline":
            self.context.update(side=None)
            self.context.back_to_canvas()
        else:
            self.context.open_side("outline")

    def panel(self) -> None:
        """Show or hide the side panel."""
        if self.screen.query_one(Inspector).display:
            self.context.update(side=None, is_side_closed=True)
            self.context.back_to_canvas()
        else:
            self.context.update(side="inspector", is_side_closed=False)

    def enlarge(self) -> None:
        """Give the lists half of the screen, then most of it, then what they usually have."""
        height, known = self.screen.size.height, self._rows(self.context.state, 0)
        rows = next((each for each in (height // 2, height * 2 // 3) if each > known), 0)
        self.context.update(lists_open=True, lists_rows=rows)

    def resize(self, event: TabRow.Dragged) -> None:
        """The upper edge of the lists is dragged to a row of the screen."""
        bottom = self.screen.query_one("#below").region.bottom
        self.context.update(lists_rows=max(bottom - event.row, LEAST_ROWS))

    def map(self) -> None:
        """Show or hide the map in the corner of the canvas."""
        canvas, has_map = self.context.canvas, not self.context.state.has_map
        said = "map: a click on it goes there; W hides it" if has_map else ""
        if has_map and canvas.drawing is not None and not canvas.max_scroll_x and not canvas.max_scroll_y:
            said = "map: the whole drawing is on the screen"
        self.context.update(has_map=has_map)
        self.context.say(said)

    def next_panel(self) -> None:
        """Give the focus to the next panel that is seen, and back to the canvas after the last."""
        query, canvas = self.screen.query_one, self.context.canvas
        found: list[Widget] = [canvas, *(each for each in (query(Outline), query(Inspector)) if each.display)]
        if query("#below").display:
            found.append(query(f"#{self.context.state.page}"))
            if query(ExplanationList).display:
                found.append(query(ExplanationList))
        here = self.screen.focused
        at = next(
            (n for n, each in enumerate(found) if here is not None and each in here.ancestors_with_self), 0
        )
        wanted = found[(at + 1) % len(found)]
        if wanted is canvas:
            canvas.focus()
        else:
            wanted.focus_list()  # type: ignore[attr-defined]  # every panel has it

    def filter_in_focus(self) -> bool:
        """Open the filter of the list in focus; whether one is."""
        for each in [] if self.screen.focused is None else self.screen.focused.ancestors_with_self:
            if isinstance(each, FilterPanel):
                each.action_start_filter()
                return True
        return False
