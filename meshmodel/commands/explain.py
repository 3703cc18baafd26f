"""``meshmodel explain``: the way from an agent to a system, step by step."""

import argparse
from collections.abc import Iterable

from meshmodel.commands.models import Subparsers, add_json, add_model, load
from meshmodel.commands.output import answer, say, style
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.text import one_line
from meshmodel.model.vocabulary import ACTIONS

_NOTHING = "There is no crossing to explain."


def add(commands: Subparsers) -> None:
    """Declare the command and its arguments."""
    parser = commands.add_parser(
        "explain",
        help="tell the way from an agent to a system, step by step",
        description="Tell how an agent comes to act on a system: at each step the identity, where the next "
        "credential came from, the zones crossed, and the checkpoint or that there is none. "
        "What is left out is chosen: the worst crossing.",
        allow_abbrev=False,
    )
    add_model(parser)
    parser.add_argument("agent", nargs="?", metavar="AGENT", help="the id of the agent")
    parser.add_argument("system", nargs="?", metavar="SYSTEM", help="the id of the system")
    parser.add_argument("--action", choices=ACTIONS, help="what it does there")
    parser.add_argument("--from", dest="source", metavar="SYSTEM", help="where it comes from, or home")
    parser.add_argument(
        "--all",
        action="store_true",
        help="tell all ways too: what every way passes, the doors, what cuts them; "
        "or what one more relation would open a way",
    )
    parser.add_argument(
        "--as-designed", action="store_true", help="count planned checkpoints as if they were enforced"
    )
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Tell the one way that is asked for, or the worst."""
    from meshmodel.api import analyse

    snapshot = load(arguments.model)
    _known("agent", arguments.agent, snapshot.agent)
    _known("system", arguments.system, snapshot.system)
    if arguments.source != "home":
        _known("system", arguments.source, snapshot.system)
    analysis = analyse(snapshot, view="designed" if arguments.as_designed else "built")
    asked = arguments.agent, arguments.system, arguments.action, arguments.source
    if arguments.all:
        ways = analysis.all_ways(*asked)
        if arguments.json:
            from meshmodel.exporters.ways_answer import ways_answer

            answer(ways_answer(ways))
        elif ways is None:
            say(_NOTHING)
        else:
            from meshmodel.exporters.text import ways_text

            say(ways_text(ways, style()))
        return 0
    explanation = analysis.explain(*asked)
    if arguments.json:
        from meshmodel.exporters.answers import explain_answer

        answer(explain_answer(explanation))
    elif explanation is None:
        say(_NOTHING)
    else:
        from meshmodel.exporters.text import explain_text

        say(explain_text(explanation, style()))
    return 0


def _known(kind: str, name: str | None, known: Iterable[str]) -> None:
    """Refuse a name that the model does not have, and say which ones come close."""
    names = list(known)
    if name is None or name in names:
        return
    from difflib import get_close_matches

    close = get_close_matches(name, names, n=3)
    hint = f"did you mean {' or '.join(close)}?" if close else f"there are {counted_names(names)}"
    raise MeshmodelError(f"the model has no {kind} {one_line(name)}; {hint}")


def counted_names(names: list[str]) -> str:
    """A few of the names, and how many more there are."""
    if not names:
        return "none"
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(sorted(names)[:5]) + more
