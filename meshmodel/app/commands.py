# ruff: noqa: E501 - one action is one line of the table
"""The one table of actions: bindings, footer, help, palette and the manual's key list follow it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from textual.binding import Binding

Context = Literal["canvas", "workbench", "program"]
"""Where the keys of an action work: on the canvas, anywhere in the workbench, or everywhere."""

Task = Literal["Draw", "Check", "Look", "Panels", "Model and program"]
TASKS: Final[tuple[Task, ...]] = ("Draw", "Check", "Look", "Panels", "Model and program")
"""The tasks in the order in which help and the manual list them."""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that can be done.

    Attributes:
        id: its name in the keymap of a configuration file; the method is ``action_`` and the id.
        keys: the keys that run it unless remapped, in Textual's names.
        label: one or two words, for the footer.
        description: one line, for help, palette and manual.
        task: what a person wants who looks for it.
        context: where its keys work.
        footer: its rank in the footer, or 0: not there. Low ranks survive on narrow screens.
        changes: whether it edits the model, and so is refused where that is read-only.
        palette: whether the command palette offers it (not, where only its key makes sense).
    """

    id: str
    keys: tuple[str, ...]
    label: str
    description: str
    task: Task
    context: Context = "workbench"
    footer: int = 0
    changes: bool = False
    palette: bool = True


def _look(id_: str, key: str, label: str, description: str) -> Action:
    """An action of the canvas that only its key makes sense for."""
    return Action(id_, (key,), label, description, "Look", "canvas", palette=False)


ACTIONS: Final[tuple[Action, ...]] = (
    Action("add", ("a",), "add", "Add an agent, a system, a credential or a zone", "Draw", footer=2, changes=True),
    Action("connect", ("c",), "connect", "Connect the selected element with another", "Draw", footer=1, changes=True),
    Action("edit", ("enter",), "edit", "Edit every field of what is selected", "Draw", "canvas", 4),
    Action("rename", ("n",), "name", "Give what is selected another name", "Draw", changes=True),
    Action("move", ("m",), "move", "Move the selected card by slot; across a lane changes its zone", "Draw", changes=True),
    Action("delete", ("x", "delete"), "delete", "Delete what is selected, with its relations", "Draw", changes=True),
    Action("menu", (".",), "menu", "What can be done with what is selected, or about a finding; the right mouse button shows it too", "Draw"),
    Action("quick_line", (":",), "quick line", "Type a sentence: bot > token > tickets: read", "Draw", footer=3, changes=True),
    Action("undo", ("u", "ctrl+z"), "undo", "Undo the last edit made here, and name it", "Draw", footer=8, changes=True),
    Action("redo", ("U", "ctrl+y"), "redo", "Redo what was undone, and name it", "Draw", changes=True),
    Action("arrange", ("A",), "arrange", "Lay the drawing out again", "Draw", changes=True),
    Action("checkpoint", ("p",), "checkpoint", "Place a checkpoint on the selected step or boundary, or the open finding's door", "Check", footer=6, changes=True),
    Action("intend", ("i",), "intend", "Declare the lit path intended, where that approves it", "Check", changes=True),
    Action("guard", ("P",), "guard", "Guard the steps that the fix shows on the canvas, as planned or enforced", "Check", changes=True),
    Action("accept", ("y",), "accept", "Accept the open finding for a time, or withdraw that", "Check", changes=True),
    Action("why", ("w",), "why", "Why or why not: the way of an agent to a system, all ways, and what one more relation opens", "Check"),
    Action("rule", ("R",), "rule", "Tell the rule of the open finding: what it finds, what to do, when it may be wrong", "Check"),
    Action("compromise", ("C",), "compromise", "What falls if what is selected is compromised, and what to revoke", "Check"),
    Action("outsider", ("O",), "outsider", "What falls to somebody who may only put words in where outsiders can", "Check"),
    Action("offboard", ("D",), "offboard", "What to revoke, rotate and delete when somebody or a vendor goes, or a secret is rotated", "Check"),
    Action("view", ("v",), "built/designed", "Look at the mesh as built, or as designed with the planned checkpoints", "Check"),
    Action("lens", ("l",), "lens", "Change the lens: structure, reach, missing checkpoints, compromise, boundaries", "Check", footer=5),
    _look("go_left", "left", "left", "Select what lies to the left, along the line"),
    _look("go_right", "right", "right", "Select what lies to the right, along the line"),
    _look("go_up", "up", "up", "Select what lies above"),
    _look("go_down", "down", "down", "Select what lies below"),
    _look("next", "tab", "next", "Select the next one in reading order"),
    _look("previous", "shift+tab", "previous", "Select the one before in reading order"),
    _look("pan_left", "shift+left", "pan", "Show more of the left of the drawing"),
    _look("pan_right", "shift+right", "pan", "Show more of the right of the drawing"),
    _look("pan_up", "shift+up", "pan", "Show more of the top of the drawing"),
    _look("pan_down", "shift+down", "pan", "Show more of the bottom of the drawing"),
    Action("jump", ("g",), "go to", "Label all that is on the screen, and jump to a label", "Look", "canvas"),
    Action("find", ("/",), "find", "Find an element by its name, or filter the list in focus", "Look", footer=7),
    Action("zoom_in", ("+", "="), "closer", "Zoom in: overview, one line, cards", "Look"),
    Action("zoom_out", ("-",), "farther", "Zoom out: cards, one line, overview", "Look"),
    Action("zoom_reset", ("0",), "cards", "Back to cards", "Look"),
    Action("fold", ("z",), "fold", "Show the zone of what is selected as one card, or unfold it", "Look"),
    Action("findings", ("f",), "findings", "Findings, each with its witness", "Panels", footer=9),
    Action("fix", ("F",), "fix", "Fix: the smallest set of checkpoints, what each closes, what fewer would", "Panels"),
    Action("reach", ("r",), "reach", "The reach matrix: agents by systems", "Panels"),
    Action("questions", ("Q",), "questions", "What the drawing does not say yet", "Panels"),
    Action("journal", ("J",), "journal", "Every edit with its time", "Panels"),
    Action("trace", ("L",), "log", "Lay a log of observed events on the model: who, as whom, was anybody asked", "Panels"),
    Action("outline", ("o",), "outline", "All elements as a list, by zone", "Panels"),
    Action("panel", ("t",), "panel", "Show or hide the side panel", "Panels"),
    Action("next_panel", ("f6",), "next panel", "Go to the next panel", "Panels"),
    Action("close", ("escape",), "back", "Close what is open and go back to the canvas", "Panels", palette=False),
    Action("export", ("e",), "export", "Export a picture, the interchange file or the policy stub", "Model and program"),
    Action("open", ("ctrl+o",), "open", "Open or create another model", "Model and program"),
    Action("about", ("M",), "model", "Name and describe the whole model", "Model and program", changes=True),
    Action("theme", ("T",), "theme", "Change the theme: dark, light, high contrast", "Model and program", "program"),
    Action("help", ("?", "f1"), "all keys", "All keys by task; runs the one chosen", "Model and program", footer=10),
    Action("palette", ("ctrl+p",), "palette", "Find and run any action, or go to any element", "Model and program", "program", palette=False),
    Action("quit", ("q", "ctrl+q"), "quit", "Leave; everything is on disk already", "Model and program"),
)  # fmt: skip
"""Every action of the workbench, in the order in which help lists them within a task."""

BY_ID: Final[Mapping[str, Action]] = {action.id: action for action in ACTIONS}

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


def shown_keys(action: Action, keymap: Mapping[str, str] | None = None) -> str:
    """All keys of an action as people read them, separated by two spaces, remapped ones included."""
    return "  ".join(shown_key(key) for key in keys_of(action, keymap))


def keys_of(action: Action, keymap: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """The keys of an action: those of the user's keymap (``"k,ctrl+k"``) if it names the action."""
    if keymap and action.id in keymap:
        return tuple(key.strip() for key in keymap[action.id].split(",") if key.strip())
    return action.keys


def bindings(context: Context) -> list[Binding]:
    """The Textual bindings of one context; each has its action's id, so that a keymap can change it."""
    return [
        Binding(
            ",".join(action.keys),
            action.id,
            action.label,
            show=action.footer > 0,
            tooltip=action.description,
            id=action.id,
        )
        for action in ACTIONS
        if action.context == context
    ]


def problems(keymap: Mapping[str, str]) -> tuple[str, ...]:
    """What is wrong with a user's keymap: unknown actions, actions without a key, clashes.

    One line each. Two actions clash if one key runs both, wherever their keys work: a key that means
    one thing on the canvas and another beside it would only confuse.
    """
    found = [
        f"keymap: there is no action {name!r}; see the list of keys" for name in keymap if name not in BY_ID
    ]
    runs: dict[str, list[str]] = defaultdict(list)
    for action in ACTIONS:
        keys = keys_of(action, keymap)
        if not keys:
            found.append(f"keymap: {action.id} has no key; leave it out to keep {shown_keys(action)}")
        for key in dict.fromkeys(keys):
            runs[key].append(action.id)
    found.extend(
        f"keymap: {shown_key(key)} is both {' and '.join(names)}; the first one runs"
        for key, names in runs.items()
        if len(names) > 1
    )
    return tuple(found)
