"""The first row: which model, what matters in it as built and as designed, and what the last edit did."""

from dataclasses import dataclass, replace

from textual.content import Content

from meshmodel.app.panels.bound import Bound
from meshmodel.app.state import WorkbenchState
from meshmodel.model.text import counted, shorten, width
from meshmodel.reports.causes import open_counts
from meshmodel.reports.count_words import delta, open_rows


@dataclass(frozen=True, slots=True)
class Part:
    """Some words of the header; parts of a higher rank go first where there is little room."""

    text: str
    style: str = ""
    rank: int = 0
    right: bool = False
    short: tuple[str, ...] = ()
    """What is said in its place before it goes, from the longest."""
    last: int = 4
    """The rank of the shortest of these; 0 never goes."""


class MeshHeader(Bound):
    """One row: the model, its counts as built and as designed, the lens, and whether it is saved."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    MeshHeader { dock: top; height: 1; background: $panel; color: $foreground; }
    """

    def show_state(self, shown: WorkbenchState) -> None:
        """Show this."""
        del shown
        self.refresh()

    def parts(self) -> list[Part]:
        """What stands in the header, from the left, whatever the room."""
        shown = self.shown
        if shown is None:
            return []
        snapshot, built, designed = shown.snapshot, shown.built, shown.designed
        name = snapshot.about.name or "unnamed model"
        titles = tuple(f" {shorten(name, cells)} " for cells in (28, 14))
        parts = [Part(titles[0], "bold #10141a on $accent", 1, short=titles[1:], last=0)]
        nouns = [
            counted(len(snapshot.agent), "agent"),
            counted(len(snapshot.system), "system"),
            counted(len(snapshot.credential), "credential"),
        ]
        parts.append(Part(" · ".join(nouns), "", 6))
        if shown.problem:
            parts.append(Part("could not be computed", "bold $error"))
        elif built is None or designed is None:
            parts.append(Part("computing...", "bold $warning"))
        elif not shown.is_current:
            parts.append(Part("computing...", "bold $warning"))
            parts.append(Part(f"was {built.summary.missing:,} missing", "$text-muted", 2))
        else:
            missing = built.summary.missing
            sign = "✖" if missing else "◆"
            style = "bold $error" if missing else "bold $success"
            if self.app.no_color:  # without colours red becomes a dark grey, dimmer than plain words
                style = "bold reverse" if missing else "bold"
            parts.append(Part(f"{sign} {missing:,} missing", style))
            counts = {} if shown.analysis is None else open_counts(shown.analysis)
            if counts:
                every, *fewer = open_rows(counts)
                parts.append(Part(every, "$foreground", 6 if fewer else 4, short=tuple(fewer)))
            parts.append(Part(f"designed {designed.summary.missing:,}", "$foreground", 2))
            change = delta(shown.before and shown.before[0], built.summary)
            if not change:
                change = delta(shown.before and shown.before[1], designed.summary)
                change = f"designed {change}" if change else ""
            if change:
                parts.append(Part(change, "bold $warning", 1))
        parts.append(
            Part(f"lens {shown.lens}", "$text-muted", 5, right=True)
            if shown.lens == "structure"
            else Part(f"lens {shown.lens}", "$text-muted", 1, right=True, short=(shown.lens,), last=0)
        )
        view = "as designed" if shown.view == "designed" else "as built"
        parts.append(Part(view, "$text-muted" if view == "as built" else "bold $warning", right=True))
        if shown.is_drawing:
            parts.append(Part("drawing...", "bold $warning", right=True))
        if shown.is_lost:
            parts.append(Part("file gone", "bold $error", right=True))
        elif shown.read_only:
            parts.append(Part("read only", "bold $warning", 1, right=True))
        else:
            parts.append(Part("saved", "$text-muted", 2, right=True))
        return parts

    def render(self) -> Content:
        """The parts that fit, those on the right at the right."""
        parts = self.parts()
        room = self.size.width
        while parts and _needed(parts) > room and any(part.rank for part in parts):
            least = max(parts, key=lambda part: part.rank)
            at = parts.index(least)
            parts[at : at + 1] = _shortened(least)
        left = [part for part in parts if not part.right]
        right = [part for part in parts if part.right]
        gap = max(room - _needed(parts), 0)
        pieces: list[Content] = []
        for number, part in enumerate([*left, *right]):
            if number:
                pieces.append(Content("  "))
            if number == len(left):
                pieces.append(Content(" " * gap))
            pieces.append(Content.styled(part.text, part.style))
        return Content("").join(pieces)


def _shortened(part: Part) -> list[Part]:
    """The part in fewer words; nothing where there are none."""
    if not part.short:
        return []
    text, *rest = part.short
    return [replace(part, text=text, short=tuple(rest), rank=part.rank if rest else part.last)]


def _needed(parts: list[Part]) -> int:
    return sum(width(part.text) for part in parts) + 2 * max(len(parts) - 1, 0) + 1
