"""The others who have the model open: what they see of who is here, and what is seen of them."""

from meshmodel.app.messages import PeopleChanged
from meshmodel.app.presentation.people import Leading, Presence
from meshmodel.app.state import WorkbenchState
from meshmodel.app.workbench.context import Controller


class RoomController(Controller):
    """Shows the others what is selected and led here, and takes in what they show."""

    def follow(self) -> None:
        """Show the others what is shown here."""
        room = self.context.app.room
        if room is not None:
            room.show(presence_of(self.state))

    def hand(self) -> None:
        """Raise a hand, or lower it."""
        self.context.update(hand=not self.state.hand)
        self.context.say("your hand is raised: H lowers it" if self.state.hand else "your hand is lowered")

    def changed(self, event: PeopleChanged) -> None:
        """The others are these now."""
        self.context.update(people=event.people)


def presence_of(state: WorkbenchState) -> Presence:
    """What the others are shown of who looks at this."""
    known, leading = state.rounding, None
    shown = None if known is None or known.problem else known.result
    is_shown = state.presents and state.page == "round"
    if is_shown and state.follows is None and shown is not None:
        stop = None if shown.stop is None else shown.stop.key
        leading = Leading(stop, shown.left, shown.earlier)
    return Presence(state.selected, state.hand, leading, follows=is_shown and state.follows is not None)
