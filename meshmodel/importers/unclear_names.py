"""Asks about variables, options and inputs whose name leaves open whether their value is a secret."""

from typing import Final

from meshmodel.importers.document import Node
from meshmodel.importers.ledger import Became, Rule
from meshmodel.importers.proposal import Proposal
from meshmodel.model.records import Reference

UNCLEAR: Final = Rule(
    "maybe-secret",
    "a name with KEY or AUTH that says no more",
    "question",
    "whether it is a secret is asked; its value is withheld, and no credential is drawn",
)


def ask_if_secret(out: Proposal, about: Reference | None, name: str, at: Node) -> Became:
    """Ask whether what stands under a name is a secret."""
    text = f"Is the value of {name} a secret? If so: which system accepts it, and for which actions?"
    note = out.ask(about, text, UNCLEAR, at=at, detail=name)
    out.take(at, UNCLEAR, note)
    return note
