"""``meshmodel explain``: the path from an agent to a system, step by step."""

import argparse
from collections.abc import Collection, Sequence

from meshmodel.commands.models import AnswerPrinter, Subparsers, add_json, add_view, for_each, load, view_of
from meshmodel.commands.output import answer, style
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.source import Source
from meshmodel.model.text import no_such, one_line
from meshmodel.model.vocabulary import ACTIONS

_NOTHING = "There is no path to explain: no agent acts across a trust boundary."


def add(commands: Subparsers) -> None:
    """Declare the command and its arguments."""
    parser = commands.add_parser(
        "explain",
        usage="meshmodel explain [-h] [--action X] [--from SYSTEM] [--all] [--planned]\n"
        "                         [--json] MODEL [MODEL ...] [AGENT [SYSTEM]]",
        help="show the attack path from an agent to a system, step by step",
        description="Show how an agent comes to act on a system. Each step names the identity, where the "
        "next credential came from, and the checkpoint or that there is none. Without an agent or a system "
        "it is the worst path of all.",
    )
    parser.add_argument(
        "words",
        nargs="+",
        metavar="MODEL",
        help="a .mesh or .toml file, or several; then the ids of an agent and of a system",
    )
    parser.add_argument("--action", choices=ACTIONS, help="what it does there")
    parser.add_argument(
        "--from",
        dest="source",
        metavar="SYSTEM",
        help="where the path starts: a system that the agent read, or home",
    )
    parser.add_argument(
        "--all",
        action="store_true",
        help="show also what all paths share, with which credentials they enter the system, and which "
        "steps close them; or, without a path, which single relation would open one",
    )
    add_view(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Tell the one way that is asked for, or the worst, in every model.

    Raises:
        MeshmodelError: there are more words than models, an agent and a system.
    """
    models, agent, system = _split_words(arguments.words)
    printer = AnswerPrinter(models)

    def explain(source: Source) -> int:
        said = _answer_text(source, agent, system, arguments)
        if said is not None:
            printer.say(source, said)
        return 0

    return for_each(models, explain)


def _split_words(words: Sequence[str]) -> tuple[list[Source], str | None, str | None]:
    """The models, the agent and the system; after the first word, models are recognized by their ending."""
    models = 1
    while models < len(words) and words[models].lower().endswith((".mesh", ".toml")):
        models += 1
    ids = words[models:]
    if len(ids) > 2:
        more = " ".join(one_line(each) for each in ids[2:])
        raise MeshmodelError(f"unrecognized arguments: {more}; see meshmodel explain --help")
    agent, system = [*ids, None, None][:2]
    return [Source.parse(each) for each in words[:models]], agent, system


def _answer_text(
    source: Source, agent: str | None, system: str | None, arguments: argparse.Namespace
) -> str | None:
    """The answer for one model as text; ``None`` if it was printed as JSON."""
    from meshmodel.answers.painters import text_of
    from meshmodel.answers.ways import explain_blocks, ways_blocks
    from meshmodel.api import analyse

    snapshot = load(source)
    _require_known("agent", agent, snapshot.agent)
    _require_known("system", system, snapshot.system)
    if arguments.source != "home":
        _require_known("system", arguments.source, snapshot.system)
    analysis = analyse(snapshot, view=view_of(arguments))
    asked = agent, system, arguments.action, arguments.source
    if arguments.all:
        ways = analysis.all_ways(*asked)
        if arguments.json:
            from meshmodel.answers.ways import ways_json

            answer(ways_json(ways))
            return None
        if ways is None:
            return _NOTHING
        return text_of(ways_blocks(snapshot, ways, arguments.source), style())
    explanation = analysis.explain(*asked)
    if arguments.json:
        from meshmodel.answers.ways import explain_json

        answer(explain_json(explanation))
        return None
    if explanation is None:
        return _NOTHING
    return text_of(explain_blocks(snapshot, explanation, arguments.source), style())


def _require_known(kind: str, name: str | None, known: Collection[str]) -> None:
    """Refuse a name that the model does not have, and say which ones come close."""
    if name is not None and name not in known:
        raise MeshmodelError(no_such(kind, name, known))
