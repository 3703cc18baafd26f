"""``meshmodel check``: where nobody is asked, what else is wrong, and what the drawing does not say."""

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from meshmodel.commands.models import (
    Subparsers,
    Telling,
    add_json,
    add_models,
    add_view,
    for_each,
    load,
    view_of,
)
from meshmodel.commands.output import say_in_pieces, style
from meshmodel.model.vocabulary import SEVERITIES

if TYPE_CHECKING:
    from meshmodel.analysis.results import Finding


def add(commands: Subparsers) -> None:
    """Declare the command and its arguments."""
    parser = commands.add_parser(
        "check",
        help="show missing checkpoints, other findings and open questions",
        description="Show where an agent crosses a trust boundary and nobody decides, what else is wrong, "
        "and what the model does not say. Exit status 1 if there is a finding at or above --fail-on.",
        allow_abbrev=False,
    )
    add_models(parser)
    add_view(parser)
    parser.add_argument("--crossings", action="store_true", help="list every crossing too")
    parser.add_argument(
        "--fail-on",
        choices=(*SEVERITIES, "never"),
        default="medium",
        help="the lowest severity that fails (default: medium)",
    )
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Answer for every model; 1 if something at or above ``--fail-on`` was found."""
    telling = Telling(arguments.models)

    def check(path: Path) -> int:
        from meshmodel.api import analyse

        snapshot = load(path)
        analysis = analyse(snapshot, view=view_of(arguments))
        if arguments.json:
            from meshmodel.exporters.answers import check_json

            say_in_pieces(check_json(analysis, crossings=arguments.crossings))
        else:
            from meshmodel.exporters.text import check_text

            planned = any(each.state == "planned" for each in snapshot.checkpoint.values())
            designed = None
            if planned and not arguments.as_designed:
                designed = analyse(snapshot, view="designed").summary
            text = check_text(analysis, style(), crossings=arguments.crossings, designed=designed)
            telling.say(path, text)
        return 1 if fails(analysis.findings, arguments.fail_on) else 0

    return for_each(arguments.models, check)


def fails(findings: "Iterable[Finding]", fail_on: str) -> bool:
    """Whether a finding at or above that severity is open: not accepted, or no longer."""
    if fail_on == "never":
        return False
    failing = SEVERITIES[SEVERITIES.index(fail_on) :]
    return any(
        each.severity in failing and (each.accepted is None or each.accepted.open) for each in findings
    )
