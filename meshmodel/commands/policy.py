"""``meshmodel policy``: reads a policy stub back, proves what it closes, or writes it into a model."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from meshmodel.commands.models import Subparsers, add_json, add_model, load
from meshmodel.commands.output import answer, complain, say, style
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.source import Source
from meshmodel.model.text import one_line

if TYPE_CHECKING:
    from meshmodel.exporters.policies.verification import Verification
    from meshmodel.model.records import Snapshot


def add(commands: Subparsers) -> None:
    """Declare the command and what it can do."""
    parser = commands.add_parser(
        "policy",
        help="prove what a policy stub that was filled in closes, or apply it",
        description="Read back a policy stub, which export --to policy writes and people fill in. A filled "
        "require becomes a checkpoint on the whole grant step of each of its credentials; an enforceable "
        "deny takes its actions from their grants.",
    )
    does = parser.add_subparsers(title="what to do", metavar="verify|apply", required=True)
    verifying = does.add_parser(
        "verify",
        help="prove that nothing is left, or say what is",
        description="Compute, with planned checkpoints, what the stub leaves unchecked, and compare it "
        "with the model. Exit status: 0 proven that nothing is left; 1 something is left, or no longer "
        "fits; 2 the input was wrong.",
    )
    applying = does.add_parser(
        "apply",
        help="write the model with these checkpoints and narrowed grants",
        description="Write a new model with the checkpoints and the narrowed grants of the stub, and say "
        "what is left. Exit status: 0 written; 1 written, but a part of the stub no longer fits; 2 the "
        "input was wrong.",
    )
    for each, run in ((verifying, verify), (applying, apply)):
        each.add_argument("stub", type=Path, metavar="STUB", help="the policy stub, a .toml file")
        add_model(each)
        add_json(each)
        each.set_defaults(run=run)
    applying.add_argument(
        "-o", "--output", type=Path, required=True, metavar="NEW", help="the new model, a .toml or .mesh file"
    )


def verify(arguments: argparse.Namespace) -> int:
    """Say what is left; 1 if anything is, or no longer fits."""
    snapshot, found = _verified(arguments)
    _answer(arguments, snapshot, found)
    return 0 if found.is_proven else 1


def apply(arguments: argparse.Namespace) -> int:
    """Write the model; 1 if a part of the stub no longer fits, and so could not be applied."""
    output: Path = arguments.output
    ending = output.suffix.lower()
    if ending not in {".toml", ".mesh"}:
        raise MeshmodelError(f"{one_line(output)}: a model ends with .toml or .mesh; name it so")
    if output.exists():
        raise MeshmodelError(f"{one_line(output)}: is there already; name another file")
    snapshot, found = _verified(arguments)
    if ending == ".mesh":
        from meshmodel.store.store import Store

        with Store.create(output, found.after):
            pass
    else:
        from meshmodel.interchange import write_file

        write_file(output, found.after)
    _answer(arguments, snapshot, found)
    if found.drift:
        complain(f"{one_line(output)}: written, without what no longer fits")
    elif not arguments.json:
        say(f"\n{one_line(output)}: written")
    return 1 if found.drift else 0


def _verified(arguments: argparse.Namespace) -> "tuple[Snapshot, Verification]":
    from meshmodel.exporters.policies.stub_reader import read_stub
    from meshmodel.exporters.policies.verification import verify as verified
    from meshmodel.store.load import kind_by_content

    order = "the stub comes first, the model second"
    if kind_by_content(arguments.stub) is not None:
        raise MeshmodelError(f"{one_line(arguments.stub)}: is a model, and no policy stub; {order}")
    stub = read_stub(arguments.stub)
    model: Source = arguments.model
    is_file = not model.address and model.path.is_file()  # a pipe can be read once only
    if is_file and _is_stub(model.path):
        raise MeshmodelError(f"{one_line(arguments.model)}: is a policy stub, and no model; {order}")
    snapshot = load(arguments.model)
    return snapshot, verified(stub, snapshot)


def _is_stub(path: Path) -> bool:
    from meshmodel.exporters.policies.stub_reader import read_stub

    try:
        read_stub(path)
    except MeshmodelError:
        return False
    return True


def _answer(arguments: argparse.Namespace, snapshot: "Snapshot", found: "Verification") -> None:
    from meshmodel.answers.painters import text_of, titled
    from meshmodel.answers.policy import verification_blocks, verification_json

    if arguments.json:
        answer(verification_json(found))
    else:
        blocks = titled(
            snapshot, verification_blocks(found), more="with planned checkpoints and the policy stub"
        )
        say(text_of(blocks, style()))
