"""The start screen: a new model, open one, the recent ones, and the worked examples."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from meshmodel.app.commands import BY_ID
from meshmodel.app.dialogs.base import TextEntry, ask
from meshmodel.app.messages import OpenRequested
from meshmodel.app.widgets.filter_list import FilterList
from meshmodel.app.widgets.row_list import RowList
from meshmodel.app.widgets.rows import ListRow, heading, line, space
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.text import clean_line, counted, one_line
from meshmodel.model.typed_paths import complete_path
from meshmodel.store.examples import Example, copies_path, examples, private_copy
from meshmodel.store.new_model import create_empty, new_model_path, new_model_problem, proposed_model_name

if TYPE_CHECKING:
    from meshmodel.app.app import MeshmodelApp
    from meshmodel.app.presentation.import_request import ImportRequest
    from meshmodel.importers.scanning import Scan

MODEL_ENDINGS = frozenset({".mesh", ".toml"})
RECENT_SHOWN = 5
"""How many recent models are listed, so that the examples below stay on the smallest screen."""


class StartScreen(Screen[None]):
    """New, open, recent files, and the worked examples, each with a sentence.

    ``StartScreen(recent=state.recent())``. Posts :class:`OpenRequested` to itself and the
    program with the path to open, after it made the new model or the private copy of an example; an
    error is shown in its last line and nothing else changes. ``n`` new, ``S`` scan, ``I`` import, ``o`` open,
    ``/`` filter, ``?`` all keys, ``q`` quit; ``show_problem(text)`` shows a line.
    """

    DEFAULT_CSS = """
    StartScreen { align: center middle; }
    StartScreen > Vertical { width: 100%; max-width: 160; height: 100%; padding: 1 2; }
    StartScreen #title { height: auto; text-style: bold; color: $primary; }
    StartScreen #tagline { height: auto; color: $text-muted; margin-bottom: 1; }
    StartScreen #about { height: 3; color: $text; margin-top: 1; }
    StartScreen #problem { height: auto; color: $text-error; }
    StartScreen #keys { height: 1; color: $text-muted; }
    """
    AUTO_FOCUS = "RowList"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "new", "new"),
        Binding("S", "scan", "scan"),
        Binding("I", "import", "import"),
        Binding("o,ctrl+o", "open", "open"),
        Binding("?,f1", "help", "all keys"),
        Binding("q,ctrl+q", "app.quit", "quit"),
        Binding("escape", "back", show=False),
    ]

    def __init__(
        self,
        recent: Sequence[Path] = (),
        *,
        folder: Path | None = None,
        opening: Callable[[], None] = lambda: None,
        failed: Callable[[], None] = lambda: None,
        over: bool = False,
    ) -> None:
        """Arguments.

        recent: the recent files, the newest first.
        folder: where new models go; the current folder if not given.
        opening: called before a file is made or opened, which may take a moment.
        failed: called where none was.
        over: whether it lies over an open model, to which Escape goes back.
        """
        super().__init__()
        self._opening = opening
        self._failed = failed
        self._over = over
        self.recent = tuple(recent)
        self.folder = Path.cwd() if folder is None else folder
        self.problem = ""

    def compose(self) -> ComposeResult:
        """Title, list, status."""
        with Vertical():
            yield Static(Content("meshmodel"), id="title")
            yield Static(
                Content(
                    "See what your AI agents can reach, with which identity, "
                    "and where no checkpoint stops them."
                ),
                id="tagline",
            )
            yield FilterList(self._rows(), one_line=True, id="choices")
            yield Static(Content(""), id="about", markup=False)
            yield Static(Content(self.problem), id="problem", markup=False)
            yield Static(Content(self._keys), id="keys")

    @property
    def _keys(self) -> str:
        back = " · Esc back" if self._over else ""
        return f"n new · S scan · I import · o open · / filter · ? keys · q quit{back}"

    def show_progress(self, text: str) -> None:
        """Show in place of the keys what is done meanwhile, as they wait for it; empty: it is done."""
        self.query_one("#keys", Static).update(Content(text or self._keys))

    def show_problem(self, text: str) -> None:
        """Show one line of what went wrong."""
        self.problem = text
        self.query_one("#problem", Static).update(Content(f"✖ {text}" if text else ""))

    @on(RowList.Moved)
    def _pointed(self, event: RowList.Moved) -> None:
        """Tell in full what is under the cursor, of which the list may show the beginning."""
        event.stop()
        row = self.query_one(FilterList).rows.row
        match None if row is None else row.value:
            case Example() as example:
                logs = f" It came with {_logs_of(example)}: press L there."
                said = f"{example.name}: {example.sentence}.{logs if example.logs else ''}"
            case Path() as path:
                said = one_line(path, 400)
            case _:
                said = ""
        self.query_one("#about", Static).update(Content(said))

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """Do what the row says."""
        event.stop()
        match event.row.value:
            case "new":
                self.action_new()
            case "scan":
                self.action_scan()
            case "import":
                self.action_import()
            case "open":
                self.action_open()
            case Example() as example:
                self.choose_new(partial(private_copy, example, copies_path()))
            case Path() as path:
                self.choose(path)

    def action_new(self) -> None:
        """Ask for a file name, and make an empty model."""
        self._name_new("new model", f"{clean_line(self.folder.name) or 'model'}.mesh")

    def action_scan(self) -> None:
        """Ask for a folder, show what it tells of agents, and open the model that is made of it."""
        from meshmodel.app.dialogs.scan import ScanDialog

        def scanned(found: "Scan") -> None:
            from meshmodel.store.store import Store

            name = proposed_model_name([self.folder / found.name], self.folder)

            def keep() -> Path:
                path = new_model_path(name, self.folder)
                Store.create(path, found.done.after, found.done.imported).close()
                return path

            self.choose_new(keep)

        def chosen(text: str) -> None:
            ask(self.app, ScanDialog(self.folder / Path(text).expanduser(), self.folder), scanned)

        entry = TextEntry(
            "scan a folder",
            str(self.folder),
            hint="what configures agents in it is read; nothing is started, sent or written",
            check=lambda text: None if self._is_folder(text) else "there is no such folder",
            complete=lambda text: complete_path(text, self.folder, ("/",)),
        )
        ask(self.app, entry, chosen)

    def _is_folder(self, text: str) -> bool:
        return bool(text.strip()) and (self.folder / Path(text).expanduser()).is_dir()

    def action_import(self) -> None:
        """Ask for files, and then for the name of the new model that they are imported into."""
        from meshmodel.app.dialogs.choose_files import ImportDialog
        from meshmodel.app.presentation.import_request import ImportRequest

        def chosen(request: ImportRequest) -> None:
            name = proposed_model_name(request.paths, self.folder)
            self._name_new("new model to import into", name, request)

        ask(self.app, ImportDialog(ImportRequest()), chosen)

    def _name_new(self, title: str, name: str, importing: "ImportRequest | None" = None) -> None:
        """Ask for the file name of a new model, make it, and perhaps import files into it."""

        def make(text: str) -> None:
            self.choose_new(partial(create_empty, new_model_path(text, self.folder)), importing)

        hint = f"a file in {self.folder}, or a path"
        check = partial(new_model_problem, folder=self.folder)
        ask(self.app, TextEntry(title, name, hint=hint, check=check), make)

    def action_open(self) -> None:
        """Ask for a file, and open it."""
        entry = TextEntry(
            "open a model",
            hint="a .mesh or .toml file",
            check=self._open_problem,
            complete=lambda text: complete_path(text, self.folder, MODEL_ENDINGS),
        )
        ask(self.app, entry, lambda text: self.choose(self.folder / Path(text).expanduser()))

    def action_help(self) -> None:
        """All keys by task; of the commands chosen there, run what needs no model."""
        from meshmodel.app.dialogs.help import HelpScreen

        async def chosen(command: str) -> None:
            match command:
                case "import":
                    self.action_import()
                case "open":
                    self.action_open()
                case "theme" | "quit":
                    await self.run_action(f"app.{command}")
                case _:
                    self.show_problem(f"{BY_ID[command].label}: open a model first, or press n for a new one")

        ask(self.app, HelpScreen(cast("MeshmodelApp", self.app).keymap), chosen)

    def action_back(self) -> None:
        """Back to the model that is open, if one is."""
        if self._over:
            self.dismiss()

    def _rows(self) -> Iterator[ListRow]:
        yield ListRow("new", line("+ ", ("new model", "bold"), ("  an empty canvas", "$text-muted")), "new")
        said = "  a folder: finds agents in MCP, assistant and workflow files; nothing is run or sent"
        yield ListRow("scan", line("  ", ("scan …", "bold"), (said, "$text-muted")), "scan")
        said = "  a new model of files that you have, such as .mcp.json"
        yield ListRow("import", line("  ", ("import …", "bold"), (said, "$text-muted")), "import")
        yield ListRow("open", line("  ", ("open …", "bold"), ("  a model file", "$text-muted")), "open")
        if self.recent:
            yield space("recent")
            shown, known = min(RECENT_SHOWN, len(self.recent)), len(self.recent)
            yield heading("recent" if shown == known else f"recent: {shown} of {known}")
            for path in self.recent[:RECENT_SHOWN]:
                said = one_line(path.parent, 60)
                yield ListRow(
                    ("recent", path), line("  ", one_line(path.name, 60), (f"  {said}", "$text-muted")), path
                )
        yield space("examples")
        yield heading("worked examples (a private copy is opened)")
        try:
            found = examples()
        except MeshmodelError as error:
            self.problem = str(error)
            return
        for example in found:
            yield ListRow(
                ("example", example.id),
                line(
                    "  ",
                    (f"{example.id:<23}", "bold"),
                    (f"{_logs_of(example)} · " if example.logs else "", ""),
                    (one_line(example.sentence, 300), "$text-muted"),
                ),
                example,
            )

    def _open_problem(self, text: str) -> str | None:
        is_there = text.strip() and (self.folder / Path(text).expanduser()).is_file()
        return None if is_there else "there is no such file"

    def choose_new(self, make: Callable[[], Path], importing: "ImportRequest | None" = None) -> None:
        """Open a file that is made for it, and import files into it; show why it cannot be made."""
        self._opening()
        try:
            path = make()
        except (MeshmodelError, OSError) as error:
            self.show_problem(one_line(error, 200))
            self._failed()
            return
        self.choose(path, importing)

    def choose(self, path: Path, importing: "ImportRequest | None" = None) -> None:
        """Have a file opened, and files imported into it."""
        self._opening()
        self.show_problem("")
        self.post_message(OpenRequested(path, importing=importing))


def _logs_of(example: Example) -> str:
    """How many logs came with an example."""
    return counted(len(example.logs), "log")
