"""The exceptions of the program; the text of each is one line for the person who uses it."""

from meshmodel.model.secrets import masked


class MeshmodelError(Exception):
    """Input that is refused, or something that cannot be done: what, where, why and what to do, in one line.

    The command line prints it on standard error and exits with 2; the workbench shows it in the
    status line. It never has control characters or line breaks, whatever the input was, nor words that look
    like a secret.
    """

    def __init__(self, text: str = "") -> None:
        super().__init__(masked(text))


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
