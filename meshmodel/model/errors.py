"""What is raised when input cannot be accepted: one clear line."""


class MeshmodelError(Exception):
    """Bad input, or a thing that cannot be done; ``str()`` is one line: what, where, why, what to do.

    The command line prints it on standard error and exits with 2; the workbench shows it in the
    status line. It never has control characters or line breaks, whatever the input was.
    """


class InvalidModelError(MeshmodelError):
    """A model, a record or a value that the semantics refuse (section 10)."""


class StoreError(MeshmodelError):
    """A model file that cannot be opened, read or written."""
