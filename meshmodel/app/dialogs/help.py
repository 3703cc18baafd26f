"""Help: every key by task; the one chosen is run."""

from collections.abc import Iterator, Mapping

from meshmodel.app.commands import COMMANDS, TASKS, shown_keys
from meshmodel.app.dialogs.base import ChoiceDialog
from meshmodel.app.presentation.reach_cells import MEANINGS
from meshmodel.app.widgets.rows import ListRow, heading, line, space
from meshmodel.canvas.glyphs import SIGNS
from meshmodel.language.sentences import SENTENCES
from meshmodel.model.phrases import TERMS


class HelpScreen(ChoiceDialog[str]):
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
        title = "all keys · type to filter · Enter runs · Esc closes"
        super().__init__(title, help_rows(keymap), "what do you want to do?")


def help_rows(keymap: Mapping[str, str] | None = None) -> Iterator[ListRow]:
    """A row for every action, by task, each sentence of the quick line, each term, and each sign."""
    for task in TASKS:
        yield space(task)
        yield heading(task)
        for action in COMMANDS:
            if action.task == task:
                keys = shown_keys(action, keymap)
                yield ListRow(
                    action.id,
                    line((f"  {keys:<16}", "$text-accent"), action.description),
                    action.id,
                    search=f"{keys} {action.search}",
                    indent=18,
                )
    yield space("sentences")
    yield heading("Sentences of the quick line")
    for sentence, meaning in SENTENCES:
        yield ListRow(
            ("sentence", sentence),
            line("  ", (sentence, "$text-accent"), (f"  {meaning}", "$text-muted")),
            "quick_line",
            indent=4,
        )
    signs_by_title = (
        ("Terms", TERMS),
        ("Signs of the canvas", SIGNS),
        ("Letters and signs of the reach matrix", MEANINGS),
    )
    for title, signs in signs_by_title:
        yield space(title)
        yield heading(title)
        for sign, meaning in signs:
            words = line("  ", (f"{sign:<8} ", "$text-accent"), (meaning, "$text-muted"))
            yield ListRow(("sign", sign), words, None, indent=10)
