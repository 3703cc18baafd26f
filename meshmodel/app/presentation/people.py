"""Who else has the model open, what each of them shows of themselves, and how it is written in few cells."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final, Self

from meshmodel.app.presentation.model_line import LinePart
from meshmodel.model.records import Reference, Snapshot
from meshmodel.model.text import clusters, shorten, width

if TYPE_CHECKING:
    from meshmodel.answers.round.stops import Key
    from meshmodel.app.presentation.round_answers import AnswerName

    Asked = tuple[Key, float]
    Vote = tuple[Asked, AnswerName]

HAND: Final = "✋"
VOTES: Final[Mapping["AnswerName", str]] = {
    "yes": "yes, by design",
    "no": "no: remove it",
    "less": "with fewer actions",
    "rule": "policy check",
    "person": "a person",
    "planned": "planned",
    "accept": "accept the risk",
    "park": "later",
}
"""The answers that can be a vote, in words."""
_NAME_CELLS: Final = 16


@dataclass(frozen=True, slots=True)
class RoundLeader:
    """Where a guided round is that somebody shows to the room.

    Attributes:
        stop: the key of the stop that is shown; ``None``: what was decided.
        left, earlier: as in the round.
    """

    stop: "Key | None"
    left: "tuple[Key, ...]"
    earlier: "tuple[Key, ...]"


@dataclass(frozen=True, slots=True)
class Lead:
    """How somebody leads a guided round.

    Attributes:
        since: when they began, in seconds of the machine's monotonic clock: who began last leads.
        brought: when they last brought all to what they show; 0: never.
        is_locked: whether they alone answer.
        heir: the number of whom they hand it over to; 0: nobody.
        asked: the stop about which they asked for votes last, and when; ``None``: about none.
        is_opened: whether those votes are seen.
    """

    since: float
    brought: float = 0.0
    is_locked: bool = False
    heir: int = 0
    asked: "Asked | None" = None
    is_opened: bool = False


@dataclass(frozen=True, slots=True)
class Presence:
    """What somebody shows of themselves to the others.

    Attributes:
        at: what they have selected.
        hand: whether they raise a hand.
        leading: where the round is that they show; ``None``: they show none, or it is being computed.
        follows: whether they look at what somebody else shows.
        lead: how they lead it, if they do.
        vote: their answer where votes were asked for, and where that was.
    """

    at: Reference | None = None
    hand: bool = False
    leading: RoundLeader | None = None
    follows: bool = False
    lead: Lead | None = None
    vote: "Vote | None" = None

    def as_json(self) -> dict[str, Any]:
        """For another program."""
        return asdict(self)

    @classmethod
    def of_json(cls, document: Mapping[str, Any]) -> Self:
        """What another program wrote by ``as_json``."""
        given = _tuples(document)
        leading, lead = given["leading"], given["lead"]
        return cls(**given | {"leading": leading and RoundLeader(**leading), "lead": lead and Lead(**lead)})


def _tuples(document: Any) -> Any:
    """The same without lists, which nothing here has: keys and what names them are tuples."""
    if isinstance(document, Mapping):
        return {name: _tuples(each) for name, each in document.items()}
    return tuple(map(_tuples, document)) if isinstance(document, list | tuple) else document


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody else who has the model open.

    Attributes:
        number: theirs alone, from 1.
        name: by which they joined.
        here: what they show.
        is_away: whether their connection is lost, and they may come back.
    """

    number: int
    name: str
    here: Presence
    is_away: bool = False

    @property
    def shown_name(self) -> str:
        """The name in few cells, and whether they are away."""
        return shorten(self.name, _NAME_CELLS) + (" (away)" if self.is_away else "")


def leader_of(people: Iterable[Participant]) -> Participant | None:
    """Who of them leads a round: of those who are here, else of those who are away, who began last."""
    leads = [(not each.is_away, each.here.lead.since, each) for each in people if each.here.lead]
    return max(leads, key=lambda each: each[:2], default=(..., ..., None))[2]


def votes_line(asked: "Asked", votes: Mapping[str, "Vote | None"]) -> str:
    """Who voted for which answer, and who did not; by their names."""
    given = {name: VOTES[vote[1]] for name, vote in votes.items() if vote is not None and vote[0] == asked}
    by_answer = [(words, [each for each in given if given[each] == words]) for words in VOTES.values()]
    found = [*by_answer, ("no vote", [each for each in votes if each not in given])]
    return "; ".join(f"{words}: {', '.join(names)}" for words, names in found if names)


def initials(name: str) -> str:
    """A name in two letters: of its first and last word, or the first two of one word."""
    words = name.split()
    letters = [clusters(each)[:2] for each in words]
    return "".join([letters[0][0], letters[-1][0]] if len(words) > 1 else letters[0])


def initials_by_place(people: Iterable[Participant]) -> dict[Reference, str]:
    """Who has selected what, by initials: of two people at most, and how many more there are."""
    found: dict[Reference, list[str]] = defaultdict(list)
    for each in people:
        if each.here.at is not None:
            found[each.here.at].append(initials(each.name))
    return {at: _few(those) for at, those in found.items()}


def _few(names: Sequence[str]) -> str:
    more = f" +{len(names) - 2}" if len(names) > 2 else ""
    return f"{' '.join(names[:2])}{more}"


def people_parts(people: Sequence[Participant], *, hand: bool, follow_key: str) -> list[LinePart]:
    """The others in the row of the model: raised hands first, and the names where there is room.

    Args:
        people: the others.
        hand: whether one's own hand is raised.
        follow_key: the key that follows who leads, as people read it; empty where one follows, or leads.
    """
    raised = [shorten(each.name, _NAME_CELLS) for each in people if each.here.hand]
    raised = ["you", *raised] if hand else raised
    parts = []
    if raised:
        every, some = f"{HAND} {', '.join(raised)}", f"{HAND} {len(raised)}"
        parts.append(LinePart(every, "warning", 2, right=True, short=(some,), last=0))
    leader = leader_of(people)
    if leader is not None and follow_key and not leader.is_away:
        said = f"{shorten(leader.name, _NAME_CELLS)} leads"
        follows = f"{said}: {follow_key} follows"
        parts.append(LinePart(follows, "warning", 2, right=True, short=(said,), last=1, runs="follow"))
    if people:
        names = " · ".join(each.shown_name for each in people)
        others = f"{len(people)} more here"
        parts.append(LinePart(names, "muted", 6, right=True, short=(others,), last=5))
    return parts


def people_line(leader: str, people: Sequence[Participant], snapshot: Snapshot, cells: int) -> str:
    """The room in one line: who leads, who raises a hand, who looks elsewhere, and how many more are there.

    Args:
        leader: the name of who leads.
        people: the others but them.
        snapshot: the model.
        cells: of the line.
    """
    people = [each for each in people if not each.is_away]
    follow = sum(each.here.follows for each in people)
    named = [f"{leader} leads{f', {follow} follow' if follow else ''}"]
    named += [f"{shorten(each.name, _NAME_CELLS)} {HAND}" for each in people if each.here.hand]
    for each in people:
        where = _title(snapshot, each.here.at)
        if where and not each.here.hand and not each.here.follows:
            named.append(f"{shorten(each.name, _NAME_CELLS)} at {where}")
    counted = sum(each.here.follows and not each.here.hand for each in people)
    for kept in range(len(named), 0, -1):
        more = len(people) - counted - (kept - 1)
        line = " · ".join([*named[:kept], *([f"{more} more"] if more else [])])
        if width(line) <= cells:
            return line
    return shorten(named[0], cells)


def _title(snapshot: Snapshot, at: Reference | None) -> str:
    """What people call a record; empty where there is none."""
    record = None if at is None else snapshot.get(*at)
    return "" if record is None or at is None else str(getattr(record, "title", " > ".join(at[1])))
