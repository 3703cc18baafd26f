"""Asks about variables, options and inputs whose name leaves open whether their value is a secret."""

from meshmodel.importers.document import Node
from meshmodel.importers.ledger import Became
from meshmodel.importers.proposal import Proposal
from meshmodel.importers.rule_tables import SHARED
from meshmodel.model.records import Reference


def ask_if_secret(out: Proposal, about: Reference | None, name: str, at: Node) -> Became:
    """Ask whether what stands under a name is a secret."""
    text = f"Is the value of {name} a secret? If so: which system accepts it, and for which actions?"
    note = out.ask(about, text, SHARED["maybe-secret"], at=at, detail=name)
    out.take(at, SHARED["maybe-secret"], note)
    return note
