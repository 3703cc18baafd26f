"""What is kept of the sessions of agents while a log is laid on a model: of so many, those used last."""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from meshmodel.analysis.trace_records import BEFORE, HandOut, Moment, Run

if TYPE_CHECKING:
    from meshmodel.analysis.mesh import Mesh

SESSIONS: Final = 20_000
"""So many sessions are kept; the one that was longest without an event is then forgotten."""
NOTHING_READ: Final[frozenset[int]] = frozenset()


@dataclass(slots=True)
class LastDecision:
    """The last decision of a checkpoint in a session, and whether an action used it."""

    moment: Moment
    is_used: bool = False


@dataclass(slots=True)
class SessionState:
    """What is kept of one session of an agent: when it was seen last, when it read systems last (by number)
    and which, what was handed out to it and when checkpoints decided last.

    ``refused`` has when a checkpoint said no, which it has not taken back since.
    ``unnamed`` has the hand-outs without an instance, of credentials that were also handed out with one;
    ``unseen`` the credentials of which it was said that nothing shows their issue.
    """

    run: Run
    agent: str
    number: int
    last: Moment = BEFORE
    reads: dict[int, Moment] = field(default_factory=dict)
    sources: frozenset[int] = NOTHING_READ
    handed: dict[str, HandOut] = field(default_factory=dict)
    decided: dict[str, LastDecision] = field(default_factory=dict)
    refused: dict[str, Moment] = field(default_factory=dict)
    unnamed: dict[str, HandOut | None] | None = None
    unseen: tuple[str, ...] = ()


class SessionStates:
    """The states of the sessions that are kept.

    Attributes:
        forgotten: how many sessions were forgotten, since there were too many.
    """

    def __init__(self, mesh: "Mesh") -> None:
        self._mesh = mesh
        self._states: OrderedDict[Run, SessionState] = OrderedDict()
        self._latest: SessionState | None = None
        self._dropped = set[int]()
        self.forgotten = 0

    def of(self, agent: str, session: str | None, notes: list[str]) -> SessionState:
        """The state of a session of an agent; a note says if it was forgotten."""
        latest = self._latest
        if latest is not None and latest.run[1] == session and latest.agent == agent:
            return latest
        run = agent, session
        state = self._states.get(run)
        if state is None:
            state = self._states[run] = SessionState(run, agent, self._mesh.agent[agent])
            self._make_room(run, notes)
        else:
            self._states.move_to_end(run)
        self._latest = state
        return state

    def _make_room(self, run: Run, notes: list[str]) -> None:
        """Forget a session if there are too many with a new one, and say so of one that comes again."""
        if len(self._states) > SESSIONS:
            oldest, _ = self._states.popitem(last=False)
            self._dropped.add(hash(oldest))
            self.forgotten += 1
        if self._dropped and hash(run) in self._dropped:
            self._dropped.discard(hash(run))
            notes.append(
                f"what was before in this session of {run[0]} is forgotten: since then there were "
                f"{SESSIONS:,} others"
            )
