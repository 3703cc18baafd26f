"""All that is asked of a model: the questions of its analysis, what was assumed, and who its approvers are.

See ``docs/semantics.md#findings-questions-and-acceptances``.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

from meshmodel.analysis.questions import ROUTINE
from meshmodel.analysis.results import Answerable, Question
from meshmodel.answers.blocks import Paragraph
from meshmodel.answers.lines import Words
from meshmodel.answers.measures import title_in
from meshmodel.edits.approvers import WHY_ASKED, known_approvers
from meshmodel.edits.question_answers import asks_of_jobs, job_secrets
from meshmodel.model.phrases import sign_in
from meshmodel.model.records import Reference, Snapshot
from meshmodel.model.text import one_line
from meshmodel.model.vocabulary import SEVERITIES

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis

_KNOWN: "Final[WeakKeyDictionary[Analysis, tuple[Question, ...]]]" = WeakKeyDictionary()


def questions_of(analysis: "Analysis") -> tuple[Question, ...]:
    """The questions of an analysis, open assumptions, unknown approvers, and how often intents are used.

    ``check --json`` answers the first ones alone, as ``docs/semantics.md#findings-questions-and-acceptances``
    lists them.
    """
    found = _KNOWN.get(analysis)
    if found is None:
        more = [*_assumed(analysis), *_about_approvers(analysis), *_about_jobs(analysis)]
        if any(each.per_day is not None for each in analysis.snapshot.intent.values()):
            more += _how_often(analysis)  # who weighs decisions a day has begun to say so
        found = _KNOWN[analysis] = tuple(_by_element([*analysis.questions, *more]))
    return found


def answerable(analysis: "Analysis", element: Reference) -> Answerable | None:
    """The first question about an element that yes or no answers."""
    table, key = element
    rows = (each for each in questions_of(analysis) if each.element == f"{table}:{key}")
    return next((each for row in rows for each in row.answerable), None)


def asked(analysis: "Analysis") -> int:
    """How many questions there are beside those about owners, lifetimes and logs."""
    return sum(ask not in ROUTINE for each in questions_of(analysis) for ask in each.asks)


def routine_words(analysis: "Analysis") -> str:
    """How many questions about owners, lifetimes and logs there are; nothing where there is none."""
    number = sum(ask in ROUTINE for each in questions_of(analysis) for ask in each.asks)
    return f"{number:,} more about owners, lifetimes and logs" if number else ""


def open_notes(snapshot: Snapshot) -> int:
    """How many notes ask something that is open."""
    return snapshot.open_questions


def question_blocks(
    analysis: "Analysis", *, is_planned: bool = False, routine: bool = True
) -> Iterator[Paragraph]:
    """A sentence for every element of which something is not said; it leads there.

    Args:
        analysis: of one model.
        is_planned: whether a plan was asked for, so that it is asked how often intents are used.
        routine: whether questions about owners, lifetimes and logs are among them.
    """
    more = _how_often(analysis) if is_planned else ()
    for each in dict.fromkeys((*questions_of(analysis), *more)):
        asks = each.asks if routine else tuple(ask for ask in each.asks if ask not in ROUTINE)
        if not asks:
            continue
        table, _, key = each.element.partition(":")
        ends = tuple(key.split(">", 1)) if table == "intent" else key
        sign = "" if table == "intent" else f"{sign_in(analysis.snapshot, table, key)} "
        parts = zip(("agent", "system"), ends, strict=True) if table == "intent" else [(table, key)]
        name = " → ".join(title_in(analysis.snapshot, *each) for each in parts)
        first = each.answerable[0].ask if each.answerable else ""
        others = "; ".join(ask for ask in asks if ask != first)
        words: Words = (f"? {sign}{name}  ", ""), (first, ""), ("  " * bool(first) + others, "muted")
        said = f"? {name}: {'; '.join(asks)} [{one_line(each.element)}]"
        yield Paragraph(said, hang=4, key=each.element, leads_to=(table, ends), words=words)


def _by_element(questions: Iterable[Question]) -> Iterator[Question]:
    """One row for each element."""
    rows = dict[str, list[Question]]()
    for each in questions:
        rows.setdefault(each.element, []).append(each)
    for element, some in rows.items():
        asks = tuple(each for row in some for each in row.asks)
        yield Question(element, asks, tuple(each for row in some for each in row.answerable))


def _assumed(analysis: "Analysis") -> Iterator[Question]:
    """What an import assumed, until somebody confirms it."""
    notes = analysis.snapshot.note.values()
    for note in sorted(notes, key=lambda each: (each.about or "", each.id)):
        if (note.kind, note.state) == ("assumption", "open"):
            yield Question(f"note:{note.id}", (f"assumed: {note.text}",))


def uncounted(analysis: "Analysis") -> list[tuple[str, str]]:
    """The intents that do not say how often a day they are used, where a plan has to weigh it.

    That is of agents with missing checkpoints; those in most danger come first, by agent and system.
    """
    worst: dict[str, int] = {}
    for door in analysis.doors:
        for agent in door.agents:
            worst[agent] = max(worst.get(agent, 0), SEVERITIES.index(door.severity))
    intents = analysis.snapshot.intent.items()
    found = [ends for ends, each in intents if each.per_day is None and ends[0] in worst]
    return sorted(found, key=lambda ends: (-worst[ends[0]], ends))


def _how_often(analysis: "Analysis") -> Iterator[Question]:
    """How often a day an intent is used, of those that a plan counts as once."""
    for agent, system in uncounted(analysis):
        yield Question(f"intent:{agent}>{system}", ("How often a day? A plan counts it as once",))


def _about_jobs(analysis: "Analysis") -> Iterator[Question]:
    """Whether what runs where secrets are stored can read them."""
    snapshot = analysis.snapshot
    for system, custodies in job_secrets(snapshot).items():
        ask = asks_of_jobs(snapshot, system, custodies)
        yield Question(f"system:{system}", (ask,), (Answerable(ask, ("system", system)),))


def _about_approvers(analysis: "Analysis") -> Iterator[Question]:
    """Who each approver is that is no person and no system."""
    snapshot = analysis.snapshot
    known = {*known_approvers(snapshot)}
    for key, checkpoint in sorted(snapshot.checkpoint.items()):
        unknown = [each for each in checkpoint.approvers or () if each not in known]
        if unknown:
            yield Question(f"checkpoint:{key}", tuple(f"Who is {each}? {WHY_ASKED}" for each in unknown))
