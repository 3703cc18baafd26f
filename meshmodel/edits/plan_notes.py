"""What a plan must keep and where it never asks, as notes of the model: of kind action, with source ``plan``.

See ``docs/semantics.md#relations``.
"""

from dataclasses import replace
from typing import Final, Literal

from meshmodel.edits.edit import Edit, Put
from meshmodel.edits.notes import new_note
from meshmodel.model.records import Snapshot

Wish = Literal["keep", "never ask"]
SOURCE: Final = "plan"
_TEXTS: Final[dict[Wish, str]] = {
    "keep": "keep: a plan neither takes this away nor limits it",
    "never ask": "never ask: a plan places no checkpoint here",
}
"""The text of a note; whatever follows its first words may be changed."""


def plan_note(snapshot: Snapshot, about: str, wish: Wish) -> Edit:
    """The edit that adds a note by which plans keep a relation, or never ask at a step.

    Args:
        snapshot: the model as it is now.
        about: the relation or step, as a note names it: ``grant:token>files:read``.
        wish: what plans are to heed.
    """
    note = replace(new_note(snapshot, about, _TEXTS[wish], "action"), source=SOURCE)
    return Edit(f"{wish}: {about.replace(':', ' ', 1)}", (Put(note),))


def wishes(snapshot: Snapshot, wish: Wish) -> tuple[str, ...]:
    """What open notes are about that wish so, sorted."""
    found = (
        each.about
        for each in snapshot.note.values()
        if (each.kind, each.source, each.state) == ("action", SOURCE, "open")
        and each.text.casefold().startswith(wish)
    )
    return tuple(sorted({about for about in found if about is not None}))
