"""Finding an element or a relation by its name."""

from meshmodel.app.dialogs.base import ChoiceDialog
from meshmodel.app.panels.lines import row_of
from meshmodel.app.presentation.found_lines import found_lines
from meshmodel.model.records import Reference, Snapshot


class FindDialog(ChoiceDialog[Reference]):
    """A list of all elements and relations, filtered as one types; Enter goes there.

    ``FindDialog(snapshot)``; result: what was chosen.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        """Arguments: the model."""
        super().__init__("find", map(row_of, found_lines(snapshot)), "an id, a name, a kind")
