"""Reads files of a form that is data, as the module of a form does: ``FormReader`` in ``forms``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from meshmodel.importers.applications import RULES, draw_application
from meshmodel.importers.client_settings import draw_clients
from meshmodel.importers.data_form import DataForm
from meshmodel.importers.document import Document
from meshmodel.importers.ledger import FormRule
from meshmodel.importers.proposal import Proposal
from meshmodel.importers.rule_tables import TABLES


@dataclass(frozen=True)
class DataReader:
    """The reader of one form."""

    form: DataForm

    @property
    def RULES(self) -> Mapping[str, FormRule]:  # noqa: N802  # as of a module
        """Its rows, and what the drawing of its facts decides."""
        own = {rule.name: rule for each in self.form.rows for rule in each.rules}
        drawn = TABLES["settings"] | TABLES["servers"] | TABLES["clients"] if self.form.clients else RULES
        return own | {name: rule for name, rule in drawn.items() if name not in own}

    def recognise(self, document: Document) -> bool:
        """Whether a file is of this form."""
        return self.form.recognise(document)

    def read(self, documents: Sequence[Document], out: Proposal) -> None:
        """Draw what the files say."""
        if self.form.clients:
            draw_clients(self.form, documents, out)
        else:
            for group in self.form.groups(documents):
                draw_application(self.form, group, out)
