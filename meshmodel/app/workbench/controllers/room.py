"""The others who have the model open: what they see of who is here, what is seen of them, and who leads."""

from collections.abc import Callable
from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING

from meshmodel.app.messages import PeopleChanged
from meshmodel.app.presentation.people import VOTES, Lead, Presence, RoundLeader, leader_of, votes_line
from meshmodel.app.state import WorkbenchState
from meshmodel.app.workbench.context import Context, Controller

if TYPE_CHECKING:
    from meshmodel.app.presentation.round_answers import AnswerName


class RoomController(Controller):
    """Shows the others what is selected and led here, and takes in what they show."""

    _brought = 0.0
    """When all were brought last to where one has followed."""

    def __init__(self, context: Context, keep_votes: Callable[[str], object]) -> None:
        """Arguments: what controllers may do; what keeps votes as a note about the stop that is shown."""
        super().__init__(context)
        self._keep_votes = keep_votes

    def follow(self) -> None:
        """Show the others what is shown here."""
        room = self.context.app.room
        if room is not None:
            room.show(presence_of(self.state))

    def hand(self) -> None:
        """Raise a hand, or lower it."""
        self.context.update(hand=not self.state.hand)
        self.context.say("your hand is raised: ! lowers it" if self.state.hand else "your hand is lowered")

    def changed(self, event: PeopleChanged) -> None:
        """The others are these now: one of them may lead, bring all or hand over, or do so no longer."""
        leads = [each.name for each in event.people if each.here.lead]
        led_by = tuple(dict.fromkeys((*self.state.led_by, *leads)))
        self.context.update(people=event.people, led_by=led_by)
        state, leader = self.state, leader_of(event.people)
        lead = None if leader is None else leader.here.lead
        if leader is None or lead is None:
            if state.follows:
                self.context.update(follows=False, presents=False)
                self.context.say("review: who led it no longer does")
        elif state.lead is not None and (leader.is_away or lead.since < state.lead.since):
            pass  # they will hear of it
        elif state.lead is not None:
            self.context.update(lead=None, follows=True)
            self.context.say(f"review: {leader.name} leads now")
        elif state.follows and lead.heir == event.number:
            self._begin()
            self.context.say(f"review: {leader.name} handed over to you: you lead now")
        elif lead.brought > self._brought:
            self._brought = lead.brought
            self.follow_leader()
            self.context.say(f"review: {leader.name} brought you here; Esc goes on by yourself")

    def follow_leader(self) -> None:
        """Look at what somebody shows to the room, wherever they go in the round."""
        self.context.open_list("round")
        self.context.update(follows=True, presents=True)

    def _begin(self) -> None:
        mine = [self.state.access.person] if self.state.people and self.state.access.person else []
        led_by = tuple(dict.fromkeys((*self.state.led_by, *mine)))
        self.context.update(presents=True, follows=False, lead=Lead(monotonic()), led_by=led_by)

    def lead(self) -> None:
        """Show the stop over the whole screen, and so lead; where one does, ask how, or no longer."""
        lead = self.state.lead
        if lead is None:
            self._begin()
            return
        if not self.state.people:
            self.context.update(presents=False, lead=None)
            return
        from meshmodel.app.dialogs.base import Picker
        from meshmodel.app.widgets.rows import ListRow, line

        heirs = [each for each in self.state.people if each.here.follows and not each.is_away]
        known, state = self.state.rounding, self.state
        stop = None if known is None or known.result is None else known.result.stop
        ways = {
            "bring all here": replace(lead, brought=monotonic()),
            "let all answer" if lead.is_locked else "lock: only you answer": replace(
                lead, is_locked=not lead.is_locked
            ),
            **{f"hand over to {each.name}": replace(lead, heir=each.number) for each in heirs},
            "lead no longer": None,
        }
        if state.is_voting:
            ways = {"open the votes": replace(lead, is_opened=True), **ways}
        elif stop is not None:
            ways["ask for votes"] = replace(lead, asked=(stop.key, monotonic()), is_opened=False)

        def chosen(way: str) -> None:
            if way == "open the votes" and self.state.is_voting and self.state.asked:
                self._keep_votes(f"votes: {votes_line(self.state.asked, self.state.votes)}")
            self.context.update(lead=ways[way], presents=ways[way] is not None)
            self.context.say(f"review: {way}")

        self.context.ask(
            Picker("you lead the review", [ListRow(each, line(each), each) for each in ways]), chosen
        )

    def vote(self, answer: "AnswerName") -> bool:
        """Answer a stop on one's own where votes are asked for; whether they are."""
        if not self.state.is_voting or self.state.asked is None or answer not in VOTES:
            return False
        self.context.update(vote=(self.state.asked, answer))
        self.context.say(f"review: you vote “{VOTES[answer]}”; it is seen once the votes are opened")
        return True


def presence_of(state: WorkbenchState) -> Presence:
    """What the others are shown of who looks at this."""
    known, leading = state.rounding, None
    shown = None if known is None or known.problem else known.result
    is_shown = state.presents and state.page == "round"
    lead = state.lead if is_shown else None
    if lead is not None and shown is not None:
        stop = None if shown.stop is None else shown.stop.key
        leading = RoundLeader(stop, tuple(sorted(shown.left)), shown.earlier)
    return Presence(state.selected, state.hand, leading, is_shown and state.follows, lead, state.vote)
