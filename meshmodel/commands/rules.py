"""``meshmodel rules``: what each rule finds, why, and what to do about it."""

import argparse

from meshmodel.commands.models import Subparsers, add_json
from meshmodel.commands.output import answer, say, style
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.text import near, one_line


def add(commands: Subparsers) -> None:
    """Declare the command and its arguments."""
    parser = commands.add_parser(
        "rules",
        help="tell what each rule finds and what to do about it",
        description="List the rules, or tell all of one: what it finds, its severity, the remedy, the "
        "standards it follows from, and when it may be wrong.",
        allow_abbrev=False,
    )
    parser.add_argument("rule", nargs="?", metavar="RULE", help="the id of one rule")
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """List all rules, or tell one."""
    from meshmodel.analysis.rules import RULES

    rules = [each for each in RULES if arguments.rule in {None, each.id}]
    if not rules:
        names = [each.id for each in RULES]
        hint = near(arguments.rule, names) or f"there are {', '.join(names)}"
        raise MeshmodelError(f"there is no rule {one_line(arguments.rule)}; {hint}")
    if arguments.json:
        from meshmodel.exporters.answers import rules_answer

        answer(rules_answer(rules))
    else:
        from meshmodel.exporters.text import rule_text, rules_text

        say(rules_text(rules, style()) if arguments.rule is None else rule_text(rules[0], style()))
    return 0
