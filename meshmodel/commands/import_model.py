"""``meshmodel import``: foreign files or an interchange file become a model, or are brought into one."""

import argparse
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from meshmodel.commands.forms import add_forms, load_forms
from meshmodel.commands.models import Subparsers, add_json
from meshmodel.commands.output import answer, say
from meshmodel.importers.forms import FORMS
from meshmodel.model.errors import MeshmodelError, StoreError
from meshmodel.model.open_file import real_path
from meshmodel.model.source import Source
from meshmodel.model.text import counted, one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from meshmodel.importers.importing import Import
    from meshmodel.model.records import Reference


def add(commands: Subparsers) -> None:
    """Declare the command and its arguments."""
    parser = commands.add_parser(
        "import",
        help="make a model of files that you have, or bring them into one",
        description="Make a model of files that you have, or bring them into one, and say of every value "
        "what became of it. What a file does not say becomes an open question. No secret is kept, nothing "
        "is started and nothing is fetched. An interchange file becomes a model file. -o never overwrites a "
        "model; --into shows what would change, and with --apply does it.",
    )
    parser.add_argument(
        "sources",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="files that are read together, or folders, of which the names that a form knows are read",
    )
    target = parser.add_mutually_exclusive_group(required=True)
    target.add_argument(
        "-o", "--output", type=Path, metavar="NEW", help="the new model: a .mesh or .toml file"
    )
    target.add_argument("--into", type=Source.parse, metavar="MODEL", help="an existing .mesh or .toml file")
    add_form(parser)
    add_forms(parser)
    parser.add_argument("--apply", action="store_true", help="with --into: change the model, as one edit")
    parser.add_argument(
        "--reject",
        action="append",
        default=[],
        metavar="RECORD",
        help="with --into: leave this as it is in the model, now and at later imports; such as agent:bot",
    )
    parser.add_argument(
        "--ledger",
        type=Path,
        metavar="FILE",
        help="write what became of each value: JSON Lines where the name ends with .jsonl, else text",
    )
    add_json(parser)
    parser.set_defaults(run=run)


def add_form(parser: argparse.ArgumentParser) -> None:
    """The options that say what foreign files are, and of which users an export is read."""
    parser.add_argument(
        "--as",
        dest="form",
        choices=tuple(FORMS),
        metavar="FORM",
        help=f"what the files are, where their content does not say it: {', '.join(FORMS)}",
    )
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="PRINCIPAL",
        help="of an export of AWS: this user or role (ARN, name, role/NAME) and what it may become; may be "
        "given several times; agents: what the agents of the model reach",
    )


def run(arguments: argparse.Namespace) -> int:
    """Make a model, or show or do what changes in one."""
    load_forms(arguments.forms)
    first: Path = arguments.sources[0]
    if arguments.into is None and (arguments.apply or arguments.reject):
        raise MeshmodelError("--apply and --reject are for --into; -o makes a new model of all that is found")
    if len(arguments.sources) == 1 and arguments.form is None and _is_a_model(first):
        return _copy_interchange_file(first, arguments)
    refuse_models(arguments.sources, "import it alone, with -o")
    if arguments.into is None:
        return _make(arguments, arguments.output)
    from meshmodel.store.load import is_model_file

    if is_model_file(arguments.into):
        return _into_model_file(arguments, arguments.into)
    return _into_interchange_file(arguments, arguments.into)


def refuse_models(sources: "Sequence[Path]", instead: str) -> None:
    """Refuse a model among the files of other programs; the line ends with what to do instead."""
    from meshmodel.store.load import kind_by_content

    for each in sources:
        if kind_by_content(each) is not None:
            raise MeshmodelError(f"{one_line(each)}: is a model, not a file of another program; {instead}")


def _is_a_model(path: Path) -> bool:
    """Whether a file is a model of either kind; what is there to be read once only may be no other."""
    from meshmodel.store.load import kind_by_content

    known = path.suffix.lower() in {".toml", ".mesh"} or kind_by_content(path) is not None
    return known or not (path.is_file() or path.is_dir())


def _copy_interchange_file(source: Path, arguments: argparse.Namespace) -> int:
    """Read the interchange file, then create the model file; nothing is created if reading fails."""
    from meshmodel.interchange import read_file
    from meshmodel.store.load import kind_by_content

    target: Path | None = arguments.output
    if target is None:
        raise MeshmodelError(
            f"{one_line(source)}: is a model itself, and goes into no other; -o makes a model file"
        )
    if target.suffix.lower() != ".mesh":
        raise MeshmodelError(f"{one_line(target)}: a model file ends with .mesh; name it so")
    if arguments.ledger or arguments.json or arguments.only:
        raise MeshmodelError(
            "--ledger, --json and --only are for files of other programs; a model is taken as it is"
        )
    if kind_by_content(source) == "model file":
        name = one_line(source)
        raise MeshmodelError(
            f"{name}: is a model file already; meshmodel open {shlex.quote(name)} opens it, "
            f"meshmodel export {shlex.quote(name)} --to toml writes it as an interchange file"
        )
    snapshot = read_file(source)
    from meshmodel.store.store import Store

    with Store.create(target, snapshot):
        pass
    say(f"{one_line(target, limit=1_000)}: {snapshot.elements} elements")
    return 0


def _make(arguments: argparse.Namespace, target: Path) -> int:
    """A new model of the files, called as its own file."""
    from meshmodel.importers.importing import prepare
    from meshmodel.importers.proposal import clean_text
    from meshmodel.model.records import About, Snapshot
    from meshmodel.model.text import LINE_LIMIT

    refuse_target(target, "--into changes an existing model")
    empty = Snapshot(about=About(name=clean_text(target.stem, LINE_LIMIT) or None))
    done = prepare(arguments.sources, target.parent, empty, [], form=arguments.form, only=arguments.only)
    _write_ledger(arguments, done)
    keep(done, target)
    name = one_line(target, limit=1_000)
    asked = sum(each.kind == "question" for each in done.after.note.values())
    _tell(
        arguments,
        done,
        name,
        f"{name}: {counted(done.after.elements, 'element')}, {counted(asked, 'question')} in notes",
        applied=True,
    )
    return 0


def refuse_target(target: Path, instead: str) -> None:
    """Refuse what is no name of a new model; the line ends with what to do where it is there already."""
    if target.suffix.lower() not in {".mesh", ".toml"}:
        raise MeshmodelError(f"{one_line(target)}: a model ends with .mesh or .toml; name it so")
    if target.exists() or target.is_symlink():
        raise StoreError(f"{one_line(target)}: is there already; {instead}")


def keep(done: "Import", target: Path) -> None:
    """Write the model that an import makes to a new file; a model file also keeps what was imported."""
    if target.suffix.lower() == ".mesh":
        from meshmodel.store.store import Store

        Store.create(target, done.after, done.imported).close()
    else:
        from meshmodel.interchange import write_file

        write_file(target, done.after)


def _into_model_file(arguments: argparse.Namespace, model: Source) -> int:
    from meshmodel.importers.importing import prepare
    from meshmodel.store.store import Store

    name = one_line(model, limit=1_000)
    with Store.open(model, read_only=not arguments.apply) as store:
        if arguments.apply and store.read_only:
            raise StoreError(f"{name}: may only be read, so nothing can be imported into it{store.no_right}")
        done = prepare(
            arguments.sources,
            model.folder,
            store.snapshot,
            store.imported(),
            renamed=store.renamed,
            form=arguments.form,
            rejected=_references(arguments.reject),
            only=arguments.only,
        )
        _write_ledger(arguments, done)
        if arguments.apply and (done.edit.changes or done.imported):
            store.apply(done.edit, on=done.before, imported=done.imported)
    _tell(
        arguments,
        done,
        name,
        _outcome(arguments, done, name, "as one edit that undo takes back"),
        applied=arguments.apply,
    )
    return 0


def _into_interchange_file(arguments: argparse.Namespace, model: Source) -> int:
    from meshmodel.commands.rewrite import read, rewrite
    from meshmodel.importers.importing import prepare

    name = one_line(model, limit=1_000)
    content, snapshot = read(model.path)
    done = prepare(
        arguments.sources,
        model.folder,
        snapshot,
        None,
        form=arguments.form,
        rejected=_references(arguments.reject),
        only=arguments.only,
    )
    _write_ledger(arguments, done)
    lost = ""
    if arguments.apply and done.edit.changes:
        lost = rewrite(model.path, content, snapshot, done.after)
    _tell(
        arguments, done, name, _outcome(arguments, done, name, "all in one") + lost, applied=arguments.apply
    )
    return 0


def _outcome(arguments: argparse.Namespace, done: "Import", name: str, how: str) -> str:
    """The last line: what was done, or how to do it."""
    number = sum(each.is_done for each in done.outcomes)
    if not done.edit.changes:
        return f"{name}: nothing to change"
    if arguments.apply:
        return f"{name}: {counted(number, 'record')} changed, {how}"
    return f"{name}: {counted(number, 'record')} would change; nothing is done yet, --apply does it, {how}"


def _tell(arguments: argparse.Namespace, done: "Import", name: str, outcome: str, *, applied: bool) -> None:
    from meshmodel.importers.answers import import_answer, import_text

    if arguments.json:
        answer(import_answer(done, applied=applied))
    else:
        say(import_text(done, name, outcome))


def _write_ledger(arguments: argparse.Namespace, done: "Import") -> None:
    """Write the ledger, before the model is changed: where it cannot be written, nothing is."""
    target: Path | None = arguments.ledger
    if target is None:
        return
    from meshmodel.importers.answers import ledger_lines, ledger_text
    from meshmodel.model.atomic_file import replace_file
    from meshmodel.store.load import kind_by_content

    if str(target) == "-":
        raise MeshmodelError("-: standard output has the answer; name a file for the ledger")
    taken = {real_path(each.path) for each in done.reading.all_documents()}
    if arguments.output is not None:
        taken.add(real_path(arguments.output))
    if kind_by_content(target) is not None or real_path(target) in taken:
        raise MeshmodelError(
            f"{one_line(target)}: is a model, what is imported or what is made; name another file for the "
            "ledger"
        )
    text = ledger_lines(done.rows) if target.suffix.lower() == ".jsonl" else ledger_text(done.rows)
    replace_file(target, text.encode("utf-8"))


def _references(words: list[str]) -> "frozenset[Reference]":
    """The records that were named, as ``agent:bot`` or ``hold:bot>key``."""
    from meshmodel.importers.ledger import record_named

    found = set()
    for word in words:
        reference = record_named(word)
        if reference is None:
            raise MeshmodelError(f"--reject {one_line(word)}: name a record as agent:bot or hold:bot>key")
        found.add(reference)
    return frozenset(found)
