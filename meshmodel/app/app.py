"""The program: themes, screens, the command palette, and how it is started."""

import gc
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from rich.terminal_theme import TerminalTheme
from textual import events, on
from textual.binding import Binding, BindingType
from textual.driver import Driver
from textual.filter import ANSIToTruecolor, LineFilter
from textual.worker import Worker

from meshmodel.app.access import ANYONE, Access
from meshmodel.app.commands import BY_ID, bindings
from meshmodel.app.config import Configuration, read_configuration
from meshmodel.app.jobs import Jobs
from meshmodel.app.messages import CommandRequested, OpenRequested
from meshmodel.app.room import HostRoom, Room
from meshmodel.app.session import Session
from meshmodel.app.terminal.ascii_filter import PlainText
from meshmodel.app.terminal.cell_diff import TerminalScreen
from meshmodel.app.terminal.collector import SETTLE, TURN, Collector
from meshmodel.app.terminal.key_queue import KeysInOrder, TypedEvent
from meshmodel.app.terminal.signals import Signals, TerminalOutput
from meshmodel.app.theme import PALETTES, TITLES, named_theme, themes
from meshmodel.app.workbench.screen import Workbench
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.source import AnySource, Source
from meshmodel.model.stop import Progress, Task
from meshmodel.model.text import one_line
from meshmodel.store.saved_state import State

if TYPE_CHECKING:
    from meshmodel.app.start.screen import StartScreen


def needs_ascii(environment: Mapping[str, str], encoding: str | None) -> bool:
    """Whether the terminal cannot show box drawing: its encoding is not one of Unicode's, or it is dumb."""
    if environment.get("TERM") in {"dumb", "linux-ascii"}:
        return True
    return encoding is not None and not encoding.lower().replace("-", "").startswith("utf")


class MeshmodelApp(KeysInOrder):
    """Shows the start screen, or one model in the workbench."""

    TITLE = "meshmodel"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("program")]
    CSS = """
    Toast { padding: 0 1; }
    ToastRack { dock: top; align: right top; margin: 1 0 0 0; }
    Tooltip { padding: 0 1; max-width: 100%; }  /* one row: it does not reach the card below */
    """

    def __init__(
        self,
        named: AnySource | None = None,
        *,
        configuration: Configuration | None = None,
        state: State | None = None,
        is_ascii: bool | None = None,
        session: Session | None = None,
        access: Access = ANYONE,
        room: Room | None = None,
    ) -> None:
        """Arguments.

        named: the model to open; ``None`` shows the start screen.
        configuration: what the configuration file says; it is read if not given.
        state: recent files and places; read if not given.
        is_ascii: whether only ASCII is drawn; found out if not given.
        session: the model, where it was opened already.
        access: who opens models, and what they may do.
        room: where others have the model open who are shown what is done here.
        """
        super().__init__()
        self.source = None if named is None else Source.parse(named)
        self.configuration = read_configuration() if configuration is None else configuration
        self.state = State() if state is None else state
        wanted = self.configuration.ascii if is_ascii is None else is_ascii
        encoding = getattr(sys.__stdout__, "encoding", None)
        self.is_ascii = needs_ascii(os.environ, encoding) if wanted is None else wanted
        self._plain = (PlainText(),) if self.is_ascii else ()
        self._opened = session
        self.access = access
        self.room = room
        self.jobs = Jobs(self, self._reading_goes_on)
        self._reading: Task | None = None
        self._is_slow = False
        self._read_count = 0
        self.collector = Collector(self)
        self.signals = Signals(self, self.leave, lambda: self.is_opening and not self.is_reading)
        for theme in themes():
            self.register_theme(theme)
        self.theme = named_theme(self.configuration.theme)
        if self.configuration.keymap:
            self.set_keymap(self.configuration.keymap)

    def get_driver_class(self) -> type[Driver]:
        """The toolkit's driver, which writes only what changes on the terminal, as long as there is one."""
        shown = self._terminal_screen = TerminalScreen()

        class Changes(super().get_driver_class()):  # type: ignore[misc]  # it depends on the system
            def __init__(self, *arguments: Any, **options: Any) -> None:
                super().__init__(*arguments, **options)
                if hasattr(self, "_file"):  # drivers for tests and browsers have none
                    self._file: Any = TerminalOutput(self._file)

            def write(self, data: str) -> None:
                super().write(shown.changes(data))

        return Changes

    def on_resize(self) -> None:
        """A terminal of another size shows something else."""
        self._terminal_screen.forget()

    def get_line_filters(self) -> Sequence[LineFilter]:
        """The toolkit's filters but that of colours by number, which are not used; and that of ASCII."""
        filters = (each for each in super().get_line_filters() if not isinstance(each, ANSIToTruecolor))
        return (*filters, *self._plain)

    @property
    def ansi_theme(self) -> TerminalTheme:
        """What colours by number are: the toolkit asks for each line, and looks through all themes."""
        return self.ansi_theme_dark

    @property
    def keymap(self) -> Mapping[str, str]:
        """The keys of actions that have others than usual."""
        return self.configuration.keymap

    def on_mount(self) -> None:
        """Show the first screen once the toolkit handles messages: it discards what is painted before."""
        self.hold_keys()
        self.call_later(self._begin)

    def _begin(self) -> None:
        if self._opened is not None:
            session, self._opened = self._opened, None
            self._show(session)
        elif self.source is not None:
            self.open_model(self.source)
        else:
            self.push_screen(self._start_screen())
            self.release_keys()
        for problem in self.configuration.problems:
            self.notify(problem, severity="warning", markup=False, timeout=10)
        self.set_timer(SETTLE, self.collector.begin)

    def release_keys(self) -> None:
        """Hand over the keys that waited, and end the program if that was asked for meanwhile."""
        super().release_keys()
        if self.signals.ended is not None:
            self.signals.end(self.signals.ended)

    async def on_event(self, event: events.Event) -> None:
        """Note when somebody last did something."""
        if isinstance(event, events.InputEvent):
            self.collector.note_input()
        if self._is_slow and isinstance(event, events.Key) and event.key == "escape":
            self._stop_reading()
        else:
            await super().on_event(event)

    def before_key(self, event: TypedEvent) -> None:
        """Paint what is held for a key of the canvas: that acts on what is drawn and selected there. Where
        nothing is painted, for any key: its answer would come late.
        """
        screen = self.screen
        if isinstance(screen, Workbench) and screen.context.is_held and isinstance(event, events.Key):
            bound = screen.active_bindings.get(event.key)
            is_of_canvas = bound is not None and bound.node is screen.context.canvas
            if is_of_canvas or screen.context.is_silent:
                screen.context.release()

    def open_model(self, named: AnySource, then: Callable[[], None] = lambda: None) -> None:
        """Open a model in place of the one that is open; its file is read in a thread, which Escape ends.

        Args:
            named: where it is.
            then: called once it is shown.
        """

        def opened(session: Session) -> None:
            if task.is_cancelled():
                session.close()
                return
            self._reading_ended()
            self._show(session)
            then()

        def failed(why: str) -> None:
            if not task.is_cancelled():
                self._reading_ended()
                self._refuse(why)
                self.release_keys()

        self.hold_keys(for_reading=True)
        self._read_count += 1  # each has a group of its own: what was read too late is closed
        source = Source.parse(named)
        title = f"reading {one_line(source.name, 60)}"
        task = self.jobs.run(
            f"reading {self._read_count}", lambda _: Session.open(source, self.access), opened, failed, title
        )
        self._reading = task

    @property
    def is_reading(self) -> bool:
        """Whether the file of a model that is to be opened is being read."""
        return self._reading is not None

    def _reading_goes_on(self, running: Mapping[str, Progress]) -> None:
        """Say for how long, and let Escape end it; a short file is read before this is called."""
        if self._reading is None or not running:
            return
        self._is_slow = True
        if any(isinstance(each, events.Key) and each.key == "escape" for each in self._waiting):
            self._stop_reading()
        else:
            self._show_progress(self._reading.progress.text)

    def _reading_ended(self) -> None:
        if self._is_slow:
            self._show_progress("")
        self._reading, self._is_slow = None, False

    def _stop_reading(self) -> None:
        """Leave everything as it is; keys that were typed for the model that was to be opened are dropped."""
        assert self._reading is not None
        self._reading.cancel()
        title = self._reading.title
        self._reading_ended()
        self._waiting.clear()
        self._refuse(f"{title} was stopped: nothing was opened")
        self.release_keys()

    def _show_progress(self, text: str) -> None:
        from meshmodel.app.start.screen import StartScreen

        if isinstance(self.screen, StartScreen):
            self.screen.show_progress(text)
        elif isinstance(self.screen, Workbench):
            self.screen.context.say(text)

    @on(Worker.StateChanged)
    def _worker_changed(self, event: Worker.StateChanged) -> None:
        event.stop()
        self.jobs.worker_changed(event)

    def _show(self, session: Session) -> None:
        self.hold_keys()  # the workbench releases them
        self.leave()
        self.state.opened(session.source)
        screen = Workbench(session, is_ascii=self.is_ascii)
        session.listen(screen.post_message)
        if self.room is not None:
            self.room.listen(screen.post_message, session.source)
        if len(self.screen_stack) > 2:  # the start screen lies over the model that was open
            self.pop_screen()
        if len(self.screen_stack) > 1:
            self.switch_screen(screen)
        else:
            self.push_screen(screen)

    def leave(self) -> None:
        """Close the model that is open, and remember the place in it; open no other."""
        if self._reading is not None:
            self._reading.cancel()
        for screen in self.screen_stack:
            if isinstance(screen, Workbench):
                screen.leave()

    def _refuse(self, problem: str) -> None:
        from meshmodel.app.start.screen import StartScreen

        if isinstance(self.screen, StartScreen):
            self.screen.show_problem(problem)
        elif len(self.screen_stack) > 1:
            self.notify(problem, severity="error", markup=False)
        else:
            start = self._start_screen()
            self.push_screen(start, wait_for_dismiss=False)
            self.call_after_refresh(start.show_problem, problem)

    def _start_screen(self, *, over: bool = False) -> "StartScreen":
        from meshmodel.app.start.screen import StartScreen  # a model can be opened without it

        return StartScreen(self.state.recent(), opening=self.hold_keys, failed=self.release_keys, over=over)

    @on(OpenRequested)
    def _open_requested(self, event: OpenRequested) -> None:
        event.stop()

        def then() -> None:
            if event.message:
                self.notify(event.message, markup=False)  # the row of what is said goes with the screen
            if isinstance(self.screen, Workbench):
                self.screen.to_import = event.importing

        self.open_model(event.path, then)

    @on(CommandRequested)
    async def _action_requested(self, event: CommandRequested) -> None:
        event.stop()
        await self.run_action(event.command)

    def action_run(self, command: str) -> None:
        """Run a command of the table whose keys work on every screen."""
        run = BY_ID[command].in_program
        assert run is not None
        run(self)

    def action_open(self) -> None:
        """Show the start screen; the model stays open until another one is chosen."""
        self.push_screen(self._start_screen(over=True))

    def action_theme(self) -> None:
        """The next theme."""
        names = list(PALETTES)
        here = names.index(self.theme) if self.theme in names else -1
        self.theme = names[(here + 1) % len(names)]
        self.notify(f"theme: {TITLES[self.theme]}", markup=False, timeout=2)

    def action_palette(self) -> None:
        """Find and run any action, or go to any element."""
        if isinstance(self.screen, Workbench):
            self.screen.menus.palette()

    async def action_quit(self) -> None:
        """Leave; everything is on disk already."""
        self.leave()
        self.exit()

    def handle_bindings_clash(self, clashed_bindings: set[Binding], node: object) -> None:
        """Clashes were reported when the configuration was read."""


def run(source: Source | None, access: Access = ANYONE) -> int:
    """Run the program; the exit status.

    Args:
        source: the model to open, or ``None`` for the start screen.
        access: who opens it, and what they may do.

    Raises:
        MeshmodelError: the model cannot be opened, or there is no terminal to draw on; nothing was shown yet.
        KeyboardInterrupt: it was ended from outside; it says how in a word.
    """
    if sys.platform != "win32" and not (sys.__stderr__ and sys.__stderr__.isatty()):
        raise MeshmodelError(
            "the workbench draws on standard error, and that is no terminal here; start it without 2>"
        )
    gc.disable()  # nothing that is made until the first screen is drawn can be let go
    session = None if source is None else Session.open(source, access)
    room = None if sys.platform == "win32" else HostRoom(access.person)
    app = MeshmodelApp(source, session=session, access=access, room=room)
    run_on_terminal(app)
    if app.signals.ended is not None:
        raise KeyboardInterrupt(app.signals.ended)
    return app.return_code or 0


def run_on_terminal(app: MeshmodelApp) -> None:
    """Run the program on the terminal of this process, until it is left or ended from outside."""
    app.signals.catch()
    app.call_later(app.signals.heed)
    sys.setswitchinterval(TURN)
    app.run()
