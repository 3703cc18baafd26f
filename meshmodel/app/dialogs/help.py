"""Help: every key by task; the one chosen is run."""

from collections.abc import Iterator, Mapping

from textual.app import ComposeResult

from meshmodel.app.commands import COMMANDS, TASKS, shown_keys
from meshmodel.app.dialogs.base import Dialog
from meshmodel.app.widgets.filter_list import FilterList
from meshmodel.app.widgets.row_list import RowList
from meshmodel.app.widgets.rows import Row, heading, line, space

SENTENCES = (
    ("bot > token > tickets: read, write", "holds and grants at once"),
    ("bot > tickets: read", "with a new credential"),
    ("ci stores deploy-key", "whoever reads there finds it"),
    ("vault issues db-role", "whoever may issue there gets it"),
    ("oidc exchanges role at sts", "presenting one yields the other"),
    ("planner delegates worker passing user-token", "hands it credentials"),
    ("bot delegates server only tickets:read, files:rw returns values", "all that it does for bot"),
    ("inbox triggers fixer", "what is written there starts it"),
    ("worker runs on cluster", "who executes there drives it"),
    ("bot may read files from tickets, home", "an intent: approved by design"),
    ("ask human-approval on file-key > files: planned", "a checkpoint on a step"),
    ("ask policy-decision between desk and cloud at gateway", "a checkpoint on a boundary"),
    ("tickets in desk is saas, confidential, untrusted", "where and what it is"),
    ("tickets is typed, integrity high, requests exposed", "what it holds, what harms, who listens"),
    ("bot home desk is ai-agent", "where its task was authorized"),
    ("key as svc-files is sas-token", "the identity it acts as"),
    ("files owner Back office", "any field by its name; unset clears it"),
    ("question on system files by anna due 2027-01-31: Who owns it?", "a note, kept beside the model"),
    ("accept missing-checkpoint of key>files by CISO until 2027-01-31: a pilot", "for a time"),
    ("rename old new · name files “All files” · delete files", "ids, names, and away with it"),
)
"""What the quick line understands, with what each means."""

SIGNS = (
    ("✖", "nobody asks here: a missing checkpoint"),
    ("◆", "a checkpoint that counts"),
    ("◇", "a checkpoint that does not count, or over which an agent has power"),
    ("◈", "where a fix would ask"),
    ("⚑", "outsiders write here"),
    ("⚐", "outsiders' words come here, carried by an agent"),
    ("only", "on a delegation: the second agent does so much for the first and no more"),
    ("values", "on a delegation: values of closed sets come back, no words"),
)
"""What stands on the canvas beside names, with what each means."""


class HelpScreen(Dialog[str]):
    """All keys by task, filtered as one types; Enter or a click runs one. Result: the action's id.

    ``HelpScreen(keymap)``; ``keymap`` has the keys of a configuration file.
    """

    DEFAULT_CSS = """
    HelpScreen > #dialog { width: 84; height: 100%; }
    HelpScreen FilterList { height: 1fr; max-height: 100%; }
    HelpScreen RowList { height: 1fr; max-height: 100%; }
    """

    def __init__(self, keymap: Mapping[str, str] | None = None) -> None:
        """Arguments: keys that differ from the usual ones, by action."""
        super().__init__("all keys · type to filter · Enter runs · Esc closes")
        self.keymap = keymap

    def compose_body(self) -> ComposeResult:
        """The filter and the list."""
        yield FilterList(help_rows(self.keymap), always=True, placeholder="what do you want to do?")

    def on_mount(self) -> None:
        """Type at once."""
        self.query_one(FilterList).focus_list()

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """Run it."""
        event.stop()
        if isinstance(event.row.value, str):
            self.dismiss(event.row.value)


def help_rows(keymap: Mapping[str, str] | None = None) -> Iterator[Row]:
    """A row for every action, by task, for every sentence of the quick line and every sign of the canvas."""
    for task in TASKS:
        yield space(task)
        yield heading(task)
        for action in COMMANDS:
            if action.task == task:
                keys = shown_keys(action, keymap)
                yield Row(
                    action.id,
                    line((f"  {keys:<16}", "$text-accent"), action.description),
                    action.id,
                    search=f"{keys} {action.label} {action.description} {action.id}",
                    indent=18,
                )
    yield space("sentences")
    yield heading("Sentences of the quick line")
    for sentence, meaning in SENTENCES:
        yield Row(
            ("sentence", sentence),
            line("  ", (sentence, "$text-accent"), (f"  {meaning}", "$text-muted")),
            "quick_line",
            indent=4,
        )
    yield space("signs")
    yield heading("Signs of the canvas")
    for sign, meaning in SIGNS:
        words = line("  ", (f"{sign:<8}", "$text-accent"), (meaning, "$text-muted"))
        yield Row(("sign", sign), words, None, indent=10)
