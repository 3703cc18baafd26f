"""``meshmodel forms``: which files are read, and whether a form of one's own is as it should be."""

import argparse
from pathlib import Path

from meshmodel.commands.models import Subparsers
from meshmodel.commands.output import complain, say
from meshmodel.model.errors import MeshmodelError


def add(commands: Subparsers) -> None:
    """Declare the command and its arguments."""
    parser = commands.add_parser(
        "forms",
        help="list the forms of files that are read, or check one of your own",
        description="List the forms of files that scan and import read, or check forms of your own, each a "
        "TOML file: whether it can be read, what its examples become, and whether each row matters for one.",
    )
    parser.add_argument("file", nargs="*", type=Path, metavar="FILE", help="a form to check")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """List the forms, or check some; 1 where an example of one is not as it says.

    Raises:
        MeshmodelError: a file is no form.
    """
    from meshmodel.importers.data_form import read_form
    from meshmodel.importers.form_examples import problems_of
    from meshmodel.importers.forms import FORMS

    if not arguments.file:
        for each in FORMS.values():
            named = f"{', '.join(each.files[:2])}{', …' * (len(each.files) > 2)}"  # as many fit
            what = f"code that imports {', '.join(each.packages[:2])}" if each.packages else named
            say(f"{each.name:16} {each.title}: {what or 'in a home folder'}")
        return 0
    problems: list[str] = []
    for path in arguments.file:
        form = read_form(path)
        if not form.examples:
            raise MeshmodelError(f"{path}: has no [[example]]; add one for what each row is about")
        found = [*problems_of(form)]
        problems += found
        if not found:
            say(f"{form.name}: {len(form.rows)} rows, each of which {len(form.examples)} examples need")
    for problem in problems:
        complain(problem)
    return 1 if problems else 0


def add_forms(parser: argparse.ArgumentParser) -> None:
    """The option that names a folder of forms."""
    parser.add_argument(
        "--forms",
        type=Path,
        action="append",
        default=[],
        metavar="FOLDER",
        help="also read files of the forms in this folder, one TOML file each (see: meshmodel help forms)",
    )


def load_forms(folders: list[Path]) -> None:
    """Add the forms of folders, and those of the configuration folder; nothing in them is executed.

    Raises:
        MeshmodelError: a folder is none, or a file in it is no form.
    """
    from platformdirs import user_config_path

    from meshmodel.importers.forms import FORMS

    for each in folders:
        if not each.is_dir():
            raise MeshmodelError(f"--forms: {each} is no folder")
    own = user_config_path("meshmodel", appauthor=False) / "forms"
    FORMS.add(*([own] if own.is_dir() else []), *folders)
