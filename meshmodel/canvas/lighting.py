"""What stands out in a drawing: what is selected, a lens, a lit way; and which look each run has by that."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from meshmodel.canvas.drawing import Drawing
from meshmodel.canvas.scene import Run
from meshmodel.model.records import Reference

_GROUND: Final = frozenset({"ground", "lane-a", "lane-b", "frame", "lane-title"})

Owners = frozenset[Reference]
"""What runs of a drawing belong to: records, and branches of lines."""
Look = Literal["plain", "highlighted", "dimmed", "selected", "selected_line", "offer"]
"""How a run looks: by its ink (plain, on the lit way, or dimmed), else alike whatever its ink."""


@dataclass(frozen=True, slots=True)
class Lighting:
    """What stands out, as owners of runs.

    Attributes:
        selected: what is selected.
        shown: what is within the lens; ``None``: everything.
        highlighted: the highlighted way; everything else is dimmed while there is one.
        aimed: what a gesture points at.
    """

    selected: Owners = frozenset()
    shown: Owners | None = None
    highlighted: Owners = frozenset()
    aimed: Owners = frozenset()


def lighting_of(
    drawing: Drawing | None,
    selected: Iterable[Reference],
    shown: frozenset[Reference] | None,
    highlighted: frozenset[Reference],
    aimed: Reference | None,
) -> Lighting:
    """What stands out in a drawing, from records: see :class:`Lighting`; nothing without a drawing."""
    if drawing is None:
        return Lighting()
    return Lighting(
        drawing.highlight(_with_approving(drawing, frozenset(selected))),
        None if shown is None else drawing.highlight(shown),
        drawing.highlight(highlighted),
        drawing.highlight(() if aimed is None else [aimed]),
    )


def _with_approving(drawing: Drawing, selected: frozenset[Reference]) -> set[Reference]:
    """What is selected, who approves at its checkpoints, and the checkpoints where its agents approve."""
    found = set(selected)
    for key, agents in drawing.grid.approving.items():
        if ("checkpoint", key) in selected:
            found.update(agents)
        elif not selected.isdisjoint(agents):
            found.add(("checkpoint", key))
    return found


def in_front(run: Run, lighting: Lighting) -> Run:
    """What is seen where two lines cross: a line that stands out is in front of one that does not."""
    if not run.parts:
        return run
    highlighted = lighting.highlighted or lighting.selected
    parts = [part for part in run.parts if not highlighted.isdisjoint(part.owners)]
    return parts[0] if len(parts) == 1 else run


def front_and_look(run: Run, lighting: Lighting) -> tuple[Run, tuple[Look, bool]]:
    """What is seen of a run, and how that looks: where both are the same, it need not be painted again."""
    front = in_front(run, lighting)
    return front, look_of(front, lighting)


def look_of(run: Run, lighting: Lighting) -> tuple[Look, bool]:
    """The look of a run, and whether it is on the lit way, where lines are heavier."""
    ink, owners = run.ink, run.owners
    if ink == "lane-title" and not lighting.selected.isdisjoint(owners):
        return "selected", False
    if ink == "lane-title" and not lighting.aimed.isdisjoint(owners):
        return "offer", False
    if ink in _GROUND or not owners:
        return "plain", False
    is_line = ink.startswith("line")
    if not is_line and not lighting.aimed.isdisjoint(owners):
        return "offer", False
    heavy = bool(lighting.highlighted) and not lighting.highlighted.isdisjoint(owners)
    # The lines of a selection would hide which way the witness takes.
    if not lighting.selected.isdisjoint(owners) and not (is_line and lighting.highlighted):
        return ("selected_line" if is_line else "selected"), heavy
    if lighting.highlighted:
        return ("highlighted", True) if heavy else ("dimmed", False)
    if lighting.shown is not None and lighting.shown.isdisjoint(owners):
        return "dimmed", False
    return "plain", False
