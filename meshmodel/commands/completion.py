"""``meshmodel --print-completion``: the script by which a shell completes the words of the program."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from meshmodel.commands.help import TOPICS, commands_of, page
from meshmodel.commands.output import say
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.source import Source

SHELLS: Final = ("bash", "zsh", "fish")


class PrintCompletion(argparse.Action):
    """Prints the script for a shell, made of the parser that it belongs to."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,  # noqa: ARG002  # the signature is argparse's
        values: object,
        option_string: str | None = None,  # noqa: ARG002  # as above
    ) -> None:
        """Print it and be done; raises MeshmodelError where shtab is not installed."""
        try:
            import shtab
        except ImportError:
            raise MeshmodelError(
                "completion needs shtab: install meshmodel[completion], and print the script again"
            ) from None
        from meshmodel.store.examples import examples

        words = {
            "topic": [*TOPICS, *commands_of(page("commands"))],
            "example": [each.path.stem for each in examples()],
        }
        for each in _arguments(parser):
            if each.dest in words:
                each.choices = words[each.dest]
            elif each.type in {Path, Source.parse}:
                files = shtab.DIRECTORY if each.metavar == "DIR" else shtab.FILE
                each.complete = files  # type: ignore[attr-defined]  # this is where shtab looks
        say(shtab.complete(parser, str(values)))
        parser.exit()


def _arguments(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """All arguments of a parser and of its commands, which get their short texts as the only ones."""
    for each in parser._actions:  # noqa: SLF001  # argparse has no public way to them
        yield each
        if isinstance(each, argparse._SubParsersAction):  # noqa: SLF001  # as above
            commands: dict[str, Any] = each.choices
            for listed in each._choices_actions:  # noqa: SLF001  # as above
                commands[listed.dest].description = listed.help
            for command in commands.values():
                yield from _arguments(command)
