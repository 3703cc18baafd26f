"""The status row: what was said last, else what is selected or open; on the smallest screens two rows."""

from collections.abc import Callable
from typing import Final, NamedTuple

from textual.content import Content

from meshmodel.analysis.results import Finding
from meshmodel.answers.acceptances import accepted_words
from meshmodel.app.messages import CommandRequested, PanelClosed
from meshmodel.app.panels.bound import Bound
from meshmodel.app.panels.explanation import numbered
from meshmodel.app.panels.lines import SEVERITY_STYLES
from meshmodel.app.presentation.cause_lines import headline, severity_sign
from meshmodel.app.presentation.log_words import event_words
from meshmodel.app.state import WorkbenchState
from meshmodel.app.widgets.row_list import cut
from meshmodel.canvas.legend import words_of
from meshmodel.canvas.scene import CanvasFacts
from meshmodel.model.text import width

OTHER_ROWS: Final = 15
"""So many rows are left to what is not told here: the list above, and some of the drawing."""


class Under(NamedTuple):
    """What is under the cursor of a list, in words; and whether it is the way that is open."""

    text: str
    is_open: bool = False


class StatusBar(Bound):
    """The status row. On the smallest screens two: the open finding, and its steps.

    A gesture, or what an action has to say, takes the first row while it lasts. Where a list lies over the
    canvas there, what is under its cursor is told in full. What needs more rows gets them.
    """

    ALLOW_SELECT = False
    DEFAULT_CSS = "StatusBar { height: 2; background: $surface; }"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  # Textual's name
        """Arguments: the widget's id."""
        super().__init__(id=id)
        self._rows = 0
        self.ask: Callable[[], Under | None] = lambda: None
        self.taking: Callable[[int], None] = lambda _rows: None
        """Hears how many rows are taken."""

    def show_state(self, shown: WorkbenchState) -> None:
        """Tell this."""
        del shown
        self.tell()

    @property
    def message_text(self) -> str:
        """What is said in place of the finding; empty where nothing is."""
        return "" if self.shown is None else self.shown.message_text

    def on_click(self) -> None:
        """List the findings; where that list lies over the canvas, close it."""
        covers = self.screen.has_class("-covered")
        self.post_message(PanelClosed() if covers else CommandRequested("findings"))

    def on_resize(self) -> None:
        """Other rows may be needed."""
        self.tell()

    def tell(self) -> None:
        """Tell what is there to be told now, in as many rows as that needs."""
        least = 2 if self._is_small else 1
        rows = min(max(len(self._lines()), least), self._most)
        if rows != self._rows:
            self._rows = rows
            self.styles.height = rows
        self.taking(rows)
        self.refresh()

    @property
    def _most(self) -> int:
        return max(self.screen.size.height - OTHER_ROWS, 7)

    @property
    def _is_small(self) -> bool:
        return self.screen.has_class("-small")

    def render(self) -> Content:
        """All rows."""
        lines, room = self._lines(), self.size.width
        rows = max(self.size.height, 1)
        if len(lines) > rows:
            lines[rows - 1 :] = [Content(" ").join(lines[rows - 1 :])]
        lines += [Content("")] * (self._rows - len(lines))
        return Content("\n").join([cut(each, room) for each in lines])

    def _lines(self) -> list[Content]:
        shown, room = self.shown, self.size.width
        if shown is None or not room:
            return [Content("")]
        under = self.ask()
        if not self._is_small:
            if under is not None and not self.message_text:
                return _wrapped(Content(" ").join(self._under(shown, under)), room)
            status = self._status(shown)
            return _wrapped(status, room) if self.message_text else [status]
        in_front = self.screen.has_class("-covered")
        accepted = list[Content]()
        if under is None:
            if shown.finding is not None and shown.finding.accepted is not None and not self.message_text:
                words = f" {accepted_words(shown.finding.accepted)}"
                accepted = _wrapped(Content.styled(words, "$text-warning"), room)
            first, second = self._headline(shown, 0 if in_front else room), Content("")
            if self.message_text:  # below it the headline: the steps alone would read as if they were of it
                first, second = Content.styled(f" {self.message_text}", "bold $primary"), first
            else:
                second = Content("") if in_front else self._second(shown, room)
        else:
            first, second = self._under(shown, under)
        if in_front:
            above = [*_wrapped(first, room), *accepted, *_of_each([second], room)]
            steps = self._steps(shown) if under is None and not self.message_text else []
            each_by_itself = [*above, *_of_each(steps, room)]
            fits = len(each_by_itself) <= self._most
            return each_by_itself if fits else [*above, *_of_each([Content(" ").join(steps)], room)]
        return [*_wrapped(first, room), second] if self.message_text else [first, second]

    def _status(self, shown: WorkbenchState) -> Content:
        """Where the finding is told beside: what was said last, else what is selected."""
        if self.message_text:
            return Content.styled(f" {self.message_text}", "bold $primary")
        if shown.traced is not None:
            return Content.styled(f" {'; '.join(event_words(shown.traced, shown.snapshot))}", "bold")
        return self._selected(shown)

    @staticmethod
    def _selected(shown: WorkbenchState) -> Content:
        """What is selected, and what its mark means."""
        facts = shown.facts.get(shown.view, CanvasFacts())
        said = "" if shown.selected is None else words_of(shown.snapshot, facts, shown.selected)
        return Content.styled(f" {said}" if said else "", "$text-muted")

    def _under(self, shown: WorkbenchState, under: "Under") -> tuple[Content, Content]:
        """What is under the cursor of a list; the steps of a way that is open, where it is that way."""
        first = Content(f" {under.text}")
        second = Content("")
        if self.message_text:
            first, second = Content.styled(f" {self.message_text}", "bold $primary"), first
        if under.is_open and shown.explanation is not None:
            second = Content(" ").join(self._steps(shown))
        return first, second

    def _headline(self, shown: WorkbenchState, room: int) -> Content:
        """What is open, or what comes first; a finding in one row, in full where no room is given."""
        if shown.traced is not None:
            return Content.styled(f" {event_words(shown.traced, shown.snapshot)[0]}", "bold")
        if shown.finding is not None:
            return _finding(shown.finding, room, " reverse", "bold")
        if shown.explanation is not None:
            said = next((each for each in shown.explanation.path if each.step is None), "")
            return Content.styled(f" {said or shown.explanation.why_not or ''}", "bold")
        if shown.why_nothing:
            return Content.styled(f" {shown.why_nothing}", "$text-warning")
        findings = () if shown.analysis is None else shown.analysis.findings
        if findings:
            first = next((each for each in findings if each.accepted is None), findings[0])
            told, how = _finding(first, room), Content.styled("  f opens it", "$text-muted")
            return told if room and told.cell_length + how.cell_length > room else told + how
        return Content.styled(" no findings", "$text-muted") if shown.analysis is not None else Content("")

    def _second(self, shown: WorkbenchState, room: int) -> Content:
        """What follows in one row."""
        if shown.finding is None and shown.traced is None and shown.explanation is None:
            return self._selected(shown)
        steps = self._steps(shown)
        return fitting(steps if shown.explanation is None else steps[bool(shown.finding) :], room)

    @staticmethod
    def _steps(shown: WorkbenchState) -> list[Content]:
        """What is told of what is open after its headline: the remedy, then each step of the path."""
        if shown.traced is not None:
            words = event_words(shown.traced, shown.snapshot)[1:]
            if words and shown.traced.credential is not None:
                words.append(words.pop(0))  # whether a checkpoint decided comes first
            return [Content(f" {'; '.join(words)}")]
        told = [] if shown.finding is None else [Content(f" Fix: {shown.finding.remedy}")]
        path = () if shown.explanation is None else shown.explanation.path
        return [*told, *(numbered(each) for each in path if each.step is not None)]


def _finding(finding: Finding, room: int, look: str = "", style: str = "") -> Content:
    """Sign, severity and message of a finding."""
    sign = f" {severity_sign(finding)} {finding.severity} "
    words = headline(finding, room - width(sign) - 1) if room else finding.message
    return Content.assemble((sign, SEVERITY_STYLES[finding.severity] + look), (f" {words}", style))


def _wrapped(content: Content, room: int) -> list[Content]:
    """The content over as many rows as it needs, each a cell from the edge."""
    first, *rest = content.wrap(max(room - 1, 1)) or [Content("")]
    return [first, *(Content.assemble(" ", each) for each in rest)]


def _of_each(texts: list[Content], room: int) -> list[Content]:
    """The rows of some texts, each of which begins a row."""
    return [row for each in texts if each.plain.strip() for row in _wrapped(each, room)]


def fitting(pieces: list[Content], room: int) -> Content:
    """The steps in one row: where not all fit, the first ones, how many more, and the last, which matters."""
    sizes = [width(piece.plain) + 1 for piece in pieces]
    if sum(sizes) <= room + 1:
        return Content(" ").join(pieces)
    most = f" … {len(pieces) - 1} more … "
    left = room - sizes[-1] - width(most) + 1
    kept = 0
    while kept < len(pieces) - 1 and sizes[kept] <= left:
        left -= sizes[kept]
        kept += 1
    rest = len(pieces) - 1 - kept
    if not rest:  # the last alone does not fit: it is cut
        return Content(" ").join(pieces)
    said = f" … {rest} more … "
    return Content("").join([Content(" ").join(pieces[:kept]), Content(said), pieces[-1]])
