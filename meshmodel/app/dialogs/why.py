"""Why or why not: one agent and one system, the way in words, all ways, and what one more relation opens."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Final

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Button
from textual.worker import Worker, WorkerState

from meshmodel.app.dialogs.base import Chosen, Dialog, Picker
from meshmodel.app.jobs import Task
from meshmodel.app.limits import AT_ONCE
from meshmodel.app.panels.explanation import numbered, told_steps
from meshmodel.app.widgets.form_rows import form_row
from meshmodel.app.widgets.row_list import RowList
from meshmodel.app.widgets.rows import Row, heading, line, space
from meshmodel.model.stop import Stopped
from meshmodel.model.text import one_line
from meshmodel.model.vocabulary import ACTIONS, Action
from meshmodel.reports.acceptances import accepted_words
from meshmodel.reports.ways_sentences import ways_sentences

if TYPE_CHECKING:
    from meshmodel.analysis.results import Explanation, Finding
    from meshmodel.api import Analysis

ANY: Final = "any"
COMPUTING: Final = "computing..."
TICK: Final = 0.5
"""Seconds after which what is being computed says for how long."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked: an agent, a system, and perhaps an action and where the agent comes from.

    Of what is left open the worst is told: of an agent the way to the system where it does most harm.
    """

    agent: str | None
    system: str | None
    action: Action | None = None
    source: str | None = None


class WhyDialog(Dialog["Explanation"]):
    """Tells why an agent reaches a system, or why not. Result: the way, to be lit on the canvas.

    ``WhyDialog(analysis, Asked("bot", "files"))``, with the finding where one is open. Enter on the first
    rows asks about another agent, system, action or source. What all ways have in common is worked out
    beside and follows, as is the way itself where the model is large; leaving ends that.
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
        self.told: Explanation | None = None
        self.ways: list[str] | None = None
        self._about = about
        self._worker: Worker[Any] | None = None
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
        self.computing.cancel()  # nobody waits any more for what was asked before
        self.asked, self.told, self.ways = asked, None, None
        self.computing = Task("computing the way", escape="Esc goes back without it")
        if self.analysis.snapshot.elements <= AT_ONCE:
            self._take_way(way_of(self.analysis, asked, self._about))
        else:
            self._worker = self._find_way(asked, self._about, self.computing)
        self._show()

    def _take_way(self, found: "Answered | None") -> None:
        if found is None:
            return
        self.asked, self.told = found.asked, found.told
        if found.is_of_finding is False:
            self.finding = None
        self._about = None
        self.computing = Task("computing all ways", escape="Esc goes back without them")
        self._worker = self._find_ways(self.asked, self.computing)

    def on_unmount(self) -> None:
        """Whoever leaves waits for nothing any more."""
        self.computing.cancel()

    def _tell(self) -> None:
        if self.ways is None:
            self._show()

    @work(thread=True, exclusive=True, group="way", exit_on_error=False)
    def _find_way(self, asked: Asked, about: "Finding | None", task: Task) -> "Answered | None":
        try:
            return way_of(self.analysis, asked, about, task.is_cancelled)
        except Stopped:
            return None

    @work(thread=True, exclusive=True, group="ways", exit_on_error=False)
    def _find_ways(self, asked: Asked, task: Task) -> list[str]:
        try:
            return ways_in_words(self.analysis, asked, task.is_cancelled)
        except Stopped:
            return []

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """The way is known, or all ways, or it is said why not."""
        if event.worker is not self._worker:
            return
        if event.state is WorkerState.SUCCESS and event.worker.group == "way":
            self._take_way(event.worker.result)
        elif event.state is WorkerState.SUCCESS:
            self.ways = event.worker.result
        elif event.state is WorkerState.ERROR:
            self.ways = [f"could not be computed: {one_line(event.worker.error, 160)}"]
        else:
            return
        self._show()

    def _show(self) -> None:
        self.query_one(RowList).set_rows(self._rows())
        self.query_one(Button).disabled = self.told is None or not self.told.steps
        # On a small screen the row that says so may be below what is seen.
        self.query_one("#dialog").border_subtitle = Content(self.computing.says if self.ways is None else "")

    def _rows(self) -> Iterator[Row]:
        asked = self.asked
        for key, value in (
            ("agent", (asked.agent if self._about is None else None) or COMPUTING),
            ("system", (asked.system if self._about is None else None) or COMPUTING),
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
            yield _words(text, "")
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
            if step is None:
                yield _words(sentence, "$text-muted")
            else:
                indent = len(sentence.partition(" ")[0]) + 3
                yield Row(("step", number), numbered(sentence), ("light", number), indent=indent)
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
            now: dict[str, str | None] = {**current, key: str(chosen.value)}
            self._about = None
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


@dataclass(frozen=True, slots=True)
class Answered:
    """The way that was asked about, and whether a finding that was to say so did."""

    asked: Asked
    told: "Explanation | None"
    is_of_finding: bool | None = None


def asked_of(told: "Explanation") -> Asked:
    """The question to which a way is the answer."""
    return Asked(
        told.agent, told.system, told.action, told.source or ("home" if told.state is not None else None)
    )


def way_of(
    analysis: "Analysis",
    asked: Asked,
    about: "Finding | None" = None,
    is_cancelled: Callable[[], bool] | None = None,
) -> Answered:
    """The way of what is asked; any thread may ask.

    Arguments:
        analysis: of the model.
        asked: what is asked,
        about: unless the way of a finding says so.
        is_cancelled: asked now and then.

    Raises:
        Stopped: it was cancelled.
    """
    is_of_finding = None
    if about is not None:
        first = analysis.explain_finding(about)
        is_of_finding = first is not None
        asked = asked if first is None else asked_of(first)
    told = analysis.explain(asked.agent, asked.system, asked.action, asked.source, cancelled=is_cancelled)
    if told is None and None in {asked.agent, asked.system}:  # nothing is reached: of the first it is said
        snapshot = analysis.snapshot
        asked = replace(
            asked, agent=asked.agent or min(snapshot.agent), system=asked.system or min(snapshot.system)
        )
        told = analysis.explain(asked.agent, asked.system, asked.action, asked.source, cancelled=is_cancelled)
    elif told is not None:
        asked = replace(asked, agent=told.agent, system=told.system)
    return Answered(asked, told, is_of_finding)


def ways_in_words(
    analysis: "Analysis", asked: Asked, is_cancelled: Callable[[], bool] | None = None
) -> list[str]:
    """Through which doors and steps all ways run, in sentences; any thread may ask.

    Raises:
        Stopped: it was cancelled.
    """
    ways = analysis.all_ways(asked.agent, asked.system, asked.action, asked.source, cancelled=is_cancelled)
    return [] if ways is None else list(ways_sentences(analysis.snapshot, ways))


def _words(text: str, style: str) -> Row:
    return Row(("words", text), Content.styled(text, style))  # no heading: the cursor scrolls to it
