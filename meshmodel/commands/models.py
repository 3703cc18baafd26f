"""The arguments and the loop that commands over one or several models share."""

import argparse
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from meshmodel.commands.output import complain, fault, say, style
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.open_file import standard_input
from meshmodel.model.source import AnySource, Source
from meshmodel.model.text import one_line

if TYPE_CHECKING:
    from meshmodel.model.records import Snapshot
    from meshmodel.model.vocabulary import View

NAMED: Final = "a .mesh or .toml file, or postgresql://host/db#model"
"""What MODEL may be."""

OTHER_NAMES: Final[Mapping[str, tuple[str, ...]]] = {"compromise": ("blast-radius",), "round": ("review",)}
"""By command what it may be called too."""

_MODEL: Final = f"{NAMED}; - is standard input"


class Subparsers(Protocol):
    """Where a command adds itself; argparse has no public name for it."""

    def add_parser(self, name: str, **options: Any) -> argparse.ArgumentParser:
        """The parser of a new command."""


class Arguments(Protocol):
    """A parser, or a group of its arguments."""

    def add_argument(self, *names: str, **options: Any) -> argparse.Action:
        """Declare one argument."""


def add_models(parser: argparse.ArgumentParser) -> None:
    """The argument MODEL…, one or more files."""
    parser.add_argument("models", nargs="+", type=Source.parse, metavar="MODEL", help=_MODEL)


def add_model(parser: argparse.ArgumentParser) -> None:
    """The argument MODEL, one file."""
    parser.add_argument("model", type=Source.parse, metavar="MODEL", help=_MODEL)


def add_view(parser: argparse.ArgumentParser) -> None:
    """The option ``--planned``; ``view_of`` reads it."""
    parser.add_argument(
        "--planned",
        "--as-designed",
        dest="as_designed",
        action="store_true",
        help="count planned checkpoints as if they were enforced",
    )


def view_of(arguments: argparse.Namespace) -> "View":
    """As built, or as designed where that was asked for."""
    return "designed" if arguments.as_designed else "built"


def is_same_file(one: Path, other: Path | Source) -> bool:
    """Whether both lead to one file that is there."""
    source = Source.parse(other)
    try:
        return not source.address and one.samefile(source.path)
    except OSError:
        return False


def add_json(parser: Arguments) -> None:
    """The option ``--json``."""
    parser.add_argument(
        "--json", action="store_true", help="answer for programs: one JSON document, on one line"
    )


def seconds(text: str) -> float:
    """A number of seconds above zero."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"a number of seconds above 0, not {one_line(text, 20)}")
    return seconds


def load(named: AnySource) -> "Snapshot":
    """The snapshot of a model, which ``-`` reads from standard input; raises MeshmodelError."""
    from meshmodel.store.load import load as load_any

    if str(named) != "-":
        return load_any(named)
    from meshmodel.interchange.reader import SIZE_LIMIT
    from meshmodel.store.load import load_bytes

    content = standard_input().read(SIZE_LIMIT + 1)
    if len(content) > SIZE_LIMIT:
        raise MeshmodelError("standard input: is larger than 64 MiB; name the file")
    return load_bytes(content, "standard input")


def nearest(name: str, known: Collection[str]) -> str:
    """A question that suggests what is most like a name; empty where nothing is.

    Args:
        name: as it was written, with its kind before a colon or without.
        known: what there is, each as ``kind:name``.
    """
    from difflib import get_close_matches

    words = {each if ":" in name else each.rpartition(":")[2]: each for each in known}
    close = [words[each] for each in get_close_matches(name[:100], list(words), n=3)]
    return f"did you mean {' or '.join(close)}?" if close else ""


class AnswerPrinter:
    """Prints text answers with a blank line between them, under the names of their models if several."""

    def __init__(self, models: Sequence[Source]) -> None:
        """Arguments: all models that are to be answered for."""
        self._several = len(models) > 1
        self._between = ""

    def say(self, source: Source, text: str) -> None:
        """Print the answer for one of the models."""
        head = f"{style().paint(f'{one_line(source, limit=1_000)}:', 'strong')}\n" if self._several else ""
        say(f"{self._between}{head}{text}")
        self._between = "\n"


def for_each(models: Sequence[Source], run: Callable[[Source], int]) -> int:
    """Answer for every model in the order given; the highest status of all.

    What is wrong with one model is said in one line that names it, and the others are answered all the
    same; so it is with a fault of the program. An interruption ends it, and names what is not answered.

    Raises:
        KeyboardInterrupt: with the line that says so.
    """
    highest = 0
    for number, source in enumerate(models):
        try:
            status = run(source)
        except MeshmodelError as error:
            named = len(models) == 1 or one_line(source) in str(error)
            complain(error if named else f"{one_line(source)}: {error}")
            status = 2
        except KeyboardInterrupt as stop:
            raise KeyboardInterrupt(_unanswered(stop, models[number:])) from None
        except OSError:  # standard output is gone: nobody would read the rest
            raise
        except Exception as error:  # noqa: BLE001  # one model's trouble is not that of the others
            fault(error, source)
            status = 2
        highest = max(highest, status)
    return highest


def _unanswered(stop: KeyboardInterrupt, left: Sequence[Source]) -> str:
    how = str(stop).partition(":")[0] or "interrupted"
    more = ""
    if len(left) > 1:
        more = f" and the {len(left) - 1} after it" if len(left) > 2 else f" and {one_line(left[1])}"
    return f"{how}: no complete answer for {one_line(left[0])}{more}"
