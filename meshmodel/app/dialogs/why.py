"""Why or why not: one agent and one system, the way in words, all ways, and what one more relation opens."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Button

from meshmodel.app.dialogs.form import FormDialog, FormField, choice_field
from meshmodel.app.limits import AT_ONCE
from meshmodel.app.panels.lines import row_of
from meshmodel.app.presentation.explanations import PathAnswer, PathQuestion, way_of, ways_in_words
from meshmodel.app.presentation.way_lines import HIGHLIGHT, why_lines
from meshmodel.app.widgets.row_list import RowList
from meshmodel.app.widgets.rows import ListRow
from meshmodel.model.stop import Progress
from meshmodel.model.vocabulary import ACTIONS

if TYPE_CHECKING:
    from meshmodel.analysis.results import Explanation, Finding
    from meshmodel.api import Analysis

ANY: Final = "any"
COMPUTING: Final = "computing..."


class WhyDialog(FormDialog["Explanation"]):
    """Tells why an agent reaches a system, or why not. Result: the way, to be lit on the canvas.

    ``WhyDialog(analysis, PathQuestion("bot", "files"))``, with the finding where one is open. Enter on the
    first rows asks about another agent, system, action or source. What all ways have in common is a job and
    follows, as is the way itself where the model is large; leaving ends that.
    """

    DEFAULT_CSS = """
    WhyDialog > #dialog { width: 96; height: 100%; max-height: 36; }
    WhyDialog RowList { height: 1fr; max-height: 100%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+s", "highlight", show=False)]

    def __init__(
        self,
        analysis: "Analysis",
        asked: PathQuestion,
        *,
        finding: "Finding | None" = None,
        about: "Finding | None" = None,
    ) -> None:
        """Arguments.

        analysis: of the model and the view in force.
        asked: what is asked.
        finding: the open one.
        about: a finding whose way says what is asked, where it has one.
        """
        super().__init__("why or why not")
        self.analysis = analysis
        self.asked = asked
        self.finding = finding
        self.explanation: Explanation | None = None
        self.ways: list[str] | None = None
        self._about = about
        self._progress = ""

    def compose_body(self) -> ComposeResult:
        """The rows, and a button that lights the way."""
        yield RowList()
        yield self.buttons(self.button("Show on the canvas", "highlight"))

    def on_mount(self) -> None:
        """Tell it."""
        self.ask(self.asked)

    def ask(self, asked: PathQuestion) -> None:
        """Ask about another agent, system, action or source."""
        self.asked, self.explanation, self.ways = asked, None, None
        if self.analysis.snapshot.elements <= AT_ONCE:
            self._take_way(way_of(self.analysis, asked, self._about))
        else:
            about, escape = self._about, "Esc goes back without it"
            self.jobs.run(
                "ways",
                lambda task: way_of(self.analysis, asked, about, task.is_cancelled),
                self._take_way,
                self._fail,
                "computing the path",
                escape,
            )

    def _take_way(self, found: PathAnswer) -> None:
        self.asked, self.explanation = found.asked, found.explanation
        if found.is_of_finding is False:
            self.finding = None
        self._about = None
        self.jobs.run(
            "ways",
            lambda task: ways_in_words(self.analysis, found.asked, task.is_cancelled),
            self._take_ways,
            self._fail,
            "computing all paths",
            "Esc goes back without them",
        )

    def _take_ways(self, ways: list[str]) -> None:
        self.ways = ways

    def _fail(self, why: str) -> None:
        self.ways = [f"could not be computed: {why}"]

    def show_progress(self, running: Mapping[str, Progress]) -> None:
        """Show what is known so far; and, where a small screen may not show that row, how long it takes."""
        self._progress = running["ways"].text if "ways" in running else ""
        self.show_rows()
        self.query_one(Button).disabled = self.explanation is None or not self.explanation.steps
        self.query_one("#dialog").border_subtitle = Content(self._progress)

    def form_rows(self) -> Iterator[ListRow]:
        """The question, the way, all ways, and what to do about the finding."""
        yield from (field.row for field in self._fields())
        lines = why_lines(self.analysis.snapshot, self.finding, self.explanation, self.ways, self._progress)
        yield from map(row_of, lines)

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """Light the way; a field asks by itself."""
        if event.row.value == HIGHLIGHT:
            self.action_highlight()

    def action_highlight(self) -> None:
        """Answer with the way."""
        if self.explanation is not None and self.explanation.steps:
            self.dismiss(self.explanation)

    def _fields(self) -> Iterator[FormField]:
        snapshot, asked = self.analysis.snapshot, self.asked
        systems = [(each.id, each.name or "") for each in snapshot.system.values()]
        worst = (ANY, "the worst")
        for name, current, named in (
            ("agent", asked.agent, [(each.id, each.name or "") for each in snapshot.agent.values()]),
            ("system", asked.system, systems),
            ("action", asked.action or ANY, [worst, *((each, "") for each in ACTIONS)]),
            ("source", asked.source or ANY, [worst, ("home", ""), *systems]),
        ):
            field = choice_field(
                "from" if name == "source" else name, current, named, partial(self._ask_another, name)
            )
            is_open = current is None or (self._about is not None and name in {"agent", "system"})
            yield replace(field, shown=COMPUTING) if is_open else field

    def _ask_another(self, name: str, value: Any) -> None:
        self._about = None
        changed = {name: None if value == ANY else value}
        if name in {"agent", "system"}:  # another question: the finding is not about it
            self.finding = None
            changed |= {"action": None, "source": None}
        self.ask(replace(self.asked, **changed))
