"""What a rule is, and what it is given."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from typing import Any, Final, NamedTuple, TypeVar, cast

from meshmodel.analysis.closure import union
from meshmodel.analysis.crossings import Counts
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.looked import Looked
from meshmodel.analysis.meeting import Meeting
from meshmodel.analysis.parts import Parts
from meshmodel.analysis.reached import FEW, Nodes, Reached, Reaching
from meshmodel.analysis.relations import Related
from meshmodel.analysis.results import Door, Told
from meshmodel.model.records import Key, System
from meshmodel.model.snapshot import TABLES, Snapshot
from meshmodel.model.vocabulary import Action, Severity

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Facts:
    """What rules look at: one snapshot in one view, and what was already worked out about it.

    Attributes:
        engine: the graph, and what everybody reaches in it.
        doors: the missing checkpoints.
        counts: the crossings as numbers.
        relations: the relations by their ends; ``related`` asks it.
        who: who reaches what; worked out when it is first asked for.
        meeting: who meets a checkpoint and has power over it.
        made: what ``cached`` made.
        marked: what ``reads`` gave.
        parts: the batches in which a large mesh is looked at, if it is.
        anew: whether all findings are found from them, so that those of no other reading stay: they may
            then keep the tables of this one to be put in words.
    """

    engine: Engine
    doors: tuple[Door, ...]
    counts: Counts
    relations: Related
    made: dict[str, object] = field(default_factory=dict, repr=False, compare=False)
    marked: dict[Callable[[System], bool], int] = field(default_factory=dict, repr=False, compare=False)
    who: Reached = field(default=cast("Reached", None), repr=False, compare=False)
    meeting: Meeting = field(default=cast("Meeting", None), repr=False, compare=False)
    parts: Parts | None = field(default=None, repr=False, compare=False)
    anew: bool = False

    def __post_init__(self) -> None:
        """Who reaches what is worked out when it is first asked for."""
        if cast("Reached | None", self.who) is None:
            made = Reached(self.engine) if self.parts is None else self.parts.reached
            object.__setattr__(self, "who", made)
        if cast("Meeting | None", self.meeting) is None:
            count, parts = self.counts.count, self.parts
            meeting = Meeting(self.engine, count) if parts is None else parts.meeting
            object.__setattr__(self, "meeting", meeting)

    @property
    def snapshot(self) -> Snapshot:
        """The model."""
        return self.engine.snapshot

    def related(self, table: str, end: str, ident: str) -> tuple[Any, ...]:
        """The relations of a table with this element at one end, by key.

        Args:
            table: ``hold``, ``grant``, ``custody``, ``exchange``, ``delegation``, ``trigger``, ``intent``.
            end: the attribute that names the element, such as ``credential`` or ``from_``.
            ident: the id of the element.
        """
        return self.relations.of(table, end, ident)

    def chosen(self, table: str, worth: Callable[[Any], bool]) -> Mapping[Key, Any]:
        """The records of a table of which a function of them alone says so, by key; few, if edits follow."""
        return self.relations.chosen(table, worth)

    def records(self, table: str) -> list[tuple[Key, Any]]:
        """The records of a table by key; ``door`` is the table of missing checkpoints."""
        if table == "door":
            return [((door.credential, door.system), door) for door in self.doors]
        return sorted(self.snapshot.table(table).items())

    def column(self, look: Callable[[Any], Made], keys: Sequence[Any]) -> Sequence[Made]:
        """What a function looks up in tables for each of some keys, for findings to keep."""
        return Looked(look, keys) if self.anew else list(map(look, keys))

    def elements(self, table: str, ids: Sequence[str]) -> Sequence[Any]:
        """The records of these elements, for findings to keep."""
        return self.column(self.snapshot.table(table).__getitem__, ids)

    def first_elements(self, table: str, ids: Sequence[Sequence[str]]) -> Sequence[tuple[Any, ...]]:
        """Of each of several rows of elements the records of the first ones, as many as a sentence names."""
        records = self.snapshot.table(table)
        return self.column(lambda row: tuple(map(records.__getitem__, row[:FEW])), ids)

    def cached(self, name: str, make: Callable[[], Made]) -> Made:
        """What ``make`` gives, made once for one model; it may depend on systems and zones alone."""
        if name not in self.made:
            self.made[name] = make()
        return cast("Made", self.made[name])

    @property
    def reached(self) -> int:
        """All that some active agent effectively reaches, as bits."""
        return self.who.every

    def reaching(self, *nodes: int) -> Reaching:
        """The active agents that effectively reach one of these nodes."""
        return self.who.named(nodes)

    def reaching_each(self, nodes: Nodes, keys: Sequence[Any]) -> Sequence[Reaching]:
        """The same of the nodes that each of some keys has, for findings to keep."""
        return self.who.later(nodes, keys) if self.anew else self.who.each(nodes, keys)

    def named(self, agents: Sequence[tuple[str, ...]]) -> Sequence[Reaching]:
        """Several rows of agents in words, for findings to keep; many of them are the same object."""
        these = self.who.names.these
        if self.anew:
            return Looked(these, agents)
        keys = list(map(id, agents))
        known = {key: these(each) for key, each in dict(zip(keys, agents, strict=True)).items()}
        return list(map(known.__getitem__, keys))

    def reads(self, worth: Callable[[System], bool]) -> int:
        """The read accesses of those systems in the graph that are chosen."""
        known = self.marked.get(worth)
        if known is None:
            records, numbers = self.snapshot.system, self.engine.mesh.system_number
            if len(numbers) < len(records):
                some = [number for each, number in numbers.items() if worth(records[each])]
            else:
                # In their own order they are looked at in half the time.
                some = [numbers[each.id] for each in filter(worth, records.values())]
            known = self.marked[worth] = union([5 * number for number in some])
        return known

    def touching(self, *nodes: int, unchecked: bool = False) -> list[str]:
        """The active agents that may reach one of each of these sets of nodes, effectively or even
        unchecked, by id: in a large mesh in which little is reached hardly any but those that do, in any
        other all, or none if one of the sets is empty.
        """
        if self.parts is None:
            return sorted(self.engine.mesh.agent_node) if all(nodes) else []
        return self.parts.touching(*nodes, unchecked=unchecked)


class Case(NamedTuple):
    """One place where a rule holds.

    Attributes:
        subject: as section 9 names it for the rule.
        severity: of this case.
        told: what the finding says; or how it is put in words once it is read, where there can be
            thousands. This may keep records, but nothing large: findings outlive the edits after them.
        agents, actions: what an acceptance of it would accept.
    """

    subject: str
    severity: Severity
    told: Told | Callable[[], Told]
    agents: tuple[str, ...] = ()
    actions: tuple[Action, ...] = ()


class Cases(NamedTuple):
    """Many cases of one rule by columns, as ``Case`` has them; they are put in words once those are read.

    Attributes:
        told: puts the case at a place in words. This may keep records, but nothing large.
        records: for each case the place of its record among those that were asked about.
    """

    subjects: Sequence[str]
    severities: Sequence[Severity]
    told: Callable[[int], Told]
    agents: Sequence[tuple[str, ...]]
    actions: Sequence[tuple[Action, ...]]
    records: Sequence[int]


class Telling:
    """Puts cases in words: a function of what columns have at the place of one."""

    __slots__ = ("_columns", "_words")

    def __init__(self, words: Callable[..., Told], *columns: Sequence[Any]) -> None:
        self._words = words
        self._columns = columns

    def __call__(self, place: int) -> Told:
        """The words of the case at this place."""
        return self._words(*[column[place] for column in self._columns])

    def but(self, place: int, last: object) -> Told:
        """The same with something else than the last column has."""
        return self._words(*[column[place] for column in self._columns[:-1]], last)


EVERYTHING = frozenset({*TABLES, "reach", "doors"})
"""All that a rule can read."""


OF_ENDS: Final = frozenset({"reached", "named"}), frozenset({"follows", "private"})
"""What the cases of a rule can depend on that looks at relations: of the end that each leaves, and of that
which it enters.
"""


NEAR: Final = frozenset({"reach", "reached", "anybody", "presented", "homes", "follows", "private", "met"})
"""All that the cases of a local rule can depend on, the record and what is at it aside."""


def _no_cases(_facts: Facts) -> Iterable[Case]:
    return ()


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of section 9.

    Attributes:
        id: its name.
        severity: what severity it gives, in words.
        detects: what it holds for.
        remedy: what to do.
        references: identifiers of standards, each with its year or version.
        false_positives: when a finding may be ignored.
        cases: finds all of them; of a local rule that is ``of`` for every record.
        near: what the cases of a local rule depend on besides the record and the relations at it:
            ``reach`` (all that the agent reaches, with the records of systems and the grants there),
            ``reached`` (who reaches it, by name), ``named`` (the same of a relation whose subject begins with
            what it leaves, where its findings say that last and nothing else of it: agents that are gone
            are then left out of those before), ``anybody`` (only whether somebody does),
            ``presented`` (who reaches a credential that opens it), ``homes`` (the homes of those who
            reach it), ``follows`` (which nodes follow from the credential), ``private`` (only whether a
            confidential or restricted system does), ``met`` (who meets the checkpoint and has power over
            it). Of a relation the end that it leaves is reached, and from the one that it enters
            something follows. On owners and descriptions no case depends.
        reads: the tables, and ``reach`` and ``doors``, on which the cases of a rule depend that is not
            local; it is asked again after an edit that changes one of them.
        per: the table whose records a local rule looks at one by one; ``door`` for missing checkpoints.
        of: the cases of one record of a local rule. They depend on what is near: the record, the
            relations at it (at its ends, if it is one) with the elements that these name; of an agent
            all that it reaches; of a credential or a system who reaches it, and what follows from it.
        touches: of a rule of what agents reach the agents that can have a case, where it is quickly told.
        many: what ``of`` gives for many records at once, of a rule that can have ten thousand cases;
            ``of`` then follows from it.
        among: the records that can have a case, where most have none.
        worth: the same where the record alone tells: whether it can have one.
        may: of many records those that can have a case, where it is quicker to tell them all at once.
        seen: of a rule of what agents reach the nodes that matter, if not all of them do: the cases of an
            agent stay the same where it reaches the same of these, and the systems and the grants of the
            credentials among them stay.
    """

    id: str
    severity: str
    detects: str
    remedy: str
    references: tuple[str, ...]
    false_positives: str
    cases: Callable[[Facts], Iterable[Case]] = field(default=_no_cases, repr=False, compare=False)
    reads: frozenset[str] = EVERYTHING
    per: str | None = None
    near: frozenset[str] = NEAR
    of: Callable[[Facts, Any], Iterable[Case]] | None = field(default=None, repr=False, compare=False)
    touches: Callable[[Facts], Iterable[str]] | None = field(default=None, repr=False, compare=False)
    many: Callable[[Facts, Sequence[Any]], Cases] | None = field(default=None, repr=False, compare=False)
    among: Callable[[Facts], Iterable[Any]] | None = field(default=None, repr=False, compare=False)
    worth: Callable[[Any], bool] | None = field(default=None, repr=False, compare=False)
    seen: Callable[[Facts], int] | None = field(default=None, repr=False, compare=False)
    may: Callable[[Facts, Sequence[Any]], Sequence[Any]] | None = field(
        default=None, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        """A local rule has the cases of every record."""
        if self.many is not None:
            object.__setattr__(self, "of", _one_of(self.many))
        if self.per is not None and self.of is not None:
            if self.per == "agent" and self.near == {"reach"}:
                object.__setattr__(self, "cases", _of_every_agent(self, self.of))
            else:
                object.__setattr__(self, "cases", _of_every(self, self.of))

    def all_cases(self, facts: Facts) -> Cases | list[Case]:
        """All its cases, by columns where it finds many at once."""
        if self.many is None or (facts.parts is not None and self.touches is not None):
            return list(self.cases(facts))
        return self.many(facts, list(_every(facts, self)))


def _one_of(many: Callable[[Facts, Sequence[Any]], Cases]) -> Callable[[Facts, Any], Iterable[Case]]:
    def of(facts: Facts, record: Any) -> Iterator[Case]:
        subjects, severities, told, agents, actions, places = many(facts, (record,))
        later = [partial(told, number) for number in range(len(places))]
        return map(Case, subjects, severities, later, agents, actions)

    return of


def _of_every_agent(
    rule: Rule, of: Callable[[Facts, Any], Iterable[Case]]
) -> Callable[[Facts], Iterable[Case]]:
    """The cases of all active agents; in a large mesh those that can have some are looked at in batches."""

    def cases(facts: Facts) -> Iterator[Case]:
        records = facts.snapshot.agent
        some = facts.touching() if rule.touches is None else rule.touches(facts)
        if facts.parts is None:
            there: Sequence[Any] = [records[agent] for agent in some]
            for record in there if rule.may is None else rule.may(facts, there):
                yield from of(facts, record)
            return
        for part, agents in facts.parts.near(some):
            here = replace(facts, engine=part.engine, made={}, marked={})
            for agent in agents:
                yield from of(here, records[agent])

    return cases


def _every(facts: Facts, rule: Rule) -> Iterable[Any]:
    """The records that can have a case: findings are put in order when all are there."""
    if rule.among is not None:
        return rule.among(facts)
    if rule.per == "door":
        return facts.doors
    records = facts.snapshot.table(str(rule.per)).values()
    return records if rule.worth is None else filter(rule.worth, records)


def _of_every(rule: Rule, of: Callable[[Facts, Any], Iterable[Case]]) -> Callable[[Facts], Iterable[Case]]:
    def cases(facts: Facts) -> Iterator[Case]:
        for record in _every(facts, rule):
            yield from of(facts, record)

    return cases


_VERBS: Mapping[Action, tuple[str, str]] = {
    "read": ("read", "reads"),
    "write": ("write", "writes"),
    "execute": ("execute on", "executes on"),
    "issue": ("issue from", "issues from"),
    "admin": ("administer", "administers"),
}


def verb(action: Action, *, third: bool = True) -> str:
    """The verb of an action, before the name of a system: ``reads``, ``executes on``."""
    return _VERBS[action][third]


@cache
def can(actions: tuple[Action, ...]) -> str:
    """Several actions after *can*: ``read, write and execute on``."""
    return joined([verb(action, third=False) for action in actions])


def joined(words: Iterable[str], *, last: str = "and") -> str:
    """Words as a list in a sentence: ``a, b and c``; of many, how many more there are."""
    every = list(words)
    if len(every) > 5:
        every = [*every[:3], f"{len(every) - 3} more"]
    if len(every) < 2:
        return "".join(every)
    return f"{', '.join(every[:-1])} {last} {every[-1]}"


def titles(snapshot: Snapshot, table: str, ids: Sequence[str]) -> str:
    """What people call these elements, as a list in a sentence; of many, how many more there are."""
    records = snapshot.table(table)
    if len(ids) > 5:
        return f"{', '.join(records[each].title for each in ids[:3])} and {len(ids) - 3} more"
    return joined(records[each].title for each in ids)
