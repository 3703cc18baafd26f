"""What a note is about: an element or a step, of a grant perhaps one action.

See ``docs/semantics.md#relations``.
"""

from typing import Final, NamedTuple

from meshmodel.model.records import Reference
from meshmodel.model.schema import STEP_ENDS

STEPS: Final = tuple(step for step in STEP_ENDS if step != "boundary")
"""The steps that a note can be about."""


class NoteSubject(NamedTuple):
    """What a note is about.

    Attributes:
        table: the table of an element, or a step.
        ids: of the element, or of both ends of the step.
        action: of a grant, where one is meant; else empty.
    """

    table: str
    ids: tuple[str, ...]
    action: str = ""

    @property
    def step(self) -> tuple[str, str, str] | None:
        """The step and its ends; ``None`` for an element."""
        return (self.table, self.ids[0], self.ids[1]) if len(self.ids) == 2 else None

    @property
    def elements(self) -> tuple[Reference, ...]:
        """The element, or the ends of the step."""
        return tuple(zip(STEP_ENDS[self.table] if self.step else (self.table,), self.ids, strict=True))

    @property
    def about(self) -> str:
        """As a note names it."""
        return f"{self.table}:{'>'.join(self.ids)}{':' if self.action else ''}{self.action}"


def note_subject(about: str) -> NoteSubject:
    """What a text names, such as ``agent:bot``, ``hold:bot>token`` or ``grant:token>files:read``.

    Args:
        about: in this form; what is in it need not exist.
    """
    table, _, rest = about.partition(":")
    ends, _, action = rest.partition(":")
    return NoteSubject(table, tuple(ends.split(">", 1)), action)
