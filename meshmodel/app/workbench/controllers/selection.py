"""Selecting, finding, lenses, zoom, folding, and the open finding with its witness."""

from typing import TYPE_CHECKING, Final

from textual import on
from textual.timer import Timer

from meshmodel.app.canvas.gestures import ELEMENTS
from meshmodel.app.canvas.view import CanvasView
from meshmodel.app.panels.explanation import Told
from meshmodel.app.limits import AT_ONCE
from meshmodel.app.workbench.context import Base
from meshmodel.app.lenses import LENSES
from meshmodel.canvas.scene import Zoom
from meshmodel.edits.operations import title_of, words_for
from meshmodel.model.records import Agent, Reference, System, Zone
from meshmodel.model.snapshot import RECORD_TYPES

if TYPE_CHECKING:
    from meshmodel.analysis.results import Finding

REST: Final = 0.06
"""Seconds without another selection after which the panels of a large model follow."""
ZOOMS: Final[tuple[Zoom, ...]] = ("overview", "line", "card")


class Looking(Base):
    """The part of the workbench that looks at the model and changes nothing."""

    _resting: Timer | None = None
    OPEN_FOLDED: Final = 300
    """Models of more elements open with their zones folded."""

    # Selecting

    def exists(self, reference: Reference) -> bool:
        """Whether there is such a record, or such a step without one, in the newest model."""
        snapshot = self.session.snapshot
        table, key = reference
        if table == "hosting" and isinstance(key, tuple):
            agent = snapshot.agent.get(key[1])
            return agent is not None and agent.runs_on == key[0]
        if table in {"trigger", "hold"} and isinstance(key, tuple):
            first, second = ("system", "agent") if table == "trigger" else ("agent", "credential")
            return snapshot.get(first, key[0]) is not None and snapshot.get(second, key[1]) is not None
        return table in RECORD_TYPES and snapshot.get(table, key) is not None

    def select(self, reference: Reference | None, *, still: bool = False) -> None:
        """Select something, bring it into view unless nothing may scroll, and tell the panels."""
        if reference is not None and not self.exists(reference):
            return
        if not still:
            self.canvas.reveal(reference)
        if reference == self.shown.selected:
            return
        self.shown = self.with_(selected=reference)
        self.relight()
        said = self.lens_says if self.lens in {"reach", "compromise"} else ""
        self.query_one(Told).say(said)
        if self.is_behind:
            return  # the panels follow with all else that an edit changed
        if self.shown.snapshot.elements <= AT_ONCE:
            self.follow()
        else:  # long lists: they wait until a hand that walks on comes to rest
            self.query_one(Told).follow(self.shown)
            if self._resting is not None:
                self._resting.stop()
            self._resting = self.set_timer(REST, self.follow)

    @on(CanvasView.Selected)
    def _canvas_selected(self, event: CanvasView.Selected) -> None:
        event.stop()
        self.select(event.reference, still=event.still)

    @on(CanvasView.Opened)
    def _canvas_opened(self, event: CanvasView.Opened) -> None:
        event.stop()
        self.select(event.reference)
        self.open_inspector()

    def action_find(self) -> None:
        """Find an element, or filter the list in focus."""
        if self.filter_in_focus():
            return
        from meshmodel.app.dialogs.find import FindDialog

        self.app.push_screen(FindDialog(self.shown.snapshot), self.go_to)

    def go_to(self, reference: Reference | None) -> None:
        """Select something that was looked for, unfolding the zone that hides it."""
        if reference is None:
            return
        zone = self.zone_of(reference)
        if zone in self.folded and reference[0] != "zone":
            self.folded -= {zone}
            self.redraw()
        self.canvas.focus()
        self.select(reference)

    def zone_of(self, reference: Reference | None) -> str | None:
        """The zone that an element lies in or is at home in, or the zone itself."""
        if reference is None:
            return None
        match self.shown.snapshot.get(*reference) if reference[0] in ELEMENTS else None:
            case Zone() as zone:
                return zone.id
            case System() as system:
                return system.zone
            case Agent() as agent:
                return agent.home
            case _:
                return None

    # Findings

    def open_finding(self, finding: "Finding | None") -> None:
        """Light the witness of a finding and tell it; with ``None``: no longer."""
        if finding is None:
            self.shown = self.with_(finding=None, explanation=None, traced=None)
        else:
            analysis = self.shown.analysis
            told = None if analysis is None else analysis.explain_finding(finding)
            self.shown = self.with_(finding=finding, explanation=told, traced=None)
        self.query_one(Told).say("")
        self.relight()
        self.follow()
        if self.shown.explanation is not None and self.shown.explanation.steps:
            table, _, key = self.shown.explanation.steps[-1].to.partition(":")
            self._bring_into_view((table, key))
        elif finding is not None and finding.about:
            self._bring_into_view(finding.about[0])

    def _bring_into_view(self, reference: Reference) -> None:
        """Show it now, and again where lists that were just opened leave less of the canvas."""
        self.canvas.reveal(reference)
        self.call_after_refresh(self.canvas.reveal, reference)

    def reopen(self) -> None:
        """After an edit: the open finding as it is now; closed, and said so, where it is gone."""
        finding, analysis = self.shown.finding, self.shown.analysis
        self.shown = self.with_(traced=None)
        if analysis is None:
            return
        if finding is None:
            before = self.shown.explanation
            if before is not None:
                told = analysis.explain(before.agent, before.system)
                self.shown = self.with_(explanation=told)
            return
        now = next(
            (
                each
                for each in analysis.findings
                if (each.rule, each.subject) == (finding.rule, finding.subject)
            ),
            None,
        )
        told = None if now is None else analysis.explain_finding(now)
        self.shown = self.with_(finding=now, explanation=told)
        if now is None:
            self.say(f"closed: {finding.message}")

    # Lenses, views, zoom

    def action_lens(self) -> None:
        """The next lens."""
        self.lens = LENSES[(LENSES.index(self.lens) + 1) % len(LENSES)]
        self.by_outsider = False
        self.relight()
        says = self.lens_says or self.lens
        self.say(f"lens {says}" if says.startswith(self.lens) else f"lens {self.lens}: {says}")
        self.follow()

    def action_view(self) -> None:
        """As designed, or as built."""
        view = "designed" if self.shown.view == "built" else "built"
        self.shown = self.with_(view=view)
        self.reopen()
        self.redraw()
        self.say(
            "as designed: planned checkpoints count"
            if view == "designed"
            else "as built: planned ones do not count"
        )
        self.follow()

    def action_zoom_in(self) -> None:
        """Closer."""
        self._zoom(ZOOMS[min(ZOOMS.index(self.zoom) + 1, len(ZOOMS) - 1)])

    def action_zoom_out(self) -> None:
        """Farther."""
        self._zoom(ZOOMS[max(ZOOMS.index(self.zoom) - 1, 0)])

    def action_zoom_reset(self) -> None:
        """Cards."""
        self._zoom("card")

    def _zoom(self, zoom: Zoom) -> None:
        if zoom != self.zoom:
            self.zoom = zoom
            self.redraw(afresh=True)
            self.canvas.reveal(self.shown.selected)

    def action_fold(self) -> None:
        """Fold the zone of what is selected, or unfold it."""
        zone = self.zone_of(self.shown.selected)
        if zone is None:
            self.say("fold: select a zone, or something that lies in one")
            return
        self._fold(zone)

    @on(CanvasView.FoldToggled)
    def _fold_toggled(self, event: CanvasView.FoldToggled) -> None:
        event.stop()
        self._fold(event.zone)

    def _fold(self, zone: str) -> None:
        self.folded = self.folded ^ {zone}
        self.shown = self.with_(selected=("zone", zone))
        self.redraw()
        self.canvas.reveal(("zone", zone))
        self.follow()

    def describe(self, reference: Reference) -> str:
        """What is selected, for a line: its kind and its name."""
        title = title_of(self.shown.snapshot, reference)
        return title if isinstance(reference[1], tuple) else f"{reference[0]} {title}"

    @staticmethod
    def words(reference: Reference) -> str:
        """The words for a record in messages."""
        return words_for(reference)
