"""What was decided since a round began: by whom, and what it changed (``docs/round.md#summary``)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Literal

from meshmodel.answers.acceptances import acceptance_words, rule_title
from meshmodel.answers.blocks import Answer, Block, Paragraph, Row, Section, Table, fields_json
from meshmodel.answers.round.stops import SOURCE, RoundStop
from meshmodel.answers.round.words import title_of
from meshmodel.edits.edit import difference
from meshmodel.model.note_subject import note_subject
from meshmodel.model.phrases import phrase
from meshmodel.model.records import (
    Acceptance,
    Agent,
    Checkpoint,
    Credential,
    Grant,
    Intent,
    Note,
    Record,
    Reference,
    Snapshot,
    table_of,
)
from meshmodel.model.rule_cards import CARDS
from meshmodel.model.schema import SCHEMA, STEP_ENDS
from meshmodel.model.text import counted, one_line
from meshmodel.model.vocabulary import ELEMENT_TABLES, RELATION_TABLES, action_mask, actions_of

if TYPE_CHECKING:
    from datetime import datetime

    from meshmodel.analysis.results import Summary
    from meshmodel.edits.edit import Difference
    from meshmodel.store.journal import JournalEntry

    Edited = tuple[JournalEntry, Difference]

What = Literal["decided", "planned", "accepted", "taken away", "intended", "assumed", "parked", "noted"]
WHAT: Final[tuple[What, ...]] = (
    "decided",
    "planned",
    "accepted",
    "taken away",
    "intended",
    "assumed",
    "parked",
    "noted",
)
"""What can come of a stop, in the order in which it is told."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One thing that is otherwise than when the round began.

    Attributes:
        what: which of ``WHAT``.
        reference: the record.
        words: the record in words.
        who: who changed it last; empty: by nobody that gave a name.
    """

    what: What
    reference: Reference
    words: str
    who: str


@dataclass(frozen=True, slots=True)
class RoundSummary:
    """What was decided since an entry of the journal.

    Attributes:
        since: the number of the entry; 0: since the model was made.
        begun, ended: when the first and the last edit after it were made; ``None``: there is none.
        people: who edited, by name, sorted.
        before, after: the counts then and now, as built.
        designed: the counts now, as designed.
        decisions: what is otherwise, in the order of ``WHAT``.
        skipped: the topics that are still open, and were not put off.
        led_by: who led it, where that is known.
    """

    since: int
    begun: "datetime | None"
    ended: "datetime | None"
    people: tuple[str, ...]
    before: "Summary"
    after: "Summary"
    designed: "Summary"
    decisions: tuple[Decision, ...]
    skipped: tuple[str, ...] = ()
    led_by: tuple[str, ...] = ()


def decisions_between(
    before: Snapshot, after: Snapshot, who: Mapping[Reference, str]
) -> tuple[Decision, ...]:
    """What differs between two states of a model that can come of a stop.

    Args:
        before: the model as the round found it.
        after: as it is now.
        who: by record the person who changed it last.
    """

    def titled(record: Record | None) -> Record | None:
        return None if record is None else _titled(record, before, after)

    found = [
        Decision(what, (table, key), words, who.get((table, key), ""))
        for table, key, old, new in difference(before, after)
        for what, words in _came_of(table, titled(old), titled(new))
    ]
    return tuple(
        sorted(found, key=lambda each: (WHAT.index(each.what), each.reference[0], each.reference[1]))
    )


def _came_of(table: str, old: Record | None, new: Record | None) -> Iterator[tuple[What, str]]:
    match old, new:
        case _, Checkpoint(state="enforced"):
            yield "decided", f"{phrase(new)}{_approved(new)}"
        case _, Checkpoint(state="planned"):
            yield "planned", f"{phrase(new)}{_approved(new)}"
        case _, Acceptance():
            yield "accepted", f"{rule_title(new.rule)}: {new.subject}, {acceptance_words(new)}"
        case _, Intent():
            yield "intended", phrase(new)
        case _, Note(kind="assumption", state="open"):
            yield "assumed", _noted(new)
        case _, Note(kind="question", state="open", source=source) if source == SOURCE:
            yield "parked", _noted(new)
        case None, Note(source=source) if source == SOURCE:
            yield "noted", _noted(new)
        case Grant(), Grant() if lost := actions_of(action_mask(old.actions) & ~action_mask(new.actions)):
            yield "taken away", f"{', '.join(lost)} of {old.credential} on {old.system}"
        case Credential(status="active"), Credential(status="revoked"):
            yield "taken away", f"credential {new.title} revoked"
        case Agent(status="active"), Agent(status="retired"):
            yield "taken away", f"agent {new.title} retired"
        case _, None if old is not None and table in RELATION_TABLES:
            yield "taken away", phrase(old)


def _noted(note: Note) -> str:
    by = "".join([f", {note.owner}" if note.owner else "", f", due {note.due}" if note.due else ""])
    return f"{note.about or 'the model'}: {note.text}{by}"


def _approved(checkpoint: Checkpoint) -> str:
    return f", approved by {', '.join(checkpoint.approvers)}" if checkpoint.approvers else ""


def _titled(record: Record, before: Snapshot, after: Snapshot) -> Record:
    """The record with what people call the elements that it names, in place of their ids."""

    def title(tables: Sequence[str], key: str) -> str:
        found = (model.get(table, key) for model in (after, before) for table in tables)
        return one_line(next((getattr(each, "title", key) for each in found if each is not None), key))

    match record:
        case Checkpoint():
            one, other = STEP_ENDS[record.step]
            return replace(record, from_=title((one,), record.from_), to=title((other,), record.to))
        case Note(about=about) if about:
            subject = note_subject(about)
            named = " → ".join(title((table,), str(key)) for table, key in subject.elements)
            return replace(record, about=f"{named}{': ' if subject.action else ''}{subject.action}")
        case Acceptance():
            tables = CARDS[record.rule].subject or () if record.rule in CARDS else ()
            ends = record.subject.split(">")
            named = " → ".join(
                title(tables[at : at + 1] or ELEMENT_TABLES, each) for at, each in enumerate(ends)
            )
            return replace(record, subject=named)
    fields = {each.attribute: each for each in SCHEMA[table_of(record)].fields if each.refers}
    given = {name: getattr(record, name) for name in fields}
    titles: dict[str, Any] = {
        name: title(fields[name].refers, value)
        if isinstance(value, str)
        else value and tuple(title(fields[name].refers, each) for each in value)
        for name, value in given.items()
    }
    return replace(record, **titles)


def summary_json(found: RoundSummary) -> Answer:
    """``meshmodel-summary/1``: the counts before and after, and what was decided by whom."""
    return {
        "format": "meshmodel-summary/1",
        "since": found.since,
        "begun": None if found.begun is None else found.begun.isoformat(),
        "ended": None if found.ended is None else found.ended.isoformat(),
        "people": list(found.people),
        **{
            name: fields_json(getattr(found, name), "uncontrolled", "missing")
            for name in ("before", "after", "designed")
        },
        "decisions": [
            {
                "what": each.what,
                "table": each.reference[0],
                "key": [each.reference[1]] if isinstance(each.reference[1], str) else list(each.reference[1]),
                "words": each.words,
                "who": each.who or None,
            }
            for each in found.decisions
        ],
        "skipped": list(found.skipped),
    }


def summary_blocks(found: RoundSummary) -> Iterator[Block]:
    """The counts, then what was decided, by what came of it."""
    yield Paragraph(_opening(found))
    if found.led_by:
        yield Paragraph(f"Led by {', '.join(map(one_line, found.led_by))}")
    rows = [
        Row(("as built, before", *_counted(found.before))),
        Row(("as built, now", *_counted(found.after))),
        Row(("with planned checkpoints, now", *_counted(found.designed))),
    ]
    yield Table(tuple(rows), ("Counts", "Unchecked paths", "Missing checkpoints"), (40, 30, 30))
    for what in WHAT:
        some = [each for each in found.decisions if each.what == what]
        if some:
            lines = tuple(Row((each.words, each.who or "nobody by name"), each.reference) for each in some)
            yield Section(
                f"{what.capitalize()}: {len(some)}", [Table(lines, ("What", "Who"), (75, 25))], indent=2
            )

    if found.skipped:
        rows = [Row((each,)) for each in found.skipped]
        yield Section(f"Not decided: {len(rows)}", [Table(tuple(rows), ("Topic",), (100,))], indent=2)


def _opening(found: RoundSummary) -> str:
    if found.begun is None or found.ended is None:
        return "Nothing was edited since"
    minutes = round((found.ended - found.begun).total_seconds() / 60)
    when = f"{found.begun:%Y-%m-%d %H:%M} UTC, {counted(minutes, 'minute')}"
    return f"{when}; {', '.join(map(one_line, found.people)) or 'nobody gave a name'}"


def _counted(summary: "Summary") -> Sequence[str]:
    return f"{summary.uncontrolled}", f"{summary.missing}"


def summary_of(
    since: int,
    before: Snapshot,
    after: Snapshot,
    edits: "Sequence[Edited]",
    stops: "Sequence[RoundStop]",
    led_by: tuple[str, ...] = (),
) -> RoundSummary:
    """What was decided between two states of a model.

    Args:
        since: the number of the journal's entry that left the first.
        before: the model as the round found it.
        after: as it is now.
        edits: those that led from one to the other and stand, oldest first.
        stops: those that are to come in the model as it is now.
        led_by: who led the round, where that is known.
    """
    from meshmodel.analysis.analysis import analyse

    who = {(table, key): entry.person for entry, changes in edits for table, key, _, _ in changes}
    times = [entry.time for entry, _ in edits]
    return RoundSummary(
        since,
        min(times, default=None),
        max(times, default=None),
        tuple(sorted({entry.person for entry, _ in edits if entry.person})),
        analyse(before).summary,
        analyse(after).summary,
        analyse(after, view="designed").summary,
        decisions_between(before, after, who),
        tuple(title_of(each) for each in stops if each.parked is None),
        led_by,
    )
