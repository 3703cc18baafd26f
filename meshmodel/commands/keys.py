"""``meshmodel keys``: the keys of the workbench, from the program's own table of actions."""

import argparse

from meshmodel.commands.models import Subparsers
from meshmodel.commands.output import say


def add(commands: Subparsers) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "keys",
        help="list the keys of the workbench",
        description="List the keys of the workbench by task, as a Markdown table.",
        allow_abbrev=False,
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:  # noqa: ARG001  # every command takes its arguments
    """Print the table."""
    say(key_table())
    return 0


def key_table() -> str:
    """Every action by task: its keys, and what it does; a Markdown table for each task."""
    from meshmodel.app.actions import ACTIONS, TASKS, shown_keys

    parts = []
    for task in TASKS:
        rows = [each for each in ACTIONS if each.task == task]
        lines = [f"| {task} | |", "|---|---|"]
        lines += [f"| `{shown_keys(each).replace('  ', '` `')}` | {each.description} |" for each in rows]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)
