"""``meshmodel help``: the manual, page by page; its pages lie in ``meshmodel/docs``."""

import argparse
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from meshmodel.commands.models import OTHER_NAMES, Subparsers
from meshmodel.commands.output import say, style
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.text import did_you_mean, one_line

if TYPE_CHECKING:
    from meshmodel.answers.style import Style
    from meshmodel.app.commands import Command

FOLDER: Final = Path(__file__).resolve().parent.parent / "docs"
"""Where the pages lie, in an installed wheel too."""
TOPICS: Final = (
    "scan",
    "workbench",
    "keys",
    "quick-line",
    "import",
    "forms",
    "commands",
    "modelling",
    "semantics",
    "rules",
    "fix",
    "compromise",
    "round",
    "policy",
    "gate",
    "diff",
    "pictures",
    "report",
    "exports",
    "logs",
    "serve",
    "postgresql",
    "mcp",
    "interchange",
    "files",
    "limits",
    "json",
    "python",
    "architecture",
    "changelog",
)
"""The pages, in the order in which they are listed."""
_TITLE: Final = re.compile(r"# (.+)")
_COMMAND: Final = re.compile(r"## meshmodel ([a-z-]+)")


def add(commands: Subparsers) -> None:
    """Declare the command and its argument."""
    parser = commands.add_parser(
        "help",
        help="print a page of the manual, or find commands by a concept",
        description="List the pages of the manual, or print one: a topic, or a command. Any other words are "
        "looked up: risk, mitigate, trust boundary, attack path, comment, colour.",
    )
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "topic",
        nargs="*",
        default=(),
        metavar="TOPIC",
        help="the name of a page or a command, or words of a concept",
    )
    which.add_argument("--man", action="store_true", help="print the page of the program for man, in roff")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """List the topics, or print one page."""
    from meshmodel.commands.manual_text import markdown_text

    if arguments.man:
        say(manual_for_man())
        return 0
    look = style()
    topic = " ".join(arguments.topic)
    topic = {other: name for name, others in OTHER_NAMES.items() for other in others}.get(topic, topic)
    found = "" if not topic or is_topic(topic) else concept_text(topic, look)
    if not topic:
        say(topics_text(look))
    else:
        say(found or markdown_text(source_of(topic), look))
    return 0


def manual_for_man() -> str:
    """The page of the program for ``man``: the commands, and what pages the manual has."""
    import meshmodel
    from meshmodel.commands.roff import man_page

    about = (meshmodel.__doc__ or "").strip().rstrip(".")
    titled = [(topic, page(topic).partition("\n")[0].removeprefix("# ")) for topic in TOPICS]
    return man_page(page("commands"), titled, f"{about[:1].lower()}{about[1:]}", meshmodel.__version__)


def topics_text(look: "Style") -> str:
    """The topics, each with the title of its page."""
    from meshmodel.answers.style import wrap, wrapped_table

    rows = []
    for topic in TOPICS:
        title = _TITLE.match(page(topic))
        rows.append((topic, title[1] if title else ""))
    said = (
        "meshmodel help TOPIC prints one of them, and meshmodel help COMMAND what a command does. "
        "Other words are looked up, such as meshmodel help risk."
    )
    return "\n".join(
        [look.paint("The manual", "strong"), *wrapped_table(rows, look, "  "), "", *wrap(said, look)]
    )


def is_topic(name: str) -> bool:
    """Whether a page or a command is called so."""
    return name in TOPICS or name in commands_of(page("commands"))


def concept_text(concept: str, look: "Style") -> str:
    """The commands and the keys of the workbench that a concept means; empty where none does."""
    from meshmodel.answers.style import wrapped_table

    sections = commands_of(page("commands"))
    names, keys = find_concept(concept)
    named = [(f"meshmodel {each}", _summary(sections[each])) for each in names]
    lines = [look.paint("Commands", "strong"), *wrapped_table(named, look, "  ")] if named else []
    if keys:
        from meshmodel.app.commands import shown_keys

        rows = [(shown_keys(each) or each.label, each.description) for each in keys]
        lines += [*([""] if named else []), look.paint("In the workbench", "strong")]
        lines += wrapped_table(rows, look, "  ")
    return "\n".join(lines)


def _summary(section: str) -> str:
    """The first sentence of what a command does."""
    told = section.partition("\n    meshmodel ")[2].partition("\n\n")[2].partition("\n\n")[0]
    return " ".join(told.split()).partition(". ")[0].rstrip(".")


def page(topic: str) -> str:
    """The Markdown of one page.

    Raises:
        MeshmodelError: it is not there, so the installation is incomplete.
    """
    try:
        return (FOLDER / f"{topic}.md").read_text(encoding="utf-8")
    except OSError as error:
        reason = error.strerror or "cannot be read"
        raise MeshmodelError(
            f"the page {topic} is missing from this installation ({reason}); install meshmodel again"
        ) from None


def source_of(topic: str) -> str:
    """The Markdown of a topic: a page, or of the page of commands what is said of one.

    Raises:
        MeshmodelError: there is no such topic; the line names one like it, or all.
    """
    if topic in TOPICS:
        return page(topic)
    commands = commands_of(page("commands"))
    if topic in commands:
        return commands[topic]
    hint = did_you_mean(topic, {*TOPICS, *commands}) or f"there are {', '.join(TOPICS)}"
    raise MeshmodelError(f"there is no topic {one_line(topic)}; {hint}")


def commands_of(source: str) -> dict[str, str]:
    """By command its section of the page of commands."""
    parts = re.split(r"^(?=## )", source, flags=re.MULTILINE)
    found = ((_COMMAND.match(part), part) for part in parts)
    return {match[1]: part for match, part in found if match}


def find_concept(concept: str) -> "tuple[list[str], list[Command]]":
    """The names of the commands, and the commands of the workbench, that words of the field mean.

    Args:
        concept: the words; what is called just so counts, and only else what has all of them.
    """
    from meshmodel.app.commands import COMMANDS
    from meshmodel.app.concepts import CONCEPTS, MORE, SAME

    keys = [each for each in COMMANDS if concept.casefold() in _aliases(CONCEPTS.get(each.id, ""))]
    names = [name for name, text in MORE.items() if concept.casefold() in _aliases(text)]
    if not keys and not names:
        keys = [each for each in COMMANDS if _has_words(concept, each.search)]
    ids = {each.id for each in keys}
    return names + [name for name, same in SAME.items() if ids.intersection(same) and name not in names], keys


def _aliases(text: str) -> Iterator[str]:
    return (each.strip().casefold() for each in text.split(","))


def _has_words(concept: str, text: str) -> bool:
    words = text.casefold().replace(",", " ").split()
    return all(any(each.startswith(word) for each in words) for word in concept.casefold().split())
