"""``meshmodel rules``: what each rule finds, why, and what to do about it."""

import argparse
from typing import TYPE_CHECKING

from meshmodel.commands.models import Subparsers, add_json
from meshmodel.commands.output import answer, say, style
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.text import did_you_mean, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from meshmodel.analysis.rules import Rule
    from meshmodel.model.records import Snapshot


def add(commands: Subparsers) -> None:
    """Declare the command and its arguments."""
    parser = commands.add_parser(
        "rules",
        help="explain each rule: what it finds and what to do about it",
        description="List the rules, or explain one: what it finds and says, its severity, the fix, the "
        "standards it follows from, and when it may be wrong.",
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
        hint = did_you_mean(arguments.rule, names) or f"there are {', '.join(names)}"
        raise MeshmodelError(f"there is no rule {one_line(arguments.rule)}; {hint}")
    from meshmodel.answers.painters import text_of
    from meshmodel.answers.rules import rule_blocks, rules_blocks, rules_json

    if arguments.json:
        answer(rules_json(rules))
    elif arguments.rule is None:
        say(text_of(rules_blocks(rules), style()))
    else:
        say(text_of(rule_blocks(rules[0], example_of(rules[0])), style()))
    return 0


def example_of(rule: "Rule") -> tuple[str, str] | None:
    """What the first finding of a rule says, in its own words, and of which model.

    It is looked for in the sample of the rule, where it has one, else in the worked examples in their order.
    """
    from meshmodel.analysis.analysis import analyse
    from meshmodel.interchange import read_file, read_text
    from meshmodel.store.examples import examples

    def models() -> "Iterator[tuple[str, Snapshot]]":
        if rule.sample is not None:
            yield "a made-up mesh", read_text(rule.sample)
        for each in examples():
            yield f"the example {each.id}", read_file(each.path)

    for name, snapshot in models():
        for finding in analyse(snapshot).findings:
            if finding.rule == rule.id:
                return finding.message, name
    return None
