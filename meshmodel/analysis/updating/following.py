"""An analysis after an edit, from the one before."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from meshmodel.analysis.closure import Searched
from meshmodel.analysis.collecting import collector_at_rest
from meshmodel.analysis.crossings import Counts
from meshmodel.analysis.doors import MissingCheckpoints
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.relations import Related
from meshmodel.analysis.results import Door, Finding, Question
from meshmodel.analysis.rules import Facts
from meshmodel.analysis.updating.altered import altered
from meshmodel.analysis.updating.asked import Asked, ask
from meshmodel.analysis.updating.changes import Changes
from meshmodel.analysis.updating.common import in_common, more_in_common
from meshmodel.analysis.updating.concerned import Kept
from meshmodel.analysis.updating.counted import counted
from meshmodel.analysis.updating.doors import KeptDoors
from meshmodel.analysis.updating.engines import Moved, keep, move
from meshmodel.analysis.updating.found import Found, Refinding, find
from meshmodel.analysis.updating.near import Near
from meshmodel.analysis.updating.preparing import Pause, keeping, known_facts
from meshmodel.model.records import System
from meshmodel.model.snapshot import Snapshot

_CONCERNED = 3
"""Where an edit concerns more agents than one of so many, doors are looked for from scratch."""
_CROWD = 400_000
"""If agents have more of them in common, doors are always looked for from scratch."""
_FEW = 100
"""But not where there are so few agents."""


class Following:
    """One reading, ready for the next edit.

    What was worked out of the reading before is kept until the same is asked of this one.

    Attributes:
        kept: what the next reading begins with.
    """

    def __init__(self, kept: Kept, earlier: "Earlier | None" = None) -> None:
        self.kept = kept
        self._earlier = earlier
        self._counts: Counts | None = None
        self._listed: tuple[Door, ...] | None = None
        self._doors: KeptDoors | None = None
        self._wide = False
        self._found: Found | None = None
        self._facts: Facts | None = None
        self._today: date | None = None
        self._asked: Asked | None = None
        self._in_common: int | None = None

    def take(self, known: "Known", pause: Pause) -> None:
        """Take over what is known of this reading already; called between the pieces of that: ``pause``."""
        self._counts, self._listed, self._facts, self._today = (
            known.counts,
            known.doors,
            known.facts,
            known.today,
        )
        pause()
        # Asked for now, so that the next readings need not ask every agent.
        self._in_common = in_common(self.engine)
        pause()
        if known.doors is not None and known.findings is not None:
            self._found = Found.of(known.doors, known.findings)
        if known.questions is not None:
            self._asked = Asked.of(known.questions)

    @property
    def is_ready(self) -> bool:
        """Whether the doors of the next reading can follow from those of this one."""
        return self._doors is not None or self._crowd > _CROWD

    def make_ready(self, pause: Pause) -> None:
        """Make what the next reading follows from, as far as it is not there.

        Args:
            pause: called between pieces of the work.
        """
        if self._facts is not None:
            self._facts.who.prepare()
        pause()
        if not self.is_ready:
            # Kept last: another thread may follow an edit of this reading meanwhile.
            self._doors = KeptDoors(self.kept, (self._counts or self.counts()).approvals, self._listed, pause)

    @property
    def _crowd(self) -> int:
        """How many groups agents have in common, once for each agent: one look finds all doors for these."""
        if self._in_common is None:
            earlier = self._earlier
            if earlier is None or earlier.in_common is None:
                self._in_common = in_common(self.engine)
            else:
                self._in_common = earlier.in_common + more_in_common(earlier.kept, earlier.moved)
        return self._in_common

    @property
    def engine(self) -> Engine:
        """The reading itself."""
        return self.kept.engine

    def after(self, snapshot: Snapshot) -> "Following | None":
        """The reading after an edit, or ``None`` where it has to be read from scratch."""
        moved = move(self.kept, Changes.between(self.kept.engine.snapshot, snapshot))
        if moved is None:
            return None
        # What is asked of this one from now on is worked out for itself; two readings are kept, not more.
        self._earlier = None
        return Following(
            moved.kept,
            Earlier(
                self.kept,
                moved,
                altered(self.kept, moved),
                self._counts,
                self._listed,
                self._doors,
                self._found,
                self._facts,
                self._today,
                self._asked,
                self._in_common,
            ),
        )

    def counts(self) -> Counts:
        """The crossings of this reading as numbers."""
        earlier = self._earlier
        if earlier is None or earlier.counts is None:
            self._counts = Counts(self.engine)
        else:
            self._counts = counted(earlier.counts, earlier.kept, earlier.moved, earlier.altered)
        self._let_go()
        return self._counts

    def _let_go(self) -> None:
        """Keep nothing of the reading before once all is worked out: what is large of it goes when whoever
        has its analysis lets go of that, and not while the next edit is waited for.
        """
        if self._counts and self._listed is not None and self._found and self._asked:
            self._earlier = None

    def doors(self, counts: Counts) -> tuple[Door, ...]:
        """The missing checkpoints of this reading."""
        self._listed = self._doors_of(counts)
        self._let_go()
        return self._listed

    def _doors_of(self, counts: Counts) -> tuple[Door, ...]:
        earlier = self._earlier
        if earlier is not None:
            self._wide = self._is_wide(earlier)
            if self._wide or self._crowd > _CROWD:
                return MissingCheckpoints(self.engine).doors()
            doors = earlier.doors
            if doors is None and earlier.counts is not None and earlier.listed is not None:
                doors = KeptDoors(earlier.kept, earlier.counts.approvals, earlier.listed)
            if doors is not None:
                self._doors = doors.after(
                    self.kept, earlier.moved, earlier.altered, counts.approvals, earlier.kept
                )
                if self._doors is None:
                    # To make others that can follow takes longer.
                    return MissingCheckpoints(self.engine).doors()
        if self._doors is None:
            self._doors = KeptDoors(self.kept, counts.approvals)
        return self._doors.listed

    def _is_wide(self, earlier: "Earlier") -> bool:
        """Whether an edit concerns so many agents that all doors are looked for."""
        return _CONCERNED * len(earlier.moved.agents) > len(self.engine.traveller_of) + _FEW

    def questions(self) -> Sequence[Question]:
        """What the drawing does not say yet."""
        earlier = self._earlier
        if earlier is None or earlier.asked is None:
            self._asked = ask(self.engine)
        else:
            self._asked = earlier.asked.after(self.kept, earlier.moved)
        self._let_go()
        return self._asked.questions

    def findings(self, doors: tuple[Door, ...], counts: Counts, today: date) -> Sequence[Finding]:
        """The findings of all rules in their order.

        Args:
            doors: the missing checkpoints of this reading.
            counts: its crossings as numbers.
            today: the day (UTC) on which acceptances must still hold.
        """
        self._found = self._find(doors, counts, today)
        self._let_go()
        return self._found.findings

    def _find(self, doors: tuple[Door, ...], counts: Counts, today: date) -> Found:
        earlier = self._earlier
        self._today = today
        if earlier is None or earlier.found is None or earlier.facts is None:
            self._facts = Facts(self.engine, doors, counts, self.kept.related)
            return find(self._facts, today)
        earlier.facts.who.prepare()
        near = Near(earlier.kept, earlier.moved, earlier.facts.who)
        changes = earlier.moved.changes
        # Another edit of the same reading may have given the number of a new agent to another one.
        renamed = any(
            one is None
            or other is None
            or one.title != other.title
            # One that is retired has no number.
            or one.is_active != other.is_active
            for _, one, other in changes.of("agent")
        )
        self._facts = Facts(
            self.engine,
            doors,
            counts,
            self.kept.related,
            # What it has follows from systems and zones.
            {} if near.changed["system"] or changes.of("zone") else earlier.facts.made,
            _marked(earlier.facts, self.engine, changes),
            earlier.facts.who.after(self.engine, near.differing.effective, renamed=renamed),
            earlier.facts.meeting.after(self.engine, counts.count, earlier.moved.meeting),
        )
        near.who = self._facts.who
        near.met = set(self._facts.meeting.changed)
        near.met |= self._facts.meeting.met_by(near.changed["agent"])
        changed = None if self._doors is None else self._doors.changed
        several = self._wide or (changed is not None and 2 * len(changed) > len(doors) + _FEW)
        if changes.of("zone") or several:
            return find(self._facts, today)
        tables = {each for each in changes.tables if near.changed.get(each, True)}
        if earlier.moved.reaches:
            tables.add("reach")
        again = [key for key, _, _ in changes.of("acceptance")]
        if today != earlier.today:
            again = [*again, *changes.after.acceptance]
        refinding = Refinding(earlier.found, self._facts, near, frozenset(tables), today)
        return refinding.found(((str(key[0]), str(key[1])) for key in again), self._doors)


@dataclass(frozen=True, slots=True)
class Earlier:
    """What was worked out of the reading before an edit.

    Attributes:
        kept: that reading.
        moved: the edit.
        altered: of the agents that it concerns those of which it makes something else true.
        counts, listed, doors, found, facts, today, asked: of its crossings, findings and questions, as far as
            somebody asked for them.
        in_common: how many groups agents had in common, if somebody asked.
    """

    kept: Kept
    moved: Moved
    altered: frozenset[str]
    counts: Counts | None
    listed: tuple[Door, ...] | None
    doors: KeptDoors | None
    found: Found | None
    facts: Facts | None
    today: date | None
    asked: Asked | None
    in_common: int | None


def _marked(before: Facts, engine: Engine, changes: Changes) -> dict[Callable[[System], bool], int]:
    """The read accesses that rules asked for, after an edit."""
    found: dict[Callable[[System], bool], int] = {}
    for worth, mask in tuple(before.marked.items()):
        gone = come = 0
        for _, one, other in changes.of("system"):
            gone |= 0 if one is None else 1 << before.engine.mesh.access_node(one.id, 0)
            if other is not None and worth(other):
                come |= 1 << engine.mesh.access_node(other.id, 0)
        found[worth] = mask & ~gone | come
    return found


class Known(NamedTuple):
    """What was found out about a reading from scratch, as far as somebody asked."""

    counts: Counts | None = None
    doors: tuple[Door, ...] | None = None
    facts: Facts | None = None
    findings: Sequence[Finding] | None = None
    today: date | None = None
    questions: Sequence[Question] | None = None


@collector_at_rest()
def follow(engine: Engine, today: date, found: Mapping[str, Any], pause: Pause) -> Following:
    """Make a reading from scratch ready for edits, but for its doors.

    Args:
        engine: the reading.
        today: the day (UTC) on which its acceptances had to hold.
        found: what was found out about it, by the attributes of its analysis.
        pause: called between pieces of the work.
    """
    known = Known(
        found.get("_counts"),
        found.get("doors"),
        found.get("_facts"),
        found.get("findings"),
        today,
        found.get("questions"),
    )
    if isinstance(engine.effective, Searched):
        # What is reached was not kept, so counts and facts are of another reading.
        engine = keeping(engine, pause)
        facts = None if known.facts is None else known_facts(known.facts, engine)
        known = known._replace(counts=None if facts is None else facts.counts, facts=facts)
    related = Related(engine.snapshot) if known.facts is None else known.facts.relations
    following = Following(keep(engine, related, pause))
    following.take(known, pause)
    return following
