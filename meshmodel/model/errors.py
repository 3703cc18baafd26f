"""The exceptions of the program; the text of each is one line for the person who uses it."""

from collections.abc import Sequence
from typing import Final

from meshmodel.model.secrets import masked

NOT_FOUND: Final = "not found; check the path, or run meshmodel to open or create a model"
"""What is said behind the name of a model that does not exist."""


class MeshmodelError(Exception):
    """Input that is refused, or something that cannot be done: what, where, why and what to do, in one line.

    The command line prints it on standard error and exits with 2; the workbench shows it in the
    status line. It never has control characters or line breaks, whatever the input was, nor words that look
    like a secret.
    """

    def __init__(self, text: str = "") -> None:
        super().__init__(masked(text))

    @property
    def errors(self) -> Sequence["MeshmodelError"]:
        """It, or those that it stands for."""
        return (self,)


class CombinedError(MeshmodelError):
    """Several things that are refused, each with a line of its own; as one text they stand in a row."""

    def __init__(self, errors: Sequence[MeshmodelError]) -> None:
        super().__init__("; ".join(map(str, errors)))
        self._errors = tuple(errors)

    @property
    def errors(self) -> Sequence["MeshmodelError"]:
        """Those that it stands for."""
        return self._errors


class InvalidModelError(MeshmodelError):
    """A model, a record or a value that the semantics refuse (``docs/interchange.md``)."""


class StoreError(MeshmodelError):
    """A model file that cannot be opened, read or written."""


class RequestError(MeshmodelError):
    """A choice that does not fit, of several that were made together; ``str()`` says why, without its name.

    The command line puts the name of the option before it, a dialog that of its row, which it marks.
    """

    def __init__(self, field: str, why: str) -> None:
        """Arguments: which choice, as the record of the request calls it; why, and what to do."""
        super().__init__(why)
        self.field = field
