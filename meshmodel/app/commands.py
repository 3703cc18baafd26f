# ruff: noqa: E501 - one command is one line of the table
"""The one table of commands: bindings, footer, help, palette and the manual's key list follow it."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from textual.binding import Binding

from meshmodel.edits.connections import end_of

if TYPE_CHECKING:
    from meshmodel.app.state import WorkbenchState

Context = Literal["canvas", "workbench", "program"]
"""Where the keys of a command work: on the canvas, anywhere in the workbench, or everywhere."""

Task = Literal["Draw", "Check", "Look", "Panels", "Model and program"]
TASKS: Final[tuple[Task, ...]] = ("Draw", "Check", "Look", "Panels", "Model and program")
"""The tasks in the order in which help and the manual list them."""


@dataclass(frozen=True, slots=True)
class Command:
    """One thing that can be done.

    Attributes:
        id: its name in the keymap of a configuration file.
        keys: the keys that run it unless remapped, in Textual's names.
        label: one or two words, for the footer.
        description: one line, for help, palette and manual.
        task: what a person wants who looks for it.
        run: what does it: a controller and its method, such as ``editing.undo``; ``screen`` and a method of
            the workbench itself; ``list`` and the list to be shown. For the canvas and the program Textual's
            name of the action, such as ``go('left')``; empty where that is the id.
        context: where its keys work.
        changes: whether it edits the model, and so is refused where that is read-only.
        palette: whether the command palette offers it (not, where only its key makes sense).
        menu: what a menu says of it, where one offers it.
        needs: why it cannot be done in a state, in one line; empty where it can.
    """

    id: str
    keys: tuple[str, ...]
    label: str
    description: str
    task: Task
    run: str = ""
    context: Context = "workbench"
    changes: bool = False
    palette: bool = True
    menu: str = ""
    needs: "Callable[[WorkbenchState], str]" = lambda _: ""

    def disabled_reason(self, state: "WorkbenchState") -> str:
        """Why it cannot be done now, in one line; empty where it can."""
        return state.why_read_only if self.changes and state.read_only else self.needs(state)


def _connectable(state: "WorkbenchState") -> str:
    is_missing = end_of(state.selected) is None
    return "connect: select an agent, a system, a credential or a zone first" if is_missing else ""


def _selection(state: "WorkbenchState") -> str:
    return "" if state.chosen else "delete: select something first"


def _look(id_: str, keys: str, label: str, description: str, run: str) -> Command:
    """A command of the canvas that only its keys make sense for."""
    return Command(id_, tuple(keys.split()), label, description, "Look", run, context="canvas", palette=False)


COMMANDS: Final[tuple[Command, ...]] = (
    Command("add", ("a",), "add", "Add an agent, a system, a credential or a zone", "Draw", run="editing.add", changes=True, menu="add an element"),
    Command("connect", ("c",), "connect", "Connect the selected element with another", "Draw", run="connecting.connect", changes=True, needs=_connectable, menu="connect it with another"),
    Command("connect_new", ("N",), "new beside", "Add an element that is connected with the selected one, in one edit", "Draw", run="connecting.connect_new", changes=True, needs=_connectable),
    Command("edit", ("enter",), "edit", "Edit every field of what is selected", "Draw", context="canvas", menu="edit every field"),
    Command("rename", ("n",), "name", "Give what is selected another name", "Draw", run="editing.rename", changes=True, menu="give it another name"),
    Command("move", ("m",), "move", "Move the selected card by slot; across a lane changes its zone", "Draw", run="moving.move", changes=True, menu="move it"),
    Command("delete", ("x", "delete"), "delete", "Delete what is selected, with its relations", "Draw", run="editing.delete", changes=True, needs=_selection, menu="delete it, and what hangs on it"),
    Command("menu", (".",), "menu", "What can be done with what is selected, or with the row of a list; the right mouse button shows it too", "Draw", run="menus.menu"),
    Command("quick_line", (":",), "quick line", "Type a sentence: bot > token > tickets: read", "Draw", run="editing.quick_line", menu="type a sentence"),
    Command("copy", ("Y",), "copy", "Copy what is selected, with its relations; Y, X and V work between models too", "Draw", run="clipboard.copy", menu="copy it, with its relations"),
    Command("cut", ("X", "ctrl+x"), "cut", "Copy what is selected, and delete it", "Draw", run="clipboard.cut", changes=True, menu="cut it, with its relations"),
    Command("paste", ("V", "ctrl+v"), "paste", "Add what was copied; sentences that were copied open the quick line", "Draw", run="clipboard.paste", changes=True, menu="paste what was copied"),
    Command("duplicate", ("d",), "duplicate", "Add what is selected once more, with the same relations", "Draw", run="clipboard.duplicate", changes=True, menu="add it once more"),
    Command("undo", ("u", "ctrl+z"), "undo", "Undo the last edit made here, and name it", "Draw", run="editing.undo", changes=True, menu="undo the last edit made here"),
    Command("redo", ("U", "ctrl+y"), "redo", "Redo what was undone, and name it", "Draw", run="editing.redo", changes=True, menu="redo what was undone"),
    Command("arrange", ("A",), "arrange", "Lay the drawing out again", "Draw", run="drawing.arrange", changes=True, menu="lay the drawing out again"),
    Command("checkpoint", ("p",), "checkpoint", "Place a checkpoint on the selected step or boundary, or the open finding's door", "Check", run="checkpoints.checkpoint", changes=True, menu="place a checkpoint there"),
    Command("intend", ("i",), "intend", "Declare intended all that closes the open finding, else the lit path", "Check", run="checkpoints.intend", changes=True, menu="declare its ways intended"),
    Command("guard", ("P",), "guard", "Guard the steps that the fix shows on the canvas, as planned or enforced", "Check", run="fix.guard", changes=True, menu="guard all that the drawing shows"),
    Command("accept", ("y",), "accept", "Accept the open finding for a time, or withdraw that", "Check", run="findings.accept", changes=True, menu="accept it for a time, or no longer"),
    Command("why", ("w",), "why", "Why or why not: the way of an agent to a system, all ways, and what one more relation opens", "Check", run="findings.why", menu="why and why not: its ways"),
    Command("rule", ("R",), "rule", "Tell the rule of the open finding: what it finds, what to do, when it may be wrong", "Check", run="findings.rule", menu="its rule: what to do, when it errs"),
    Command("compromise", ("C",), "compromise", "What falls if what is selected is compromised, and what to revoke", "Check", run="lens.compromise", menu="what falls if it is compromised"),
    Command("outsider", ("O",), "outsider", "What falls to somebody who may only put words in where outsiders can", "Check", run="lens.outsider", menu="what falls to an outsider"),
    Command("offboard", ("D",), "offboard", "What to revoke, rotate and delete when somebody or a vendor goes, or a secret is rotated", "Check", run="offboarding.offboard", menu="offboard: when it goes, or is rotated"),
    Command("compare", ("B",), "compare", "Compare with the point of the journal under its cursor, else with another file or REV:PATH of git", "Check", run="comparing.compare", menu="compare with how it was then"),
    Command("view", ("v",), "built/designed", "Look at the mesh as built, or as designed with the planned checkpoints", "Check", run="selection.view"),
    Command("lens", ("l",), "lens", "Change the lens: structure, reach, missing checkpoints, compromise, boundaries", "Check", run="lens.lens", menu="change the lens"),
    _look("go_left", "left h", "left", "Select what lies to the left, along the line", "go('left')"),
    _look("go_right", "right", "right", "Select what lies to the right, along the line", "go('right')"),
    _look("go_up", "up k", "up", "Select what lies above", "go('up')"),
    _look("go_down", "down j", "down", "Select what lies below", "go('down')"),
    _look("next", "tab", "next", "Select the next one in reading order", "step(1)"),
    _look("previous", "shift+tab", "previous", "Select the one before in reading order", "step(-1)"),
    _look("pan_left", "shift+left", "pan", "Show more of the left of the drawing", "pan(-8, 0)"),
    _look("pan_right", "shift+right", "pan", "Show more of the right of the drawing", "pan(8, 0)"),
    _look("pan_up", "shift+up", "pan", "Show more of the top of the drawing", "pan(0, -4)"),
    _look("pan_down", "shift+down", "pan", "Show more of the bottom of the drawing", "pan(0, 4)"),
    Command("mark", ("space",), "select too", "Select several together, as Shift or Ctrl with the mouse does: what follows is one edit", "Draw", context="canvas", palette=False),
    Command("jump", ("g",), "go to", "Label all that is on the screen, and jump to a label", "Look", context="canvas"),
    Command("find", ("/",), "find", "Find an element by its name, or filter the list in focus", "Look", run="screen.find", menu="find an element by its name"),
    Command("signs", ("s",), "signs", "What the signs of this drawing mean", "Look", run="menus.signs", menu="what the signs mean"),
    Command("in_words", ("S",), "in words", "The drawing in words, for screen readers: a list that begins at what is selected", "Look", run="menus.in_words"),
    Command("map", ("W",), "where", "Show or hide the map of the whole drawing in the corner; a click on it goes there", "Look", run="layout.map", menu="show or hide the map"),
    Command("zoom_in", ("+", "="), "closer", "Zoom in: overview, one line, cards", "Look", run="selection.zoom_in", menu="zoom in"),
    Command("zoom_out", ("-",), "farther", "Zoom out: cards, one line, overview", "Look", run="selection.zoom_out", menu="zoom out"),
    Command("zoom_reset", ("0",), "cards", "Back to cards", "Look", run="selection.zoom_reset"),
    Command("fold", ("z",), "fold", "Show the zone of what is selected as one card, or unfold it", "Look", run="selection.fold", menu="fold or unfold it"),
    Command("findings", ("f",), "findings", "Findings, each with its witness", "Panels", run="findings.show"),
    Command("group", ("G",), "group", "List the findings by severity, by doors of each system, by agents, or by rule", "Panels", run="findings.group", menu="list them by door, agents or rule"),
    Command("fix", ("F",), "fix", "Fix: the smallest set of checkpoints, what each closes, what fewer would", "Panels", run="fix.fix"),
    Command("reach", ("r",), "reach", "The reach matrix: agents by systems", "Panels", run="list.reach"),
    Command("questions", ("Q",), "questions", "What the drawing does not say yet, a row an element", "Panels", run="list.questions"),
    Command("journal", ("J",), "journal", "Every edit with its time", "Panels", run="list.journal"),
    Command("trace", ("L",), "log", "Lay a log of observed events on the model: who, as whom, was anybody asked", "Panels", run="trace.trace"),
    Command("outline", ("o",), "outline", "All elements as a list, by zone", "Panels", run="layout.outline"),
    Command("panel", ("t",), "panel", "Show or hide the side panel", "Panels", run="layout.panel", menu="show or hide the side panel"),
    Command("enlarge", ("Z",), "taller lists", "Give the lists half of the screen, most of it, or what they had; or drag the row of their names", "Panels", run="layout.enlarge"),
    Command("next_panel", ("f6",), "next panel", "Go to the next panel", "Panels", run="layout.next_panel"),
    Command("close", ("escape",), "back", "Close what is open and go back to the canvas", "Panels", run="screen.close", palette=False),
    Command("export", ("e",), "export", "Export a picture, the interchange file or the policy stub", "Model and program", run="editing.export", menu="export a picture, or the model"),
    Command("import", ("I",), "import", "Import files that you have: see what would change, reject rows, apply it; I goes back to it", "Model and program", run="importing.choose", changes=True),
    Command("open", ("ctrl+o",), "open", "Open or create another model", "Model and program", run="screen.open"),
    Command("about", ("M",), "model", "Name and describe the whole model", "Model and program", run="editing.about", changes=True, menu="name and describe the model"),
    Command("theme", ("T",), "theme", "Change the theme: dark, light, high contrast", "Model and program", context="program"),
    Command("help", ("?", "f1"), "all keys", "All keys by task; runs the one chosen", "Model and program", run="menus.help"),
    Command("palette", ("ctrl+p",), "palette", "Find and run any command, or go to any element", "Model and program", context="program", palette=False),
    Command("quit", ("q", "ctrl+q"), "quit", "Leave; everything is on disk already", "Model and program", run="screen.quit"),
)  # fmt: skip
"""Every command of the workbench, in the order in which help lists them within a task."""


BY_ID: Final[Mapping[str, Command]] = {command.id: command for command in COMMANDS}

_LIST: Final = ("close", "find", "undo", "help")
FOOTERS: Final[Mapping[str, tuple[str, ...]]] = {
    "canvas": (
        "connect", "add", "quick_line", "edit", "lens", "checkpoint", "find", "undo", "findings", "help"
    ),
    "findings": ("checkpoint", "why", "accept", "rule", "intend", *_LIST),
    "fix": ("fix", "guard", *_LIST),
    "reach": ("why", "intend", *_LIST),
    "trace": ("trace", *_LIST),
    "compromise": ("compromise", "outsider", *_LIST),
    "import": ("import", *_LIST),
    "questions": _LIST,
    "journal": ("compare", *_LIST),
    "changes": ("compare", *_LIST),
    "outline": (
        "connect", "rename", "delete", "add", "find", "undo", "close", "checkpoint", "menu", "help"
    ),
    "inspector": (
        "rename", "add", "checkpoint", "delete", "find", "undo", "close", "connect", "menu", "help"
    ),
}  # fmt: skip
"""What the footer names where a panel has the focus, the most needed first: narrow screens show fewer."""

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
            f"run('{command.id}')" if command.context == "workbench" else command.run or command.id,
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
    one thing on the canvas and another beside it would only confuse.
    """
    found = [
        f"keymap: there is no action {name!r}; see the list of keys" for name in keymap if name not in BY_ID
    ]
    runs: dict[str, list[str]] = defaultdict(list)
    for command in COMMANDS:
        keys = keys_of(command, keymap)
        if not keys:
            found.append(f"keymap: {command.id} has no key; leave it out to keep {shown_keys(command)}")
        for key in dict.fromkeys(keys):
            runs[key].append(command.id)
    found.extend(
        f"keymap: {shown_key(key)} is both {' and '.join(names)}; the first one runs"
        for key, names in runs.items()
        if len(names) > 1
    )
    return tuple(found)
