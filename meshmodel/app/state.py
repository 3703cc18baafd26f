"""All that the workbench shows, as one frozen value: panels are bound to it, controllers replace it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

from meshmodel.analysis.results import Explanation, Finding, StepKey
from meshmodel.app.access import ANYONE, Access
from meshmodel.app.presentation.lenses import InLens, LensName, LensResult
from meshmodel.app.presentation.people import Lead, leader_of
from meshmodel.canvas.scene import CanvasFacts, Mark, Zoom
from meshmodel.model.records import Reference, Snapshot
from meshmodel.model.vocabulary import View

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis
    from meshmodel.analysis.compromise import Compromise
    from meshmodel.analysis.fix.results import PlanOptions
    from meshmodel.analysis.trace_records import TracedEvent
    from meshmodel.answers.causes import Counts
    from meshmodel.answers.lines import Line
    from meshmodel.answers.plan_state import PlanState
    from meshmodel.answers.round.stops import Key
    from meshmodel.app.computed import Computed
    from meshmodel.app.presentation.cause_lines import Order
    from meshmodel.app.presentation.import_preview import ImportPreview
    from meshmodel.app.presentation.log_request import LogRequest
    from meshmodel.app.presentation.log_words import LaidLog
    from meshmodel.app.presentation.people import Asked, Participant, Vote
    from meshmodel.app.presentation.rounding import RoundState
    from meshmodel.app.presentation.since import CanvasComparison, Since

    Comparing = Computed[Analysis | None, Since, tuple[Line, ...]]
    ComputedLens = Computed[Analysis, tuple[LensName, Reference | str | None], LensResult]
    Planning = Computed[Analysis, PlanOptions, PlanState]
    Round = Computed[Analysis, tuple[RoundState, Key | None], RoundState]
    Tracing = Computed[Analysis, LogRequest, LaidLog]

Arrangement = Literal["small", "medium", "large"]
"""``small``: the canvas, and two rows that tell the finding; panels lie over the canvas. ``medium``: one
panel beside the canvas, lists below. ``large``: outline, canvas, inspector, lists below."""

Side = Literal["outline", "inspector"]


MessageKind = Literal["note", "no-row", "waiting", "guard", "lens"]
"""What a message is about, for what follows it: something done or refused; a filter that leaves no row; an
answer that is being computed; a fix that is, to be guarded; what the lens shows."""


@dataclass(frozen=True, slots=True)
class StatusMessage:
    """What the message line says; before what the lens shows, where it is about that.

    Attributes:
        text: of what was done or refused here.
        kind: what it is about.
        news: what somebody else did since, which stands behind it.
    """

    text: str = ""
    kind: MessageKind = "note"
    news: str = ""


@dataclass(frozen=True, slots=True)
class OpenedFinding:
    """A finding with its example path, which is highlighted; ``None`` where it has none."""

    finding: Finding
    path: Explanation | None


@dataclass(frozen=True, slots=True)
class OpenedPath:
    """A path of an agent to a system."""

    path: Explanation


@dataclass(frozen=True, slots=True)
class OpenedEvent:
    """An event of the log that is laid on the model.

    Attributes:
        event: which one.
        link: of the chain by which its credential came the link that is highlighted alone, from 1, the
            nearest first; 0: all of them; ``None``: what the event touched.
    """

    event: "TracedEvent"
    link: int | None = None


Opened = OpenedFinding | OpenedPath | OpenedEvent
"""The one thing that is highlighted on the canvas and explained beside the lists."""


NO_PREVIEW: Final[dict[str, Any]] = {"preview": (), "preview_changes": {}, "preview_leaves": None}
"""The fields of the state without a preview."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class WorkbenchState:
    """All that a panel needs in order to show itself.

    Attributes:
        snapshot: the model.
        why_read_only: why edits are refused, and what to do; empty where they are not.
        access: who looks at it, and what they may do.
        is_lost: whether the file was moved, deleted or replaced.
        is_away: whether the database cannot be reached now.
        built, designed: the analyses of the model as built and as designed; ``None`` while the first run.
        facts: what they add to the drawing, by view; perhaps one edit behind the model.
        before: the counts of both before the last edits.
        view: which of the two is in force on the screen.
        is_current: whether the analyses are those of this snapshot; else new ones are being computed.
        problem: why they could not be computed; empty where they could.
        selected: what is selected on the canvas.
        group: what is selected together; empty where that is one thing at most.
        opened: what is highlighted and explained, if anything.
        message: the message line; empty where it tells what is selected or open.
        tentative: the model as a move in progress would leave it.
        zoom, lens, folded: how the canvas is looked at; folded zones by id.
        lens_before: the lens that comes back once the list of what falls is left; ``None``: none does.
        by_outsider: whether the compromise is that by an outsider, and not of what is selected.
        in_lens: what is computed for the lens, and of what it is asked.
        lens_result: what the lens shows, and for that of compromise what falls.
        is_squeezed: whether names are shortened that would stand whole if no card were placed by hand.
        is_drawing: whether what is shown is not yet the drawing of the model.
        planning: what is known of the plan, or of the minimum fix.
        shows_plan: whether that list shows the plan, and not the fix.
        preview: the steps that are marked on the canvas as to be guarded.
        preview_changes: the relations that are marked there as to be taken away or limited.
        preview_leaves: the doors that stay open while those are guarded; ``None`` where that takes too long.
        rounding: how far a guided round is, and the stop that is shown; ``None``: none was begun.
        presents: whether the stop is shown to a room, over the whole screen.
        people: who else has the model open, and shows what they do.
        hand: whether a hand is raised, which the others see.
        follows: whether the round that is shown is that of who leads, and not one's own.
        lead: how the round is led here; ``None``: it is not.
        vote: the answer given here where votes were asked for, and where that was.
        led_by: by name who was seen to lead.
        tracing: the log that is laid on the model.
        unused: grants that it never uses, drawn faint while that is looked at.
        importing: the import that is looked at.
        comparing: the comparison that is looked at.
        marked: what is drawn in place of the model, with what is new, changed and gone marked.
        ghost: what is under the cursor of the canvas of that, and not in the model; nothing is selected then.
        arrangement: how panels are arranged.
        side: the side panel that is open where not all have room.
        is_side_closed: whether the inspector was closed where it always has room.
        lists_open: whether the lists are open where they lie over the canvas.
        page: the list in front.
        lists_rows: how many rows the lists were given; 0: what they usually have.
        findings_by: what the findings are listed by.
        has_map: whether the map is shown where the drawing is larger than the canvas.
        focus: which panel has the focus: ``canvas``, or the id of another.
    """

    snapshot: Snapshot
    why_read_only: str = ""
    access: Access = ANYONE
    is_lost: bool = False
    is_away: bool = False
    built: "Analysis | None" = None
    designed: "Analysis | None" = None
    facts: Mapping[View, CanvasFacts] = field(default_factory=dict)
    before: "tuple[Counts, Counts] | None" = None
    view: View = "built"
    is_current: bool = True
    problem: str = ""
    selected: Reference | None = None
    group: frozenset[Reference] = frozenset()
    opened: Opened | None = None
    message: StatusMessage = StatusMessage()
    tentative: Snapshot | None = None
    zoom: Zoom = "card"
    lens: LensName = "structure"
    folded: frozenset[str] = frozenset()
    lens_before: LensName | None = None
    by_outsider: bool = False
    in_lens: "ComputedLens | None" = None
    lens_result: LensResult = field(default_factory=lambda: LensResult(InLens(None)))
    is_squeezed: bool = False
    is_drawing: bool = False
    planning: "Planning | None" = None
    shows_plan: bool = False
    preview: tuple[StepKey, ...] = ()
    preview_changes: "Mapping[StepKey, Mark]" = field(default_factory=dict)
    preview_leaves: frozenset[StepKey] | None = None
    rounding: "Round | None" = None
    presents: bool = False
    people: "tuple[Participant, ...]" = ()
    hand: bool = False
    follows: bool = False
    lead: Lead | None = None
    vote: "Vote | None" = None
    led_by: tuple[str, ...] = ()
    tracing: "Tracing | None" = None
    unused: frozenset[Reference] = frozenset()
    importing: "ImportPreview | None" = None
    comparing: "Comparing | None" = None
    marked: "CanvasComparison | None" = None
    ghost: Reference | None = None
    arrangement: Arrangement = "small"
    side: Side | None = None
    is_side_closed: bool = False
    lists_open: bool = False
    page: str = "findings"
    lists_rows: int = 0
    findings_by: "Order" = "severity"
    has_map: bool = False
    focus: str = "canvas"

    @property
    def chosen(self) -> frozenset[Reference]:
        """What commands are about: the group, else what is selected."""
        return self.group or (frozenset() if self.selected is None else frozenset({self.selected}))

    @property
    def message_text(self) -> str:
        """What the message line says, in full."""
        message = self.message
        own = f"{message.text}{self.lens_result.content.says}" if message.kind == "lens" else message.text
        return " · ".join(filter(None, (own, message.news)))

    @property
    def finding(self) -> Finding | None:
        """The open finding."""
        return self.opened.finding if isinstance(self.opened, OpenedFinding) else None

    @property
    def explanation(self) -> Explanation | None:
        """The path that is highlighted and explained, of a finding or by itself."""
        return self.opened.path if isinstance(self.opened, OpenedFinding | OpenedPath) else None

    @property
    def traced(self) -> "TracedEvent | None":
        """The event of the log that is highlighted and explained."""
        return self.opened.event if isinstance(self.opened, OpenedEvent) else None

    @property
    def is_overlaid(self) -> bool:
        """Whether something lies over the drawing that Esc ends: a preview, a way, what falls, a group."""
        over = self.preview, self.preview_changes, self.comparing, self.importing and self.marked, self.opened
        return any((*over, self.lens == "compromise", self.group))

    @property
    def leader(self) -> "Participant | None":
        """Who is followed, while they lead a round."""
        return leader_of(self.people) if self.follows else None

    @property
    def asked(self) -> "Asked | None":
        """The stop that is shown, where votes were asked for about it, and when that was."""
        leader, known = self.leader, self.rounding
        lead = self.lead if leader is None else leader.here.lead
        stop = None if known is None or known.result is None else known.result.stop
        asked = None if lead is None else lead.asked
        return asked if asked is not None and stop is not None and asked[0] == stop.key else None

    @property
    def is_voting(self) -> bool:
        """Whether an answer is a vote: votes were asked for, and are not opened yet."""
        lead = self.lead if self.leader is None else self.leader.here.lead
        return self.asked is not None and lead is not None and not lead.is_opened

    @property
    def votes(self) -> "Mapping[str, Vote | None]":
        """By their names the last votes of all who see the same stop, oneself last."""
        others = {each.name: each.here.vote for each in self.people if each.here.follows or each.here.lead}
        return others | {self.access.person or "you": self.vote}

    @property
    def read_only(self) -> bool:
        """Whether edits are refused."""
        return bool(self.why_read_only)

    @property
    def analysis(self) -> "Analysis | None":
        """The analysis of the view in force."""
        return self.built if self.view == "built" else self.designed

    @property
    def compromise(self) -> "Compromise | None":
        """What falls with what is selected, or to an outsider, where the lens shows that."""
        return self.lens_result.compromise

    @property
    def why_nothing(self) -> str:
        """Why there is no analysis to show, or not yet that of this snapshot; empty where there is."""
        if self.problem:
            return f"could not be computed: {self.problem}"
        return "" if self.analysis is not None and self.is_current else "computing..."
