"""The first row: which model, what matters in it as built and as designed, and what the last edit did."""

from collections.abc import Iterator, Mapping

from textual import events
from textual.content import Content

from meshmodel.app.commands import BY_ID, shown_keys
from meshmodel.app.messages import CommandRequested
from meshmodel.app.panels.bound import Bound
from meshmodel.app.presentation.model_line import (
    GAP,
    LinePart,
    count_parts,
    fitted,
    model_parts,
    needed,
    right_parts,
)
from meshmodel.app.presentation.people import people_parts
from meshmodel.app.state import WorkbenchState
from meshmodel.model.text import counted, width

_STYLES = {
    "": "",
    "title": "bold #10141a on $accent",
    "plain": "$foreground",
    "muted": "$text-muted",
    "warning": "bold $warning",
    "bad": "bold $error",
    "good": "bold $success",
}
# Without colours red becomes a dark grey, dimmer than plain words.
_COLOURLESS = {**_STYLES, "bad": "bold reverse", "good": "bold"}


class MeshHeader(Bound):
    """One row: the model, its counts as built and as designed, the lens, and whether it is saved."""

    ALLOW_SELECT = False
    DEFAULT_CSS = "MeshHeader { dock: top; height: 1; background: $panel; color: $foreground; }"

    def __init__(
        self,
        keymap: Mapping[str, str] | None = None,
        *,
        id: str | None = None,  # noqa: A002  # Textual's name
    ) -> None:
        """Arguments: the user's keymap; the id of the widget."""
        super().__init__(id=id)
        self._keymap = keymap or {}

    def parts(self) -> list[LinePart]:
        """What stands in the header, from the left, whatever the room."""
        shown = self.shown
        if shown is None:
            return []
        looked = right_parts(
            shown.lens,
            shown.view,
            "" if shown.comparing is None else shown.comparing.asked.name,
            "database away" if shown.is_away else "file gone" if shown.is_lost else "",
            is_drawing=shown.is_drawing,
            read_only=shown.read_only,
        )
        key = "" if shown.follows or shown.lead else shown_keys(BY_ID["follow"], self._keymap)
        people = people_parts(shown.people, hand=shown.hand, follow_key=key)
        return [*model_parts(shown.snapshot), *_counts(shown), *people, *looked]

    def tip(self, x: int) -> str:
        """All parts, also those that do not fit, and what a click there does."""
        parts, runs = "\n".join(part.text for part in self.parts()), self._runs_at(x)
        return f"{parts}\n\n{BY_ID[runs].description}" if runs else parts

    def _placed(self) -> Iterator[tuple[int, LinePart]]:
        """The parts that fit, those on the right at the right, each with the cells of ground before it."""
        parts = sorted(fitted(self.parts(), self.size.width), key=lambda part: part.right)
        free = max(self.size.width - needed(parts), 0)
        for number, part in enumerate(parts):
            yield GAP * bool(number) + free * (part.right > parts[number - 1].right), part

    def render(self) -> Content:
        """All that fits."""
        styles = _COLOURLESS if self.app.no_color else _STYLES
        pieces: list[Content] = []
        for gap, part in self._placed():
            pieces += [Content(" " * gap), Content.styled(part.text, styles[part.look])]
        return Content("").join(pieces)

    def on_click(self, event: events.Click) -> None:
        """Run the command of the part that was clicked."""
        if event.button == 1 and (runs := self._runs_at(int(event.x))):
            self.post_message(CommandRequested(runs))

    def _runs_at(self, at: int) -> str:
        for gap, part in self._placed():
            at -= gap + width(part.text)
            if at < 0:
                return part.runs if at >= -width(part.text) else ""
        return ""


def _counts(shown: WorkbenchState) -> list[LinePart]:
    """What matters, or that it is being computed."""
    built, designed, seen = shown.built, shown.designed, shown.analysis
    if shown.problem:
        return [LinePart("could not be computed", "bad")]
    if built is None or designed is None or seen is None:
        return [LinePart("computing...", "warning")]
    if not shown.is_current:
        was = f"was {counted(built.summary.uncontrolled, 'unchecked path')}"
        return [LinePart("computing...", "warning"), LinePart(was, "muted", 2)]
    return count_parts(built, designed, seen, shown.before)
