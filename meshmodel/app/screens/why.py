"""Why or why not: one agent and one system, the way in words, all ways, and what one more relation opens."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Button
from textual.worker import Worker, WorkerState

from meshmodel.app.beside import Task
from meshmodel.app.screens.dialogs import Chosen, Dialog, Picker
from meshmodel.app.widgets.form_rows import form_row
from meshmodel.app.widgets.how import numbered, plain, told_steps
from meshmodel.app.widgets.rows import Row, RowList, heading, line, space
from meshmodel.exporters.accepting import accepted_words
from meshmodel.model.text import one_line
from meshmodel.model.vocabulary import ACTIONS, Action

if TYPE_CHECKING:
    from meshmodel.analysis.results import Explanation, Finding
    from meshmodel.api import Analysis

ANY: Final = "any"
TICK: Final = 0.5
"""Seconds after which what is being computed says for how long."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked: an agent, a system, and perhaps an action and where the agent comes from."""

    agent: str
    system: str
    action: Action | None = None
    source: str | None = None


class WhyDialog(Dialog["Explanation"]):
    """Tells why an agent reaches a system, or why not. Result: the way, to be lit on the canvas.

    ``WhyDialog(analysis, Asked("bot", "files"))``, with the finding where one is open. Enter on the first
    rows asks about another agent, system, action or source. What all ways have in common is worked out
    beside and follows.
    """

    DEFAULT_CSS = """
    WhyDialog > #dialog { width: 96; height: 100%; max-height: 36; }
    WhyDialog RowList { height: 1fr; max-height: 100%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+s", "light", show=False)]

    def __init__(
        self,
        analysis: "Analysis",
        asked: Asked,
        *,
        finding: "Finding | None" = None,
        is_ascii: bool = False,
    ) -> None:
        """Arguments: the analysis, what is asked, the open finding, and whether only ASCII is drawn."""
        super().__init__("why or why not")
        self.analysis = analysis
        self.asked = asked
        self.finding = finding
        self.is_ascii = is_ascii
        self.told: Explanation | None = None
        self.ways: list[str] | None = None
        self._worker: Worker[list[str]] | None = None
        self.computing = Task("")

    def compose_body(self) -> ComposeResult:
        """The rows, and a button that lights the way."""
        yield RowList()
        with Horizontal(classes="buttons"):
            yield Button("Show on the canvas", id="light", variant="primary", compact=True)

    def on_mount(self) -> None:
        """Tell it."""
        self._ask(self.asked)
        self.query_one(RowList).focus()
        self.set_interval(TICK, self._tell)

    def _ask(self, asked: Asked) -> None:
        self.asked = asked
        self.told = self.analysis.explain(asked.agent, asked.system, asked.action, asked.source)
        self.ways = None
        # It asks nobody whether to stop: whoever leaves has no answer, and it ends by itself.
        self.computing = Task("computing all ways", escape="Esc goes back without them")
        self._worker = self._find_ways(asked)
        self._show()

    def _tell(self) -> None:
        if self.ways is None:
            self._show()

    @work(thread=True, exclusive=True, group="ways", exit_on_error=False)
    def _find_ways(self, asked: Asked) -> list[str]:
        return ways_in_words(self.analysis, asked)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """All ways are known, or it is said why not."""
        if event.worker is not self._worker:
            return
        if event.state is WorkerState.SUCCESS:
            self.ways = event.worker.result
        elif event.state is WorkerState.ERROR:
            self.ways = [f"could not be computed: {one_line(event.worker.error, 160)}"]
        else:
            return
        self._show()

    def _show(self) -> None:
        self.query_one(RowList).set_rows(self._rows())
        self.query_one(Button).disabled = self.told is None or not self.told.steps

    def _rows(self) -> Iterator[Row]:
        asked = self.asked
        for key, value in (
            ("agent", asked.agent),
            ("system", asked.system),
            ("action", asked.action or ANY),
            ("from", asked.source or ANY),
        ):
            yield form_row(key, line(value), value=("ask", key))
        yield space("above")
        if self.finding is not None:
            yield _words(self.finding.message, "bold")
            if self.finding.accepted is not None:
                yield _words(accepted_words(self.finding.accepted), "$text-warning")
        if self.told is not None:
            yield from self._way(self.told)
        yield space("ways")
        yield heading("all ways")
        if self.ways is None:
            yield Row("computing", line((self.computing.says, "$text-muted")))
        for text in self.ways or ():
            yield _words(plain(text, is_ascii=self.is_ascii), "")
        if self.finding is not None:
            yield space("remedy")
            yield _words(self.finding.remedy, "$text-muted")
            yield _words("; ".join(self.finding.references), "$text-muted")

    def _way(self, told: "Explanation") -> Iterator[Row]:
        if told.state is not None:
            source = "home" if told.source is None else told.source
            severity = f", {told.severity}" if told.severity and told.state == "uncontrolled" else ""
            yield _words(f"{told.state} crossing from {source}: {told.action} on {told.system}{severity}", "")
        elif told.steps:
            yield _words(f"{told.action or 'any action'} on {told.system}: no crossing", "")
        for number, (sentence, step) in enumerate(told_steps(told)):
            text = plain(sentence, is_ascii=self.is_ascii)
            if step is None:
                yield _words(text, "$text-muted")
            else:
                indent = len(text.partition(" ")[0]) + 3
                yield Row(("step", number), numbered(text), ("light", number), indent=indent)
        if not told.steps and told.why_not:
            yield _words(told.why_not, "")

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """Ask about another one, or light the way."""
        event.stop()
        match event.row.value:
            case ("ask", str() as key):
                self._pick(key)
            case ("light", _):
                self.action_light()

    def on_button_pressed(self) -> None:
        """Light the way."""
        self.action_light()

    def action_light(self) -> None:
        """Answer with the way."""
        if self.told is not None and self.told.steps:
            self.dismiss(self.told)

    def _pick(self, key: str) -> None:
        snapshot, asked = self.analysis.snapshot, self.asked
        names = {
            "agent": [(each.id, each.name or "") for each in snapshot.agent.values()],
            "system": [(each.id, each.name or "") for each in snapshot.system.values()],
            "action": [(ANY, "the worst"), *((each, "") for each in ACTIONS)],
            "from": [
                (ANY, "the worst"),
                ("home", ""),
                *((each.id, each.name or "") for each in snapshot.system.values()),
            ],
        }[key]
        current = {
            "agent": asked.agent,
            "system": asked.system,
            "action": asked.action or ANY,
            "from": asked.source or ANY,
        }

        def decided(chosen: Chosen | None) -> None:
            if chosen is None:
                return
            now = {**current, key: str(chosen.value)}
            if key in {"agent", "system"}:  # another question: the finding is not about it
                self.finding = None
                now["action"] = now["from"] = ANY
            action = next((each for each in ACTIONS if each == now["action"]), None)
            source = None if now["from"] == ANY else now["from"]
            self._ask(Asked(now["agent"], now["system"], action, source))

        rows = [
            Row(value, line(value, (f"  {hint}", "$text-muted")), value, search=f"{value} {hint}")
            for value, hint in names
        ]
        self.app.push_screen(Picker(key, rows, current=current[key]), decided)


def ways_in_words(analysis: "Analysis", asked: Asked) -> list[str]:
    """Through which doors and steps all ways run, in sentences."""
    ways = analysis.all_ways(asked.agent, asked.system, asked.action, asked.source)
    return [] if ways is None else list(ways.sentences)


def _words(text: str, style: str) -> Row:
    return Row(("words", text), Content.styled(text, style))  # no heading: the cursor scrolls to it
