"""``meshmodel keys``: the keys of the workbench, from the program's own table of commands."""

import argparse
import sys
from typing import TYPE_CHECKING

from meshmodel.commands.models import Subparsers
from meshmodel.commands.output import say, style
from meshmodel.model.text import pad, width

if TYPE_CHECKING:
    from meshmodel.answers.style import Style


def add(commands: Subparsers) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "keys",
        help="list the keys of the workbench",
        description="List the keys of the workbench by task: in columns on a terminal, else as Markdown "
        "tables.",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:  # noqa: ARG001  # every command takes its arguments
    """Print the table."""
    say(key_text(style()) if sys.stdout.isatty() else key_table())
    return 0


def key_text(style: "Style") -> str:
    """Every command by task in columns, for people: its keys, and what it does."""
    from meshmodel.answers.style import wrapped_table
    from meshmodel.app.commands import COMMANDS, TASKS, shown_keys

    keys = max(width(shown_keys(each)) for each in COMMANDS)
    parts = []
    for task in TASKS:
        rows = [(pad(shown_keys(each), keys), each.description) for each in COMMANDS if each.task == task]
        parts.append("\n".join([style.paint(task, "strong"), *wrapped_table(rows, style, "  ")]))
    return "\n\n".join(parts)


def key_table() -> str:
    """Every command by task: its keys, and what it does; a Markdown table for each task."""
    from meshmodel.app.commands import COMMANDS, TASKS, shown_keys

    parts = []
    for task in TASKS:
        rows = [each for each in COMMANDS if each.task == task]
        lines = [f"| {task} | |", "|---|---|"]
        lines += [f"| `{shown_keys(each).replace('  ', '` `')}` | {each.description} |" for each in rows]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)
