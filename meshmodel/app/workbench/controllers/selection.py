"""Selecting, finding, views, zoom and folding."""

from typing import Final

from meshmodel.app.messages import SelectionRequested
from meshmodel.app.state import StatusMessage
from meshmodel.app.workbench.context import Controller
from meshmodel.canvas.events import FoldToggled, Grouped, Opened, Selected, Zoomed
from meshmodel.canvas.scene import Zoom
from meshmodel.canvas.slots import folded_zones, lane_keys_of
from meshmodel.edits.edit import edit
from meshmodel.edits.groups import listed
from meshmodel.edits.operations import lane_places, zone_of
from meshmodel.model.records import Reference

ZOOMS: Final[tuple[Zoom, ...]] = ("overview", "line", "card")


class SelectionController(Controller):
    """Looks at the model and changes nothing in it."""

    def selected(self, event: Selected) -> None:
        """Something was selected on the canvas; keys go on from what is selected together."""
        if event.still and self.state.group:
            self.context.update(group=frozenset(), message=StatusMessage())
        self.context.select(event.reference, still=event.still, together=not event.still)

    def grouped(self, event: Grouped) -> None:
        """Several things are selected together on the canvas."""
        group = frozenset(filter(self.context.exists, event.group))
        self.context.update(group=group, selected=event.last if event.last in group else self.state.selected)
        if group:
            said = listed(self.state.snapshot, group)
            self.context.say(f"selected {said}; x, m, d, X or a field is for all of them, Esc ends that")

    def opened(self, event: Opened) -> None:
        """Something on the canvas is to be edited."""
        self.context.select(event.reference)
        if self.state.ghost is None:
            self.context.open_side("inspector")

    def requested(self, event: SelectionRequested) -> None:
        """A panel asks to select something."""
        self.context.select(event.reference)
        if self.context.canvas.gestures.is_busy:
            self.context.focus_canvas()  # it may be the other end of a connection
        elif event.edit:
            self.context.open_side("inspector")

    def find(self) -> None:
        """Ask for an element by its name, and go there."""
        from meshmodel.app.dialogs.find import FindDialog

        self.context.ask(FindDialog(self.state.snapshot), self.go_to)

    def go_to(self, reference: Reference) -> None:
        """Select something that was looked for, unfolding the zone that hides it."""
        zone = zone_of(self.state.snapshot, reference)
        if zone in self.state.folded and reference[0] != "zone":
            self.context.update(folded=self.state.folded - {zone})
        self.context.back_to_canvas()
        self.context.select(reference, together=True)
        self.context.after_refresh(lambda: self.context.canvas.reveal(reference))

    def view(self) -> None:
        """Look as designed, or as built."""
        if self.state.view == "built":
            self.context.update(view="designed")
            self.context.say("planned checkpoints count too")
        else:
            self.context.update(view="built")
            self.context.say("as built: planned ones do not count")

    def zoom_in(self) -> None:
        """Go closer."""
        self._zoom(ZOOMS[min(ZOOMS.index(self.state.zoom) + 1, len(ZOOMS) - 1)])

    def zoom_out(self) -> None:
        """Go farther."""
        self._zoom(ZOOMS[max(ZOOMS.index(self.state.zoom) - 1, 0)])

    def zoomed(self, event: Zoomed) -> None:
        """The wheel zooms; what zooming would show no better is said."""
        before = self.state.zoom
        if event.closer:
            self.zoom_in()
        else:
            self.zoom_out()
        if self.state.zoom == before:
            self.context.say(f"this is the {'closest' if event.closer else 'farthest'} view")

    def zoom_reset(self) -> None:
        """Show cards."""
        self._zoom("card")

    def _zoom(self, zoom: Zoom) -> None:
        self.context.update(zoom=zoom, message=StatusMessage())
        self.context.canvas.reveal(self.state.selected)

    def fold(self) -> None:
        """Fold the zone of what is selected, or unfold it."""
        zone = zone_of(self.state.snapshot, self.state.selected)
        if zone is None:
            self.context.say("fold: select a zone, or something in one")
        else:
            self._fold(zone)

    def fold_toggled(self, event: FoldToggled) -> None:
        """The sign of a zone was clicked."""
        self._fold(event.zone)

    def _fold(self, zone: str) -> None:
        """Fold or unfold a zone in the model; only on this screen where that cannot be edited or agrees."""
        context, snapshot, drawing = self.context, self.state.snapshot, self.context.canvas.drawing
        in_model = folded_zones(snapshot)
        wanted = zone not in self.state.folded
        can_edit = zone in snapshot.zone and not self.state.read_only
        if drawing is None or not can_edit or wanted is (zone in in_model):
            context.update(folded=self.state.folded ^ {zone}, selected=("zone", zone))
        else:
            places = lane_places(snapshot, lane_keys_of(drawing), in_model ^ {zone})
            context.update(selected=("zone", zone))
            context.apply(edit(f"{'fold' if wanted else 'unfold'} zone {zone}", places), on=snapshot)
        context.after_refresh(lambda: context.canvas.reveal(("zone", zone)))
