# ruff: noqa: E501 - one command is one line of the table
"""The one table of commands: bindings, footer, help, palette and the manual's key list follow it."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, get_args

from textual.binding import Binding

from meshmodel.app.concepts import CONCEPTS
from meshmodel.app.presentation.people import VOTES, leader_of
from meshmodel.edits.connections import end_of

if TYPE_CHECKING:
    from meshmodel.app.app import MeshmodelApp
    from meshmodel.app.canvas.view import CanvasView
    from meshmodel.app.presentation.round_answers import AnswerName
    from meshmodel.app.state import WorkbenchState
    from meshmodel.app.workbench.screen import Workbench

Context = Literal["canvas", "round", "workbench", "program"]
"""Where the keys of a command work: on the canvas, in a guided review, anywhere in the workbench, or everywhere."""

Task = Literal["Draw", "Check", "Guided review", "Look", "Panels", "Model and program"]
TASKS: Final[tuple[Task, ...]] = ("Draw", "Check", "Guided review", "Look", "Panels", "Model and program")
"""The tasks in the order in which help and the manual list them."""

MenuPlace = Literal[
    "agent", "system", "credential", "zone", "step", "other", "several", "ground", "findings", "fix", "reach", "journal",
    "more",
]  # fmt: skip
"""What a menu is about: a thing on the canvas, several of them, the empty ground, the row of a list, or the
lists that have no tab yet.
"""

FooterPlace = Literal[
    "canvas", "findings", "fix", "reach", "trace", "compromise", "import", "questions", "journal", "changes",
    "outline", "inspector", "round",
]  # fmt: skip
"""The panels that have a footer of their own, by the ids of their widgets."""


NO_FILES: Final = "guests use no files of the host: ask the host for it"
"""Why a guest of a served model cannot do what reads or opens files."""


@dataclass(frozen=True, slots=True)
class Menu:
    """How menus offer a command.

    Attributes:
        rank: where it stands in all menus, the lowest first.
        label: what it does, in the words of a row.
        places: the menus that offer it.
    """

    rank: int
    label: str
    places: tuple[MenuPlace, ...]


@dataclass(frozen=True, slots=True)
class Command:
    """One thing that can be done.

    Attributes:
        id: its name in the keymap of a configuration file.
        keys: the keys that run it unless remapped, in Textual's names.
        label: one or two words, for the footer.
        description: one line, for help, palette and manual.
        task: what a person wants who looks for it.
        run: what it calls, on the workbench; its keys work anywhere there.
        on_canvas: the same of a command whose keys work on the canvas alone.
        in_round: the same as ``run`` of a command whose keys work in a guided review alone.
        in_program: the same of a command whose keys work on every screen.
        on_row: whether it is about the row under the cursor of the list in focus, which is opened for it.
        changes: whether it edits the model, and so is refused where that is read-only.
        files: whether it reads or opens files, and so is refused to guests.
        palette: whether the command palette offers it (not, where only its key makes sense).
        menu: how menus offer it, where one does.
        footers: the footers that name it, each with its rank there: narrow screens show only the lowest.
        why_not: why it cannot be done in a state, in one line; empty where it can.
    """

    id: str
    keys: tuple[str, ...]
    label: str
    description: str
    task: Task
    run: "Callable[[Workbench], object] | None" = None
    on_canvas: "Callable[[CanvasView], object] | None" = None
    in_round: "Callable[[Workbench], object] | None" = None
    in_program: "Callable[[MeshmodelApp], object] | None" = None
    on_row: bool = False
    changes: bool = False
    files: bool = False
    palette: bool = True
    menu: Menu | None = None
    footers: Mapping[FooterPlace, int] = field(default_factory=dict, hash=False)
    why_not: "Callable[[WorkbenchState], str]" = lambda _: ""

    @property
    def context(self) -> Context:
        """Where its keys work."""
        if self.in_round:
            return "round"
        return "canvas" if self.on_canvas else "program" if self.in_program else "workbench"

    @property
    def search(self) -> str:
        """All by which it is found: what it is called here, and what the field calls it."""
        return f"{self.label} {self.description} {self.id} {CONCEPTS.get(self.id, '')}"

    def disabled_reason(self, state: "WorkbenchState") -> str:
        """Why it cannot be done now, in one line; empty where it can."""
        return self.barred_reason(state) or self.why_not(state)

    def barred_reason(self, state: "WorkbenchState") -> str:
        """Why who looks at the model may not do it, whatever is selected; empty where they may."""
        if self.files and state.access.is_guest:
            return NO_FILES
        return state.why_read_only if self.changes and state.read_only else ""


def _connectable(state: "WorkbenchState") -> str:
    is_missing = end_of(state.selected) is None
    return "connect: select an agent, a system, a credential or a zone first" if is_missing else ""


def _selection(state: "WorkbenchState") -> str:
    return "" if state.chosen else "delete: select something first"


def _other_model(state: "WorkbenchState") -> str:
    return "open: it was started with --read-only, for this model alone" if state.access.read_only else ""


def _answer(
    name: "AnswerName",
    key: str,
    label: str,
    description: str,
    rank: int,
    run: "Callable[[Workbench], object]",
) -> Command:
    """A command that answers the stop of a guided review."""
    return Command(
        f"round_{name}",
        (key,),
        label,
        description,
        "Guided review",
        in_round=lambda w: w.room.vote(name) or run(w),
        changes=True,
        palette=False,
        footers={"round": rank},
        why_not=lambda state: _why_no_answer(state, name),
    )


def _why_no_answer(state: "WorkbenchState", name: "AnswerName") -> str:
    known, leader = state.rounding, leader_of(state.people)
    is_mine = state.lead or (state.is_voting and name in VOTES)
    if leader and leader.here.lead and leader.here.lead.is_locked and not (is_mine or leader.is_away):
        return f"review: only {leader.name} answers now; ! raises your hand"
    stop = None if known is None else known.result
    is_shown = stop is not None and stop.analysis is state.analysis and state.is_current
    is_note = name in {"park", "assume", "note"}  # about the step, whatever somebody else changes meanwhile
    if stop is None or not (is_shown or is_note):
        return "review: the topic is being computed; press the key again"
    why = stop.why_not(name)
    return f"review: {why}" if why else ""


def _nobody_here(state: "WorkbenchState") -> str:
    is_alone = not (state.people or state.access.is_guest)
    return "hand: nobody else is here; meshmodel serve shows a model to others" if is_alone else ""


def _nobody_leads(state: "WorkbenchState") -> str:
    leader = None if state.lead else leader_of(state.people)
    is_led = leader is not None and not leader.is_away
    return "" if is_led else "follow: nobody else leads a review; P in a review does"


def _led_already(state: "WorkbenchState") -> str:
    leads = None if state.lead else leader_of(state.people)
    is_led = leads is not None and not leads.is_away
    return f"review: {leads.name} leads already; & follows" if leads and is_led else ""


def _led(state: "WorkbenchState") -> str:
    leader = state.leader
    return "" if leader is None else f"review: {leader.name} leads; Esc goes on by yourself"


def _look(
    id_: str, keys: str, label: str, description: str, run: "Callable[[CanvasView], object]"
) -> Command:
    """A command of the canvas that only its keys make sense for."""
    return Command(id_, tuple(keys.split()), label, description, "Look", on_canvas=run, palette=False)


COMMANDS: Final[tuple[Command, ...]] = (
    Command("add", ("a",), "add", "Add an agent, a system, a credential or a zone", "Draw", run=lambda w: w.editing.add(), changes=True, menu=Menu(8, "add an element", ("zone", "ground")), footers={"canvas": 2, "outline": 4, "inspector": 2}),
    Command("connect", ("c",), "connect", "Connect the selected element with another", "Draw", run=lambda w: w.connecting.connect(), changes=True, why_not=_connectable, menu=Menu(3, "connect it with another", ("agent", "system", "credential", "zone")), footers={"canvas": 1, "outline": 1, "inspector": 8}),
    Command("connect_new", ("N",), "new beside", "Add an element that is connected with the selected one, in one edit", "Draw", run=lambda w: w.connecting.connect_new(), changes=True, why_not=_connectable),
    Command("edit", ("enter",), "edit", "Edit every field of what is selected", "Draw", on_canvas=lambda c: c.action_edit(), menu=Menu(1, "edit every field", ("agent", "system", "credential", "zone", "step", "other")), footers={"canvas": 4}),
    Command("rename", ("n",), "name", "Give what is selected another name; answer no to the question in focus", "Draw", run=lambda w: w.rename(), changes=True, menu=Menu(2, "give it another name", ("agent", "system", "credential", "zone")), footers={"outline": 2, "inspector": 1, "questions": 2}),
    Command("move", ("m",), "move", "Move the selected card by slot; across a lane changes its zone", "Draw", run=lambda w: w.moving.move(), changes=True, menu=Menu(7, "move it", ("agent", "system", "zone", "several"))),
    Command("delete", ("x", "delete"), "delete", "Delete what is selected, with its relations", "Draw", run=lambda w: w.editing.delete(), changes=True, why_not=_selection, menu=Menu(35, "delete it, and what hangs on it", ("agent", "system", "credential", "zone", "step", "other", "several")), footers={"outline": 3, "inspector": 4}),
    Command("menu", (".",), "menu", "What can be done with what is selected, or with the row of a list; the right mouse button shows it too", "Draw", run=lambda w: w.menus.menu(), footers={"outline": 9, "inspector": 9}),
    Command("quick_line", (":",), "quick line", "Type a sentence: bot > token > tickets: read", "Draw", run=lambda w: w.editing.quick_line(), menu=Menu(9, "type a sentence", ("ground",)), footers={"canvas": 3}),
    Command("copy", ("Y", "ctrl+c"), "copy", "Copy what is selected, with its relations; Y, X and V work between models too", "Draw", run=lambda w: w.clipboard.copy(), menu=Menu(4, "copy it, with its relations", ("agent", "system", "credential", "zone", "several"))),
    Command("cut", ("X", "ctrl+x"), "cut", "Copy what is selected, and delete it", "Draw", run=lambda w: w.clipboard.cut(), changes=True, menu=Menu(5, "cut it, with its relations", ("several",))),
    Command("paste", ("V", "ctrl+v"), "paste", "Add what was copied; sentences that were copied open the quick line", "Draw", run=lambda w: w.clipboard.paste(), changes=True, menu=Menu(10, "paste what was copied", ("ground",))),
    Command("duplicate", ("d",), "duplicate", "Add what is selected once more, with the same relations", "Draw", run=lambda w: w.clipboard.duplicate(), changes=True, menu=Menu(6, "add it once more", ("agent", "system", "credential", "zone", "several"))),
    Command("undo", ("u", "ctrl+z"), "undo", "Undo the last edit made here, and name it", "Draw", run=lambda w: w.editing.undo(), changes=True, menu=Menu(19, "undo the last edit made here", ("ground", "journal")), footers={"canvas": 8, "findings": 93, "fix": 93, "reach": 93, "trace": 93, "compromise": 93, "import": 93, "questions": 93, "journal": 93, "changes": 93, "outline": 6, "inspector": 6, "round": 92}),
    Command("redo", ("U", "ctrl+y"), "redo", "Redo what was undone, and name it", "Draw", run=lambda w: w.editing.redo(), changes=True, menu=Menu(20, "redo what was undone", ("ground", "journal"))),
    Command("arrange", ("A",), "arrange", "Lay the drawing out again: forget where cards and lanes were put by hand; u brings that back", "Draw", run=lambda w: w.drawing.arrange(), changes=True, menu=Menu(32, "lay the drawing out again", ("ground",)), footers={"canvas": 0}),
    Command("checkpoint", ("p",), "add checkpoint", "Add a checkpoint on the selected step or trust boundary, or where the open finding lacks one", "Check", run=lambda w: w.checkpoints.checkpoint(), on_row=True, changes=True, menu=Menu(12, "place a checkpoint there", ("step", "findings")), footers={"canvas": 6, "findings": 1, "outline": 8, "inspector": 3}),
    Command("intend", ("i",), "mark intended", "Mark as intended all that closes the open finding, else the highlighted path", "Check", run=lambda w: w.checkpoints.intend(), on_row=True, changes=True, menu=Menu(13, "mark its paths as intended", ("findings", "reach")), footers={"findings": 5, "reach": 2}),
    Command("guard", ("P",), "add all", "Add all checkpoints that the fix shows, or take the measures of the plan", "Check", run=lambda w: w.plan.take(), on_row=True, changes=True, menu=Menu(17, "add all that the drawing shows", ("fix",)), footers={"fix": 2}),
    Command("accept", ("y",), "accept risk", "Accept the risk of the open finding for a time, or withdraw that; answer yes to a question", "Check", run=lambda w: w.accept(), on_row=True, changes=True, menu=Menu(14, "accept its risk for a time, or no longer", ("findings",)), footers={"findings": 3, "questions": 1}),
    Command("why", ("w",), "why", "Why or why not: the path of an agent to a system, all paths, and what one more relation opens", "Check", run=lambda w: w.findings.why(), on_row=True, menu=Menu(11, "why and why not: its paths", ("agent", "system", "findings", "reach")), footers={"findings": 2, "reach": 1}),
    Command("rule", ("R",), "rule", "The rule of the open finding: why it matters, what to do, standards, when to ignore it", "Check", run=lambda w: w.findings.rule(), on_row=True, menu=Menu(15, "its rule: why, what to do, standards", ("findings",)), footers={"findings": 4}),
    Command("compromise", ("C",), "blast radius", "Blast radius: what an attacker gets who compromises what is selected, and what to revoke", "Check", run=lambda w: w.lens.compromise(), menu=Menu(22, "its blast radius if it is compromised", ("agent", "system", "credential")), footers={"compromise": 1}),
    Command("outsider", ("O",), "outsider", "What an outsider gets who may only write where outsiders can, and read what is visible to them", "Check", run=lambda w: w.lens.outsider(), menu=Menu(25, "the blast radius of an outsider", ("ground", "more")), footers={"compromise": 2}),
    Command("offboard", ("D",), "offboard", "What to revoke, rotate and delete when somebody or a vendor goes, or a secret is rotated", "Check", run=lambda w: w.offboarding.offboard(), menu=Menu(23, "offboard: when it goes, or is rotated", ("agent", "credential"))),
    Command("compare", ("B",), "compare", "Compare with the point of the journal under its cursor, else with another file or REV:PATH of git", "Check", run=lambda w: w.comparing.compare(), menu=Menu(18, "compare with another state", ("journal", "more")), footers={"journal": 1, "changes": 1}),
    Command("view", ("v",), "built/planned", "Show the model as built, or with planned checkpoints too", "Check", run=lambda w: w.selection.view()),
    Command("lens", ("l",), "lens", "Show all, reach, missing checkpoints, blast radius, or trust boundaries; the rest is dimmed", "Check", run=lambda w: w.lens.lens(), menu=Menu(26, "show one aspect, dim the rest", ("ground",)), footers={"canvas": 5}),
    _look("go_left", "left h", "left", "Select what lies to the left, along the line", lambda c: c.action_go("left")),
    _look("go_right", "right", "right", "Select what lies to the right, along the line", lambda c: c.action_go("right")),
    _look("go_up", "up k", "up", "Select what lies above", lambda c: c.action_go("up")),
    _look("go_down", "down j", "down", "Select what lies below", lambda c: c.action_go("down")),
    _look("next", "tab", "next", "Select the next one in reading order", lambda c: c.action_step(1)),
    _look("previous", "shift+tab", "previous", "Select the one before in reading order", lambda c: c.action_step(-1)),
    _look("pan_left", "shift+left", "pan", "Show more of the left of the drawing", lambda c: c.pan(-8, 0)),
    _look("pan_right", "shift+right", "pan", "Show more of the right of the drawing", lambda c: c.pan(8, 0)),
    _look("pan_up", "shift+up", "pan", "Show more of the top of the drawing", lambda c: c.pan(0, -4)),
    _look("pan_down", "shift+down", "pan", "Show more of the bottom of the drawing", lambda c: c.pan(0, 4)),
    Command("mark", ("space",), "select too", "Select several together, as Shift or Ctrl with the mouse does: what follows is one edit", "Draw", on_canvas=lambda c: c.action_mark(), palette=False),
    Command("jump", ("g",), "go to", "Label all that is on the screen, and jump to a label", "Look", on_canvas=lambda c: c.action_jump()),
    Command("find", ("/", "ctrl+f"), "find", "Find an element by its name, or filter the list in focus", "Look", run=lambda w: w.find(), menu=Menu(21, "find an element by its name", ("ground",)), footers={"canvas": 7, "findings": 92, "fix": 92, "reach": 92, "trace": 92, "compromise": 92, "import": 92, "questions": 92, "journal": 92, "changes": 92, "outline": 5, "inspector": 5}),
    Command("signs", ("s",), "signs", "What the signs of this drawing mean", "Look", run=lambda w: w.menus.signs(), menu=Menu(30, "what the signs mean", ("ground",))),
    Command("in_words", ("S",), "in words", "The drawing in words, for screen readers: a list that begins at what is selected", "Look", run=lambda w: w.menus.in_words()),
    Command("map", ("W",), "where", "Show or hide the map of the whole drawing in the corner; a click on it goes there", "Look", run=lambda w: w.layout_of_panels.map(), menu=Menu(29, "show or hide the map", ("ground",))),
    Command("zoom_in", ("+", "="), "closer", "Zoom in: overview, one line, cards", "Look", run=lambda w: w.selection.zoom_in(), menu=Menu(27, "zoom in", ("ground",))),
    Command("zoom_out", ("-",), "farther", "Zoom out: cards, one line, overview", "Look", run=lambda w: w.selection.zoom_out(), menu=Menu(28, "zoom out", ("ground",))),
    Command("zoom_reset", ("0",), "cards", "Back to cards", "Look", run=lambda w: w.selection.zoom_reset()),
    Command("fold", ("z",), "fold", "Show the zone of what is selected as one card, or unfold it", "Look", run=lambda w: w.selection.fold(), menu=Menu(24, "fold or unfold it", ("zone",))),
    Command("findings", ("f",), "findings", "Findings, each with its attack path and how to fix it", "Panels", run=lambda w: w.findings.show(), footers={"canvas": 9}),
    Command("group", ("G",), "group", "List the findings by severity, by the system that unchecked paths enter, by agents, or by rule", "Panels", run=lambda w: w.findings.group(), menu=Menu(16, "list them by system, agents or rule", ("findings",))),
    Command("fix", ("F",), "fix", "Fix: the smallest set of checkpoints, or the plan that costs the fewest decisions a day", "Panels", run=lambda w: w.plan.open(), footers={"fix": 1}),
    Command("round", ("@",), "review", "Guided review: one topic after the other, with the checkpoints that close the most paths first", "Panels", run=lambda w: w.round.show(), menu=Menu(40, "guided review", ("more",)), footers={"fix": 3}),
    _answer("yes", "y", "yes", "Yes, by design: mark as intended what closes something here", 2, lambda w: w.round.yes()),
    _answer("no", "n", "no", "No: remove the step, or the access behind it", 3, lambda w: w.round.no()),
    _answer("less", "l", "less", "With fewer actions: choose which ones stay", 4, lambda w: w.round.less()),
    _answer("rule", "d", "rule", "A policy check decides each time: an enforced checkpoint on the step", 1, lambda w: w.round.rule()),
    _answer("person", "h", "person", "A person approves each time: an enforced approval on the step, and by whom", 5, lambda w: w.round.person()),
    _answer("planned", "p", "planned", "A policy check is planned: a planned checkpoint on the step", 6, lambda w: w.round.planned()),
    _answer("accept", "x", "accept", "Accept the risk without a checkpoint: by whom, why, until when", 7, lambda w: w.round.accept()),
    _answer("lifetime", "t", "life", "Say how long the credential is valid", 21, lambda w: w.round.field("lifetime")),
    _answer("binding", "b", "bind", "Say what binds the credential to who holds it", 22, lambda w: w.round.field("binding")),
    _answer("owner", "o", "owner", "Say who answers for the credential", 23, lambda w: w.round.field("owner")),
    _answer("log", "i", "log", "Say what the log of a system there records", 24, lambda w: w.round.log()),
    _answer("park", "k", "later", "Decide later: note the question", 8, lambda w: w.round.note("park")),
    _answer("assume", "A", "assume", "Note an assumption to confirm later", 25, lambda w: w.round.note("assume")),
    _answer("note", "N", "note", "Add a note about this topic", 26, lambda w: w.round.note("note")),
    Command("round_next", ("space",), "next", "Go on to the next topic", "Guided review", in_round=lambda w: w.round.next(), palette=False, footers={"round": 0}, why_not=_led),
    Command("round_present", ("P",), "large", "Show the topic in large cards over the whole screen, and lead a room by it: bring all there, lock, vote, hand over, or end it", "Guided review", in_round=lambda w: w.room.lead(), palette=False, footers={"round": 27}, why_not=_led_already),
    Command("round_back", ("left", "backspace"), "back", "Go back to the topic before", "Guided review", in_round=lambda w: w.round.back(), palette=False, footers={"round": 20}, why_not=_led),
    Command("follow", ("&",), "follow", "Follow who leads the review, wherever they go in it; Esc ends that", "Guided review", run=lambda w: w.room.follow_leader(), why_not=_nobody_leads),
    Command("hand", ("!",), "hand", "Raise a hand, which the others see, or lower it", "Guided review", run=lambda w: w.room.hand(), why_not=_nobody_here),
    Command("reach", ("r",), "reach", "The reach matrix: agents by systems", "Panels", run=lambda w: w.context.open_list("reach")),
    Command("questions", ("Q",), "questions", "Open questions: facts that the model lacks, a row an element", "Panels", run=lambda w: w.context.open_list("questions"), menu=Menu(41, "open questions", ("more",))),
    Command("journal", ("J",), "journal", "Every edit with its time", "Panels", run=lambda w: w.context.open_list("journal"), menu=Menu(42, "journal: every edit", ("more",))),
    Command("trace", ("L",), "log", "Replay a log on the model: who acted, as which identity, and whether a checkpoint decided", "Panels", run=lambda w: w.trace.trace(), files=True, menu=Menu(43, "replay a log", ("more",)), footers={"trace": 1}),
    Command("outline", ("o",), "outline", "All elements as a list, by zone", "Panels", run=lambda w: w.layout_of_panels.outline()),
    Command("panel", ("t",), "panel", "Show or hide the side panel", "Panels", run=lambda w: w.layout_of_panels.panel(), menu=Menu(31, "show or hide the side panel", ("ground",))),
    Command("enlarge", ("Z",), "taller lists", "Give the lists half of the screen, most of it, or what they had; or drag the row of their names", "Panels", run=lambda w: w.layout_of_panels.enlarge()),
    Command("next_panel", ("f6",), "next panel", "Go to the next panel", "Panels", run=lambda w: w.layout_of_panels.next_panel()),
    Command("close", ("escape",), "back", "Close what is open and go back to the canvas", "Panels", run=lambda w: w.close(), palette=False, footers={"findings": 91, "fix": 91, "reach": 91, "trace": 91, "compromise": 91, "import": 91, "questions": 91, "journal": 91, "changes": 91, "outline": 7, "inspector": 7, "round": 91}),
    Command("saved", ("ctrl+s",), "saved", "Say that everything is saved: each edit is on disk when it is shown", "Model and program", run=lambda w: w.editing.saved(), palette=False),
    Command("export", ("e",), "export", "Export a picture, a report, tickets, policies or the model", "Model and program", run=lambda w: w.editing.export(), menu=Menu(34, "export a picture, or the model", ("ground",))),
    Command("import", ("I",), "import", "Import files that you have: see what would change, reject rows, apply it; I goes back to it", "Model and program", run=lambda w: w.importing.choose(), changes=True, files=True, menu=Menu(44, "import files", ("more",)), footers={"import": 1}),
    Command("open", ("ctrl+o",), "open", "Open or create another model", "Model and program", run=lambda w: w.open(), files=True, why_not=_other_model),
    Command("about", ("M",), "model", "Name and describe the whole model", "Model and program", run=lambda w: w.editing.about(), changes=True, menu=Menu(33, "name and describe the model", ("ground",))),
    Command("theme", ("T",), "theme", "Change the theme: dark, light, high contrast", "Model and program", in_program=lambda p: p.action_theme()),
    Command("help", ("?", "f1"), "all keys", "All keys by task; runs the one chosen", "Model and program", run=lambda w: w.menus.help(), footers={"canvas": 10, "findings": 94, "fix": 94, "reach": 94, "trace": 94, "compromise": 94, "import": 94, "questions": 94, "journal": 94, "changes": 94, "outline": 10, "inspector": 10, "round": 94}),
    Command("palette", ("ctrl+p",), "palette", "Find and run any command, or go to any element", "Model and program", in_program=lambda p: p.action_palette(), palette=False),
    Command("quit", ("q", "ctrl+q"), "quit", "Leave; everything is on disk already", "Model and program", run=lambda w: w.quit()),
)  # fmt: skip
"""Every command of the workbench, in the order in which help lists them within a task."""


BY_ID: Final[Mapping[str, Command]] = {command.id: command for command in COMMANDS}

FOOTERS: Final[Mapping[str, tuple[Command, ...]]] = {
    place: tuple(
        sorted((each for each in COMMANDS if place in each.footers), key=lambda each: each.footers[place])
    )
    for place in get_args(FooterPlace)
}
"""What the footer names where a panel has the focus, the most needed first."""


def menu_commands(place: MenuPlace) -> tuple[tuple[Command, Menu], ...]:
    """The commands that the menu of a place offers, each with how it is offered, in its order."""
    offered = [(each, each.menu) for each in COMMANDS if each.menu and place in each.menu.places]
    return tuple(sorted(offered, key=lambda pair: pair[1].rank))


_NAMES: Final = {
    "left": "←",
    "right": "→",
    "up": "↑",
    "down": "↓",
    "enter": "Enter",
    "escape": "Esc",
    "tab": "Tab",
    "delete": "Del",
    "backspace": "Backspace",
    "space": "Space",
}


def shown_key(key: str) -> str:
    """A key as people read it: ``ctrl+z`` is ``Ctrl+Z``, ``shift+left`` is ``Shift+←``."""
    *held, last = key.split("+") if key != "+" else ["+"]
    name = _NAMES.get(last, last.upper() if held or (last[:1] == "f" and last[1:].isdigit()) else last)
    return "+".join([*(part.capitalize() for part in held), name])


def shown_keys(command: Command, keymap: Mapping[str, str] | None = None) -> str:
    """All keys of a command as people read them, separated by two spaces, remapped ones included."""
    return "  ".join(shown_key(key) for key in keys_of(command, keymap))


def keys_of(command: Command, keymap: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """The keys of a command: those of the user's keymap (``"k,ctrl+k"``) if it names the command."""
    if keymap and command.id in keymap:
        return tuple(key.strip() for key in keymap[command.id].split(",") if key.strip())
    return command.keys


def bindings(context: Context) -> list[Binding]:
    """The Textual bindings of one context; each has its command's id, so that a keymap can change it."""
    return [
        Binding(
            ",".join(command.keys),
            f"run('{command.id}')",
            command.label,
            show=False,
            tooltip=command.description,
            id=command.id,
        )
        for command in COMMANDS
        if command.context == context
    ]


def problems(keymap: Mapping[str, str]) -> tuple[str, ...]:
    """What is wrong with a user's keymap: unknown commands, commands without a key, clashes.

    One line each. Two commands clash if one key runs both, wherever their keys work: a key that means
    one thing on the canvas and another beside it would only confuse. A guided review, which asks as a dialog
    does, has keys of its own.
    """
    found = [
        f"keymap: there is no action {name!r}; see the list of keys" for name in keymap if name not in BY_ID
    ]
    runs: dict[tuple[bool, str], list[str]] = defaultdict(list)
    for command in COMMANDS:
        keys = keys_of(command, keymap)
        if not keys:
            found.append(f"keymap: {command.id} has no key; leave it out to keep {shown_keys(command)}")
        for key in dict.fromkeys(keys):
            runs[command.context == "round", key].append(command.id)
    found.extend(
        f"keymap: {shown_key(key)} is both {' and '.join(names)}; the first one runs"
        for (_, key), names in runs.items()
        if len(names) > 1
    )
    return tuple(found)
